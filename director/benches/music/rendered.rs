//! One render by the real director, and what it left behind.

use super::{
    piece::{Piece, Played},
    sound::Sound,
};
use anyhow::Context;
use midly::{MetaMessage, MidiMessage, Smf, Timing, TrackEventKind};
use musebot_protocol::{Key, Meter, Mode};
use std::{collections::HashMap, fs, path::Path, process::Command};

/// What was rendered.
pub(crate) struct Rendered {
    /// Its notes.
    pub(crate) piece: Piece,
    /// Its sound.
    pub(crate) sound: Sound,
}

impl Rendered {
    /// Renders so many bars of an ensemble file with a seed.
    pub(crate) fn of(file: &Path, seed: u64, bars: u32) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("failed to make a folder to render into")?;
        let output = Command::new(env!("CARGO_BIN_EXE_director"))
            .arg("render")
            .arg(file)
            .args(["--bars", &bars.to_string(), "--seed", &seed.to_string(), "--out"])
            .arg(folder.path())
            .output()
            .context("failed to run the director")?;
        let said = String::from_utf8_lossy(&output.stderr);
        anyhow::ensure!(output.status.success(), "failed to render with seed {seed}: {}\n{said}", output.status);

        let stem = file.file_stem().context("an ensemble file has a name")?.to_string_lossy();
        let mut piece = Piece { bars: i64::from(bars), ..Piece::default() };
        read_ensemble(file, &mut piece)?;
        read_midi(&folder.path().join(format!("{stem}.mid")), &mut piece)?;
        read_session(&folder.path().join("session.jsonl"), &mut piece)?;
        let tempo = tempo(file)?;
        let drums: Vec<f64> = piece.drums.iter().map(|note| note.tick * 60.0 / (16.0 * tempo)).collect();
        let sound = Sound::read(&folder.path().join("mix.wav"), &drums)?;
        Ok(Self { piece: piece.sorted(), sound })
    }
}

fn table(file: &Path) -> anyhow::Result<toml::Table> {
    fs::read_to_string(file)?.parse().with_context(|| format!("failed to read {}", file.display()))
}

fn tempo(file: &Path) -> anyhow::Result<f64> {
    let tempo = table(file)?.get("tempo").cloned().context("the file names no tempo")?;
    tempo.as_float().or_else(|| tempo.as_integer().map(|n| n as f64)).context("the tempo is no number")
}

/// Key, mode and metre, as declared.
fn read_ensemble(file: &Path, piece: &mut Piece) -> anyhow::Result<()> {
    let table = table(file)?;
    let word = |key: &str, otherwise: &str| table.get(key).and_then(|v| v.as_str()).unwrap_or(otherwise).to_owned();
    let key: Key = word("key", "C").parse()?;
    let mode: Mode = word("mode", "major").parse()?;
    let meter: Meter = word("meter", "4/4").parse()?;
    piece.scale = mode.degrees().iter().map(|degree| (degree + key.pitch_class()) % 12).collect();
    piece.steps = i64::from(meter.sixteenths());
    piece.strong = if meter.numerator() == 4 { vec![0, piece.steps / 2] } else { vec![0] };
    Ok(())
}

/// The notes, each track by its name.
fn read_midi(file: &Path, piece: &mut Piece) -> anyhow::Result<()> {
    let bytes = fs::read(file).with_context(|| format!("failed to read {}", file.display()))?;
    let smf = Smf::parse(&bytes)?;
    let Timing::Metrical(per_beat) = smf.header.timing else { anyhow::bail!("the file counts no beats") };
    let ticks = |units: u64| units as f64 * 16.0 / f64::from(per_beat.as_int());
    for track in &smf.tracks {
        let (mut at, mut name, mut notes) = (0_u64, String::new(), Vec::<Played>::new());
        let mut sounding: HashMap<u8, usize> = HashMap::new();
        for event in track {
            at += u64::from(event.delta.as_int());
            match event.kind {
                TrackEventKind::Meta(MetaMessage::TrackName(text)) => name = String::from_utf8_lossy(text).into_owned(),
                TrackEventKind::Midi { message: MidiMessage::NoteOn { key, vel }, .. } if vel > 0 => {
                    sounding.insert(key.as_int(), notes.len());
                    let velocity = f64::from(vel.as_int()) / 127.0;
                    notes.push(Played { tick: ticks(at), pitch: key.as_int(), length: 0.0, velocity });
                }
                TrackEventKind::Midi {
                    message: MidiMessage::NoteOn { key, .. } | MidiMessage::NoteOff { key, .. },
                    ..
                } => {
                    if let Some(n) = sounding.remove(&key.as_int()) {
                        notes[n].length = ticks(at) - notes[n].tick;
                    }
                }
                _ => {}
            }
        }
        match name.as_str() {
            "melody" => piece.melody = notes,
            "bass" => piece.bass = notes,
            "drums" => piece.drums = notes,
            _ => {}
        }
    }
    anyhow::ensure!(piece.parts().iter().all(|part| !part.is_empty()), "a part of {} is empty", file.display());
    Ok(())
}

/// The chords, as they were told.
fn read_session(file: &Path, piece: &mut Piece) -> anyhow::Result<()> {
    let text = fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))?;
    for line in text.lines() {
        let line: serde_json::Value = serde_json::from_str(line)?;
        if line["kind"] == "broadcast" && line["topic"] == "notepool" {
            let pitches = line["args"].as_array().into_iter().flatten();
            let pitches = pitches.filter_map(serde_json::Value::as_i64).map(|pitch| pitch as u8).collect();
            piece.chords.push((line["tick"].as_i64().context("a line without a tick")?, pitches));
        }
    }
    anyhow::ensure!(!piece.chords.is_empty(), "nobody told a notepool");
    Ok(())
}
