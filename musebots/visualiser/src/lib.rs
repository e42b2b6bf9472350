//! A musebot whose instrument is the screen: it draws the band, paints over it in styles that move
//! with the music, and shows it on a page that it serves.
//!
//! What it hears becomes [`Happening`]s, each with the second at which it is seen. A painter on threads of its own, of
//! the lowest priority, takes them from there: [`Scene`] is who plays what right now, `Look` how that is painted,
//! `Canvas` draws it, the fast network paints over it, and the [`Screen`] holds the newest frame for whoever looks.

mod canvas;
mod happening;
mod look;
mod page;
mod scene;
mod screen;

pub use canvas::Canvas;
pub use happening::{Happening, What};
pub use look::{Director, Look};
pub use page::Page;
pub use scene::{Mark, Player, Scene, Word};
pub use screen::{Frame, Mode, Screen, Wish};

use musebot_kit::{About, Musebot, Setup, Stage, Tick};

/// The visualiser.
pub struct Visualiser {}

impl Musebot for Visualiser {
    fn about() -> About {
        About::default()
    }

    fn new(_setup: &Setup) -> anyhow::Result<Self> {
        Ok(Self {})
    }

    fn tick(&mut self, _tick: Tick, _stage: &mut Stage) {}
}
