//! A whole bot on virtual time: datagrams in, actions out.

mod conductors;

use super::*;
use crate::{Musebot, Note, Setup, Stage};
use musebot_protocol::{Arg, Meter, Position, Tick, time_bundle};
use proptest::prelude::*;
use std::time::{Duration, UNIX_EPOCH};

/// Plays on every beat, says where it is on every bar line, and repeats what it hears.
struct Parrot;

impl Musebot for Parrot {
    fn new(_setup: &Setup) -> anyhow::Result<Self> {
        Ok(Self)
    }
    fn tick(&mut self, _tick: Tick, stage: &mut Stage) {
        if stage.tick_in_bar() % 16 == 0 {
            stage.play(Note::new(60, 0.8, 8.0));
        }
        if stage.is_bar_line() {
            stage.say("bar", stage.bar() as i32);
        }
    }
    fn heard(&mut self, said: &Broadcast, stage: &mut Stage) {
        stage.say("heard", [Arg::from(said.topic.as_str()), Arg::from(said.speaker.as_str())].to_vec());
        if said.said() == Some(Said::Initialize) {
            (0..1000).for_each(|n| stage.say(&format!("topic{n}"), n));
        }
    }
}

struct Stageplay {
    session: Session<Parrot>,
    now: f64,
    wall: SystemTime,
    actions: Vec<(f64, Action)>,
}

impl Stageplay {
    fn new(on_exiting: OnExiting) -> Self {
        let id = BotId::new("parrot").unwrap();
        let manner = Manner { id, latency: 0.02, on_exiting };
        Self {
            session: Session::new(&Setup::rehearsal("parrot", 1), manner, 0.0).unwrap(),
            now: 0.0,
            wall: UNIX_EPOCH + Duration::from_secs(1_800_000_000),
            actions: Vec::new(),
        }
    }

    fn wall(&self) -> SystemTime {
        self.wall + Duration::from_secs_f64(self.now)
    }

    fn hear_bytes(&mut self, bytes: &[u8]) {
        let mut out = Vec::new();
        self.session.receive(self.now, self.wall(), self.now, bytes, &mut out);
        self.actions.extend(out.into_iter().map(|a| (self.now, a)));
    }

    fn hear(&mut self, message: &ToBot) {
        self.hear_bytes(&message.encode());
    }

    fn broadcast(&mut self, topic: &str, speaker: &str, args: impl musebot_protocol::IntoArgs) {
        self.hear(&ToBot::Broadcast(Broadcast::new(topic, speaker, args)));
    }

    /// Lets time pass, as the live loop does.
    fn until(&mut self, end: f64) {
        loop {
            let wake = self.session.wake();
            self.now = wake.clamp(self.now, end);
            let mut out = Vec::new();
            self.session.advance(self.now, &mut out);
            self.actions.extend(out.into_iter().map(|a| (self.now, a)));
            if wake > end || self.exited() {
                self.now = end;
                return;
            }
        }
    }

    /// Ticks at 120 bpm, each with its timetag 60 ms ahead.
    fn ticks(&mut self, ticks: std::ops::Range<i64>) {
        for n in ticks {
            let sounds = TimeTag::from_system_time(self.wall() + Duration::from_millis(60));
            self.hear_bytes(&time_bundle(Tempo::default(), Tick(n), sounds));
            self.until(self.now + 1.0 / 32.0);
        }
    }

    fn exited(&self) -> bool {
        self.actions.iter().any(|(_, a)| *a == Action::Exit)
    }

    fn fade(&self) -> Option<(f64, f32, Why)> {
        self.actions
            .iter()
            .find_map(|(at, a)| if let Action::Fade(ms, why) = a { Some((*at, *ms, *why)) } else { None })
    }

    fn cues(&self) -> Vec<Cue> {
        self.actions.iter().filter_map(|(_, a)| if let Action::Cue(cue) = a { Some(*cue) } else { None }).collect()
    }

    fn begun(&self) -> usize {
        self.cues().iter().filter(|c| c.velocity.is_some()).count()
    }

    /// Everything it said: topic, and the whole datagram read back.
    fn said(&self) -> Vec<Broadcast> {
        let sent =
            self.actions.iter().filter_map(|(_, a)| if let Action::Send(bytes) = a { Some(bytes) } else { None });
        sent.map(|bytes| Broadcast::decode(&messages(bytes).next().unwrap().unwrap()).unwrap()).collect()
    }

    fn said_of(&self, topic: &str) -> usize {
        self.said().iter().filter(|s| s.topic == topic).count()
    }

    fn every_note_has_its_end(&self) -> bool {
        let cues = self.cues();
        cues.iter()
            .filter(|c| c.velocity.is_some())
            .all(|on| cues.iter().filter(|c| c.id == on.id && c.velocity.is_none()).count() == 1)
    }
}

#[test]
fn x3_a_note_sounds_at_the_timetag_of_its_tick() {
    let mut play = Stageplay::new(OnExiting::Auto);
    play.ticks(0..64);
    for (n, cue) in play.cues().iter().filter(|c| c.velocity.is_some()).enumerate() {
        assert!((cue.due - (n as f64 * 0.5 + 0.06)).abs() < 1e-6, "{cue:?}");
    }
    assert_eq!(play.begun(), 4);
}

#[test]
fn b12_ticks_alone_do_not_keep_a_bot_and_agent_lists_do() {
    let mut play = Stageplay::new(OnExiting::Auto);
    for second in 0..40_i64 {
        if second < 10 {
            play.hear(&ToBot::AgentList(vec!["parrot".into()]));
        }
        play.ticks(second * 32..second * 32 + 32);
    }
    let (at, ms, why) = play.fade().unwrap();
    assert!((39.0..39.1).contains(&at), "faded at {at}, listed last at 9");
    assert_eq!(why, Why::Abandoned);
    play.until(at + f64::from(ms) / 1000.0 + 1.0);
    assert!(play.exited());
}

#[test]
fn b12_without_a_conductor_it_goes_after_30_s() {
    let mut play = Stageplay::new(OnExiting::Auto);
    play.until(60.0);
    assert!((30.0..30.1).contains(&play.fade().unwrap().0));
    assert!(play.exited() && play.now < 61.0);
}

#[test]
fn b11_the_agent_list_is_understood_in_both_styles_and_empty() {
    let mut play = Stageplay::new(OnExiting::Auto);
    let names = ["a", "b"].map(str::to_owned);
    play.hear(&ToBot::AgentList(names.to_vec()));
    assert_eq!(play.session.player.stage().who(), names);
    play.hear(&ToBot::AgentList(Vec::new()));
    assert!(play.session.player.stage().who().is_empty());
    play.hear_bytes(&ToBot::agent_list_joined(&names));
    assert_eq!(play.session.player.stage().who(), names);
}

#[test]
fn b13_during_the_fade_it_plays_on_and_gain_cannot_bring_it_back() {
    let mut play = Stageplay::new(OnExiting::Auto);
    play.ticks(0..64);
    let before = play.begun();
    play.hear(&ToBot::Off { frames: Some(1) });
    play.hear(&ToBot::Gain(Gain::FULL, None));
    play.ticks(64..128);
    assert!(play.begun() > before);
    assert!(!play.actions.iter().any(|(_, a)| matches!(a, Action::Gain(..))));
    let (at, ms, why) = play.fade().unwrap();
    assert_eq!(why, Why::ToldOff);
    assert!((3000.0..=3800.0).contains(&ms));
    play.until(at + 5.0);
    assert!(play.exited());
}

#[test]
fn b14_kill_and_quit_are_off() {
    for address in ["/agent/kill", "/agent/quit", "/agent/off"] {
        let mut play = Stageplay::new(OnExiting::Auto);
        let mut bytes = address.as_bytes().to_vec();
        bytes.resize((bytes.len() + 4) & !3, 0);
        play.hear_bytes(&bytes);
        assert_eq!(play.fade().map(|f| f.2), Some(Why::ToldOff), "{address}");
    }
}

#[test]
fn b15_the_end_of_a_gain_ramp_ends_nothing() {
    let mut play = Stageplay::new(OnExiting::Auto);
    play.hear(&ToBot::Gain(Gain::new(0.5).unwrap(), Some(2000.0)));
    play.until(10.0);
    play.actions.retain(|(_, a)| !matches!(a, Action::Late { .. }));
    assert_eq!(play.actions, [(0.0, Action::Gain(0.5, 2000.0))]);
}

#[test]
fn b7_a_jump_ends_what_sounds_and_goes_on_from_there() {
    let mut play = Stageplay::new(OnExiting::Auto);
    play.ticks(0..66);
    play.ticks(5000..5100);
    play.ticks(0..32);
    play.until(play.now + 1.5);
    assert!(play.every_note_has_its_end());
    let bars: Vec<f64> = play.said().iter().filter(|s| s.topic == "bar").filter_map(Broadcast::number).collect();
    assert_eq!(bars, [1.0, 2.0, 80.0, 1.0]);
}

#[test]
fn b10_without_a_meter_bars_have_four_beats_and_with_one_they_follow_it() {
    let mut play = Stageplay::new(OnExiting::Auto);
    play.ticks(0..256);
    assert_eq!(play.said_of("bar"), 4);
    play.hear(&ToBot::Meter(Meter::new(3, 4).unwrap()));
    play.ticks(256..256 + 48 * 4);
    assert_eq!(play.said_of("bar"), 8);
}

#[test]
fn when_ticks_stop_what_sounds_rings_off_and_nothing_new_begins() {
    let mut play = Stageplay::new(OnExiting::Auto);
    play.ticks(0..50);
    play.until(play.now + 10.0);
    let begun = play.begun();
    assert!(play.every_note_has_its_end());
    assert!(begun <= 6, "{begun} notes after 1.5 s of ticks");
}

#[test]
fn x4_whoever_comes_in_the_middle_comes_in_on_a_bar_line() {
    let mut play = Stageplay::new(OnExiting::Auto);
    play.hear(&ToBot::Position(Position { tick: Tick(1000), bar: 17, beat: 3, ticks_per_bar: 56 }));
    play.ticks(1010..1100);
    let first = play.cues().into_iter().find(|c| c.velocity.is_some()).unwrap();
    assert_eq!(first.position, 1000.0 - 32.0 + 56.0);
}

#[test]
fn x8_off_ends_all_notes_at_the_bar_line_and_on_brings_them_back() {
    let mut play = Stageplay::new(OnExiting::Auto);
    play.ticks(0..64);
    play.broadcast("onoff", "Conductor", 0);
    play.ticks(64..128);
    assert!(play.every_note_has_its_end());
    assert_eq!(play.begun(), 4);
    assert!(play.cues().iter().all(|c| c.due <= 2.06 + 1e-6));
    play.broadcast("onoff", "Conductor", 1);
    play.ticks(128..192);
    assert_eq!(play.begun(), 8);
}

#[test]
fn b16_its_own_words_are_not_heard() {
    let mut play = Stageplay::new(OnExiting::Auto);
    play.broadcast("notepool", "parrot", [60, 64]);
    assert_eq!(play.said_of("heard"), 0);
    play.broadcast("notepool", "other", [60, 64]);
    assert_eq!(play.said_of("heard"), 1);
}

#[test]
fn b19_words_without_an_id_without_a_payload_or_with_junk_are_heard_and_survived() {
    let mut play = Stageplay::new(OnExiting::Auto);
    play.hear_bytes(b"/broadcast/density\0\0,f\0\0\x3f\x80\0\0");
    play.broadcast("meter", "mh_WhinyBOT", ());
    play.broadcast("notepool", "x", vec![Arg::from("set"), Arg::from("60 63"), Arg::Float(f32::NAN)]);
    play.until(3.0);
    let heard: Vec<String> = play.said().iter().filter_map(|s| s.args.first()?.text().map(str::to_owned)).collect();
    assert!(heard.contains(&"notepool".to_owned()), "{heard:?}");
}

#[test]
fn b20_a_plan_is_chords_as_text_and_durations_relative_to_their_sum() {
    let mut play = Stageplay::new(OnExiting::Auto);
    play.broadcast("plan/chords", "chords", ["0 3 7 10", "11 15 18 21"]);
    play.broadcast("plan/chordDuration", "chords", [12.0, 4.0]);
    let stage = play.session.player.stage();
    let said = |topic: &str| stage.last(topic).and_then(Broadcast::said);
    assert_eq!(said("plan/chords"), Some(Said::PlanChords(vec![vec![0, 3, 7, 10], vec![11, 15, 18, 21]])));
    assert_eq!(said("plan/chordDuration"), Some(Said::PlanChordDuration(vec![0.75, 0.25])));
}

#[test]
fn b21_a_tala_sets_the_bar_where_no_director_says_where_the_bars_are() {
    for (positioned, bars) in [(false, vec![1.0, 2.0, 3.0, 4.0, 5.0]), (true, vec![1.0, 2.0, 3.0, 4.0])] {
        let mut play = Stageplay::new(OnExiting::Auto);
        if positioned {
            play.hear(&ToBot::Position(Position { tick: Tick(0), bar: 1, beat: 1, ticks_per_bar: 64 }));
        }
        play.ticks(0..64);
        play.broadcast("tala", "drums", [3, 3, 2, 2, 2]);
        play.ticks(64..64 + 4 * 48);
        let said: Vec<f64> = play.said().iter().filter(|s| s.topic == "bar").filter_map(Broadcast::number).collect();
        assert_eq!(said, bars, "position: {positioned}");
    }
}

#[test]
fn b22_another_bots_exiting_ends_it_with_the_phrase() {
    let mut play = Stageplay::new(OnExiting::Phrase);
    play.broadcast("phraselength", "drums", 2);
    play.ticks(0..70);
    play.broadcast("exiting", "drums", 1);
    play.ticks(70..128);
    assert!(play.fade().is_none(), "the phrase of two bars ends at tick 128");
    play.ticks(128..140);
    assert_eq!(play.fade().map(|f| f.2), Some(Why::FormEnded));
    assert_eq!(play.said_of("exiting"), 1);
}

#[test]
fn b22_off_goes_at_once_ignore_never_and_a_payload_of_0_means_nothing() {
    for (manner, payload, goes) in [
        (OnExiting::Off, 1, true),
        (OnExiting::Off, 0, false),
        (OnExiting::Ignore, 1, false),
        (OnExiting::Phrase, 0, false),
    ] {
        let mut play = Stageplay::new(manner);
        play.broadcast("exiting", "drums", payload);
        play.ticks(0..300);
        assert_eq!(play.fade().is_some(), goes, "{manner:?} {payload}");
    }
}

#[test]
fn b22_where_a_director_says_hello_it_decides_itself_who_goes() {
    for (hello, goes) in [(true, false), (false, true)] {
        let mut play = Stageplay::new(OnExiting::Auto);
        if hello {
            play.hear(&ToBot::Hello);
        }
        play.ticks(0..10);
        play.broadcast("exiting", "drums", 1);
        play.ticks(10..300);
        assert_eq!(play.fade().is_some(), goes);
    }
}

#[test]
fn b23_a_storm_of_exiting_is_answered_once() {
    let mut play = Stageplay::new(OnExiting::Off);
    for n in 0..1000 {
        play.broadcast("exiting", &format!("bot{n}"), 1);
        play.until(play.now + 0.01);
    }
    assert_eq!(play.said_of("exiting"), 1);
}

#[test]
fn b24_onoff_and_initialize_count_even_from_the_conductor() {
    let mut play = Stageplay::new(OnExiting::Auto);
    play.broadcast("initialize", "Conductor", 1);
    play.until(2.0);
    assert!(play.said_of("topic0") == 1);
}

#[test]
fn b26_a_bot_that_says_a_thousand_things_is_held_to_twenty_a_second() {
    let mut play = Stageplay::new(OnExiting::Auto);
    play.broadcast("initialize", "x", 1);
    play.until(10.0);
    let sent: Vec<f64> = play.actions.iter().filter(|(_, a)| matches!(a, Action::Send(_))).map(|(at, _)| *at).collect();
    assert!(sent.len() > 20);
    assert!(sent.windows(21).all(|w| w[20] - w[0] >= 1.0));
}

#[test]
fn x11_notes_that_begin_are_said_with_their_tick_before_they_sound() {
    let mut play = Stageplay::new(OnExiting::Auto);
    play.ticks(0..64);
    let onsets: Vec<_> = play.said().iter().filter(|said| said.topic == "onset").map(Broadcast::said).collect();
    let expected = |tick| Some(Said::Onset { tick: Tick(tick), channel: 1, notes: vec![(60, 0.8)] });
    assert_eq!(onsets, [0, 16, 32, 48].map(expected));
    let sent = |(at, action): &(f64, Action)| match action {
        Action::Send(bytes) if bytes.starts_with(b"/broadcast/onset") => Some(*at),
        _ => None,
    };
    for (n, at) in play.actions.iter().filter_map(sent).enumerate() {
        assert!((at - n as f64 * 0.5).abs() < 1e-9, "with its tick, {at}");
    }
}

#[test]
fn x11_what_nobody_hears_is_not_said_to_begin() {
    let mut play = Stageplay::new(OnExiting::Auto);
    play.hear(&ToBot::Gain(Gain::SILENT, None));
    play.ticks(0..64);
    assert_eq!(play.said_of("onset"), 0, "at gain 0");
    play.hear(&ToBot::Gain(Gain::new(0.3).unwrap(), None));
    play.ticks(64..128);
    assert_eq!(play.said_of("onset"), 4);
    // Two seconds of ticks, worked off when all of them are long past.
    let mut out = Vec::new();
    for n in 0..64_i64 {
        let at = play.now + n as f64 / 32.0;
        let wall = play.wall + Duration::from_secs_f64(at);
        let datagram = time_bundle(Tempo::default(), Tick(128 + n), TimeTag::from_system_time(wall));
        play.session.receive(at, wall, play.now + 5.0, &datagram, &mut out);
    }
    let onset = |action: &Action| matches!(action, Action::Send(bytes) if bytes.starts_with(b"/broadcast/onset"));
    assert!(!out.iter().any(onset), "what comes too late to be played");
}

#[test]
fn the_stage_knows_when_a_tick_sounds_on_the_clock_that_the_bot_began_with() {
    let mut play = Stageplay::new(OnExiting::Auto);
    assert_eq!(play.session.player.stage().due(Tick(500)), 0.0, "before the first tick nobody knows");
    play.until(3.0);
    play.ticks(96..128);
    let due = |play: &Stageplay, tick: i64| play.session.player.stage().due(Tick(tick));
    assert!((due(&play, 96) - 3.06).abs() < 1e-6);
    assert!((due(&play, 127) - (3.06 + 31.0 / 32.0)).abs() < 1e-6);
    assert!((due(&play, 160) - 5.06).abs() < 1e-6, "a tick to come");
    // Without any new tick, between two of them and after them, the last one still counts.
    play.until(play.now + 0.01);
    assert!((due(&play, 127) - (3.06 + 31.0 / 32.0)).abs() < 0.1);
}

#[test]
fn x5_level_and_lateness_are_told_only_to_a_director_that_said_hello() {
    let mut play = Stageplay::new(OnExiting::Auto);
    play.ticks(0..64);
    assert!(!play.actions.iter().any(|(_, a)| matches!(a, Action::Level | Action::Late { tell: true })));
    play.hear(&ToBot::Hello);
    let from = play.actions.len();
    play.ticks(64..64 + 320);
    let count = |wanted: &Action| play.actions[from..].iter().filter(|(_, a)| a == wanted).count();
    assert!((60..=100).contains(&count(&Action::Level)), "{} in ten seconds", count(&Action::Level));
    assert!((9..=10).contains(&count(&Action::Late { tell: true })));
}

#[test]
fn a_bot_that_was_busy_for_seconds_does_not_play_what_it_missed() {
    let mut play = Stageplay::new(OnExiting::Auto);
    let mut out = Vec::new();
    for n in 0..128_i64 {
        let sounds = TimeTag::from_system_time(play.wall + Duration::from_secs_f64(n as f64 / 32.0 + 0.06));
        let datagram = time_bundle(Tempo::default(), Tick(n), sounds);
        let wall = play.wall + Duration::from_secs_f64(n as f64 / 32.0);
        play.session.receive(n as f64 / 32.0, wall, 4.0, &datagram, &mut out);
    }
    assert!(!out.iter().any(|a| matches!(a, Action::Cue(c) if c.velocity.is_some())));
    play.now = 4.0;
    play.ticks(128..300);
    let first = play.cues().into_iter().find(|c| c.velocity.is_some()).unwrap();
    assert_eq!(first.position, 128.0, "it comes in on the next bar line");
}

#[test]
fn x3_a_bot_says_once_when_ticks_come_too_late_for_its_output() {
    let warnings = |output: f64| {
        let mut play = Stageplay::new(OnExiting::Auto);
        play.session.allow_for(output);
        play.ticks(0..200);
        let warned = |(_, a): &(f64, Action)| matches!(a, Action::Warn(w) if w.contains("`latency-ms`"));
        play.actions.iter().filter(|a| warned(a)).count()
    };
    assert_eq!(warnings(0.030), 0, "60 ms are enough for 30");
    assert_eq!(warnings(0.050), 1);
}

fn junk() -> impl Strategy<Value = Vec<u8>> {
    let address = prop_oneof![
        Just("/mc/time"),
        Just("/mc/meter"),
        Just("/mc/agentList"),
        Just("/mc/position"),
        Just("/mc/ending"),
        Just("/mc/hello"),
        Just("/agent/gain"),
        Just("/broadcast/onoff"),
        Just("/broadcast/tala"),
        Just("/broadcast/notepool"),
        Just("/broadcast/x/y"),
        Just("/nonsense"),
    ];
    let arg = prop_oneof![
        any::<i32>().prop_map(Arg::Int),
        any::<f32>().prop_map(Arg::Float),
        prop_oneof![Just(0.0_f32), Just(f32::NAN), Just(f32::INFINITY), Just(1e38)].prop_map(Arg::Float),
        ".{0,8}".prop_map(Arg::Text),
    ];
    let whole = (address, prop::collection::vec(arg, 0..6)).prop_map(|(address, args)| {
        // Any message is a broadcast with another address.
        let mut tail = Broadcast { topic: "t".into(), speaker: "s".into(), args }.encode();
        let mut bytes = address.as_bytes().to_vec();
        bytes.resize((bytes.len() + 4) & !3, 0);
        bytes.append(&mut tail.split_off(16));
        bytes
    });
    prop_oneof![3 => whole, 1 => prop::collection::vec(any::<u8>(), 0..64)]
}

proptest! {
    #[test]
    fn b25_no_datagram_makes_it_panic_or_leave(datagrams in prop::collection::vec((junk(), any::<bool>()), 0..60)) {
        let mut play = Stageplay::new(OnExiting::Ignore);
        play.ticks(0..20);
        for (datagram, later) in datagrams {
            play.hear_bytes(&datagram);
            if later {
                play.until(play.now + 0.05);
            }
        }
        play.hear(&ToBot::AgentList(vec![]));
        play.ticks(1_000_000..1_000_070);
        prop_assert!(play.fade().is_none());
        prop_assert!(play.session.clock.runs());
    }
}

#[test]
fn b25_what_stands_beside_junk_in_a_bundle_is_heard_all_the_same() {
    let mut play = Stageplay::new(OnExiting::Auto);
    let mut bundle = b"#bundle\0\0\0\0\0\0\0\0\x01".to_vec();
    for element in [&b"junk"[..], b"/agent/off\0\0,\0\0\0"] {
        bundle.extend((element.len() as u32).to_be_bytes());
        bundle.extend(element);
    }
    play.hear_bytes(&bundle);
    let told = |(_, action): &(f64, Action)| matches!(action, Action::Fade(_, Why::ToldOff));
    assert!(play.actions.iter().any(told), "{:?}", play.actions);
}
