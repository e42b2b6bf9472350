//! Tiles on their way in (Bᵀ d B) and out (Aᵀ m A), sixteen channels at a time.

#![expect(clippy::needless_range_loop, reason = "places are counted in two directions, and lines are turned")]

use super::super::{Size, Task, Then};
use super::{PLACES, STEP};
use crate::kernels::at_each_level;
use crate::kernels::tile::WIDTH;

/// Sixteen channels of a pixel.
type Channels = [f32; WIDTH];

const ZERO: Channels = [0.0; WIDTH];

/// How tiles lie on a picture: each makes 4 × 4 pixels, from 6 × 6 around them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub(super) rows: usize,
    pub(super) columns: usize,
}

/// Some tiles of a grid, in order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tiles {
    first: usize,
    count: usize,
    columns: usize,
}

/// Where tiles go to: rows of pixels from `top` on, of so many channels, at this one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Landing {
    pub(super) top: usize,
    pub(super) channels: usize,
    pub(super) channel: usize,
}

impl Grid {
    pub(super) fn of(size: Size) -> Self {
        Self { rows: size.height.div_ceil(STEP), columns: size.width.div_ceil(STEP) }
    }

    pub(super) fn tiles(self, first: usize, count: usize) -> Tiles {
        Tiles { first, count, columns: self.columns }
    }
}

impl Tiles {
    /// Each with its number from 0, and where its pixels begin: y, x.
    fn places(self) -> impl Iterator<Item = (usize, usize, usize)> {
        (0..self.count).map(move |n| {
            let tile = self.first + n;
            (n, tile / self.columns * STEP, tile % self.columns * STEP)
        })
    }
}

at_each_level! {
    /// Transforms tiles of a picture of so many channels, into a plane for each place: tile by tile, channels side by side.
    pub(super) fn enter(task: Task, channels: usize, tiles: Tiles, planes: &mut [&mut [f32]; PLACES]) = enter_inner
}

#[inline(always)]
fn enter_inner(task: Task, channels: usize, tiles: Tiles, planes: &mut [&mut [f32]; PLACES]) {
    let Size { height, width } = task.size;
    for (n, y, x) in tiles.places() {
        // Where each of the 36 pixels begins, if it is in the picture.
        let mut pixels = [None; PLACES];
        for (place, pixel) in pixels.iter_mut().enumerate() {
            let (y, x) = ((y + place / 6).wrapping_sub(1), (x + place % 6).wrapping_sub(1));
            if y < height && x < width {
                *pixel = Some((y * width + x) * channels);
            }
        }
        // Plain loops: a closure would be compiled by itself, without this level's instructions.
        for channel in (0..channels).step_by(WIDTH) {
            let mut half = [[ZERO; 6]; 6];
            for column in 0..6 {
                let mut d = [ZERO; 6];
                for row in 0..6 {
                    if let Some(at) = pixels[row * 6 + column] {
                        d[row] = *chunk(task.from, at + channel);
                        if let Some(mask) = task.mask {
                            let mask = chunk(mask, at + channel);
                            for n in 0..WIDTH {
                                // All bits or none: that needs no branch.
                                let keep = u32::from(mask[n] > 0.0).wrapping_neg();
                                d[row][n] = f32::from_bits(d[row][n].to_bits() & keep);
                            }
                        }
                    }
                }
                let turned = turn_in(&d);
                for row in 0..6 {
                    half[row][column] = turned[row];
                }
            }
            for row in 0..6 {
                let line = turn_in(&half[row]);
                for column in 0..6 {
                    *chunk_mut(planes[row * 6 + column], n * channels + channel) = line[column];
                }
            }
        }
    }
}

at_each_level! {
    /// Transforms products of tiles back: for each place a plane of sixteen channels of each tile, `plane` numbers after the one before.
    pub(super) fn leave(
        products: &[f32],
        plane: usize,
        task: Task,
        tiles: Tiles,
        landing: Landing,
        to: &mut [f32],
    ) = leave_inner
}

#[inline(always)]
fn leave_inner(products: &[f32], plane: usize, task: Task, tiles: Tiles, landing: Landing, to: &mut [f32]) {
    let Size { height, width } = task.size;
    let bias = match task.then {
        Then::Nothing => None,
        Then::BiasAndRelu(bias) => Some(chunk(bias, landing.channel)),
    };
    for (n, y, x) in tiles.places() {
        let mut half = [[ZERO; 6]; STEP];
        for column in 0..6 {
            let mut m = [ZERO; 6];
            for row in 0..6 {
                m[row] = *chunk(products, (row * 6 + column) * plane + n * WIDTH);
            }
            let turned = turn_out(&m);
            for row in 0..STEP {
                half[row][column] = turned[row];
            }
        }
        for row in 0..STEP.min(height - y) {
            let mut line = turn_out(&half[row]);
            if let Some(bias) = bias {
                for numbers in &mut line {
                    for n in 0..WIDTH {
                        numbers[n] = (numbers[n] + bias[n]).max(0.0);
                    }
                }
            }
            let at = ((y + row - landing.top) * width + x) * landing.channels + landing.channel;
            for column in 0..STEP.min(width - x) {
                *chunk_mut(to, at + column * landing.channels) = line[column];
            }
        }
    }
}

/// Bᵀ d.
#[inline(always)]
fn turn_in(d: &[Channels; 6]) -> [Channels; 6] {
    let mut to = [ZERO; 6];
    for n in 0..WIDTH {
        let [d0, d1, d2, d3, d4, d5] = [d[0][n], d[1][n], d[2][n], d[3][n], d[4][n], d[5][n]];
        let (even, odd) = (d4 - 4.0 * d2, d3 - 4.0 * d1);
        let (even_2, odd_2) = (d4 - d2, 2.0 * (d3 - d1));
        to[0][n] = 4.0 * d0 - 5.0 * d2 + d4;
        to[1][n] = even + odd;
        to[2][n] = even - odd;
        to[3][n] = even_2 + odd_2;
        to[4][n] = even_2 - odd_2;
        to[5][n] = 4.0 * d1 - 5.0 * d3 + d5;
    }
    to
}

/// Aᵀ m.
#[inline(always)]
fn turn_out(m: &[Channels; 6]) -> [Channels; 4] {
    let mut to = [ZERO; 4];
    for n in 0..WIDTH {
        let (sum, difference) = (m[1][n] + m[2][n], m[1][n] - m[2][n]);
        let (sum_2, difference_2) = (m[3][n] + m[4][n], m[3][n] - m[4][n]);
        to[0][n] = m[0][n] + sum + sum_2;
        to[1][n] = difference + 2.0 * difference_2;
        to[2][n] = sum + 4.0 * sum_2;
        to[3][n] = difference + 8.0 * difference_2 + m[5][n];
    }
    to
}

#[inline(always)]
fn chunk(numbers: &[f32], at: usize) -> &Channels {
    numbers[at..].first_chunk().expect("channels come by sixteen")
}

#[inline(always)]
fn chunk_mut(numbers: &mut [f32], at: usize) -> &mut Channels {
    numbers[at..].first_chunk_mut().expect("channels come by sixteen")
}
