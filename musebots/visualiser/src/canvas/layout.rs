//! What stands where: time runs from right to left, pitch is height, each player has a place of its own.

use crate::{Player, scene::MARK_LIFE};

/// A canvas in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub(super) width: f32,
    pub(super) height: f32,
    /// The measure of all sizes: the shorter side, or a bit more when the canvas is long.
    pub(super) size: f32,
}

impl Layout {
    pub(super) fn new(width: usize, height: usize) -> Self {
        let (width, height) = (width as f32, height as f32);
        Self { width, height, size: width.min(height) * 0.8 + (width * height).sqrt() * 0.2 }
    }

    /// How far down a pitch is: low ones at the bottom, with room for the line below them.
    pub(super) fn height_of(&self, pitch: f64) -> f32 {
        let share = ((pitch - 30.0) / 56.0).clamp(0.0, 1.0) as f32;
        self.height * (0.85 - 0.75 * share)
    }

    /// Where the head of a player is, who plays pitches.
    pub(super) fn head(&self, player: &Player) -> (f32, f32) {
        // Neighbours stand apart, all on the right.
        let across = [0.80, 0.68, 0.88, 0.74, 0.62, 0.84][player.seat % 6];
        (self.width * across, self.height_of(player.pitch))
    }

    /// How far a mark has gone to the left of its player's head.
    pub(super) fn gone(&self, age: f64) -> f32 {
        self.width * 0.9 * (age / MARK_LIFE) as f32
    }

    /// Where the `n`th player of percussion has its drum, and how large.
    pub(super) fn drum(&self, n: usize) -> (f32, f32, f32) {
        let (x, y, r) = [(0.30, 0.40, 0.150), (0.58, 0.24, 0.085), (0.14, 0.70, 0.085), (0.50, 0.72, 0.07)][n % 4];
        (self.width * x, self.height * y, self.size * r)
    }
}
