//! What is known of another machine's clock, from pings that went there and back. Pure.
//!
//! ```text
//! ours     t1 ─────────────────── t4     round trip = (t4 − t1) − (t3 − t2)
//!             ╲                 ╱        offset     = ((t2 − t1) + (t3 − t4)) / 2, theirs less ours,
//! theirs        t2 ───────── t3                       at (t1 + t4) / 2
//! ```
//!
//! That offset is wrong by half of what one way took longer than the other. Of a round trip that was longer than
//! the least one lately seen, all the excess may have been lost on one way: so a sample is wrong by at most half its
//! excess, and is believed the less, the greater that is. What one way *always* takes longer nobody can see from here:
//! **half the asymmetry of a link stays in**. When a route gets longer on one way only, half the difference
//! comes in, once the window of round trips (ten seconds) has passed; before, we go on by what we knew.
//!
//! A Kalman filter of two states, offset and drift, weighs the samples. When samples that agree with each other
//! lie where our clock cannot be (a machine slept, and its clock stood still), we begin anew from them, and say so.

mod trips;

pub use trips::Quality;

use std::time::Duration;
use trips::{Doubt, Trips};

/// Clocks of machines differ by less: a drift beyond it is none.
const MOST_DRIFT: f64 = 500e-6;
/// What is known of a drift before anything is: one standard deviation.
const USUAL_DRIFT: f64 = 100e-6;
/// And of one that was known before a clock stood still.
const KNOWN_DRIFT: f64 = 20e-6;
/// How a drift wanders, with the room's temperature: one standard deviation after a second.
const WANDER: f64 = 0.1e-6;
/// No clock is read better.
const READING: f64 = 2e-6;
/// Samples further off than this, and than so many standard deviations, are not believed.
const FAR: f64 = 0.002;
const CERTAIN: f64 = 6.0;
/// So many in a row that are not, and agree with each other, are the truth.
const AGREEING: usize = 5;
/// How much the samples before count beside the next one, when they lie to one side of all that we believe,
const LEANING: f64 = 0.95;
/// and how far they lean, in standard deviations, when it is no chance any more.
const LEANS: f64 = 6.0;
/// Then the other clock is being set right (its drift has changed): so much less is known of it.
const SLEWED: f64 = 20e-6;

/// One ping that came back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// The middle of its journey, by our clock.
    at: Duration,
    /// When it was back.
    back: Duration,
    /// What their clock was ahead of ours, in seconds.
    offset: f64,
    /// How long it was on the way, in seconds.
    trip: f64,
}

impl Sample {
    /// Sent at `t1` and back at `t4` by our clock, received at `t2` and answered at `t3` by theirs.
    /// None when these cannot be true.
    #[must_use]
    pub fn new(t1: Duration, t2: Duration, t3: Duration, t4: Duration) -> Option<Self> {
        let (away, there) = (t4.checked_sub(t1)?, t3.checked_sub(t2)?);
        let trip = away.checked_sub(there)?.as_secs_f64();
        let ahead = |theirs: Duration, ours: Duration| theirs.as_nanos() as i128 - ours.as_nanos() as i128;
        let offset = (ahead(t2, t1) + ahead(t3, t4)) as f64 / 2e9;
        Some(Self { at: t1 + away / 2, back: t4, offset, trip })
    }
}

/// Where their clock is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// At this instant of ours
    pub at: Duration,
    /// theirs was so many seconds ahead,
    pub offset: f64,
    /// and gets so many seconds further ahead in each of ours.
    pub drift: f64,
    /// How uncertain the offset is: one standard deviation, in seconds; the link's own asymmetry is not in it.
    pub sigma: f64,
}

impl Estimate {
    /// Seconds of their clock at an instant of ours.
    #[must_use]
    pub fn to_theirs(&self, ours: Duration) -> f64 {
        self.seconds_to_theirs(ours.as_secs_f64())
    }

    /// Seconds of their clock at so many of ours.
    #[must_use]
    pub fn seconds_to_theirs(&self, ours: f64) -> f64 {
        ours + self.offset + self.drift * (ours - self.at.as_secs_f64())
    }

    /// Seconds of our clock at so many of theirs.
    #[must_use]
    pub fn to_ours(&self, theirs: f64) -> f64 {
        let at = self.at.as_secs_f64();
        at + (theirs - at - self.offset) / (1.0 + self.drift)
    }

    /// How many of our seconds one of theirs lasts.
    #[must_use]
    pub fn second(&self) -> f64 {
        1.0 / (1.0 + self.drift)
    }
}

/// What a sample has told us.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum News {
    /// The first that we know.
    First,
    /// Nothing that we would not have believed.
    Steady,
    /// It cannot be; perhaps the next ones say the same.
    Odd,
    /// A clock has jumped, and we have begun anew.
    Anew {
        /// By so many seconds theirs is further ahead of ours than we had thought.
        by: f64,
    },
}

/// The filter for one other clock.
#[derive(Debug, Clone, Default)]
pub struct Offset {
    trips: Trips,
    belief: Option<Belief>,
    /// Samples in a row that are not believed.
    odd: Vec<Sample>,
}

impl Offset {
    /// A ping is back.
    pub fn hear(&mut self, sample: Sample) -> News {
        self.trips.push(sample.back, sample.trip);
        let doubt = self.trips.doubt(sample.trip);
        let Some(belief) = &mut self.belief else {
            self.belief = Some(Belief::begin(&sample, doubt, 0.0, USUAL_DRIFT));
            return News::First;
        };
        belief.advance(sample.at);
        let off = belief.miss(&sample);
        if off.abs() <= doubt.bound + FAR.max(CERTAIN * belief.sigma()) {
            self.odd.clear();
            belief.correct(off, doubt);
            return News::Steady;
        }
        self.odd.push(sample);
        if self.odd.len() < AGREEING {
            return News::Odd;
        }
        let agree = |other: &Sample| {
            (other.offset - sample.offset).abs() <= doubt.bound + self.trips.doubt(other.trip).bound + FAR
        };
        if !self.odd.iter().all(agree) {
            self.odd.remove(0);
            return News::Odd;
        }
        self.begin_anew(off)
    }

    /// Where their clock is, as far as is known at an instant of ours.
    #[must_use]
    pub fn estimate(&self, now: Duration) -> Option<Estimate> {
        let mut belief = self.belief?;
        belief.advance(now);
        let sigma = belief.sigma();
        Some(Estimate { at: belief.at, offset: belief.offset, drift: belief.drift, sigma })
    }

    /// How well the link has carried pings lately; `loss` is the share of them that did not come back.
    #[must_use]
    pub fn quality(&self, now: Duration, loss: f64) -> Quality {
        self.trips.quality(now, loss)
    }

    /// The odd samples are the truth. The drift is the same pair of quartzes' as before.
    fn begin_anew(&mut self, by: f64) -> News {
        let odd = std::mem::take(&mut self.odd);
        let drift = self.belief.map_or(0.0, |belief| belief.drift);
        *self = Self::default();
        for sample in &odd {
            self.trips.push(sample.back, sample.trip);
        }
        for sample in &odd {
            let doubt = self.trips.doubt(sample.trip);
            match &mut self.belief {
                None => self.belief = Some(Belief::begin(sample, doubt, drift, KNOWN_DRIFT)),
                Some(belief) => {
                    belief.advance(sample.at);
                    belief.correct(belief.miss(sample), doubt);
                }
            }
        }
        News::Anew { by }
    }
}

/// The filter's state: what we believe, and how uncertain it is.
#[derive(Debug, Clone, Copy)]
struct Belief {
    at: Duration,
    offset: f64,
    drift: f64,
    /// The variances of the two, and between them what they share.
    variance: [f64; 3],
    /// To which side the last samples lay, further than they may.
    lean: f64,
}

impl Belief {
    fn begin(sample: &Sample, doubt: Doubt, drift: f64, uncertain: f64) -> Self {
        let variance = [doubt.variance(), 0.0, uncertain * uncertain];
        Self { at: sample.at, offset: sample.offset, drift, variance, lean: 0.0 }
    }

    fn sigma(&self) -> f64 {
        self.variance[0].sqrt()
    }

    /// Time passes: what we know grows old. Never backwards.
    fn advance(&mut self, to: Duration) {
        let dt = to.saturating_sub(self.at).as_secs_f64();
        self.at = self.at.max(to);
        self.offset += self.drift * dt;
        let [offset, shared, drift] = &mut self.variance;
        let wander = WANDER * WANDER * dt;
        *offset += dt * (2.0 * *shared + dt * (*drift + wander / 3.0));
        *shared += dt * (*drift + wander / 2.0);
        *drift += wander;
    }

    /// What a sample lies beside what we believe; answers may overtake each other.
    fn miss(&self, sample: &Sample) -> f64 {
        let ago = self.at.saturating_sub(sample.at).as_secs_f64();
        sample.offset - (self.offset - self.drift * ago)
    }

    /// Moves towards a sample that lies `off` beside.
    fn correct(&mut self, off: f64, doubt: Doubt) {
        // What the bound admits says nothing against what we believe.
        let beyond = off - off.clamp(-doubt.bound, doubt.bound);
        let uncertain = (self.variance[0] + doubt.slack * doubt.slack + READING * READING).sqrt();
        self.lean = LEANING * self.lean + (beyond / uncertain).clamp(-3.0, 3.0);
        if self.lean.abs() > LEANS {
            self.lean = 0.0;
            self.variance[2] = (self.variance[2] + SLEWED * SLEWED).min(MOST_DRIFT * MOST_DRIFT);
            self.variance[0] += beyond * beyond;
        }
        let together = self.variance[0] + doubt.variance();
        let [offset, shared, drift] = self.variance;
        let (by, tilt) = (offset / together, shared / together);
        self.offset += by * off;
        self.drift = (self.drift + tilt * off).clamp(-MOST_DRIFT, MOST_DRIFT);
        self.variance = [offset * (1.0 - by), shared * (1.0 - by), drift - tilt * shared];
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod two_clocks;
