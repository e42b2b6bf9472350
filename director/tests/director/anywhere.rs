//! Bots that may play on any machine, on virtual time.

use super::hosts::{Hosts, host};
use director::{event::Event, network::word::Word};
use musebot_protocol::{Control, Gain};

/// An ensemble of bots for any host, and the list of a host that has these.
fn for_any(bots: &[&str]) -> (String, String) {
    let list: Vec<_> = bots.iter().map(|bot| format!("[[bot]]\nid = \"{bot}\"\nprogram = \"{bot}\"\n")).collect();
    let file: String = list.iter().map(|bot| format!("{bot}host = \"any\"\n")).collect();
    (format!("tempo = 120\n{}{file}", super::rig::file(&["lead"])), list.concat())
}

#[test]
fn bots_for_any_host_are_spread_evenly_over_those_that_join_together_and_do_not_move_for_another() {
    let (file, list) = for_any(&["a", "b", "c"]);
    let mut hosts = Hosts::both(&file, &list, &list);
    assert_eq!(hosts.plays("far"), ["a@far", "c@far"]);
    assert_eq!(hosts.plays("left"), ["b@left"]);
    hosts.join("right", &list);
    hosts.run(20.0);
    assert!(hosts.plays("right").is_empty());
    assert_eq!((hosts.plays("far").len(), hosts.plays("left").len()), (2, 1));
}

#[test]
fn a_bot_whose_host_is_lost_for_long_plays_on_another_stays_there_and_is_not_played_twice() {
    let (file, list) = for_any(&["a", "b"]);
    let mut hosts = Hosts::both(&file, &list, &list);
    hosts.leader.ask(Control::Gain { who: "b".into(), gain: Gain::clamped(0.25), over: None });
    hosts.leader.ask(Control::Mute { who: "b".into(), on: true });
    hosts.run(0.5);
    hosts.link("left", false);
    hosts.run(8.0);
    assert_eq!(hosts.plays("far"), ["a@far"], "it may come back");
    hosts.run(6.0);
    assert_eq!(hosts.plays("far"), ["a@far", "b@far"]);
    assert!(Hosts::said(&hosts.leader, "left has been out of reach for long: b plays on far from now on"));
    for rig in [&hosts.leader, &hosts.others["far"].rig] {
        let view = rig.director.view(rig.now);
        let names: Vec<_> = view.bots.iter().filter(|bot| bot.name.starts_with("b@")).map(|bot| &*bot.name).collect();
        assert_eq!(names, ["b@far"]);
        let b = view.bots.iter().find(|bot| &*bot.name == "b@far").unwrap();
        assert!((b.gain - 0.25).abs() < 1e-6 && b.silenced, "its fader went with it: {b:?}");
    }
    hosts.link("left", true);
    hosts.run(6.0);
    assert!(Hosts::said(hosts.on("left"), "b@left plays on another host now"));
    assert!(hosts.plays("left").is_empty());
    assert_eq!(hosts.on("left").director.roster().len(), 0, "and is forgotten there");
    assert_eq!(hosts.plays("far"), ["a@far", "b@far"]);
}

#[test]
fn a_bot_comes_back_to_a_host_that_is_still_ending_it() {
    let (file, list) = for_any(&["a", "b"]);
    let mut hosts = Hosts::both(&file, &list, &list);
    for yours in [Vec::new(), vec!["b".to_owned()]] {
        let word = Box::new(Word::Play(yours));
        hosts.on("left").event(Event::Letter { host: host("near"), from: 1, at: None, word });
    }
    hosts.run(6.0);
    assert_eq!(hosts.plays("left"), ["b@left"]);
}

#[test]
fn a_host_that_is_back_soon_has_its_bots_still() {
    let (file, list) = for_any(&["a", "b"]);
    let mut hosts = Hosts::both(&file, &list, &list);
    hosts.link("left", false);
    hosts.run(6.0);
    hosts.link("left", true);
    hosts.run(9.0);
    assert_eq!((hosts.plays("far"), hosts.plays("left")), (vec!["a@far".into()], vec!["b@left".into()]));
}

#[test]
fn a_host_that_leaves_leaves_its_bots_to_another_at_once() {
    let (file, list) = for_any(&["a", "b"]);
    let mut hosts = Hosts::both(&file, &list, &list);
    hosts.tell_leader("left", Word::Bye);
    hosts.link("left", false);
    hosts.run(2.0);
    assert_eq!(hosts.plays("far"), ["a@far", "b@far"]);
    assert!(Hosts::said(&hosts.leader, "left has left: b plays on far from now on"));
}

#[test]
fn a_bot_that_a_host_does_not_have_or_cannot_start_plays_on_the_next() {
    let (file, list) = for_any(&["a", "b", "c"]);
    let mut hosts = Hosts::both(&file, "", &list);
    assert_eq!(hosts.plays("left"), ["a@left", "b@left", "c@left"]);
    let mut hosts = Hosts::alone(&file);
    hosts.join("far", &list);
    hosts.far().unlaunchable.insert("a@far".into(), "no such program".into());
    hosts.join("left", &list);
    hosts.run(4.0);
    assert_eq!(
        (hosts.plays("far"), hosts.plays("left")),
        (vec!["c@far".into()], vec!["a@left".into(), "b@left".into()])
    );
    assert!(Hosts::said(&hosts.leader, "far has no a to start: a plays on left from now on"));
    let mut hosts = Hosts::joined_with("", &file, 1.0);
    hosts.run(5.0);
    assert!(hosts.far().director.roster().is_empty());
    hosts.join("left", &list);
    hosts.run(4.0);
    assert_eq!(hosts.plays("left").len(), 3, "the first that can");
}
