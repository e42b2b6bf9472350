//! Cuts the convolutions of VGG16, up to `conv5_1`, out of an ONNX file, and writes them as safetensors:
//! `cargo run -p generative-models --no-default-features --features pictures --example vgg16-from-onnx ONNX SAFETENSORS`.
//! scripts/fetch-vgg16 uses it.
//!
//! An ONNX file is a protobuf message. What is wanted of it: field 7 (the graph), therein every field 5 (a tensor), therein 1
//! (its sides), 2 (its type, 1 for 32-bit floats), 8 (its name) and 9 (its bytes). All else is stepped over.

use safetensors::tensor::{Dtype, TensorView};
use std::collections::{BTreeMap, HashMap};
use std::error::Error;

const CONVOLUTIONS: [&str; 11] = ["1_1", "1_2", "2_1", "2_2", "3_1", "3_2", "3_3", "4_1", "4_2", "4_3", "5_1"];

/// What the network takes: Caffe's way, in which Keras keeps it too.
const INPUT: &str = "BGR, 0 to 255 less the mean (103.939, 116.779, 123.68)";

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    let [from, to] = words.as_slice() else { return Err("expected ONNX SAFETENSORS".into()) };
    let file = std::fs::read(from)?;
    let tensors = tensors(&file).ok_or("this is no ONNX file, or it is cut off")?;
    let mut views = Vec::new();
    for name in CONVOLUTIONS {
        let (block, number) = name.split_once('_').ok_or("a convolution has a block and a number")?;
        let layer = format!("functional_1/block{block}_conv{number}_1");
        for (what, there) in [("weight", "convolution/ReadVariableOp:0"), ("bias", "Squeeze:0")] {
            let there = format!("{layer}/{there}");
            let tensor = tensors.get(there.as_str()).ok_or_else(|| format!("it has no `{there}`"))?;
            if tensor.kind != 1 {
                return Err(format!("`{there}` is not of 32-bit floats").into());
            }
            // A bias comes as 1 × channels × 1 × 1.
            let all: usize = tensor.sides.iter().product();
            let sides = if what == "bias" { vec![all] } else { tensor.sides.clone() };
            views.push((format!("conv{name}.{what}"), TensorView::new(Dtype::F32, sides, tensor.bytes)?));
        }
    }
    let metadata = HashMap::from([("input".to_owned(), INPUT.to_owned())]);
    safetensors::serialize_to_file(views, Some(metadata), to.as_ref())?;
    Ok(())
}

/// A tensor of the file.
#[derive(Default)]
struct Tensor<'a> {
    sides: Vec<usize>,
    kind: u64,
    bytes: &'a [u8],
}

/// All tensors by name.
fn tensors(file: &[u8]) -> Option<BTreeMap<&str, Tensor<'_>>> {
    let mut all = BTreeMap::new();
    for (_, graph) in fields(file)?.into_iter().filter(|(field, _)| *field == 7) {
        for (_, message) in fields(graph.bytes()?)?.into_iter().filter(|(field, _)| *field == 5) {
            let (mut tensor, mut name) = (Tensor::default(), "");
            for (field, value) in fields(message.bytes()?)? {
                match (field, value) {
                    (1, Value::Number(side)) => tensor.sides.push(usize::try_from(side).ok()?),
                    (1, Value::Bytes(mut packed)) => {
                        while !packed.is_empty() {
                            tensor.sides.push(usize::try_from(number(&mut packed)?).ok()?);
                        }
                    }
                    (2, Value::Number(kind)) => tensor.kind = kind,
                    (8, Value::Bytes(bytes)) => name = std::str::from_utf8(bytes).ok()?,
                    (9, Value::Bytes(bytes)) => tensor.bytes = bytes,
                    _ => {}
                }
            }
            all.insert(name, tensor);
        }
    }
    (!all.is_empty()).then_some(all)
}

#[derive(Clone, Copy)]
enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Number(_) => None,
        }
    }
}

/// The fields of a message with their numbers.
fn fields(mut message: &[u8]) -> Option<Vec<(u64, Value<'_>)>> {
    let mut all = Vec::new();
    while !message.is_empty() {
        let key = number(&mut message)?;
        let value = match key & 7 {
            0 => Value::Number(number(&mut message)?),
            1 => Value::Bytes(message.split_off(..8)?),
            2 => {
                let len = usize::try_from(number(&mut message)?).ok()?;
                Value::Bytes(message.split_off(..len)?)
            }
            5 => Value::Bytes(message.split_off(..4)?),
            _ => return None,
        };
        all.push((key >> 3, value));
    }
    Some(all)
}

/// Seven bits a byte, the lowest first; the last has no eighth bit.
fn number(from: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *from.split_off_first()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}
