//! A tempo map as it travels between directors, and what it is held to when it arrives. Pure.

use super::{SOME_DAY, Segment, TempoMap};
use musebot_protocol::{Invalid, Tempo, Tick};

/// From a tick on: when that is due in seconds since tick 0, with which tempo it is sent, and how many
/// seconds each tick lasts.
pub type Step = (i64, f64, f32, f64);

/// A longer plan travels piece by piece.
const MOST: usize = 4096;
/// Nobody counts further: ten million bars of 4/4, 231 days at 120 beats a minute.
const LAST: i64 = 64 * 10_000_000;
/// Nor waits longer.
const SECONDS: std::ops::RangeInclusive<f64> = -2.0 * SOME_DAY..=2.0 * SOME_DAY;
/// A grid that is nudged has ticks at least half and at most twice as long as its tempo's; and some to spare.
const PERIODS: std::ops::RangeInclusive<f64> = 0.4..=2.5;

impl TempoMap {
    /// As it travels. Of a plan that is longer than 4,096 steps, the rest has to follow in time: until then the last
    /// tempo stays.
    #[must_use]
    pub fn to_wire(&self) -> Vec<Step> {
        let step = |s: &Segment| (s.tick, s.seconds, s.tempo.bpm() as f32, s.period);
        self.segments.iter().take(MOST).map(step).collect()
    }

    /// From the network: each step is in order and within bounds, so that each tick is due after the one before.
    ///
    /// # Errors
    /// When one is not; it says which and why.
    pub fn from_wire(steps: &[Step]) -> Result<Self, Invalid> {
        if !(1..=MOST).contains(&steps.len()) {
            return Err(Invalid(format!("a tempo map has 1 to {MOST} steps, not {}", steps.len())));
        }
        let mut segments: Vec<Segment> = Vec::with_capacity(steps.len());
        for (n, step) in steps.iter().enumerate() {
            let wrong = |what: &str| Invalid(format!("step {n} of a tempo map {what}: {step:?}"));
            let (tick, seconds, bpm, period) = *step;
            if !(0..=LAST).contains(&tick) || !SECONDS.contains(&seconds) {
                return Err(wrong("lies outside of all music"));
            }
            let tempo = Tempo::new(bpm.into()).map_err(|Invalid(why)| wrong(&format!("has no tempo ({why})")))?;
            if !PERIODS.contains(&(period / tempo.tick_seconds())) {
                return Err(wrong("has ticks of another length than its tempo's"));
            }
            if let Some(before) = segments.last() {
                if tick <= before.tick {
                    return Err(wrong("does not come after the one before"));
                }
                let last = before.seconds + (tick - 1 - before.tick) as f64 * before.period;
                if seconds <= last {
                    return Err(wrong("is due before the tick before it"));
                }
            }
            segments.push(Segment { tick, seconds, tempo, period });
        }
        Ok(Self { segments, begins: Tick(0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What people do to a map.
    fn played() -> impl Strategy<Value = TempoMap> {
        let change = (0..60_i64, 0..5_u8, 10.0..999.0_f64, 0..40_i64, -300.0..300.0_f64);
        (10.0..999.0_f64, prop::collection::vec(change, 0..30)).prop_map(|(bpm, changes)| {
            let mut map = TempoMap::new(Tempo::clamped(bpm));
            let mut tick = Tick(0);
            for (later, what, bpm, ticks, ms) in changes {
                tick = tick + later;
                let tempo = Tempo::clamped(bpm);
                match what {
                    0 => map.change(tick, tempo, ticks),
                    1 => map.nudge(tick, ms),
                    2 => map.steer(tick, tempo, ticks + 1, map.tempo(tick)),
                    3 => map.forget_before(tick),
                    _ => {
                        map.pause(tick);
                        map.resume(tick, map.seconds(tick - 1) + ms.abs() + 1.0, tempo);
                    }
                }
            }
            map
        })
    }

    fn step() -> impl Strategy<Value = Step> {
        let number = prop_oneof![4 => -10.0..1000.0_f64, 1 => any::<f64>()];
        (prop_oneof![4 => 0..2000_i64, 1 => any::<i64>()], number.clone(), 5.0..1100.0_f32, number, any::<bool>())
            .prop_map(|(tick, seconds, bpm, period, own)| {
                let own_period = 60.0 / 16.0 / f64::from(bpm);
                (tick, seconds, bpm, if own { own_period } else { period })
            })
    }

    proptest! {
        #[test]
        fn a_map_that_was_played_arrives_as_it_was(map in played()) {
            let arrived = TempoMap::from_wire(&map.to_wire()).map_err(|Invalid(why)| TestCaseError::fail(why))?;
            prop_assert_eq!(&arrived.segments, &map.segments);
        }

        #[test]
        fn what_arrives_neither_panics_nor_stands_still(mut steps in prop::collection::vec(step(), 0..12), sort: bool) {
            if sort {
                steps.sort_by_key(|step| step.0);
                let mut seconds: Vec<f64> = steps.iter().map(|step| step.1).collect();
                seconds.sort_by(f64::total_cmp);
                steps.iter_mut().zip(seconds).for_each(|(step, seconds)| step.1 = seconds);
            }
            let Ok(map) = TempoMap::from_wire(&steps) else { return Ok(()) };
            let ticks = steps.iter().flat_map(|step| step.0 - 2..step.0 + 3).chain([0, LAST]);
            for tick in ticks.filter(|tick| *tick >= steps[0].0) {
                let (before, due) = (map.seconds(Tick(tick)), map.seconds(Tick(tick + 1)));
                prop_assert!(due > before, "{} {} {}", tick, before, due);
                let _ = std::time::Duration::from_secs_f64(due.max(0.0));
                prop_assert!(map.tempo(Tick(tick)).bpm() >= 10.0 && map.period(Tick(tick)) > 0.0);
            }
            for seconds in [-1e9, 0.0, 1.0, 1e6, 1e9, 1e10] {
                prop_assert!(map.first_tick_from(seconds).0 >= 0);
            }
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let refused = |steps: &[Step]| TempoMap::from_wire(steps).unwrap_err().0;
        assert!(refused(&[]).contains("1 to 4096"));
        assert!(refused(&[(0, 0.0, 120.0, 0.03125); 4097]).contains("4097"));
        assert!(refused(&[(0, f64::NAN, 120.0, 0.03125)]).contains("outside"));
        assert!(refused(&[(-1, 0.0, 120.0, 0.03125)]).contains("outside"));
        assert!(refused(&[(0, 0.0, f32::NAN, 0.03125)]).contains("no tempo"));
        assert!(refused(&[(0, 0.0, 120.0, f64::INFINITY)]).contains("length"));
        assert!(refused(&[(0, 0.0, 120.0, 0.03125), (0, 1.0, 120.0, 0.03125)]).contains("come after"));
        assert!(refused(&[(0, 0.0, 120.0, 0.03125), (16, 0.4, 120.0, 0.03125)]).contains("due before"));
        assert!(TempoMap::from_wire(&[(0, 0.0, 120.0, 0.03125), (16, 0.5, 60.0, 0.0625)]).is_ok());
    }

    #[test]
    fn a_plan_that_is_too_long_is_cut() {
        let mut map = TempoMap::new(Tempo::clamped(100.0));
        map.change(Tick(0), Tempo::clamped(200.0), 10_000);
        let arrived = TempoMap::from_wire(&map.to_wire()).unwrap();
        assert_eq!(arrived.seconds(Tick(4095)), map.seconds(Tick(4095)));
    }
}
