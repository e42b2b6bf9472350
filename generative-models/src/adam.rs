//! Adam with decoupled weight decay (Loshchilov and Hutter 2019), in plain candle operations.

use candle_core::backprop::GradStore;
use candle_core::{Device, Result, Tensor, Var};
use serde::{Deserialize, Serialize};

/// How large a gradient may be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Clip {
    /// Each number of it, as in the lectures.
    Value(f64),
    /// All of it together.
    Norm(f64),
}

/// The settings that seldom change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Settings {
    pub(crate) betas: (f64, f64),
    pub(crate) epsilon: f64,
    pub(crate) decay: f64,
}

/// The running means of a parameter's gradient and of its square.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Moments {
    pub(crate) first: Vec<f32>,
    pub(crate) second: Vec<f32>,
}

pub(crate) struct AdamW {
    parameters: Vec<(String, Var)>,
    first: Vec<Tensor>,
    second: Vec<Tensor>,
    steps: u64,
    settings: Settings,
}

impl AdamW {
    pub(crate) fn new(parameters: &[(String, Var)], settings: Settings) -> Self {
        let zeros: Vec<Tensor> = parameters.iter().map(|(_, var)| var.zeros_like().expect("zeros")).collect();
        Self { parameters: parameters.to_vec(), first: zeros.clone(), second: zeros, steps: 0, settings }
    }

    /// Returns the gradient's norm before clipping.
    pub(crate) fn step(&mut self, grads: &GradStore, rate: f64, clip: Option<Clip>) -> Result<f64> {
        self.steps += 1;
        let mut all = Vec::new();
        let mut squares = 0.0;
        for (_, var) in &self.parameters {
            let grad = grads.get(var).cloned().map_or_else(|| var.zeros_like(), Ok)?;
            squares += f64::from(grad.sqr()?.sum_all()?.to_scalar::<f32>()?);
            all.push(grad);
        }
        let norm = squares.sqrt();
        let Settings { betas: (one, two), epsilon, decay } = self.settings;
        let first_scale = 1.0 / (1.0 - one.powf(self.steps as f64));
        let second_scale = 1.0 / (1.0 - two.powf(self.steps as f64));
        for (n, grad) in all.into_iter().enumerate() {
            let grad = match clip {
                Some(Clip::Value(most)) => grad.clamp(-most, most)?,
                Some(Clip::Norm(most)) if norm > most => (grad * (most / norm))?,
                _ => grad,
            };
            self.first[n] = ((&self.first[n] * one)? + (&grad * (1.0 - one))?)?.detach();
            self.second[n] = ((&self.second[n] * two)? + (grad.sqr()? * (1.0 - two))?)?.detach();
            let step = ((&self.first[n] * first_scale)? / ((&self.second[n] * second_scale)?.sqrt()? + epsilon)?)?;
            let var = &self.parameters[n].1;
            var.set(&((var.as_tensor() * (1.0 - rate * decay))? - (step * rate)?)?.detach())?;
        }
        Ok(norm)
    }

    /// How many steps were taken, and the moments by name.
    pub(crate) fn memory(&self) -> (u64, Vec<(String, Moments)>) {
        let plain = |t: &Tensor| t.flatten_all().and_then(|t| t.to_vec1()).expect("plain numbers");
        let of = |(n, (name, _)): (usize, &(String, Var))| {
            (name.clone(), Moments { first: plain(&self.first[n]), second: plain(&self.second[n]) })
        };
        (self.steps, self.parameters.iter().enumerate().map(of).collect())
    }

    pub(crate) fn remember(&mut self, steps: u64, moments: Vec<(String, Moments)>) -> Result<()> {
        for (name, moments) in moments {
            let Some(n) = self.parameters.iter().position(|(known, _)| *known == name) else {
                candle_core::bail!("there is no parameter `{name}`")
            };
            let shape = self.parameters[n].1.shape().clone();
            self.first[n] = Tensor::from_vec(moments.first, &shape, &Device::Cpu)?;
            self.second[n] = Tensor::from_vec(moments.second, &shape, &Device::Cpu)?;
        }
        self.steps = steps;
        Ok(())
    }
}
