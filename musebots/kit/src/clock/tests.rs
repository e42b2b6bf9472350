//! The clock on virtual time, with seeded jitter.

use super::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn tempo(bpm: f64) -> Tempo {
    Tempo::new(bpm).unwrap()
}

fn beats(turns: &[Turn]) -> Vec<Beat> {
    turns.iter().filter_map(|t| if let Turn::Beat(b) = t { Some(*b) } else { None }).collect()
}

fn ticks(turns: &[Turn]) -> Vec<i64> {
    beats(turns).iter().map(|b| b.tick.0).collect()
}

/// One tick that a simulated conductor sends: when it arrives, which, and its tempo.
type Sent = (f64, i64, f64);

/// Runs a clock as a bot does: every arrival in turn, made-up ticks in between, for a bit after.
fn run(clock: &mut Clock, sent: &[Sent], tag: impl Fn(&Sent) -> Option<f64>) -> Vec<Turn> {
    let mut turns = Vec::new();
    for tick in sent {
        while let Some(wake) = clock.wake().filter(|wake| *wake < tick.0) {
            clock.make_up(wake, &mut turns);
        }
        clock.hear(tick.0, tempo(tick.2), Tick(tick.1), tag(tick), &mut turns);
    }
    turns
}

fn percentile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * share).round() as usize]
}

/// How far the dues lie from their own grid, after two bars: the 99th percentile of the distance
/// to the median, in milliseconds.
fn unevenness(bpm: f64, real_rate: f64, jitter: f64, seed: u64) -> f64 {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let period = tempo(bpm).tick_seconds() * real_rate;
    let sent: Vec<Sent> =
        (0..2000).map(|n| (1.0 + n as f64 * period + random.random_range(-jitter..jitter), n, bpm)).collect();
    let turns = run(&mut Clock::new(0.02), &sent, |_| None);
    let offsets: Vec<f64> = beats(&turns)
        .iter()
        .filter(|b| b.tick.0 >= 128)
        .map(|b| (b.due - 1.0 - b.tick.0 as f64 * period) * 1000.0)
        .collect();
    let middle = percentile(offsets.clone(), 0.5);
    percentile(offsets.iter().map(|o| (o - middle).abs()).collect(), 0.99)
}

#[test]
fn bare_ticks_with_3_ms_of_jitter_sound_within_1_ms_after_two_bars() {
    for (bpm, rate) in [(120.0, 1.0), (120.0, 1.001), (72.0, 1.0), (180.0, 0.9995), (96.0, 1.0)] {
        let p99 = percentile((0..20).map(|seed| unevenness(bpm, rate, 0.003, seed)).collect(), 0.99);
        eprintln!("{bpm} bpm, conductor {:+.2} %: p99 {p99:.3} ms (worst of 20 seeds)", (rate - 1.0) * 100.0);
        assert!(p99 <= 1.0, "{p99} ms at {bpm} bpm");
    }
}

#[test]
fn a_conductor_that_is_3_percent_slow_is_still_followed() {
    let p99 = unevenness(120.0, 1.034, 0.003, 1);
    eprintln!("3.4 % slow: p99 {p99:.3} ms");
    let mut clock = Clock::new(0.02);
    let period = tempo(120.0).tick_seconds() * 1.034;
    let sent: Vec<Sent> = (0..1000).map(|n| (1.0 + n as f64 * period, n, 120.0)).collect();
    let turns = run(&mut clock, &sent, |_| None);
    let last = beats(&turns).last().copied().unwrap();
    assert!((last.due - (1.0 + 999.0 * period + 0.02)).abs() < 0.003);
}

#[test]
fn b8_200_ms_of_lost_ticks_are_made_up_in_order_and_none_is_doubled_when_the_late_ones_come() {
    for tagged in [false, true] {
        let period = tempo(120.0).tick_seconds();
        let mut sent: Vec<Sent> = (0..300).map(|n| (1.0 + f64::from(n) * period, i64::from(n), 120.0)).collect();
        for late in &mut sent[150..157] {
            late.0 = 1.0 + 157.0 * period - 0.001; // they come all at once
        }
        let tag = |s: &Sent| tagged.then_some(1.06 + s.1 as f64 * period);
        let turns = run(&mut Clock::new(0.02), &sent, tag);
        assert_eq!(ticks(&turns), (0..300).collect::<Vec<_>>());
        let lead = if tagged { 0.06 } else { 0.02 };
        for beat in beats(&turns) {
            let belongs = 1.0 + lead + beat.tick.0 as f64 * period;
            assert!((beat.due - belongs).abs() < 0.000_5, "{beat:?} belongs at {belongs}");
            assert_eq!(beat.jumped, beat.tick.0 == 0);
        }
        // And lost for good:
        sent.drain(150..157);
        assert_eq!(ticks(&run(&mut Clock::new(0.02), &sent, tag)), (0..300).collect::<Vec<_>>());
    }
}

#[test]
fn b7_the_first_tick_may_be_0_1_or_80714_and_ticks_may_jump_and_restart() {
    for first in [0, 1, 80_714] {
        let period = tempo(120.0).tick_seconds();
        let at = |n: i64| 1.0 + n as f64 * period;
        let mut sent: Vec<Sent> = (0..100).map(|n| (at(n), first + n, 120.0)).collect();
        sent.extend((100..200).map(|n| (at(n), 5000 + n, 120.0)));
        sent.extend((200..300).map(|n| (at(n), n - 200, 120.0)));
        let turns = run(&mut Clock::new(0.02), &sent, |_| None);
        assert_eq!(ticks(&turns), sent.iter().map(|s| s.1).collect::<Vec<_>>());
        let jumps: Vec<i64> = beats(&turns).iter().filter(|b| b.jumped).map(|b| b.tick.0).collect();
        assert_eq!(jumps, [first, 5100, 0]);
    }
}

#[test]
fn tempo_steps_and_ramps_are_followed_at_once() {
    let mut now = 1.0;
    let mut sent = Vec::new();
    for n in 0..600_i64 {
        let bpm = match n {
            0..200 => 120.0,
            200..400 => 60.0,
            _ => 60.0 + (n - 400) as f64 / 2.0,
        };
        sent.push((now, n, bpm));
        now += tempo(bpm).tick_seconds();
    }
    let turns = run(&mut Clock::new(0.02), &sent, |_| None);
    for (beat, sent) in beats(&turns).iter().zip(&sent) {
        assert_eq!(beat.tick.0, sent.1);
        assert!((beat.due - sent.0 - 0.02).abs() < 0.000_5, "{beat:?} arrived at {}", sent.0);
    }
}

#[test]
fn after_a_while_without_ticks_time_stands_still_once() {
    let period = tempo(120.0).tick_seconds();
    let sent: Vec<Sent> = (0..100).map(|n| (1.0 + n as f64 * period, n, 120.0)).collect();
    let mut clock = Clock::new(0.02);
    run(&mut clock, &sent, |_| None);
    let mut turns = Vec::new();
    for ms in 0..5000 {
        clock.make_up(sent[99].0 + f64::from(ms) / 1000.0, &mut turns);
    }
    let made_up = beats(&turns).len();
    assert!((16..=32).contains(&made_up), "{made_up} ticks were made up");
    assert_eq!(turns.iter().filter(|t| **t == Turn::Stall).count(), 1);
    assert!(!clock.runs() && clock.wake().is_none());
    turns.clear();
    clock.hear(20.0, tempo(120.0), Tick(7), None, &mut turns);
    assert!(clock.runs());
    assert_eq!(ticks(&turns), [7]);
}

#[test]
fn x3_a_stepped_wall_clock_is_not_heard() {
    for step in [37.0, -37.0, 0.4, -0.05] {
        let period = tempo(120.0).tick_seconds();
        let sent: Vec<Sent> = (0..400).map(|n| (1.0 + n as f64 * period, n, 120.0)).collect();
        let tag = |s: &Sent| Some(1.06 + s.1 as f64 * period + if s.1 >= 200 { step } else { 0.0 });
        let turns = run(&mut Clock::new(0.02), &sent, tag);
        assert_eq!(ticks(&turns), (0..400).collect::<Vec<_>>(), "step {step}");
        for beat in beats(&turns) {
            assert!((beat.due - 1.06 - beat.tick.0 as f64 * period).abs() < 0.000_5, "step {step}: {beat:?}");
        }
    }
}

#[test]
fn x3_a_clock_that_is_37_s_off_is_reported_once_and_its_ticks_count_as_now() {
    let period = tempo(120.0).tick_seconds();
    let sent: Vec<Sent> = (0..200).map(|n| (1.0 + n as f64 * period, n, 120.0)).collect();
    let turns = run(&mut Clock::new(0.02), &sent, |s| Some(s.0 + 37.0));
    let reports: Vec<f64> =
        turns.iter().filter_map(|t| if let Turn::ClockOff(s) = t { Some(*s) } else { None }).collect();
    assert_eq!(reports.len(), 1);
    assert!((reports[0] - 37.0).abs() < 0.001);
    for beat in beats(&turns) {
        assert!((beat.due - 1.02 - beat.tick.0 as f64 * period).abs() < 0.000_5);
    }
}

#[test]
fn a_conductor_that_pauses_for_150_ms_is_followed_without_a_tick_twice() {
    let period = tempo(120.0).tick_seconds();
    let sent: Vec<Sent> =
        (0..300).map(|n| (1.0 + n as f64 * period + if n >= 150 { 0.15 } else { 0.0 }, n, 120.0)).collect();
    let turns = run(&mut Clock::new(0.02), &sent, |_| None);
    assert_eq!(ticks(&turns), (0..300).collect::<Vec<_>>());
    let last = beats(&turns)[299];
    assert!((last.due - sent[299].0 - 0.02).abs() < 0.003, "{last:?}");
}

#[test]
fn the_same_tick_twice_counts_once() {
    let period = tempo(120.0).tick_seconds();
    let mut sent: Vec<Sent> = (0..100).map(|n| (1.0 + n as f64 * period, n, 120.0)).collect();
    sent.extend(sent.clone().iter().map(|s| (s.0 + 0.0001, s.1, s.2)));
    sent.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(ticks(&run(&mut Clock::new(0.02), &sent, |_| None)), (0..100).collect::<Vec<_>>());
}

#[test]
fn stamped_ticks_take_over_from_bare_ones_without_a_tick_twice() {
    let period = tempo(120.0).tick_seconds();
    let sent: Vec<Sent> = (0..200).map(|n| (1.0 + n as f64 * period, n, 120.0)).collect();
    let turns = run(&mut Clock::new(0.02), &sent, |s| (s.1 >= 50).then_some(s.0 + 0.06));
    assert_eq!(ticks(&turns), (0..200).collect::<Vec<_>>());
    assert!((beats(&turns)[199].due - sent[199].0 - 0.06).abs() < 0.000_5);
}

#[test]
fn x7_a_nudge_by_the_director_is_followed_at_once() {
    let period = tempo(120.0).tick_seconds();
    for nudge in [0.015, -0.015, 0.03] {
        let sent: Vec<Sent> =
            (0..200).map(|n| (1.0 + n as f64 * period + if n >= 100 { nudge } else { 0.0 }, n, 120.0)).collect();
        let turns = run(&mut Clock::new(0.02), &sent, |s| Some(s.0 + 0.06));
        assert_eq!(ticks(&turns), (0..200).collect::<Vec<_>>());
        for beat in &beats(&turns)[101..] {
            let belongs = sent[beat.tick.0 as usize].0 + 0.06;
            assert!((beat.due - belongs).abs() < 0.000_5, "nudge {nudge}: {beat:?} belongs at {belongs}");
        }
    }
}

#[test]
fn a_conductor_that_sleeps_from_tick_to_tick_and_drifts_is_followed_within_10_ms() {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let mut now = 1.0;
    let sent: Vec<Sent> = (0..2000)
        .map(|n| {
            now += tempo(120.0).tick_seconds() + random.random_range(0.0..0.002);
            (now, n, 120.0)
        })
        .collect();
    let turns = run(&mut Clock::new(0.02), &sent, |_| None);
    assert_eq!(ticks(&turns), (0..2000).collect::<Vec<_>>());
    let off: Vec<f64> =
        beats(&turns)[128..].iter().map(|b| (b.due - 0.02 - sent[b.tick.0 as usize].0).abs() * 1000.0).collect();
    let p99 = percentile(off, 0.99);
    eprintln!("a drifting conductor: p99 {p99:.2} ms from its ticks");
    assert!(p99 < 10.0, "{p99} ms");
}
