//! How a picture goes downhill, one way or the other.

use super::adam::Adam;
use super::lbfgs::Lbfgs;
use super::task::Optimiser;

/// A pixel stays between black and white.
const RANGE: (f32, f32) = (0.0, 1.0);

/// One of the ways.
#[derive(Debug)]
pub(super) enum Descent {
    Adam(Adam),
    Lbfgs(Lbfgs),
}

impl Descent {
    pub(super) fn new(optimiser: Optimiser) -> Self {
        match optimiser {
            Optimiser::Adam { rate } => Self::Adam(Adam::new(rate, RANGE)),
            Optimiser::Lbfgs { memory } => Self::Lbfgs(Lbfgs::new(memory, RANGE)),
        }
    }

    /// Takes what was found at `x`, and moves `x` to where is to be looked next. False if what was found is not of what is
    /// [to be shown](Self::best), because the step is undone.
    pub(super) fn step(&mut self, x: &mut [f32], loss: f64, gradient: &[f32]) -> bool {
        match self {
            Self::Adam(adam) => {
                adam.step(x, gradient);
                true
            }
            Self::Lbfgs(lbfgs) => lbfgs.step(x, loss, gradient),
        }
    }

    /// What is to be shown while `x` is where is looked next: L-BFGS may be trying a step that turns out bad.
    pub(super) fn best<'a>(&'a self, x: &'a [f32]) -> &'a [f32] {
        match self {
            Self::Adam(_) => x,
            Self::Lbfgs(lbfgs) => lbfgs.best().unwrap_or(x),
        }
    }
}
