//! Tempo in quarter-note beats per minute.

use crate::{Invalid, TICKS_PER_BEAT};
use std::{fmt, str::FromStr, time::Duration};

/// Beats (quarter notes) per minute, 10 to 999.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Tempo(f64);

impl Tempo {
    /// The slowest tempo.
    pub const MIN: f64 = 10.0;
    /// The fastest tempo.
    pub const MAX: f64 = 999.0;

    /// # Errors
    /// When it is not a number between [`Self::MIN`] and [`Self::MAX`].
    pub fn new(bpm: f64) -> Result<Self, Invalid> {
        if (Self::MIN..=Self::MAX).contains(&bpm) {
            Ok(Self(bpm))
        } else {
            Err(Invalid::new(format!("a tempo is between 10 and 999 beats per minute, not {bpm}")))
        }
    }

    /// The nearest tempo that is allowed; 120 for what is not a number.
    #[must_use]
    pub fn clamped(bpm: f64) -> Self {
        if bpm.is_nan() { Self::default() } else { Self(bpm.clamp(Self::MIN, Self::MAX)) }
    }

    /// Beats per minute.
    #[must_use]
    pub fn bpm(self) -> f64 {
        self.0
    }

    /// Seconds from one tick to the next: 60 / (16 · bpm).
    #[must_use]
    pub fn tick_seconds(self) -> f64 {
        60.0 / (f64::from(TICKS_PER_BEAT) * self.0)
    }

    /// Time from one tick to the next.
    #[must_use]
    pub fn tick_period(self) -> Duration {
        Duration::from_secs_f64(self.tick_seconds())
    }
}

impl Default for Tempo {
    fn default() -> Self {
        Self(120.0)
    }
}

impl fmt::Display for Tempo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Tempo {
    type Err = Invalid;
    fn from_str(s: &str) -> Result<Self, Invalid> {
        let bpm = s.trim().parse().map_err(|_| Invalid::new(format!("`{s}` is not a number of beats per minute")))?;
        Self::new(bpm)
    }
}
