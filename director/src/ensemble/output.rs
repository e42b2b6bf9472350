//! Where a bot sounds.

use musebot_protocol::Invalid;
use std::{fmt, str::FromStr};

/// One of a bot's outputs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum OutputSpec {
    /// The default audio device, and nothing where there is none.
    #[default]
    Auto,
    /// An audio device: the default one, or the one that is named.
    Audio {
        /// The device's name.
        device: Option<String>,
    },
    /// Sound and notes into files.
    File,
    /// Nothing.
    Null,
}

impl OutputSpec {
    /// What may be written in a file.
    pub const WORDS: &[&str] = &["auto", "audio", "audio:DEVICE", "file", "null"];

    /// The table that a bot reads in `MUSEBOT_OUTPUT`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Auto => serde_json::json!({ "kind": "auto" }),
            Self::Audio { device: None } => serde_json::json!({ "kind": "audio" }),
            Self::Audio { device: Some(device) } => serde_json::json!({ "kind": "audio", "device": device }),
            Self::File => serde_json::json!({ "kind": "file" }),
            Self::Null => serde_json::json!({ "kind": "null" }),
        }
    }
}

impl fmt::Display for OutputSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Audio { device: None } => f.write_str("audio"),
            Self::Audio { device: Some(device) } => write!(f, "audio:{device}"),
            Self::File => f.write_str("file"),
            Self::Null => f.write_str("null"),
        }
    }
}

impl FromStr for OutputSpec {
    type Err = Invalid;
    fn from_str(s: &str) -> Result<Self, Invalid> {
        match s.trim() {
            "auto" => Ok(Self::Auto),
            "audio" => Ok(Self::Audio { device: None }),
            "file" => Ok(Self::File),
            "null" => Ok(Self::Null),
            "midi" => Err(midi()),
            other => match other.split_once(':') {
                Some(("audio", device)) if !device.trim().is_empty() => {
                    Ok(Self::Audio { device: Some(device.trim().to_owned()) })
                }
                Some(("audio", _)) => Err(Invalid("the audio device has no name: write \"audio\" or its name".into())),
                Some(("midi", _)) => Err(midi()),
                _ => Err(Invalid(format!("`{other}` is not an output ({})", Self::WORDS.join(", ")))),
            },
        }
    }
}

fn midi() -> Invalid {
    Invalid(format!("MIDI outputs are not supported yet ({})", OutputSpec::WORDS.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_reads_as_it_is_written() {
        for word in ["auto", "audio", "audio:Scarlett 2i2: USB", "file", "null"] {
            assert_eq!(word.parse::<OutputSpec>().unwrap().to_string(), word);
        }
    }

    #[test]
    fn an_output_without_a_device_says_what_to_write() {
        assert!("audio:".parse::<OutputSpec>().unwrap_err().to_string().contains("has no name"));
        assert!("speaker".parse::<OutputSpec>().unwrap_err().to_string().contains("auto, audio"));
        assert!("midi:Digitone".parse::<OutputSpec>().unwrap_err().to_string().contains("not supported yet"));
    }

    #[test]
    fn a_bot_reads_its_device_as_json() {
        let device = OutputSpec::Audio { device: Some("a \"b\"".into()) };
        assert_eq!(device.to_json().to_string(), r#"{"device":"a \"b\"","kind":"audio"}"#);
        assert_eq!(OutputSpec::Null.to_json().to_string(), r#"{"kind":"null"}"#);
    }
}
