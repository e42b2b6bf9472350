//! Which convolutions the network has, in order, and how large a picture is after each.

use super::{Depth, Layer};

/// Channels of the blocks.
const CHANNELS: [usize; 5] = [64, 128, 256, 512, 512];

/// One convolution with its ReLU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) layer: Layer,
    /// Channels that go in.
    pub(super) input: usize,
    /// Channels that come out.
    pub(super) output: usize,
    /// Is the picture halved before it?
    pub(super) halved: bool,
}

/// The steps up to `relu5_1`.
pub(super) fn steps(depth: Depth) -> Vec<Step> {
    let deep = match depth {
        Depth::Sixteen => 3,
        Depth::Nineteen => 4,
    };
    let mut steps = Vec::new();
    for (block, (output, count)) in CHANNELS.into_iter().zip([2, 2, deep, deep, 1]).enumerate() {
        for number in 0..count {
            steps.push(Step {
                layer: Layer { block: block as u8 + 1, number: number as u8 + 1 },
                input: steps.last().map_or(3, |last: &Step| last.output),
                output,
                halved: block > 0 && number == 0,
            });
        }
    }
    steps
}

/// A side after halving: what is left over is dropped, but a side of one stays.
pub(super) fn half(side: usize) -> usize {
    (side / 2).max(side.min(1))
}

/// Height, width and step of each layer.
pub(super) fn sizes(steps: &[Step], mut height: usize, mut width: usize) -> Vec<(usize, usize, Step)> {
    steps
        .iter()
        .map(|step| {
            if step.halved {
                (height, width) = (half(height), half(width));
            }
            (height, width, *step)
        })
        .collect()
}

/// `relu4_2`, `conv4_2` or `4_2`.
pub(super) fn parse(name: &str) -> Option<Layer> {
    let name = name.strip_prefix("relu").or_else(|| name.strip_prefix("conv")).unwrap_or(name);
    let (block, number) = name.split_once('_')?;
    let digit = |text: &str| text.parse().ok().filter(|n: &u8| n.to_string() == text);
    Some(Layer { block: digit(block)?, number: digit(number)? })
}
