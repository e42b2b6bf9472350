//! A picture's way through the network, and the gradient's way back.

use super::plan::{self, Step};
use super::pooling::{self, Shape};
use super::{Depth, Features, Layer, Pooling, Vgg};
use crate::Picture;
use crate::kernels::{Convolution, Level, Size, Task, Then};
use rayon::prelude::*;

/// What a picture's way through the network leaves behind. It is used again and again, and grows only for a larger picture.
#[derive(Debug, Default)]
pub struct Pass {
    /// The layers that the last picture went through.
    reached: Vec<(Layer, Shape)>,
    pooling: Pooling,
    /// The picture's pixels as the network takes them, and later their gradient.
    pixels: Vec<f32>,
    /// What comes out of each layer's ReLU.
    activations: Vec<Vec<f32>>,
    /// The gradient of a layer and the one below it; forward, the halved picture.
    gradients: [Vec<f32>; 2],
}

/// Makes room for as many as `len` and gives them, whatever they are.
fn room(numbers: &mut Vec<f32>, len: usize) -> &mut [f32] {
    if numbers.len() < len {
        // What was there is not wanted: it need not be copied.
        numbers.clear();
        numbers.resize(len, 0.0);
    }
    &mut numbers[..len]
}

impl Vgg {
    /// Sends a picture through, as far as `until`. A layer that the network does not have is as far as it goes.
    pub fn forward(&self, picture: &Picture, until: Layer, pooling: Pooling, pass: &mut Pass) {
        let level = Level::best();
        let last = self.position(until).unwrap_or(self.blocks.len() - 1);
        let steps: Vec<Step> = self.blocks[..=last].iter().map(|block| block.step).collect();
        let sizes = plan::sizes(&steps, picture.height(), picture.width());
        let shape = |&(height, width, step): &(usize, usize, Step)| {
            (step.layer, Shape { height, width, channels: step.output })
        };
        pass.reached = sizes.iter().map(shape).collect();
        pass.pooling = pooling;
        pass.activations.resize_with(pass.activations.len().max(last + 1), Vec::new);
        let (scale, shift) = (self.entry.scale, self.entry.shift);
        let pixels = room(&mut pass.pixels, picture.pixels().len() * 3);
        pixels.as_chunks_mut().0.par_iter_mut().zip(picture.pixels()).with_min_len(4096).for_each(|(to, pixel)| {
            *to = [0, 1, 2].map(|c| pixel[c] * scale[c] - shift[c]);
        });
        for (n, block) in self.blocks[..=last].iter().enumerate() {
            let Shape { height, width, .. } = pass.reached[n].1;
            let (before, after) = pass.activations.split_at_mut(n);
            let from = match n.checked_sub(1) {
                None => pass.pixels.as_slice(),
                Some(below) if block.step.halved => {
                    let small = room(&mut pass.gradients[0], height * width * block.step.input);
                    pooling::pool(pooling, pass.reached[below].1, &before[below], small);
                    &*small
                }
                Some(below) => before[below].as_slice(),
            };
            let to = room(&mut after[0], pass.reached[n].1.len());
            let (size, then) = (Size { height, width }, Then::BiasAndRelu(&block.bias));
            block.forward().run(level, Task { size, from, mask: None, then }, to);
        }
    }

    /// The way back: the gradient of a loss to the pixels (0–1, one of three channels each) of the picture that went [`forward`](Self::forward) last.
    ///
    /// From `until` down, `add(layer, features, gradient)` is called for every layer, and adds to `gradient`
    /// (same shape as the features) what the loss of that very layer gives (∂L/∂F).
    /// What `gradient` of the pixels held before is forgotten.
    ///
    /// # Panics
    /// When `gradient` has not as many pixels as the picture.
    pub fn backward(
        &self,
        pass: &mut Pass,
        add: &mut dyn FnMut(Layer, Features, &mut [f32]),
        gradient: &mut [[f32; 3]],
    ) {
        let level = Level::best();
        let Pass { reached, pooling, pixels, activations, gradients: [here, below] } = pass;
        let Some(&(_, top)) = reached.last() else { return gradient.fill([0.0; 3]) };
        room(here, top.len()).fill(0.0);
        for (n, &(layer, shape)) in reached.iter().enumerate().rev() {
            let numbers = &activations[n][..shape.len()];
            let Shape { height, width, channels } = shape;
            add(layer, Features { height, width, channels, numbers }, &mut here[..shape.len()]);
            let block = &self.blocks[n];
            let to = match n {
                0 => room(pixels, height * width * 3),
                _ => room(below, height * width * block.step.input),
            };
            let size = Size { height, width };
            block.back().run(level, Task { size, from: here, mask: Some(numbers), then: Then::Nothing }, to);
            if n > 0 && block.step.halved {
                let shape = reached[n - 1].1;
                pooling::unpool(*pooling, shape, &activations[n - 1], below, room(here, shape.len()));
            } else {
                std::mem::swap(here, below);
            }
        }
        let scale = self.entry.scale;
        let (pixels, _) = pixels[..reached[0].1.height * reached[0].1.width * 3].as_chunks::<3>();
        assert_eq!(pixels.len(), gradient.len(), "the gradient has as many pixels as the picture");
        gradient.iter_mut().zip(pixels).for_each(|(to, from)| *to = [0, 1, 2].map(|c| from[c] * scale[c]));
    }
}

impl Pass {
    /// The activations of a layer that the last picture went through.
    ///
    /// # Panics
    /// When it did not go that far.
    #[must_use]
    pub fn features(&self, layer: Layer) -> Features<'_> {
        let at = self.reached.iter().position(|(reached, _)| *reached == layer);
        let at = at.unwrap_or_else(|| panic!("the picture did not go as far as {layer}"));
        let Shape { height, width, channels } = self.reached[at].1;
        Features { height, width, channels, numbers: &self.activations[at][..height * width * channels] }
    }

    /// Bytes that it, and what computes with it, will take for a picture of this size: for an estimate before one begins.
    /// That is there and back, with the weights packed.
    #[must_use]
    pub fn bytes(depth: Depth, width: usize, height: usize, until: Layer) -> u64 {
        let steps: Vec<Step> = plan::steps(depth).into_iter().filter(|step| step.layer <= until).collect();
        let all = plan::sizes(&steps, height, width);
        let numbers = |&(height, width, step): &(usize, usize, Step)| height * width * step.output;
        let activations: usize = all.iter().map(numbers).sum();
        // Of the gradients, the largest layer's and that of the layer below it, which is no larger.
        let gradients = 2 * all.iter().map(numbers).max().unwrap_or(0);
        // As read (at most), and packed for either way.
        let weights: usize = steps.iter().map(|step| 9 * step.input * step.output).sum();
        let weights =
            weights + 2 * steps.iter().map(|step| Convolution::numbers(step.input, step.output)).sum::<usize>();
        let room = |&(height, width, step): &(usize, usize, Step)| {
            Convolution::room(Size { height, width }, step.input, step.output)
        };
        let room = all.iter().map(room).max().unwrap_or(0);
        4 * (activations + gradients + 3 * height * width + weights + room) as u64
    }
}
