//! Key and mode: the scale an ensemble plays in.

use crate::Invalid;
use std::{fmt, str::FromStr};

/// A tonic: pitch class 0 (C) to 11 (B).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Key(u8);

const NAMES: [&str; 12] = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];

impl Key {
    /// The key on a pitch class (taken modulo 12).
    #[must_use]
    pub fn from_pitch_class(pc: u8) -> Self {
        Self(pc % 12)
    }

    /// 0 (C) to 11 (B).
    #[must_use]
    pub fn pitch_class(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(NAMES[usize::from(self.0)])
    }
}

impl FromStr for Key {
    type Err = Invalid;
    fn from_str(s: &str) -> Result<Self, Invalid> {
        let bad = || Invalid::new(format!("`{s}` is not a key (C, C#, Db, D, … B)"));
        let mut letters = s.trim().chars();
        let natural = match letters.next().map(|c| c.to_ascii_uppercase()) {
            Some('C') => 0,
            Some('D') => 2,
            Some('E') => 4,
            Some('F') => 5,
            Some('G') => 7,
            Some('A') => 9,
            Some('B') => 11,
            _ => return Err(bad()),
        };
        let pc = match letters.as_str() {
            "" => natural,
            "#" | "♯" => natural + 1,
            "b" | "♭" => natural + 11,
            _ => return Err(bad()),
        };
        Ok(Self(pc % 12))
    }
}

/// A scale of seven notes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the modes have no other names")]
pub enum Mode {
    #[default]
    Major,
    Minor,
    Dorian,
    Phrygian,
    Lydian,
    Mixolydian,
    HarmonicMinor,
}

impl Mode {
    /// All modes with their names in files.
    pub const ALL: [(Self, &str); 7] = [
        (Self::Major, "major"),
        (Self::Minor, "minor"),
        (Self::Dorian, "dorian"),
        (Self::Phrygian, "phrygian"),
        (Self::Lydian, "lydian"),
        (Self::Mixolydian, "mixolydian"),
        (Self::HarmonicMinor, "harmonic-minor"),
    ];

    /// Semitones above the tonic of the seven degrees.
    #[must_use]
    pub fn degrees(self) -> [u8; 7] {
        match self {
            Self::Major => [0, 2, 4, 5, 7, 9, 11],
            Self::Minor => [0, 2, 3, 5, 7, 8, 10],
            Self::Dorian => [0, 2, 3, 5, 7, 9, 10],
            Self::Phrygian => [0, 1, 3, 5, 7, 8, 10],
            Self::Lydian => [0, 2, 4, 6, 7, 9, 11],
            Self::Mixolydian => [0, 2, 4, 5, 7, 9, 10],
            Self::HarmonicMinor => [0, 2, 3, 5, 7, 8, 11],
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(Self::ALL.iter().find(|(mode, _)| mode == self).map_or("", |(_, name)| name))
    }
}

impl FromStr for Mode {
    type Err = Invalid;
    fn from_str(s: &str) -> Result<Self, Invalid> {
        Self::ALL.iter().find(|(_, name)| *name == s.trim()).map(|(mode, _)| *mode).ok_or_else(|| {
            let names = Self::ALL.map(|(_, name)| name).join(", ");
            Invalid::new(format!("`{s}` is not a mode ({names})"))
        })
    }
}
