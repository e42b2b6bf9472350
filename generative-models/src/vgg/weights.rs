//! The weights of the convolutions, as they are in files, and every reason why a file is refused.
//!
//! Two sorts of names are understood. `conv1_1.weight.q8` with `conv1_1.weight.scale` (8 bits, a scale for each output
//! channel) or `conv1_1.weight`, with `conv1_1.bias`: networks of Oxford's. `features.0.weight`, `features.0.bias`, …:
//! torchvision's. What else is in a file, such as a classifier, is left alone.
//!
//! Which numbers a network takes pixels as: Oxford's, red, green and blue from 0 to 255 less their mean over ImageNet, in
//! Caffe's order, blue first; torchvision's, 0–1 less the mean and divided by the deviation, red first. A file says
//! which by its names, or better, by `input` in its metadata: with `255` in it, it is the former; the first of `RGB` and `BGR`
//! in it is the order. Oxford's VGG16 under torchvision's names (as J. Johnson published it) is known by its first bias.

#[cfg(test)]
mod tests;

use super::{Depth, plan};
use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use std::fmt::Write as _;

/// The convolutions of each network among torchvision's `features`.
const SIXTEEN: [usize; 11] = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24];
const NINETEEN: [usize; 13] = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28];

/// The first bias of Oxford's VGG16.
const OXFORD: f32 = 0.734_298_35;

/// How pixels (0–1) enter: each channel times `scale` less `shift`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Entry {
    pub(super) scale: [f32; 3],
    pub(super) shift: [f32; 3],
}

impl Entry {
    /// Oxford's.
    pub(super) const BYTES: Self = Self { scale: [255.0; 3], shift: [123.68, 116.779, 103.939] };
    /// torchvision's: the mean 0.485, 0.456, 0.406, the deviation 0.229, 0.224, 0.225.
    pub(super) const NORMED: Self =
        Self { scale: [1.0 / 0.229, 1.0 / 0.224, 1.0 / 0.225], shift: [0.485 / 0.229, 0.456 / 0.224, 0.406 / 0.225] };
}

impl std::fmt::Display for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if *self == Self::BYTES { "pixels 0–255 as Oxford's" } else { "pixels as torchvision's" })
    }
}

/// The numbers of one convolution, output × input × 3 × 3.
#[derive(Debug)]
pub(super) enum Numbers {
    /// Times a scale for each output channel.
    Bytes(Vec<i8>, Vec<f32>),
    Floats(Vec<f32>),
}

impl Numbers {
    /// All of one output channel, as they are.
    pub(super) fn of_output(&self, output: usize, to: &mut [f32]) {
        let from = output * to.len();
        match self {
            Self::Bytes(bytes, scales) => {
                let bytes = &bytes[from..][..to.len()];
                to.iter_mut().zip(bytes).for_each(|(to, byte)| *to = f32::from(*byte) * scales[output]);
            }
            Self::Floats(floats) => to.copy_from_slice(&floats[from..][..to.len()]),
        }
    }

    /// Blue first becomes red first.
    fn turn_channels(&mut self) {
        fn turn<T>(numbers: &mut [T]) {
            // 3 channels of 3 × 3.
            for output in numbers.chunks_exact_mut(27) {
                let (blue, rest) = output.split_at_mut(9);
                blue.swap_with_slice(&mut rest[9..]);
            }
        }
        match self {
            Self::Bytes(bytes, _) => turn(bytes),
            Self::Floats(floats) => turn(floats),
        }
    }
}

/// All convolutions of a file, with the bias of each, red first.
#[derive(Debug)]
pub(super) struct Weights {
    pub(super) depth: Depth,
    pub(super) entry: Entry,
    pub(super) convolutions: Vec<(Numbers, Vec<f32>)>,
}

/// Takes a file apart.
pub(super) fn read(file: &[u8]) -> Result<Weights, String> {
    let damaged = |e: safetensors::SafeTensorError| {
        format!("it is damaged or cut off, or no safetensors file ({e}); fetch or convert it again")
    };
    let tensors = SafeTensors::deserialize(file).map_err(damaged)?;
    let (_, metadata) = SafeTensors::read_metadata(file).map_err(damaged)?;
    let input = metadata.metadata().as_ref().and_then(|all| all.get("input")).map_or("", String::as_str);
    let has = |name: &str| metadata.info(name).is_some();
    let torch = has("features.0.weight");
    let convolution = |name: &str| has(&format!("{name}.weight")) || has(&format!("{name}.weight.q8"));
    let depth =
        if convolution(if torch { "features.16" } else { "conv3_4" }) { Depth::Nineteen } else { Depth::Sixteen };
    let steps = plan::steps(depth);
    let mut weights = Weights { depth, entry: Entry::BYTES, convolutions: Vec::new() };
    for (n, step) in steps.iter().enumerate() {
        let name = match (torch, depth) {
            (false, _) => format!("conv{}_{}", step.layer.block, step.layer.number),
            (true, Depth::Sixteen) => format!("features.{}", SIXTEEN[n]),
            (true, Depth::Nineteen) => format!("features.{}", NINETEEN[n]),
        };
        let shape = [step.output, step.input, 3, 3];
        let bytes = format!("{name}.weight.q8");
        weights.convolutions.push((
            if has(&bytes) {
                let numbers = whole(&tensors, &bytes, &shape)?;
                Numbers::Bytes(numbers, floats(&tensors, &format!("{name}.weight.scale"), &shape[..1])?)
            } else {
                Numbers::Floats(floats(&tensors, &format!("{name}.weight"), &shape)?)
            },
            floats(&tensors, &format!("{name}.bias"), &shape[..1])?,
        ));
    }
    let oxford = !torch || (weights.convolutions[0].1[0] - OXFORD).abs() < 1e-3;
    if !(oxford && input.is_empty() || input.contains("255")) {
        weights.entry = Entry::NORMED;
    }
    let blue_first = match (input.find("RGB"), input.find("BGR")) {
        (None, None) => weights.entry == Entry::BYTES,
        (red, blue) => blue.is_some_and(|blue| red.is_none_or(|red| blue < red)),
    };
    if blue_first {
        weights.convolutions[0].0.turn_channels();
    }
    Ok(weights)
}

fn tensor<'a>(tensors: &SafeTensors<'a>, name: &str, shape: &[usize]) -> Result<TensorView<'a>, String> {
    let of = "expected VGG16 or VGG19 with torchvision's names (`features.0.weight`, …) or ours (`conv1_1.weight`, …)";
    let tensor = tensors.tensor(name).map_err(|_| format!("`{name}` is missing; {of}"))?;
    if tensor.shape() != shape {
        return Err(format!("`{name}` is {}, not {}; {of}", sides(tensor.shape()), sides(shape)));
    }
    Ok(tensor)
}

fn sides(shape: &[usize]) -> String {
    let mut text = String::new();
    for (n, side) in shape.iter().enumerate() {
        let _ = write!(text, "{}{side}", if n > 0 { " × " } else { "" });
    }
    if shape.is_empty() { "a single number".to_owned() } else { text }
}

fn whole(tensors: &SafeTensors, name: &str, shape: &[usize]) -> Result<Vec<i8>, String> {
    let tensor = tensor(tensors, name, shape)?;
    match tensor.dtype() {
        Dtype::I8 => Ok(tensor.data().iter().map(|byte| byte.cast_signed()).collect()),
        other => Err(format!("`{name}` is of {other:?}, not of whole numbers of 8 bits (I8)")),
    }
}

fn floats(tensors: &SafeTensors, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
    let tensor = tensor(tensors, name, shape)?;
    let data = tensor.data();
    let numbers: Vec<f32> = match tensor.dtype() {
        Dtype::F32 => data.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
        Dtype::F16 => data.as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect(),
        Dtype::BF16 => data.as_chunks().0.iter().map(|bytes| bf16::from_le_bytes(*bytes).to_f32()).collect(),
        other => return Err(format!("`{name}` is of {other:?}, not of floating point numbers (F32, F16 or BF16)")),
    };
    if numbers.iter().any(|number| !number.is_finite()) {
        return Err(format!("`{name}` has numbers that are none (NaN or infinite); fetch or convert it again"));
    }
    Ok(numbers)
}
