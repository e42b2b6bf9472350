//! What all artefacts of a render have in common: its musical time and its parts.

use musebot_protocol::{BotId, Meter};
use std::path::PathBuf;

/// The musical time of a render.
#[derive(Debug, Clone, PartialEq)]
pub struct Song {
    /// What it is called.
    pub name: String,
    /// The metre, from the first bar to the last.
    pub meter: Meter,
    /// How many bars it lasts.
    pub bars: u32,
    /// The tempo in beats per minute from each of these ticks on; the first is at tick 0.
    pub tempo_map: Vec<(i64, f32)>,
    /// The sections: the tick each begins at, and its name.
    pub sections: Vec<(i64, String)>,
}

impl Song {
    /// The tick after the last bar.
    #[must_use]
    pub fn end_tick(&self) -> i64 {
        i64::from(self.bars) * self.meter.ticks_per_bar()
    }
}

/// One bot's MIDI file.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Whose it is.
    pub bot: BotId,
    /// Where it is.
    pub path: PathBuf,
}
