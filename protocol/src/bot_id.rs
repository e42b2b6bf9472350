//! The name a bot goes by. On the wire it is an opaque key: `name`, `name@host`, `name_7475`, …

use crate::Invalid;
use std::{fmt, str::FromStr, sync::Arc};

/// A bot's name: 1 to 255 bytes of text without control characters. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BotId(Arc<str>);

impl BotId {
    /// The longest name that is accepted, in bytes.
    pub const MAX_BYTES: usize = 255;

    /// Checks a name that came from the wire, where spaces and slashes are tolerated.
    ///
    /// # Errors
    /// When it is empty, longer than [`Self::MAX_BYTES`] or holds control characters.
    pub fn new(name: &str) -> Result<Self, Invalid> {
        if name.is_empty() {
            return Err(Invalid::new("a bot's id is empty"));
        }
        if name.len() > Self::MAX_BYTES {
            return Err(Invalid::new(format!("a bot's id is {} bytes long (at most {})", name.len(), Self::MAX_BYTES)));
        }
        if name.chars().any(char::is_control) {
            return Err(Invalid::new("a bot's id holds control characters"));
        }
        Ok(Self(name.into()))
    }

    /// Checks a name for a file of ours: letters, digits and `-_.@` only, so that it can
    /// stand in config.txt, in a file name and on a command line.
    ///
    /// # Errors
    /// When it holds anything else, begins with a dot or a hyphen, or is `Conductor` or `master`.
    pub fn strict(name: &str) -> Result<Self, Invalid> {
        let id = Self::new(name)?;
        if let Some(odd) = name.chars().find(|c| !(c.is_alphanumeric() || "-_.@".contains(*c))) {
            return Err(Invalid::new(format!("a bot's id cannot hold {odd:?} (letters, digits, - _ . @)")));
        }
        if name.starts_with(['.', '-']) {
            return Err(Invalid::new("a bot's id cannot begin with a dot or a hyphen"));
        }
        if name == crate::CONDUCTOR {
            return Err(Invalid::new("`Conductor` is the director's own name"));
        }
        if name == "master" {
            return Err(Invalid::new("`master` is the fader over all bots"));
        }
        Ok(id)
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for BotId {
    type Err = Invalid;
    fn from_str(s: &str) -> Result<Self, Invalid> {
        Self::new(s)
    }
}

impl std::borrow::Borrow<str> for BotId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_cannot_give_a_bot_a_name_that_means_something_else() {
        for taken in ["Conductor", "master", ".hidden", "-h", "two words", ""] {
            assert!(BotId::strict(taken).is_err(), "{taken}");
        }
        assert!(BotId::strict("bass_2@stage-left").is_ok());
        assert!(BotId::new("Jazz Bot/3").is_ok(), "the wire is more tolerant");
    }
}
