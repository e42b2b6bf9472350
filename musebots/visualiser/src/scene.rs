//! Who plays what right now, as it is to be seen: a function of what happened and of the time. Pure.

use crate::{Happening, What};

/// A bot on the scene.
#[derive(Debug, Clone, PartialEq)]
pub struct Player {
    /// Its name.
    pub name: String,
    /// Whether what it plays is percussion.
    pub percussion: bool,
    /// How busy it is, 0–1.
    pub busy: f64,
    /// When it last began a note.
    pub last: Option<f64>,
    /// How present it is: 1 while it plays, less and less when it is silent.
    pub presence: f64,
}

/// A note as a mark.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// Whose: place in [`Scene::players`].
    pub player: usize,
    /// When it began.
    pub due: f64,
    /// 0–127.
    pub pitch: u8,
    /// 0–1.
    pub velocity: f32,
    /// Whether it is percussion.
    pub percussion: bool,
}

/// A word on the scene.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// Whose: place in [`Scene::players`].
    pub player: usize,
    /// When it began.
    pub due: f64,
    /// What.
    pub text: String,
}

/// The scene.
#[derive(Debug, Clone, Default)]
pub struct Scene {
    /// Now, in seconds.
    pub now: f64,
    /// Beats a minute.
    pub tempo: f64,
    /// Beats since the first, with their fraction.
    pub beat: f64,
    /// Who is here.
    pub players: Vec<Player>,
    /// Notes of the last seconds, oldest first.
    pub marks: Vec<Mark>,
    /// Words of the last seconds, oldest first.
    pub words: Vec<Word>,
    /// The section.
    pub section: String,
    /// How dense, 0–1: what the conductor asks for, or what is played.
    pub density: f64,
    /// How heated, 0–1.
    pub arousal: f64,
    /// How bright, 0–1.
    pub valence: f64,
    /// The pitch classes of the harmony (bit 0 is C).
    pub harmony: u16,
}

impl Scene {
    /// Something has happened.
    pub fn happen(&mut self, _happening: &Happening) {
        let _ = What::Playing(true);
    }

    /// Time goes on.
    pub fn advance(&mut self, now: f64) {
        self.now = now;
    }
}
