//! MIDI clock out: which messages a port gets with each tick, and at which instants. Pure.
//!
//! There are 24 pulses to a beat and 16 ticks: an even tick has two pulses, at its own instant and two thirds
//! on; an odd one has a pulse one third on. Where in time that is, the tick's own length says, so
//! that pulses follow every ramp and nudge as the ticks do. Each pulse belongs to one tick, and each tick is sent once.

use crate::clock_word::ClockWord;
use musebot_protocol::{TICKS_PER_SIXTEENTH, Tick};
use std::time::Duration;

/// A message that changes where a machine is comes so long before the pulse that it is meant for.
const BEFORE: Duration = Duration::from_millis(1);
/// A song position comes so long before: machines may have to load something.
const LOCATE: Duration = Duration::from_millis(5);
/// Sixteenths that a song position can count.
const SIXTEENTHS: i64 = 1 << 14;

/// The pulses within a tick, as parts of its length.
#[must_use]
pub fn pulses(tick: Tick) -> &'static [f64] {
    if tick.0 % 2 == 0 { &[0.0, 2.0 / 3.0] } else { &[1.0 / 3.0] }
}

/// One port's clock.
#[derive(Debug, Clone)]
pub struct ClockOut {
    /// How much later than the music its messages are, in seconds.
    offset: f64,
    /// Sixteenths in a bar: a song position that is too long for MIDI is a whole number of bars too short.
    bar: i64,
    state: State,
    /// When the last message is due.
    last: Duration,
    /// The tick that comes next.
    next: Tick,
    /// Told already, and yet to come: a stop before a tick.
    ends: Option<Ends>,
}

#[derive(Debug, Clone, Copy)]
struct Ends {
    from: Tick,
    at: Duration,
    again: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    /// It has to be told where we are.
    New,
    Running,
    /// It stands before this tick.
    Stopped(Tick),
    /// It gets nothing more.
    Ended,
}

impl ClockOut {
    /// A clock for a port that has just been opened. `bar` is how many sixteenths a bar has.
    #[must_use]
    pub fn new(offset: f64, bar: u32) -> Self {
        Self { offset, bar: i64::from(bar.max(1)), state: State::New, last: Duration::ZERO, next: Tick(0), ends: None }
    }

    /// What goes out with a tick that sounds at `sounds` and lasts for `period` seconds.
    /// `send` says whether a message was taken; where one was not, the machine has to be told anew where we are.
    /// Realtime-safe: yes, if `send` is.
    pub fn tick(
        &mut self,
        tick: Tick,
        sounds: Duration,
        period: f64,
        send: &mut impl FnMut(Duration, ClockWord) -> bool,
    ) {
        // Ticks may have been left out, and the one that it was to stop before among them.
        self.end_before(tick, send);
        self.next = tick + 1;
        self.pulses(tick, self.shifted(sounds), period, send);
        self.end_before(self.next, send);
    }

    fn end_before(&mut self, next: Tick, send: &mut impl FnMut(Duration, ClockWord) -> bool) {
        if let Some(Ends { from, at, again }) = self.ends.filter(|ends| ends.from <= next) {
            self.halt(from, at, again, send);
        }
    }

    fn pulses(&mut self, tick: Tick, at: Duration, period: f64, send: &mut impl FnMut(Duration, ClockWord) -> bool) {
        let begins = match self.state {
            State::Ended => return,
            State::Running => true,
            State::Stopped(before) if before == tick => self.send(at, BEFORE, ClockWord::Continue, send),
            State::New | State::Stopped(_) if tick.0 == 0 => self.send(at, BEFORE, ClockWord::Start, send),
            State::New | State::Stopped(_) if tick.0 % i64::from(TICKS_PER_SIXTEENTH) == 0 => {
                let position = ClockWord::Position(self.position(tick));
                self.send(at, LOCATE, position, send) && self.send(at, BEFORE, ClockWord::Continue, send)
            }
            State::New | State::Stopped(_) => return,
        };
        self.state = if begins { State::Running } else { State::New };
        for part in pulses(tick) {
            if self.state != State::Running {
                return;
            }
            if !self.send(at + Duration::from_secs_f64(period * part), Duration::ZERO, ClockWord::Pulse, send) {
                self.state = State::New;
            }
        }
    }

    /// Everything before `from`, which would have sounded at `sounds`, is the last; `again` if it may go on from
    /// there. Ticks before it that are yet to come still get their pulses.
    /// Realtime-safe: yes, if `send` is.
    pub fn stop(
        &mut self,
        from: Tick,
        sounds: Duration,
        again: bool,
        send: &mut impl FnMut(Duration, ClockWord) -> bool,
    ) {
        let at = self.shifted(sounds);
        if self.state == State::Running && self.next < from {
            self.ends = Some(Ends { from, at, again });
            return;
        }
        self.halt(from, at, again, send);
    }

    fn halt(&mut self, from: Tick, at: Duration, again: bool, send: &mut impl FnMut(Duration, ClockWord) -> bool) {
        self.ends = None;
        // The order to stop may have come after a pulse of that tick had been sent.
        let at = at.max(self.last);
        if self.state == State::Running {
            self.send(at, Duration::ZERO, ClockWord::Stop, send);
            self.state = State::Stopped(from);
        }
        if !again {
            self.state = State::Ended;
        }
    }

    /// Whether the machine thinks that we play at `now`: its stop may have been sent, and not be due yet.
    #[must_use]
    pub fn is_running(&self, now: Duration) -> bool {
        self.state == State::Running || self.last > now
    }

    fn send(
        &mut self,
        at: Duration,
        ahead: Duration,
        word: ClockWord,
        send: &mut impl FnMut(Duration, ClockWord) -> bool,
    ) -> bool {
        // Never before what was said last.
        let at = at.saturating_sub(ahead).max(self.last);
        self.last = at;
        send(at, word)
    }

    fn shifted(&self, at: Duration) -> Duration {
        let by = Duration::from_secs_f64(self.offset.abs());
        if self.offset < 0.0 { at.saturating_sub(by) } else { at + by }
    }

    fn position(&self, tick: Tick) -> u16 {
        let sixteenth = tick.0 / i64::from(TICKS_PER_SIXTEENTH);
        let bars = SIXTEENTHS / self.bar * self.bar;
        u16::try_from(sixteenth.rem_euclid(bars)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
