//! The outputs of a bot in an ensemble file: words, tables, lists of both; and its SoundFont.

use super::{
    AudioSpec, Fault, MidiGain, MidiSpec, OutputSpec, SoundSpec, Touch,
    fields::{Field, Fields},
    nearest::nearest,
};
use musebot_protocol::{DRUMS, drum_note};
use std::path::Path;
use toml::de::DeValue;

const KEYS: [&str; 13] = [
    "to",
    "host",
    "rate",
    "buffer",
    "channels",
    "channel",
    "program",
    "bank",
    "velocity",
    "drums",
    "gain",
    "system",
    "offset-ms",
];
/// Keys that are said of one kind of output only.
const AUDIO_KEYS: [&str; 4] = ["host", "rate", "buffer", "channels"];
const MIDI_KEYS: [&str; 7] = ["channel", "program", "bank", "velocity", "drums", "gain", "system"];

const HOSTS: [(&str, &str); 7] = [
    ("alsa", "alsa"),
    ("jack", "jack"),
    ("pulse", "pulse"),
    ("pipewire", "pipewire"),
    ("coreaudio", "coreaudio"),
    ("wasapi", "wasapi"),
    ("asio", "asio"),
];
const SYSTEMS: [(&str, &str); 3] = [("alsa", "alsa"), ("coremidi", "coremidi"), ("jack", "jack")];
const GAINS: [(MidiGain, &str); 2] = [(MidiGain::Volume, "cc7"), (MidiGain::Velocity, "velocity")];

/// Reads all outputs of a bot.
pub(crate) fn outputs(table: &Fields<'_>, faults: &mut Vec<Fault>) -> Vec<OutputSpec> {
    let Some(field) = table.get("output") else { return vec![OutputSpec::default()] };
    let items = field.one_or_more();
    if items.is_empty() {
        faults.push(field.fault("the list of outputs is empty", "write \"null\" for a bot that makes no sound"));
    }
    items.iter().filter_map(|item| output(item, faults)).collect()
}

fn output(item: &Field<'_>, faults: &mut Vec<Fault>) -> Option<OutputSpec> {
    let read = |field: &Field<'_>| field.parse::<OutputSpec>("write one of these");
    if !item.value.is_table() {
        if !item.value.is_str() {
            faults
                .push(item.fault("an output is a text or a table", "such as \"midi:PORT\" or { to = \"midi:PORT\" }"));
            return None;
        }
        return read(item).map_err(|fault| faults.push(fault)).ok();
    }
    let table = item.table().ok()?;
    table.only("an output", &KEYS, faults, misplaced);
    let mut to = table.need("to", "this output", "to = \"audio\"", faults, read);
    match &mut to {
        Some(OutputSpec::Auto(audio) | OutputSpec::Audio(audio)) => {
            unfit("an audio output", &table, &MIDI_KEYS, faults);
            read_audio(&table, audio, faults);
        }
        Some(OutputSpec::Midi(midi)) => {
            unfit("a MIDI output", &table, &AUDIO_KEYS, faults);
            read_midi(&table, midi, faults);
        }
        Some(other) => {
            let all = [&AUDIO_KEYS[..], &MIDI_KEYS, &["offset-ms"]].concat();
            unfit(&format!("the output `{other}`"), &table, &all, faults);
        }
        // What else is wrong with it is worth knowing all the same.
        None => {
            read_audio(&table, &mut AudioSpec::default(), faults);
            let mut later = Vec::new();
            read_midi(&table, &mut MidiSpec::default(), &mut later);
            later.retain(|fault| !faults.contains(fault));
            faults.append(&mut later);
        }
    }
    to
}

fn unfit(what: &str, table: &Fields<'_>, keys: &[&str], faults: &mut Vec<Fault>) {
    for key in keys {
        if let Some(field) = table.get(key) {
            let hint = match *key {
                "channel" => "remove it; an audio output has `channels = [1, 2]`",
                "channels" => "remove it; a MIDI output has `channel = 1`",
                _ => "remove it",
            };
            faults.push(Fault::new(field.key, format!("`{key}` says nothing about {what}"), hint));
        }
    }
}

fn misplaced(word: &str) -> Option<String> {
    Some(match word {
        "kind" | "device" | "port" | "output" => "write `to`, such as to = \"midi:PORT\"".to_owned(),
        "sound" | "preset" => format!("`{word}` is said of the bot: write it beside `output`"),
        "offset" => "write `offset-ms`".to_owned(),
        "latency-ms" => "the output's latency is measured; write `offset-ms` for what comes on top".to_owned(),
        _ => return None,
    })
}

fn read_audio(table: &Fields<'_>, audio: &mut AudioSpec, faults: &mut Vec<Fault>) {
    audio.host = table.read("host", faults, |v| v.choice("an audio host", &HOSTS)).map(str::to_owned);
    audio.rate = table.read("rate", faults, |v| v.whole_in(8000..=384_000, "a sample rate"));
    audio.buffer = table.read("buffer", faults, |v| v.whole_in(16..=8192, "a buffer's number of frames"));
    audio.channels = table.read("channels", faults, channels);
    audio.offset_ms = offset(table, faults);
}

fn read_midi(table: &Fields<'_>, midi: &mut MidiSpec, faults: &mut Vec<Fault>) {
    let byte = |range, what: &'static str| move |v: &Field<'_>| Ok(v.whole_in(range, what)? as u8);
    midi.channel = table.read("channel", faults, byte(1..=16, "a MIDI channel"));
    midi.program = table.read("program", faults, byte(1..=128, "a program, counted from 1,"));
    midi.bank = table.read("bank", faults, bank);
    midi.velocity = table.read("velocity", faults, touch).unwrap_or_default();
    midi.drums = drums(table, faults);
    midi.gain = table.read("gain", faults, gain).unwrap_or_default();
    midi.system = table.read("system", faults, |v| v.choice("a MIDI system", &SYSTEMS));
    midi.offset_ms = offset(table, faults);
}

fn offset(table: &Fields<'_>, faults: &mut Vec<Fault>) -> f64 {
    table.read("offset-ms", faults, |v| v.number_in(-1000.0..=1000.0, "an offset in milliseconds")).unwrap_or_default()
}

/// A pair such as `[3, 4]`.
fn channels(v: &Field<'_>) -> Result<(u16, u16), Fault> {
    const HINT: &str = "such as [3, 4]: the left one and the right one, from 1";
    let Ok([left, right]) = <[Field<'_>; 2]>::try_from(v.list().unwrap_or_default()) else {
        return Err(v.fault("`channels` is a pair of channels", HINT));
    };
    let number = |v: &Field<'_>| Ok(v.whole_in(1..=256, "a channel of a device")? as u16);
    let (left, right) = (number(&left)?, number(&right)?);
    if left == right {
        return Err(v.fault("both sides go to the same channel", HINT));
    }
    Ok((left, right))
}

/// `1`, or `"0:1"` where the fine one is meant too.
fn bank(v: &Field<'_>) -> Result<(u8, u8), Fault> {
    if !v.value.is_str() {
        return Ok((v.whole_in(0..=127, "a bank")? as u8, 0));
    }
    let number = |text: &str| text.trim().parse::<u8>().ok().filter(|n| *n < 128);
    let both = v.text()?.split_once(':').and_then(|(coarse, fine)| Some((number(coarse)?, number(fine)?)));
    both.ok_or_else(|| v.fault("this is not a bank", "a number from 0 to 127 (CC 0), or \"0:1\" (CC 0 and CC 32)"))
}

fn touch(v: &Field<'_>) -> Result<Touch, Fault> {
    let text = v.text()?;
    if let Some(velocity) = text.strip_prefix("fixed:") {
        let velocity = velocity.trim().parse().ok().filter(|n| (1..=127).contains(n));
        return velocity
            .map(Touch::Fixed)
            .ok_or_else(|| v.fault("a fixed velocity is between 1 and 127", "such as \"fixed:100\""));
    }
    let words =
        [(Touch::Linear, "linear"), (Touch::Soft, "soft"), (Touch::Hard, "hard"), (Touch::Fixed(100), "fixed:100")];
    v.choice("a velocity curve", &words)
}

fn gain(v: &Field<'_>) -> Result<MidiGain, Fault> {
    if v.value.is_str() {
        return v.choice("what a gain can move", &GAINS);
    }
    Err(v.fault("here `gain` says what the gain moves", "\"cc7\" or \"velocity\"; how much is said beside `output`"))
}

/// A table such as `{ kick = 36, snare = "D2" }`.
fn drums(table: &Fields<'_>, faults: &mut Vec<Fault>) -> Vec<(String, u8)> {
    const EXAMPLE: &str = "such as { kick = 36, snare = \"D2\" }";
    let Some(field) = table.get("drums") else { return Vec::new() };
    let Ok(map) = field.table() else {
        faults.push(field.fault("`drums` is a table of drums and notes", EXAMPLE));
        return Vec::new();
    };
    let mut drums = Vec::new();
    for (drum, value) in map.iter() {
        if drum_note(drum).is_none() {
            let hint = match nearest(drum, DRUMS.iter().map(|(name, _)| *name)) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "such as kick, snare, closed-hat, open-hat, low-tom, crash, ride: General MIDI's".to_owned(),
            };
            faults.push(Fault::new(value.key.clone(), format!("`{drum}` is not a drum"), hint));
        }
        match note(&value) {
            Ok(note) => drums.push((drum.to_owned(), note)),
            Err(fault) => faults.push(fault),
        }
    }
    drums
}

/// A note by number, or by name: `"C4"` is 60.
fn note(v: &Field<'_>) -> Result<u8, Fault> {
    if !v.value.is_str() {
        return Ok(v.whole_in(0..=127, "a note")? as u8);
    }
    let named = || {
        let text = v.text().ok()?.trim();
        let mut letters = text.chars();
        let degree =
            "C D EF G A B".find(letters.next()?.to_ascii_uppercase()).filter(|_| !text.starts_with(' '))? as i32;
        let rest = letters.as_str();
        let (shift, octave) = match rest.chars().next()? {
            '#' | '♯' => (1, rest.trim_start_matches(['#', '♯'])),
            'b' | '♭' => (-1, rest.trim_start_matches(['b', '♭'])),
            _ => (0, rest),
        };
        u8::try_from(12 * (octave.parse::<i32>().ok().filter(|o| (-1..=9).contains(o))? + 1) + degree + shift).ok()
    };
    let hint = "a number from 0 to 127, or a name such as \"D2\" (\"C4\" is 60)";
    named().filter(|note| *note < 128).ok_or_else(|| v.fault("this is not a note", hint))
}

/// The SoundFont, and which of its sounds.
pub(crate) fn sound(table: &Fields<'_>, home: &Path, faults: &mut Vec<Fault>) -> Option<SoundSpec> {
    let preset = table.read("preset", faults, preset);
    if let (None, Some(field)) = (table.get("sound"), table.get("preset")) {
        let hint = "add `sound = \"FILE.sf2\"`; a synthesiser at a MIDI port takes `program` in `output`";
        faults.push(Fault::new(field.key, "`preset` names a sound of a SoundFont, and none is given", hint));
    }
    let path = table.read("sound", faults, |v| {
        let text = v.text()?.trim();
        if text.is_empty() || text.contains('\0') {
            Err(v.fault("this names no file", "such as \"sounds/piano.sf2\""))
        } else if text.starts_with("~/") {
            Err(v.fault("`~` is not understood here", "write a path from this file's folder, or from /"))
        } else {
            Ok(home.join(text))
        }
    })?;
    Some(SoundSpec { path, preset })
}

/// A name, or a number: `5` or `"128:1"`.
fn preset(v: &Field<'_>) -> Result<String, Fault> {
    if matches!(v.value, DeValue::Integer(_)) {
        return Ok(v.whole_in(1..=128, "a preset's number, counted from 1,")?.to_string());
    }
    match v.text() {
        Ok(text) if text.trim().is_empty() => Err(v.fault("the preset is empty", "write a name, or remove it")),
        Ok(text) => Ok(text.trim().to_owned()),
        Err(_) => Err(v.fault("a preset is a name or a number", "such as \"Grand Piano\", 1 or \"128:1\"")),
    }
}

#[cfg(test)]
mod tests;
