//! Which knob or pad turns what: one line of `map`.

use super::Target;
use musebot_devices::{MidiKind, MidiMessage};
use std::fmt;

/// One line of `map`.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// The knob or pad.
    pub source: Source,
    /// Its channel, 1 to 16; any when it does not say.
    pub channel: Option<u8>,
    /// What it turns.
    pub target: Target,
    /// What a fader's lowest and highest position mean, when not what they usually mean.
    pub range: Option<(f64, f64)>,
    /// The value that a press sets, of what is a fader otherwise.
    pub value: Option<f64>,
    /// Whether a switch is on only while the pad is held.
    pub hold: bool,
}

/// A knob, fader, button or pad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A control change.
    Cc(u8),
    /// A key or pad.
    Note(u8),
}

/// What a hand has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// With what.
    pub source: Source,
    /// On which channel, 1 to 16.
    pub channel: u8,
    /// 0 is let go, or all the way down.
    pub to: u8,
}

impl Move {
    /// What a message says of a hand; most say nothing.
    #[must_use]
    pub fn of(message: MidiMessage) -> Option<Self> {
        Some(match message.kind() {
            MidiKind::NoteOn { channel, pitch, velocity } => {
                Self { source: Source::Note(pitch), channel, to: velocity }
            }
            MidiKind::NoteOff { channel, pitch } => Self { source: Source::Note(pitch), channel, to: 0 },
            // From 120 on they are orders to a synthesiser, such as All Notes Off.
            MidiKind::Control { channel, controller, value } if controller < 120 => {
                Self { source: Source::Cc(controller), channel, to: value }
            }
            _ => return None,
        })
    }
}

impl Mapping {
    /// A knob or pad that turns this in the usual way.
    #[must_use]
    pub fn new(source: Source, channel: Option<u8>, target: Target) -> Self {
        Self { source, channel, target, range: None, value: None, hold: false }
    }

    /// Whether a hand that did this has touched it.
    #[must_use]
    pub fn is_touched_by(&self, hand: Move) -> bool {
        self.source == hand.source && self.channel.is_none_or(|channel| channel == hand.channel)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cc(number) => write!(f, "cc {number}"),
            Self::Note(number) => write!(f, "note {number}"),
        }
    }
}

/// As it stands in an ensemble file.
impl fmt::Display for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, number) = match self.source {
            Source::Cc(number) => ("cc", number),
            Source::Note(number) => ("note", number),
        };
        write!(f, "{{ {kind} = {number}")?;
        if let Some(channel) = self.channel {
            write!(f, ", channel = {channel}")?;
        }
        // Names hold neither quotes nor backslashes, but for sections, which may hold anything printable.
        write!(f, ", to = {}", toml::Value::String(self.target.to_string()))?;
        if let Some((from, until)) = self.range {
            write!(f, ", from = {from}, until = {until}")?;
        }
        if let Some(value) = self.value {
            write!(f, ", value = {value}")?;
        }
        if self.hold {
            f.write_str(", hold = true")?;
        }
        f.write_str(" }")
    }
}
