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
pub(crate) mod soundfont;
mod struck;

pub use drum_kit::DrumKit;
pub use patch::Patch;
pub use poly::Poly;
pub use soundfont::{SoundFont, SoundFontError};

/// An instrument. All of it but [`Voice::prepare`] runs on the audio thread.
pub trait Voice: Send {
    /// Makes ready for a sample rate in Hz, before anything sounds. Realtime-safe: no.
    fn prepare(&mut self, sample_rate: f32);

    /// Begins a note. `id` is unique among sounding notes; `velocity` is 0–1. Realtime-safe: yes.
    fn note_on(&mut self, id: u32, pitch: u8, velocity: f32);

    /// Lets a note ring out. Realtime-safe: yes.
    fn note_off(&mut self, id: u32);

    /// Lets every note ring out. Realtime-safe: yes.
    fn all_off(&mut self);

    /// Adds the next frames (left, right) to `out`. Realtime-safe: yes.
    fn render(&mut self, out: &mut [[f32; 2]]);

    /// Whether nothing sounds any more, tails included. Realtime-safe: yes.
    fn is_silent(&self) -> bool;
}
mod standin;
pub use standin::{Singer, Timbre};
