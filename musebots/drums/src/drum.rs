//! The instruments of the kit, by their General MIDI numbers.

/// One instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "drummers know them")]
#[repr(u8)]
pub enum Drum {
    Kick = 36,
    SideStick = 37,
    Snare = 38,
    Clap = 39,
    ClosedHat = 42,
    PedalHat = 44,
    LowTom = 45,
    OpenHat = 46,
    MidTom = 47,
    Crash = 49,
    HighTom = 50,
    Ride = 51,
}

impl Drum {
    /// Its General MIDI number.
    #[must_use]
    pub fn number(self) -> i32 {
        i32::from(self as u8)
    }

    /// How many sixteenths it rings, at most.
    #[must_use]
    pub fn ring(self) -> f64 {
        match self {
            Self::Crash => 16.0,
            Self::Ride | Self::OpenHat => 2.0,
            _ => 1.0,
        }
    }
}
