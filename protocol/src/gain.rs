//! Gain as linear amplitude.

use crate::Invalid;
use std::{fmt, str::FromStr};

/// Linear amplitude, 0 (silent) to 1 (as played).
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Gain(f32);

impl Gain {
    /// As played.
    pub const FULL: Self = Self(1.0);
    /// Silent.
    pub const SILENT: Self = Self(0.0);

    /// # Errors
    /// When it is not a number between 0 and 1.
    pub fn new(gain: f64) -> Result<Self, Invalid> {
        if (0.0..=1.0).contains(&gain) {
            Ok(Self(gain as f32))
        } else {
            Err(Invalid::new(format!("a gain is between 0 (silent) and 1 (as played), not {gain}")))
        }
    }

    /// The nearest gain that is allowed; full for what is not a number.
    #[must_use]
    pub fn clamped(gain: f64) -> Self {
        if gain.is_nan() { Self::FULL } else { Self(gain.clamp(0.0, 1.0) as f32) }
    }

    /// Linear amplitude.
    #[must_use]
    pub fn linear(self) -> f32 {
        self.0
    }
}

impl Default for Gain {
    fn default() -> Self {
        Self::FULL
    }
}

impl fmt::Display for Gain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Gain {
    type Err = Invalid;
    fn from_str(s: &str) -> Result<Self, Invalid> {
        let gain = s.trim().parse().map_err(|_| Invalid::new(format!("`{s}` is not a gain between 0 and 1")))?;
        Self::new(gain)
    }
}
