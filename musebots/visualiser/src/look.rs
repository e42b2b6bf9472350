//! How the scene is painted: what the music does to styles, strength, colour and motion. Pure.

use crate::{Happening, Scene, Wish};
use generative_models::fast_style::STYLES;

/// How a frame is painted.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// How much of each style, together 1.
    pub styles: [f32; STYLES],
    /// How much of the painting covers the drawing, 0–1.
    pub strength: f32,
    /// What red, green and blue are multiplied by.
    pub balance: [f32; 3],
    /// How much larger what was seen a second ago is now: 1 is as large.
    pub zoom: f32,
    /// By how much it is turned in a second, in radians.
    pub turn: f32,
    /// How much of what was seen before stays in the canvas, 0–1.
    pub trail: f32,
}

/// Directs the look: takes what happens, and says how a moment looks.
#[derive(Debug)]
pub struct Director {}

impl Director {
    /// A director that chooses by `seed`.
    #[must_use]
    pub fn new(_seed: u64) -> Self {
        Self {}
    }

    /// Something has happened. Whatever it changes, changes on beats.
    pub fn happen(&mut self, _happening: &Happening) {}

    /// Somebody wants something.
    pub fn wish(&mut self, _wish: Wish) {}

    /// How the scene looks now.
    #[must_use]
    pub fn look(&mut self, _scene: &Scene) -> Look {
        unimplemented!()
    }
}
