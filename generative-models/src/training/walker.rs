//! What walks down the gradient: AdamW, or plain descent as in the lectures.

use crate::adam::{AdamW, Moments, Settings};
use crate::clip::Clip;
use crate::recipe::{Optimiser, Recipe};
use candle_core::backprop::GradStore;
use candle_core::{Result, Var};

pub(super) enum Walker {
    AdamW(AdamW),
    Sgd(Vec<(String, Var)>),
}

impl Walker {
    pub(super) fn new(parameters: &[(String, Var)], recipe: &Recipe) -> Self {
        let settings =
            Settings { betas: (recipe.betas[0], recipe.betas[1]), epsilon: 1e-8, decay: recipe.weight_decay };
        match recipe.optimiser {
            Optimiser::AdamW => Self::AdamW(AdamW::new(parameters, settings)),
            Optimiser::Sgd => Self::Sgd(parameters.to_vec()),
        }
    }

    /// Takes a step; `false`, and nothing has changed, when the gradient is no number any more.
    pub(super) fn step(&mut self, gradients: &GradStore, rate: f64, clip: Option<Clip>) -> Result<bool> {
        match self {
            Self::AdamW(adam) => adam.step(gradients, rate, clip),
            Self::Sgd(parameters) => descend(parameters, gradients, rate, clip),
        }
    }

    /// Steps taken and moments by name: what it needs to go on exactly.
    pub(super) fn memory(&self) -> (u64, Vec<(String, Moments)>) {
        match self {
            Self::AdamW(adam) => adam.memory(),
            Self::Sgd(_) => (0, Vec::new()),
        }
    }

    pub(super) fn remember(&mut self, steps: u64, moments: Vec<(String, Moments)>) -> Result<()> {
        match self {
            Self::AdamW(adam) => adam.remember(steps, moments),
            Self::Sgd(_) => Ok(()),
        }
    }
}

fn descend(parameters: &[(String, Var)], gradients: &GradStore, rate: f64, clip: Option<Clip>) -> Result<bool> {
    let mut squares = 0.0;
    for gradient in parameters.iter().filter_map(|(_, var)| gradients.get(var)) {
        squares += f64::from(gradient.sqr()?.sum_all()?.to_scalar::<f32>()?);
    }
    if !squares.is_finite() {
        return Ok(false);
    }
    let scale = match clip {
        Some(Clip::Norm(most)) => (most / squares.sqrt()).min(1.0),
        _ => 1.0,
    };
    for (_, var) in parameters {
        let Some(gradient) = gradients.get(var) else { continue };
        let gradient = match clip {
            Some(Clip::Value(most)) => gradient.clamp(-most, most)?,
            _ => gradient.clone(),
        };
        var.set(&(var.as_tensor() - (gradient * (rate * scale))?)?.detach())?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{Device, Tensor};

    fn walked(clip: Option<Clip>) -> Vec<f32> {
        let var = Var::new(&[3.0_f32, -40.0], &Device::Cpu).unwrap();
        let parameters = [("x".to_owned(), var.clone())];
        // The gradient of x²/2 is x.
        let loss: Tensor = (var.sqr().unwrap().sum_all().unwrap() * 0.5).unwrap();
        descend(&parameters, &loss.backward().unwrap(), 0.1, clip).unwrap();
        var.to_vec1().unwrap()
    }

    #[test]
    fn a_gradient_that_is_no_number_moves_nothing() {
        let var = Var::new(&[3.0_f32], &Device::Cpu).unwrap();
        let parameters = [("x".to_owned(), var.clone())];
        let gradients = (var.as_tensor() * f64::NAN).unwrap().sum_all().unwrap().backward().unwrap();
        assert!(!descend(&parameters, &gradients, 0.1, Some(Clip::Norm(1.0))).unwrap());
        assert!(!AdamW::new(&parameters, Settings::default()).step(&gradients, 0.1, None).unwrap());
        assert_eq!(var.to_vec1::<f32>().unwrap(), [3.0]);
    }

    #[test]
    fn plain_descent_goes_against_the_gradient() {
        assert_eq!(walked(None), [2.7, -36.0]);
        assert_eq!(walked(Some(Clip::Value(5.0))), [2.7, -39.5]);
        let norm = (9.0_f32 + 1600.0).sqrt();
        let by_norm = walked(Some(Clip::Norm(1.0)));
        assert!((by_norm[0] - (3.0 - 0.3 / norm)).abs() < 1e-5 && (by_norm[1] + 40.0 - 4.0 / norm).abs() < 1e-5);
        assert_eq!(walked(Some(Clip::Norm(100.0))), [2.7, -36.0]);
    }
}
