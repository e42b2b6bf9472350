//! Heartbeats, the list of who is here, and what a bot is taken to be.

use crate::{
    fake::Fake,
    rig::{Done, FIRST, Rig, file},
    spell::spell,
};
use director::{event::Tone, roster::Life};
use musebot_protocol::Said;

fn lists(rig: &Rig, port: u16) -> Vec<(f64, String)> {
    let lists = rig.sent_to(port).into_iter().filter(|(_, text)| text.starts_with("/mc/agentList"));
    lists.map(|(at, text)| (at, text.to_owned())).collect()
}

#[track_caller]
fn never_more_than_5_s_apart(lists: &[(f64, String)]) {
    for pair in lists.windows(2) {
        assert!(pair[1].0 - pair[0].0 <= 5.0, "{} s without an agentList", pair[1].0 - pair[0].0);
    }
}

#[test]
fn d7_agent_list_comes_at_least_every_5_s_and_holds_strings_only() {
    let mut rig = Rig::playing(&file(&["bass", "drums"]), vec![Fake::ours("bass"), Fake::historic("drums")]);
    rig.run(60.0);
    let lists = lists(&rig, FIRST);
    assert!(lists.len() >= 12);
    never_more_than_5_s_apart(&lists);
    assert_eq!(lists.last().unwrap().1, "/mc/agentList ,ss bass drums");
}

#[test]
fn d7_agent_list_goes_on_while_bots_fade_out() {
    let mut bot = Fake::ours("bass");
    bot.fades = Some(std::time::Duration::from_millis(6900));
    let mut rig = Rig::playing(&file(&["bass"]), vec![bot]);
    rig.event(director::event::Event::Interrupted);
    rig.run(6.8);
    let lists = lists(&rig, FIRST);
    never_more_than_5_s_apart(&lists);
    assert!(rig.seconds() - lists.last().unwrap().0 < 5.0);
}

#[test]
fn d8_agent_list_goes_to_a_bot_that_was_launched_and_does_not_beat_yet() {
    let mut rig = Rig::with(&file(&["bass"]), vec![Fake::ours("bass").slow(30_000)]).begin();
    rig.run(20.0);
    let lists = lists(&rig, FIRST);
    assert_eq!(lists[0].0, 0.0, "from the launch on");
    assert!(lists.len() >= 4);
    never_more_than_5_s_apart(&lists);
}

#[test]
fn d9_agent_list_is_separate_strings_by_default_and_one_string_where_the_file_says_so() {
    let bots = || vec![Fake::ours("bass"), Fake::ours("drums")];
    let rig = Rig::playing(&file(&["bass", "drums"]), bots());
    assert_eq!(lists(&rig, FIRST).last().unwrap().1, "/mc/agentList ,ss bass drums");
    let rig = Rig::playing(&format!("agent-list = \"joined\"\n{}", file(&["bass", "drums"])), bots());
    assert_eq!(lists(&rig, FIRST).last().unwrap().1, "/mc/agentList ,s bass drums");
    let one = format!("{}\nagent-list = \"joined\"", file(&["bass", "drums"]));
    let rig = Rig::playing(&one, bots());
    assert_eq!(lists(&rig, FIRST).last().unwrap().1, "/mc/agentList ,ss bass drums");
    assert_eq!(lists(&rig, FIRST + 1).last().unwrap().1, "/mc/agentList ,s bass drums");
}

#[test]
fn d10_a_bot_is_listed_with_its_first_heartbeat() {
    let mut rig = Rig::with(&file(&["bass"]), vec![Fake::ours("bass").slow(1000)]).begin();
    rig.run(0.9);
    assert!(rig.list().is_empty());
    rig.run(0.2);
    assert_eq!(rig.list(), ["bass"]);
    let (at, last) = lists(&rig, FIRST).pop().unwrap();
    assert!(at <= 1.04 && last == "/mc/agentList ,s bass", "{last} at {at}");
}

#[test]
fn d11_a_bot_that_beats_every_second_give_or_take_100_ms_is_never_dropped() {
    let mut rig = Rig::playing(&file(&["old"]), vec![Fake::historic("old").every(1000, 100)]);
    rig.forget();
    rig.run(300.0);
    assert_eq!(rig.list(), ["old"]);
    assert!(rig.bots[0].beats > 290);
    assert_eq!((rig.told(Tone::Warning), rig.told(Tone::Loud)), (vec![], vec![]));
    assert!(rig.sent(FIRST, "/agent/off").is_empty());
}

#[test]
fn d12_a_bot_that_beats_every_2500_ms_is_never_dropped() {
    let mut rig = Rig::playing(&file(&["server"]), vec![Fake::historic("server").every(2500, 0)]);
    rig.forget();
    rig.run(120.0);
    assert_eq!(rig.list(), ["server"]);
    assert!(rig.sent(FIRST, "/agent/off").is_empty());
}

#[test]
fn d13_a_silent_guest_is_dropped_between_6_and_10_s_and_told_off_once() {
    let mut rig = Rig::playing("", vec![Fake::guest("tuba", 9000)]);
    rig.run(1.0);
    rig.falls_silent("tuba");
    let since = rig.seconds();
    let at = rig.run_until(20.0, |d| *d == Done::Sent(9000, "/agent/off ,".into()));
    assert!((6.0..=10.0).contains(&(at - since)), "dropped after {} s", at - since);
    assert!(rig.list().is_empty() && rig.targets.is_empty() && rig.listeners.is_empty());
    rig.run(60.0);
    assert_eq!(rig.sent(9000, "/agent/off").len(), 1);
}

#[test]
fn d14_a_guest_that_returns_is_listed_again() {
    let mut rig = Rig::playing("", vec![Fake::guest("tuba", 9000)]);
    rig.falls_silent("tuba");
    rig.run(15.0);
    assert!(rig.list().is_empty());
    rig.beats_again("tuba");
    rig.run(1.0);
    assert_eq!(rig.list(), ["tuba"]);
    assert_eq!((rig.targets.len(), rig.listeners.len()), (1, 1));
}

#[test]
fn d14_a_guest_that_gave_its_port_in_its_hello_alone_is_listed_again_by_bare_heartbeats() {
    let mut tuba = Fake::guest("tuba", 9000).from(57_120);
    tuba.says_port = false;
    let mut rig = Rig::of("").begin();
    rig.add(tuba);
    rig.event(director::event::Event::Heard {
        from: ([127, 0, 0, 1], 57_120).into(),
        message: crate::hello::hello("tuba", 9000, "timetags"),
    });
    rig.run(2.0);
    assert_eq!(rig.list(), ["tuba"]);
    rig.falls_silent("tuba");
    rig.run(15.0);
    assert!(rig.list().is_empty());
    rig.beats_again("tuba");
    rig.run(1.0);
    assert_eq!(rig.list(), ["tuba"]);
    assert_eq!(rig.targets[0].to.port(), 9000);
}

#[test]
fn d14_two_guests_of_one_name_are_both_listed_again_by_bare_heartbeats() {
    let mut rig = Rig::of("").begin();
    for (source, port) in [(40_000, 9000), (40_001, 9001)] {
        let message = crate::hello::hello("tuba", port, "timetags");
        rig.event(director::event::Event::Heard { from: ([127, 0, 0, 1], source).into(), message });
    }
    rig.run(15.0);
    assert!(rig.list().is_empty());
    rig.beat(40_000, "tuba", None);
    rig.run(1.0);
    rig.beat(40_001, "tuba", None);
    let ports: Vec<u16> = rig.targets.iter().map(|t| t.to.port()).collect();
    assert_eq!(ports, [9000, 9001]);
}

#[test]
fn d15_a_slow_starter_is_taken_in_after_20_s() {
    let mut rig = Rig::with(&file(&["bass"]), vec![Fake::ours("bass").slow(20_000)]).begin();
    rig.run(21.0);
    assert_eq!(rig.list(), ["bass"]);
    assert!(rig.sent(FIRST, "/agent/off").is_empty());
}

#[test]
fn d15_a_bot_that_was_not_heard_after_60_s_has_failed() {
    let mut rig = Rig::with(&file(&["bass"]), vec![Fake::ours("bass").slow(1_000_000).deaf()]).begin();
    let at = rig.run_until(70.0, |d| *d == Done::Sent(FIRST, "/agent/off ,".into()));
    assert!((59.9..60.2).contains(&at), "{at}");
    assert!(rig.told(Tone::Loud)[0].contains("not been heard within 60 s"));
    let forced = rig.run_until(10.0, |d| *d == Done::Signal("bass".into(), false));
    assert!(forced - at >= 7.0);
}

#[test]
fn d23_a_heartbeat_goes_to_nobody() {
    let bots = vec![Fake::ours("bass"), Fake::guest("tuba", 9000)];
    let mut rig = Rig::playing(&file(&["bass"]), bots);
    rig.forget();
    rig.run(5.0);
    let forwarded =
        |d: &Done| matches!(d, Done::Sent(_, text) if text.contains("alive") || text.contains("/agent/hello"));
    assert!(rig.times(forwarded).is_empty());
}

#[test]
fn d27_an_unknown_bot_is_reported_once_and_nothing_is_sent_to_it() {
    let mut rig = Rig::playing(&file(&["bass"]), vec![Fake::ours("bass")]);
    rig.forget();
    for _ in 0..100 {
        rig.beat(9000, "who@somewhere", None);
        rig.run(0.1);
    }
    assert_eq!(rig.told(Tone::Warning).len(), 1);
    assert!(rig.told(Tone::Warning)[0].contains("who@somewhere"));
    assert!(rig.sent_to(9000).is_empty());
    assert_eq!(rig.list(), ["bass"]);
}

#[test]
fn d27_ten_thousand_unknown_ids_fill_neither_the_screen_nor_the_house() {
    let mut rig = Rig::of("").begin();
    for n in 0..10_000_u16 {
        rig.beat(20_000 + n, &format!("bot-{n}"), Some(20_000 + n));
        rig.beat(20_000 + n, &format!("mute-{n}"), None);
    }
    assert!(rig.director.roster().len() <= 256);
    assert!(rig.told(Tone::Warning).len() <= 64);
}

#[test]
fn d28_two_bots_with_one_id_are_told_apart_by_their_ports_and_reported() {
    let mut rig = Rig::playing(&file(&["bass"]), vec![Fake::ours("bass"), Fake::guest("bass", 9000)]);
    rig.run(2.0);
    assert_eq!(rig.list(), ["bass", "bass"], "the list has what they call themselves");
    assert_eq!((rig.state("bass"), rig.state("bass_2")), ("playing", "playing"));
    assert!(rig.told(Tone::Warning).iter().any(|t| t.contains("a second `bass`")));
    assert_eq!(rig.listeners.len(), 2);
}

#[test]
fn d28_two_bots_with_one_id_that_say_no_port_are_reported_once() {
    let mut rig = Rig::playing(&file(&["old"]), vec![Fake::historic("old")]);
    for _ in 0..10 {
        rig.beat(40_000, "old", None);
        rig.run(1.0);
    }
    let warnings = rig.told(Tone::Warning);
    assert_eq!(warnings.iter().filter(|w| w.contains("two bots")).count(), 1, "{warnings:?}");
    assert_eq!(rig.list(), ["old"]);
}

#[test]
fn a_bot_that_beats_from_another_port_now_and_then_is_still_one() {
    let mut rig = Rig::playing(&file(&["old"]), vec![Fake::historic("old")]);
    rig.run(5.0);
    rig.bot("old").source = 57_120;
    rig.run(20.0);
    assert!(rig.told(Tone::Warning).is_empty(), "{:?}", rig.told(Tone::Warning));
    assert_eq!(rig.list(), ["old"]);
}

#[test]
fn two_heartbeats_at_once_are_nothing_special() {
    let mut rig = Rig::playing(&file(&["old"]), vec![Fake::historic("old")]);
    rig.forget();
    for _ in 0..5 {
        rig.beat(FIRST, "old", None);
    }
    rig.run(1.0);
    assert_eq!(rig.list(), ["old"]);
    assert!(rig.told(Tone::Warning).is_empty());
}

#[test]
fn x2_hello_is_asked_of_a_bot_on_its_first_heartbeat_and_not_again() {
    let mut rig = Rig::with(&file(&["bass"]), vec![Fake::historic("bass")]).begin();
    rig.run(30.0);
    assert_eq!(rig.sent(FIRST, "/mc/hello").len(), 1);
    let first = rig.sent_to(FIRST).into_iter().find(|(_, text)| text.starts_with("/mc/hello")).unwrap();
    assert!(first.0 <= 0.14, "with the first heartbeat, not at {}", first.0);
}

#[test]
fn x2_what_a_bot_does_not_say_it_does_not_have() {
    let mut rig = Rig::playing(&file(&["old"]), vec![Fake::historic("old")]);
    rig.run(5.0);
    assert!(rig.planned(FIRST, "/mc/position").is_empty());
    assert!(!rig.planned(FIRST, "/mc/meter").is_empty());
}

#[test]
fn d21_a_broadcast_comes_back_to_its_speaker_unless_the_file_says_no() {
    let bots = || vec![Fake::ours("bass"), Fake::ours("drums")];
    let rig = Rig::playing(&file(&["bass", "drums"]), bots());
    assert!(rig.listeners.iter().all(|l| l.not_from.is_none()));
    let rig = Rig::playing(&format!("echo = false\n{}", file(&["bass", "drums"])), bots());
    for listener in &rig.listeners {
        assert_eq!(listener.not_from, Some(listener.to));
    }
}

#[test]
fn d20_broadcasts_go_to_all_that_beat_and_to_nobody_else() {
    let bots = vec![Fake::ours("bass"), Fake::ours("late").slow(50_000), Fake::guest("tuba", 9000)];
    let mut rig = Rig::with(&file(&["bass", "late"]), bots).begin();
    rig.run(3.0);
    let ports: Vec<u16> = rig.listeners.iter().map(|l| l.to.port()).collect();
    assert_eq!(ports, [FIRST, 9000]);
}

/// Three bots, a policy, and what happens when the first says that it is leaving.
fn exiting(policy: &str) -> Rig {
    let text = format!("exiting = \"{policy}\"\n{}", file(&["a", "b", "c"]));
    let mut rig = Rig::playing(&text, vec![Fake::ours("a"), Fake::ours("b"), Fake::historic("c")]);
    rig.speaks(FIRST, &Said::Exiting.by("a").encode());
    rig
}

fn told_off(rig: &Rig) -> Vec<usize> {
    (0..3).filter(|n| !rig.sent(FIRST + *n as u16, "/agent/off").is_empty()).collect()
}

#[test]
fn d24_exiting_is_forwarded_and_nobody_is_told_off() {
    let rig = exiting("forward");
    assert!(rig.director.forwards("exiting"));
    assert_eq!(told_off(&rig), [] as [usize; 0]);
}

#[test]
fn d24_exiting_tells_all_others_off_and_is_not_forwarded() {
    let rig = exiting("off-others");
    assert!(!rig.director.forwards("exiting"));
    assert!(rig.director.forwards("notepool"));
    assert_eq!(told_off(&rig), [1, 2]);
}

#[test]
fn d24_the_one_that_leaves_is_known_by_its_id_or_by_where_it_speaks_from() {
    let text = format!("exiting = \"off-others\"\n{}", file(&["a", "b", "c"]));
    for (source, id) in [(FIRST, "another-name"), (40_000, "a")] {
        let mut rig = Rig::playing(&text, vec![Fake::ours("a"), Fake::ours("b"), Fake::historic("c")]);
        rig.speaks(source, &Said::Exiting.by(id).encode());
        assert_eq!(told_off(&rig), [1, 2], "{id} from {source}");
    }
}

#[test]
fn d24_exiting_tells_all_off_the_speaker_too() {
    let rig = exiting("off-all");
    assert!(!rig.director.forwards("exiting"));
    assert_eq!(told_off(&rig), [0, 1, 2]);
}

#[test]
fn d24_an_exiting_of_0_is_a_button_that_was_let_go() {
    let text = format!("exiting = \"off-all\"\n{}", file(&["a"]));
    let mut rig = Rig::playing(&text, vec![Fake::ours("a")]);
    rig.speaks(FIRST, &musebot_protocol::Broadcast::new("exiting", "a", 0).encode());
    assert!(rig.sent(FIRST, "/agent/off").is_empty());
}

#[test]
fn d24_a_bot_that_was_told_off_for_anothers_exit_is_not_started_again() {
    let text = "exiting = \"off-others\"\n[[bot]]\nid = \"a\"\nprogram = \"a\"\n[[bot]]\nid = \"b\"\nprogram = \"b\"\nrestart = \"always\"";
    let mut rig = Rig::playing(text, vec![Fake::ours("a"), Fake::ours("b")]);
    rig.forget();
    rig.speaks(FIRST, &Said::Exiting.by("a").encode());
    rig.run(10.0);
    assert!(rig.times(|d| matches!(d, Done::Launch(_))).is_empty());
    assert_eq!(rig.director.roster().get("b").unwrap().life, Life::Stopped);
}

#[test]
fn what_the_rig_spells_is_what_travels() {
    assert_eq!(spell(&Said::Section("A".into()).by("Conductor").encode()), "/broadcast/section ,ss Conductor A");
}
