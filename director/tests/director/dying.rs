//! Deaths, and what is done about them.

use crate::{
    fake::Fake,
    rig::{Done, FIRST, Rig, file},
};
use director::event::{Event, Exit, Tone};
use musebot_protocol::Control;

fn launch(name: &str) -> Done {
    Done::Launch(name.into())
}

fn with_restart(policy: &str) -> Rig {
    let text = format!("[[bot]]\nid = \"a\"\nprogram = \"a\"\nrestart = \"{policy}\"\n{}", file(&["b"]));
    let mut rig = Rig::playing(&text, vec![Fake::ours("a"), Fake::ours("b")]);
    rig.forget();
    rig
}

#[test]
fn a_death_is_told_with_its_cause_its_last_words_and_what_follows() {
    let mut rig = with_restart("on-failure");
    rig.dies("a", Exit::Code(3), &["loading the reverb", "no such file: hall.wav"]);
    assert_eq!(
        rig.told(Tone::Loud),
        [
            "a has died: exit code 3; starting it again in 0.25 s (restart 1)\n    its last words:\n    | loading the reverb\n    | no such file: hall.wav"
        ]
    );
    assert_eq!(rig.state("a"), "backing-off");
    assert_eq!(rig.list(), ["b"]);
}

#[test]
fn a_bot_that_failed_is_started_again_after_ever_longer_waits() {
    let mut rig = with_restart("on-failure");
    rig.bot("a").slow = std::time::Duration::from_secs(1000);
    let mut waits = Vec::new();
    for _ in 0..4 {
        let died = rig.seconds();
        rig.dies("a", Exit::Signal(11), &[]);
        waits.push(rig.run_until(20.0, |d| *d == launch("a")) - died);
    }
    for (wait, meant) in waits.iter().zip([0.25, 0.5, 1.0, 2.0]) {
        assert!((wait - meant).abs() < 0.03, "{waits:?}");
    }
    assert_eq!(rig.director.roster().get("a").unwrap().restarts.count, 4);
}

#[test]
fn five_deaths_within_a_minute_and_it_is_given_up_loudly_while_the_rest_plays_on() {
    let mut rig = with_restart("always");
    for _ in 0..5 {
        rig.dies("a", Exit::Code(0), &[]);
        rig.run(3.0);
    }
    assert_eq!(rig.state("a"), "gave-up");
    let loud = rig.log.iter().filter(|(_, d)| matches!(d, Done::Say(_, t) if t.contains("giving it up"))).count();
    assert_eq!(loud, 1);
    assert!(
        rig.told(Tone::Loud).iter().any(|t| t.contains("director start a")),
        "given up loudly: {:?}",
        rig.log.iter().filter(|(_, d)| matches!(d, Done::Say(..))).collect::<Vec<_>>()
    );
    rig.forget();
    rig.run(100.0);
    assert!(rig.times(|d| *d == launch("a")).is_empty());
    assert_eq!(rig.list(), ["b"]);
    assert_eq!(rig.ask(Control::Start { bot: "a".into() }), ["ok start"]);
    rig.run(3.0);
    assert_eq!(rig.state("a"), "playing");
}

#[test]
fn after_30_healthy_seconds_the_waits_begin_anew() {
    let mut rig = with_restart("on-failure");
    for _ in 0..3 {
        rig.dies("a", Exit::Code(1), &[]);
        rig.run(3.0);
    }
    rig.run(35.0);
    let died = rig.seconds();
    rig.dies("a", Exit::Code(1), &[]);
    let wait = rig.run_until(20.0, |d| *d == launch("a")) - died;
    assert!((wait - 0.25).abs() < 0.03, "{wait}");
}

#[test]
fn restart_never_and_on_failure_leave_a_bot_that_ended_well_alone() {
    for policy in ["never", "on-failure"] {
        let mut rig = with_restart(policy);
        rig.dies("a", Exit::Code(0), &[]);
        rig.run(20.0);
        assert!(rig.times(|d| *d == launch("a")).is_empty(), "{policy}");
        assert_eq!((rig.state("a"), rig.told(Tone::Loud)), ("stopped", vec![]), "{policy}");
    }
    let mut rig = with_restart("never");
    rig.dies("a", Exit::Code(1), &[]);
    rig.run(20.0);
    assert!(rig.times(|d| *d == launch("a")).is_empty());
    let mut rig = with_restart("always");
    rig.dies("a", Exit::Code(0), &[]);
    rig.run_until(1.0, |d| *d == launch("a"));
}

#[test]
fn x1_an_own_bot_that_falls_silent_is_told_off_ended_and_started_again() {
    let mut rig = with_restart("on-failure");
    // It hangs: neither beats nor listens any more.
    rig.bot("a").ends = None;
    rig.falls_silent("a");
    let since = rig.seconds();
    let off = rig.run_until(20.0, |d| *d == Done::Sent(FIRST, "/agent/off ,".into()));
    assert!((6.0..=10.0).contains(&(off - since)));
    assert_eq!(rig.state("a"), "silent");
    let termed = rig.run_until(20.0, |d| *d == Done::Signal("a".into(), false));
    assert!((7.0..7.1).contains(&(termed - off)));
    let again = rig.run_until(20.0, |d| *d == launch("a"));
    assert!(again - termed < 0.4);
    assert!(rig.told(Tone::Loud).iter().any(|t| t.contains("fallen silent")), "{:?}", rig.told(Tone::Loud));
    rig.run(3.0);
    assert_eq!(rig.state("a"), "playing");
}

#[test]
fn x1_an_own_bot_that_falls_silent_stays_away_where_restart_is_never() {
    let mut rig = with_restart("never");
    rig.falls_silent("a");
    rig.run(60.0);
    assert!(rig.times(|d| *d == launch("a")).is_empty());
    assert_eq!((rig.state("a"), rig.list()), ("stopped", vec!["b".to_owned()]));
}

#[test]
fn a_dead_bot_gets_nothing_any_more() {
    let mut rig = with_restart("never");
    rig.dies("a", Exit::Signal(9), &[]);
    assert!(rig.targets.iter().all(|t| t.to.port() != FIRST) && rig.listeners.iter().all(|l| l.to.port() != FIRST));
    rig.forget();
    rig.run(5.0);
    assert!(rig.sent_to(FIRST).is_empty() && rig.planned(FIRST, "/mc/meter").is_empty());
    assert_eq!(rig.sent(FIRST + 1, "/mc/agentList").last().unwrap(), "/mc/agentList ,s b");
}

#[test]
fn a_port_that_is_taken_is_named_with_what_to_do() {
    let mut rig = with_restart("never");
    rig.dies("a", Exit::Code(1), &["Error: Address already in use (os error 98)"]);
    assert!(rig.told(Tone::Loud)[0].contains("try: end the program that holds its port"));
}

#[test]
fn while_the_director_itself_stood_still_nobody_fell_silent() {
    let mut rig = with_restart("on-failure");
    rig.now += std::time::Duration::from_secs(60);
    rig.event(Event::Stalled(std::time::Duration::from_secs(60)));
    rig.run(1.0);
    assert_eq!(rig.list(), ["a", "b"]);
    assert!(rig.sent(FIRST, "/agent/off").is_empty());
    // And it forgives that once: who is silent from now on is silent.
    rig.falls_silent("a");
    let since = rig.seconds();
    let off = rig.run_until(20.0, |d| *d == Done::Sent(FIRST, "/agent/off ,".into()));
    assert!((6.0..=10.0).contains(&(off - since)), "{}", off - since);
}

#[test]
fn a_heartbeat_that_is_read_right_after_a_stall_does_not_count_for_later() {
    let mut rig = with_restart("on-failure");
    rig.now += std::time::Duration::from_secs(60);
    rig.beat(FIRST, "a", Some(FIRST));
    rig.falls_silent("a");
    let since = rig.seconds();
    let off = rig.run_until(20.0, |d| *d == Done::Sent(FIRST, "/agent/off ,".into()));
    assert!((6.0..=10.0).contains(&(off - since)), "{}", off - since);
}

#[test]
fn what_a_bot_may_have_left_sounding_at_midi_ports_is_ended_when_it_dies_and_only_then() {
    let text = format!(
        "[[bot]]\nid = \"a\"\nprogram = \"a\"\noutput = [\"audio\", \"midi:Digitone\"]\nrestart = \"never\"\n{}",
        file(&["b"])
    );
    let silence = || Done::Silence("a".into());
    for (exit, silenced) in [(Exit::Signal(9), 1), (Exit::Code(101), 1), (Exit::Code(0), 0)] {
        let mut rig = Rig::playing(&text, vec![Fake::ours("a"), Fake::ours("b")]);
        rig.dies("b", Exit::Signal(9), &[]);
        assert!(rig.times(|d| matches!(d, Done::Silence(_))).is_empty(), "b plays no MIDI");
        rig.dies("a", exit.clone(), &[]);
        assert_eq!(rig.times(|d| *d == silence()).len(), silenced, "{exit:?}");
    }
}

#[test]
fn panic_and_a_second_ctrl_c_silence_all_midi_outputs_of_the_file() {
    let text = "[[bot]]\nid = \"a\"\nprogram = \"a\"\noutput = \"midi:Digitone\"\n\
        [[bot]]\nid = \"b\"\nprogram = \"b\"\noutput = \"midi:virtual\"\n[[bot]]\nid = \"c\"\nprogram = \"c\"\n";
    let bots = || ["a", "b", "c"].map(Fake::ours).into();
    let silenced = |rig: &Rig| {
        let of = |(_, done): &(f64, Done)| if let Done::Silence(name) = done { Some(name.clone()) } else { None };
        rig.log.iter().filter_map(of).collect::<Vec<_>>()
    };
    let mut rig = Rig::playing(text, bots());
    assert_eq!(rig.ask(Control::Panic), ["ok panic"]);
    assert_eq!(silenced(&rig), ["a", "b"]);
    let mut rig = Rig::playing(text, bots());
    rig.event(Event::Interrupted);
    assert!(silenced(&rig).is_empty(), "they fade out and end their notes themselves");
    rig.event(Event::Interrupted);
    assert_eq!(silenced(&rig)[..2], ["a", "b"]);
}
