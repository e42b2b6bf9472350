//! Neural style transfer: L. A. Gatys, A. S. Ecker and M. Bethge, "A Neural Algorithm of Artistic
//! Style" (2015), <https://arxiv.org/abs/1508.06576>.
//!
//! A picture x is looked for that has in it what a content p has in it, and is painted as a style a is painted, both as a
//! network ([`Vgg`]) sees them. x begins as noise, say, and goes downhill on a loss until it looks right; the network stays
//! as it is.
//!
//! At a layer l the network answers a picture with N_l channels at M_l = height · width places. F^l are the answers to x, P^l those
//! to p; here a matrix of M_l × N_l, channels side by side (the paper's is turned over). The paper's equations are:
//!
//! ```text
//! (1)  L_content = ½ Σ_ij (F^l_ij − P^l_ij)²               what is where
//! (2)  ∂L_content/∂F^l = F^l − P^l                         0 where F^l = 0: the way back through ReLU sees to that
//! (3)  G^l = F^lᵀ F^l                                      which channels go together, wherever it be: N_l × N_l
//! (4)  E_l = 1/(4 N_l² M_l²) Σ_ij (G^l_ij − A^l_ij)²       A^l is G^l of a
//! (5)  L_style = Σ_l w_l E_l
//! (6)  ∂E_l/∂F^l = 1/(N_l² M_l²) F^l (G^l − A^l)           0 where F^l = 0, the same
//! (7)  L_total = α L_content + β L_style
//! ```
//!
//! Around them, where the paper leaves it open or a later one says better:
//!
//! - The paper's network is scaled so that its answers are 1 on the average ("Image Style Transfer Using Convolutional Neural Networks",
//!   2016, section 2), which changes nothing about what it sees, and makes equal weights w_l equal. Here each layer's F^l are
//!   divided by s_l, their mean over the task's pictures: so any network will do, a user's own or one of random weights.
//! - A style need not have the size of x: G^l/M_l is compared with A^l/M_a, each with its own number of places.
//! - L_content grows with the number of pixels and L_style does not. α is meant for a painting of 512 × 512, and is made larger for
//!   a smaller one in proportion: the same α and β mean the same at each size, and from coarse to fine.
//! - Several styles are mixed: A^l is the mean of theirs by their weights.
//! - The total variation may be made small beside, in proportion like α.

mod adam;
mod colour;
mod descent;
mod lbfgs;
mod painting;
mod scales;
mod start;
mod task;
#[cfg(test)]
mod tests;
mod variation;
mod vectors;

pub use painting::Painting;
pub use task::{Colour, Optimiser, Start, StyleError, Task};

use crate::Picture;
use crate::kernels::{Gram, Level, Panels};
use crate::vgg::{Features, Layer, Pass, Pooling, Vgg};
use rayon::prelude::*;
use variation::variation;
use vectors::BLOCK;

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

impl Losses {
    /// What is made small: equation 7.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.content + self.style + self.variation
    }
}

/// The pixels of a painting that α and the weight of the total variation are meant for.
const PIXELS: f64 = 512.0 * 512.0;

/// Where a painting of one size is to go: the answers to p and a that those to x are compared with.
#[derive(Debug)]
struct Goal {
    layers: Vec<LayerGoal>,
    until: Layer,
    pooling: Pooling,
    alpha: f64,
    beta: f64,
    variation: f64,
}

#[derive(Debug)]
struct LayerGoal {
    layer: Layer,
    /// s_l.
    scale: f64,
    /// The layer's weight among the content's, and P^l (not yet divided by s_l).
    content: Option<(f64, Vec<f32>)>,
    /// w_l, and A^l/M_a (not yet divided by s_l²).
    style: Option<(f64, Vec<f64>)>,
}

/// What an evaluation computes in; it is used again and again.
#[derive(Debug, Default)]
struct Scratch {
    pass: Pass,
    matrices: Matrices,
}

/// What a style loss computes in.
#[derive(Debug, Default)]
struct Matrices {
    /// G.
    gram: Gram,
    /// ∂E/∂G, and the same packed.
    difference: Vec<f32>,
    panels: Panels,
}

impl Goal {
    /// Looks at p (already of the painting's size) and at each a.
    fn new(
        vgg: &Vgg,
        task: &Task,
        p: Option<&Picture>,
        styles: &[(Picture, f64)],
        size: (usize, usize),
    ) -> Option<Self> {
        let [contents, w] = task.counted();
        let until = task.until()?;
        let smaller = PIXELS / (size.0 * size.1) as f64;
        let weight_of = |layers: &[(Layer, f64)], layer| layers.iter().find(|(l, _)| *l == layer).map(|(_, w)| *w);
        let layers = vgg.layers().into_iter().filter_map(|layer| {
            let (content, style) = (weight_of(&contents, layer), weight_of(&w, layer));
            (content.is_some() || style.is_some()).then_some(LayerGoal {
                layer,
                scale: 0.0,
                content: content.map(|weight| (weight, Vec::new())),
                style: style.map(|w| (w, Vec::new())),
            })
        });
        let mut goal = Self {
            layers: layers.collect(),
            until,
            pooling: task.pooling,
            alpha: task.alpha * smaller,
            beta: task.beta,
            variation: task.variation * smaller,
        };
        // What is computed in here is not needed again: pictures of other sizes do not make the painting's larger.
        let mut scratch = Scratch::default();
        let sum: f64 = styles.iter().map(|(_, weight)| weight).sum();
        for (a, weight) in styles {
            goal.look(vgg, a, &mut scratch, |goal, f, gram| {
                goal.scale += weight / sum * mean(f.numbers);
                if let Some((_, a)) = &mut goal.style {
                    let places = (f.height * f.width) as f64;
                    a.resize(f.channels * f.channels, 0.0);
                    let g = gram.of(Level::best(), f.channels, f.numbers);
                    a.iter_mut().zip(g).for_each(|(a, g)| *a += weight / sum * g / places);
                }
            });
        }
        if let Some(p) = p {
            let pictures = if styles.is_empty() { 1.0 } else { 2.0 };
            goal.look(vgg, p, &mut scratch, |goal, f, _| {
                goal.scale = (goal.scale + mean(f.numbers)) / pictures;
                if let Some((_, p)) = &mut goal.content {
                    p.extend_from_slice(f.numbers);
                }
            });
        }
        // A layer that answers nothing at all is as it is.
        goal.layers.iter_mut().filter(|goal| goal.scale <= 0.0).for_each(|goal| goal.scale = 1.0);
        Some(goal)
    }

    fn look(
        &mut self,
        vgg: &Vgg,
        picture: &Picture,
        scratch: &mut Scratch,
        mut at: impl FnMut(&mut LayerGoal, Features, &mut Gram),
    ) {
        vgg.forward(picture, self.until, self.pooling, &mut scratch.pass);
        for goal in &mut self.layers {
            at(goal, scratch.pass.features(goal.layer), &mut scratch.matrices.gram);
        }
    }

    /// The losses of x, their gradient to its pixels, and each layer's share of the style loss, β w_l E_l.
    fn evaluate(
        &self,
        vgg: &Vgg,
        x: &Picture,
        scratch: &mut Scratch,
        gradient: &mut [[f32; 3]],
        shares: &mut Vec<(Layer, f64)>,
    ) -> Losses {
        let Scratch { pass, matrices } = scratch;
        let mut losses = Losses::default();
        shares.clear();
        vgg.forward(x, self.until, self.pooling, pass);
        let mut add = |layer: Layer, f: Features, df: &mut [f32]| {
            let Some(goal) = self.layers.iter().find(|goal| goal.layer == layer) else { return };
            if let Some((weight, p)) = &goal.content {
                losses.content += content(self.alpha * weight, goal.scale, f, p, df);
            }
            if let Some((w, a)) = &goal.style {
                let share = style(self.beta * w, goal.scale, f, a, df, matrices);
                losses.style += share;
                shares.push((layer, share));
            }
        };
        vgg.backward(pass, &mut add, gradient);
        shares.reverse();
        if self.variation > 0.0 {
            losses.variation = self.variation * variation(self.variation, x, gradient);
        }
        losses
    }
}

/// weight · L_content (equation 1); adds its gradient (2) to ∂L/∂F.
fn content(weight: f64, scale: f64, f: Features, p: &[f32], df: &mut [f32]) -> f64 {
    // Both F and P are divided by s_l.
    let weight = weight / (scale * scale);
    let factor = weight as f32;
    let squares = |((f, p), df): ((&[f32], &[f32]), &mut [f32])| {
        let mut sums = [0.0_f32; 16];
        let steps = f.chunks(16).zip(p.chunks(16)).zip(df.chunks_mut(16));
        for ((f, p), df) in steps {
            for (((f, p), df), sum) in f.iter().zip(p).zip(df).zip(&mut sums) {
                let difference = f - p;
                *df += factor * difference; // (2)
                *sum += difference * difference;
            }
        }
        sums.iter().map(|sum| f64::from(*sum)).sum::<f64>()
    };
    let blocks = f.numbers.par_chunks(BLOCK).zip(p.par_chunks(BLOCK)).zip(df.par_chunks_mut(BLOCK)).map(squares);
    weight * 0.5 * blocks.collect::<Vec<f64>>().iter().sum::<f64>() // (1)
}

/// weight · E_l (equation 4); adds its gradient (6) to ∂L/∂F.
fn style(weight: f64, scale: f64, f: Features, a: &[f64], df: &mut [f32], matrices: &mut Matrices) -> f64 {
    let Matrices { gram, difference, panels } = matrices;
    let level = Level::best();
    let (n, m) = (f.channels, (f.height * f.width) as f64);
    // F is divided by s_l, so G and A are by its square, and (G − A)² by its fourth power.
    let weight = weight / ((n * n) as f64 * scale.powi(4));
    let g = gram.of(level, n, f.numbers); // (3)
    let mut squares = 0.0;
    difference.clear();
    difference.extend(g.iter().zip(a).map(|(g, a)| {
        let d = g / m - a;
        squares += d * d;
        (weight / m * d) as f32
    }));
    // (6): ∂E/∂F = F · (G − A) / (N² M²), a product of matrices M × N and N × N.
    panels.pack(n, n, difference, n);
    let rows = (24 * 1024 / n).max(1);
    df.par_chunks_mut(rows * n).zip(f.numbers.par_chunks(rows * n)).for_each(|(df, f)| {
        panels.add_product(level, f.len() / n, f, n, df, n);
    });
    weight * 0.25 * squares // (4), with G/M and A/M for G and A
}

fn mean(numbers: &[f32]) -> f64 {
    let blocks: Vec<f64> = numbers.par_chunks(BLOCK).map(|x| x.iter().map(|x| f64::from(*x)).sum()).collect();
    blocks.iter().sum::<f64>() / numbers.len().max(1) as f64
}
