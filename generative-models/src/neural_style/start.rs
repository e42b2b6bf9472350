//! What a painting begins as.

use super::task::{Start, Task};
use crate::Picture;
use crate::rng::Rng;
use rand::{RngExt as _, SeedableRng as _};

/// The first x, of this size.
pub(super) fn start(task: &Task, styles: &[(Picture, f64)], width: usize, height: usize) -> Picture {
    let picture = match task.start {
        Start::Noise => None,
        Start::Content => task.content.as_ref().map(|p| p.resized(width, height)),
        // What does not fit the painting's shape is cut off.
        Start::Style => styles.first().map(|(a, _)| a.covering(width, height)),
    };
    picture.unwrap_or_else(|| noise(task.seed, width, height))
}

/// White noise: each colour of each pixel on its own, anything from black to white.
fn noise(seed: u64, width: usize, height: usize) -> Picture {
    let mut rng = Rng::seed_from_u64(seed);
    Picture::new(width, height, |_, _| [0.0; 3].map(|_: f32| rng.random::<f32>()))
}
