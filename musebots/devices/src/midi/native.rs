//! The operating system's own MIDI: ALSA's sequencer, or CoreMIDI.

mod input;
mod link;
mod sender;
mod through;

pub(crate) use input::Receiver;
pub(crate) use sender::Sender;
pub(crate) use through::Through;

use super::error::MidiError;
use super::port::{Listed, MidiSystem, Way, told_apart};
use super::watch::Watch;
use crate::quietly::quietly;
use midir::{MidiIO, MidiInput, MidiOutput};

/// What we are called while we only look.
const LOOKING: &str = "musebots looking";

/// The ports; none where the system is absent.
pub(crate) fn list(way: Way) -> Option<Vec<Listed>> {
    quietly(|| match way {
        Way::Out => {
            MidiOutput::new(LOOKING).ok().map(|midi| outputs(&midi).into_iter().map(|(port, _)| port).collect())
        }
        Way::In => MidiInput::new(LOOKING).ok().map(|midi| inputs(&midi).into_iter().map(|(port, _)| port).collect()),
    })
}

fn outputs(midi: &MidiOutput) -> Vec<(Listed, midir::MidiOutputPort)> {
    listed(midi, midir::MidiOutputPort::id)
}

fn inputs(midi: &MidiInput) -> Vec<(Listed, midir::MidiInputPort)> {
    listed(midi, midir::MidiInputPort::id)
}

fn listed<M: MidiIO>(midi: &M, id: impl Fn(&M::Port) -> String) -> Vec<(Listed, M::Port)> {
    let (names, ports): (Vec<_>, Vec<_>) = midi
        .ports()
        .into_iter()
        .filter_map(|port| {
            let id = id(&port);
            let name = stable(&midi.port_name(&port).ok()?, &id).to_owned();
            Some((Listed { wired: is_hardware(&id), name, id }, port))
        })
        .unzip();
    told_apart(names).into_iter().zip(ports).collect()
}

/// ALSA's numbers are given anew with every plugging in; midir puts them at the end of the name.
fn stable<'a>(name: &'a str, id: &str) -> &'a str {
    name.strip_suffix(id).map_or(name, str::trim_end)
}

/// ALSA numbers cards from 16 on and programs from 128; elsewhere nobody says, so it may be a cable.
fn is_hardware(id: &str) -> bool {
    let client = id.split(':').next().and_then(|client| client.parse::<u32>().ok());
    !cfg!(target_os = "linux") || client.is_some_and(|client| (16..128).contains(&client))
}

/// Nobody says that a port has gone, so somebody looks. Once gone it stays gone: what comes back is
/// not what we are connected with.
fn watch(mut link: link::Link, is_lost: impl Fn() + Send + 'static) -> Watch {
    Watch::new(move || {
        if !quietly(|| link.is_there()) {
            is_lost();
        }
    })
}

fn absent() -> MidiError {
    MidiError::NoSystem(Some(MidiSystem::Native))
}

fn failed(port: &str, reason: impl std::fmt::Display) -> MidiError {
    MidiError::Open { port: port.to_owned(), reason: reason.to_string() }
}

/// What midir calls the port of ours that leads to or from theirs.
fn own_port(way: Way) -> &'static str {
    match way {
        Way::Out => "out",
        Way::In => "in",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_that_change_with_every_plugging_in_are_cut_off() {
        assert_eq!(stable("Digitone:Digitone MIDI 1 24:0", "24:0"), "Digitone:Digitone MIDI 1");
        assert_eq!(stable("IAC Driver Bus 1", "1843920"), "IAC Driver Bus 1");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn cards_have_cables_and_programs_have_none() {
        assert!(is_hardware("24:0") && !is_hardware("14:0") && !is_hardware("129:0"));
    }
}
