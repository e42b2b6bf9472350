//! When tick 0 comes.

use crate::{
    fake::Fake,
    rig::{Done, FIRST, Rig, file},
};
use director::event::Tone;

#[test]
fn x9_ticks_begin_when_all_bots_of_the_file_are_here() {
    let mut rig = Rig::with(&file(&["a", "b"]), vec![Fake::ours("a"), Fake::ours("b").slow(900)]).begin();
    rig.run(0.8);
    assert!(rig.clock.is_none());
    rig.run(0.3);
    assert!((0.9..1.2).contains(&rig.due(0)), "tick 0 at {}", rig.due(0));
    assert!(rig.told(Tone::Warning).is_empty());
}

#[test]
fn x9_three_bots_of_ours_play_within_a_second() {
    let bots = ["a", "b", "c"].map(Fake::ours).to_vec();
    let rig = Rig::playing(&file(&["a", "b", "c"]), bots);
    assert!(rig.due(0) < 0.4, "tick 0 at {}", rig.due(0));
}

#[test]
fn x9_after_the_wait_ticks_begin_without_those_who_are_late_and_they_enter_at_a_bar_line() {
    let mut rig = Rig::with(&file(&["a", "late"]), vec![Fake::ours("a"), Fake::ours("late").slow(5000)]).begin();
    rig.run(4.0);
    assert!((3.0..3.2).contains(&rig.due(0)));
    assert_eq!(rig.told(Tone::Warning), ["beginning without late: it enters at a bar line"]);
    rig.run(5.0);
    assert_eq!(rig.sent(FIRST + 1, "/broadcast/onoff"), ["/broadcast/onoff ,si Conductor 0"]);
    let on = rig.planned(FIRST + 1, "/broadcast/onoff");
    assert_eq!((on.len(), on[0].0 % 64, on[0].1.as_str()), (1, 0, "/broadcast/onoff ,si Conductor 1"));
}

#[test]
fn x9_the_wait_can_be_chosen() {
    let text = format!("wait = 0.5\n{}", file(&["late"]));
    let mut rig = Rig::with(&text, vec![Fake::ours("late").slow(5000)]).begin();
    rig.run(1.0);
    assert!((0.5..0.7).contains(&rig.due(0)));
}

#[test]
fn a_bot_that_is_here_but_has_not_said_hello_when_the_wait_is_over_is_not_called_late() {
    let mut rig = Rig::with(&file(&["old"]), vec![Fake::historic("old").slow(2800)]).begin();
    rig.run(4.0);
    assert!(rig.clock.is_some());
    assert!(rig.told(Tone::Warning).is_empty(), "{:?}", rig.told(Tone::Warning));
}

#[test]
fn a_bot_that_cannot_be_started_is_not_waited_for() {
    let mut rig = Rig::with(&file(&["a", "missing"]), vec![Fake::ours("a")]);
    rig.unlaunchable.insert("missing".into(), "the program `missing` was not found".into());
    let mut rig = rig.begin();
    rig.run(1.0);
    assert!(rig.due(0) < 0.4);
    assert_eq!(rig.told(Tone::Loud), ["missing cannot be started: the program `missing` was not found"]);
    assert_eq!((rig.state("a"), rig.state("missing")), ("playing", "gave-up"));
}

#[test]
fn who_is_there_from_the_beginning_is_never_told_to_be_silent() {
    let mut rig = Rig::playing(&file(&["a"]), vec![Fake::ours("a")]);
    rig.run(10.0);
    assert!(rig.times(|d| matches!(d, Done::Sent(_, t) | Done::Before(_, _, _, t) if t.contains("onoff"))).is_empty());
}

#[test]
fn an_ensemble_of_which_nobody_can_be_started_ends_with_code_1() {
    let mut rig = Rig::of(&file(&["missing"]));
    rig.unlaunchable.insert("missing".into(), "no".into());
    let mut rig = rig.begin();
    rig.run(1.0);
    assert!(!rig.times(|d| *d == Done::Finish(1)).is_empty());
}
