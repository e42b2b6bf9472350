//! Chance: the same for the same seed, on every machine. What is painted with it may differ by a step of 255 from one machine to
//! another, whose sines and powers round differently.

use crate::plane::Point;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

pub(crate) struct Chance(ChaCha8Rng);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Evenly between two numbers.
    pub(crate) fn between(&mut self, least: f32, most: f32) -> f32 {
        least + (most - least) * self.0.random::<f32>()
    }

    /// Near `centre`, rarely further away than twice `spread` (four numbers added are nearly a bell).
    pub(crate) fn near(&mut self, centre: f32, spread: f32) -> f32 {
        let sum: f32 = (0..4).map(|_| self.0.random::<f32>() - 0.5).sum();
        centre + spread * sum * 1.7
    }

    /// True in so many of 1 cases.
    pub(crate) fn happens(&mut self, how_often: f32) -> bool {
        self.0.random::<f32>() < how_often
    }

    /// One of several.
    pub(crate) fn of<T: Copy>(&mut self, several: &[T]) -> T {
        several[self.0.random_range(0..several.len())]
    }

    /// Somewhere in a square that goes beyond the sheet by `margin`.
    pub(crate) fn place(&mut self, margin: f32) -> Point {
        let most = crate::sheet::SIDE + margin;
        [self.between(-margin, most), self.between(-margin, most)]
    }
}
