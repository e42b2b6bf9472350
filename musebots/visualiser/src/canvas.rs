//! The drawing of the band, over a picture or over nothing.

use crate::{Look, Scene};
use generative_models::Picture;

/// The canvas.
#[derive(Debug)]
pub struct Canvas {}

impl Canvas {
    /// A canvas of so many pixels.
    #[must_use]
    pub fn new(_width: usize, _height: usize, _seed: u64) -> Self {
        Self {}
    }

    /// Draws a moment: over `content` if there is one, and over what was `seen` last, moved as the look says. `passed` is how many
    /// seconds ago that was.
    pub fn draw(
        &mut self,
        _scene: &Scene,
        _look: &Look,
        _content: Option<&Picture>,
        _seen: Option<&Picture>,
        _passed: f64,
    ) -> &Picture {
        unimplemented!()
    }
}
