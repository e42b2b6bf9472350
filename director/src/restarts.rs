//! Whether and when a bot that died is started again. Pure.

use crate::ensemble::Restart;
use std::{collections::VecDeque, time::Duration};

/// The first wait before a restart; it doubles each time.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(8);
/// After so long without dying, the waits begin anew.
const HEALTHY: Duration = Duration::from_secs(30);
/// So many deaths …
const MOST_DEATHS: usize = 5;
/// … in so short a time, and we give up.
const WITHIN: Duration = Duration::from_secs(60);

/// What to do about a death.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Start it again after this wait.
    Again(Duration),
    /// Leave it.
    Stay,
    /// Leave it, and say loudly that it died too often.
    GiveUp,
}

/// The record of one bot's deaths.
#[derive(Debug, Clone)]
pub struct Restarts {
    policy: Restart,
    wait: Duration,
    deaths: VecDeque<Duration>,
    /// How often it has been started again.
    pub count: u32,
}

impl Restarts {
    /// A clean record.
    #[must_use]
    pub fn new(policy: Restart) -> Self {
        Self { policy, wait: FIRST_WAIT, deaths: VecDeque::new(), count: 0 }
    }

    /// Judges a death at `now` of a bot that was launched at `launched`.
    pub fn died(&mut self, now: Duration, launched: Duration, failed: bool) -> Verdict {
        let again = match self.policy {
            Restart::Never => false,
            Restart::OnFailure => failed,
            Restart::Always => true,
        };
        if !again {
            return Verdict::Stay;
        }
        if now.saturating_sub(launched) >= HEALTHY {
            self.wait = FIRST_WAIT;
        }
        self.deaths.push_back(now);
        while self.deaths.front().is_some_and(|d| now.saturating_sub(*d) > WITHIN) {
            self.deaths.pop_front();
        }
        if self.deaths.len() >= MOST_DEATHS {
            return Verdict::GiveUp;
        }
        let wait = self.wait;
        self.wait = (wait * 2).min(LONGEST_WAIT);
        self.count += 1;
        Verdict::Again(wait)
    }

    /// Somebody started it by hand: the record is clean again.
    pub fn forgive(&mut self) {
        self.wait = FIRST_WAIT;
        self.deaths.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: f64) -> Duration {
        Duration::from_millis((seconds * 1000.0) as u64)
    }

    #[test]
    fn a_bot_that_keeps_dying_is_given_up_after_five_deaths_in_a_minute() {
        let mut record = Restarts::new(Restart::OnFailure);
        let verdicts: Vec<_> = (0..5).map(|n| record.died(s(f64::from(n)), s(f64::from(n)), true)).collect();
        use Verdict::*;
        assert_eq!(verdicts, [Again(s(0.25)), Again(s(0.5)), Again(s(1.0)), Again(s(2.0)), GiveUp]);
    }

    #[test]
    fn the_wait_never_exceeds_8_s_and_begins_anew_after_30_s_of_health() {
        let mut record = Restarts::new(Restart::Always);
        let mut now = s(0.0);
        let mut last = s(0.0);
        for _ in 0..12 {
            now += s(20.0); // sick, but not often enough to be given up
            if let Verdict::Again(wait) = record.died(now, now - s(5.0), true) {
                last = wait;
            }
        }
        assert_eq!(last, s(8.0));
        assert_eq!(record.died(now + s(100.0), now, true), Verdict::Again(s(0.25)));
    }

    #[test]
    fn on_failure_leaves_a_bot_alone_that_ended_well_and_never_leaves_all() {
        assert_eq!(Restarts::new(Restart::OnFailure).died(s(1.0), s(0.0), false), Verdict::Stay);
        assert_eq!(Restarts::new(Restart::Never).died(s(1.0), s(0.0), true), Verdict::Stay);
        assert_eq!(Restarts::new(Restart::Always).died(s(1.0), s(0.0), false), Verdict::Again(s(0.25)));
    }
}
