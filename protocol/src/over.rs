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
        if !(0.0..=1e6).contains(&n) {
            return Err(bad());
        }
        match unit.trim() {
            "bar" | "bars" => Ok(Self::Bars(n)),
            "beat" | "beats" => Ok(Self::Beats(n)),
            "s" | "sec" | "second" | "seconds" => Ok(Self::Seconds(n)),
            "m" | "min" | "minute" | "minutes" => Ok(Self::Seconds(n * 60.0)),
            "ms" => Ok(Self::Seconds(n / 1000.0)),
            _ => Err(bad()),
        }
    }
}
