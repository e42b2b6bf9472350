//! config.txt: the five lines by which a conductor tells a bot where everybody is.

use std::fmt;

/// Whom a bot talks to, and where it listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigTxt {
    /// The bot's name, without spaces.
    pub id: String,
    /// The director's host.
    pub mc_hostname: String,
    /// The director's port.
    pub mc_listen_port: u16,
    /// The bot's port.
    pub my_listen_port: u16,
    /// Audio channels.
    pub output_channels: u16,
}

impl ConfigTxt {
    /// Reads the file as leniently as the world's files demand: the first occurrence of each
    /// known key counts, everything else (blank lines, comments, leftover tails) is skipped.
    /// Missing lines keep the usual values; without an `id` there is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let find = |key: &str| {
            text.trim_start_matches('\u{feff}').lines().find_map(|line| {
                let (k, value) = line.trim().split_once(char::is_whitespace)?;
                (k == key).then(|| value.trim()).filter(|v| !v.is_empty())
            })
        };
        let number = |key: &str| find(key).and_then(|v| v.split_whitespace().next()).and_then(|v| v.parse().ok());
        Some(Self {
            id: find("id")?.to_owned(),
            mc_hostname: find("mc_hostname").unwrap_or("localhost").to_owned(),
            mc_listen_port: number("mc_listen_port").unwrap_or(crate::DIRECTOR_PORT),
            my_listen_port: number("my_listen_port").unwrap_or(0),
            output_channels: number("output_channels").unwrap_or(2),
        })
    }
}

/// Exactly five lines, in the order that some bots rely on.
impl fmt::Display for ConfigTxt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "id {}", self.id)?;
        writeln!(f, "mc_hostname {}", self.mc_hostname)?;
        writeln!(f, "mc_listen_port {}", self.mc_listen_port)?;
        writeln!(f, "my_listen_port {}", self.my_listen_port)?;
        writeln!(f, "output_channels {}", self.output_channels)
    }
}
