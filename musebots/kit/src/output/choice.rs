//! Which outputs a bot is to have: a word, or a line of JSON with all that the ensemble file
//! says of them.

use serde::Deserialize;
use std::path::PathBuf;

/// What kinds there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// The default audio device, or nothing if there is none.
    #[default]
    Auto,
    /// An audio device, and no excuse.
    Audio,
    /// A WAV and a MIDI file beside the ensemble file: the bot's own folder does not outlive it.
    File,
    /// Nowhere.
    Null,
}

/// One output as it was chosen.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct OutputChoice {
    pub(crate) kind: Kind,
    /// Which device; the default one if not named.
    pub(crate) device: Option<String>,
    /// How much later this output is to be fed, so that a slow synth and a fast one line up.
    #[serde(alias = "offset_ms")]
    pub(crate) offset_ms: f64,
    /// Where files go.
    pub(crate) path: Option<PathBuf>,
}

impl OutputChoice {
    /// Reads `auto`, `audio:DEVICE`, `null`, …, a JSON table, or an array of them.
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
            let (word, device) = text.split_once(':').map_or((text, None), |(w, d)| (w, Some(d.to_owned())));
            let kind = match word {
                "auto" => Kind::Auto,
                "audio" => Kind::Audio,
                "file" => Kind::File,
                "null" => Kind::Null,
                _ => return Err(bad("it is one of auto, audio, audio:DEVICE, file, null".into())),
            };
            vec![Self { kind, device, ..Self::default() }]
        };
        for choice in &mut all {
            if !(-1000.0..=1000.0).contains(&choice.offset_ms) {
                return Err(bad("offset-ms is between -1000 and 1000".into()));
            }
        }
        if all.is_empty() {
            all.push(Self { kind: Kind::Null, ..Self::default() });
        }
        Ok(all)
    }
}
