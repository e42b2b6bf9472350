//! `director devices`: every audio host with its devices and every MIDI port, under the words that
//! an ensemble file takes. One that does not answer says so in a line, and the others go on.

use crate::cli::Devices;
use musebot_devices::{
    AudioPort, HostListing, MidiPort, MidiSystem, audio_hosts, midi_inputs, midi_outputs, midi_system,
};
use serde_json::{Value, json};
use std::{fmt::Write as _, io::Write as _};

/// Prints them; the exit code.
///
/// # Errors
/// When it cannot be printed.
pub fn command(args: &Devices) -> anyhow::Result<u8> {
    let mut found = Found::look();
    if let Some(name) = &args.name {
        found.keep(name);
    }
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&found.to_json())?)?;
    } else {
        write!(out, "{}", found.to_text(args.name.as_deref()))?;
    }
    out.flush()?;
    Ok(u8::from(args.name.is_some() && found.is_empty()))
}

/// What is there.
struct Found {
    audio: Vec<HostListing>,
    midi: Vec<MidiListing>,
}

/// A MIDI system, and what it has.
struct MidiListing {
    system: MidiSystem,
    why_not: Option<String>,
    outputs: Vec<String>,
    inputs: Vec<String>,
}

impl Found {
    fn look() -> Self {
        let (outputs, inputs) = (midi_outputs(), midi_inputs());
        let of = |ports: &[MidiPort], system| {
            ports.iter().filter(|port| port.system == system).map(|port| port.name.clone()).collect()
        };
        let midi = MidiSystem::ALL
            .into_iter()
            .map(|system| MidiListing {
                system,
                why_not: midi_system(system).err().map(|why| why.reason()),
                outputs: of(&outputs, system),
                inputs: of(&inputs, system),
            })
            .collect();
        Self { audio: audio_hosts(), midi }
    }

    /// Only what has this in its name.
    fn keep(&mut self, name: &str) {
        let name = name.to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&name);
        for host in &mut self.audio {
            host.devices.retain(|device| has(&words(device)) || has(&device.title));
        }
        for midi in &mut self.midi {
            midi.outputs.retain(|port| has(&format!("midi:{port}")));
            midi.inputs.retain(|port| has(&format!("midi:{port}")));
        }
    }

    fn is_empty(&self) -> bool {
        self.audio.iter().all(|host| host.devices.is_empty())
            && self.midi.iter().all(|midi| midi.outputs.is_empty() && midi.inputs.is_empty())
    }

    fn to_json(&self) -> Value {
        let port = |name: &String| json!({ "name": name, "write": format!("midi:{name}") });
        let audio: Vec<Value> = self
            .audio
            .iter()
            .map(|host| {
                let mut value = json!(host);
                for (device, value) in host.devices.iter().zip(value["devices"].as_array_mut().into_iter().flatten()) {
                    value["write"] = words(device).into();
                }
                value
            })
            .collect();
        let midi: Vec<Value> = self
            .midi
            .iter()
            .map(|midi| {
                json!({
                    "system": midi.system.to_string(),
                    "why_not": midi.why_not,
                    "outputs": midi.outputs.iter().map(port).collect::<Vec<_>>(),
                    "inputs": midi.inputs.iter().map(port).collect::<Vec<_>>(),
                })
            })
            .collect();
        json!({ "audio": audio, "midi": midi })
    }

    fn to_text(&self, asked: Option<&str>) -> String {
        let mut text = String::from("Audio\n");
        for host in &self.audio {
            let key = if host.is_usual { String::new() } else { format!("  (with host = \"{}\")", host.host) };
            heading(&mut text, &host.host.to_string(), &key, host.why_not.as_deref(), host.devices.is_empty());
            for device in &host.devices {
                audio_lines(&mut text, device);
            }
        }
        text += "\nMIDI\n";
        for (n, midi) in self.midi.iter().enumerate() {
            let key = if n == 0 { String::new() } else { format!("  (with system = \"{}\")", midi.system) };
            let none = midi.outputs.is_empty() && midi.inputs.is_empty();
            heading(&mut text, &midi.system.to_string(), &key, midi.why_not.as_deref(), none);
            midi_lines(&mut text, midi);
        }
        match asked {
            Some(name) if self.is_empty() => {
                let _ = writeln!(text, "\nNothing here is called `{name}`.");
            }
            None if self.is_empty() => text += NOTHING,
            _ => text += HOW,
        }
        text
    }
}

const HOW: &str = "\nWrite these words as a bot's `output` in an ensemble file; a part of a name that fits only one will do.\n\
    `midi:virtual` makes a port for others to connect to.\n";
const NOTHING: &str = "\nThere is nothing to play on here: plug a device in or start a sound server.\n\
    The output `null` plays in silence, and `director render` needs no device.\n";

/// What to write to have a device.
fn words(device: &AudioPort) -> String {
    format!("audio:{}", device.name)
}

fn heading(text: &mut String, name: &str, key: &str, why_not: Option<&str>, none: bool) {
    let _ = match why_not {
        Some(why) => writeln!(text, "  {name}: not here: {}", printable(why)),
        None if none => writeln!(text, "  {name}: none{key}"),
        None => writeln!(text, "  {name}{key}"),
    };
}

fn audio_lines(text: &mut String, device: &AudioPort) {
    let title = if device.title == device.name { String::new() } else { format!("  {}", device.title) };
    let busy = if device.is_busy { "  (in use just now)" } else { "" };
    let _ = writeln!(text, "    {}{}{busy}", printable(&words(device)), printable(&title));
    let sides =
        [("plays  ", &device.output, device.is_default_output), ("listens", &device.input, device.is_default_input)];
    for (does, offers, is_default) in sides {
        if let Some(offers) = offers {
            let default = if is_default { " (the default)" } else { "" };
            let _ = writeln!(text, "      {does} {offers}{default}");
        }
    }
}

fn midi_lines(text: &mut String, midi: &MidiListing) {
    let mut names: Vec<&String> = midi.outputs.iter().chain(&midi.inputs).collect();
    names.sort();
    names.dedup();
    let widest = names.iter().map(|name| name.chars().count()).max().unwrap_or_default() + "midi:".len();
    for name in names {
        let way = match (midi.outputs.contains(name), midi.inputs.contains(name)) {
            (true, true) => "plays, listens",
            (true, false) => "plays",
            _ => "listens",
        };
        let words = printable(&format!("midi:{name}"));
        let _ = writeln!(text, "    {words:widest$}  {way}");
    }
}

/// What a device is called must not move the cursor.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use musebot_devices::{AudioHost, Offers};

    fn offers() -> Option<Offers> {
        Some(Offers { channels: vec![2, 8], rates: vec![44_100, 48_000], buffer: Some((32, 8192)), usual_rate: 48_000 })
    }

    fn found() -> Found {
        let device = AudioPort {
            name: "hw:CARD=Scarlett,DEV=0".into(),
            title: "Scarlett 18i8\u{1b}[2J".into(),
            output: offers(),
            input: None,
            is_default_output: true,
            is_default_input: false,
            is_busy: false,
        };
        let host = |devices, why_not: Option<&str>| HostListing {
            host: AudioHost::default(),
            is_usual: why_not.is_none(),
            devices,
            why_not: why_not.map(str::to_owned),
        };
        let midi = MidiListing {
            system: MidiSystem::Native,
            why_not: None,
            outputs: vec!["Digitone:Digitone MIDI 1".into()],
            inputs: vec!["Digitone:Digitone MIDI 1".into(), "nanoKONTROL2".into()],
        };
        Found { audio: vec![host(vec![device], None), host(vec![], Some("no server answers"))], midi: vec![midi] }
    }

    #[test]
    fn a_listing_has_the_words_to_write_and_what_each_takes() {
        let text = found().to_text(None);
        for line in [
            "    audio:hw:CARD=Scarlett,DEV=0  Scarlett 18i8\u{fffd}[2J\n",
            "      plays   2 or 8 channels at 44100 or 48000 Hz, buffers of 32 to 8192 frames (the default)\n",
            ": not here: no server answers\n",
            "    midi:Digitone:Digitone MIDI 1  plays, listens\n",
            "    midi:nanoKONTROL2              listens\n",
        ] {
            assert!(text.contains(line), "{line} in:\n{text}");
        }
    }

    #[test]
    fn a_name_leaves_only_what_has_it() {
        let mut all = found();
        all.keep("midi:digi");
        assert!(all.audio[0].devices.is_empty() && all.midi[0].inputs.len() == 1 && !all.is_empty());
        all.keep("moog");
        assert!(all.is_empty() && all.to_text(Some("moog")).contains("Nothing here is called `moog`."));
    }

    #[test]
    fn a_program_reads_the_same() {
        let json = found().to_json();
        assert_eq!(json["audio"][0]["devices"][0]["write"], "audio:hw:CARD=Scarlett,DEV=0");
        assert_eq!(json["audio"][0]["devices"][0]["output"]["rates"], json!([44_100, 48_000]));
        assert_eq!(json["audio"][1]["why_not"], "no server answers");
        assert_eq!(json["midi"][0]["inputs"][1]["write"], "midi:nanoKONTROL2");
    }

    #[test]
    fn a_machine_with_nothing_is_told_what_to_do() {
        let nothing = Found { audio: vec![], midi: vec![] };
        assert!(nothing.to_text(None).contains("plug a device in or start a sound server"));
    }
}
