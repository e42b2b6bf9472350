//! Convolutions of 3 × 3, padded with zeros, of one picture: rows × columns × channels, channels side by side.

mod direct;
mod few;
#[cfg(test)]
mod tests;
mod winograd;

use super::Level;
use super::tile::WIDTH;
use direct::Direct;
use few::Few;
use winograd::Winograd;

/// Rows and columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) height: usize,
    pub(crate) width: usize,
}

/// What is done with what comes out.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Then<'a> {
    /// Nothing more.
    Nothing,
    /// A bias for each channel is added, and what is below zero becomes zero.
    BiasAndRelu(&'a [f32]),
}

/// What is to be convolved, and what becomes of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Task<'a> {
    pub(crate) size: Size,
    pub(crate) from: &'a [f32],
    /// Of the same shape as `from`, whose numbers count only where this is above zero.
    pub(crate) mask: Option<&'a [f32]>,
    pub(crate) then: Then<'a>,
}

/// Packed weights.
#[derive(Debug)]
pub(crate) enum Convolution {
    /// By the definition, for any number of channels.
    Direct(Direct),
    /// To very few channels.
    Few(Few),
    /// With a quarter of the multiplications.
    Winograd(Winograd),
}

/// Where the weights are: `fetch(output, numbers)` gives those of one output channel, nine for each input.
pub(crate) type Fetch<'a> = &'a (dyn Fn(usize, &mut [f32]) + Sync);

impl Convolution {
    /// Packs the weights of a convolution from `input` to `output` channels.
    pub(crate) fn new(input: usize, output: usize, fetch: Fetch) -> Self {
        Self::pack(input, output, fetch, false)
    }

    /// Packs the same weights for the way back: from the gradient of what came out (`output` channels) to that of what went in.
    /// It is a convolution too, whose weights are turned by half a circle.
    pub(crate) fn back(input: usize, output: usize, fetch: Fetch) -> Self {
        Self::pack(input, output, fetch, true)
    }

    fn pack(input: usize, output: usize, fetch: Fetch, back: bool) -> Self {
        if input.is_multiple_of(WIDTH) && output.is_multiple_of(WIDTH) {
            Self::Winograd(Winograd::new(input, output, fetch, back))
        } else if (if back { input } else { output }) <= few::MOST {
            Self::Few(Few::new(input, output, fetch, back))
        } else {
            Self::Direct(Direct::new(input, output, fetch, back))
        }
    }

    /// How many numbers weights are when they are packed, for either way.
    pub(crate) fn numbers(input: usize, output: usize) -> usize {
        if input.is_multiple_of(WIDTH) { winograd::PLACES * input * output } else { 9 * input * output.max(WIDTH) }
    }

    /// How many numbers are kept at a time while it computes, but for what each thread keeps near.
    pub(crate) fn room(size: Size, input: usize, output: usize) -> usize {
        if input.is_multiple_of(WIDTH) { winograd::room(size, input, output) } else { 0 }
    }

    /// Computes.
    pub(crate) fn run(&self, level: Level, task: Task, to: &mut [f32]) {
        if task.size.height == 0 || task.size.width == 0 {
            return;
        }
        match self {
            Self::Direct(direct) => direct.run(level, task, to),
            Self::Few(few) => few.run(level, task, to),
            Self::Winograd(winograd) => winograd.run(level, task, to),
        }
    }
}
