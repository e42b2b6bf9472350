//! Paint mode: the optimisation of Gatys and others, paced by the phrase.
//!
//! At a phrase the canvas is taken, and worked on towards the section's style picture. How far it
//! is by when follows from the phrase alone, so that a machine that is fast enough shows on stage what a render shows; a
//! slower one is behind, and says nothing.

use crate::styles::StylePicture;
use generative_models::{
    Picture,
    neural_style::{Losses, Painting, Task},
    vgg::Vgg,
};
use std::sync::Arc;

/// Evaluations in a phrase.
pub(crate) const ITERATIONS: usize = 54;
/// So many of them between what is shown.
pub(crate) const SHOWN_EVERY: usize = 3;
/// The longer side of what is worked on.
const SIZE: usize = 224;

/// A painting as it stands.
#[derive(Debug, Clone)]
pub(crate) struct Sketch {
    /// Of which order it is.
    pub(crate) order: u64,
    pub(crate) picture: Picture,
    /// The losses of each evaluation so far.
    pub(crate) losses: Vec<Losses>,
}

/// What is to be painted.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) canvas: Picture,
    pub(crate) style: &'static StylePicture,
    pub(crate) seed: u64,
    /// Counts orders, so that nobody takes an earlier one's painting for this one's.
    pub(crate) number: u64,
}

/// The easel, with what is on it.
pub(crate) struct Easel {
    vgg: &'static Vgg,
    painting: Option<Painting<'static>>,
    order: u64,
    losses: Vec<Losses>,
}

impl Easel {
    /// An easel with the network that the project brings, which stays for as long as the program runs.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let vgg = Box::leak(Box::new(Vgg::shipped()?));
        tracing::info!("painting with {}", vgg.describe());
        Ok(Self { vgg, painting: None, order: 0, losses: Vec::new() })
    }

    /// Puts something new on it.
    pub(crate) fn begin(&mut self, order: Order) -> anyhow::Result<()> {
        let style = order.style.picture();
        let task = Task {
            size: SIZE,
            iterations: ITERATIONS,
            seed: order.seed,
            // From coarse to fine it would begin as a blur.
            scales: 1,
            ..Task::new(order.canvas, style)
        };
        (self.painting, self.order) = (None, order.number);
        self.losses.clear();
        self.painting = Some(Painting::new(self.vgg, task)?);
        Ok(())
    }

    /// Goes one step, unless it is `until` evaluations far already. Gives what is to be shown, where something is.
    pub(crate) fn work(&mut self, until: usize) -> Worked {
        let Some(painting) = self.painting.as_mut().filter(|painting| painting.iteration() < until) else {
            return Worked::Nothing;
        };
        let Some(losses) = painting.step() else { return Worked::Nothing };
        self.losses.push(losses);
        if painting.iteration() % SHOWN_EVERY == 0 {
            return Worked::Shown(Arc::new(Sketch {
                order: self.order,
                picture: painting.picture(),
                losses: self.losses.clone(),
            }));
        }
        Worked::Step
    }
}

/// What came of a moment's work.
pub(crate) enum Worked {
    /// There is nothing to do.
    Nothing,
    /// A step.
    Step,
    /// A step, and there is something to show.
    Shown(Arc<Sketch>),
}
