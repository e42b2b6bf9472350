//! Winograd's way to convolve: A. Lavin and S. Gray, "Fast Algorithms for Convolutional Neural Networks" (2016),
//! <https://arxiv.org/abs/1509.09308>, here F(4 × 4, 3 × 3): 36 multiplications for 16 numbers that take 144.
//!
//! Where it comes from, in one dimension. Three weights g are a polynomial of degree 2, six pixels d what it is slid over for
//! four results. Sliding (correlation) is what multiplying polynomials is when it is turned over: Let y be a polynomial of degree 3; the
//! product g·y has degree 5, so that its values at six points tell it. Toom and Cook take the points 0, 1, −1, 2, −2 and ∞ (the last
//! is the highest coefficient): evaluate both there, multiply value by value, interpolate. With G and A for evaluation of g and of y, and C for
//! interpolation, g·y = C ((G g) ⊙ (A y)). As it is linear in y, the turned map gives the sliding window over d:
//!
//! Y = Aᵀ ((G g) ⊙ (Bᵀ d)), with B = C and
//!
//! ```text
//!      ⎡ 4  0 -5  0  1  0⎤        ⎡ 1/4    0     0 ⎤
//!      ⎢ 0 -4 -4  1  1  0⎥        ⎢-1/6  -1/6  -1/6⎥        ⎡1  1  1  1  1  0⎤
//! Bᵀ = ⎢ 0  4 -4 -1  1  0⎥    G = ⎢-1/6   1/6  -1/6⎥   Aᵀ = ⎢0  1 -1  2 -2  0⎥
//!      ⎢ 0 -2 -1  2  1  0⎥        ⎢1/24  1/12   1/6⎥        ⎢0  1  1  4  4  0⎥
//!      ⎢ 0  2 -1 -2  1  0⎥        ⎢1/24 -1/12   1/6⎥        ⎣0  1 -1  8 -8  1⎦
//!      ⎣ 0  4  0 -5  0  1⎦        ⎣  0     0     1 ⎦
//! ```
//!
//! Rows of G are the values of g at the points, divided by N(p) = Π (p − q) over the other finite points q, so that B holds whole numbers:
//! 0 gives 4, ±1 give −6, ±2 give 24. In two dimensions, rows first, then columns: Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A.
//!
//! Over channels the ⊙ becomes, for each of the 36 places of a tile, a product of matrices: tiles × inputs times inputs × outputs.
//! G g Gᵀ is computed once, when the weights are packed.
//!
//! Why the error grows: Bᵀ d has sums of absolute values up to 10 a dimension, Aᵀ up to 19, that cancel; each more point makes it
//! worse, which is why the tile is not larger. Measured with random weights and pixels, the largest error of some 100,000 results of 256
//! channels is 5e-5 of what a result is typically like (the definition in 32 bits stays below 2e-6); the tests hold it below 1e-4.
//!
//! Two ways through memory. Where few channels come in, a thread takes as many tiles as stay in the second cache in
//! their transformed form, and goes through all weights with them. Where there are many, the weights would then pass by too
//! often: instead, all tiles are transformed, and each of the 36 products is done at once, so that weights pass by once.

mod pack;
mod tile;

use super::{Fetch, Size, Task};
use crate::kernels::Level;
use crate::kernels::product::panel_product;
use crate::kernels::tile::WIDTH;
use rayon::prelude::*;
use std::cell::RefCell;
use tile::{Grid, Landing, enter, leave};

/// Places of a transformed tile.
pub(super) const PLACES: usize = 36;

/// Results of a tile, in each direction.
const STEP: usize = 4;

/// Numbers of transformed tiles that a thread works on at a time where few channels come in: they fit the second cache.
const NEAR: usize = 80_000;

/// The same for all threads together where many come in: they fit the third.
const FAR: usize = 5_000_000;

/// From so many inputs on it is "many".
const MANY: usize = 200;

#[derive(Debug)]
pub(crate) struct Winograd {
    input: usize,
    output: usize,
    /// Place, panel of outputs, input, output of the panel.
    packed: Vec<f32>,
}

/// Where a thread, or all together, keep transformed tiles.
#[derive(Default)]
struct Room {
    entered: Vec<f32>,
    products: Vec<f32>,
}

thread_local! {
    static ROOM: RefCell<Room> = RefCell::default();
}

impl Winograd {
    /// Both numbers of channels are multiples of [`WIDTH`].
    pub(super) fn new(input: usize, output: usize, fetch: Fetch, back: bool) -> Self {
        let (from, to) = if back { (output, input) } else { (input, output) };
        assert!(from % WIDTH == 0 && to % WIDTH == 0, "channels fill registers");
        Self { input: from, output: to, packed: pack::pack(Level::best(), input, output, fetch, back) }
    }

    pub(super) fn run(&self, level: Level, task: Task, to: &mut [f32]) {
        let Size { height, width } = task.size;
        let to = &mut to[..height * width * self.output];
        if self.input < MANY { self.near(level, task, to) } else { self.far(level, task, to) }
    }

    /// Each thread by itself, with as many tiles as stay near.
    fn near(&self, level: Level, task: Task, to: &mut [f32]) {
        let grid = Grid::of(task.size);
        let most = (NEAR / (PLACES * self.input)).max(1);
        // Rows of tiles that are taken together.
        let rows = (most / grid.columns).max(1);
        let line = STEP * rows * task.size.width * self.output;
        to.par_chunks_mut(line).enumerate().for_each(|(n, to)| {
            let first = n * rows * grid.columns;
            let count = rows.min(grid.rows - n * rows) * grid.columns;
            let parts = count.div_ceil(most);
            ROOM.with_borrow_mut(|Room { entered, products }| {
                for part in 0..parts {
                    let (from, end) = (part * count / parts, (part + 1) * count / parts);
                    let tiles = end - from;
                    // A little more than a plane, lest all planes meet in the same lines of the cache.
                    let plane = tiles * self.input + WIDTH;
                    let entered = space(entered, PLACES * plane);
                    let mut planes: [&mut [f32]; PLACES] = planes(entered, plane);
                    enter(level, task, self.input, grid.tiles(first + from, tiles), &mut planes);
                    let plane_of_products = tiles * WIDTH + WIDTH;
                    let products = space(products, PLACES * plane_of_products);
                    for panel in 0..self.output / WIDTH {
                        for place in 0..PLACES {
                            let entered = &entered[place * plane..];
                            let products = &mut products[place * plane_of_products..][..tiles * WIDTH];
                            panel_product(level, tiles, entered, self.panel(place, panel), products);
                        }
                        let landing = Landing { top: n * rows * STEP, channels: self.output, channel: panel * WIDTH };
                        let tiles = grid.tiles(first + from, tiles);
                        leave(level, products, plane_of_products, task, tiles, landing, to);
                    }
                }
            });
        });
    }

    /// All threads together: all tiles enter, all are multiplied, all leave.
    fn far(&self, level: Level, task: Task, to: &mut [f32]) {
        let grid = Grid::of(task.size);
        let rows = grid.together(self.input, self.output);
        let line = STEP * task.size.width * self.output;
        let panels = self.output / WIDTH;
        // Not the thread's own room: while this one waits for others it may be given work that wants it.
        let mut all = ROOM.take();
        for (n, to) in to.chunks_mut(rows * line).enumerate() {
            let top = n * rows;
            let rows = rows.min(grid.rows - top);
            let tiles = rows * grid.columns;
            let plane = tiles * self.input + WIDTH;
            let entered = space(&mut all.entered, PLACES * plane);
            let mut lines: Vec<_> =
                entered.chunks_mut(plane).map(|p| p.chunks_mut(grid.columns * self.input)).collect();
            let mut lines: Vec<[&mut [f32]; PLACES]> = (0..rows)
                .map(|_| {
                    std::array::from_fn(|place| {
                        lines[place].next().expect("a plane has as many lines as there are rows")
                    })
                })
                .collect();
            lines.par_iter_mut().enumerate().for_each(|(row, lines)| {
                enter(level, task, self.input, grid.tiles((top + row) * grid.columns, grid.columns), lines);
            });
            let of_panel = tiles * WIDTH;
            let plane_of_products = panels * of_panel + WIDTH;
            let products = space(&mut all.products, PLACES * plane_of_products);
            // Several panels a task: the tiles stay near while the weights pass by.
            let together = panels.div_ceil(4);
            products.par_chunks_mut(plane_of_products).enumerate().for_each(|(place, products)| {
                let entered = &entered[place * plane..];
                products[..panels * of_panel].par_chunks_mut(together * of_panel).enumerate().for_each(
                    |(n, products)| {
                        for (panel, products) in products.chunks_exact_mut(of_panel).enumerate() {
                            panel_product(level, tiles, entered, self.panel(place, n * together + panel), products);
                        }
                    },
                );
            });
            to.par_chunks_mut(line).enumerate().for_each(|(row, to)| {
                for panel in 0..panels {
                    let landing = Landing { top: (top + row) * STEP, channels: self.output, channel: panel * WIDTH };
                    let products = &products[panel * of_panel + row * grid.columns * WIDTH..];
                    let tiles = grid.tiles((top + row) * grid.columns, grid.columns);
                    leave(level, products, plane_of_products, task, tiles, landing, to);
                }
            });
        }
        ROOM.set(all);
    }

    fn panel(&self, place: usize, panel: usize) -> &[f32] {
        let len = self.input * WIDTH;
        &self.packed[(place * (self.output / WIDTH) + panel) * len..][..len]
    }
}

/// How many numbers all threads together keep.
pub(super) fn room(size: Size, input: usize, output: usize) -> usize {
    let grid = Grid::of(size);
    if input.max(output) < MANY || grid.rows == 0 {
        return 0;
    }
    PLACES * (input + output) * grid.together(input, output) * grid.columns
}

impl Grid {
    /// Rows of tiles that are taken together.
    fn together(self, input: usize, output: usize) -> usize {
        (FAR / (PLACES * (input + output)) / self.columns).clamp(1, self.rows)
    }
}

/// As many numbers as `len`, whatever they are.
fn space(numbers: &mut Vec<f32>, len: usize) -> &mut [f32] {
    if numbers.len() < len {
        numbers.clear();
        numbers.resize(len, 0.0);
    }
    &mut numbers[..len]
}

/// The planes, one for each place.
fn planes(numbers: &mut [f32], plane: usize) -> [&mut [f32]; PLACES] {
    let mut planes = numbers.chunks_exact_mut(plane);
    std::array::from_fn(|_| planes.next().expect("there is room for all places"))
}
