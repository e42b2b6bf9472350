//! Masters that never were: their pulses are known to the nanosecond, and arrive as they arrive on a stage.

use super::*;

/// Chance, the same every time.
struct Chance(u64);

impl Chance {
    /// Between −1 and 1.
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// The instants of a master whose tempo is a function of the beat.
fn master(beats: f64, bpm: impl Fn(f64) -> f64) -> Vec<f64> {
    let mut at = 1000.0;
    let mut all = Vec::new();
    for pulse in 0..(beats * 24.0) as i64 {
        all.push(at);
        // In small steps, so that a ramp is a ramp.
        for step in 0..10 {
            at += 60.0 / bpm((pulse as f64 + f64::from(step) / 10.0) / 24.0) / 240.0;
        }
    }
    all
}

/// How they arrive: up to `jitter` ms early or late, never before an earlier one.
fn arrivals(due: &[f64], jitter: f64, seed: u64) -> Vec<f64> {
    let mut chance = Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) + 1);
    let mut last = 0.0_f64;
    due.iter()
        .map(|at| {
            last = last.max(at + jitter / 1000.0 * chance.next());
            last
        })
        .collect()
}

/// By how many ms we are wrong, after each pulse, about the one `AHEAD` of it.
fn errors(follower: &mut Follower, due: &[f64], arrivals: &[f64]) -> Vec<f64> {
    let ahead = AHEAD as usize;
    arrivals
        .iter()
        .enumerate()
        .map(|(i, at)| {
            let pulse = follower.hear(*at);
            let truth = due.get(i + ahead).copied().unwrap_or(f64::NAN);
            follower.line().map_or(f64::NAN, |line| (line.instant((pulse + ahead as i64) as f64) - truth) * 1000.0)
        })
        .collect()
}

fn worst(errors: &[f64]) -> f64 {
    errors.iter().filter(|e| !e.is_nan()).fold(0.0, |worst, e| worst.max(e.abs()))
}

fn deviation(errors: &[f64]) -> f64 {
    let all: Vec<f64> = errors.iter().copied().filter(|e| !e.is_nan()).collect();
    (all.iter().map(|e| e * e).sum::<f64>() / all.len() as f64).sqrt()
}

/// The usual jitter of a stage.
const JITTER: f64 = 2.5;

#[test]
fn a_master_that_stands_is_followed_much_closer_than_its_pulses_jitter() {
    for seed in 1..20 {
        for bpm in [60.0, 120.5, 174.0] {
            let due = master(60.0, |_| bpm);
            let mut follower = Follower::default();
            let errors = errors(&mut follower, &due, &arrivals(&due, JITTER, seed));
            assert!(worst(&errors[48..]) < 2.5, "{bpm}: {}", worst(&errors[48..]));
            assert!(deviation(&errors[48..]) < 0.5, "{bpm}: {}", deviation(&errors[48..]));
            assert!(deviation(&errors[200..]) < 0.4, "{bpm}: {}", deviation(&errors[200..]));
            assert!((0.9..2.0).contains(&(follower.jitter() * 1000.0)), "{}", follower.jitter());
        }
    }
}

#[test]
fn it_locks_within_two_beats() {
    let due = master(2.0, |_| 97.0);
    let mut follower = Follower::default();
    assert_eq!(follower.hold(999.0), Hold::Searching);
    let errors = errors(&mut follower, &due, &arrivals(&due, JITTER, 3));
    assert_eq!(follower.hold(*due.last().unwrap()), Hold::Locked);
    assert!(worst(&errors[40..44]) < 1.5, "{:?}", &errors[40..44]);
}

#[test]
fn pulses_without_jitter_are_known_exactly_and_a_drift_is_followed() {
    let due = master(120.0, |beat| 120.5 + 0.01 * beat);
    let mut follower = Follower::default();
    let errors = errors(&mut follower, &due, &due);
    assert!(worst(&errors[48..]) < 0.3, "{}", worst(&errors[48..]));
    assert!(follower.jitter() < 0.000_2, "{}", follower.jitter());
}

#[test]
fn a_ramp_from_90_to_140_in_eight_bars_is_followed() {
    let bpm = |beat: f64| 90.0 + 50.0 * ((beat - 16.0) / 32.0).clamp(0.0, 1.0);
    for seed in 1..20 {
        for (jitter, most, usual) in [(0.0, 2.2, 1.0), (JITTER, 7.0, 2.0)] {
            let due = master(70.0, bpm);
            let errors = errors(&mut Follower::default(), &due, &arrivals(&due, jitter, seed));
            assert!(worst(&errors[48..]) < most, "{jitter}: {}", worst(&errors[48..]));
            assert!(deviation(&errors[16 * 24..48 * 24]) < usual, "{jitter}: {}", deviation(&errors[16 * 24..48 * 24]));
            assert!(deviation(&errors[52 * 24..]) < 0.6, "{jitter}: {}", deviation(&errors[52 * 24..]));
        }
    }
}

#[test]
fn single_pulses_that_are_30_ms_off_are_counted_and_not_believed() {
    let due = master(60.0, |_| 120.0);
    let mut came = arrivals(&due, 1.0, 5);
    for n in [100, 331, 600, 601, 1000] {
        came[n] += 0.030;
    }
    // Pulses look all the same: what comes late comes in the order of the others.
    came.sort_by(f64::total_cmp);
    let errors = errors(&mut Follower::default(), &due, &came);
    assert!(worst(&errors[48..]) < 1.5, "{}", worst(&errors[48..]));
}

#[test]
fn time_goes_on_through_a_second_of_silence() {
    for seed in 1..10 {
        let due = master(40.0, |_| 120.0);
        let came = arrivals(&due, JITTER, seed);
        let mut follower = Follower::default();
        for at in &came[..480] {
            follower.hear(*at);
        }
        let silent = follower.line().unwrap();
        let end = due[480] + 1.0;
        assert_eq!(follower.hold(end), Hold::Holding);
        assert!((follower.silent_for(end) - 1.0).abs() < 0.05);
        assert!((silent.instant(528.0) - due[528]).abs() < 0.003, "{}", silent.instant(528.0) - due[528]);
        // It goes on after 48 pulses that nobody heard.
        for (n, at) in came.iter().enumerate().skip(528) {
            assert_eq!(follower.hear(*at), n as i64, "it counts what it did not hear");
        }
        assert_eq!(follower.hold(*due.last().unwrap()), Hold::Locked);
        let line = follower.line().unwrap();
        assert!((line.instant(959.0) - due[959]).abs() < 0.001);
    }
}

#[test]
fn pulses_that_get_lost_and_come_twice_do_not_move_the_count_for_long() {
    let due = master(40.0, |_| 128.0);
    let mut came = arrivals(&due, 1.0, 9);
    came.remove(300);
    came.insert(600, came[600] + 0.000_1);
    let mut follower = Follower::default();
    let mut number = 0;
    for at in &came {
        number = follower.hear(*at);
    }
    assert_eq!(number, due.len() as i64 - 1);
    assert!((follower.line().unwrap().instant(number as f64) - due.last().unwrap()).abs() < 0.001);
}

#[test]
fn a_jump_of_the_tempo_is_believed_after_a_moment_and_the_count_stays() {
    for (from, to) in [(120.0, 140.0), (120.0, 60.0), (90.0, 94.0), (140.0, 133.0), (120.0, 105.0), (60.0, 200.0)] {
        for seed in 1..10 {
            let due = master(40.0, |beat| if beat < 20.0 { from } else { to });
            let mut follower = Follower::default();
            let errors = errors(&mut follower, &due, &arrivals(&due, 1.0, seed));
            let after = &errors[22 * 24..];
            assert!(worst(after) < 3.0, "{from} to {to}: {}", worst(after));
            assert_eq!(follower.next(), due.len() as i64);
        }
    }
}

#[test]
fn a_line_and_its_inverse_agree_also_where_it_is_bent() {
    let line = Line { pulse: 100, at: 50.0, period: 0.02, bend: 0.000_05 };
    for pulse in [80.0, 93.0, 99.5, 100.0, 103.0, 110.0, 1000.0] {
        assert!((line.pulse(line.instant(pulse)) - pulse).abs() < 1e-6, "{pulse}");
        let slope = (line.instant(pulse + 1e-4) - line.instant(pulse - 1e-4)) / 2e-4;
        assert!((slope - line.period_at(pulse)).abs() < 1e-8, "{pulse}");
    }
}

#[test]
fn nothing_that_arrives_is_too_odd() {
    let mut chance = Chance(77);
    let mut follower = Follower::default();
    let mut at = 0.0;
    for n in 0..20_000 {
        at += match n % 7 {
            0 => 0.0,
            1 => chance.next().abs() * 10.0,
            _ => chance.next().abs() * 0.03,
        };
        follower.hear(at);
        if let Some(line) = follower.line() {
            assert!(line.at.is_finite() && line.period.is_finite() && line.pulse(at).is_finite());
        }
    }
}
