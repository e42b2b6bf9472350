//! A clock that is ahead of the machine's, and goes too fast. Pure.

use std::time::Duration;

/// A thousand millionths.
const BILLION: i128 = 1_000_000_000;

/// By how much, in whole nanoseconds: what is turned there and back is the same.
#[derive(Debug, Clone, Copy)]
pub(super) struct Skew {
    /// When it was set, by the machine's clock.
    from: i128,
    ahead: i128,
    /// How many nanoseconds it gains in a second.
    gains: i128,
}

impl Skew {
    pub(super) fn new(from: Duration, ahead: f64, ppm: f64) -> Self {
        let gains = (ppm.clamp(-1e5, 1e5) * 1e3) as i128;
        Self { from: from.as_nanos() as i128, ahead: (ahead * 1e9) as i128, gains }
    }

    /// What it shows at an instant of the machine's clock. Realtime-safe: yes.
    pub(super) fn shows(self, machine: Duration) -> Duration {
        let machine = machine.as_nanos() as i128;
        duration(machine + self.ahead + ((machine - self.from) * self.gains).div_euclid(BILLION))
    }

    /// The first instant of the machine's clock at which it shows this. Realtime-safe: yes.
    pub(super) fn machine(self, shows: Duration) -> Duration {
        let since = shows.as_nanos() as i128 - self.from - self.ahead;
        duration(self.from - (-since * BILLION).div_euclid(BILLION + self.gains))
    }
}

fn duration(nanoseconds: i128) -> Duration {
    Duration::from_nanos(u64::try_from(nanoseconds.max(0)).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_clock_that_is_37_ms_ahead_and_80_millionths_fast_shows_it() {
        let skew = Skew::new(Duration::from_secs(1000), 0.037, 80.0);
        assert_eq!(skew.shows(Duration::from_secs(1000)), Duration::from_micros(1_000_037_000));
        assert_eq!(skew.shows(Duration::from_secs(1100)), Duration::from_micros(1_100_045_000));
    }

    #[test]
    fn a_clock_that_is_far_behind_does_not_show_less_than_nothing() {
        assert_eq!(Skew::new(Duration::from_secs(5), -10.0, 0.0).shows(Duration::from_secs(6)), Duration::ZERO);
    }

    proptest! {
        #[test]
        fn who_sleeps_until_an_instant_wakes_when_it_is_shown_and_not_before(
            from in 1..1_000_000_u64, later in 0..1_000_000_000_000_u64, ahead in 0.0..1000.0, ppm in -500.0..500.0,
        ) {
            let skew = Skew::new(Duration::from_secs(from), ahead, ppm);
            let at = skew.shows(Duration::from_secs(from) + Duration::from_nanos(later));
            let wakes = skew.machine(at);
            prop_assert_eq!(skew.shows(wakes), at);
            prop_assert!(skew.shows(wakes - Duration::from_nanos(1)) < at);
        }
    }
}
