//! MIDI through a JACK server: every message at its frame. The library is loaded when it is first
//! asked for, so a machine without JACK has none and is told so; no server is ever started.

mod cycle;
mod port_watch;
mod receiver;
mod sender;
mod through;

pub(crate) use receiver::Receiver;
pub(crate) use sender::Sender;
pub(crate) use through::Through;

use super::error::MidiError;
use super::port::{Listed, MidiSystem, Way, told_apart};
use ::jack::{Client, ClientOptions, PortFlags, PortSpec as _};

/// What we are called while we only look.
const LOOKING: &str = "musebots looking";
/// JACK's own limit is 64, and it may put a number behind.
const LONGEST_NAME: usize = 48;

/// Connects to the server that is running.
fn connect(name: &str) -> Result<Client, MidiError> {
    // The library's own messages go to a log that nobody reads: what matters is in the answer.
    Client::new(&plain(name), ClientOptions::NO_START_SERVER)
        .map(|(client, _)| client)
        .map_err(|_| MidiError::NoSystem(Some(MidiSystem::Jack)))
}

/// Without what would end or divide a name.
fn plain(name: &str) -> String {
    let name: String = name.chars().map(|c| if c == ':' || c.is_control() { ' ' } else { c }).collect();
    let cut = name.char_indices().map(|(at, _)| at).take_while(|at| *at <= LONGEST_NAME).last().unwrap_or_default();
    if name.len() <= LONGEST_NAME { name } else { name[..cut].to_owned() }
}

/// The ports; none where no server answers.
pub(crate) fn list(way: Way) -> Option<Vec<Listed>> {
    connect(LOOKING).ok().map(|client| ports(&client, way))
}

fn ports(client: &Client, way: Way) -> Vec<Listed> {
    // What we send to is an input, seen from there.
    let direction = match way {
        Way::Out => PortFlags::IS_INPUT,
        Way::In => PortFlags::IS_OUTPUT,
    };
    let midi = ::jack::MidiIn::default();
    let kind = Some(midi.jack_port_type());
    let hardware = client.ports(None, kind, direction | PortFlags::IS_PHYSICAL);
    let listed = client.ports(None, kind, direction).into_iter().map(|id| {
        let wired = hardware.contains(&id);
        let port = if wired { client.port_by_name(&id) } else { None };
        let aliases = port.and_then(|port| port.aliases().ok()).unwrap_or_default();
        let name = stable(&id, aliases.first().map(String::as_str));
        Listed { name, id, wired }
    });
    told_apart(listed.collect())
}

/// `system:midi_playback_3` says nothing of the machine behind it, which the alias names; the
/// bridge from ALSA writes the number in brackets that changes with every plugging in.
fn stable(id: &str, alias: Option<&str>) -> String {
    let name = match alias {
        Some(alias) => alias.split_once(':').map_or(alias, |(_, device)| device),
        None => id,
    };
    let mut parts = name.split(" [");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| match part.split_once(']') {
        Some((number, rest)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => name + rest,
        _ => name + " [" + part,
    })
}

fn failed(port: &str, error: &::jack::Error) -> MidiError {
    MidiError::Open { port: port.to_owned(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_stay() {
        assert_eq!(stable("synth:in", None), "synth:in");
        assert_eq!(
            stable("system:midi_playback_3", Some("alsa_pcm:Digitone/midi_playback_1")),
            "Digitone/midi_playback_1"
        );
        assert_eq!(
            stable("a2j:Digitone [24] (playback): Digitone MIDI 1", None),
            "a2j:Digitone (playback): Digitone MIDI 1"
        );
        assert_eq!(stable("odd:name [x] [", None), "odd:name [x] [");
    }

    #[test]
    fn a_name_of_ours_is_one_that_jack_takes() {
        assert_eq!(plain("bass: \0left"), "bass   left");
        assert!(plain(&"ü".repeat(100)).len() <= LONGEST_NAME);
    }
}
