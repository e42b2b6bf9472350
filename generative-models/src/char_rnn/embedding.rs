//! Characters as rows of a table that is learned.

use super::recurrence::places_of;
use crate::tensor::{numbers, slice, tensor};
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

/// batch × steps characters → batch × steps × wide, from a table of vocab × wide.
pub(super) fn embed(table: &Tensor, characters: &[u32], (batch, steps): (usize, usize)) -> Result<Tensor> {
    table.apply_op1(Embed { characters: characters.to_vec(), batch, steps })
}

struct Embed {
    characters: Vec<u32>,
    batch: usize,
    steps: usize,
}

impl CustomOp1 for Embed {
    fn name(&self) -> &'static str {
        "embedding"
    }

    fn cpu_fwd(&self, table: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (_, wide) = layout.shape().dims2()?;
        let table = slice(table, layout)?;
        let row = |character: &u32| &table[*character as usize * wide..][..wide];
        let out = self.characters.iter().flat_map(row).copied().collect();
        Ok((CpuStorage::F32(out), (self.batch, self.steps, wide).into()))
    }

    fn bwd(&self, table: &Tensor, _out: &Tensor, d_out: &Tensor) -> Result<Option<Tensor>> {
        let (vocab, wide) = table.dims2()?;
        let d_out = numbers(d_out)?;
        let mut d_table = vec![0.0; vocab * wide];
        let places = places_of(&self.characters, vocab);
        d_table.par_chunks_exact_mut(wide).zip(&places).for_each(|(d_row, places)| {
            for &place in places {
                d_row.iter_mut().zip(&d_out[place * wide..]).for_each(|(sum, d)| *sum += d);
            }
        });
        Ok(Some(tensor(d_table, (vocab, wide))?))
    }
}
