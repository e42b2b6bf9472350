//! A convolution to very few channels, such as the way back to a picture's three: each pixel, with those above and below it,
//! is multiplied with the weights of all three columns, and the results of three neighbours are added. That uses a panel's width better than the definition does.

use super::{Fetch, Size, Task, Then};
use crate::kernels::product::panel_product;
use crate::kernels::tile::WIDTH;
use crate::kernels::{Level, at_each_level};
use rayon::prelude::*;
use std::cell::RefCell;

#[derive(Debug)]
pub(crate) struct Few {
    input: usize,
    output: usize,
    /// Row of the 3 × 3, input, column of the 3 × 3 and output.
    packed: Vec<f32>,
}

/// Pixels that are worked on at a time.
const STRIP: usize = 48;

/// So many outputs are few.
pub(super) const MOST: usize = WIDTH / 3;

thread_local! {
    static ROOM: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

impl Few {
    pub(super) fn new(input: usize, output: usize, fetch: Fetch, back: bool) -> Self {
        let mut all = vec![0.0; input * output * 9];
        all.par_chunks_mut(input * 9).enumerate().for_each(|(n, numbers)| fetch(n, numbers));
        let (from, to) = if back { (output, input) } else { (input, output) };
        let mut packed = vec![0.0; 3 * from * WIDTH];
        for (n, line) in packed.as_chunks_mut::<WIDTH>().0.iter_mut().enumerate() {
            let (row, i) = (n / from, n % from);
            for (n, number) in line[..3 * to].iter_mut().enumerate() {
                let (tap, o) = (row * 3 + n / to, n % to);
                *number = if back { all[(i * input + o) * 9 + 8 - tap] } else { all[(o * input + i) * 9 + tap] };
            }
        }
        Self { input: from, output: to, packed }
    }

    pub(super) fn run(&self, level: Level, task: Task, to: &mut [f32]) {
        let Size { height, width } = task.size;
        let deep = 3 * self.input;
        let to = &mut to[..height * width * self.output];
        to.par_chunks_mut(width * self.output).enumerate().for_each(|(y, row)| {
            ROOM.with_borrow_mut(|room| {
                // A pixel of zeros lies at either end of the products.
                room.resize(STRIP * deep + (width + 2) * WIDTH, 0.0);
                let (gathered, products) = room.split_at_mut(STRIP * deep);
                products[..WIDTH].fill(0.0);
                products[(width + 1) * WIDTH..].fill(0.0);
                for (strip, products) in products[WIDTH..][..width * WIDTH].chunks_mut(STRIP * WIDTH).enumerate() {
                    let count = products.len() / WIDTH;
                    gather(level, task, self.input, y, strip * STRIP, &mut gathered[..count * deep]);
                    panel_product(level, count, gathered, &self.packed, products);
                }
                let products = products.as_chunks::<WIDTH>().0.windows(3);
                for (to, products) in row.chunks_exact_mut(self.output).zip(products) {
                    for (o, to) in to.iter_mut().enumerate() {
                        *to = products[0][o] + products[1][self.output + o] + products[2][2 * self.output + o];
                    }
                    if let Then::BiasAndRelu(bias) = task.then {
                        to.iter_mut().zip(bias).for_each(|(x, bias)| *x = (*x + bias).max(0.0));
                    }
                }
            });
        });
    }
}

at_each_level! {
    /// Each pixel of a strip between those above and below it, zeros where there are none.
    fn gather(task: Task, input: usize, y: usize, x: usize, to: &mut [f32]) = gather_inner
}

#[inline(always)]
fn gather_inner(task: Task, input: usize, y: usize, x: usize, to: &mut [f32]) {
    let Size { height, width } = task.size;
    for row in 0..3 {
        let y = (y + row).wrapping_sub(1);
        let at = if y < height { Some((y * width + x) * input) } else { None };
        for (n, three) in to.chunks_exact_mut(3 * input).enumerate() {
            let to = &mut three[row * input..][..input];
            let Some(at) = at.map(|at| at + n * input) else {
                to.fill(0.0);
                continue;
            };
            let pixel = &task.from[at..][..input];
            match task.mask {
                None => to.copy_from_slice(pixel),
                Some(mask) => {
                    let mask = &mask[at..][..input];
                    // All bits or none: that needs no branch.
                    for n in 0..input {
                        to[n] = f32::from_bits(pixel[n].to_bits() & u32::from(mask[n] > 0.0).wrapping_neg());
                    }
                }
            }
        }
    }
}
