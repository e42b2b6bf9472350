//! VGG, the network whose layers tell what is in a picture and how it is painted: K. Simonyan and
//! A. Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition" (2015).
//!
//! Only its convolutions are here, up to `relu5_1` (VGG16: 11 of them, VGG19: 13): 3 × 3, padded with zeros, each followed by ReLU;
//! after `relu1_2`, `relu2_2`, `relu3_3` (`relu3_4` of VGG19) and `relu4_3` (`relu4_4`) a pooling halves the picture.
//! Activations are rows × columns × channels, channels side by side.

use crate::Picture;
use std::path::{Path, PathBuf};

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

/// What a picture's way through the network leaves behind. It is used again and again, and grows only for a larger picture.
#[derive(Debug, Default)]
pub struct Pass {}

impl Vgg {
    /// The ImageNet weights that come with the project ([`crate::models::find`] `("vgg16")`): VGG16, 8 bits a weight.
    ///
    /// # Errors
    /// When they are not found or damaged.
    pub fn shipped() -> Result<Self, VggError> {
        unimplemented!()
    }

    /// Weights from a safetensors file: those that come with the project (8 bits), or torchvision's names
    /// (`features.0.weight`, …), of VGG16 or VGG19, which their number tells.
    ///
    /// # Errors
    /// When the file is missing or truncated, or has wrong shapes or numbers that are none.
    pub fn open(_path: &Path) -> Result<Self, VggError> {
        unimplemented!()
    }

    /// Random weights (He et al. 2015), the same for the same seed.
    #[must_use]
    pub fn random(_depth: Depth, _seed: u64) -> Self {
        unimplemented!()
    }

    /// What it is, for people: "VGG16, ImageNet weights in 8 bits", "VGG19 from FILE", "VGG16 with random weights, seed 7".
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
        unimplemented!()
    }

    /// The layer of a name such as `relu4_2`, or `conv4_2`, or `4_2`, if the network has it.
    #[must_use]
    pub fn layer(&self, _name: &str) -> Option<Layer> {
        unimplemented!()
    }

    /// Sends a picture through, as far as `until`.
    pub fn forward(&self, _picture: &Picture, _until: Layer, _pooling: Pooling, _pass: &mut Pass) {
        unimplemented!()
    }

    /// The way back: the gradient of a loss to the pixels (0–1, one of three channels each) of the picture that went [`forward`](Self::forward) last.
    ///
    /// From `until` down, `add(layer, features, gradient)` is called for every layer, and adds to `gradient`
    /// (same shape as the features) what the loss of that very layer gives (∂L/∂F).
    pub fn backward(
        &self,
        _pass: &mut Pass,
        _add: &mut dyn FnMut(Layer, Features, &mut [f32]),
        _gradient: &mut [[f32; 3]],
    ) {
        unimplemented!()
    }
}

impl Pass {
    /// The activations of a layer that the last picture went through.
    ///
    /// # Panics
    /// When it did not go that far.
    #[must_use]
    pub fn features(&self, _layer: Layer) -> Features<'_> {
        unimplemented!()
    }

    /// Bytes that it, and what computes with it, will take for a picture of this size: for an estimate before one begins.
    #[must_use]
    pub fn bytes(_depth: Depth, _width: usize, _height: usize, _until: Layer) -> u64 {
        unimplemented!()
    }
}
