//! A control surface: knobs, faders and pads of a MIDI device that turn what a terminal turns too
//! (`[control.midi]` in the ensemble file).
//!
//! Pure: a hand's moves and the time go in, commands come out, and what faders and lamps are to
//! show. `door` is its edge: a device that comes, is lost and comes back, on a thread of its own.

mod budget;
pub mod door;
mod knob;
mod learning;
mod mapping;
mod scale;
mod target;
#[cfg(test)]
mod tests;

pub use learning::Learning;
pub use mapping::{Mapping, Move, Source};
pub use scale::Scale;
pub use target::{Names, NoTarget, Target};

use budget::Budget;
use knob::Knob;
use musebot_devices::{MidiMessage, MidiSystem};
use musebot_protocol::Control;
use std::time::Duration;

/// One `[control.midi]` of the ensemble file.
#[derive(Debug, Clone, PartialEq)]
pub struct MidiSurface {
    /// The port that its knobs come from, and that its faders and lamps hear; `virtual` is one of our own.
    pub port: String,
    /// The port that its faders and lamps hear, if that goes by another name.
    pub out: Option<String>,
    /// Which MIDI system, when both have such a port.
    pub system: Option<MidiSystem>,
    /// Whether a fader takes over only once it has met its value.
    pub pick_up: bool,
    /// What turns what.
    pub map: Vec<Mapping>,
}

/// How things stand: the value of a target (of a switch 1 or 0), if it has one.
pub type Values<'a> = &'a dyn Fn(&Target) -> Option<f64>;

/// What is sent to a device at once, at most: a MIDI wire takes one message a millisecond.
const MOST_AT_ONCE: usize = 16;

/// One surface, and how things stand with it.
#[derive(Debug, Clone)]
pub struct Surface {
    /// What it is called on the screen.
    pub name: String,
    pick_up: bool,
    knobs: Vec<Knob>,
    here: bool,
    /// For faders. What is pressed is never held back; nobody presses that often.
    budget: Budget,
    /// The knob whose turn it is: none waits for ever.
    turn: usize,
}

impl Surface {
    /// A surface whose device has not been heard of yet.
    #[must_use]
    pub fn new(spec: &MidiSurface, now: Duration) -> Self {
        Self {
            name: spec.port.clone(),
            pick_up: spec.pick_up,
            knobs: spec.map.iter().cloned().map(Knob::new).collect(),
            here: false,
            budget: Budget::new(now),
            turn: 0,
        }
    }

    /// Its device is here: it is told everything.
    pub fn begin(&mut self) {
        self.here = true;
        self.knobs.iter_mut().for_each(Knob::begin);
    }

    /// Its device has gone.
    pub fn end(&mut self) {
        self.here = false;
    }

    /// Whether its device is here.
    #[must_use]
    pub fn is_here(&self) -> bool {
        self.here
    }

    /// A message has come: what is to be done.
    pub fn heard(&mut self, now: Duration, message: MidiMessage, values: Values<'_>) -> Vec<Control> {
        let Some(hand) = Move::of(message) else { return Vec::new() };
        let mut commands = Vec::new();
        let pick_up = self.pick_up;
        for knob in self.knobs.iter_mut().filter(|knob| knob.mapping.is_touched_by(hand)) {
            let set = knob.moved(now, hand, values(&knob.mapping.target), pick_up);
            commands.extend(set.map(|value| knob.mapping.target.command(value)));
        }
        commands.extend(self.due(now, values));
        commands
    }

    /// What faders have to say, as far as it is not too much at once: of each only the latest.
    pub fn due(&mut self, now: Duration, values: Values<'_>) -> Vec<Control> {
        let mut commands = Vec::new();
        let many = self.knobs.len();
        for i in 0..many {
            let turn = (self.turn + i) % many;
            let knob = &mut self.knobs[turn];
            if !knob.is_waiting() {
                continue;
            }
            if !self.budget.take(now) {
                self.turn = turn;
                break;
            }
            let set = knob.take(values(&knob.mapping.target));
            commands.extend(set.map(|value| knob.mapping.target.command(value)));
        }
        commands
    }

    /// What faders and lamps are to be told now; nothing that they show already.
    pub fn display(&mut self, now: Duration, values: Values<'_>) -> Vec<MidiMessage> {
        let mut messages = Vec::new();
        if !self.here {
            return messages;
        }
        for knob in &mut self.knobs {
            if messages.len() >= MOST_AT_ONCE {
                break;
            }
            let Some((channel, shows)) = knob.display(now, values(&knob.mapping.target)) else { continue };
            // A lamp goes out with a velocity of 0: not every device knows note-off.
            let (status, number) = match knob.mapping.source {
                Source::Cc(number) => (0xB0, number),
                Source::Note(number) => (0x90, number),
            };
            messages.extend(MidiMessage::read(&[status | (channel - 1), number, shows]));
        }
        messages
    }

    /// From now on this knob turns this, and nothing else; what it turned until now, if that was something else.
    pub fn learn(&mut self, mapping: Mapping) -> Option<Target> {
        let (source, channel) = (mapping.source, mapping.channel);
        let meets = |other: Option<u8>| other.is_none() || channel.is_none() || other == channel;
        let here = |knob: &Knob| knob.mapping.source == source && meets(knob.mapping.channel);
        let was = self.knobs.iter().find(|k| here(k)).map(|k| k.mapping.target.clone());
        self.knobs.retain(|knob| !here(knob));
        let was = was.filter(|was| *was != mapping.target);
        self.knobs.push(Knob::new(mapping));
        self.turn = 0;
        was
    }
}
