//! G g Gᵀ of all weights, in the order in which the products read them.

use super::{Fetch, PLACES};
use crate::kernels::tile::WIDTH;
use crate::kernels::{Level, at_each_level};
use rayon::prelude::*;

/// The values of a polynomial of three coefficients at the points 0, 1, −1, 2, −2, ∞, divided by N.
const G: [[f32; 3]; 6] = [
    [0.25, 0.0, 0.0],
    [-1.0 / 6.0, -1.0 / 6.0, -1.0 / 6.0],
    [-1.0 / 6.0, 1.0 / 6.0, -1.0 / 6.0],
    [1.0 / 24.0, 1.0 / 12.0, 1.0 / 6.0],
    [1.0 / 24.0, -1.0 / 12.0, 1.0 / 6.0],
    [0.0, 0.0, 1.0],
];

/// Place, panel, channel that goes in, channel of the panel. The way back goes from outputs to inputs, turned by half a circle.
pub(super) fn pack(level: Level, input: usize, output: usize, fetch: Fetch, back: bool) -> Vec<f32> {
    let mut numbers = vec![0.0; 9 * input * output];
    numbers.par_chunks_mut(9 * input).enumerate().for_each(|(n, to)| fetch(n, to));
    let (from, to) = if back { (output, input) } else { (input, output) };
    let mut packed = vec![0.0; PLACES * from * to];
    // A panel of all places at a time, so that each weight is read once.
    let mut places: Vec<_> = packed.chunks_mut(from * to).map(|place| place.chunks_mut(from * WIDTH)).collect();
    let mut panels: Vec<Vec<&mut [f32]>> =
        (0..to / WIDTH).map(|_| places.iter_mut().filter_map(Iterator::next).collect()).collect();
    panels.par_iter_mut().enumerate().for_each(|(panel, places)| {
        let mut nine = [[0.0; WIDTH]; 9];
        for i in 0..from {
            #[expect(clippy::needless_range_loop, reason = "it counts lines of one and columns of the other")]
            for o in 0..WIDTH {
                let other = panel * WIDTH + o;
                let at = if back { i * input + other } else { other * input + i };
                for (tap, weight) in numbers[9 * at..][..9].iter().enumerate() {
                    nine[if back { 8 - tap } else { tap }][o] = *weight;
                }
            }
            turn(level, &nine, places, i * WIDTH);
        }
    });
    packed
}

at_each_level! {
    /// G g Gᵀ of nine weights for sixteen outputs.
    fn turn(nine: &[[f32; WIDTH]; 9], places: &mut [&mut [f32]], at: usize) = turn_inner
}

#[inline(always)]
fn turn_inner(nine: &[[f32; WIDTH]; 9], places: &mut [&mut [f32]], at: usize) {
    for row in 0..6 {
        let g = &G[row];
        let mut half = [[0.0; WIDTH]; 3];
        for column in 0..3 {
            for n in 0..WIDTH {
                half[column][n] = g[0] * nine[column][n] + g[1] * nine[3 + column][n] + g[2] * nine[6 + column][n];
            }
        }
        for column in 0..6 {
            let g = &G[column];
            let to = &mut places[row * 6 + column][at..][..WIDTH];
            for n in 0..WIDTH {
                to[n] = g[0] * half[0][n] + g[1] * half[1][n] + g[2] * half[2][n];
            }
        }
    }
}
