//! All that a musebot shares with every other, so that a bot is only its musical idea.
//!
//! ```no_run
//! use musebot_kit::{Musebot, Note, Setup, Stage, Tick};
//!
//! /// Plays the root of whatever chord is going on, on every beat.
//! struct Pulse { root: u8 }
//!
//! impl Musebot for Pulse {
//!     fn new(_setup: &Setup) -> anyhow::Result<Self> {
//!         Ok(Self { root: 48 })
//!     }
//!     fn tick(&mut self, tick: Tick, stage: &mut Stage) {
//!         if tick.0 % 16 == 0 {
//!             stage.play(Note::new(self.root, 0.8, 12.0));
//!         }
//!     }
//!     fn heard(&mut self, said: &musebot_kit::Broadcast, _stage: &mut Stage) {
//!         if let Some(musebot_kit::Said::NotePool(pitches)) = said.said() {
//!             self.root = 36 + pitches[0] % 12;
//!         }
//!     }
//! }
//!
//! fn main() -> anyhow::Result<()> {
//!     musebot_kit::play::<Pulse>()
//! }
//! ```
//!
//! [`play`] does the rest, in this order: it reads flags, `MUSEBOT_*` variables and config.txt;
//! beats its first heart beat; builds the bot; opens the outputs (audio, MIDI, a file, or nothing); and
//! then turns the conductor's ticks, which may be uneven or get lost, into calls of
//! [`Musebot::tick`] and notes on their sample, until it is told off. With `--render` the same
//! happens on a virtual clock, into files. `--help` tells the rest.
//!
//! Without a conductor, a [`Performer`] drives a bot by hand: that is how to test one.

mod agenda;
mod aside;
mod clock;
mod dc_blocker;
mod gain;
mod heart;
mod inbox;
mod life;
mod limiter;
mod link;
mod live;
mod lyrics;
mod midi_file;
pub mod music;
mod note;
mod onsets;
mod options;
mod output;
mod performer;
mod play;
mod player;
mod render;
mod session;
mod setup;
mod signals;
mod sounding;
mod speech;
mod stage;
mod stem;
mod timeline;
mod voice;
pub mod words;

pub use aside::Aside;
pub use musebot_protocol::{
    Arg, BotId, Broadcast, Gain, IntoArgs, Key, Meter, Mode, Position, Said, Style, TICKS_PER_BEAT,
    TICKS_PER_SIXTEENTH, Temperament, Tempo, Tick, ToBot,
};
pub use note::{Note, PlacedNote};
pub use performer::Performer;
pub use play::play;
pub use rand;
pub use setup::{About, Rng, Setup};
pub use stage::Stage;
pub use voice::{
    DrumKit, Patch, Poly, Prompter, Singer, SoundFont, SoundFontError, Spoken, SpokenError, Sung, Timbre, Voice,
};

/// A musebot: what it does at each tick, and when others speak.
pub trait Musebot: Sized {
    /// What the bot is, for `/agent/hello`, `--help` and info.txt.
    fn about() -> About {
        About::default()
    }

    /// Built once options, seed and style are known; says which voice sounds it
    /// ([`Setup::sounds_like`]).
    ///
    /// # Errors
    /// What keeps the bot from playing; it is shown to the user, and the bot exits.
    fn new(setup: &Setup) -> anyhow::Result<Self>;

    /// Called for every tick, in order, ahead of its sounding (lost ticks are made up; after a
    /// jump it goes on from the new one).
    fn tick(&mut self, tick: Tick, stage: &mut Stage);

    /// Called when another bot or the conductor speaks. A bot that does not listen leaves it out.
    fn heard(&mut self, _said: &Broadcast, _stage: &mut Stage) {}
}
