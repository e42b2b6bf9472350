//! Neural style transfer: L. A. Gatys, A. S. Ecker and M. Bethge, "A Neural Algorithm of Artistic
//! Style" (2015), <https://arxiv.org/abs/1508.06576>.

use crate::{
    Picture,
    vgg::{Layer, Pooling, Vgg},
};

/// What the picture begins as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Start {
    /// White noise, as in the paper.
    Noise,
    /// The content.
    #[default]
    Content,
    /// The first style.
    Style,
}

/// How the picture goes downhill.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Optimiser {
    /// D. P. Kingma and J. Ba (2015); the rate is in units of a pixel's range (0–1).
    Adam {
        /// How far a pixel moves in a step, at most about.
        rate: f64,
    },
    /// D. C. Liu and J. Nocedal (1989), with this many remembered steps.
    Lbfgs {
        /// Steps remembered.
        memory: usize,
    },
}

/// Whose colours the painting has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Colour {
    /// The style's.
    #[default]
    Taken,
    /// The content's.
    Kept,
}

/// A task for the painter. All but the pictures has a default.
#[derive(Debug, Clone)]
pub struct Task {
    /// p: what is painted. Without one, only the style is made.
    pub content: Option<Picture>,
    /// a: how it is painted, each with a weight. Without one, only the content is made.
    pub styles: Vec<(Picture, f64)>,
    /// The layers of the content loss, with weights.
    pub content_layers: Vec<(Layer, f64)>,
    /// The layers of the style loss, with weights w_l.
    pub style_layers: Vec<(Layer, f64)>,
    /// α.
    pub alpha: f64,
    /// β.
    pub beta: f64,
    /// The weight of the total variation.
    pub variation: f64,
    /// How the network halves.
    pub pooling: Pooling,
    /// What the picture begins as.
    pub start: Start,
    /// How it goes downhill.
    pub optimiser: Optimiser,
    /// Whose colours.
    pub colour: Colour,
    /// The longer side of the painting in pixels.
    pub size: usize,
    /// How many times smaller the painting begins: 1 at full size, 3 at a quarter, then a half, then whole.
    pub scales: usize,
    /// Evaluations of the losses in all, over all scales.
    pub iterations: usize,
    /// Where noise comes from.
    pub seed: u64,
}

/// The losses of one evaluation, weighted as they enter the total.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Losses {
    /// α · ½Σ(F − P)².
    pub content: f64,
    /// β · Σ w_l E_l.
    pub style: f64,
    /// The total variation.
    pub variation: f64,
}

/// A painting in the making.
#[derive(Debug)]
pub struct Painting<'a> {
    vgg: &'a Vgg,
}

/// What keeps a painting from being begun.
#[derive(Debug, thiserror::Error)]
pub enum StyleError {
    /// The task makes no sense.
    #[error("{0}")]
    Task(String),
}

impl Losses {
    /// What is made small.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.content + self.style + self.variation
    }
}

impl Task {
    /// A content in a style, with the paper's layers: `relu4_2`, and `relu1_1` … `relu5_1` with equal weights.
    #[must_use]
    pub fn new(_content: Picture, _style: Picture) -> Self {
        unimplemented!()
    }
}

impl<'a> Painting<'a> {
    /// Looks at the content and the styles, and begins.
    ///
    /// # Errors
    /// When the task makes no sense.
    pub fn new(_vgg: &'a Vgg, _task: Task) -> Result<Self, StyleError> {
        unimplemented!()
    }

    /// One evaluation of the losses, and one step downhill. `None` when all iterations are done.
    pub fn step(&mut self) -> Option<Losses> {
        let _ = self.vgg;
        unimplemented!()
    }

    /// Evaluations so far.
    #[must_use]
    pub fn iteration(&self) -> usize {
        unimplemented!()
    }

    /// As it is now, pixels within 0–1.
    #[must_use]
    pub fn picture(&self) -> Picture {
        unimplemented!()
    }
}
