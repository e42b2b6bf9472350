//! How long an ensemble plays.

use musebot_protocol::{Invalid, Meter, Tempo};
use std::{fmt, str::FromStr};

/// A number of bars, or of seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Length {
    /// This many bars.
    Bars(u32),
    /// This many seconds; the music ends with the bar in which they are over.
    Seconds(f64),
}

impl Length {
    /// The most bars that can be asked for: a day of the fastest music is more than 300,000.
    pub const MAX_BARS: u32 = 1_000_000;
    /// The longest duration: a week.
    pub const MAX_SECONDS: f64 = 604_800.0;

    /// # Errors
    /// When it is not between 1 and [`Self::MAX_BARS`].
    pub fn bars(bars: i64) -> Result<Self, Invalid> {
        match u32::try_from(bars) {
            Ok(bars @ 1..=Self::MAX_BARS) => Ok(Self::Bars(bars)),
            _ => Err(Invalid(format!("a length is between 1 and {} bars, not {bars}", Self::MAX_BARS))),
        }
    }

    /// # Errors
    /// When it is not a number above 0 and up to [`Self::MAX_SECONDS`].
    pub fn seconds(seconds: f64) -> Result<Self, Invalid> {
        if seconds > 0.0 && seconds <= Self::MAX_SECONDS {
            Ok(Self::Seconds(seconds))
        } else {
            Err(Invalid(format!("a duration is more than nothing and at most a week, not {seconds} seconds")))
        }
    }

    /// How many bars that is at a steady tempo, the last one whole.
    #[must_use]
    pub fn in_bars(self, tempo: Tempo, meter: Meter) -> u32 {
        match self {
            Self::Bars(bars) => bars,
            Self::Seconds(seconds) => {
                let bar = tempo.tick_seconds() * meter.ticks_per_bar() as f64;
                // A hair less, so that a duration of exactly n bars is not rounded up to n + 1.
                ((seconds / bar - 1e-9).ceil().max(1.0)) as u32
            }
        }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bars(bars) => write!(f, "{bars}bars"),
            Self::Seconds(seconds) => write!(f, "{seconds}s"),
        }
    }
}

impl FromStr for Length {
    type Err = Invalid;
    /// Reads `64bars`, `90s`, `3m`, `1m30s`, `1h`, or a bare number of seconds.
    fn from_str(s: &str) -> Result<Self, Invalid> {
        let bad = || Invalid(format!("`{s}` is not a duration (such as \"90s\", \"3m\", \"1m30s\" or \"64bars\")"));
        let mut seconds = 0.0;
        let mut rest = s.trim();
        if rest.is_empty() {
            return Err(bad());
        }
        while !rest.is_empty() {
            let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
            let (number, tail) = rest.split_at(end);
            let tail = tail.trim_start();
            let unit_end = tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(unit_end);
            let value: f64 = number.parse().map_err(|_| bad())?;
            seconds += value
                * match unit {
                    "bar" | "bars" if tail.is_empty() && seconds == 0.0 => {
                        return Self::bars(number.parse().map_err(|_| bad())?);
                    }
                    "" if tail.is_empty() && seconds == 0.0 => 1.0,
                    "s" => 1.0,
                    "m" | "min" => 60.0,
                    "h" => 3600.0,
                    _ => return Err(bad()),
                };
            rest = tail.trim_start();
        }
        Self::seconds(seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, length) in [
            ("90s", Length::Seconds(90.0)),
            ("3m", Length::Seconds(180.0)),
            ("1m30s", Length::Seconds(90.0)),
            ("1m 30 s", Length::Seconds(90.0)),
            ("0.5h", Length::Seconds(1800.0)),
            ("12.5", Length::Seconds(12.5)),
            ("64bars", Length::Bars(64)),
            ("1 bar", Length::Bars(1)),
        ] {
            assert_eq!(text.parse::<Length>().unwrap(), length, "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_says_so() {
        for text in
            ["", "s", "3 apples", "3m64bars", "64bars3m", "-3s", "1.5bars", "0s", "0bars", "inf", "1e3s", "9999h"]
        {
            assert!(text.parse::<Length>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_duration_ends_with_a_whole_bar() {
        let (tempo, meter) = (Tempo::new(120.0).unwrap(), Meter::default());
        assert_eq!(Length::Seconds(2.0).in_bars(tempo, meter), 1);
        assert_eq!(Length::Seconds(128.0).in_bars(tempo, meter), 64);
        assert_eq!(Length::Seconds(128.1).in_bars(tempo, meter), 65);
        assert_eq!(Length::Seconds(0.1).in_bars(tempo, meter), 1);
        assert_eq!(Length::Bars(7).in_bars(tempo, meter), 7);
    }
}
