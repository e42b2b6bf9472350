//! What a wire does to a packet: pure, so that the same seed always decides the same.

use std::time::Duration;

/// One direction between two hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Way {
    /// Who sends.
    pub(crate) from: usize,
    /// Who receives.
    pub(crate) to: usize,
}

/// How a wire is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Link {
    /// How long a packet takes, in the middle.
    pub(crate) delay: Duration,
    /// By how much it may take less or more, all being equally likely.
    pub(crate) jitter: Duration,
    /// How many are lost, 0 to 1.
    pub(crate) loss: f64,
    /// Whether a packet may arrive before one that was sent earlier.
    pub(crate) overtaking: bool,
}

impl Link {
    /// Everything arrives at once.
    pub(crate) const CLEAN: Self = Self { delay: Duration::ZERO, jitter: Duration::ZERO, loss: 0.0, overtaking: false };

    /// A wire of so many milliseconds, give or take, that loses so many of a hundred.
    pub(crate) fn of(delay_ms: f64, jitter_ms: f64, percent: f64) -> Self {
        let ms = |ms: f64| Duration::from_secs_f64(ms / 1000.0);
        Self { delay: ms(delay_ms), jitter: ms(jitter_ms), loss: percent / 100.0, overtaking: false }
    }

    /// How long the `number`th packet of a way takes; `None`: it is lost.
    pub(crate) fn fate(&self, seed: u64, way: Way, number: u64) -> Option<Duration> {
        let lane = mixed(mixed(seed ^ way.from as u64) ^ way.to as u64);
        let first = mixed(lane ^ number);
        if share(first) < self.loss {
            return None;
        }
        let early = self.delay.saturating_sub(self.jitter);
        let late = self.delay + self.jitter;
        Some(early + (late - early).mul_f64(share(mixed(first))))
    }
}

/// One step of SplitMix64: a number that has nothing to do with the one before.
fn mixed(number: u64) -> u64 {
    let z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Somewhere in 0..1.
fn share(number: u64) -> f64 {
    (number >> 11) as f64 / (1_u64 << 53) as f64
}
