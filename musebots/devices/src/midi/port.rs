//! MIDI ports and their names: stable, so that what is written in a file is found again after
//! unplugging and replugging.

use super::error::MidiError;
use super::{jack, native};
use std::fmt;
use std::str::FromStr;

/// Who carries the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MidiSystem {
    /// The operating system's own: ALSA's sequencer, or CoreMIDI.
    Native,
    /// A JACK server.
    Jack,
}

impl MidiSystem {
    /// All, in the order in which a port is looked for.
    pub const ALL: [Self; 2] = [Self::Native, Self::Jack];
}

impl fmt::Display for MidiSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Native if cfg!(target_os = "macos") => "coremidi",
            Self::Native => "alsa",
            Self::Jack => "jack",
        })
    }
}

/// There is no MIDI system of that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no MIDI system `{0}`: it is `{native}` or `jack`", native = MidiSystem::Native)]
pub struct NoSuchSystem(pub String);

impl FromStr for MidiSystem {
    type Err = NoSuchSystem;

    /// The other platform's word is understood too, so that an ensemble can move.
    fn from_str(text: &str) -> Result<Self, NoSuchSystem> {
        match text.to_ascii_lowercase().as_str() {
            "alsa" | "coremidi" => Ok(Self::Native),
            "jack" => Ok(Self::Jack),
            _ => Err(NoSuchSystem(text.to_owned())),
        }
    }
}

/// A port of another program or of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MidiPort {
    /// The same after replugging; two of one name are told apart by ` (2)`.
    pub name: String,
    /// Who carries its messages.
    pub system: MidiSystem,
}

/// Which port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MidiAddress {
    /// Its name, or that it is to be one of our own.
    pub port: Wanted,
    /// Only in this system; else in whichever has it.
    pub system: Option<MidiSystem>,
}

/// A port that is there, or one of our own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// By name: exactly, else without regard to case, else a part that fits only one.
    Named(String),
    /// A new one of this name, for others to connect to.
    Virtual(String),
}

/// Whether messages go into a port or come out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// We send to it.
    Out,
    /// We hear it.
    In,
}

/// The ports that can be sent to. Never fails: a system that is absent has none.
#[must_use]
pub fn midi_outputs() -> Vec<MidiPort> {
    MidiSystem::ALL.into_iter().flat_map(|system| names(system, Way::Out)).collect()
}

/// The ports that can be heard. Never fails: a system that is absent has none.
#[must_use]
pub fn midi_inputs() -> Vec<MidiPort> {
    MidiSystem::ALL.into_iter().flat_map(|system| names(system, Way::In)).collect()
}

/// Whether the system is there at all; why not, if not.
///
/// # Errors
/// When it does not answer.
pub fn midi_system(system: MidiSystem) -> Result<(), MidiError> {
    list(system, Way::Out).map(drop).ok_or(MidiError::NoSystem(Some(system)))
}

fn names(system: MidiSystem, way: Way) -> Vec<MidiPort> {
    list(system, way).unwrap_or_default().into_iter().map(|port| MidiPort { name: port.name, system }).collect()
}

/// A port under both its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// The stable name.
    pub(crate) name: String,
    /// What the system calls it today.
    pub(crate) id: String,
    /// Whether it leads to a cable, which can be full.
    pub(crate) wired: bool,
}

fn list(system: MidiSystem, way: Way) -> Option<Vec<Listed>> {
    match system {
        MidiSystem::Native => native::list(way),
        MidiSystem::Jack => jack::list(way),
    }
}

/// Finds the port that is meant by a name.
pub(crate) fn find(name: &str, system: Option<MidiSystem>, way: Way) -> Result<(MidiSystem, Listed), MidiError> {
    let systems: Vec<_> = MidiSystem::ALL.into_iter().filter(|one| system.is_none_or(|asked| asked == *one)).collect();
    let answers: Vec<_> = systems.into_iter().filter_map(|system| Some((system, list(system, way)?))).collect();
    if answers.is_empty() {
        return Err(MidiError::NoSystem(system));
    }
    choose(name, &answers)
}

/// How well a name fits, the best first.
const FITS: [fn(&str, &str) -> bool; 3] = [
    |port, name| port == name,
    |port, name| port.to_lowercase() == name.to_lowercase(),
    |port, name| port.to_lowercase().contains(&name.to_lowercase()),
];

fn choose(name: &str, answers: &[(MidiSystem, Vec<Listed>)]) -> Result<(MidiSystem, Listed), MidiError> {
    for fits in FITS {
        for (system, ports) in answers {
            let found: Vec<_> = ports.iter().filter(|port| fits(&port.name, name)).collect();
            match found[..] {
                [] => {}
                [one] => return Ok((*system, one.clone())),
                _ => {
                    let ports = found.into_iter().map(|port| port.name.clone()).collect();
                    return Err(MidiError::Ambiguous { name: name.to_owned(), ports });
                }
            }
        }
    }
    let ports = answers.iter().flat_map(|(_, ports)| ports.iter().map(|port| port.name.clone())).collect();
    Err(MidiError::Unknown { name: name.to_owned(), ports })
}

/// Tells ports of one name apart, in the order in which they are listed.
pub(crate) fn told_apart(mut ports: Vec<Listed>) -> Vec<Listed> {
    let plain: Vec<String> = ports.iter().map(|port| port.name.clone()).collect();
    for (n, port) in ports.iter_mut().enumerate() {
        let before = plain[..n].iter().filter(|name| **name == plain[n]).count();
        if before > 0 {
            port.name = format!("{} ({})", plain[n], before + 1);
        }
    }
    ports
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(names: &[&str]) -> Vec<Listed> {
        names.iter().map(|name| Listed { name: (*name).to_owned(), id: String::new(), wired: false }).collect()
    }

    fn chosen(name: &str) -> Result<(MidiSystem, String), String> {
        let answers = [
            (MidiSystem::Native, listed(&["Digitone:Digitone MIDI 1", "TR-8:TR-8 MIDI 1", "TR-8:TR-8 CTRL"])),
            (MidiSystem::Jack, listed(&["synth:in", "TR-8:TR-8 MIDI 1", "tr-8"])),
        ];
        choose(name, &answers).map(|(system, port)| (system, port.name)).map_err(|e| e.to_string())
    }

    #[test]
    fn a_port_is_found_by_its_name_without_case_or_by_a_part_that_fits_only_one() {
        assert_eq!(chosen("TR-8:TR-8 MIDI 1"), Ok((MidiSystem::Native, "TR-8:TR-8 MIDI 1".into())));
        assert_eq!(chosen("digitone:digitone midi 1"), Ok((MidiSystem::Native, "Digitone:Digitone MIDI 1".into())));
        assert_eq!(chosen("digitone"), Ok((MidiSystem::Native, "Digitone:Digitone MIDI 1".into())));
        assert_eq!(chosen("synth"), Ok((MidiSystem::Jack, "synth:in".into())));
        assert_eq!(chosen("TR-8"), Ok((MidiSystem::Jack, "tr-8".into())), "a whole name before a part");
    }

    #[test]
    fn a_name_that_fits_none_or_several_is_told_with_those_that_would_do() {
        assert!(chosen("Moog").unwrap_err().contains("`Moog` (there are: `Digitone:Digitone MIDI 1`"));
        assert!(chosen("8:TR-8").unwrap_err().contains("it may be `TR-8:TR-8 MIDI 1`, `TR-8:TR-8 CTRL`"));
    }

    #[test]
    fn two_of_one_name_are_told_apart() {
        let names: Vec<_> = told_apart(listed(&["a", "b", "a", "a"])).into_iter().map(|port| port.name).collect();
        assert_eq!(names, ["a", "b", "a (2)", "a (3)"]);
    }

    #[test]
    fn systems_are_read_as_they_are_written() {
        for system in MidiSystem::ALL {
            assert_eq!(system.to_string().parse(), Ok(system));
        }
        assert!("oss".parse::<MidiSystem>().unwrap_err().to_string().contains("`oss`"));
    }
}
