//! AdamW (D. Kingma and J. Ba, arXiv:1412.6980; I. Loshchilov and F. Hutter, arXiv:1711.05101), in
//! place, in one pass over each parameter.
//!
//! ```text
//! m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
//! θ ← θ − rate · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε) − rate · decay · θ
//! ```

use crate::clip::Clip;
use crate::tensor::{numbers, slice};
use candle_core::{CpuStorage, InplaceOp2, Layout, Result, Tensor, Var, backprop::GradStore, bail};
use rayon::prelude::*;
use std::sync::{Mutex, PoisonError};

/// The settings that seldom change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Settings {
    pub(crate) betas: (f64, f64),
    pub(crate) epsilon: f64,
    /// Pull towards 0, per step and unit of rate. Biases, the rows at the end, are pulled too.
    pub(crate) decay: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { betas: (0.9, 0.999), epsilon: 1e-8, decay: 0.0 }
    }
}

/// The optimiser and its moments.
pub(crate) struct AdamW {
    settings: Settings,
    steps: u64,
    parameters: Vec<Parameter>,
}

struct Parameter {
    name: String,
    var: Var,
    moments: Mutex<Moments>,
}

/// The running means of a parameter's gradient and of its square.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Moments {
    pub(crate) first: Vec<f32>,
    pub(crate) second: Vec<f32>,
}

impl AdamW {
    /// Begins, with moments of 0.
    pub(crate) fn new(parameters: &[(String, Var)], settings: Settings) -> Self {
        let parameter = |(name, var): &(String, Var)| {
            let zeros = vec![0.0; var.elem_count()];
            let moments = Mutex::new(Moments { first: zeros.clone(), second: zeros });
            Parameter { name: name.clone(), var: var.clone(), moments }
        };
        Self { settings, steps: 0, parameters: parameters.iter().map(parameter).collect() }
    }

    /// Takes one step down; `false`, and nothing has changed, when the gradient is no number any more.
    pub(crate) fn step(&mut self, gradients: &GradStore, rate: f64, clip: Option<Clip>) -> Result<bool> {
        let norm = self.norm(gradients)?;
        if !norm.is_finite() {
            return Ok(false);
        }
        self.steps += 1;
        let Settings { betas: (first, second), epsilon, decay } = self.settings;
        let unbias = |beta: f64| 1.0 / (1.0 - beta.powf(self.steps as f64));
        let step = Step {
            scale: match clip {
                Some(Clip::Norm(most)) if norm > most => (most / norm) as f32,
                _ => 1.0,
            },
            most: match clip {
                Some(Clip::Value(most)) => most as f32,
                _ => f32::INFINITY,
            },
            betas: (first as f32, second as f32),
            rate: (rate * unbias(first)) as f32,
            unbias: unbias(second).sqrt() as f32,
            epsilon: epsilon as f32,
            keep: (1.0 - rate * decay) as f32,
        };
        for parameter in &self.parameters {
            if let Some(gradient) = gradients.get(&parameter.var) {
                parameter.var.inplace_op2(gradient, &InPlace { step, moments: &parameter.moments })?;
            }
        }
        Ok(true)
    }

    fn norm(&self, gradients: &GradStore) -> Result<f64> {
        let mut sum = 0.0;
        for gradient in self.parameters.iter().filter_map(|p| gradients.get(&p.var)) {
            sum += sum_of_squares(gradient)?;
        }
        Ok(sum.sqrt())
    }

    /// How many steps were taken, and the moments by name.
    pub(crate) fn memory(&self) -> (u64, Vec<(String, Moments)>) {
        let moments =
            |p: &Parameter| (p.name.clone(), p.moments.lock().unwrap_or_else(PoisonError::into_inner).clone());
        (self.steps, self.parameters.iter().map(moments).collect())
    }

    /// Goes on from there. Moments of other sizes are refused.
    pub(crate) fn remember(&mut self, steps: u64, moments: Vec<(String, Moments)>) -> Result<()> {
        for (name, moments) in moments {
            let Some(parameter) = self.parameters.iter().find(|p| p.name == name) else {
                bail!("there is no parameter `{name}`")
            };
            let count = parameter.var.elem_count();
            if moments.first.len() != count || moments.second.len() != count {
                bail!("the moments of `{name}` are {} numbers, not {count}", moments.first.len());
            }
            *parameter.moments.lock().unwrap_or_else(PoisonError::into_inner) = moments;
        }
        self.steps = steps;
        Ok(())
    }
}

/// Numbers worked on at a time: a sum is always made of the same parts.
const BLOCK: usize = 1 << 14;

fn sum_of_squares(gradient: &Tensor) -> Result<f64> {
    let numbers = numbers(gradient)?;
    let of_block = |block: &[f32]| {
        let mut sums = [0.0_f32; 16];
        let (whole, rest) = block.as_chunks::<16>();
        for numbers in whole {
            sums.iter_mut().zip(numbers).for_each(|(sum, x)| *sum += x * x);
        }
        sums.iter().chain(&rest.iter().map(|x| x * x).collect::<Vec<_>>()).map(|x| f64::from(*x)).sum::<f64>()
    };
    let parts: Vec<f64> = numbers.par_chunks(BLOCK).map(of_block).collect();
    Ok(parts.iter().sum())
}

#[derive(Clone, Copy)]
struct Step {
    scale: f32,
    most: f32,
    betas: (f32, f32),
    rate: f32,
    unbias: f32,
    epsilon: f32,
    keep: f32,
}

struct InPlace<'a> {
    step: Step,
    moments: &'a Mutex<Moments>,
}

impl InplaceOp2 for InPlace<'_> {
    fn name(&self) -> &'static str {
        "adamw"
    }

    fn cpu_fwd(&self, parameter: &mut CpuStorage, layout: &Layout, gradient: &CpuStorage, gl: &Layout) -> Result<()> {
        let gradient = slice(gradient, gl)?;
        let Some((from, to)) = layout.contiguous_offsets() else { bail!("a parameter lies side by side") };
        let CpuStorage::F32(parameter) = parameter else { bail!("parameters are 32-bit floating-point numbers") };
        let parameter = &mut parameter[from..to];
        let mut moments = self.moments.lock().unwrap_or_else(PoisonError::into_inner);
        let Moments { first, second } = &mut *moments;
        let Step { scale, most, betas, rate, unbias, epsilon, keep } = self.step;
        parameter
            .par_chunks_mut(BLOCK)
            .zip(gradient.par_chunks(BLOCK))
            .zip(first.par_chunks_mut(BLOCK))
            .zip(second.par_chunks_mut(BLOCK))
            .for_each(|(((parameter, gradient), first), second)| {
                for (((x, g), m), v) in parameter.iter_mut().zip(gradient).zip(first).zip(second) {
                    let g = (g * scale).clamp(-most, most);
                    *m = betas.0 * *m + (1.0 - betas.0) * g;
                    *v = betas.1 * *v + (1.0 - betas.1) * g * g;
                    *x = *x * keep - rate * *m / (v.sqrt() * unbias + epsilon);
                }
            });
        Ok(())
    }
}
