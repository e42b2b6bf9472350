//! Terminals that listen in: what they get, and that nobody else notices them.

use crate::{
    fake::Fake,
    rig::{Done, FIRST, Rig},
};
use director::event::Event;
use musebot_protocol::Control;
use std::{net::SocketAddr, time::Duration};

const BAND: &str = "name = \"duo\"\ntempo = 120\nmeter = \"3/4\"\n[[bot]]\nid = \"bass\"\nprogram = \"bass\"\n\
                    [[bot]]\nid = \"drums\"\nprogram = \"drums\"\nenter = { bar = 3 }\n";

fn duo() -> Rig {
    let mut rig = Rig::playing(BAND, vec![Fake::ours("bass"), Fake::ours("drums")]);
    rig.forget();
    rig
}

fn at(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// A terminal at this port begins to listen, or goes on; whether it may.
fn listens(rig: &mut Rig, port: u16) -> bool {
    let before = rig.log.len();
    rig.event(Event::Asked { from: at(port), control: Control::Listen { on: true } });
    rig.log[before..].iter().any(|(_, done)| *done == Done::Reply("ok listen".into()))
}

fn gets_all(rig: &Rig, port: u16) -> bool {
    let tick = rig.targets.iter().any(|t| t.to == at(port));
    let word = rig.listeners.iter().any(|l| l.to == at(port));
    assert_eq!(tick, word, "ticks and broadcasts go together");
    tick
}

#[test]
fn a_terminal_gets_ticks_and_broadcasts_after_all_bots_and_is_on_no_list() {
    let mut rig = duo();
    assert!(listens(&mut rig, 40_000));
    let target = rig.targets.last().unwrap();
    assert_eq!((target.to, target.tagged, target.delay), (at(40_000), false, Duration::ZERO));
    assert_eq!(rig.listeners.last().unwrap().to, at(40_000));
    assert_eq!((rig.targets.len(), rig.listeners.len()), (3, 3));
    rig.run(5.0);
    assert_eq!(rig.list(), ["bass", "drums"]);
    assert!(rig.sent_to(40_000).is_empty(), "no heartbeat, list or gain is meant for it");
    let answers = rig.ask(Control::Get { what: "bots".into() });
    assert_eq!(answers.len(), 3, "two bots and ok");
}

#[test]
fn it_is_told_the_metre_the_tick_and_who_is_here() {
    let mut rig = duo();
    rig.event(Event::Asked { from: at(40_000), control: Control::Listen { on: true } });
    let replies: Vec<_> =
        rig.log.iter().filter_map(|(_, d)| if let Done::Reply(r) = d { Some(r.as_str()) } else { None }).collect();
    let tick = replies[0].rsplit(' ').next().unwrap().parse::<i32>().unwrap();
    assert!((0..100).contains(&tick), "{tick}");
    assert_eq!(replies[0], format!("value ,ssiii listen duo 3 4 {tick}"));
    assert_eq!(replies[1], "value ,ssfsf here bass 0 drums 0");
    assert_eq!(replies[2], "ok listen");
}

#[test]
fn sixteen_may_listen_and_the_seventeenth_is_told_what_to_do() {
    let mut rig = duo();
    for port in 40_000..40_016 {
        assert!(listens(&mut rig, port));
    }
    assert!(!listens(&mut rig, 40_016));
    let Some((_, Done::Reply(last))) = rig.log.last() else { panic!("an answer") };
    assert!(last.starts_with("error listen: 16 terminals listen already"), "{last}");
    assert!(listens(&mut rig, 40_003), "who is in stays in");
    rig.event(Event::Asked { from: at(40_003), control: Control::Listen { on: false } });
    assert!(listens(&mut rig, 40_016), "one has left");
    assert_eq!(rig.targets.len(), 2 + 16);
}

#[test]
fn who_does_not_say_so_again_is_forgotten_after_six_seconds() {
    let mut rig = duo();
    listens(&mut rig, 40_000);
    listens(&mut rig, 40_001);
    for _ in 0..10 {
        rig.run(2.0);
        listens(&mut rig, 40_001);
    }
    assert!(!gets_all(&rig, 40_000) && gets_all(&rig, 40_001));
    rig.run(5.9);
    assert!(gets_all(&rig, 40_001));
    rig.run(0.2);
    assert!(!gets_all(&rig, 40_001));
}

#[test]
fn the_conductors_words_reach_it_once_with_their_tick_and_the_one_they_are_for() {
    let mut rig = duo();
    listens(&mut rig, 40_000);
    listens(&mut rig, 40_001);
    rig.run(6.0);
    for port in [40_000, 40_001] {
        let onoff: Vec<_> = rig.planned(port, "/director/value");
        assert_eq!(onoff, [(96, "/director/value ,sissi told 96 drums onoff 1".to_owned())], "it enters in bar 3");
    }
    let heard = rig.planned(FIRST + 1, "/broadcast/onoff");
    assert_eq!(heard, [(96, "/broadcast/onoff ,si Conductor 1".to_owned())], "the bot's own is as ever");
    listens(&mut rig, 40_000);
    listens(&mut rig, 40_001);
    rig.forget();
    rig.ask(Control::Density { density: 0.25 });
    let told = Done::Reply("value ,sissf told -1  density 0.25".into());
    assert_eq!(rig.log.iter().filter(|(_, done)| *done == told).count(), 2, "to all, at once: {:#?}", rig.log);
}

#[test]
fn what_a_latecomer_is_told_of_others_is_not_said_again() {
    let mut rig = duo();
    listens(&mut rig, 40_000);
    let said = musebot_protocol::Broadcast::new("hdensity", "bass", 0.5).encode();
    rig.speaks(FIRST, &said);
    rig.add(Fake::guest("late", 9000));
    rig.run(1.0);
    assert!(!rig.sent(9000, "/broadcast/hdensity").is_empty(), "it is told what was said before it came");
    let told = |(_, done): &(f64, Done)| matches!(done, Done::Reply(r) if r.contains("told") && r.contains("hdensity"));
    assert!(!rig.log.iter().any(told));
    let here = Done::Reply("value ,ssfsfsf here bass 0 drums 0 late 0".into());
    assert!(rig.log.iter().any(|(_, done)| *done == here), "{:#?}", rig.log);
}

#[test]
fn a_terminal_keeps_nothing_alive_and_hears_the_end() {
    let mut rig = duo();
    listens(&mut rig, 40_000);
    rig.event(Event::Interrupted);
    for _ in 0..8 {
        rig.run(1.0);
        listens(&mut rig, 40_000);
    }
    assert!(rig.log.iter().any(|(_, done)| *done == Done::Finish(0)), "the bots have gone");
    assert!(rig.log.iter().any(|(_, done)| *done == Done::Reply("value ,s gone".into())));
}
