//! What a machine is called in an ensemble.

use musebot_protocol::Invalid;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::Arc};

/// The name of a host: letters, digits, `-`, `_` and `.`, at most 63 of them. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostName(Arc<str>);

impl HostName {
    /// The longest name, in bytes.
    pub const MAX_BYTES: usize = 63;

    /// # Errors
    /// When it is empty, too long, or holds something else.
    pub fn new(name: &str) -> Result<Self, Invalid> {
        if name.is_empty() || name.len() > Self::MAX_BYTES {
            return Err(Invalid(format!("a host's name has 1 to {} letters, not {}", Self::MAX_BYTES, name.len())));
        }
        if let Some(odd) = name.chars().find(|c| !(c.is_ascii_alphanumeric() || "-_.".contains(*c))) {
            return Err(Invalid(format!("a host's name cannot hold {odd:?} (letters, digits, - _ .)")));
        }
        if name == ANY || name.starts_with(['.', '-']) {
            return Err(Invalid(format!("`{name}` cannot be the name of a host")));
        }
        Ok(Self(name.into()))
    }

    /// What this machine calls itself, without its domain.
    #[must_use]
    pub fn of_this_machine() -> Self {
        let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let short: String = name.split('.').next().unwrap_or_default().chars().take(Self::MAX_BYTES).collect();
        Self::new(&short).unwrap_or_else(|_| Self("host".into()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Stands for whichever host there is.
pub const ANY: &str = "any";

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for HostName {
    type Err = Invalid;
    fn from_str(name: &str) -> Result<Self, Invalid> {
        Self::new(name)
    }
}

impl TryFrom<String> for HostName {
    type Error = Invalid;
    fn try_from(name: String) -> Result<Self, Invalid> {
        Self::new(&name)
    }
}

impl From<HostName> for String {
    fn from(name: HostName) -> Self {
        name.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hosts_name_can_stand_in_an_id_and_in_a_key() {
        for name in ["studio", "laptop-2", "a.b_c", &"x".repeat(63)] {
            assert_eq!(HostName::new(name).unwrap().as_str(), name);
        }
        for name in ["", "any", "a b", "a/b", "a@b", "*", "-x", ".x", "über", &"x".repeat(64)] {
            assert!(HostName::new(name).is_err(), "{name:?}");
        }
        assert!(!HostName::of_this_machine().as_str().is_empty());
    }
}
