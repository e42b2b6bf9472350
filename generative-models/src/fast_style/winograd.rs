//! Winograd's convolution: S. Winograd, "Arithmetic Complexity of Computations" (1980); A. Lavin and S. Gray, "Fast
//! Algorithms for Convolutional Neural Networks" (2016), <https://arxiv.org/abs/1509.09308>.
//!
//! Sliding three taps g over n + 2 numbers d gives n sums. It is a product of polynomials, which is known by its values at
//! n + 2 points: Aᵀ[(G g) ⊙ (Bᵀ d)], so many multiplications instead of 3 n. Rows and columns alike, a square of n × n
//! places takes (n + 2)² multiplications instead of 9 n². Over all inputs and outputs each of them is a matrix product.
//!
//! - `FOUR`: n = 4, points 0, ±1, ±2, ∞; for the residual blocks. 36 multiplications instead of 144.
//! - `THREE`: n = 3, points 0, ±1, 2, ∞; for the first layer. A kernel of 9 × 9 is nine of 3 × 3, side by side, and those
//!   see squares that lie 3 apart, as the squares of outputs do: each is transformed once. 25 multiplications instead of 81.

#![expect(clippy::needless_range_loop, reason = "closures of iterators would not be compiled for each level")]

use crate::kernels::{LANES, Lanes, at_each_level};
use std::ops::{Add, Mul, Sub};

/// G for squares of 4.
const FOUR: [[f64; 3]; 6] = [
    [1.0 / 4.0, 0.0, 0.0],
    [-1.0 / 6.0, -1.0 / 6.0, -1.0 / 6.0],
    [-1.0 / 6.0, 1.0 / 6.0, -1.0 / 6.0],
    [1.0 / 24.0, 1.0 / 12.0, 1.0 / 6.0],
    [1.0 / 24.0, -1.0 / 12.0, 1.0 / 6.0],
    [0.0, 0.0, 1.0],
];

/// G for squares of 3.
const THREE: [[f64; 3]; 5] = [
    [1.0 / 2.0, 0.0, 0.0],
    [-1.0 / 2.0, -1.0 / 2.0, -1.0 / 2.0],
    [-1.0 / 6.0, 1.0 / 6.0, -1.0 / 6.0],
    [1.0 / 6.0, 1.0 / 3.0, 2.0 / 3.0],
    [0.0, 0.0, 1.0],
];

/// Channels of outputs.
pub(super) const CHANNELS: usize = 32;

/// Numbers between the squares of a point and those of the next, beyond them: so that points do not fall on the same
/// lines of the cache.
const GAP: usize = 16;

/// How far a point's squares are from the next point's.
pub(super) fn point_stride(squares: usize, channels: usize) -> usize {
    squares * channels + GAP
}

/// G g Gᵀ of a kernel of 3 × 3, at one point.
fn weight_at<const POINTS: usize>(
    g: &[[f64; 3]; POINTS],
    (i, j): (usize, usize),
    tap: impl Fn(usize, usize) -> f32,
) -> f32 {
    let taps = (0..9).map(|n| (n / 3, n % 3));
    taps.map(|(row, column)| g[i][row] * g[j][column] * f64::from(tap(row, column))).sum::<f64>() as f32
}

/// The weight at a point (0..36) for squares of 4.
pub(super) fn weight_of_four(point: usize, tap: impl Fn(usize, usize) -> f32) -> f32 {
    weight_at(&FOUR, (point / 6, point % 6), tap)
}

/// The weight at a point (0..25) for squares of 3.
pub(super) fn weight_of_three(point: usize, tap: impl Fn(usize, usize) -> f32) -> f32 {
    weight_at(&THREE, (point / 5, point % 5), tap)
}

/// One number, or several at once.
trait Number: Copy + Add<Output = Self> + Sub<Output = Self> + Mul<f32, Output = Self> {}

impl Number for f32 {}
impl Number for Lanes {}

/// Bᵀ for squares of 4.
#[inline(always)]
fn spread_four<N: Number>(d: &[N; 6]) -> [N; 6] {
    let (even, odd) = (d[4] - d[2] * 4.0, d[3] - d[1] * 4.0);
    let (square, double) = (d[4] - d[2], (d[3] - d[1]) * 2.0);
    [
        d[0] * 4.0 - d[2] * 5.0 + d[4],
        even + odd,
        even - odd,
        square + double,
        square - double,
        d[1] * 4.0 - d[3] * 5.0 + d[5],
    ]
}

/// Aᵀ for squares of 4.
#[inline(always)]
fn gather_four<N: Number>(m: &[N; 6]) -> [N; 4] {
    let (one, two) = (m[1] + m[2], m[3] + m[4]);
    let (one_apart, two_apart) = (m[1] - m[2], m[3] - m[4]);
    [m[0] + one + two, one_apart + two_apart * 2.0, one + two * 4.0, one_apart + two_apart * 8.0 + m[5]]
}

/// Bᵀ for squares of 3.
#[inline(always)]
fn spread_three<N: Number>(d: &[N; 5]) -> [N; 5] {
    let (inner, outer) = (d[3] - d[1], d[3] - d[2]);
    [(d[0] - d[2]) * 2.0 + inner, outer - d[1] * 2.0, (d[1] - d[2]) * 2.0 + outer, inner, d[4] - d[2] - inner * 2.0]
}

/// Aᵀ for squares of 3.
#[inline(always)]
fn gather_three<N: Number>(m: &[N; 5]) -> [N; 3] {
    let one = m[1] + m[2];
    [m[0] + one + m[3], m[1] - m[2] + m[3] * 2.0, one + m[3] * 4.0 + m[4]]
}

at_each_level!(
    /// Transforms a row of squares of 4, whose 6 rows begin at `starts`, with the places around them.
    pub(super) fn spread_fours(from: &[f32], starts: &[usize; 6], squares: usize, to: &mut [f32]) = spread_fours_at
);

#[inline(always)]
fn spread_fours_at(from: &[f32], starts: &[usize; 6], squares: usize, to: &mut [f32]) {
    let stride = point_stride(squares, CHANNELS);
    for square in 0..squares {
        for channel in (0..CHANNELS).step_by(LANES) {
            let mut rows = [[Lanes::ZERO; 6]; 6];
            for column in 0..6 {
                let place = (square * 4 + column) * CHANNELS + channel;
                let mut numbers = [Lanes::ZERO; 6];
                for row in 0..6 {
                    numbers[row] = Lanes::load(&from[starts[row] + place..]);
                }
                let spread = spread_four(&numbers);
                for row in 0..6 {
                    rows[row][column] = spread[row];
                }
            }
            for row in 0..6 {
                let spread = spread_four(&rows[row]);
                for column in 0..6 {
                    spread[column].store(&mut to[(row * 6 + column) * stride + square * CHANNELS + channel..]);
                }
            }
        }
    }
}

at_each_level!(
    /// Puts together up to 4 rows of `width` places from a row of squares of 4.
    pub(super) fn gather_fours(from: &[f32], squares: usize, width: usize, to: &mut [f32]) = gather_fours_at
);

#[inline(always)]
fn gather_fours_at(from: &[f32], squares: usize, width: usize, to: &mut [f32]) {
    let stride = point_stride(squares, CHANNELS);
    let high = (to.len() / (width * CHANNELS)).min(4);
    for square in 0..squares {
        let wide = (width - square * 4).min(4);
        for channel in (0..CHANNELS).step_by(LANES) {
            let mut rows = [[Lanes::ZERO; 6]; 4];
            for column in 0..6 {
                let place = column * stride + square * CHANNELS + channel;
                let mut numbers = [Lanes::ZERO; 6];
                for row in 0..6 {
                    numbers[row] = Lanes::load(&from[row * 6 * stride + place..]);
                }
                let gathered = gather_four(&numbers);
                for row in 0..4 {
                    rows[row][column] = gathered[row];
                }
            }
            for row in 0..high {
                let gathered = gather_four(&rows[row]);
                for column in 0..wide {
                    gathered[column].store(&mut to[(row * width + square * 4 + column) * CHANNELS + channel..]);
                }
            }
        }
    }
}

at_each_level!(
    /// Transforms a row of squares of 3 of a picture with three channels, from five of its rows of `line` numbers.
    pub(super) fn spread_threes(from: &[f32], line: usize, squares: usize, sums: &mut [f32], to: &mut [f32]) =
        spread_threes_at
);

#[inline(always)]
fn spread_threes_at(from: &[f32], line: usize, squares: usize, sums: &mut [f32], to: &mut [f32]) {
    let stride = point_stride(squares, 3);
    spread_lines(from, line, sums);
    for row in 0..5 {
        let sums = &sums[row * line..][..line];
        let to = &mut to[row * 5 * stride..];
        for square in 0..squares {
            let numbers = &sums[square * 9..square * 9 + 15];
            for channel in 0..3 {
                let mut columns = [0.0; 5];
                for column in 0..5 {
                    columns[column] = numbers[column * 3 + channel];
                }
                let spread = spread_three(&columns);
                for column in 0..5 {
                    to[column * stride + square * 3 + channel] = spread[column];
                }
            }
        }
    }
}

/// Five lines of sums from five lines, number by number.
#[inline(always)]
fn spread_lines(from: &[f32], line: usize, sums: &mut [f32]) {
    let (d0, rest) = from.split_at(line);
    let (d1, rest) = rest.split_at(line);
    let (d2, rest) = rest.split_at(line);
    let (d3, rest) = rest.split_at(line);
    let d4 = &rest[..line];
    let (s0, rest) = sums.split_at_mut(line);
    let (s1, rest) = rest.split_at_mut(line);
    let (s2, rest) = rest.split_at_mut(line);
    let (s3, rest) = rest.split_at_mut(line);
    let s4 = &mut rest[..line];
    for n in 0..line {
        [s0[n], s1[n], s2[n], s3[n], s4[n]] = spread_three(&[d0[n], d1[n], d2[n], d3[n], d4[n]]);
    }
}

at_each_level!(
    /// Puts together up to 3 rows of `width` places, of which those from `first` on, from squares of 3.
    pub(super) fn gather_threes(from: &[f32], squares: usize, first: usize, width: usize, to: &mut [f32]) =
        gather_threes_at
);

#[inline(always)]
fn gather_threes_at(from: &[f32], squares: usize, first: usize, width: usize, to: &mut [f32]) {
    let stride = point_stride(squares, CHANNELS);
    let high = (to.len() / (width * CHANNELS)).min(3);
    for square in 0..squares {
        let begin = first + square * 3;
        let wide = (width - begin).min(3);
        for channel in (0..CHANNELS).step_by(LANES) {
            let mut rows = [[Lanes::ZERO; 5]; 3];
            for column in 0..5 {
                let place = column * stride + square * CHANNELS + channel;
                let mut numbers = [Lanes::ZERO; 5];
                for row in 0..5 {
                    numbers[row] = Lanes::load(&from[row * 5 * stride + place..]);
                }
                let gathered = gather_three(&numbers);
                for row in 0..3 {
                    rows[row][column] = gathered[row];
                }
            }
            for row in 0..high {
                let gathered = gather_three(&rows[row]);
                for column in 0..wide {
                    gathered[column].store(&mut to[(row * width + begin + column) * CHANNELS + channel..]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sums of three taps over numbers, as they are and by Winograd.
    fn check<const N: usize, const POINTS: usize>(
        g: &[[f64; 3]; POINTS],
        spread: fn(&[f32; POINTS]) -> [f32; POINTS],
        gather: fn(&[f32; POINTS]) -> [f32; N],
    ) {
        let taps = [0.3_f32, -0.7, 0.5];
        let d: [f32; POINTS] = std::array::from_fn(|n| ((n * 7 + 3) % 5) as f32 - 1.8);
        let spread = spread(&d);
        let products = std::array::from_fn(|point| {
            let weight: f64 = (0..3).map(|tap| g[point][tap] * f64::from(taps[tap])).sum();
            spread[point] * weight as f32
        });
        for (n, is) in gather(&products).iter().enumerate() {
            let exact: f32 = (0..3).map(|tap| d[n + tap] * taps[tap]).sum();
            assert!((is - exact).abs() < 1e-5, "{is} for {exact}");
        }
    }

    #[test]
    fn the_transforms_slide_three_taps() {
        check(&FOUR, spread_four, gather_four);
        check(&THREE, spread_three, gather_three);
    }
}
