//! What can go wrong on the way to a MIDI port, and what to try.

use super::port::MidiSystem;

/// Why there is no MIDI.
#[derive(Debug, Clone, thiserror::Error)]
pub enum MidiError {
    /// No MIDI system of this machine answers, or not the one that was asked for.
    #[error("found no MIDI: {}", nobody(.0))]
    NoSystem(
        /// The one that was asked for.
        Option<MidiSystem>,
    ),
    /// None of the ports has that name.
    #[error("found no MIDI port `{name}` (there are: {}); is it plugged in and switched on?", list(.ports))]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// The names that would have been good.
        ports: Vec<String>,
    },
    /// Several ports have that in their name.
    #[error("failed to choose the MIDI port `{name}`: it may be {}; write more of the name", list(.ports))]
    Ambiguous {
        /// The name that was asked for.
        name: String,
        /// All that have it in theirs.
        ports: Vec<String>,
    },
    /// The port is there but does not open.
    #[error("failed to open MIDI port `{port}`: {reason}; is another program holding it?")]
    Open {
        /// The port.
        port: String,
        /// What the system said.
        reason: String,
    },
}

impl MidiError {
    /// Without what we were doing, for where that is known.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::NoSystem(asked) => nobody(asked).to_owned(),
            other => other.to_string(),
        }
    }
}

fn nobody(asked: &Option<MidiSystem>) -> &'static str {
    match asked {
        Some(MidiSystem::Jack) => "no JACK server answers; start one (jackd, or PipeWire's)",
        _ if cfg!(not(target_os = "linux")) => "the system offers none",
        Some(MidiSystem::Native) => {
            "ALSA's sequencer (/dev/snd/seq) is not there; load it with `sudo modprobe snd-seq`, or use JACK"
        }
        None => {
            "neither ALSA's sequencer (/dev/snd/seq) nor a JACK server is there; load the one with \
             `sudo modprobe snd-seq` or start the other, or use another output"
        }
    }
}

fn list(ports: &[String]) -> String {
    if ports.is_empty() {
        return "none".to_owned();
    }
    ports.iter().map(|port| format!("`{port}`")).collect::<Vec<_>>().join(", ")
}
