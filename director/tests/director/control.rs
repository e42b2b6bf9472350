//! What a terminal may ask for, and what it is answered (X7).

use crate::{
    fake::Fake,
    rig::{Done, FIRST, Rig, file},
};
use director::event::{Event, Tone};
use musebot_protocol::{BotId, Control, Gain, Over, Tempo, ToDirector};

fn duo() -> Rig {
    let text = "tempo = 120\n[[bot]]\nid = \"bass\"\nprogram = \"bass\"\ngroup = \"rhythm\"\n\
                [[bot]]\nid = \"drums\"\nprogram = \"drums\"\ngroup = \"rhythm\"\n\
                [[bot]]\nid = \"old\"\nprogram = \"old\"\n";
    let mut rig = Rig::playing(text, vec![Fake::ours("bass"), Fake::ours("drums"), Fake::historic("old")]);
    rig.run(1.0);
    rig.forget();
    rig
}

fn gain(who: &str, gain: f64, over: Option<Over>) -> Control {
    Control::Gain { who: who.into(), gain: Gain::clamped(gain), over }
}

/// The gains that a bot was sent: when, how much, and whether with a ramp.
fn gains(rig: &Rig, port: u16) -> Vec<(f64, f64, bool)> {
    rig.sent_to(port)
        .into_iter()
        .filter_map(|(at, text)| {
            let (tags, rest) = text.strip_prefix("/agent/gain ")?.split_once(' ')?;
            Some((at, rest.split(' ').next()?.parse().ok()?, tags == ",ff"))
        })
        .collect()
}

fn get(what: &str) -> Control {
    Control::Get { what: what.into() }
}

#[test]
fn d18_a_gain_is_one_float_even_when_it_is_a_whole_number() {
    let mut rig = duo();
    for g in [0.0, 1.0, 0.5] {
        rig.ask(gain("old", g, None));
        rig.run(0.1);
    }
    let sent = rig.sent(FIRST + 2, "/agent/gain");
    assert_eq!(sent, ["/agent/gain ,f 0", "/agent/gain ,f 1", "/agent/gain ,f 0.5"]);
}

#[test]
fn d19_a_ramp_goes_only_to_a_bot_that_takes_one() {
    let mut rig = duo();
    for who in ["bass", "old"] {
        assert_eq!(rig.ask(gain(who, 0.0, Some(Over::Seconds(2.0)))), ["ok gain"]);
    }
    rig.run(3.0);
    assert!(gains(&rig, FIRST).iter().all(|g| g.2));
    assert!(gains(&rig, FIRST + 2).iter().all(|g| !g.2));
    assert!(gains(&rig, FIRST + 2).len() > 10, "a fade in steps");
}

#[test]
fn x7_a_fade_in_seconds_is_straight_and_ends_on_the_value() {
    let mut rig = duo();
    let start = rig.seconds();
    rig.ask(gain("bass", 0.0, Some(Over::Seconds(2.0))));
    rig.run(3.0);
    let gains = gains(&rig, FIRST);
    for (at, gain, _) in &gains {
        let meant = (1.0 - (at - start) / 2.0).max(0.0);
        assert!((gain - meant).abs() < 0.01, "{gain} at {at}, not {meant}");
    }
    assert_eq!(gains.last().unwrap().1, 0.0);
    assert!((gains.last().unwrap().0 - start - 2.0).abs() < 0.1);
}

#[test]
fn x7_a_fade_in_bars_follows_the_tempo() {
    let mut rig = duo();
    let start = rig.seconds();
    rig.ask(gain("bass", 0.0, Some(Over::Bars(1.0))));
    rig.ask(Control::Tempo { tempo: Tempo::new(60.0).unwrap(), over: None });
    rig.run(6.0);
    let last = *gains(&rig, FIRST).last().unwrap();
    assert_eq!(last.1, 0.0);
    assert!((last.0 - start - 4.0).abs() < 0.15, "a bar at 60 bpm takes 4 s, not {}", last.0 - start);
}

#[test]
fn x7_master_scales_everybody() {
    let mut rig = duo();
    assert_eq!(rig.ask(Control::Master { gain: Gain::clamped(0.5), over: None }), ["ok master"]);
    rig.run(0.1);
    for port in FIRST..FIRST + 3 {
        assert_eq!(gains(&rig, port).last().unwrap().1, 0.5);
    }
    assert_eq!(rig.ask(get("master")), ["value ,sf master 0.5", "ok get"]);
}

#[test]
fn x7_mute_solo_and_group_silence_whom_they_should() {
    let mut rig = duo();
    let mut after = |control: Control| {
        assert!(rig.ask(control)[0].starts_with("ok"));
        rig.run(0.2);
        let gain = |port| rig.director.roster().iter().nth(port).unwrap().sent_gain.unwrap();
        [gain(0), gain(1), gain(2)]
    };
    let who = |s: &str| s.to_owned();
    assert_eq!(after(Control::Mute { who: who("bass"), on: true }), [0.0, 1.0, 1.0]);
    assert_eq!(after(Control::Solo { who: who("drums"), on: true }), [0.0, 1.0, 0.0]);
    assert_eq!(after(Control::Solo { who: who("drums"), on: false }), [0.0, 1.0, 1.0]);
    assert_eq!(after(Control::Mute { who: who("bass"), on: false }), [1.0, 1.0, 1.0]);
    assert_eq!(after(Control::Group { group: who("rhythm"), on: false }), [0.0, 0.0, 1.0]);
    assert_eq!(after(Control::Group { group: who("rhythm"), on: true }), [1.0, 1.0, 1.0]);
    assert_eq!(after(gain("rhythm", 0.25, None)), [0.25, 0.25, 1.0]);
}

#[test]
fn what_is_set_before_a_guest_is_there_is_applied_when_it_arrives() {
    let mut rig = duo();
    let note = "value ,ss gain nobody is called `tuba` yet; this is kept for a guest of that name";
    assert_eq!(rig.ask(gain("tuba", 0.25, None)), [note, "ok gain"]);
    assert_eq!(rig.ask(Control::Mute { who: "tuba".into(), on: true }), ["ok mute"]);
    rig.add(Fake::guest("tuba", 9000));
    rig.run(1.0);
    assert_eq!(rig.director.roster().get("tuba").unwrap().sent_gain, Some(0.0));
    rig.ask(Control::Mute { who: "tuba".into(), on: false });
    rig.run(0.2);
    assert_eq!(rig.director.roster().get("tuba").unwrap().sent_gain, Some(0.25));
}

#[test]
fn where_no_guests_are_welcome_a_name_that_nobody_has_is_a_mistake() {
    let mut rig = Rig::playing(&format!("guests = false\n{}", file(&["a"])), vec![Fake::ours("a")]);
    assert_eq!(rig.ask(gain("b", 0.5, None)), ["error gain: no bot is called `b` (there are a)"]);
}

#[test]
fn x7_what_cannot_be_done_is_answered_with_advice() {
    let mut rig = duo();
    let there = "(there are bass, drums, old)";
    for (control, answer) in [
        (Control::Solo { who: "x".into(), on: true }, format!("error solo: no bot is called `x` {there}")),
        (Control::Stop { bot: "x".into() }, format!("error stop: no bot is called `x` {there}")),
        (Control::Start { bot: "bass".into() }, "error start: bass runs already".into()),
        (Control::Group { group: "x".into(), on: true }, "error group: no bot of the ensemble has `group = \"x\"`".into()),
        (Control::Section { name: "A".into() }, "error section: this ensemble has no sections".into()),
        (
            get("colour"),
            "error get: there is no value `colour` (there are address, bots, clock, density, hosts, master, name, position, section, seed, tempo)"
                .into(),
        ),
    ] {
        assert_eq!(rig.ask(control.clone()), [answer], "{control:?}");
    }
}

#[test]
fn x7_every_value_can_be_got() {
    let mut rig = duo();
    assert_eq!(rig.ask(get("tempo")), ["value ,sf tempo 120", "ok get"]);
    assert_eq!(rig.ask(get("name")), ["value ,ss name band", "ok get"]);
    assert_eq!(rig.ask(get("seed")), ["value ,ss seed 7", "ok get"]);
    assert_eq!(rig.ask(get("section")), ["value ,s section", "ok get"]);
    assert_eq!(rig.ask(get("density")), ["value ,s density", "ok get"]);
    let position = rig.ask(get("position"));
    let numbers: Vec<i64> = position[0].split(' ').skip(3).map(|n| n.parse().unwrap()).collect();
    assert_eq!((numbers[0] - 1, numbers[1] - 1), (numbers[2] / 64, numbers[2] % 64 / 16), "{position:?}");
    let bots = rig.ask(get("bots"));
    assert_eq!(bots.len(), 4);
    assert_eq!(bots[0], "value ,sssfiffffisi bots bass playing 1 0 0 0 -1 -1 0  0");
}

#[test]
fn x7_a_watcher_is_told_now_and_on_every_change() {
    let mut rig = duo();
    assert_eq!(rig.ask(Control::Watch { what: "tempo".into() }), ["ok watch"]);
    rig.run(1.0);
    rig.ask(Control::Tempo { tempo: Tempo::new(96.0).unwrap(), over: None });
    rig.run(1.0);
    let told: Vec<_> = rig
        .log
        .iter()
        .filter_map(|(_, d)| match d {
            Done::Reply(text) if text.starts_with("value") => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(told, ["value ,sf tempo 120", "value ,sf tempo 96"]);
}

#[test]
fn x7_density_is_said_by_the_conductor_and_kept_for_those_who_come() {
    let mut rig = duo();
    assert_eq!(rig.ask(Control::Density { density: 0.25 }), ["ok density"]);
    for port in FIRST..FIRST + 3 {
        assert_eq!(rig.sent(port, "/broadcast/density"), ["/broadcast/density ,sf Conductor 0.25"]);
    }
    rig.add(Fake::guest("tuba", 9000));
    rig.run(0.1);
    assert_eq!(rig.sent(9000, "/broadcast/density"), ["/broadcast/density ,sf Conductor 0.25"]);
    assert_eq!(rig.ask(get("density")), ["value ,sf density 0.25", "ok get"]);
}

#[test]
fn x7_panic_silences_all_at_once_until_the_next_bar_line() {
    let mut rig = duo();
    rig.run(0.3);
    let at = rig.seconds();
    assert_eq!(rig.ask(Control::Panic), ["ok panic"]);
    for port in FIRST..FIRST + 3 {
        let sent = rig.sent_to(port);
        let now: Vec<&str> = sent
            .iter()
            .filter(|(when, text)| *when == at && !text.starts_with("/mc/agentList"))
            .map(|(_, text)| *text)
            .collect();
        assert_eq!(now, ["/agent/gain ,f 0", "/broadcast/onoff ,si Conductor 0"]);
    }
    rig.run(5.0);
    for port in FIRST..FIRST + 3 {
        let on = rig.planned(port, "/broadcast/onoff");
        assert_eq!((on.len(), on[0].0 % 64, on[0].1.as_str()), (1, 0, "/broadcast/onoff ,si Conductor 1"));
        let back = *gains(&rig, port).last().unwrap();
        assert_eq!(back.1, 1.0);
        assert!((back.0 - rig.due(on[0].0)).abs() < 0.1, "the gain is back for the bar line");
        assert_eq!(
            gains(&rig, port).iter().filter(|g| g.0 > at && g.1 > 0.0 && g.0 < rig.due(on[0].0) - 0.1).count(),
            0
        );
    }
}

#[test]
fn x7_stop_lets_a_bot_go_and_start_brings_it_back() {
    let mut rig = duo();
    assert_eq!(rig.ask(Control::Stop { bot: "bass".into() }), ["ok stop"]);
    assert_eq!(rig.sent(FIRST, "/agent/off"), ["/agent/off ,"]);
    assert_eq!(rig.state("bass"), "ending");
    rig.run(10.0);
    assert_eq!(rig.state("bass"), "stopped");
    assert!(rig.times(|d| matches!(d, Done::Launch(_) | Done::Signal(..))).is_empty());
    assert_eq!(rig.ask(Control::Start { bot: "bass".into() }), ["ok start"]);
    rig.run(3.0);
    assert_eq!(rig.state("bass"), "playing");
}

#[test]
fn x7_stopping_the_last_bot_leaves_the_stage_open_for_its_return() {
    let mut rig = duo();
    for bot in ["bass", "drums"] {
        assert_eq!(rig.ask(Control::Stop { bot: bot.into() }), ["ok stop"]);
    }
    rig.run(30.0);
    assert!(rig.times(|d| matches!(d, Done::Finish(_))).is_empty());
    assert_eq!(rig.ask(Control::Start { bot: "drums".into() }), ["ok start"]);
    rig.run(3.0);
    assert_eq!(rig.state("drums"), "playing");
}

#[test]
fn x7_restart_lets_a_bot_go_and_launches_it_again() {
    let mut rig = duo();
    assert_eq!(rig.ask(Control::Restart { bot: "bass".into() }), ["ok restart"]);
    let at = rig.run_until(5.0, |d| *d == Done::Launch("bass".into()));
    assert!(at - rig.times(|d| *d == Done::Sent(FIRST, "/agent/off ,".into()))[0] >= 2.9, "it fades out first");
    rig.run(3.0);
    assert_eq!(rig.state("bass"), "playing");
    assert_eq!(rig.director.roster().get("bass").unwrap().restarts.count, 0, "that was no death");
}

#[test]
fn x7_restart_brings_back_a_bot_that_was_given_up() {
    let mut rig = duo();
    rig.ask(Control::Stop { bot: "drums".into() });
    rig.run(10.0);
    assert_eq!(rig.ask(Control::Restart { bot: "drums".into() }), ["ok restart"]);
    rig.run(3.0);
    assert_eq!(rig.state("drums"), "playing");
}

#[test]
fn x7_a_guest_can_be_stopped_but_not_restarted() {
    let mut rig = duo();
    rig.add(Fake::guest("tuba", 9000));
    rig.run(1.0);
    let answer = rig.ask(Control::Restart { bot: "tuba".into() });
    assert_eq!(answer, ["error restart: tuba is not of the ensemble file: start it where it came from"]);
    assert!(rig.sent(9000, "/agent/off").is_empty());
    assert_eq!(rig.ask(Control::Stop { bot: "tuba".into() }), ["ok stop"]);
    assert_eq!(rig.sent(9000, "/agent/off"), ["/agent/off ,"]);
    rig.run(10.0);
    assert_eq!(rig.state("tuba"), "unknown");
    assert!(rig.times(|d| matches!(d, Done::Signal(..))).is_empty(), "its process is not ours");
}

#[test]
fn x7_a_bot_of_the_file_that_was_run_by_hand_is_launched_by_a_restart() {
    let mut rig = duo();
    rig.ask(Control::Stop { bot: "bass".into() });
    rig.run(10.0);
    rig.bots.retain(|b| b.id != "bass");
    rig.add(Fake::guest("bass", 9000));
    rig.run(2.0);
    assert_eq!(rig.ask(Control::Restart { bot: "bass".into() }), ["ok restart"]);
    rig.run_until(10.0, |d| *d == Done::Launch("bass".into()));
}

#[test]
fn x7_quit_tells_everybody_off_and_ends_with_code_0() {
    let mut rig = duo();
    rig.add(Fake::guest("tuba", 9000));
    rig.run(1.0);
    assert_eq!(rig.ask(Control::Quit), ["ok quit"]);
    for port in [FIRST, FIRST + 1, FIRST + 2, 9000] {
        assert_eq!(rig.sent(port, "/agent/off"), ["/agent/off ,"]);
    }
    let at = rig.seconds();
    let done = rig.run_until(10.0, |d| *d == Done::Finish(0));
    assert!(done - at < 5.5);
}

#[test]
fn a_command_that_is_done_is_seen_on_the_screen_where_it_matters() {
    let mut rig = duo();
    rig.ask(Control::Panic);
    assert_eq!(rig.told(Tone::Loud), ["panic: silence until the next bar line"]);
}

#[test]
fn x5_levels_and_lateness_are_those_that_a_bot_itself_has_said() {
    let mut rig = duo();
    let id = || BotId::new("bass").unwrap();
    let from = |port: u16| ([127, 0, 0, 1], port).into();
    let mut said = |from, message| rig.event(Event::Heard { from, message });
    said(from(FIRST), ToDirector::Level { id: id(), peak: 0.5, rms: 0.25 });
    said(from(FIRST), ToDirector::Late { id: id(), p50_ms: 0.5, p99_ms: 1.5, n: 9, xruns: 2 });
    // Somebody else speaks in its name.
    said(from(9999), ToDirector::Level { id: id(), peak: 0.9, rms: 0.9 });
    said(from(9999), ToDirector::Late { id: id(), p50_ms: 90.0, p99_ms: 90.0, n: 9, xruns: 0 });
    let bots = rig.ask(get("bots"));
    assert!(bots[0].contains(" bass playing 1 0 0.5 0.25 0.5 1.5 0"), "{bots:?}");
    assert!(bots[0].ends_with(" 2"), "the gaps in its sound: {bots:?}");
}

#[test]
fn x7_start_brings_back_a_bot_that_is_still_fading_out() {
    let mut rig = duo();
    rig.ask(Control::Stop { bot: "bass".into() });
    rig.run(1.0);
    assert_eq!(rig.ask(Control::Start { bot: "bass".into() }), ["ok start"]);
    rig.run_until(3.0, |d| *d == Done::Launch("bass".into()));
    rig.run(2.0);
    assert_eq!(rig.state("bass"), "playing");
}

#[test]
fn x7_a_solo_of_a_guest_that_leaves_does_not_silence_the_others_for_ever() {
    let mut rig = duo();
    rig.add(Fake::guest("tuba", 9000));
    rig.run(1.0);
    rig.ask(Control::Solo { who: "tuba".into(), on: true });
    rig.run(0.2);
    assert_eq!(gains(&rig, FIRST).last().unwrap().1, 0.0);
    rig.falls_silent("tuba");
    rig.run(12.0);
    assert_eq!(rig.state("tuba"), "unknown");
    assert_eq!(gains(&rig, FIRST).last().unwrap().1, 1.0);
}

#[test]
fn x7_what_was_muted_can_be_unmuted_when_it_is_not_here() {
    let mut rig = duo();
    rig.add(Fake::guest("tuba", 9000));
    rig.run(1.0);
    rig.ask(Control::Mute { who: "tuba".into(), on: true });
    rig.falls_silent("tuba");
    rig.run(12.0);
    assert_eq!(rig.ask(Control::Mute { who: "tuba".into(), on: false }), ["ok mute"]);
}
