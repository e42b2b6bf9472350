//! Another machine's clock leads: when the band begins, pauses and goes on with it, and how closely.

use crate::{
    fake::Fake,
    rig::{Done, Rig, file},
};
use director::{
    clock_word::ClockWord,
    event::{ClockNews, Event, Tone},
};
use musebot_protocol::{Control, Tempo, Tick};
use std::time::Duration;

/// D, as a file has it that says nothing.
const D: f64 = 0.060;
const STEP: f64 = 0.020;

/// A band, a master that never was, and the ticks as the clock thread would have sent them.
struct Band {
    rig: Rig,
    /// What the master is still to say.
    says: Vec<(f64, ClockWord)>,
    /// Ticks: which, and their instant.
    sent: Vec<(i64, f64)>,
}

impl Band {
    /// The band is here, and so is the master's port.
    fn with(toml: &str) -> Self {
        let mut band = Self::without(toml);
        band.rig.event(Event::MasterPort(ClockNews::Here("Digitakt".into())));
        band.play(1.0);
        band
    }

    /// Nothing is known of the master's port yet.
    fn without(toml: &str) -> Self {
        let text = format!("{toml}\n{}\n[clock]\nin = {INPUT}\n", file(&["bass"]));
        let text = if toml.contains("offset-ms") { text.replace(INPUT, OFFSET) } else { text };
        let rig = Rig::with(&text.replace("offset-ms = 7\n", ""), vec![Fake::ours("bass")]).begin();
        Self { rig, says: Vec::new(), sent: Vec::new() }
    }

    fn now(&self) -> f64 {
        self.rig.seconds()
    }

    /// The master begins (or says `word`) now: so many beats of pulses; when each is due.
    fn master(&mut self, word: Option<ClockWord>, beats: f64, jitter: f64, bpm: impl Fn(f64) -> f64) -> Vec<f64> {
        let mut at = self.now() + 0.010;
        let mut chance = 0x2545_F491_4F6C_DD1D_u64 ^ at.to_bits();
        self.says.extend(word.map(|word| (at - 0.001, word)));
        let mut due = Vec::new();
        for pulse in 0..(beats * 24.0) as i64 {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let off = ((chance >> 33) as f64 / f64::from(1_u32 << 30) - 1.0) * jitter;
            let arrival = (at + off).max(self.says.last().map_or(0.0, |(before, _)| *before));
            self.says.push((arrival, ClockWord::Pulse));
            due.push(at);
            for step in 0..10 {
                at += 60.0 / bpm((pulse as f64 + f64::from(step) / 10.0) / 24.0) / 240.0;
            }
        }
        due
    }

    fn word(&mut self, word: ClockWord) {
        let at = self.rig.now;
        self.rig.event(Event::Master { at, word });
    }

    /// Time passes.
    fn play(&mut self, seconds: f64) {
        let until = self.now() + seconds;
        while self.now() < until - 1e-6 {
            let (before, end) = (self.rig.now, self.now() + STEP);
            let zero = before.as_secs_f64() - self.now();
            let words: Vec<_> = self.says.extract_if(.., |(at, _)| *at <= end).collect();
            for (at, word) in words {
                let at = Duration::from_secs_f64(zero + at);
                self.rig.now = at.max(self.rig.now);
                self.rig.event(Event::Master { at, word });
            }
            self.rig.now = before;
            self.rig.run(STEP);
            self.send();
        }
    }

    /// What the clock thread does.
    fn send(&mut self) {
        if self.rig.clock.is_none() {
            return;
        }
        loop {
            let tick = self.sent.last().map_or(0, |(tick, _)| tick + 1);
            let due = self.rig.due(tick);
            if due > self.now() {
                return;
            }
            if let Some((_, before)) = self.sent.last() {
                assert!(due > *before, "tick {tick} is not after the one before it");
            }
            self.sent.push((tick, due));
        }
    }

    /// By how many ms what is sent from some instant on sounds late, when our tick 0 belongs to a pulse.
    fn errors(&self, from: f64, seat: i64, due: &[f64], offset: f64) -> Vec<f64> {
        let sounds = |(tick, at): &(i64, f64)| {
            let pulse = seat as f64 + 1.5 * *tick as f64;
            let before = pulse.floor() as usize;
            let meant = due.get(before)? + (due.get(before + 1)? - due[before]) * pulse.fract();
            (pulse >= 0.0).then_some((at + D - offset - meant) * 1000.0)
        };
        self.sent.iter().filter(|(_, at)| *at >= from).filter_map(sounds).collect()
    }

    /// What the master is said to be.
    fn clock(&mut self) -> String {
        self.rig.ask(Control::Get { what: "clock".into() })[0].clone()
    }
}

const INPUT: &str = "\"midi:Digitakt\"";
const OFFSET: &str = "{ to = \"midi:Digitakt\", offset-ms = 7 }";

fn worst(errors: &[f64]) -> f64 {
    assert!(!errors.is_empty());
    errors.iter().fold(0.0, |worst, e| worst.max(e.abs()))
}

fn rms(errors: &[f64]) -> f64 {
    (errors.iter().map(|e| e * e).sum::<f64>() / errors.len() as f64).sqrt()
}

/// Each tick follows the one before.
fn in_order(band: &Band) {
    assert!(band.sent.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1));
}

#[test]
fn nothing_plays_until_the_master_starts_and_tick_0_falls_on_its_next_bar_line() {
    let mut band = Band::with("");
    assert!(band.rig.told(Tone::Note).contains(&"waiting for Digitakt to start (`director tempo` begins without it)"));
    band.master(None, 16.0, 0.0, |_| 120.0);
    band.play(8.0);
    assert!(band.sent.is_empty(), "pulses alone start nobody");
    let due = band.master(Some(ClockWord::Start), 24.0, 0.0, |_| 120.0);
    band.play(11.0);
    assert!((band.sent[0].1 + D - due[96]).abs() < 0.001, "{} {}", band.sent[0].1, due[96]);
    assert!(worst(&band.errors(0.0, 96, &due, 0.0)) < 1.0);
    in_order(&band);
    assert_eq!(band.clock(), "value ,ssssfff clock in Digitakt locked 120 0 0");
}

#[test]
fn a_band_that_waits_for_a_silent_master_begins_at_a_word() {
    let mut band = Band::with("");
    band.play(4.0);
    assert!(band.sent.is_empty());
    let tempo = Tempo::new(90.0).unwrap();
    assert_eq!(band.rig.ask(Control::Tempo { tempo, over: None }), ["ok tempo"]);
    band.play(8.0);
    assert!(band.sent.len() > 60, "{} ticks", band.sent.len());
    in_order(&band);
}

#[test]
fn a_master_whose_clock_begins_with_its_start_is_joined_at_its_second_bar() {
    let mut band = Band::with("meter = \"3/4\"");
    let due = band.master(Some(ClockWord::Start), 24.0, 0.002, |_| 100.0);
    band.play(12.0);
    assert!((band.sent[0].1 + D - due[72]).abs() < 0.003);
    assert!(worst(&band.errors(0.0, 72, &due, 0.0)) < 3.0);
}

#[test]
fn jitter_of_three_ms_is_not_heard() {
    let mut band = Band::with("");
    let due = band.master(Some(ClockWord::Start), 200.0, 0.003, |_| 120.5);
    band.play(99.0);
    let errors = band.errors(due[240], 96, &due, 0.0);
    assert!(errors.len() > 2000);
    assert!(rms(&errors) < 0.5, "{}", rms(&errors));
    assert!(worst(&errors) < 1.5, "{}", worst(&errors));
    let steps: Vec<f64> = errors.windows(2).map(|e| e[1] - e[0]).collect();
    assert!(worst(&steps) < 0.7, "from tick to tick: {}", worst(&steps));
    in_order(&band);
}

#[test]
fn a_ramp_from_90_to_140_in_eight_bars_is_played_along() {
    let bpm = |beat: f64| 90.0 + 50.0 * ((beat - 16.0) / 32.0).clamp(0.0, 1.0);
    for (jitter, most, usual) in [(0.0, 4.6, 1.0), (0.002, 8.0, 2.0)] {
        let mut band = Band::with("");
        let due = band.master(Some(ClockWord::Start), 80.0, jitter, bpm);
        band.play(39.0);
        let errors = band.errors(due[240], 96, &due, 0.0);
        assert!(worst(&errors) < most, "{}", worst(&errors));
        assert!(rms(&errors) < usual, "{}", rms(&errors));
        in_order(&band);
        assert!((band.rig.director.view(band.rig.now).tempo.bpm() - 140.0).abs() < 1.0);
    }
}

#[test]
fn a_master_that_drifts_is_kept_with_for_ten_minutes() {
    let mut band = Band::with("");
    let due = band.master(Some(ClockWord::Start), 1200.0, 0.001, |beat| 120.5 + 0.2 * (beat / 100.0).sin());
    band.play(590.0);
    let errors = band.errors(due[240], 96, &due, 0.0);
    assert!(worst(&errors) < 2.0, "{}", worst(&errors));
    assert!(rms(&errors[errors.len() - 500..]) < 0.5);
}

#[test]
fn the_offset_of_the_input_moves_us_against_the_master() {
    let mut band = Band::with("offset-ms = 7\n");
    let due = band.master(Some(ClockWord::Start), 40.0, 0.0, |_| 120.0);
    band.play(15.0);
    assert!(worst(&band.errors(0.0, 96, &due, 0.007)) < 1.0);
}

#[test]
fn a_nudge_moves_us_against_the_master_and_its_tempo_is_its_own() {
    let mut band = Band::with("");
    let due = band.master(Some(ClockWord::Start), 60.0, 0.0, |_| 120.0);
    band.play(5.0);
    let says = |band: &mut Band, control| band.rig.ask(control)[0].clone();
    let tempo = Tempo::new(90.0).unwrap();
    assert!(says(&mut band, Control::Tempo { tempo, over: None }).contains("Digitakt leads: change the tempo there"));
    assert!(says(&mut band, Control::Tap).contains("Digitakt leads"));
    assert_eq!(says(&mut band, Control::Nudge { ms: 12.0 }), "ok nudge");
    band.play(15.0);
    assert!(worst(&band.errors(due[20 * 24], 96, &due, 0.012)) < 1.0);
    in_order(&band);
}

#[test]
fn a_master_that_is_absent_is_not_waited_for_and_joined_when_it_comes_without_a_jump() {
    let mut band = Band::without("tempo = 100");
    band.rig.event(Event::MasterPort(ClockNews::Absent("no port `Digitakt`".into())));
    band.play(4.0);
    assert!(band.sent.len() > 50, "it plays on its own clock");
    assert!(band.rig.told(Tone::Warning)[0].starts_with("playing on our own clock until Digitakt is there: no port"));
    band.rig.event(Event::MasterPort(ClockNews::Here("Digitakt".into())));
    let due = band.master(None, 80.0, 0.001, |_| 104.0);
    band.play(40.0);
    // Nobody knows the master's bar: its pulses are what we share.
    let (tick, at) = *band.sent.iter().find(|(tick, at)| tick % 2 == 0 && *at > due[60 * 24]).unwrap();
    let nearest = due.iter().position(|d| (d - at - D).abs() < 0.012).unwrap() as i64;
    let seat = nearest - tick * 3 / 2;
    assert!(worst(&band.errors(due[60 * 24], seat, &due, 0.0)) < 1.0);
    in_order(&band);
    let period = 60.0 / 104.0 / 16.0;
    let joined = due[40];
    for pair in band.sent.windows(2).filter(|pair| pair[0].1 > joined) {
        let step = pair[1].1 - pair[0].1;
        assert!((step / period - 1.0).abs() < 0.06, "tick {}: {step}", pair[1].0);
    }
    assert!(band.rig.told(Tone::Note).iter().any(|said| said.starts_with("playing with Digitakt at 104")));
}

#[test]
fn it_stops_with_the_master_and_goes_on_where_both_are_in_the_same_place() {
    for pause in [0.5, 3.3, 60.0] {
        let mut band = Band::with("");
        let first = band.master(Some(ClockWord::Start), 21.3, 0.001, |_| 120.0);
        band.play(first.last().unwrap() - band.now() + 0.02);
        band.word(ClockWord::Stop);
        let stopped = band.sent.last().unwrap().0;
        band.play(pause);
        assert!(band.sent.last().unwrap().0 - stopped <= 1, "it pauses");
        assert_eq!(band.rig.times(|d| matches!(d, Done::ClocksStop(_, true))).len(), 1, "and whoever follows us, too");
        let view = band.rig.director.view(band.rig.now);
        assert_eq!((view.tick, view.leader.unwrap().state), (Tick(band.sent.last().unwrap().0), "waiting"));
        let resumed = band.now();
        let second = band.master(Some(ClockWord::Continue), 40.0, 0.001, |_| 120.0);
        band.play(15.0);
        in_order(&band);
        let sent: Vec<_> = band.sent.iter().filter(|(_, at)| *at > resumed).collect();
        assert!(sent.len() > 300, "{pause}");
        for (tick, at) in sent.iter().filter(|(tick, _)| tick % 2 == 0) {
            let pulse = second.iter().position(|due| (due - at - D).abs() < 0.004).expect("a pulse of the master");
            let (its, ours) = (pulse + first.len(), 96 + tick * 3 / 2);
            assert_eq!((its as i64 - ours).rem_euclid(96), 0, "tick {tick} is in the master's place of the bar");
        }
    }
}

#[test]
fn a_length_in_seconds_does_not_count_how_long_the_master_stood() {
    let mut band = Band::with("duration = \"20s\"");
    band.master(Some(ClockWord::Start), 12.0, 0.0, |_| 120.0);
    band.play(6.1);
    band.word(ClockWord::Stop);
    band.play(100.0);
    band.master(Some(ClockWord::Continue), 60.0, 0.0, |_| 120.0);
    band.play(4.0);
    assert!(band.clock().contains("locked"), "{}", band.clock());
    assert_eq!(band.rig.director.view(band.rig.now).end, Some(11), "ten bars of two seconds");
    band.play(26.0);
    assert!(band.rig.told(Tone::Note).contains(&"the piece is over"));
}

#[test]
fn a_start_in_the_middle_waits_for_our_place_in_the_bar() {
    let mut band = Band::with("");
    band.master(Some(ClockWord::Start), 19.4, 0.0, |_| 120.0);
    band.play(9.7);
    band.says.clear();
    let due = band.master(Some(ClockWord::Start), 40.0, 0.0, |_| 126.0);
    band.play(18.0);
    in_order(&band);
    let sent: Vec<_> = band.sent.iter().copied().filter(|(_, at)| *at > due[8 * 24]).collect();
    assert!(sent.len() > 200);
    for (tick, at) in sent.iter().filter(|(tick, _)| tick % 64 == 0) {
        let pulse = due.iter().position(|d| (d - at - D).abs() < 0.003).expect("a pulse of the master");
        assert_eq!(pulse % 96, 0, "tick {tick} is a bar line for both");
    }
}

#[test]
fn a_second_of_silence_is_played_through_and_said() {
    let mut band = Band::with("");
    let due = band.master(Some(ClockWord::Start), 60.0, 0.002, |_| 120.0);
    band.says.retain(|(at, _)| !(due[480]..due[528]).contains(at));
    band.play(due[526] - band.now());
    assert!(band.clock().contains("Digitakt holding 120"), "{}", band.clock());
    band.play(17.0);
    assert!(worst(&band.errors(due[240], 96, &due, 0.0)) < 3.0);
    let told = band.rig.told(Tone::Warning);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("no clock from Digitakt: keeping its tempo (120.0 bpm"), "{told:?}");
    assert!(band.rig.told(Tone::Note).last().unwrap().starts_with("Digitakt is heard again"));
    in_order(&band);
}

#[test]
fn a_master_that_stays_silent_is_given_up_and_joined_again() {
    let mut band = Band::with("");
    band.master(Some(ClockWord::Start), 30.0, 0.001, |_| 120.0);
    band.play(14.0);
    band.rig.event(Event::MasterPort(ClockNews::Gone));
    band.says.clear();
    band.play(10.0);
    assert!((band.rig.director.view(band.rig.now).tempo.bpm() - 120.0).abs() < 0.1);
    let told: Vec<String> = band.rig.told(Tone::Warning).iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("Digitakt has gone: keeping its tempo") && told[1].starts_with("still no clock"));
    let tempo = Tempo::new(110.0).unwrap();
    assert_eq!(band.rig.ask(Control::Tempo { tempo, over: None }), ["ok tempo"], "nobody leads now");
    band.rig.event(Event::MasterPort(ClockNews::Here("Digitakt".into())));
    let due = band.master(None, 40.0, 0.001, |_| 118.0);
    band.play(19.0);
    assert!(band.clock().contains("locked 118"), "{}", band.clock());
    in_order(&band);
    let (tick, at) = *band.sent.iter().rev().find(|(tick, _)| tick % 2 == 0).unwrap();
    let nearest = due.iter().position(|d| (d - at - D).abs() < 0.011).unwrap() as i64;
    assert!(worst(&band.errors(due[30 * 24], nearest - tick * 3 / 2, &due, 0.0)) < 1.0);
}

#[test]
fn where_the_master_goes_before_it_has_started_a_tempo_begins_without_it() {
    let mut band = Band::with("");
    band.rig.event(Event::MasterPort(ClockNews::Gone));
    band.play(3.0);
    assert!(band.sent.is_empty());
    let tempo = Tempo::new(90.0).unwrap();
    assert_eq!(band.rig.ask(Control::Tempo { tempo, over: None }), ["ok tempo"]);
    band.play(3.0);
    assert!(band.sent.len() > 50);
}

#[test]
fn clocks_that_follow_us_stop_where_the_piece_ends_and_when_somebody_quits() {
    let text = format!("bars = 2\ntempo = 240\n{}[clock]\nout = \"midi:TR-8\"", file(&["bass"]));
    let mut rig = Rig::playing(&text, vec![Fake::ours("bass")]);
    rig.event(Event::ClockPort { port: 0, news: ClockNews::Here("TR-8 MIDI 1".into()) });
    assert_eq!(rig.ask(Control::Get { what: "clock".into() })[0], "value ,ssss clock out TR-8 MIDI 1 here");
    rig.run_until(10.0, |d| *d == Done::ClocksStop(128, false));
    let text = format!("{}[clock]\nout = \"midi:TR-8\"", file(&["bass"]));
    let mut rig = Rig::playing(&text, vec![Fake::ours("bass")]);
    rig.run(1.0);
    rig.ask(Control::Quit);
    assert!(!rig.times(|d| matches!(d, Done::ClocksStop(_, false))).is_empty());
}
