//! Bots that nobody launched, and bots that come back: who is taken in, and what it is told.

use crate::{
    fake::Fake,
    hello::hello,
    rig::{Done, FIRST, Rig, file},
};
use director::event::{Event, Exit, Tone};
use musebot_protocol::{Broadcast, Control, Gain};

#[test]
fn x1_an_unknown_id_that_gives_its_port_in_its_heartbeat_is_taken_in() {
    let mut rig = Rig::of("").begin();
    rig.beat(33_333, "tuba", Some(9000));
    assert_eq!(rig.list(), ["tuba"]);
    assert_eq!(rig.targets[0].to, ([127, 0, 0, 1], 9000).into(), "its datagram's host, and the port that it gave");
    assert_eq!(rig.sent(9000, "/mc/hello").len(), 1);
    assert_eq!(rig.sent(9000, "/agent/gain"), ["/agent/gain ,f 1"]);
    assert!(rig.sent_to(33_333).is_empty());
}

#[test]
fn x1_an_unknown_id_that_gives_its_port_in_a_hello_is_taken_in() {
    let mut rig = Rig::of("").begin();
    rig.beat(33_333, "tuba", None);
    assert!(rig.list().is_empty());
    rig.event(Event::Heard { from: ([127, 0, 0, 1], 33_333).into(), message: hello("tuba", 9000, "timetags") });
    assert_eq!(rig.list(), ["tuba"]);
    rig.beat(33_333, "tuba", None);
    assert_eq!(rig.list(), ["tuba"], "its bare heartbeats are known by where they come from");
    assert!(rig.targets[0].tagged);
}

#[test]
fn x1_where_guests_are_not_welcome_one_is_reported_once_and_not_answered() {
    let mut rig = Rig::with("guests = false", vec![Fake::guest("tuba", 9000)]).begin();
    rig.run(20.0);
    assert!(rig.list().is_empty() && rig.sent_to(9000).is_empty());
    assert_eq!(rig.told(Tone::Warning).len(), 1);
    assert!(rig.told(Tone::Warning)[0].contains("guests = true"));
}

#[test]
fn x1_an_own_bot_that_found_its_port_taken_is_reached_where_it_says() {
    let mut rig = Rig::playing(&file(&["bass"]), vec![Fake::ours("bass").on(12_345)]);
    assert_eq!(rig.list(), ["bass"]);
    assert_eq!(rig.targets[0].to.port(), 12_345);
    rig.forget();
    rig.run(10.0);
    assert!(rig.sent_to(FIRST).is_empty(), "nobody is there");
    assert!(!rig.sent_to(12_345).is_empty());
}

#[test]
fn x1_a_file_without_a_bot_waits_for_guests() {
    let mut rig = Rig::of("").begin();
    rig.run(60.0);
    assert!(rig.times(|d| matches!(d, Done::Finish(_))).is_empty());
    rig.add(Fake::guest("tuba", 9000));
    rig.run(3.0);
    assert_eq!(rig.list(), ["tuba"]);
}

#[test]
fn x1_a_guest_that_leaves_does_not_end_the_ensemble() {
    let mut rig = Rig::playing("", vec![Fake::guest("tuba", 9000)]);
    rig.falls_silent("tuba");
    rig.run(30.0);
    assert!(rig.times(|d| matches!(d, Done::Finish(_))).is_empty());
}

#[test]
fn x1_a_bot_of_the_file_that_somebody_runs_by_hand_takes_its_place() {
    let text = "[[bot]]\nid = \"bass\"\nprogram = \"bass\"\nrestart = \"never\"\ngain = 0.5\n[[bot]]\nid = \"drums\"\nprogram = \"drums\"";
    let mut rig = Rig::playing(text, vec![Fake::ours("bass"), Fake::ours("drums")]);
    rig.dies("bass", Exit::Code(0), &[]);
    rig.run(5.0);
    rig.forget();
    rig.bots.retain(|b| b.id != "bass");
    rig.add(Fake::guest("bass", 9000));
    rig.run(1.0);
    assert_eq!(rig.list(), ["bass", "drums"]);
    assert_eq!(rig.sent(9000, "/agent/gain")[0], "/agent/gain ,f 0.5");
}

/// A trio that has talked, and a guest that has just said hello.
fn newcomer() -> Rig {
    let mut rig = Rig::playing(&file(&["drums", "chords"]), vec![Fake::ours("drums"), Fake::ours("chords")]);
    rig.run(1.0);
    rig.speaks(FIRST, &Broadcast::new("tala", "drums", vec![4, 4, 4, 4]).encode());
    rig.speaks(FIRST + 1, &Broadcast::new("notepool", "chords", vec![60, 64, 67]).encode());
    rig.speaks(FIRST, &Broadcast::new("onoff", "drums", 1).encode());
    rig.speaks(FIRST, &Broadcast::new("initialize", "drums", 1).encode());
    rig.speaks(FIRST + 1, &Broadcast::new("exiting", "chords", 1).encode());
    rig.speaks(FIRST, &Broadcast::new("tala", "drums", vec![3, 3, 2]).encode());
    rig.ask(Control::Master { gain: Gain::clamped(0.5), over: None });
    rig.forget();
    rig.add(Fake::guest("tuba", 9000));
    rig.run(0.02);
    rig
}

#[test]
fn x4_a_newcomer_is_told_what_the_others_know_oldest_first_then_gain_and_position_and_waits() {
    let rig = newcomer();
    let told: Vec<&str> = rig.sent_to(9000).into_iter().map(|(_, text)| text).collect();
    let after_hello = told.iter().skip_while(|t| !t.starts_with("/broadcast")).copied().collect::<Vec<_>>();
    assert!(told[..2].contains(&"/mc/hello ,"), "{told:?}");
    assert_eq!(
        after_hello[..3],
        ["/broadcast/notepool ,siii chords 60 64 67", "/broadcast/tala ,siii drums 3 3 2", "/agent/gain ,f 0.5",]
    );
    assert!(after_hello[3].starts_with("/mc/position ,iiii "), "{after_hello:?}");
    assert_eq!(after_hello[4], "/broadcast/onoff ,si Conductor 0");
}

#[test]
fn x4_a_newcomer_enters_at_a_bar_line_and_is_told_so_alone() {
    let mut rig = newcomer();
    assert_eq!(rig.state("tuba"), "waiting");
    rig.run(5.0);
    assert_eq!(rig.state("tuba"), "playing");
    let on = rig.planned(9000, "/broadcast/onoff");
    assert_eq!(on.len(), 1);
    let (tick, text) = &on[0];
    assert_eq!((tick % 64, text.as_str()), (0, "/broadcast/onoff ,si Conductor 1"));
    assert!(rig.due(*tick) - rig.log[0].0 < 2.0 + 0.3, "the next bar line that could be planned");
    assert!(rig.planned(FIRST, "/broadcast/onoff").is_empty(), "it concerns nobody else");
}

#[test]
fn x4_the_position_that_a_newcomer_is_told_is_true() {
    let text = format!("meter = \"7/8\"\n{}", file(&["drums"]));
    for wait in [0.1, 0.37, 0.81, 1.3, 1.71, 2.2] {
        let mut rig = Rig::playing(&text, vec![Fake::ours("drums")]);
        rig.run(wait);
        rig.add(Fake::guest("tuba", 9000));
        rig.run(0.02);
        let told = rig.sent(9000, "/mc/position");
        let numbers: Vec<i64> = told[0].split(' ').skip(2).map(|n| n.parse().unwrap()).collect();
        let [tick, bar, beat, ticks_per_bar] = numbers[..] else { panic!("{told:?}") };
        assert_eq!((ticks_per_bar, tick), (56, (bar - 1) * 56 + (beat - 1) * 16), "{told:?}");
    }
}

#[test]
fn x4_what_the_dead_have_said_is_forgotten() {
    let mut rig = newcomer();
    rig.dies("chords", Exit::Signal(9), &[]);
    rig.add(Fake::guest("flute", 9001));
    rig.run(0.1);
    assert!(rig.sent(9001, "/broadcast/notepool").is_empty());
    assert_eq!(rig.sent(9001, "/broadcast/tala").len(), 1);
}

#[test]
fn x4_a_bot_that_returns_is_told_again_and_enters_at_a_bar_line() {
    let mut rig = newcomer();
    rig.run(5.0);
    rig.falls_silent("tuba");
    rig.run(12.0);
    rig.forget();
    rig.beats_again("tuba");
    rig.run(5.0);
    assert_eq!(rig.sent(9000, "/broadcast/tala").len(), 1);
    assert_eq!(rig.sent(9000, "/broadcast/onoff"), ["/broadcast/onoff ,si Conductor 0"]);
    assert_eq!(rig.planned(9000, "/broadcast/onoff").len(), 1);
}

#[test]
fn x4_a_restarted_bot_gets_the_bands_state_and_its_own_gain() {
    let text = "[[bot]]\nid = \"drums\"\nprogram = \"drums\"\n[[bot]]\nid = \"bass\"\nprogram = \"bass\"\ngain = 0.7";
    let mut rig = Rig::playing(text, vec![Fake::ours("drums"), Fake::ours("bass")]);
    rig.speaks(FIRST, &Broadcast::new("tala", "drums", vec![4, 4, 4, 4]).encode());
    rig.dies("bass", Exit::Code(3), &[]);
    rig.forget();
    rig.run(4.0);
    assert_eq!(rig.times(|d| *d == Done::Launch("bass".into())).len(), 1);
    assert_eq!(rig.sent(FIRST + 1, "/broadcast/tala").len(), 1);
    assert!(rig.sent(FIRST + 1, "/agent/gain").iter().all(|t| t == "/agent/gain ,f 0.7"));
    assert_eq!(rig.sent(FIRST + 1, "/broadcast/onoff"), ["/broadcast/onoff ,si Conductor 0"]);
    let on = rig.planned(FIRST + 1, "/broadcast/onoff");
    assert_eq!((on.len(), on[0].0 % 64), (1, 0));
}

/// As `director say` does: each line comes from another port.
#[test]
fn x4_somebody_who_types_all_evening_does_not_push_out_what_the_band_has_said() {
    let mut rig = Rig::playing(&file(&["bass"]), vec![Fake::ours("bass")]);
    rig.speaks(FIRST, &Broadcast::new("tala", "bass", vec![3, 3, 2]).encode());
    for n in 0..300 {
        rig.speaks(20_000 + n, &Broadcast::new("hdensity", "me", f64::from(n) / 300.0).encode());
    }
    rig.add(Fake::guest("late", 9000));
    rig.run(0.5);
    assert_eq!(rig.sent(9000, "/broadcast/tala").len(), 1);
    assert_eq!(rig.sent(9000, "/broadcast/hdensity").len(), 1, "the last word is enough");
}

#[test]
fn x4_more_than_256_things_are_not_remembered() {
    let mut rig = Rig::playing(&file(&["drums"]), vec![Fake::ours("drums")]);
    for n in 0..400_u16 {
        rig.speaks(20_000 + n, &Broadcast::new("notepool", &format!("x{n}"), i32::from(n)).encode());
    }
    rig.speaks(FIRST, &Broadcast::new("tala", "drums", vec![2; 600]).encode());
    rig.forget();
    rig.add(Fake::guest("tuba", 9000));
    rig.run(0.1);
    let told = rig.sent(9000, "/broadcast/notepool");
    assert!(told.len() <= 256 && told.len() >= 250, "{}", told.len());
    assert_eq!(told.last().unwrap(), "/broadcast/notepool ,si x399 399", "the oldest went");
    assert!(rig.sent(9000, "/broadcast/tala").is_empty(), "more than 1 KiB is not kept");
}

#[test]
fn what_was_set_before_a_bot_exists_is_applied_when_it_arrives() {
    let mut rig = Rig::with(&file(&["bass"]), vec![Fake::ours("bass").slow(2000)]).begin();
    rig.run(1.0);
    assert_eq!(rig.ask(Control::Gain { who: "bass".into(), gain: Gain::clamped(0.25), over: None }), ["ok gain"]);
    rig.run(2.0);
    assert!(
        rig.sent(FIRST, "/agent/gain").iter().all(|t| t == "/agent/gain ,f 0.25"),
        "{:?}",
        rig.sent(FIRST, "/agent/gain")
    );
    assert!(!rig.sent(FIRST, "/agent/gain").is_empty());
}

#[test]
fn x4_a_bot_that_knows_no_hello_is_told_too_and_enters_at_a_bar_line() {
    let mut rig = Rig::playing(&file(&["drums", "old"]), vec![Fake::ours("drums"), Fake::historic("old")]);
    rig.speaks(FIRST, &Broadcast::new("tala", "drums", vec![4, 4, 4, 4]).encode());
    rig.dies("old", Exit::Code(3), &[]);
    rig.forget();
    rig.run(4.0);
    assert_eq!(rig.sent(FIRST + 1, "/broadcast/tala"), ["/broadcast/tala ,siiii drums 4 4 4 4"]);
    assert_eq!(rig.sent(FIRST + 1, "/broadcast/onoff"), ["/broadcast/onoff ,si Conductor 0"]);
    let on = rig.planned(FIRST + 1, "/broadcast/onoff");
    assert_eq!((on.len(), on[0].0 % 64), (1, 0));
    assert!(rig.sent(FIRST + 1, "/mc/position").is_empty());
}

#[test]
fn x4_a_newcomer_enters_on_the_very_next_bar_line_even_if_that_is_near() {
    // A bar of 4/4 at 120 bpm takes 2 s: somebody joins at every 20 ms of one.
    for step in 0..100 {
        let mut rig = Rig::playing(&file(&["drums"]), vec![Fake::ours("drums")]);
        rig.run(1.0 + 0.02 * f64::from(step));
        rig.add(Fake::guest("tuba", 9000));
        rig.run(0.02);
        let joined = rig.seconds();
        rig.run(3.0);
        let on = rig.planned(9000, "/broadcast/onoff");
        assert_eq!(on.len(), 1, "{on:?}");
        assert_eq!((on[0].0 % 64, on[0].1.as_str()), (0, "/broadcast/onoff ,si Conductor 1"));
        let waited = rig.due(on[0].0) - joined;
        assert!((0.0..=2.005).contains(&waited), "it waits for {waited} s");
        assert_eq!(rig.state("tuba"), "playing");
    }
}

#[test]
fn x4_nobody_is_let_in_at_the_line_that_ends_the_piece() {
    let mut rig = Rig::playing(&format!("bars = 1\n{}", file(&["drums"])), vec![Fake::ours("drums")]);
    let wait = rig.due(64) - rig.seconds() - 0.1;
    rig.run(wait);
    rig.add(Fake::guest("tuba", 9000));
    rig.run(0.05);
    assert_eq!(rig.sent(9000, "/broadcast/onoff").len(), 1);
    rig.run(3.0);
    assert!(rig.planned(9000, "/broadcast/onoff").is_empty());
}
