//! A voice that plays a SoundFont (.sf2): one of its presets, on one or on all of its notes.
//!
//! The file is read whole before anything sounds. Whatever is in it is checked first: a broken
//! file is an error with what to try, never a crash on the audio thread.

use super::Voice;
use super::quiet::Quiet;
use rustysynth::{SoundFont as Font, Synthesizer, SynthesizerSettings};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A note begins on the next frame that this divides: a third of a millisecond at worst.
const BLOCK: usize = 16;
/// Notes of a preset may take several voices each.
const POLYPHONY: usize = 128;
/// The channel of presets, and the one whose bank is the percussion's.
const MELODIC: i32 = 0;
const PERCUSSION: i32 = 9;
const PERCUSSION_BANK: i32 = 128;
/// Frames rendered in one go.
const CHUNK: usize = 64;
/// The library's own level lets a single note be as loud as our voices' are.
const LEVEL: f32 = 1.0;

/// What is wrong with a SoundFont, and what to try.
#[derive(Debug, thiserror::Error)]
pub enum SoundFontError {
    /// The file cannot be read.
    #[error("failed to read the SoundFont `{}`: {reason}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: std::io::Error,
    },
    /// It is no SoundFont, or a broken one.
    #[error("failed to understand the SoundFont `{}`: {reason} (it has to be an .sf2; .sf3 and .sfz are not understood)", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// It has no such preset, or several that might be meant.
    #[error("`{}` has no preset `{wanted}`{why} (there are: {presets})", path.display())]
    NoPreset {
        /// The file.
        path: PathBuf,
        /// What was asked for.
        wanted: String,
        /// Why it is none.
        why: &'static str,
        /// Those that are nearest to it.
        presets: String,
    },
}

/// A SoundFont, with one of its presets chosen.
pub struct SoundFont {
    font: Arc<Font>,
    /// Bank and patch, as in the file.
    preset: (i32, i32),
    synth: Option<Synthesizer>,
    /// The file has turned out to be broken: nothing sounds any more.
    broken: bool,
    /// Which note holds down each key.
    keys: [Option<u32>; 128],
    held: usize,
    quiet: Quiet,
}

impl SoundFont {
    /// Reads a file and chooses a preset: a name or a part of one, a program (from 1), or
    /// `BANK:PROGRAM`; if there is no wish, the first, which for drums is that of the percussion.
    ///
    /// # Errors
    /// When it cannot be read, is broken, or has no such preset.
    pub fn load(path: &Path, preset: Option<&str>, drums: bool) -> Result<Self, SoundFontError> {
        let bytes = std::fs::read(path).map_err(|reason| SoundFontError::Read { path: path.to_owned(), reason })?;
        let broken = |reason: String| SoundFontError::Broken { path: path.to_owned(), reason };
        whole(&bytes).map_err(|reason| broken(reason.to_owned()))?;
        // What the library has not thought of is a fault of the file all the same.
        let font = std::panic::catch_unwind(|| Font::new(&mut bytes.as_slice()));
        let font = font.map_err(|_| broken("it contradicts itself".to_owned()))?.map_err(|e| broken(e.to_string()))?;
        let presets: Vec<Preset> = Preset::all(&font);
        let preset = choose(&presets, preset, drums).map_err(|(wanted, why, presets)| SoundFontError::NoPreset {
            path: path.to_owned(),
            wanted,
            why,
            presets,
        })?;
        Ok(Self {
            font: Arc::new(font),
            preset,
            synth: None,
            broken: false,
            keys: [None; 128],
            held: 0,
            quiet: Quiet::new(48_000.0),
        })
    }

    fn channel(&self) -> i32 {
        if self.preset.0 >= PERCUSSION_BANK { PERCUSSION } else { MELODIC }
    }

    /// Plays, if there is something to play with. Numbers of the file that lead nowhere are
    /// found by the library only on the way: then it is silent from there on.
    fn with_synth(&mut self, play: impl FnOnce(&mut Synthesizer)) {
        let Some(synth) = self.synth.as_mut().filter(|_| !self.broken) else { return };
        // What is left half done is not looked at again.
        self.broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| play(synth))).is_err();
    }
}

impl Voice for SoundFont {
    fn prepare(&mut self, sample_rate: f32) {
        let mut settings = SynthesizerSettings::new((sample_rate as i32).clamp(16_000, 192_000));
        settings.block_size = BLOCK;
        settings.maximum_polyphony = POLYPHONY;
        // It fails for settings out of range only, and then there is silence.
        self.synth = Synthesizer::new(&self.font, &settings).ok();
        let (bank, patch, channel) = (self.preset.0, self.preset.1, self.channel());
        if let Some(synth) = &mut self.synth {
            synth.set_master_volume(LEVEL);
            let bank = if channel == PERCUSSION { bank - PERCUSSION_BANK } else { bank };
            synth.process_midi_message(channel, 0xB0, 0, bank);
            synth.process_midi_message(channel, 0xC0, patch, 0);
        }
        (self.keys, self.held) = ([None; 128], 0);
        self.quiet = Quiet::new(sample_rate);
    }

    fn note_on(&mut self, id: u32, pitch: u8, velocity: f32) {
        let channel = self.channel();
        let pitch = pitch.min(127);
        let again = self.keys[usize::from(pitch)].replace(id).is_some();
        self.held += usize::from(!again);
        let velocity = (velocity.clamp(0.0, 1.0) * 127.0).round().max(1.0) as i32;
        self.with_synth(|synth| {
            if again {
                synth.note_off(channel, pitch.into());
            }
            synth.note_on(channel, pitch.into(), velocity);
        });
        self.quiet.wake();
    }

    fn note_off(&mut self, id: u32) {
        let channel = self.channel();
        if let Some(pitch) = self.keys.iter().position(|key| *key == Some(id)) {
            self.keys[pitch] = None;
            self.held -= 1;
            self.with_synth(|synth| synth.note_off(channel, pitch as i32));
        }
    }

    fn all_off(&mut self) {
        (self.keys, self.held) = ([None; 128], 0);
        self.with_synth(|synth| synth.note_off_all(false));
    }

    fn render(&mut self, out: &mut [[f32; 2]]) {
        if self.is_silent() {
            return;
        }
        for chunk in out.chunks_mut(CHUNK) {
            let (mut left, mut right) = ([0.0; CHUNK], [0.0; CHUNK]);
            let (left, right) = (&mut left[..chunk.len()], &mut right[..chunk.len()]);
            self.with_synth(|synth| synth.render(left, right));
            for (frame, (left, right)) in chunk.iter_mut().zip(left.iter().zip(right.iter())) {
                self.quiet.hear(*left, *right);
                frame[0] += left;
                frame[1] += right;
            }
        }
    }

    fn is_silent(&self) -> bool {
        self.broken || self.held == 0 && self.quiet.is_quiet()
    }
}

/// One preset of a file.
struct Preset {
    bank: i32,
    patch: i32,
    name: String,
}

impl Preset {
    fn all(font: &Font) -> Vec<Self> {
        let mut all: Vec<Self> = font
            .get_presets()
            .iter()
            .map(|preset| Self {
                bank: preset.get_bank_number(),
                patch: preset.get_patch_number(),
                name: preset.get_name().trim().to_owned(),
            })
            .collect();
        all.sort_by_key(|preset| (preset.bank, preset.patch));
        all
    }

    /// Programs count from 1, as everywhere.
    fn shown(&self) -> String {
        format!("{}:{} {}", self.bank, self.patch + 1, self.name)
    }
}

/// At most so many presets are named in an error.
const NAMED: usize = 8;

/// Bank and patch of the preset that is meant; else what is wrong with the wish.
fn choose(presets: &[Preset], wanted: Option<&str>, drums: bool) -> Result<(i32, i32), (String, &'static str, String)> {
    let list = |some: &[&Preset]| some.iter().take(NAMED).map(|p| p.shown()).collect::<Vec<_>>().join(", ");
    let Some(wanted) = wanted.map(str::trim) else {
        let first = presets.iter().find(|preset| !drums || preset.bank >= PERCUSSION_BANK).or(presets.first());
        return first.map(|p| (p.bank, p.patch)).ok_or(("1".to_owned(), "", "none".to_owned()));
    };
    let number = |text: &str| text.trim().parse::<i32>().ok();
    let numbers = match wanted.split_once(':') {
        Some((bank, program)) => number(bank).zip(number(program)),
        None => number(wanted).map(|program| (if drums { PERCUSSION_BANK } else { 0 }, program)),
    };
    if let Some((bank, program)) = numbers {
        let found = presets.iter().find(|preset| (preset.bank, preset.patch + 1) == (bank, program));
        let near = |preset: &&Preset| ((preset.bank - bank).abs(), (preset.patch + 1 - program).abs());
        let mut nearest: Vec<&Preset> = presets.iter().collect();
        nearest.sort_by_key(near);
        let why = if program == 0 { ": programs count from 1" } else { "" };
        return found.map(|p| (p.bank, p.patch)).ok_or((wanted.to_owned(), why, list(&nearest)));
    }
    let name = wanted.to_lowercase();
    let lower = |preset: &Preset| preset.name.to_lowercase();
    if let Some(exact) = presets.iter().find(|preset| lower(preset) == name) {
        return Ok((exact.bank, exact.patch));
    }
    let parts: Vec<&Preset> = presets.iter().filter(|preset| lower(preset).contains(&name)).collect();
    match parts[..] {
        [one] => Ok((one.bank, one.patch)),
        [] => {
            let mut nearest: Vec<&Preset> = presets.iter().collect();
            nearest.sort_by_cached_key(|preset| std::cmp::Reverse(alike(&name, &lower(preset))));
            Err((wanted.to_owned(), "", list(&nearest)))
        }
        _ => Err((wanted.to_owned(), ", but several with that in their name", list(&parts))),
    }
}

/// How much of a name is in another one: pairs of letters that both have.
fn alike(name: &str, other: &str) -> usize {
    let pairs = |text: &str| text.chars().zip(text.chars().skip(1)).collect::<Vec<_>>();
    let mut theirs = pairs(other);
    let common = |pair: &(char, char)| theirs.iter().position(|p| p == pair).map(|n| theirs.swap_remove(n)).is_some();
    pairs(name).into_iter().filter(common).count()
}

/// Whether every part of the file is as long as it says: else the library would ask for memory
/// that nobody has.
fn whole(bytes: &[u8]) -> Result<(), &'static str> {
    fn chunks(mut bytes: &[u8], depth: u8) -> Result<(), &'static str> {
        while bytes.len() >= 8 {
            let (head, rest) = bytes.split_at(8);
            let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
            let Some(body) = rest.get(..length) else { return Err("it is cut short") };
            if depth < 2 && (&head[..4] == b"RIFF" || &head[..4] == b"LIST") {
                chunks(body.get(4..).ok_or("it is cut short")?, depth + 1)?;
            }
            bytes = rest.get(length + length % 2..).unwrap_or_default();
        }
        Ok(())
    }
    if bytes.get(..4) != Some(b"RIFF") || bytes.get(8..12) != Some(b"sfbk") {
        return Err("it is no SoundFont");
    }
    chunks(bytes, 0)
}

#[cfg(test)]
pub(crate) mod tests;
