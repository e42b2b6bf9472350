//! Dropout (N. Srivastava et al. 2014): while learning, some activations are left out, the others
//! made as much larger. Which ones follows from a seed and the place, so that nothing has to be kept for
//! the way back, and the result is the same however many threads there are.

use crate::tensor::{numbers, slice, tensor};
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

/// x with a share of its numbers, 0 ≤ `rate` < 1, set to 0 and the others divided by 1 − `rate`.
pub(super) fn dropout(x: &Tensor, rate: f32, seed: u32) -> Result<Tensor> {
    x.apply_op1(Dropout { rate, seed })
}

struct Dropout {
    rate: f32,
    seed: u32,
}

/// Places worked on at a time.
const BLOCK: usize = 4096;

impl Dropout {
    fn apply(&self, x: &[f32]) -> Vec<f32> {
        let kept = 1.0 / (1.0 - self.rate);
        let limit = (f64::from(self.rate) * f64::from(u32::MAX)) as u32;
        let mut out = vec![0.0; x.len()];
        out.par_chunks_mut(BLOCK).zip(x.par_chunks(BLOCK)).enumerate().for_each(|(block, (out, x))| {
            let first = (block * BLOCK) as u32;
            for (n, (out, x)) in out.iter_mut().zip(x).enumerate() {
                let factor = if mixed(self.seed ^ first.wrapping_add(n as u32)) < limit { 0.0 } else { kept };
                *out = x * factor;
            }
        });
        out
    }
}

/// A number that looks like chance (the finaliser of MurmurHash3, with the constants of C. Wellons'
/// lowbias32).
#[inline(always)]
fn mixed(n: u32) -> u32 {
    let n = (n ^ (n >> 16)).wrapping_mul(0x7feb_352d);
    let n = (n ^ (n >> 15)).wrapping_mul(0x846c_a68b);
    n ^ (n >> 16)
}

impl CustomOp1 for Dropout {
    fn name(&self) -> &'static str {
        "dropout"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        Ok((CpuStorage::F32(self.apply(slice(x, layout)?)), layout.shape().clone()))
    }

    fn bwd(&self, x: &Tensor, _out: &Tensor, d_out: &Tensor) -> Result<Option<Tensor>> {
        Ok(Some(tensor(self.apply(&numbers(d_out)?), x.shape())?))
    }
}
