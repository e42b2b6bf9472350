//! Hosts that were out of each other's reach, for a moment or for long, and what became of what was said meanwhile.

use super::{
    fake::Fake,
    hosts::{FILE, Hosts, LIST, host},
    rig::{Done, Rig},
};
use director::{
    event::{Event, Exit},
    network::word::{Map, Word},
};
use musebot_protocol::{Control, Gain, Said, Tempo};

/// So soon nobody is missed.
const MOMENT: f64 = 0.8;
const LONG: f64 = 6.0;

fn tempo(bpm: f64) -> Control {
    Control::Tempo { tempo: Tempo::new(bpm).unwrap(), over: None }
}

fn fader(rig: &Rig, who: &str) -> f32 {
    let view = rig.director.view(rig.now);
    view.bots.iter().find(|bot| &*bot.name == who).expect("such a bot").gain
}

fn gain(who: &str, gain: f64) -> Control {
    Control::Gain { who: who.into(), gain: Gain::clamped(gain), over: None }
}

/// What a bot is told at once of a topic, as it is spelt.
fn told(rig: &Rig, bot: &str, words: &str) -> usize {
    let port = rig.ports[bot];
    rig.sent_to(port).into_iter().filter(|(_, text)| text.contains(words)).count()
}

fn section(rig: &Rig) -> Option<String> {
    rig.director.view(rig.now).section
}

fn hdensity(of: f64, bot: &str) -> Vec<u8> {
    Said::HDensity(of).by(bot).encode()
}

#[test]
fn what_was_lost_in_a_moment_in_which_nobody_was_missed_is_made_good() {
    let mut hosts = Hosts::joined(FILE, 5.0);
    hosts.run(1.0);
    hosts.link("far", false);
    hosts.leader.ask(tempo(90.0));
    hosts.leader.ask(gain("bass", 0.5));
    hosts.leader.ask(Control::Density { density: 0.25 });
    hosts.far().ask(gain("melody", 0.125));
    hosts.run(MOMENT);
    hosts.link("far", true);
    hosts.run(3.0);
    for rig in [&hosts.leader, &hosts.others["far"].rig] {
        assert!(!Hosts::said(rig, "out of reach"), "{:#?}", rig.log);
        assert!((fader(rig, "bass@far") - 0.5).abs() < 1e-6 && (fader(rig, "melody@near") - 0.125).abs() < 1e-6);
        assert_eq!(rig.director.view(rig.now).tempo, Tempo::new(90.0).unwrap());
    }
    assert!(hosts.apart().abs() < 1e-3, "{}", hosts.apart());
    assert_eq!(told(hosts.far(), "bass@far", "/broadcast/density"), 1);
}

#[test]
fn who_was_out_of_reach_for_long_finds_section_tempo_density_and_faders_as_they_are_and_tells_what_it_did() {
    let mut hosts = Hosts::joined(FILE, 5.0);
    hosts.run(1.0);
    hosts.link("far", false);
    hosts.run(LONG / 2.0);
    hosts.leader.ask(Control::Section { name: "B".into() });
    hosts.leader.ask(tempo(150.0));
    hosts.leader.ask(Control::Density { density: 0.75 });
    hosts.leader.ask(Control::Mute { who: "bass".into(), on: true });
    hosts.far().ask(gain("melody", 0.125));
    let melody = hosts.leader.ports["melody@near"];
    hosts.leader.speaks(melody, &hdensity(0.3, "melody@near"));
    let bass = hosts.far().ports["bass@far"];
    hosts.far().speaks(bass, &hdensity(0.9, "bass@far"));
    hosts.run(LONG);
    assert_eq!((section(&hosts.leader).as_deref(), section(hosts.far()).as_deref()), (Some("B"), Some("A")));
    hosts.far().forget();
    hosts.link("far", true);
    hosts.run(6.0);
    assert!(hosts.apart().abs() < 1e-3, "{}", hosts.apart());
    for rig in [&hosts.leader, &hosts.others["far"].rig] {
        assert_eq!(section(rig).as_deref(), Some("B"));
        assert!((fader(rig, "melody@near") - 0.125).abs() < 1e-6, "it was moved where nobody heard it");
        assert!(rig.director.view(rig.now).bots.iter().any(|bot| &*bot.name == "bass@far" && bot.silenced));
    }
    let far = hosts.far();
    for words in ["/broadcast/section", "/broadcast/density", "/broadcast/hdensity"] {
        assert_eq!(told(far, "bass@far", words), 1, "{words}: {:#?}", far.sent_to(far.ports["bass@far"]));
    }
    let again =
        |done: &Done| matches!(done, Done::SaidAfar(text) if text.contains("hdensity") && text.contains("bass@far"));
    assert!(!far.times(again).is_empty(), "the others are told what its bot has said");
}

#[test]
fn two_who_have_missed_nothing_have_nothing_to_say_again() {
    let mut hosts = Hosts::joined(FILE, 5.0);
    hosts.leader.ask(tempo(130.0));
    hosts.far().ask(gain("bass", 0.5));
    hosts.run(3.0);
    hosts.far().forget();
    hosts.leader.ask(Control::Section { name: "B".into() });
    hosts.run(20.0);
    let far = hosts.far();
    assert!(far.times(|done| matches!(done, Done::SaidAfar(_))).is_empty());
    assert_eq!(told(far, "bass@far", "/broadcast/section"), 0, "it comes with its bar line");
    assert_eq!(far.planned(far.ports["bass@far"], "/broadcast/section").len(), 1);
}

/// The leader hears a broadcast of a bot of the satellite.
fn leader_hears(hosts: &mut Hosts, word: &[u8]) {
    let message = musebot_protocol::messages(word).next().unwrap().unwrap();
    let tick = Hosts::tick(&hosts.leader);
    hosts.leader.event(Event::FarSpoke { host: host("far"), tick, message, relayed: true });
}

/// What who comes to a host is told of a topic, in order.
fn brief(rig: &mut Rig, topic: &str) -> Vec<String> {
    rig.add(Fake::guest("tuba", 9000));
    rig.run(2.0);
    let texts = rig.sent_to(9000).into_iter().map(|(_, text)| text.to_owned());
    texts.filter(|text| text.contains(topic)).collect()
}

#[test]
fn x4_a_newcomer_is_told_a_bots_last_word_and_not_what_the_leader_remembers_of_it() {
    let mut hosts = Hosts::joined(FILE, 5.0);
    let bass = hosts.far().ports["bass@far"];
    hosts.far().speaks(bass, &hdensity(0.1, "bass@far"));
    // The leader hears it, and then no more.
    leader_hears(&mut hosts, &hdensity(0.1, "bass@far"));
    hosts.link("far", false);
    hosts.far().speaks(bass, &hdensity(0.2, "bass@far"));
    hosts.run(LONG);
    hosts.link("far", true);
    hosts.run(3.0);
    let told = brief(hosts.far(), "hdensity");
    assert!(told.len() == 1 && told[0].contains("0.2"), "{told:?}");
}

#[test]
fn x4_what_a_bot_of_another_host_has_said_is_forgotten_when_it_dies() {
    let mut hosts = Hosts::joined(FILE, 5.0);
    leader_hears(&mut hosts, &hdensity(0.1, "bass@far"));
    hosts.far().ask(Control::Stop { bot: "bass".into() });
    hosts.run(9.0);
    let told = brief(&mut hosts.leader, "hdensity");
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn nobody_but_the_leader_moves_the_end_of_the_piece() {
    let mut hosts = Hosts::joined(FILE, 5.0);
    let map = Map { origin: 0.0, segments: vec![(0, 0.0, 120.0, 0.03125)], end: Some(1) };
    hosts.tell_leader("far", Word::Map(map));
    hosts.run(5.0);
    assert!(hosts.leader.times(|done| matches!(done, Done::Finish(_))).is_empty());
    assert!(!Hosts::said(&hosts.leader, "the piece is over"));
}

#[test]
fn a_leader_that_is_gone_before_it_has_said_anything_is_missed() {
    let mut hosts = Hosts::alone(FILE);
    hosts.join("far", LIST);
    hosts.link("far", false);
    hosts.run(3.0);
    assert!(Hosts::said(hosts.far(), "which leads, is out of reach: playing on"));
    hosts.link("far", true);
    hosts.run(6.0);
    assert!(Hosts::said(hosts.far(), "near is back"));
    assert!(hosts.apart().abs() < 1e-3, "{}", hosts.apart());
}

#[test]
fn what_goes_wrong_on_one_host_is_said_on_all_screens_once() {
    let mut hosts = Hosts::joined(FILE, 5.0);
    hosts.far().dies("bass@far", Exit::Code(3), &["out of strings"]);
    hosts.leader.dies("melody@near", Exit::Code(4), &["out of breath"]);
    hosts.run(1.0);
    let said = |rig: &Rig, words: &str| {
        let says = rig.log.iter().filter(|(_, done)| matches!(done, Done::Say(_, what) if what.contains(words)));
        says.count()
    };
    for rig in [&hosts.leader, &hosts.others["far"].rig] {
        assert_eq!((said(rig, "out of strings"), said(rig, "out of breath")), (1, 1), "{:#?}", rig.log);
    }
}

#[test]
fn a_fader_that_others_have_moved_since_is_not_moved_back_when_something_is_made_good() {
    let mut hosts = Hosts::joined(FILE, 5.0);
    hosts.far().ask(gain("bass", 0.5));
    hosts.run(0.5);
    hosts.leader.ask(gain("bass", 0.25));
    hosts.run(0.5);
    hosts.link("far", false);
    hosts.leader.ask(tempo(90.0));
    hosts.run(MOMENT);
    hosts.link("far", true);
    hosts.run(3.0);
    for rig in [&hosts.leader, &hosts.others["far"].rig] {
        assert!((fader(rig, "bass@far") - 0.25).abs() < 1e-6);
        assert_eq!(rig.director.view(rig.now).tempo, Tempo::new(90.0).unwrap());
    }
}

#[test]
fn a_link_that_goes_again_and_again_while_all_is_made_good_leaves_nobody_behind_in_the_end() {
    let mut hosts = Hosts::joined(FILE, 5.0);
    for (n, up) in [0.02, 0.3, 0.5, 0.52, 0.6, 1.0].into_iter().enumerate() {
        hosts.link("far", false);
        hosts.leader.ask(tempo(90.0 + n as f64));
        hosts.far().ask(gain("melody", 0.125 * (n + 1) as f64));
        hosts.run(MOMENT);
        hosts.link("far", true);
        hosts.run(up);
    }
    hosts.run(4.0);
    for rig in [&hosts.leader, &hosts.others["far"].rig] {
        assert!((fader(rig, "melody@near") - 0.75).abs() < 1e-6, "{}", fader(rig, "melody@near"));
        assert_eq!(rig.director.view(rig.now).tempo, Tempo::new(95.0).unwrap());
    }
    hosts.leader.letters.clear();
    hosts.leader.run(5.0);
    let welcomes = |word: &Word| matches!(word, Word::Welcome(_));
    assert!(!hosts.leader.letters.iter().any(|(_, word)| welcomes(word)), "all has been made good");
}

#[test]
fn who_joins_while_a_section_has_been_asked_for_goes_there_with_the_others() {
    let mut hosts = Hosts::alone(FILE);
    hosts.run(5.0);
    hosts.leader.ask(Control::Section { name: "B".into() });
    hosts.join("far", LIST);
    hosts.run(8.0);
    assert_eq!((section(&hosts.leader).as_deref(), section(hosts.far()).as_deref()), (Some("B"), Some("B")));
}
