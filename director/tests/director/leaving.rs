//! Off, grace, force, Ctrl-C, exit codes.

use crate::{
    fake::Fake,
    rig::{Done, FIRST, Rig, file},
};
use director::event::{Event, Exit};
use musebot_protocol::Control;

fn term(name: &str) -> Done {
    Done::Signal(name.into(), false)
}

fn kill(name: &str) -> Done {
    Done::Signal(name.into(), true)
}

fn stop(bot: &str) -> Control {
    Control::Stop { bot: bot.into() }
}

#[test]
fn d16_off_has_no_arguments() {
    let mut rig = Rig::playing(&file(&["a"]), vec![Fake::historic("a")]);
    rig.ask(stop("a"));
    assert_eq!(rig.sent(FIRST, "/agent/off"), ["/agent/off ,"]);
}

#[test]
fn d17_seven_seconds_pass_from_off_to_sigterm_and_two_more_to_sigkill() {
    let mut rig = Rig::playing(&file(&["a", "b"]), vec![Fake::historic("a").stubborn(), Fake::ours("b")]);
    rig.ask(stop("a"));
    let off = rig.seconds();
    let termed = rig.run_until(20.0, |d| *d == term("a"));
    let killed = rig.run_until(20.0, |d| *d == kill("a"));
    assert!((7.0..7.1).contains(&(termed - off)), "{}", termed - off);
    assert!((9.0..9.1).contains(&(killed - off)), "{}", killed - off);
}

#[test]
fn d17_heartbeats_after_off_are_no_error_and_bring_nobody_back() {
    let mut rig = Rig::playing(&file(&["a", "b"]), vec![Fake::historic("a"), Fake::ours("b")]);
    rig.ask(stop("a"));
    rig.forget();
    rig.run(4.9);
    assert!(rig.bots[0].beats > 5, "it beats while it fades");
    assert_eq!(rig.state("a"), "ending");
    rig.run(3.0);
    assert_eq!(rig.state("a"), "stopped");
    // Two more were on their way when its process ended.
    for _ in 0..2 {
        rig.beat(FIRST, "a", None);
        rig.beat(FIRST, "a", Some(FIRST));
    }
    assert_eq!(rig.state("a"), "stopped");
    assert_eq!(rig.list(), ["b"]);
    assert!(
        rig.times(|d| matches!(
            d,
            Done::Signal(..) | Done::Say(director::event::Tone::Warning | director::event::Tone::Loud, _)
        ))
        .is_empty()
    );
}

#[test]
fn a_bot_that_could_not_hear_its_off_is_told_again_with_its_first_heartbeat() {
    let mut rig = Rig::with(&file(&["a", "b"]), vec![Fake::ours("a").slow(1500), Fake::ours("b")]).begin();
    rig.run(0.5);
    rig.ask(stop("a"));
    rig.run(2.0);
    let offs =
        rig.sent_to(FIRST).into_iter().filter(|(_, t)| *t == "/agent/off ,").map(|(at, _)| at).collect::<Vec<_>>();
    assert_eq!(offs.len(), 2);
    assert!((offs[1] - 1.5).abs() < 0.05);
}

#[test]
fn ctrl_c_once_tells_everybody_off_and_ends_with_0_when_they_have_gone() {
    let mut rig = Rig::playing(&file(&["a", "old"]), vec![Fake::ours("a"), Fake::historic("old")]);
    rig.event(Event::Interrupted);
    let at = rig.seconds();
    for port in [FIRST, FIRST + 1] {
        assert_eq!(rig.sent(port, "/agent/off"), ["/agent/off ,"]);
    }
    let gone = rig.run_until(10.0, |d| matches!(d, Done::Finish(0)));
    assert!((5.0..5.2).contains(&(gone - at)), "{}", gone - at);
    assert!(rig.times(|d| matches!(d, Done::Signal(..))).is_empty());
}

#[test]
fn ctrl_c_ends_within_10_s_whoever_does_not_want_to_go() {
    let bots = vec![Fake::ours("a").stubborn(), Fake::ours("never").slow(1_000_000)];
    let mut rig = Rig::with(&file(&["a", "never"]), bots).begin();
    rig.run(4.0);
    rig.event(Event::Interrupted);
    let at = rig.seconds();
    let gone = rig.run_until(20.0, |d| matches!(d, Done::Finish(_)));
    assert!(gone - at < 10.0, "{}", gone - at);
}

#[test]
fn ctrl_c_twice_kills_at_once() {
    let mut rig = Rig::playing(&file(&["a", "b"]), vec![Fake::ours("a"), Fake::ours("b")]);
    rig.event(Event::Interrupted);
    rig.run(0.5);
    rig.forget();
    rig.event(Event::Interrupted);
    let now: Vec<_> = rig.log.iter().map(|(_, d)| d.clone()).collect();
    assert!(now.contains(&kill("a")) && now.contains(&kill("b")));
    assert!(now.iter().any(|d| matches!(d, Done::Finish(code) if *code != 0)));
}

#[test]
fn the_first_ctrl_c_while_the_piece_fades_out_does_not_kill() {
    let mut rig = Rig::playing(&file(&["a"]), vec![Fake::ours("a")]);
    rig.ask(Control::Quit);
    rig.run(0.5);
    rig.event(Event::Interrupted);
    rig.run(0.1);
    assert!(rig.times(|d| matches!(d, Done::Signal(..) | Done::Finish(_))).is_empty());
    rig.event(Event::Interrupted);
    assert_eq!(rig.times(|d| *d == kill("a")).len(), 1);
}

#[test]
fn after_ctrl_c_nobody_new_is_taken_in_and_nobody_is_started_again() {
    let mut rig = Rig::playing(&file(&["a", "b"]), vec![Fake::ours("a"), Fake::ours("b")]);
    rig.event(Event::Interrupted);
    rig.forget();
    rig.dies("a", Exit::Code(3), &[]);
    rig.beat(9000, "tuba", Some(9000));
    rig.run(1.0);
    assert!(rig.times(|d| matches!(d, Done::Launch(_))).is_empty());
    assert!(rig.sent_to(9000).is_empty());
    assert_eq!(rig.ask(Control::Start { bot: "a".into() }).len(), 1);
    assert!(rig.times(|d| matches!(d, Done::Launch(_))).is_empty());
}

#[test]
fn ctrl_c_in_a_back_off_ends_at_once() {
    let mut rig = Rig::playing(&file(&["a"]), vec![Fake::ours("a")]);
    rig.dies("a", Exit::Code(3), &[]);
    rig.event(Event::Interrupted);
    let at = rig.seconds();
    let gone = rig.run_until(5.0, |d| matches!(d, Done::Finish(0)));
    assert!(gone - at < 0.1);
}

#[test]
fn a_stubborn_guest_is_told_and_not_waited_for() {
    let mut rig = Rig::playing("", vec![Fake::guest("tuba", 9000).deaf()]);
    rig.event(Event::Interrupted);
    let at = rig.seconds();
    assert_eq!(rig.sent(9000, "/agent/off"), ["/agent/off ,"]);
    let gone = rig.run_until(5.0, |d| matches!(d, Done::Finish(0)));
    assert!(gone - at <= 1.1);
}

#[test]
fn when_all_have_ended_by_themselves_the_director_ends_with_0() {
    let mut rig = Rig::playing(&file(&["a"]), vec![Fake::ours("a")]);
    rig.dies("a", Exit::Code(0), &[]);
    rig.run_until(1.0, |d| *d == Done::Finish(0));
}
