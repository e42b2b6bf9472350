//! A satellite's own tempo map: the leader's, as it falls on our clock. Pure.
//!
//! What the leader sends is the instants of its ticks by its own clock; [`Estimate`] says where these are on ours. What we know of
//! that gets better all the time, and the map must not jump about: while we are off by less than [`FAR`], the next tick stays
//! where it was planned, and the following ones are moved towards where they should be by at most [`BEND`] in each beat. The
//! tempo that travels with a tick stays the leader's; only the periods are bent.
//!
//! When we are off by more (a machine slept, the leader's process stood still), that would take too long. Are we ahead, the next
//! tick waits. Are we behind, it comes as soon as it may; and where so many ticks are due that they would come as a hail, we
//! go on with the one that is due now, and leave those between out. No tick is ever sent twice.

use super::offset::Estimate;
use crate::metronome::{SOME_DAY, Segment, TempoMap};
use musebot_protocol::{TICKS_PER_BEAT, Tick};
use std::time::Duration;

/// We are moved by at most so many seconds in each beat: nobody hears that.
pub const BEND: f64 = 0.001;
/// What is further off than so many seconds is not bent but moved at once.
pub const FAR: f64 = 0.050;
/// Two ticks are never closer than so many seconds, or than half of what is between them.
const CLOSEST: f64 = 0.010;
/// The map remembers so many seconds: bots that get their ticks later are that much behind.
const REMEMBERED: f64 = 1.0;

/// Where the leader is.
#[derive(Debug, Clone, Copy)]
pub struct Leader<'a> {
    /// Its instant of tick 0, in seconds of its clock. It comes from the network: one that no clock can show is
    /// taken for the nearest that one can.
    pub origin: f64,
    /// Its map.
    pub map: &'a TempoMap,
    /// Its clock, as we know it.
    pub clock: Estimate,
}

/// Where we are.
#[derive(Debug, Clone, Copy)]
pub struct Satellite<'a> {
    /// What our map counts its seconds from.
    pub origin: Duration,
    /// Our map.
    pub map: &'a TempoMap,
    /// The first tick that can still be changed.
    pub next: Tick,
    /// It cannot be due before: now, and what it takes an order to reach the clock.
    pub earliest: Duration,
}

/// How we get to where the leader is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Move {
    /// By bending.
    Bent {
        /// What we are still off by, in seconds; positive: we are early.
        off: f64,
    },
    /// The next tick waits: MIDI clocks are to be stopped before it.
    Waits {
        /// So many seconds longer than planned.
        by: f64,
    },
    /// The next tick comes sooner than planned, and none is left out.
    Sooner {
        /// By so many seconds.
        by: f64,
    },
    /// We go on with another tick; those between are left out. MIDI clocks are to be stopped and find their place again.
    Skips {
        /// The first that is left out,
        from: Tick,
        /// and the one with which we go on.
        to: Tick,
    },
}

/// Our new map. To be called about once a beat, and when there is news of the leader.
#[must_use]
pub fn bend(leader: &Leader, ours: &Satellite) -> (TempoMap, Move) {
    let origin = ours.origin.as_secs_f64();
    let earliest = ours.earliest.as_secs_f64() - origin;
    let next = ours.next;
    let (planned, wanted) = (ours.map.seconds(next), leader.due(next, origin));
    let both_wait = planned.min(wanted) >= SOME_DAY;
    let off = if both_wait { 0.0 } else { wanted - planned };
    let (at, how) = if both_wait {
        (wanted, Move::Bent { off })
    } else if off.abs() <= FAR {
        (planned, Move::Bent { off })
    } else if off > 0.0 {
        (wanted, Move::Waits { by: off })
    } else {
        let soonest = earliest.max(after(ours.map, next));
        if wanted < soonest - FAR {
            let to = leader.first_from(soonest + origin).max(next);
            let map = TempoMap::beginning(to, leader.plan(to, leader.due(to, origin), origin));
            return (map, Move::Skips { from: next, to });
        }
        let at = wanted.max(soonest);
        (at, Move::Sooner { by: planned - at })
    };
    let mut map = ours.map.clone();
    map.replan(next, leader.plan(next, at, origin));
    map.forget_before(map.first_tick_from(earliest - REMEMBERED));
    (map, how)
}

/// The map of who joins: it begins with the leader's first tick that is due at `origin` or later, and counts its seconds
/// from there.
#[must_use]
pub fn begin(leader: &Leader, origin: Duration) -> TempoMap {
    let seconds = origin.as_secs_f64();
    let tick = leader.first_from(seconds);
    TempoMap::beginning(tick, leader.plan(tick, leader.due(tick, seconds), seconds))
}

/// After the tick before this one, which may have been sent.
fn after(map: &TempoMap, tick: Tick) -> f64 {
    if tick <= map.begins() {
        return f64::NEG_INFINITY;
    }
    map.seconds(tick - 1) + (map.period(tick - 1) / 2.0).min(CLOSEST)
}

impl Leader<'_> {
    /// When its ticks are due by our clock, in seconds since an origin of ours.
    fn due(&self, tick: Tick, origin: f64) -> f64 {
        self.instant(self.map.seconds(tick), origin)
    }

    /// The same of an instant of its map; what waits for some day waits with us.
    fn instant(&self, seconds: f64, origin: f64) -> f64 {
        if seconds >= SOME_DAY { seconds } else { self.clock.to_ours(self.origin() + seconds) - origin }
    }

    /// Its first tick that is due at such an instant of ours or later.
    fn first_from(&self, ours: f64) -> Tick {
        self.map.first_tick_from(self.clock.seconds_to_theirs(ours) - self.origin())
    }

    fn origin(&self) -> f64 {
        if self.origin.is_nan() { 0.0 } else { self.origin.clamp(-SOME_DAY, SOME_DAY) }
    }

    /// Its plan from a tick on, on our clock; that tick is due `at`, and from there on we get to where we should be.
    fn plan(&self, tick: Tick, at: f64, origin: f64) -> Vec<Segment> {
        let off = self.due(tick, origin) - at;
        let beats = (off.abs() / BEND).ceil().max(1.0);
        let ticks = beats as i64 * i64::from(TICKS_PER_BEAT);
        let straight = tick.0 + ticks;
        let own: Vec<Segment> = self.map.plan_from(tick).collect();
        let mut plan = Vec::with_capacity(own.len() + 1);
        for (n, segment) in own.iter().enumerate() {
            // Who waits is not bent.
            let slope = if segment.seconds < SOME_DAY { off / ticks as f64 } else { 0.0 };
            let piece = |tick: i64, slope: f64| {
                let seconds = self.instant(segment.seconds + (tick - segment.tick) as f64 * segment.period, origin);
                let period = segment.period * self.clock.second() + slope;
                Segment { tick, seconds: seconds - slope * (straight - tick) as f64, tempo: segment.tempo, period }
            };
            if segment.tick >= straight || slope == 0.0 {
                plan.push(piece(segment.tick, 0.0));
                continue;
            }
            plan.push(piece(segment.tick, slope));
            if own.get(n + 1).is_none_or(|next| next.tick > straight) {
                plan.push(piece(straight, 0.0));
            }
        }
        plan
    }
}

#[cfg(test)]
mod chain;
#[cfg(test)]
mod tests;
