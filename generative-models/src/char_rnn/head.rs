//! From activations to the loss, in one operation.
//!
//! ```text
//! ŷ = softmax(W_ya a + b_y)
//! L = Σ w (−ln ŷ[target]) / Σ w        (summed over time and batch)
//!
//! dlogits = (ŷ − y) w / Σ w            (y is 1 at the target)
//! ```

use super::recurrence::{Matrix, product};
use crate::kernels::exp;
use crate::tensor::{numbers, slice, tensor};
use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};
use rayon::prelude::*;
use std::sync::{Mutex, PoisonError};

/// The mean loss in nats: activations batch × steps × hidden, weights (hidden + 1) × vocab of which
/// the last row is the bias.
pub(super) fn cross_entropy(a: &Tensor, weights: &Tensor, targets: &[u32], counts: Option<&[f32]>) -> Result<Tensor> {
    let total = counts.map_or(targets.len() as f32, |counts| counts.iter().sum());
    a.apply_op2(
        weights,
        CrossEntropy {
            targets: targets.to_vec(),
            counts: counts.map(<[f32]>::to_vec),
            total: total.max(1.0),
            d_logits: Mutex::default(),
        },
    )
}

/// The logits: places × vocab.
fn logits(a: &[f32], weights: &[f32], hidden: usize, vocab: usize) -> Vec<f32> {
    let places = a.len() / hidden;
    let (weights, bias) = weights.split_at(hidden * vocab);
    let mut logits: Vec<f32> = bias.iter().copied().cycle().take(places * vocab).collect();
    let a = Matrix { numbers: a, stride: hidden, turned: false };
    let weights = Matrix { numbers: weights, stride: vocab, turned: false };
    product((places, vocab, hidden), a, weights, &mut logits, vocab);
    logits
}

struct CrossEntropy {
    targets: Vec<u32>,
    counts: Option<Vec<f32>>,
    total: f32,
    /// places × vocab, for the way back.
    d_logits: Mutex<Vec<f32>>,
}

impl CustomOp2 for CrossEntropy {
    fn name(&self) -> &'static str {
        "cross-entropy"
    }

    fn cpu_fwd(&self, a: &CpuStorage, al: &Layout, w: &CpuStorage, wl: &Layout) -> Result<(CpuStorage, Shape)> {
        let (_, vocab) = wl.shape().dims2()?;
        let (_, _, hidden) = al.shape().dims3()?;
        let mut logits = logits(slice(a, al)?, slice(w, wl)?, hidden, vocab);
        let nats: Vec<f32> = logits
            .par_chunks_exact_mut(vocab)
            .zip(&self.targets)
            .enumerate()
            .map(|(place, (row, target))| {
                let count = self.counts.as_ref().map_or(1.0, |counts| counts[place]);
                let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let of_target = row[*target as usize] - most;
                row.iter_mut().for_each(|x| *x = exp(*x - most));
                let sum: f32 = row.iter().sum();
                let factor = count / (sum * self.total);
                row.iter_mut().for_each(|x| *x *= factor);
                row[*target as usize] -= count / self.total;
                (sum.ln() - of_target) * count
            })
            .collect();
        *self.d_logits.lock().unwrap_or_else(PoisonError::into_inner) = logits;
        let sum: f64 = nats.iter().map(|n| f64::from(*n)).sum();
        Ok((CpuStorage::F32(vec![(sum / f64::from(self.total)) as f32]), Shape::from(())))
    }

    fn bwd(
        &self,
        a: &Tensor,
        weights: &Tensor,
        _loss: &Tensor,
        d_loss: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (batch, steps, hidden) = a.dims3()?;
        let (rows, vocab) = weights.dims2()?;
        let places = batch * steps;
        let scale = d_loss.to_scalar::<f32>()?;
        let mut d_logits = std::mem::take(&mut *self.d_logits.lock().unwrap_or_else(PoisonError::into_inner));
        if scale != 1.0 {
            d_logits.iter_mut().for_each(|d| *d *= scale);
        }
        let (a, weights) = (numbers(a)?, numbers(weights)?);
        let d = Matrix { numbers: &d_logits, stride: vocab, turned: false };
        let mut d_a = vec![0.0; places * hidden];
        let turned = Matrix { numbers: &weights, stride: vocab, turned: true };
        product((places, hidden, vocab), d, turned, &mut d_a, hidden);
        let mut d_weights = vec![0.0; rows * vocab];
        let turned = Matrix { numbers: &a, stride: hidden, turned: true };
        product((hidden, vocab, places), turned, d, &mut d_weights, vocab);
        let d_bias = &mut d_weights[hidden * vocab..];
        for row in d_logits.chunks_exact(vocab) {
            d_bias.iter_mut().zip(row).for_each(|(sum, d)| *sum += d);
        }
        Ok((Some(tensor(d_a, (batch, steps, hidden))?), Some(tensor(d_weights, (rows, vocab))?)))
    }
}
