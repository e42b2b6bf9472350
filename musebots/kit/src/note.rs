//! One note as a bot plays it, before anybody knows at which sample it will sound.

use crate::words::Lyric;
use musebot_protocol::Tick;

/// The earliest and latest that a note may deviate from its tick, in milliseconds.
pub(crate) const DEVIATION_MS: (f32, f32) = (-20.0, 50.0);

/// No note is longer, in ticks: a day of fast music, and still a time that can be counted.
const LONGEST: f64 = 1e7;

/// A note. For drums the pitch is the General MIDI drum (36 kick, 38 snare, …).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Note {
    /// MIDI pitch, 0–127.
    pub pitch: u8,
    /// How hard, 0 (not at all) to 1.
    pub velocity: f32,
    /// How long, in ticks; fractions are welcome.
    pub length: f64,
    /// How far from the grid, −20 to +50 ms.
    pub deviation_ms: f32,
    /// What is sung on it, if anything is.
    pub lyric: Option<Lyric>,
}

impl Note {
    /// A note on the grid; values out of range are brought into it.
    #[must_use]
    pub fn new(pitch: u8, velocity: f32, length_ticks: f64) -> Self {
        Self {
            pitch: pitch.min(127),
            velocity: if velocity.is_nan() { 0.0 } else { velocity.clamp(0.0, 1.0) },
            length: if length_ticks.is_finite() { length_ticks.clamp(0.1, LONGEST) } else { 4.0 },
            deviation_ms: 0.0,
            lyric: None,
        }
    }

    /// The same, with a syllable to sing. Its vowel sounds where the note does, the consonants before
    /// it sound earlier: play such a note a few ticks ahead ([`Stage::play_at`](crate::Stage::play_at)), or they are hurried.
    #[must_use]
    pub fn singing(mut self, lyric: Lyric) -> Self {
        self.lyric = Some(lyric);
        self
    }

    /// The same, sounding `ms` after (or, if negative, before) its place on the grid.
    #[must_use]
    pub fn deviating(mut self, ms: f32) -> Self {
        self.deviation_ms = if ms.is_nan() { 0.0 } else { ms.clamp(DEVIATION_MS.0, DEVIATION_MS.1) };
        self
    }
}

/// A note at its tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlacedNote {
    /// Where it belongs on the grid.
    pub tick: Tick,
    /// What sounds there.
    pub note: Note,
}
