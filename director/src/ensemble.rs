//! The ensemble file: who plays, what, and for how long.
//!
//! A file holds only what differs from the defaults, and the defaults play music. It is read
//! with all its faults at once: see [`Faults`]. What the director does with it is elsewhere.

mod bot;
mod check;
mod check_bot;
mod check_output;
mod clock;
mod control;
mod faults;
mod fields;
mod historic;
mod length;
mod load;
pub(crate) mod nearest;
mod network;
#[cfg(test)]
mod never_panics;
mod output;
mod program;

pub use bot::{BotEntry, Restart};
pub use clock::{ClockPort, ClockPorts};
pub use faults::{Fault, Faults, Severity};
pub use length::Length;
pub use load::{LoadError, MAX_BYTES, files, is_historic, list};
pub use network::{LeaderLoss, Network, Place};
pub use output::{AudioSpec, MidiGain, MidiSpec, OutputSpec, SoundSpec, Touch};
pub use program::{NotFound, Program};

use crate::surface::MidiSurface;
use musebot_protocol::{BotId, Gain, Key, Meter, Mode, Style, Tempo};
use std::{path::PathBuf, time::Duration};

/// An ensemble as its file describes it, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Ensemble {
    /// What it is called; the file's own name when it does not say.
    pub name: String,
    /// The file it was read from, as it was given.
    pub path: PathBuf,
    /// The file's folder, absolute: paths in the file are relative to it.
    pub home: PathBuf,
    /// The tempo it begins with.
    pub tempo: Tempo,
    /// The key that all bots are told.
    pub key: Key,
    /// The mode that all bots are told.
    pub mode: Mode,
    /// The style that all bots are told.
    pub style: Style,
    /// The metre, which rules the bar line.
    pub meter: Meter,
    /// What all chance is drawn from; drawn afresh when it does not say.
    pub seed: Option<u64>,
    /// How long it plays; for as long as one likes when it does not say.
    pub length: Option<Length>,
    /// How long after its tick everything sounds (`latency-ms`).
    pub latency: Duration,
    /// Whether bots without timetags get their ticks late enough to sound with the others.
    pub delay_historic: bool,
    /// How long to wait for the file's bots before tick 0; 3 s, and 60 s for musebot folders, when it does not say.
    pub wait: Option<Duration>,
    /// Whether bots that nobody launched may join; the director decides by where it listens when it does not say.
    pub guests: Option<bool>,
    /// The gain over all bots.
    pub master: Gain,
    /// What happens when a bot says `exiting`.
    pub exiting: Exiting,
    /// Whether a bot hears its own broadcasts come back.
    pub echo: bool,
    /// How the list of bots is sent.
    pub agent_list: AgentListStyle,
    /// What happens after the last section (`sections`).
    pub form: Form,
    /// The form's parts, in order; none is one endless part.
    pub sections: Vec<Section>,
    /// The file's own bots, in the roster's order.
    pub bots: Vec<BotEntry>,
    /// Whose outputs are connected to whose inputs when JACK runs (`jack-connect`).
    pub jack_connects: Vec<(BotId, BotId)>,
    /// The control surfaces (`control.midi`).
    pub surfaces: Vec<MidiSurface>,
    /// Bars in a phrase; the bots agree on it among themselves when it does not say.
    pub phraselength: Option<u32>,
    /// The clocks of other machines.
    pub clock: ClockPorts,
    /// What holds between machines.
    pub network: Network,
    /// What is allowed but odd, for a person to read.
    pub warnings: Faults,
}

impl Ensemble {
    /// Bars of all sections together; `None` when there are none.
    #[must_use]
    pub fn section_bars(&self) -> Option<u32> {
        (!self.sections.is_empty()).then(|| self.sections.iter().fold(0u32, |sum, s| sum.saturating_add(s.bars)))
    }

    /// The number of bars after which it ends, as far as the file fixes that in bars.
    #[must_use]
    pub fn end_bar(&self) -> Option<u32> {
        match self.length {
            Some(Length::Bars(bars)) => Some(bars),
            Some(Length::Seconds(_)) => None,
            None if self.form == Form::Once => self.section_bars(),
            None => None,
        }
    }
}

/// One part of the form.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// What it is called.
    pub name: String,
    /// How many bars it lasts.
    pub bars: u32,
    /// How dense the music is, 0 to 1.
    pub density: Option<f64>,
}

/// What happens after the last section.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Form {
    /// The first one again.
    #[default]
    Loop,
    /// The end.
    Once,
}

/// What happens when a bot says `exiting`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Exiting {
    /// It is forwarded like any other broadcast.
    #[default]
    Forward,
    /// All other bots are told off.
    OffOthers,
    /// All bots are told off.
    OffAll,
}

/// How the list of bots is sent: conductors differ in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AgentListStyle {
    /// One argument a bot.
    #[default]
    Separate,
    /// All in one text, with spaces between.
    Joined,
}
