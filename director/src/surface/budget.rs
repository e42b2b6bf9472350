//! How many commands a second come of a hand that moves many faders at once.

use std::time::Duration;

/// Commands a second, in the long run.
const A_SECOND: f64 = 100.0;
/// How many may come at once after a pause.
const AT_ONCE: f64 = 4.0;

/// So many are left.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    left: f64,
    counted: Duration,
}

impl Budget {
    pub(super) fn new(now: Duration) -> Self {
        Self { left: AT_ONCE, counted: now }
    }

    /// Takes one, if there is one.
    pub(super) fn take(&mut self, now: Duration) -> bool {
        let passed = now.saturating_sub(self.counted);
        self.counted = self.counted.max(now);
        self.left = (self.left + passed.as_secs_f64() * A_SECOND).min(AT_ONCE);
        let enough = self.left >= 1.0;
        if enough {
            self.left -= 1.0;
        }
        enough
    }
}
