//! VGG, the network whose layers tell what is in a picture and how it is painted: K. Simonyan and
//! A. Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition" (2015).
//!
//! Only its convolutions are here, up to `relu5_1` (VGG16: 11 of them, VGG19: 13): 3 × 3, padded with zeros, each followed by ReLU;
//! after `relu1_2`, `relu2_2`, `relu3_3` (`relu3_4` of VGG19) and `relu4_3` (`relu4_4`) a pooling halves the picture.
//! Activations are rows × columns × channels, channels side by side.

mod pass;
mod plan;
mod pooling;
#[cfg(test)]
mod tests;
mod weights;

use crate::chance::{Purpose, seeded};
use crate::kernels::Convolution;
use plan::Step;
use rand::RngExt as _;
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use weights::{Entry, Numbers};

pub use pass::Pass;

/// Which of the networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// VGG16.
    Sixteen,
    /// VGG19, which the paper of Gatys and others uses.
    Nineteen,
}

/// A layer: `relu{block}_{number}`, what comes out of a convolution's ReLU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Layer {
    /// 1–5.
    pub block: u8,
    /// From 1.
    pub number: u8,
}

/// How a picture is halved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pooling {
    /// The mean of four, which Gatys and others recommend.
    #[default]
    Average,
    /// The largest of four, as the network was trained.
    Max,
}

/// What keeps weights from being used.
#[derive(Debug, thiserror::Error)]
pub enum VggError {
    /// The file cannot be read.
    #[error("failed to read the weights `{}`: {what}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why, and what to do.
        what: String,
    },
}

/// The network. It does not change: many passes may use it at a time.
#[derive(Debug)]
pub struct Vgg {
    depth: Depth,
    described: String,
    entry: Entry,
    blocks: Vec<Block>,
}

/// A convolution. Its weights are packed, for either way, when they are first needed.
#[derive(Debug)]
struct Block {
    step: Step,
    numbers: Numbers,
    bias: Vec<f32>,
    forward: OnceLock<Convolution>,
    back: OnceLock<Convolution>,
}

/// The activations of a layer: `height` × `width` × `channels` numbers, channels side by side.
#[derive(Debug, Clone, Copy)]
pub struct Features<'a> {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// Channels.
    pub channels: usize,
    /// The numbers, N_l channels for each of M_l = height · width places.
    pub numbers: &'a [f32],
}

impl Vgg {
    /// The ImageNet weights that come with the project ([`crate::models::find`] `("vgg16")`): VGG16, 8 bits a weight.
    ///
    /// # Errors
    /// When they are not found or damaged.
    pub fn shipped() -> Result<Self, VggError> {
        let what = "no folder `vgg16` among the models; MUSEBOT_MODELS=FOLDER names where the models are";
        let missing = || VggError::Read { path: "models/vgg16/weights.safetensors".into(), what: what.to_owned() };
        let path = crate::models::find("vgg16").ok_or_else(missing)?.join("weights.safetensors");
        let mut vgg = Self::open(&path)?;
        // Somebody's own models may have one that was not made so small.
        if matches!(vgg.blocks[0].numbers, Numbers::Bytes(..)) {
            vgg.described = format!("{}, ImageNet weights in 8 bits", vgg.depth);
        }
        Ok(vgg)
    }

    /// Weights from a safetensors file: those that come with the project (8 bits), or torchvision's names
    /// (`features.0.weight`, …), of VGG16 or VGG19, which their number tells. Names like `conv1_1.weight` are understood too.
    ///
    /// A network takes pixels as it learnt them. torchvision's: 0–1, less the mean and divided by the deviation over ImageNet.
    /// Under `conv1_1` and so on, Oxford's: blue, green, red, 0–255 less the mean. Where a file's metadata has `input`, that decides:
    /// `255` in it means the latter, and the first of `RGB` and `BGR` in it is the order.
    ///
    /// # Errors
    /// When the file is missing or truncated, or has wrong shapes or numbers that are none.
    pub fn open(path: &Path) -> Result<Self, VggError> {
        let failed = |what: String| VggError::Read { path: path.to_owned(), what };
        let file = std::fs::read(path).map_err(|e| failed(e.to_string()))?;
        let weights = weights::read(&file).map_err(failed)?;
        let described = format!("{} from {}, {}", weights.depth, path.display(), weights.entry);
        Ok(Self::new(weights.depth, described, weights.entry, weights.convolutions))
    }

    /// Random weights (K. He et al., "Delving Deep into Rectifiers", 2015), the same for the same seed.
    #[must_use]
    pub fn random(depth: Depth, seed: u64) -> Self {
        let steps = plan::steps(depth);
        let draw = |(n, step): (usize, &Step)| {
            let mut rng = seeded(seed, Purpose::Weights, n as u64);
            // Evenly, so that the deviation is what it should be: √(2 / inputs).
            let most = (6.0 / (9 * step.input) as f32).sqrt();
            let number = |_| (2.0 * rng.random::<f32>() - 1.0) * most;
            (Numbers::Floats((0..9 * step.input * step.output).map(number).collect()), vec![0.0; step.output])
        };
        let convolutions = steps.par_iter().enumerate().map(draw).collect();
        Self::new(depth, format!("{depth} with random weights, seed {seed}"), Entry::NORMED, convolutions)
    }

    fn new(depth: Depth, described: String, entry: Entry, convolutions: Vec<(Numbers, Vec<f32>)>) -> Self {
        let block =
            |(step, (numbers, bias))| Block { step, numbers, bias, forward: OnceLock::new(), back: OnceLock::new() };
        let blocks = plan::steps(depth).into_iter().zip(convolutions).map(block).collect();
        Self { depth, described, entry, blocks }
    }

    /// What it is, for people: "VGG16, ImageNet weights in 8 bits", "VGG19 from FILE, pixels as torchvision's", "VGG16 with
    /// random weights, seed 7".
    #[must_use]
    pub fn describe(&self) -> &str {
        &self.described
    }

    /// Which of the networks.
    #[must_use]
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// All its layers, in order, up to `relu5_1`.
    #[must_use]
    pub fn layers(&self) -> Vec<Layer> {
        self.blocks.iter().map(|block| block.step.layer).collect()
    }

    /// The layer of a name such as `relu4_2`, or `conv4_2`, or `4_2`, if the network has it.
    #[must_use]
    pub fn layer(&self, name: &str) -> Option<Layer> {
        plan::parse(name).filter(|layer| self.position(*layer).is_some())
    }

    fn position(&self, layer: Layer) -> Option<usize> {
        self.blocks.iter().position(|block| block.step.layer == layer)
    }
}

impl Block {
    fn forward(&self) -> &Convolution {
        packed(&self.forward, || {
            let Step { input, output, .. } = self.step;
            Convolution::new(input, output, &|n, to| self.numbers.of_output(n, to))
        })
    }

    fn back(&self) -> &Convolution {
        packed(&self.back, || {
            let Step { input, output, .. } = self.step;
            Convolution::back(input, output, &|n, to| self.numbers.of_output(n, to))
        })
    }
}

/// What is in the cell, or else is made now. Nothing is locked meanwhile: who waits for a thread of the pool may be handed a
/// task that wants the very same. It is then made twice, and one is thrown away.
fn packed(cell: &OnceLock<Convolution>, make: impl Fn() -> Convolution) -> &Convolution {
    if cell.get().is_none() {
        let _ = cell.set(make());
    }
    cell.get().expect("it was set just now")
}

impl std::fmt::Display for Depth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Sixteen => "VGG16",
            Self::Nineteen => "VGG19",
        })
    }
}

impl std::fmt::Display for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "relu{}_{}", self.block, self.number)
    }
}
