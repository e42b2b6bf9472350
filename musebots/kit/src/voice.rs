//! A voice: what turns notes into sound.

mod analog;
mod chorus;
mod drum_kit;
mod drums;
mod envelope;
mod filter;
mod noise;
mod oscillator;
mod patch;
mod poly;
mod quiet;
mod room;
mod singer;
pub(crate) mod soundfont;
mod spoken;
mod struck;

pub use drum_kit::DrumKit;
pub use patch::Patch;
pub use poly::Poly;
pub(crate) use singer::{LONGEST_LEAD, lead};
pub use singer::{Singer, Timbre};
pub use soundfont::{SoundFont, SoundFontError};
pub use spoken::{Prompter, Spoken, SpokenError};

use crate::words::Lyric;

/// What a note sings, and how it lies around it, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sung {
    /// The syllable.
    pub lyric: Lyric,
    /// How long before its note it may begin.
    pub lead: f32,
    /// How long after the beginning of its note it is to be over, the consonants at its end included.
    pub length: f32,
}

impl Sung {
    /// A syllable that has all the time it wants before its note.
    #[must_use]
    pub fn new(lyric: Lyric, length: f32) -> Self {
        Self { lyric, lead: lead(&lyric), length }
    }
}

/// An instrument. All of it but [`Voice::prepare`] runs on the audio thread.
pub trait Voice: Send {
    /// Makes ready for a sample rate in Hz, before anything sounds. Realtime-safe: no.
    fn prepare(&mut self, sample_rate: f32);

    /// Begins a note. `id` is unique among sounding notes; `velocity` is 0–1. Realtime-safe: yes.
    fn note_on(&mut self, id: u32, pitch: u8, velocity: f32);

    /// Whether it sings words. A voice that does not is given its notes when they are due, as any other.
    /// Realtime-safe: yes.
    fn sings(&self) -> bool {
        false
    }

    /// Begins a syllable, `sung.lead` before its note. Only asked of a voice that [sings](Self::sings).
    /// Realtime-safe: yes.
    fn sing(&mut self, id: u32, pitch: u8, velocity: f32, _sung: &Sung) {
        self.note_on(id, pitch, velocity);
    }

    /// For a voice that wants to know its words long before they are due: who is to be told. Asked once,
    /// before anything sounds. Realtime-safe: no.
    fn prompter(&mut self) -> Option<Prompter> {
        None
    }

    /// Lets a note ring out. Realtime-safe: yes.
    fn note_off(&mut self, id: u32);

    /// Lets every note ring out. Realtime-safe: yes.
    fn all_off(&mut self);

    /// Adds the next frames (left, right) to `out`. Realtime-safe: yes.
    fn render(&mut self, out: &mut [[f32; 2]]);

    /// Whether nothing sounds any more, tails included. Realtime-safe: yes.
    fn is_silent(&self) -> bool;
}
