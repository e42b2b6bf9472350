//! How long a change takes, in musical or in wall time.

use crate::Invalid;
use std::{fmt, str::FromStr};

/// A span such as `8bars`, `2beats` or `1.5s`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Over {
    /// Bars of the current metre.
    Bars(f64),
    /// Quarter notes.
    Beats(f64),
    /// Seconds of wall time.
    Seconds(f64),
}

impl Over {
    /// The longest span, in whichever unit.
    pub const MAX: f64 = 1e6;

    /// A span of wall time, unless it is negative or longer than [`Self::MAX`].
    #[must_use]
    pub fn seconds(seconds: f64) -> Option<Self> {
        (0.0..=Self::MAX).contains(&seconds).then_some(Self::Seconds(seconds))
    }
}

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bars(n) => write!(f, "{n}bars"),
            Self::Beats(n) => write!(f, "{n}beats"),
            Self::Seconds(n) => write!(f, "{n}s"),
        }
    }
}

impl FromStr for Over {
    type Err = Invalid;
    fn from_str(s: &str) -> Result<Self, Invalid> {
        let bad = || Invalid::new(format!("`{s}` is not a span (such as `8bars`, `2beats`, `1.5s` or `5m`)"));
        let text = s.trim();
        let split = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).ok_or_else(bad)?;
        let (number, unit) = text.split_at(split);
        let n: f64 = number.parse().map_err(|_| bad())?;
        if !(0.0..=Self::MAX).contains(&n) {
            return Err(bad());
        }
        match unit.trim() {
            "bar" | "bars" => Ok(Self::Bars(n)),
            "beat" | "beats" => Ok(Self::Beats(n)),
            "s" | "sec" | "second" | "seconds" => Self::seconds(n).ok_or_else(bad),
            "m" | "min" | "minute" | "minutes" => Self::seconds(n * 60.0).ok_or_else(bad),
            "ms" => Self::seconds(n / 1000.0).ok_or_else(bad),
            _ => Err(bad()),
        }
    }
}
