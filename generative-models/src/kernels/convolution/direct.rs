//! A convolution as its definition says, for any number of channels: the nine pixels around each pixel are gathered to a row of
//! a matrix, which the weights multiply. Good where few channels come in: the first layer of a network has three.

use super::{Fetch, Size, Task, Then};
use crate::kernels::product::panel_product;
use crate::kernels::tile::WIDTH;
use crate::kernels::{Level, at_each_level};
use rayon::prelude::*;
use std::cell::RefCell;

/// Pixels that are worked on at a time.
const STRIP: usize = 48;

#[derive(Debug)]
pub(crate) struct Direct {
    input: usize,
    output: usize,
    /// Panel of outputs, one of nine pixels, input, output of the panel.
    packed: Vec<f32>,
}

thread_local! {
    static ROOM: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

impl Direct {
    pub(super) fn new(input: usize, output: usize, fetch: Fetch, back: bool) -> Self {
        let mut all = vec![0.0; input * output * 9];
        all.par_chunks_mut(input * 9).enumerate().for_each(|(n, numbers)| fetch(n, numbers));
        let (from, to) = if back { (output, input) } else { (input, output) };
        let deep = 9 * from;
        let mut packed = vec![0.0; to.div_ceil(WIDTH) * deep * WIDTH];
        packed.par_chunks_mut(deep * WIDTH).enumerate().for_each(|(panel, packed)| {
            for (n, line) in packed.as_chunks_mut::<WIDTH>().0.iter_mut().enumerate() {
                let (tap, i) = (n / from, n % from);
                for (o, number) in (panel * WIDTH..to).zip(line) {
                    *number = if back { all[(i * input + o) * 9 + 8 - tap] } else { all[(o * input + i) * 9 + tap] };
                }
            }
        });
        Self { input: from, output: to, packed }
    }

    pub(super) fn run(&self, level: Level, task: Task, to: &mut [f32]) {
        let Size { height, width } = task.size;
        let deep = 9 * self.input;
        let to = &mut to[..height * width * self.output];
        to.par_chunks_mut(width * self.output).enumerate().for_each(|(y, row)| {
            ROOM.with_borrow_mut(|room| {
                room.resize(STRIP * (deep + WIDTH), 0.0);
                let (gathered, products) = room.split_at_mut(STRIP * deep);
                for (strip, to) in row.chunks_mut(STRIP * self.output).enumerate() {
                    let count = to.len() / self.output;
                    for (n, nine) in gathered.chunks_exact_mut(deep).take(count).enumerate() {
                        gather(task, self.input, y, strip * STRIP + n, nine);
                    }
                    for (panel, packed) in self.packed.chunks_exact(deep * WIDTH).enumerate() {
                        let products = &mut products[..count * WIDTH];
                        panel_product(level, count, gathered, packed, products);
                        finish(level, products, task.then, self.output, panel * WIDTH, to);
                    }
                }
            });
        });
    }
}

/// The pixels around one, zeros where there is no pixel.
fn gather(task: Task, input: usize, y: usize, x: usize, nine: &mut [f32]) {
    let Size { height, width } = task.size;
    // Three pixels of a row lie side by side, but for the ends of the row.
    let (left, right) = (x.saturating_sub(1), (x + 2).min(width));
    let skipped = (left + 1 - x) * input;
    for (row, three) in nine.chunks_exact_mut(3 * input).enumerate() {
        let y = (y + row).wrapping_sub(1);
        three.fill(0.0);
        if y < height {
            let at = (y * width + left) * input;
            let pixels = &task.from[at..][..(right - left) * input];
            let three = &mut three[skipped..][..pixels.len()];
            match task.mask {
                None => three.copy_from_slice(pixels),
                Some(mask) => {
                    let pixels = pixels.iter().zip(&mask[at..]);
                    three.iter_mut().zip(pixels).for_each(|(to, (x, mask))| *to = if *mask > 0.0 { *x } else { 0.0 });
                }
            }
        }
    }
}

at_each_level! {
    /// Brings a panel's products to where they belong: these channels, from `first` on, of each pixel.
    fn finish(products: &[f32], then: Then, channels: usize, first: usize, to: &mut [f32]) = finish_inner
}

#[inline(always)]
fn finish_inner(products: &[f32], then: Then, channels: usize, first: usize, to: &mut [f32]) {
    let wide = WIDTH.min(channels - first);
    for (pixel, products) in to.chunks_exact_mut(channels).zip(products.as_chunks::<WIDTH>().0) {
        let (to, products) = (&mut pixel[first..][..wide], &products[..wide]);
        match then {
            Then::Nothing => to.copy_from_slice(products),
            Then::BiasAndRelu(bias) => {
                let sums = products.iter().zip(&bias[first..]);
                to.iter_mut().zip(sums).for_each(|(to, (x, bias))| *to = (x + bias).max(0.0));
            }
        }
    }
}
