//! The round trips of the last seconds: how far to believe one more, and how well the link does. Pure.

use std::{collections::VecDeque, time::Duration};

/// How long a round trip is remembered: as long it takes until a longer route is believed to be the route.
pub(super) const WINDOW: Duration = Duration::from_secs(10);
/// So many are remembered at most.
const MOST: usize = 256;
/// The least round trip is itself above the link's own by about what so many of the least are above it, in the mean.
const LEASTS: usize = 16;
/// Beyond so many times the slack a round trip is rather a queue on one way than chance on both.
const QUEUE: f64 = 4.0;

/// How far to believe an offset.
#[derive(Debug, Clone, Copy)]
pub(super) struct Doubt {
    /// It is wrong by so many seconds at the most: half of its excess, and the slack.
    pub(super) bound: f64,
    /// Half of what the least round trip may be above the link's own.
    pub(super) slack: f64,
}

impl Doubt {
    /// The variance of what may be anywhere within the bound.
    pub(super) fn variance(self) -> f64 {
        // A queue on one way pulls to one side: of that, less is believed than chance would have.
        let queue = self.bound / (QUEUE * self.slack).max(super::READING);
        self.bound * self.bound / 3.0 * (1.0 + queue * queue) + super::READING * super::READING
    }
}

/// How well a link has carried pings in the last ten seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Quality {
    /// How many came back,
    pub answered: usize,
    /// how long the quickest was on its way,
    pub least: Duration,
    /// and half of them at most;
    pub median: Duration,
    /// by how much one differs from the next, in the mean;
    pub jitter: Duration,
    /// and which share did not come back, 0 to 1.
    pub loss: f64,
}

/// Round trips, with the instant each was over.
#[derive(Debug, Clone, Default)]
pub(super) struct Trips(VecDeque<(Duration, f64)>);

impl Trips {
    pub(super) fn push(&mut self, at: Duration, trip: f64) {
        while self.0.len() >= MOST || self.0.front().is_some_and(|(then, _)| *then + WINDOW < at) {
            self.0.pop_front();
        }
        self.0.push_back((at, trip));
    }

    /// How far to believe the offset of a round trip. Of the first ones, all of it may be asymmetry.
    pub(super) fn doubt(&self, trip: f64) -> Doubt {
        let mut trips: Vec<f64> = self.0.iter().map(|(_, trip)| *trip).collect();
        if trips.len() < LEASTS {
            return Doubt { bound: trip / 2.0, slack: trip / 2.0 };
        }
        trips.select_nth_unstable_by(LEASTS - 1, f64::total_cmp);
        let leasts = &trips[..LEASTS];
        let least = leasts.iter().copied().fold(f64::INFINITY, f64::min);
        let slack = (leasts.iter().sum::<f64>() / LEASTS as f64 - least) / 2.0;
        Doubt { bound: (trip - least).max(0.0) / 2.0 + slack, slack }
    }

    pub(super) fn quality(&self, now: Duration, loss: f64) -> Quality {
        let lately = |(at, _): &&(Duration, f64)| *at + WINDOW >= now;
        let trips: Vec<f64> = self.0.iter().filter(lately).map(|(_, trip)| *trip).collect();
        let steps = trips.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum::<f64>();
        let jitter = Duration::from_secs_f64(steps / trips.len().saturating_sub(1).max(1) as f64);
        let mut sorted = trips;
        sorted.sort_by(f64::total_cmp);
        let at = |rank: usize| Duration::from_secs_f64(sorted.get(rank).copied().unwrap_or_default());
        Quality { answered: sorted.len(), least: at(0), median: at(sorted.len() / 2), jitter, loss }
    }
}
