//! Audio hosts, sound servers and MIDI systems: whether they answer, and what they have.

use super::root::Root;
use crate::doctor::findings::{AudioHost, Midi, MidiSystem, Sound};
use musebot_devices::{audio_hosts, midi_inputs, midi_outputs, midi_system};
use rustix::fs::{Access, access};
use std::{os::unix::net::UnixStream, path::PathBuf};

pub(super) fn sound(root: &Root) -> Sound {
    let hosts = audio_hosts().into_iter().map(|host| AudioHost {
        name: host.host.to_string(),
        is_usual: host.is_usual,
        outputs: host.devices.iter().filter(|device| device.output.is_some() || device.is_busy).count(),
        inputs: host.devices.iter().filter(|device| device.input.is_some()).count(),
        default_output: host.devices.iter().find(|device| device.is_default_output).map(|device| device.name.clone()),
        why_not: host.why_not,
    });
    Sound { hosts: Some(hosts.collect()), servers: servers(), cards: cards(root), locked: locked(root) }
}

pub(super) fn midi(root: &Root) -> Midi {
    let (outputs, inputs) = (midi_outputs(), midi_inputs());
    let systems = musebot_devices::MidiSystem::ALL.into_iter().map(|system| {
        let of = |ports: &[musebot_devices::MidiPort]| {
            ports.iter().filter(|port| port.system == system).map(|port| port.name.clone()).collect()
        };
        MidiSystem {
            name: system.to_string(),
            outputs: of(&outputs),
            inputs: of(&inputs),
            why_not: midi_system(system).err().map(|why| why.reason()),
        }
    });
    Midi { systems: Some(systems.collect()), locked: is_locked(&root.path("dev/snd/seq")) }
}

/// Servers at whose door somebody answers.
fn servers() -> Vec<String> {
    let folder = |variables: &[&str]| variables.iter().find_map(std::env::var_os).map(PathBuf::from);
    let pipewire = folder(&["PIPEWIRE_RUNTIME_DIR", "XDG_RUNTIME_DIR"]).map(|folder| folder.join("pipewire-0"));
    let pulse = folder(&["PULSE_RUNTIME_PATH"]).map(|folder| folder.join("native"));
    let pulse = pulse.or(folder(&["XDG_RUNTIME_DIR"]).map(|folder| folder.join("pulse/native")));
    let doors = [("PipeWire", pipewire), ("PulseAudio (or PipeWire in its place)", pulse)];
    let answers = |door: &Option<PathBuf>| door.as_ref().is_some_and(|door| UnixStream::connect(door).is_ok());
    doors.iter().filter(|(_, door)| answers(door)).map(|(name, _)| (*name).to_owned()).collect()
}

/// Sound cards that the kernel knows, as people call them.
fn cards(root: &Root) -> Vec<String> {
    let text = root.read("proc/asound/cards").unwrap_or_default();
    text.lines().filter_map(card).collect()
}

/// The name in ` 0 [PCH            ]: HDA-Intel - HDA Intel PCH`.
fn card(line: &str) -> Option<String> {
    let (head, title) = line.split_once("]: ")?;
    head.trim_start().starts_with(|c: char| c.is_ascii_digit()).then_some(())?;
    Some(title.split_once(" - ").map_or(title, |(_, name)| name).trim().to_owned())
}

/// Whether there is a device that plays, and we may not open any.
fn locked(root: &Root) -> bool {
    let names = root.names("dev/snd");
    let mut playing = names.iter().filter(|name| name.starts_with("pcm") && name.ends_with('p')).peekable();
    playing.peek().is_some() && playing.all(|name| is_locked(&root.path("dev/snd").join(name)))
}

fn is_locked(path: &std::path::Path) -> bool {
    path.exists() && access(path, Access::READ_OK | Access::WRITE_OK).is_err()
}

#[cfg(test)]
mod tests {
    use super::super::root::with_files;
    use super::*;

    #[test]
    fn cards_are_read_by_the_names_that_people_know() {
        let text = " 0 [PCH            ]: HDA-Intel - HDA Intel PCH\n                      HDA Intel PCH at 0xf7 irq 28\n \
                    1 [USB            ]: USB-Audio - Scarlett 18i8 USB\n                      Focusrite\n";
        let (_folder, root) = with_files(&[("proc/asound/cards", text)]);
        assert_eq!(cards(&root), ["HDA Intel PCH", "Scarlett 18i8 USB"]);
        let (_folder, root) = with_files(&[("proc/asound/cards", "--- no soundcards ---\n")]);
        assert!(cards(&root).is_empty());
    }

    #[test]
    fn a_machine_without_sound_devices_locks_none() {
        let (_folder, root) = with_files(&[("dev/snd/timer", ""), ("dev/snd/pcmC0D0p", "")]);
        assert!(!locked(&root), "this one may be opened");
        let (_folder, root) = with_files(&[("dev/snd/timer", "")]);
        assert!(!locked(&root));
    }
}
