//! What a flood may cost: a thread that is given nothing but garbage pauses, so that it does not take a processor for
//! itself. Meanwhile the system throws away what does not fit into the socket. Pure but for the pause.

use std::time::Duration;

/// After so much garbage
const MUCH: u32 = 200;
/// within so short a time
const SOON: Duration = Duration::from_millis(10);
/// there is a pause.
const PAUSE: Duration = Duration::from_millis(2);

/// How much garbage there was lately.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Breath {
    since: Duration,
    garbage: u32,
}

impl Breath {
    /// One more that was of no use.
    pub(super) fn wasted(&mut self, now: Duration) {
        if self.is_flooded(now) {
            std::thread::sleep(PAUSE);
        }
    }

    fn is_flooded(&mut self, now: Duration) -> bool {
        if now.saturating_sub(self.since) > SOON {
            *self = Self { since: now, garbage: 0 };
        }
        self.garbage += 1;
        let flooded = self.garbage >= MUCH;
        if flooded {
            *self = Self { since: now, garbage: 0 };
        }
        flooded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_paused_every_two_hundred_and_a_little_garbage_never() {
        let mut breath = Breath::default();
        let pauses = |step: u64, breath: &mut Breath| {
            (0..10_000).filter(|n| breath.is_flooded(Duration::from_micros(n * step))).count()
        };
        assert_eq!(pauses(1, &mut breath), 50);
        assert_eq!(pauses(100, &mut Breath::default()), 0);
    }
}
