//! Follows the conductor's ticks and says when each of them sounds.
//!
//! Pure: time is an argument, in seconds since the bot started. From a timetag the instant is
//! known; without one a [`Smoother`] finds the even grid behind uneven arrivals. Ticks that
//! get lost are made up, in order and none twice; after a while without any, time stands still.

mod smoother;

use musebot_protocol::{Tempo, Tick};
use smoother::Smoother;

/// What the clock says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Turn {
    /// Work off this tick.
    Beat(Beat),
    /// Time stands still: let everything ring off.
    Stall,
    /// The conductor's clock is this many seconds off ours. Said once.
    ClockOff(f64),
    /// A wall clock was stepped by this many seconds, and we go on as before.
    ClockStepped(f64),
}

/// One tick to be worked off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Beat {
    pub(crate) tick: Tick,
    pub(crate) tempo: Tempo,
    /// When it sounds.
    pub(crate) due: f64,
    /// Whether it does not follow the one before: the first, or after a jump.
    pub(crate) jumped: bool,
}

/// A timetag further away than this is a clock that is wrong.
const FAR: f64 = 1.0;
/// Ticks later than this are no delay but another place in the music.
const LATEST: f64 = 0.3;
/// Without any tick for this long, time stands still.
const STALL: f64 = 0.75;
/// Timetags that differ from the grid by more than this, while arrivals do not, are a stepped clock.
const STEP: f64 = 0.010;
/// So many ticks that agree make a new truth.
const AGREEING: u32 = 3;

/// The follower.
pub(crate) struct Clock {
    /// How long after its arrival a bare tick sounds.
    latency: f64,
    grid: Option<Grid>,
    /// What is to be taken off every timetag, because a wall clock was stepped.
    correction: f64,
    said_off: bool,
}

/// Where we are.
struct Grid {
    /// The last tick that told us when it sounds, and when that was.
    anchor: Tick,
    at: f64,
    tempo: Tempo,
    /// Only without timetags: how the arrivals lie.
    smoother: Option<Smoother>,
    /// How long before it sounds a tick arrives.
    lead: f64,
    /// The last tick that was worked off.
    played: Tick,
    /// When we last heard a tick that counts.
    heard: f64,
    stalled: bool,
    /// Ticks in a row that lay beside the grid, and by how much the last did.
    odd: (u32, f64, f64),
}

impl Grid {
    fn period(&self) -> f64 {
        self.tempo.tick_seconds() * self.smoother.as_ref().map_or(1.0, Smoother::rate)
    }

    fn predict(&self, tick: Tick) -> f64 {
        self.at + (tick - self.anchor) as f64 * self.period()
    }

    /// How long after it should have arrived a tick is made up.
    fn patience(&self) -> f64 {
        if self.smoother.is_some() {
            (self.lead * 0.5).clamp(0.004, 0.010)
        } else {
            (self.lead * 0.4).clamp(0.004, 0.020)
        }
    }

    fn beat(&self, tick: Tick, jumped: bool) -> Turn {
        Turn::Beat(Beat { tick, tempo: self.tempo, due: self.predict(tick), jumped })
    }
}

impl Clock {
    /// A clock that hears bare ticks `latency` seconds before they sound.
    pub(crate) fn new(latency: f64) -> Self {
        Self { latency, grid: None, correction: 0.0, said_off: false }
    }

    /// From the next start on, bare ticks sound so long after their arrival.
    pub(crate) fn set_latency(&mut self, latency: f64) {
        if self.grid.is_none() {
            self.latency = latency;
        }
    }

    /// Takes in a tick that arrived at `arrival` and, by its timetag, sounds at `tag`.
    pub(crate) fn hear(&mut self, arrival: f64, tempo: Tempo, tick: Tick, tag: Option<f64>, turns: &mut Vec<Turn>) {
        let tag = self.believe(arrival, tick, tag, turns);
        let observed = tag.unwrap_or(arrival + self.latency);
        let Some(grid) = &mut self.grid else {
            self.grid = Some(Self::begin(arrival, tempo, tick, tag, self.latency));
            turns.extend(self.grid.as_ref().map(|g| g.beat(tick, true)));
            return;
        };
        let tagged = grid.smoother.is_none();
        if tagged && tag.is_none() && arrival - grid.heard < FAR {
            return; // a bare tick that travelled beside stamped ones
        }
        let steps = tick - grid.played;
        if grid.stalled || tagged != tag.is_some() {
            let gap = tick - grid.played;
            let played = grid.played;
            // From bare ticks to stamped ones the same tick may come once more.
            if !grid.stalled && (-64..=0).contains(&gap) {
                *grid = Grid { played, ..Self::begin(arrival, tempo, tick, tag, self.latency) };
                return;
            }
            *grid = Self::begin(arrival, tempo, tick, tag, self.latency);
            turns.push(grid.beat(tick, gap != 1));
            return;
        }
        let error = observed - grid.predict(tick);
        let slack = (1.5 * grid.period()).max(0.04);
        if error.abs() <= slack {
            grid.odd = (0, 0.0, 0.0);
            if tick <= grid.anchor {
                return; // a double, or one that overtook another
            }
            grid.heard = arrival;
            Self::follow(grid, arrival, observed, tempo, tick, self.latency);
            Self::catch_up(grid, tick, turns);
            return;
        }
        if error > 0.0 && error < LATEST.max(2.0 * grid.period()) {
            if steps <= 0 {
                // Late ones of ticks that were made up; or the conductor itself fell behind.
                // Late ones come all at once; a conductor that fell behind goes on in its tempo.
                let (run, last, _) = grid.odd;
                let spaced = arrival - last > 0.5 * grid.period();
                grid.odd = (if spaced { run + 1 } else { 1 }, arrival, error);
                if grid.odd.0 >= AGREEING {
                    let played = grid.played;
                    *grid = Grid { played, ..Self::begin(arrival, tempo, tick, tag, self.latency) };
                }
                return;
            }
            // A pause of the conductor's: go on from here, without leaving anything out.
            let played = grid.played;
            *grid = Grid { played, ..Self::begin(arrival, tempo, tick, tag, self.latency) };
            Self::catch_up(grid, tick, turns);
            return;
        }
        *grid = Self::begin(arrival, tempo, tick, tag, self.latency);
        turns.push(grid.beat(tick, steps != 1));
    }

    /// The timetag as far as it can be believed.
    fn believe(&mut self, arrival: f64, tick: Tick, tag: Option<f64>, turns: &mut Vec<Turn>) -> Option<f64> {
        let raw = tag?;
        let tag = raw - self.correction;
        if let Some(grid) = self.grid.as_mut().filter(|g| g.smoother.is_none() && !g.stalled) {
            let expected = grid.predict(tick);
            let (error, by_arrival) = (tag - expected, (arrival + grid.lead - expected).abs());
            if error.abs() > STEP && by_arrival < 0.5 * error.abs() && by_arrival < 0.05 {
                let (run, _, before) = grid.odd;
                let agrees = (error - before).abs() < 0.005;
                grid.odd = (if agrees { run + 1 } else { 1 }, arrival, error);
                if grid.odd.0 >= AGREEING {
                    self.correction += error;
                    grid.odd = (0, 0.0, 0.0);
                    turns.push(Turn::ClockStepped(error));
                }
                return Some(expected);
            }
        }
        if (tag - arrival).abs() <= FAR {
            return Some(tag);
        }
        if !std::mem::replace(&mut self.said_off, true) {
            turns.push(Turn::ClockOff(raw - arrival));
        }
        None
    }

    /// A new grid, from one tick.
    fn begin(arrival: f64, tempo: Tempo, tick: Tick, tag: Option<f64>, latency: f64) -> Grid {
        let at = tag.unwrap_or(arrival + latency);
        Grid {
            anchor: tick,
            at,
            tempo,
            smoother: tag.is_none().then(|| Smoother::new(arrival)),
            lead: (at - arrival).clamp(0.0, FAR),
            played: tick,
            heard: arrival,
            stalled: false,
            odd: (0, 0.0, 0.0),
        }
    }

    /// Takes in a tick that lies on the grid.
    fn follow(grid: &mut Grid, arrival: f64, observed: f64, tempo: Tempo, tick: Tick, latency: f64) {
        let nominal = (tick - grid.anchor) as f64 * grid.tempo.tick_seconds();
        grid.at = match &mut grid.smoother {
            Some(smoother) => smoother.observe(arrival, nominal) + latency,
            None => {
                grid.lead += 0.1 * ((observed - arrival).clamp(0.0, FAR) - grid.lead);
                observed
            }
        };
        grid.anchor = tick;
        grid.tempo = tempo;
    }

    /// Works off everything up to `tick`.
    fn catch_up(grid: &mut Grid, tick: Tick, turns: &mut Vec<Turn>) {
        while grid.played < tick {
            grid.played = grid.played + 1;
            turns.push(grid.beat(grid.played, false));
        }
    }

    /// Makes up what should have come by now.
    pub(crate) fn make_up(&mut self, now: f64, turns: &mut Vec<Turn>) {
        while let Some(wake) = self.wake().filter(|wake| *wake <= now) {
            let Some(grid) = &mut self.grid else { return };
            if wake - grid.patience() - grid.heard > STALL.max(2.5 * grid.period()) {
                grid.stalled = true;
                turns.push(Turn::Stall);
                return;
            }
            grid.played = grid.played + 1;
            turns.push(grid.beat(grid.played, false));
        }
    }

    /// When [`Self::make_up`] next has something to do.
    pub(crate) fn wake(&self) -> Option<f64> {
        let grid = self.grid.as_ref().filter(|g| !g.stalled)?;
        Some(grid.predict(grid.played + 1) - grid.lead + grid.patience())
    }

    /// How long before they sound stamped ticks arrive.
    pub(crate) fn lead(&self) -> Option<f64> {
        self.grid.as_ref().filter(|g| g.smoother.is_none() && !g.stalled).map(|g| g.lead)
    }

    /// Whether ticks are coming.
    pub(crate) fn runs(&self) -> bool {
        self.grid.as_ref().is_some_and(|g| !g.stalled)
    }
}

#[cfg(test)]
mod tests;
