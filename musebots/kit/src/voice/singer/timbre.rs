//! Whose throat it is: how long the tract, how high the voice lies.

use std::ops::RangeInclusive;

/// A kind of voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Timbre {
    /// The lowest of men.
    Bass,
    /// A high man's voice.
    #[default]
    Tenor,
    /// A low woman's voice.
    Alto,
    /// The highest of women.
    Soprano,
}

impl Timbre {
    /// All of them, from low to high.
    pub const ALL: [Self; 4] = [Self::Bass, Self::Tenor, Self::Alto, Self::Soprano];

    /// The MIDI pitches at which it sounds like itself; others are sung too.
    #[must_use]
    pub fn range(self) -> RangeInclusive<u8> {
        match self {
            Self::Bass => 40..=64,
            Self::Tenor => 47..=70,
            Self::Alto => 53..=76,
            Self::Soprano => 59..=83,
        }
    }

    /// What its formants are multiplied by: a shorter tract has higher ones.
    pub(super) fn stretch(self) -> f32 {
        match self {
            Self::Bass => 0.95,
            Self::Tenor => 1.0,
            Self::Alto => 1.12,
            Self::Soprano => 1.17,
        }
    }

    /// How much of a period the glottis is open: women's longer.
    pub(super) fn open(self) -> f32 {
        match self {
            Self::Bass | Self::Tenor => 0.58,
            Self::Alto | Self::Soprano => 0.66,
        }
    }

    /// How much air goes along with the tone.
    pub(super) fn breath(self) -> f32 {
        match self {
            Self::Bass | Self::Tenor => 0.006,
            Self::Alto | Self::Soprano => 0.010,
        }
    }

    /// How strongly its third to fifth formant gather, as those of trained men's voices do: that
    /// carries over an orchestra.
    pub(super) fn ring(self) -> f32 {
        match self {
            Self::Bass | Self::Tenor => 0.35,
            Self::Alto => 0.15,
            Self::Soprano => 0.0,
        }
    }
}
