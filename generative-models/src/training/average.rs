//! A running mean of the weights (Polyak and Juditsky 1992): what it foresees is often better than what the last step left.

use candle_core::{Result, Var};

pub(super) struct Average {
    share: f64,
    pub(super) values: Vec<Vec<f32>>,
}

impl Average {
    pub(super) fn new(share: f64, parameters: &[(String, Var)]) -> Result<Self> {
        Ok(Self { share, values: parameters.iter().map(|(_, var)| plain(var)).collect::<Result<_>>()? })
    }

    /// Takes in the weights after the `step`-th step, counted from 1. It forgets faster in the beginning, when weights are far
    /// from where they will be.
    pub(super) fn add(&mut self, step: u64, parameters: &[(String, Var)]) -> Result<()> {
        let keep = self.share.min((1.0 + step as f64) / (10.0 + step as f64)) as f32;
        for (mean, (_, var)) in self.values.iter_mut().zip(parameters) {
            mean.iter_mut().zip(plain(var)?).for_each(|(mean, new)| *mean = keep * *mean + (1.0 - keep) * new);
        }
        Ok(())
    }
}

/// The numbers of a parameter.
pub(super) fn plain(var: &Var) -> Result<Vec<f32>> {
    var.flatten_all()?.to_vec1()
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn a_mean_follows_slowly() {
        let var = Var::new(&[0.0_f32], &Device::Cpu).unwrap();
        let parameters = [("x".to_owned(), var.clone())];
        let mut average = Average::new(0.5, &parameters).unwrap();
        var.set(&candle_core::Tensor::new(&[8.0_f32], &Device::Cpu).unwrap()).unwrap();
        average.add(1, &parameters).unwrap();
        assert!((average.values[0][0] - 8.0 * 9.0 / 11.0).abs() < 1e-5);
        average.add(100, &parameters).unwrap();
        assert!((average.values[0][0] - 8.0 * (1.0 - 1.0 / 11.0)).abs() < 1e-5);
    }
}
