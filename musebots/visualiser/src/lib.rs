//! A musebot whose instrument is the screen: it draws the band, paints over it in styles that move
//! with the music, and shows it on a page that it serves.
//!
//! What it hears becomes [`Happening`]s, each with the second at which it is seen. A painter on threads of its own, of
//! the lowest priority, takes them from there: [`Scene`] is who plays what right now, `Look` how that is painted,
//! `Canvas` draws it, the fast network paints over it, and the [`Screen`] holds the newest frame for whoever looks.

mod canvas;
mod content;
mod happening;
mod look;
mod page;
mod scene;
mod screen;
pub mod styles;

pub use canvas::{Calm, Canvas};
pub use content::Content;
pub use happening::{Happening, What};
pub use look::{Director, Look};
pub use page::{NoWish, Page};
pub use scene::{Line, Mark, Player, Scene, Word};
pub use screen::{Frame, Mode, Screen, Status, Wish};

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

/// Notes what a test could not do for want of a program, for the list that scripts/test prints at its end.
#[cfg(test)]
fn left_out(what: &str) {
    use std::io::Write;
    eprintln!("left out: {what}");
    if let Some(list) = std::env::var_os("MUSEBOT_LEFT_OUT") {
        let mut list = std::fs::OpenOptions::new().append(true).create(true).open(list).expect("scripts/test made it");
        writeln!(list, "{what}").expect("a line fits");
    }
}
