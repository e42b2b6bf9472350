//! The network as its definition says it, layer after layer and without haste: what the fast way is compared with.

use super::layer::Layer;
use super::{EPSILON, STYLES};

/// Channels side by side, row by row.
#[derive(Clone)]
struct Map {
    width: usize,
    height: usize,
    channels: usize,
    numbers: Vec<f32>,
}

/// Paints `pixels`, whose sides are multiples of 4 and at least 8. The weights of the styles sum up to one.
pub(super) fn paint(
    layers: &[Layer],
    width: usize,
    height: usize,
    pixels: &[[f32; 3]],
    weights: &[f32; STYLES],
) -> Vec<[f32; 3]> {
    let mut map = Map { width, height, channels: 3, numbers: pixels.as_flattened().to_vec() };
    for (layer, stride) in layers[..3].iter().zip([1, 2, 2]) {
        map = map.convolved(layer, stride).normalised(layer, weights).rectified();
    }
    for block in layers[3..15].chunks_exact(2) {
        let inner = map.convolved(&block[0], 1).normalised(&block[0], weights).rectified();
        let inner = inner.convolved(&block[1], 1).normalised(&block[1], weights);
        map.numbers.iter_mut().zip(&inner.numbers).for_each(|(x, y)| *x += y);
    }
    for layer in &layers[15..17] {
        map = map.enlarged().convolved(layer, 1).normalised(layer, weights).rectified();
    }
    map = map.convolved(&layers[17], 1).normalised(&layers[17], weights);
    map.numbers.iter_mut().for_each(|x| *x = 1.0 / (1.0 + (-*x).exp()));
    map.numbers.as_chunks().0.to_vec()
}

/// Where a place outside 0..length is found inside: mirrored at the first and the last.
fn mirrored(place: isize, length: usize) -> usize {
    let last = length as isize - 1;
    (last - (last - place.abs()).abs()) as usize
}

impl Map {
    fn convolved(&self, layer: &Layer, stride: usize) -> Self {
        let (width, height) = (self.width.div_ceil(stride), self.height.div_ceil(stride));
        let mut numbers = Vec::with_capacity(width * height * layer.outputs);
        let half = (layer.side / 2) as isize;
        // Row, column, input, output.
        let mut kernel = Vec::with_capacity(layer.kernel.len());
        for tap in 0..layer.side * layer.side {
            for input in 0..layer.inputs {
                let (row, column) = (tap / layer.side, tap % layer.side);
                kernel.extend((0..layer.outputs).map(|output| layer.weight(output, input, row, column)));
            }
        }
        for place in 0..width * height {
            let (x, y) = ((place % width * stride) as isize - half, (place / width * stride) as isize - half);
            let mut sums = vec![0.0; layer.outputs];
            for (tap, kernel) in kernel.chunks_exact(layer.inputs * layer.outputs).enumerate() {
                let x = mirrored(x + (tap % layer.side) as isize, self.width);
                let y = mirrored(y + (tap / layer.side) as isize, self.height);
                let from = &self.numbers[(y * self.width + x) * self.channels..][..self.channels];
                for (number, kernel) in from.iter().zip(kernel.chunks_exact(layer.outputs)) {
                    sums.iter_mut().zip(kernel).for_each(|(sum, weight)| *sum += number * weight);
                }
            }
            numbers.extend(sums);
        }
        Self { width, height, channels: layer.outputs, numbers }
    }

    fn normalised(mut self, layer: &Layer, weights: &[f32; STYLES]) -> Self {
        let count = (self.width * self.height) as f64;
        for channel in 0..self.channels {
            let column = || self.numbers.iter().skip(channel).step_by(self.channels).map(|x| f64::from(*x));
            let mean = column().sum::<f64>() / count;
            let variance = column().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
            let (gamma, beta) = layer.mixed(channel, weights);
            let scale = f64::from(gamma) / (variance + EPSILON).sqrt();
            for x in self.numbers.iter_mut().skip(channel).step_by(self.channels) {
                *x = ((f64::from(*x) - mean) * scale + f64::from(beta)) as f32;
            }
        }
        self
    }

    fn rectified(mut self) -> Self {
        self.numbers.iter_mut().for_each(|x| *x = x.max(0.0));
        self
    }

    fn enlarged(&self) -> Self {
        let (width, height) = (self.width * 2, self.height * 2);
        let places = (0..width * height).map(|n| (n / width / 2 * self.width + n % width / 2) * self.channels);
        let numbers = places.flat_map(|from| &self.numbers[from..from + self.channels]).copied().collect();
        Self { width, height, channels: self.channels, numbers }
    }
}
