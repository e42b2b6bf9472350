//! Bots that are musebot folders: their life is judged by their heartbeat, because their script may
//! end long before them; they may be slow; and the file may have something for one of them alone.

use crate::{
    fake::Fake,
    rig::{Done, FIRST, Rig, file},
};
use director::event::{Exit, Tone};

/// A file with one folder, and more said of it.
fn folder(id: &str, more: &str) -> String {
    format!("[[bot]]\nfolder = \"Musebots/{id}\"\n{more}\n")
}

fn deaths(rig: &Rig) -> Vec<&str> {
    rig.told(Tone::Loud).into_iter().filter(|text| text.contains("has died")).collect()
}

fn finished(rig: &Rig) -> bool {
    rig.log.iter().any(|(_, done)| matches!(done, Done::Finish(_)))
}

#[test]
fn a_bot_whose_script_has_returned_lives_as_long_as_it_beats() {
    let mut rig = Rig::with(&folder("pad", ""), vec![Fake::folder("pad").slow(3000).detached()]).begin();
    rig.run(300.0);
    assert_eq!(rig.state("pad"), "playing");
    assert!(deaths(&rig).is_empty() && rig.times(|d| matches!(d, Done::Signal(..))).is_empty(), "{:?}", rig.log);
    assert_eq!(rig.list(), ["pad"]);
}

#[test]
fn one_whose_script_has_returned_and_that_falls_silent_is_dead_and_started_again() {
    let mut rig = Rig::with(&folder("pad", ""), vec![Fake::folder("pad").detached()]).begin();
    rig.run(10.0);
    rig.falls_silent("pad");
    let silent = rig.seconds();
    let at = rig.run_until(12.0, |d| matches!(d, Done::Launch(_)));
    assert!((at - silent - 8.0).abs() < 1.5, "silent at {silent}, started again at {at}");
    let card = deaths(&rig)[0];
    assert!(card.contains("pad has died: it has fallen silent (its script: exit code 0)"), "{card}");
    assert!(card.contains("starting it again in 0.25 s (restart 1)"), "{card}");
    assert_eq!(rig.times(|d| matches!(d, Done::Release(_))).len(), 1, "its port and folder are given again");
    assert_eq!(rig.sent(FIRST, "/agent/off").len(), 1, "D13: should it only have been slow, it goes");
    rig.run(5.0);
    assert_eq!(rig.state("pad"), "playing");
}

#[test]
fn one_that_is_not_to_be_restarted_stays_away() {
    let two = folder("pad", "restart = \"never\"") + &file(&["bass"]);
    let mut rig = Rig::with(&two, vec![Fake::folder("pad").detached(), Fake::ours("bass")]).begin();
    rig.run(5.0);
    rig.falls_silent("pad");
    rig.run(30.0);
    assert_eq!(rig.times(|d| matches!(d, Done::Launch(name) if name == "pad")).len(), 1);
    assert_eq!((rig.state("pad"), rig.state("bass")), ("stopped", "playing"));
}

#[test]
fn a_bot_that_was_its_script_and_ended_well_has_ended_by_itself() {
    let two = folder("pad", "") + &file(&["bass"]);
    let mut rig = Rig::with(&two, vec![Fake::folder("pad"), Fake::ours("bass")]).begin();
    rig.run(5.0);
    rig.dies("pad", Exit::Code(0), &[]);
    rig.run(12.0);
    assert!(deaths(&rig).is_empty(), "{:?}", deaths(&rig));
    assert!(rig.told(Tone::Note).iter().any(|text| text.contains("pad has ended by itself")), "{:?}", rig.log);
    assert_eq!(rig.state("pad"), "stopped");
}

#[test]
fn what_a_script_left_behind_and_that_ended_unseen_counts_as_a_death() {
    let mut rig = Rig::with(&folder("pad", ""), vec![Fake::folder("pad")]).begin();
    rig.run(5.0);
    rig.dies("pad", Exit::Unknown, &["Killed"]);
    rig.run(10.0);
    let card = deaths(&rig)[0];
    assert!(card.contains("what its script had started has ended") && card.contains("| Killed"), "{card}");
}

#[test]
fn a_script_that_fails_is_shown_at_once_and_nobody_waits_for_it() {
    let two = folder("pad", "") + &file(&["bass"]);
    let mut rig = Rig::with(&two, vec![Fake::folder("pad").slow(1_000_000), Fake::ours("bass")]).begin();
    rig.run(0.5);
    rig.dies("pad", Exit::Code(127), &["run.command: line 2: open: command not found"]);
    let card = deaths(&rig)[0];
    assert!(
        card.contains("exit code 127") && card.contains("| run.command: line 2: open: command not found"),
        "{card}"
    );
    assert!(card.contains("try: a program that its script calls is not installed"), "{card}");
    rig.run(0.5);
    assert!(rig.clock.is_some(), "the rest plays");
}

#[test]
fn d15_a_script_that_returns_and_whose_bot_is_never_heard_has_failed_after_60_s() {
    let two = folder("pad", "") + &file(&["bass"]);
    let mut rig = Rig::with(&two, vec![Fake::folder("pad").slow(1_000_000).detached(), Fake::ours("bass")]).begin();
    rig.run(59.5);
    assert_eq!((rig.state("pad"), deaths(&rig).len()), ("starting", 0));
    rig.run(1.0);
    assert!(deaths(&rig)[0].contains("it was never heard (its script: exit code 0)"), "{:?}", deaths(&rig));
}

#[test]
fn one_that_is_never_heard_and_out_of_reach_is_not_launched_again_and_again() {
    let two = folder("pad", "") + &file(&["bass"]);
    let mut rig = Rig::with(&two, vec![Fake::folder("pad").slow(1_000_000).detached(), Fake::ours("bass")]).begin();
    rig.run(300.0);
    assert_eq!(rig.times(|d| matches!(d, Done::Launch(name) if name == "pad")).len(), 1, "each would leave one behind");
    assert!(deaths(&rig)[0].contains("`director start pad` tries again"), "{:?}", deaths(&rig));
    assert_eq!((rig.state("pad"), rig.state("bass")), ("gave-up", "playing"));
}

/// As `python3 bot.py &` does that lacks a package.
#[cfg(not(target_os = "macos"))]
#[test]
fn what_a_script_left_behind_and_that_fails_at_once_is_shown_and_nobody_waits_a_minute_for_it() {
    let two = folder("pad", "") + &file(&["bass"]);
    let mut rig = Rig::with(&two, vec![Fake::folder("pad").slow(1_000_000), Fake::ours("bass")]).begin();
    rig.run(0.5);
    rig.dies("pad", Exit::Unknown, &["ModuleNotFoundError"]);
    rig.run(9.0);
    assert!(deaths(&rig)[0].contains("| ModuleNotFoundError"), "{:?}", rig.log);
    assert!(rig.clock.is_some(), "the rest plays");
}

#[test]
fn the_port_and_the_folder_of_one_that_went_when_told_are_given_again() {
    let two = folder("pad", "") + &file(&["bass"]);
    let mut rig = Rig::with(&two, vec![Fake::folder("pad"), Fake::ours("bass")]).begin();
    rig.run(5.0);
    rig.ask(musebot_protocol::Control::Stop { bot: "pad".into() });
    rig.run(8.0);
    assert_eq!(rig.state("pad"), "stopped");
    assert_eq!(rig.times(|d| *d == Done::Release("pad".into())).len(), 1);
}

#[test]
fn d15_ticks_wait_a_minute_for_folders_and_3_s_for_programs() {
    let begins = |toml: &str, bots: Vec<Fake>| {
        let mut rig = Rig::with(toml, bots).begin();
        while rig.clock.is_none() && rig.seconds() < 100.0 {
            rig.run(0.02);
        }
        rig.seconds().round() as u32
    };
    let slow = |ms| vec![Fake::folder("pad").slow(ms), Fake::ours("bass")];
    let two = folder("pad", "") + &file(&["bass"]);
    assert_eq!(begins(&two, slow(20_000)), 20, "all are here");
    assert_eq!(begins(&two, slow(90_000)), 60);
    assert_eq!(begins(&format!("wait = 5\n{two}"), slow(20_000)), 5, "the file says how long");
    assert_eq!(begins(&two, vec![Fake::folder("pad").slow(20_000), Fake::ours("bass").slow(50_000)]), 20);
    assert_eq!(begins(&file(&["bass"]), vec![Fake::ours("bass").slow(20_000)]), 3);
}

#[test]
fn d17_one_that_no_signal_reaches_has_gone_when_it_is_quiet() {
    let mut rig = Rig::with(&folder("pad", ""), vec![Fake::folder("pad").detached()]).begin();
    rig.run(5.0);
    rig.ask(musebot_protocol::Control::Quit);
    let told = rig.seconds();
    let end = rig.run_until(12.0, |d| matches!(d, Done::Finish(0)));
    // It fades for 5 s, beating; then nothing is heard for 4.
    assert!((8.0..10.0).contains(&(end - told)), "{}", end - told);
    assert!(rig.told(Tone::Loud).is_empty(), "{:?}", rig.told(Tone::Loud));
    assert!(rig.times(|d| matches!(d, Done::Signal(..))).is_empty());
}

#[test]
fn one_that_no_signal_reaches_and_that_does_not_go_is_said_once() {
    let two = folder("pad", "") + &file(&["bass"]);
    let mut rig = Rig::with(&two, vec![Fake::folder("pad").detached().deaf(), Fake::ours("bass")]).begin();
    rig.run(5.0);
    rig.ask(musebot_protocol::Control::Stop { bot: "pad".into() });
    rig.run(60.0);
    let loud = rig.told(Tone::Loud);
    assert_eq!(loud.len(), 1, "{loud:?}");
    assert!(
        loud[0].contains("pad was told off 9 s ago and still beats") && loud[0].contains("end it by hand"),
        "{loud:?}"
    );
    assert!(!rig.told(Tone::Warning).iter().any(|text| text.contains("not of this ensemble")), "{:?}", rig.log);
    assert_eq!(rig.list(), ["bass"]);
    rig.ask(musebot_protocol::Control::Quit);
    rig.run_until(5.0, |d| matches!(d, Done::Finish(0)));
}

#[test]
fn one_that_was_told_off_before_it_was_heard_is_told_again_when_it_is() {
    let mut rig = Rig::with(&folder("pad", ""), vec![Fake::folder("pad").slow(4000).detached()]).begin();
    rig.run(1.0);
    rig.ask(musebot_protocol::Control::Quit);
    rig.run(3.5);
    assert_eq!(rig.sent(FIRST, "/agent/off").len(), 2, "{:?}", rig.sent_to(FIRST));
    rig.run_until(12.0, |d| matches!(d, Done::Finish(0)));
}

#[test]
fn one_whose_folder_was_made_ready_after_its_time_to_go_is_ended_at_once() {
    let mut rig = Rig::with(&folder("huge", ""), vec![Fake::folder("huge")]);
    rig.making_ready = true;
    let mut rig = rig.begin();
    rig.run(1.0);
    rig.ask(musebot_protocol::Control::Quit);
    rig.run(12.0);
    assert!(!finished(&rig), "it may still come");
    rig.forget();
    rig.is_ready("huge");
    assert_eq!(rig.times(|d| *d == Done::Signal("huge".into(), true)).len(), 1);
    rig.run_until(1.0, |d| matches!(d, Done::Finish(0)));
}

#[test]
fn a_restart_by_hand_waits_until_the_old_one_is_quiet() {
    let mut rig = Rig::with(&folder("pad", ""), vec![Fake::folder("pad").detached()]).begin();
    rig.run(5.0);
    rig.ask(musebot_protocol::Control::Restart { bot: "pad".into() });
    let at = rig.run_until(12.0, |d| matches!(d, Done::Launch(_)));
    assert!((12.0..15.0).contains(&at), "{at}");
}

#[test]
fn x5_a_folder_is_greeted_only_after_it_has_said_hello_itself() {
    let two = folder("old", "") + &folder("new", "");
    let mut rig = Rig::with(&two, vec![Fake::folder("old"), Fake::folder("new")]).begin();
    rig.run(30.0);
    assert!(rig.sent(FIRST, "/mc/hello").is_empty() && rig.sent(FIRST + 1, "/mc/hello").is_empty());
    rig.say_hello("new", "timetags");
    assert_eq!(rig.sent(FIRST + 1, "/mc/hello").len(), 1);
    rig.say_hello("new", "timetags");
    rig.run(10.0);
    assert_eq!(rig.sent(FIRST + 1, "/mc/hello").len(), 1, "once");
    assert!(rig.sent(FIRST, "/mc/hello").is_empty());
}

#[test]
fn a_delay_counts_from_the_start_and_the_start_does_not_wait_for_it() {
    let two = folder("late", "delay = \"20s\"") + &file(&["bass"]);
    let mut rig = Rig::with(&two, vec![Fake::folder("late"), Fake::ours("bass").slow(2000)]).begin();
    let at = rig.run_until(40.0, |d| matches!(d, Done::Launch(name) if name == "late"));
    assert!((at - rig.due(0) - 20.0).abs() < 0.05, "tick 0 at {}, launched at {at}", rig.due(0));
    assert!((rig.due(0) - 2.1).abs() < 0.2);
    rig.run(5.0);
    assert_eq!(rig.state("late"), "playing");
}

#[test]
fn a_band_of_latecomers_is_waited_for() {
    let mut rig = Rig::with(&folder("late", "delay = 5"), vec![Fake::folder("late")]).begin();
    rig.run(10.0);
    assert!(!finished(&rig) && rig.state("late") == "playing", "{:?}", rig.log);
    let mut rig = Rig::with(&folder("late", "delay = 50"), vec![Fake::folder("late")]).begin();
    rig.run(10.0);
    assert_eq!(rig.state("late"), "waiting");
    rig.ask(musebot_protocol::Control::Quit);
    rig.run_until(1.0, |d| matches!(d, Done::Finish(0)));
}

#[test]
fn a_latecomer_can_be_started_and_sent_away_by_hand() {
    let two = folder("late", "delay = 500") + &file(&["bass"]);
    let mut rig = Rig::with(&two, vec![Fake::folder("late"), Fake::ours("bass")]).begin();
    rig.run(5.0);
    let late = || "late".to_owned();
    assert_eq!(rig.ask(musebot_protocol::Control::Start { bot: late() }), ["ok start"]);
    rig.run(3.0);
    assert_eq!(rig.state("late"), "playing");
    let mut rig = Rig::with(&two, vec![Fake::folder("late"), Fake::ours("bass")]).begin();
    rig.run(5.0);
    assert_eq!(rig.ask(musebot_protocol::Control::Stop { bot: late() }), ["ok stop"]);
    rig.run(600.0);
    assert!(rig.times(|d| matches!(d, Done::Launch(name) if name == "late")).is_empty());
}

#[test]
fn d33_a_bot_plays_as_long_as_its_leave_after_says_and_stays_away() {
    let two = folder("guest", "delay = 10\nleave-after = 20") + &file(&["bass"]);
    let mut rig = Rig::with(&two, vec![Fake::folder("guest").slow(1000), Fake::ours("bass")]).begin();
    rig.run(1.0);
    let heard = rig.due(0) + 11.0;
    let off = rig.run_until(60.0, |d| *d == Done::Sent(FIRST, "/agent/off ,".into()));
    assert!((off - heard - 20.0).abs() < 0.2, "heard at {heard}, told off at {off}");
    rig.run(60.0);
    assert_eq!((rig.state("guest"), rig.state("bass")), ("stopped", "playing"));
    assert_eq!(rig.times(|d| matches!(d, Done::Launch(name) if name == "guest")).len(), 1);
}

#[test]
fn a_death_does_not_prolong_a_bots_stay() {
    let two = folder("guest", "leave-after = 20") + &file(&["bass"]);
    let mut rig = Rig::with(&two, vec![Fake::folder("guest"), Fake::ours("bass")]).begin();
    rig.run(15.0);
    rig.dies("guest", Exit::Code(1), &[]);
    rig.run(7.0);
    assert_eq!(rig.state("guest"), "ending");
}

#[test]
fn d34_what_the_file_has_to_say_to_one_bot_goes_to_it_alone_2_s_after_all_are_here() {
    let text = folder("x", "say = { initialize = 1, density = 0.5 }") + &folder("slow", "");
    let mut rig = Rig::with(&text, vec![Fake::folder("x"), Fake::folder("slow").slow(12_000)]).begin();
    let at = rig.run_until(30.0, |d| matches!(d, Done::Sent(FIRST, text) if text.contains("initialize")));
    // Who beats gets a moment to say hello before the band is complete.
    assert!((14.0..14.5).contains(&at), "{at}");
    rig.run(60.0);
    assert_eq!(rig.sent(FIRST, "/broadcast/initialize"), ["/broadcast/initialize ,si Conductor 1"]);
    assert_eq!(rig.sent(FIRST, "/broadcast/density"), ["/broadcast/density ,sf Conductor 0.5"]);
    assert!(rig.sent(FIRST + 1, "/broadcast/initialize").is_empty());
}

#[test]
fn one_that_comes_back_is_told_again() {
    let mut rig = Rig::with(&folder("x", "say = { initialize = 1 }"), vec![Fake::folder("x")]).begin();
    rig.run(10.0);
    rig.dies("x", Exit::Signal(11), &[]);
    rig.run(10.0);
    assert_eq!(rig.sent(FIRST, "/broadcast/initialize").len(), 2);
}

#[test]
fn bots_are_connected_2_s_after_both_are_here() {
    let text = format!("jack-connect = [[\"a\", \"b\"]]\n{}", folder("a", "") + &folder("b", "delay = 10"));
    let mut rig = Rig::with(&text, vec![Fake::folder("a"), Fake::folder("b")]).begin();
    let at = rig.run_until(30.0, |d| *d == Done::Connect("a>b".into()));
    assert!((at - rig.due(0) - 12.0).abs() < 0.3, "{at}");
    rig.run(30.0);
    assert_eq!(rig.times(|d| matches!(d, Done::Connect(_))).len(), 1);
}

#[test]
fn a_folder_that_cannot_run_here_is_said_and_the_rest_plays_at_once() {
    let mut rig = Rig::with(&(folder("mac", "") + &file(&["bass"])), vec![Fake::ours("bass")]);
    rig.unlaunchable.insert("mac".into(), "needs macOS: its run script uses `open`".into());
    let mut rig = rig.begin();
    rig.run(1.0);
    assert!(rig.clock.is_some());
    assert!(rig.told(Tone::Loud)[0].contains("mac cannot be started: needs macOS"));
}
