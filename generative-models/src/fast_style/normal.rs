//! Conditional instance normalisation: y = (x − mean) / √(variance + ε) · γ + β, each channel over the whole picture.
//!
//! While a convolution writes its rows, each row's means and squares are taken, when it is still in the cache. They are
//! put together row after row, so that the result is the same however rows were divided among threads. What remains of
//! the normalisation is a scale and a shift for each channel, which the next layer applies to what it loads.

use super::layer::Layer;
use super::{EPSILON, STYLES};
use crate::kernels::at_each_level;

/// Of a lane of a row: its mean, and its squared differences from it, summed up.
pub(super) type Moments = [f32; 2];

/// The most lanes of a row.
const MOST: usize = 32;

/// What a channel is multiplied with, and what is added then.
#[derive(Debug, Clone, Default)]
pub(super) struct Normal {
    pub(super) scale: Vec<f32>,
    pub(super) shift: Vec<f32>,
}

at_each_level!(
    /// Takes the moments of a row: as many lanes lie side by side as `to` is long (4, 8, 16 or 32).
    pub(super) fn take_moments(row: &[f32], to: &mut [Moments]) = take_moments_at
);

#[inline(always)]
fn take_moments_at(row: &[f32], to: &mut [Moments]) {
    match to.len() {
        4 => take::<4>(row, to),
        8 => take::<8>(row, to),
        16 => take::<16>(row, to),
        _ => take::<MOST>(row, to),
    }
}

#[inline(always)]
fn take<const LANES: usize>(row: &[f32], to: &mut [Moments]) {
    let places = row.as_chunks::<LANES>().0;
    let Some(first) = places.first() else { return };
    // Differences from the first place: where a channel hardly changes, the squares of what it is would swallow them.
    let (mut sums, mut squares) = ([0.0_f32; LANES], [0.0_f32; LANES]);
    for place in places {
        for lane in 0..LANES {
            let difference = place[lane] - first[lane];
            sums[lane] += difference;
            squares[lane] += difference * difference;
        }
    }
    let count = places.len() as f32;
    for (lane, to) in to.iter_mut().enumerate().take(LANES) {
        let mean = sums[lane] / count;
        *to = [first[lane] + mean, (squares[lane] - mean * sums[lane]).max(0.0)];
    }
}

impl Normal {
    /// From the moments of all rows, `lanes` a row, each of `count` numbers. A channel has every lane whose number leaves
    /// the channel's when divided by how many channels there are.
    pub(super) fn set(
        &mut self,
        moments: &[Moments],
        lanes: usize,
        count: usize,
        layer: &Layer,
        weights: &[f32; STYLES],
    ) {
        let channels = layer.outputs;
        let share = channels as f64 / moments.len() as f64;
        let mut means = [0.0_f64; MOST];
        for row in moments.chunks_exact(lanes) {
            row.iter().enumerate().for_each(|(lane, [mean, _])| means[lane % channels] += f64::from(*mean));
        }
        means.iter_mut().for_each(|mean| *mean *= share);
        let mut variances = [0.0_f64; MOST];
        for row in moments.chunks_exact(lanes) {
            for (lane, [mean, squares]) in row.iter().enumerate() {
                let channel = lane % channels;
                let apart = f64::from(*mean) - means[channel];
                variances[channel] += f64::from(*squares) / count as f64 + apart * apart;
            }
        }
        self.scale.resize(channels, 0.0);
        self.shift.resize(channels, 0.0);
        for channel in 0..channels {
            let (gamma, beta) = layer.mixed(channel, weights);
            let scale = f64::from(gamma) / (variances[channel] * share + EPSILON).sqrt();
            self.scale[channel] = scale as f32;
            self.shift[channel] = (f64::from(beta) - means[channel] * scale) as f32;
        }
    }
}
