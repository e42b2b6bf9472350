//! Two machines on virtual time: their clocks, and a seeded link between them.

use super::{Offset, Sample};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::{ops::Range, time::Duration};

/// A machine's monotonic clock: what it shows at a true instant.
#[derive(Clone, Debug)]
pub(crate) struct Quartz {
    /// What it shows at the true instant 0, in seconds.
    pub(crate) at_zero: f64,
    /// How many millionths it is too fast.
    pub(crate) ppm: f64,
    /// From when to when the machine sleeps, and the clock stands still.
    pub(crate) sleeps: Range<f64>,
}

impl Quartz {
    pub(crate) fn new(at_zero: f64, ppm: f64) -> Self {
        Self { at_zero, ppm, sleeps: 0.0..0.0 }
    }

    pub(crate) fn shows(&self, truth: f64) -> f64 {
        let slept = truth.min(self.sleeps.end) - truth.min(self.sleeps.start);
        self.at_zero + (truth - slept) * (1.0 + self.ppm * 1e-6)
    }

    pub(crate) fn now(&self, truth: f64) -> Duration {
        Duration::from_secs_f64(self.shows(truth))
    }

    /// The true instant at which it shows so many seconds; only of clocks that never sleep.
    pub(crate) fn truth(&self, shows: f64) -> f64 {
        (shows - self.at_zero) / (1.0 + self.ppm * 1e-6)
    }
}

/// How long datagrams take, in seconds, and which share is lost on each way.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) there: Range<f64>,
    pub(crate) back: Range<f64>,
    pub(crate) loss: f64,
}

impl Route {
    /// The same on both ways.
    pub(crate) fn even(delay: Range<f64>, loss: f64) -> Self {
        Self { there: delay.clone(), back: delay, loss }
    }
}

/// A good cable.
pub(crate) fn clean() -> Route {
    Route::even(10e-6..50e-6, 0.0)
}

/// A bad Wi-Fi: 5 ± 3 ms, and one in a hundred is lost.
pub(crate) fn uneven() -> Route {
    Route::even(0.002..0.008, 0.01)
}

/// The link of the two: pings are carried over it one by one.
pub(crate) struct Link {
    pub(crate) ours: Quartz,
    pub(crate) theirs: Quartz,
    random: ChaCha8Rng,
}

impl Link {
    pub(crate) fn new(ours: Quartz, theirs: Quartz, seed: u64) -> Self {
        Self { ours, theirs, random: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// A ping at a true instant: what comes back, and when.
    pub(crate) fn ping(&mut self, sent: f64, route: &Route) -> Option<(f64, Sample)> {
        let there = self.random.random_range(route.there.clone());
        let back = self.random.random_range(route.back.clone());
        let lost = self.random.random_bool(route.loss) | self.random.random_bool(route.loss);
        let answered = sent + there + 20e-6;
        let heard = answered + back;
        let (ours, theirs) = (&self.ours, &self.theirs);
        let sample = Sample::new(ours.now(sent), theirs.now(sent + there), theirs.now(answered), ours.now(heard))?;
        (!lost).then_some((heard, sample))
    }

    /// What an estimate is wrong by, in seconds.
    pub(crate) fn error(&self, offset: &Offset, truth: f64) -> Option<f64> {
        let now = self.ours.now(truth);
        offset.estimate(now).map(|estimate| estimate.to_theirs(now) - self.theirs.shows(truth))
    }
}

/// The value that so great a share lies below.
pub(crate) fn percentile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * share).round() as usize]
}
