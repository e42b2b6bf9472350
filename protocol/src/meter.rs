//! Metre: how many of which note make a bar.

use crate::Invalid;
use std::{fmt, str::FromStr};

/// A time signature such as 4/4, 3/4 or 7/8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Meter {
    numerator: u8,
    denominator: u8,
}

impl Meter {
    /// # Errors
    /// When there are not 1 to 32 units a bar, or the unit is not 1, 2, 4, 8 or 16.
    pub fn new(numerator: u8, denominator: u8) -> Result<Self, Invalid> {
        if !(1..=32).contains(&numerator) || ![1, 2, 4, 8, 16].contains(&denominator) {
            return Err(Invalid::new(format!(
                "`{numerator}/{denominator}` is not a metre (1 to 32 over 1, 2, 4, 8 or 16, such as \"3/4\")"
            )));
        }
        Ok(Self { numerator, denominator })
    }

    /// Units in a bar: 3 of 3/4.
    #[must_use]
    pub fn numerator(self) -> u8 {
        self.numerator
    }

    /// The unit: 4 of 3/4.
    #[must_use]
    pub fn denominator(self) -> u8 {
        self.denominator
    }

    /// Ticks in one bar: 64 for 4/4, 56 for 7/8.
    #[must_use]
    pub fn ticks_per_bar(self) -> i64 {
        64 * i64::from(self.numerator) / i64::from(self.denominator)
    }

    /// Sixteenths in one bar: 16 for 4/4, 14 for 7/8.
    #[must_use]
    pub fn sixteenths(self) -> u32 {
        16 * u32::from(self.numerator) / u32::from(self.denominator)
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self { numerator: 4, denominator: 4 }
    }
}

impl fmt::Display for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

impl FromStr for Meter {
    type Err = Invalid;
    fn from_str(s: &str) -> Result<Self, Invalid> {
        let bad = || Invalid::new(format!("`{s}` is not a metre (such as \"4/4\", \"3/4\" or \"7/8\")"));
        let (over, under) = s.split_once('/').ok_or_else(bad)?;
        Self::new(over.trim().parse().map_err(|_| bad())?, under.trim().parse().map_err(|_| bad())?)
    }
}
