//! Which outputs a bot is to have: a word, or a line of JSON with all that the ensemble file
//! says of them.

use super::midi::{Bank, Touch};
use serde::Deserialize;
use std::{collections::BTreeMap, path::PathBuf};

/// What kinds there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// The default audio device, or nothing if there is none.
    #[default]
    Auto,
    /// An audio device, and no excuse.
    Audio,
    /// A MIDI port, as soon as it is there.
    Midi,
    /// A WAV and a MIDI file beside the ensemble file: the bot's own folder does not outlive it.
    File,
    /// Nowhere.
    Null,
}

/// What a gain moves at a MIDI port.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub(crate) enum MidiGain {
    /// The channel's volume.
    #[default]
    #[serde(rename = "cc7")]
    Volume,
    /// The velocity of each note.
    #[serde(rename = "velocity")]
    Velocity,
}

/// One output as it was chosen.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct OutputChoice {
    pub(crate) kind: Kind,
    /// Which audio device, the default one if not named; or which MIDI port.
    pub(crate) device: Option<String>,
    /// How much later this output is to be fed, so that a slow synth and a fast one line up.
    #[serde(alias = "offset_ms")]
    pub(crate) offset_ms: f64,
    /// Where files go.
    pub(crate) path: Option<PathBuf>,
    /// A SoundFont instead of the bot's own voice, and which of its sounds.
    pub(crate) sound: Option<PathBuf>,
    pub(crate) preset: Option<String>,
    /// Of an audio device: its host, its rate, its buffer, which two of its channels (from 1).
    pub(crate) host: Option<String>,
    pub(crate) rate: Option<u32>,
    pub(crate) buffer: Option<u32>,
    pub(crate) channels: Option<[u16; 2]>,
    /// Of MIDI: a port of our own that others connect to.
    #[serde(rename = "virtual")]
    pub(crate) own_port: bool,
    /// Of a MIDI port: the channel (1–16), the sound it is switched to (from 1) in a bank.
    pub(crate) channel: Option<u8>,
    pub(crate) program: Option<u8>,
    pub(crate) bank: Option<Bank>,
    pub(crate) velocity: Touch,
    /// The notes of drums that are not where General MIDI has them.
    pub(crate) drums: BTreeMap<String, u8>,
    pub(crate) gain: MidiGain,
    /// `alsa`, `coremidi` or `jack`.
    pub(crate) system: Option<String>,
}

impl OutputChoice {
    /// Reads `auto`, `audio:DEVICE`, `midi:PORT`, `null`, …, a JSON table, or an array of them.
    ///
    /// # Errors
    /// What is wrong with it and what would be right.
    pub(crate) fn read(text: &str) -> Result<Vec<Self>, String> {
        let text = text.trim();
        let bad = |why: String| format!("`{text}` is no output: {why}");
        let mut all = if text.starts_with('[') {
            serde_json::from_str::<Vec<Self>>(text).map_err(|e| bad(e.to_string()))?
        } else if text.starts_with('{') {
            vec![serde_json::from_str(text).map_err(|e| bad(e.to_string()))?]
        } else {
            let (word, device) = text.split_once(':').map_or((text, None), |(w, d)| (w, Some(d.trim().to_owned())));
            let kind = match word {
                "auto" => Kind::Auto,
                "audio" => Kind::Audio,
                "midi" => Kind::Midi,
                "file" => Kind::File,
                "null" => Kind::Null,
                _ => {
                    let words = "auto, audio, audio:DEVICE, midi:PORT, midi:virtual, file, null";
                    return Err(bad(format!("it is one of {words}")));
                }
            };
            vec![Self { kind, device, ..Self::default() }]
        };
        for choice in &mut all {
            choice.check().map_err(bad)?;
        }
        if all.is_empty() {
            all.push(Self { kind: Kind::Null, ..Self::default() });
        }
        Ok(all)
    }

    fn check(&mut self) -> Result<(), String> {
        let within = |n: Option<u8>, most: u8| n.is_none_or(|n| (1..=most).contains(&n));
        if !(-1000.0..=1000.0).contains(&self.offset_ms) {
            return Err("offset-ms is between -1000 and 1000".into());
        }
        if !within(self.channel, 16) || !within(self.program, 128) {
            return Err("a channel is between 1 and 16, a program between 1 and 128".into());
        }
        if self.channels.is_some_and(|[left, right]| left == 0 || right == 0) {
            return Err("the channels of a device count from 1".into());
        }
        if let Some((drum, note)) = self.drums.iter().find(|(_, note)| **note > 127) {
            return Err(format!("a note is between 0 and 127, not {note} ({drum})"));
        }
        if self.kind != Kind::Midi {
            return Ok(());
        }
        if self.device.as_deref() == Some("virtual") {
            (self.device, self.own_port) = (None, true);
        }
        if !self.own_port && self.device.as_deref().is_none_or(str::is_empty) {
            return Err("the MIDI port has no name (`director devices` lists them)".into());
        }
        Ok(())
    }
}
