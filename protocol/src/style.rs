//! How a band plays, and how one bot of it is disposed.

use crate::Invalid;
use std::{collections::BTreeMap, fmt, str::FromStr};

/// The feel that the whole band shares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Style {
    /// Even eighths with a backbeat.
    #[default]
    Straight,
    /// Triplet eighths on the ride, walking bass.
    Swing,
    /// Four on the floor, off-beat hats and bass.
    House,
    /// Slow, sparse and soft; made for three in a bar.
    Ballad,
    /// Syncopated sixteenths.
    Funk,
}

impl Style {
    /// All styles with their names in files.
    pub const ALL: [(Self, &str); 5] = [
        (Self::Straight, "straight"),
        (Self::Swing, "swing"),
        (Self::House, "house"),
        (Self::Ballad, "ballad"),
        (Self::Funk, "funk"),
    ];
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(Self::ALL.iter().find(|(style, _)| style == self).map_or("", |(_, name)| name))
    }
}

impl FromStr for Style {
    type Err = Invalid;
    fn from_str(s: &str) -> Result<Self, Invalid> {
        Self::ALL.iter().find(|(_, name)| *name == s.trim()).map(|(style, _)| *style).ok_or_else(|| {
            let names = Self::ALL.map(|(_, name)| name).join(", ");
            Invalid::new(format!("`{s}` is not a style ({names})"))
        })
    }
}

/// Traits of one bot, each 0 to 1, such as `busy=0.7,bold=0.3`. Which words mean
/// something is up to the bot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Temperament(BTreeMap<String, f64>);

impl Temperament {
    /// Sets a trait.
    ///
    /// # Errors
    /// When the name is not a plain word or the value is not between 0 and 1.
    pub fn set(&mut self, name: &str, value: f64) -> Result<(), Invalid> {
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
            return Err(Invalid::new(format!("`{name}` is not a trait's name (letters, digits, - _)")));
        }
        if !(0.0..=1.0).contains(&value) {
            return Err(Invalid::new(format!("the trait `{name}` is between 0 and 1, not {value}")));
        }
        self.0.insert(name.to_owned(), value);
        Ok(())
    }

    /// A trait's value, if it was given.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }

    /// All traits in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// Whether no trait was given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Temperament {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, value)) in self.iter().enumerate() {
            write!(f, "{}{name}={value}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl FromStr for Temperament {
    type Err = Invalid;
    fn from_str(s: &str) -> Result<Self, Invalid> {
        let mut temperament = Self::default();
        for pair in s.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let bad = || Invalid::new(format!("`{pair}` is not a trait (such as `busy=0.7`)"));
            let (name, value) = pair.split_once('=').ok_or_else(bad)?;
            temperament.set(name.trim(), value.trim().parse().map_err(|_| bad())?)?;
        }
        Ok(temperament)
    }
}
