//! One knob, fader or pad: what a hand's move means, and what it is to show.

use super::{Mapping, Move, Scale, Source};
use std::time::Duration;

/// After a touch, a fader is left alone for so long: the hand is still on it.
const GRACE: Duration = Duration::from_millis(300);
/// A button that sends control changes is down from here on.
const DOWN: u8 = 64;
/// A lamp that is lit, and one that is not.
const LIT: u8 = 127;
const DARK: u8 = 0;

/// One line of `map`, and how things stand with it.
#[derive(Debug, Clone)]
pub(super) struct Knob {
    pub(super) mapping: Mapping,
    /// What its positions mean, when it is a fader.
    scale: Option<Scale>,
    /// Where the hand has left it, as far as we have heard.
    hand: Option<u8>,
    touched: Option<Duration>,
    /// Whether the fader and the value have met: from then on the value follows.
    holds: bool,
    /// The value that we set last.
    set: Option<f64>,
    /// The value that waits to be set: the latest wins.
    waits: Option<f64>,
    /// What the device shows: the fader's position, or a lamp.
    shown: Option<u8>,
    down: bool,
    /// The channel that it was heard on.
    channel: Option<u8>,
}

impl Knob {
    pub(super) fn new(mapping: Mapping) -> Self {
        let scale = if mapping.value.is_none() { Scale::of(&mapping.target, mapping.range) } else { None };
        Self {
            mapping,
            scale,
            hand: None,
            touched: None,
            holds: false,
            set: None,
            waits: None,
            shown: None,
            down: false,
            channel: None,
        }
    }

    /// The device has come back: nobody knows how its faders stand now, and its lamps are dark.
    pub(super) fn begin(&mut self) {
        let new = Self::new(self.mapping.clone());
        *self = Self { channel: self.channel, set: self.set, ..new };
    }

    /// A hand has moved it, whose value is `value` now; what a switch or a pad is to be set to at once.
    /// What a fader is to be set to waits: see [`Self::take`].
    pub(super) fn moved(&mut self, now: Duration, hand: Move, value: Option<f64>, pick_up: bool) -> Option<f64> {
        self.channel = Some(hand.channel);
        match self.scale {
            Some(scale) => {
                self.slid(now, scale, hand.to.min(127), value, pick_up);
                None
            }
            None => self.pressed(now, hand, value),
        }
    }

    /// Pick-up: a fader takes over when it touches its value or passes it.
    fn slid(&mut self, now: Duration, scale: Scale, to: u8, value: Option<f64>, pick_up: bool) {
        let from = self.hand.replace(to);
        let rested = self.touched.replace(now).is_none_or(|at| now.saturating_sub(at) > GRACE);
        self.shown = Some(to);
        // Right after a touch the value may be on its way to what we have set.
        let ours = value.zip(self.set).is_some_and(|(value, set)| scale.same(value, set));
        if self.holds && rested && !ours && self.waits.is_none() {
            self.holds = false;
        }
        let meets = match value.map(|value| scale.position(value)) {
            None => true,
            Some(at) => {
                let passed = from.is_some_and(|from| (from.min(to)..=from.max(to)).contains(&at));
                to.abs_diff(at) <= 1 || passed
            }
        };
        self.holds |= meets || !pick_up;
        if self.holds {
            self.waits = Some(scale.value(to));
        }
    }

    fn pressed(&mut self, now: Duration, hand: Move, value: Option<f64>) -> Option<f64> {
        let down = match hand.source {
            Source::Note(_) => hand.to > 0,
            Source::Cc(_) => hand.to >= DOWN,
        };
        let was = std::mem::replace(&mut self.down, down);
        self.touched = Some(now);
        // Many a pad changes its own lamp when it is hit or let go.
        self.shown = None;
        // A pad may send no end of a note; a button's control changes come in many values.
        let hit = down && (!was || matches!(hand.source, Source::Note(_)));
        let released = !down && was;
        if !self.mapping.target.is_switch() {
            return hit.then(|| self.mapping.value.unwrap_or(1.0));
        }
        if self.mapping.hold {
            return if hit { Some(1.0) } else { released.then_some(0.0) };
        }
        hit.then(|| if value.unwrap_or(0.0) >= 0.5 { 0.0 } else { 1.0 })
    }

    /// Whether something waits to be set.
    pub(super) fn is_waiting(&self) -> bool {
        self.waits.is_some()
    }

    /// The value to be set now, if there is a new one.
    pub(super) fn take(&mut self, value: Option<f64>) -> Option<f64> {
        let (wanted, scale) = (self.waits.take()?, self.scale?);
        let known = self.set.is_some_and(|set| scale.same(set, wanted));
        if known && value.is_some_and(|value| scale.same(value, wanted)) {
            return None;
        }
        self.set = Some(wanted);
        Some(wanted)
    }

    /// What the device is to show, when it shows something else: the channel and the value.
    pub(super) fn display(&mut self, now: Duration, value: Option<f64>) -> Option<(u8, u8)> {
        let value = value?;
        let touched = self.touched.is_some_and(|at| now.saturating_sub(at) <= GRACE);
        let shows = match self.scale {
            Some(scale) => {
                if self.waits.is_some() || touched {
                    return None;
                }
                if self.shown.is_some_and(|at| scale.same(scale.value(at), value)) {
                    return None;
                }
                scale.position(value)
            }
            // It would change its lamp once more when it is let go.
            None if self.down && touched => return None,
            None => match self.mapping.value {
                // A pad that sets a value is lit while it has that value.
                Some(own) if (own - value).abs() < 1e-5 => LIT,
                Some(_) => DARK,
                None if value >= 0.5 => LIT,
                None => DARK,
            },
        };
        if self.shown.replace(shows) == Some(shows) {
            return None;
        }
        Some((self.mapping.channel.or(self.channel).unwrap_or(1), shows))
    }
}
