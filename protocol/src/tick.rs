//! The grid that everybody counts: 16 ticks to the quarter note.

use std::{
    fmt,
    ops::{Add, Sub},
};

/// Ticks in one beat (a quarter note).
pub const TICKS_PER_BEAT: u32 = 16;

/// Ticks in one sixteenth note.
pub const TICKS_PER_SIXTEENTH: u32 = 4;

/// A position on the grid. Tick 0 is bar 1, beat 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tick(pub i64);

impl Tick {
    /// As it travels: int32, wrapping after 93 days at the fastest tempo.
    #[must_use]
    pub fn on_wire(self) -> i32 {
        self.0 as i32
    }
}

impl From<i32> for Tick {
    fn from(tick: i32) -> Self {
        Self(i64::from(tick))
    }
}

impl Add<i64> for Tick {
    type Output = Self;
    fn add(self, ticks: i64) -> Self {
        Self(self.0 + ticks)
    }
}

impl Sub<i64> for Tick {
    type Output = Self;
    fn sub(self, ticks: i64) -> Self {
        Self(self.0 - ticks)
    }
}

impl Sub for Tick {
    type Output = i64;
    fn sub(self, other: Self) -> i64 {
        self.0 - other.0
    }
}

impl fmt::Display for Tick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
