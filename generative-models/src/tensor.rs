//! Between candle's tensors and plain slices.

use candle_core::{CpuStorage, Device, Layout, Result, Shape, Storage, Tensor, bail};
use std::ops::Deref;

/// The numbers of a contiguous tensor on the CPU.
pub(crate) fn slice<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let all = storage.as_slice::<f32>()?;
    match layout.contiguous_offsets() {
        Some((from, to)) => Ok(&all[from..to]),
        None => bail!("the numbers of this tensor do not lie side by side"),
    }
}

/// A tensor that is being read, and which part of its storage is its own.
struct Numbers<G> {
    guard: G,
    range: (usize, usize),
}

impl<G: Deref<Target = Storage>> Deref for Numbers<G> {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        match &*self.guard {
            Storage::Cpu(CpuStorage::F32(all)) => &all[self.range.0..self.range.1],
            _ => unreachable!("checked when it was made"),
        }
    }
}

/// The numbers of a tensor, for reading.
pub(crate) fn numbers(tensor: &Tensor) -> Result<impl Deref<Target = [f32]>> {
    let (guard, layout) = tensor.storage_and_layout();
    let Some(range) = layout.contiguous_offsets() else { bail!("the numbers of this tensor do not lie side by side") };
    if !matches!(&*guard, Storage::Cpu(CpuStorage::F32(_))) {
        bail!("not 32-bit floating-point numbers on the CPU");
    }
    Ok(Numbers { guard, range })
}

/// A tensor of these numbers.
pub(crate) fn tensor(numbers: Vec<f32>, shape: impl Into<Shape>) -> Result<Tensor> {
    Tensor::from_vec(numbers, shape.into(), &Device::Cpu)
}
