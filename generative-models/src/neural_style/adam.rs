//! Adam: D. P. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization" (2015).
//!
//! ```text
//! m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
//! x ← x − rate · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
//! ```

use super::vectors::BLOCK;
use rayon::prelude::*;

const BETAS: (f64, f64) = (0.9, 0.999);
const EPSILON: f64 = 1e-8;

/// The moments of a picture's gradient.
#[derive(Debug, Clone)]
pub(super) struct Adam {
    rate: f64,
    range: (f32, f32),
    steps: i32,
    first: Vec<f32>,
    second: Vec<f32>,
}

impl Adam {
    /// Begins; what it changes stays in the range.
    pub(super) fn new(rate: f64, range: (f32, f32)) -> Self {
        Self { rate, range, steps: 0, first: Vec::new(), second: Vec::new() }
    }

    /// Takes one step down. Where the gradient is no number, none is taken.
    pub(super) fn step(&mut self, x: &mut [f32], gradient: &[f32]) {
        if gradient.iter().any(|g| !g.is_finite()) {
            return;
        }
        self.steps = self.steps.saturating_add(1);
        self.first.resize(x.len(), 0.0);
        self.second.resize(x.len(), 0.0);
        let unbias = |beta: f64| 1.0 / (1.0 - beta.powi(self.steps));
        let rate = (self.rate * unbias(BETAS.0)) as f32;
        let (unbias, epsilon) = (unbias(BETAS.1).sqrt() as f32, EPSILON as f32);
        let ((b1, b2), (low, high)) = ((BETAS.0 as f32, BETAS.1 as f32), self.range);
        x.par_chunks_mut(BLOCK)
            .zip(gradient.par_chunks(BLOCK))
            .zip(self.first.par_chunks_mut(BLOCK))
            .zip(self.second.par_chunks_mut(BLOCK))
            .for_each(|(((x, g), m), v)| {
                for (((x, g), m), v) in x.iter_mut().zip(g).zip(m).zip(v) {
                    *m = b1 * *m + (1.0 - b1) * g;
                    *v = b2 * *v + (1.0 - b2) * g * g;
                    *x = (*x - rate * *m / (v.sqrt() * unbias + epsilon)).clamp(low, high);
                }
            });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANYWHERE: (f32, f32) = (f32::NEG_INFINITY, f32::INFINITY);

    #[test]
    fn the_first_step_is_as_long_as_the_rate_against_the_gradients_sign() {
        let (mut adam, mut x) = (Adam::new(0.1, ANYWHERE), [1.0, 2.0, 3.0]);
        adam.step(&mut x, &[5.0, -0.01, 0.0]);
        assert!((x[0] - 0.9).abs() < 1e-5 && (x[1] - 2.1).abs() < 1e-5 && x[2] == 3.0, "{x:?}");
    }

    #[test]
    fn the_second_step_is_what_the_formulas_say() {
        let (mut adam, mut x) = (Adam::new(0.1, ANYWHERE), [1.0]);
        adam.step(&mut x, &[1.0]);
        adam.step(&mut x, &[-3.0]);
        let (m, v) = (0.9 * 0.1 - 0.1 * 3.0, 0.999 * 0.001 + 0.001 * 9.0_f64);
        let second = 0.1 * (m / (1.0 - 0.81)) / (v / (1.0 - 0.999 * 0.999)).sqrt();
        assert!((f64::from(x[0]) - (0.9 - second)).abs() < 1e-4, "{}", x[0]);
    }

    #[test]
    fn it_stays_in_its_range_and_takes_no_step_that_is_no_number() {
        let (mut adam, mut x) = (Adam::new(0.3, (0.0, 1.0)), [0.1, 0.9]);
        adam.step(&mut x, &[1.0, -1.0]);
        assert_eq!(x, [0.0, 1.0]);
        let before = adam.clone();
        adam.step(&mut x, &[f32::NAN, 1.0]);
        assert_eq!((x, adam.steps, &adam.first), ([0.0, 1.0], before.steps, &before.first));
    }
}
