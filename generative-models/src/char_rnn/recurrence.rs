//! A whole layer over a whole chunk of text, forwards and backwards, on plain slices.
//!
//! What makes it fast: the inputs of all steps are projected in one product (with one-hot inputs,
//! rows of the weights are only looked up); each thread takes its rows of the batch through all steps
//! without waiting for another; the recurrent weights are packed once for all steps; what the way back
//! needs is kept where it was computed; the gradient of the weights is one product at the end.
//!
//! Layout: row b of the batch, step t, unit: `[(b · steps + t) · width + unit]`.

use super::cells::{Cell, Step, StepBack};
use crate::kernels::{Level, Panels};
use gemm::Parallelism;
use rayon::prelude::*;

/// The measures of a layer and a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Measures {
    pub(super) cell: Cell,
    pub(super) hidden: usize,
    /// Numbers in an input; with characters, how many there are.
    pub(super) inputs: usize,
    pub(super) batch: usize,
    pub(super) steps: usize,
}

/// What goes into a layer.
#[derive(Clone, Copy)]
pub(super) enum Input<'a> {
    /// One-hot: which of the inputs is 1.
    Characters(&'a [u32]),
    /// batch × steps × inputs.
    Numbers(&'a [f32]),
}

/// What a layer remembers of the chunk before: batch × hidden each. Only an LSTM has a memory.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Memory {
    pub(super) a: Vec<f32>,
    pub(super) c: Vec<f32>,
}

/// What is kept for the way back, and room that is used again for the next chunk.
#[derive(Debug, Default)]
pub(super) struct Tape {
    /// batch × steps × kept.
    kept: Vec<f32>,
    /// a⟨t−1⟩: batch × steps × hidden.
    before: Vec<f32>,
    /// c⟨t−1⟩ and, as the last, c: batch × (steps + 1) × hidden.
    memory: Vec<f32>,
    d_kept: Vec<f32>,
    forward: Panels,
    backward: Panels,
}

impl Measures {
    fn columns(&self) -> usize {
        self.cell.gates() * self.hidden
    }

    fn width(&self) -> usize {
        self.cell.kept() * self.hidden
    }

    /// Rows and columns of the layer's weights: for x, for a, for the bias.
    pub(super) fn weights(&self) -> (usize, usize) {
        (self.inputs + self.hidden + self.cell.biases(), self.columns())
    }

    /// Rows of the batch for each thread.
    fn share(&self) -> usize {
        self.batch.div_ceil(rayon::current_num_threads()).max(1)
    }

    /// The layer's activations, batch × steps × hidden, and what it remembers at the end.
    pub(super) fn forward(&self, input: Input, weights: &[f32], start: &Memory, tape: &mut Tape) -> (Vec<f32>, Memory) {
        let (h, steps, width, columns) = (self.hidden, self.steps, self.width(), self.columns());
        let lstm = self.cell == Cell::Lstm;
        tape.kept.resize(self.batch * steps * width, 0.0);
        tape.before.resize(self.batch * steps * h, 0.0);
        tape.memory.resize(if lstm { self.batch * (steps + 1) * h } else { 0 }, 0.0);
        self.project(input, weights, &mut tape.kept);
        let recurrent = &weights[self.inputs * columns..];
        tape.forward.pack(h, columns, recurrent, columns);

        let mut out = vec![0.0; self.batch * steps * h];
        let (level, panels, share) = (Level::best(), &tape.forward, self.share());
        let parts = out
            .par_chunks_mut((share * steps * h).max(1))
            .zip(tape.kept.par_chunks_mut((share * steps * width).max(1)))
            .zip(tape.before.par_chunks_mut((share * steps * h).max(1)))
            .zip(chunks_or_empty(&mut tape.memory, share * (steps + 1) * h, self.batch.div_ceil(share)))
            .enumerate();
        parts.for_each(|(part, (((out, kept), before), memory))| {
            let rows = out.len() / (steps * h);
            let first = part * share;
            // What all columns of a product are made of lies side by side: rows that are a power of two
            // apart would push each other out of the cache.
            let mut now = start.a[first * h..][..rows * h].to_vec();
            for row in 0..if lstm { rows } else { 0 } {
                memory[row * (steps + 1) * h..][..h].copy_from_slice(&start.c[(first + row) * h..][..h]);
            }
            for t in 0..steps {
                panels.add_product(level, rows, &now, h, &mut kept[t * width..], steps * width);
                for (row, now) in now.chunks_exact_mut(h).enumerate() {
                    let at = (row * steps + t) * h;
                    before[at..at + h].copy_from_slice(now);
                    let (c_before, c) = match memory.get_mut((row * (steps + 1) + t) * h..) {
                        Some(memory) if lstm => memory[..2 * h].split_at_mut(h),
                        _ => (&mut [][..], &mut [][..]),
                    };
                    let a = &mut out[at..at + h];
                    let kept = &mut kept[(row * steps + t) * width..][..width];
                    self.cell.forward(level, Step { kept, a_before: &before[at..at + h], a: &mut *a, c_before, c });
                    now.copy_from_slice(a);
                }
            }
        });
        let last = |numbers: &[f32], steps: usize| -> Vec<f32> {
            (0..self.batch).flat_map(|b| &numbers[((b + 1) * steps - 1) * h..][..h]).copied().collect()
        };
        let end = Memory { a: last(&out, steps), c: if lstm { last(&tape.memory, steps + 1) } else { Vec::new() } };
        (out, end)
    }

    /// The gradients of the weights and, if it was numbers, of the input. `out` is what
    /// [`Self::forward`] gave, `d_out` its gradient. Nothing flows back to the chunk before.
    pub(super) fn backward(
        &self,
        input: Input,
        weights: &[f32],
        out: &[f32],
        d_out: &[f32],
        tape: &mut Tape,
    ) -> (Vec<f32>, Option<Vec<f32>>) {
        let (h, steps, width, columns) = (self.hidden, self.steps, self.width(), self.columns());
        let lstm = self.cell == Cell::Lstm;
        let recurrent = &weights[self.inputs * columns..];
        tape.backward.pack_turned(columns, h, recurrent, columns);
        tape.d_kept.resize(self.batch * steps * width, 0.0);
        let (level, panels, share) = (Level::best(), &tape.backward, self.share());
        let (kept, before, memory) = (&tape.kept, &tape.before, &tape.memory);
        tape.d_kept.par_chunks_mut((share * steps * width).max(1)).enumerate().for_each(|(part, d_kept)| {
            let rows = d_kept.len() / (steps * width);
            let mut d_a = vec![0.0; rows * h];
            let mut carry = vec![0.0; rows * h];
            let mut later = vec![0.0; rows * columns];
            for t in (0..steps).rev() {
                for row in 0..rows {
                    let from = ((part * share + row) * steps + t) * h;
                    d_a[row * h..][..h].copy_from_slice(&d_out[from..from + h]);
                }
                if t + 1 < steps {
                    panels.add_product(level, rows, &later, columns, &mut d_a, h);
                    if self.cell == Cell::Gru {
                        d_a.iter_mut().zip(&carry).for_each(|(d, past)| *d += past);
                    }
                }
                for row in 0..rows {
                    let b = part * share + row;
                    let at = (b * steps + t) * h;
                    let (c_before, c) = if lstm {
                        memory[(b * (steps + 1) + t) * h..][..2 * h].split_at(h)
                    } else {
                        (&[][..], &[][..])
                    };
                    let d_kept = &mut d_kept[(row * steps + t) * width..][..width];
                    let step = StepBack {
                        kept: &kept[(b * steps + t) * width..][..width],
                        a_before: &before[at..at + h],
                        a: &out[at..at + h],
                        c_before,
                        c,
                        d_a: &d_a[row * h..][..h],
                        carry: &mut carry[row * h..][..h],
                        d_kept: &mut *d_kept,
                    };
                    self.cell.backward(level, step);
                    later[row * columns..][..columns].copy_from_slice(&d_kept[..columns]);
                }
            }
        });
        self.gather(input, weights, tape)
    }

    /// Fills what is kept with the bias and W_x x of every step.
    fn project(&self, input: Input, weights: &[f32], kept: &mut [f32]) {
        let (h, width, columns) = (self.hidden, self.width(), self.columns());
        let biases = &weights[(self.inputs + h) * columns..];
        let mut bias = vec![0.0; width];
        for &(first, end, place) in self.cell.input_columns() {
            bias[place * h..][..(end - first) * h].copy_from_slice(&biases[first * h..end * h]);
        }
        if self.cell == Cell::Gru {
            bias[2 * h..3 * h].copy_from_slice(&biases[columns + 2 * h..columns + 3 * h]);
        }
        match input {
            Input::Characters(characters) => {
                kept.par_chunks_exact_mut(width).zip(characters).for_each(|(kept, character)| {
                    kept.copy_from_slice(&bias);
                    let row = &weights[*character as usize * columns..][..columns];
                    for &(first, end, place) in self.cell.input_columns() {
                        let kept = &mut kept[place * h..][..(end - first) * h];
                        kept.iter_mut().zip(&row[first * h..end * h]).for_each(|(sum, w)| *sum += w);
                    }
                });
            }
            Input::Numbers(x) => {
                kept.par_chunks_exact_mut(width).for_each(|kept| kept.copy_from_slice(&bias));
                for &(first, end, place) in self.cell.input_columns() {
                    product(
                        (self.batch * self.steps, (end - first) * h, self.inputs),
                        Matrix { numbers: x, stride: self.inputs, turned: false },
                        Matrix { numbers: &weights[first * h..], stride: columns, turned: false },
                        &mut kept[place * h..],
                        width,
                    );
                }
            }
        }
    }

    /// From the gradients of what was kept to those of weights and input.
    fn gather(&self, input: Input, weights: &[f32], tape: &Tape) -> (Vec<f32>, Option<Vec<f32>>) {
        let (h, width, columns, all) = (self.hidden, self.width(), self.columns(), self.batch * self.steps);
        let (rows, _) = self.weights();
        let mut d_weights = vec![0.0; rows * columns];
        let (d_x, below) = d_weights.split_at_mut(self.inputs * columns);
        let (d_recurrent, d_biases) = below.split_at_mut(h * columns);
        let d_kept = |place: usize| Matrix { numbers: &tape.d_kept[place * h..], stride: width, turned: false };
        // The recurrent columns are the first of what is kept, in every cell.
        let before = Matrix { numbers: &tape.before, stride: h, turned: true };
        product((h, columns, all), before, d_kept(0), d_recurrent, columns);

        let mut sums = vec![0.0; width];
        for row in tape.d_kept.chunks_exact(width) {
            sums.iter_mut().zip(row).for_each(|(sum, d)| *sum += d);
        }
        for &(first, end, place) in self.cell.input_columns() {
            d_biases[first * h..end * h].copy_from_slice(&sums[place * h..][..(end - first) * h]);
        }
        if self.cell == Cell::Gru {
            d_biases[columns + 2 * h..].copy_from_slice(&sums[2 * h..3 * h]);
        }
        match input {
            Input::Characters(characters) => {
                let places = places_of(characters, self.inputs);
                d_x.par_chunks_exact_mut(columns).zip(&places).for_each(|(d_x, places)| {
                    for &place_in_text in places {
                        let d_kept = &tape.d_kept[place_in_text * width..][..width];
                        for &(first, end, place) in self.cell.input_columns() {
                            let d_x = &mut d_x[first * h..end * h];
                            d_x.iter_mut().zip(&d_kept[place * h..]).for_each(|(sum, d)| *sum += d);
                        }
                    }
                });
                (d_weights, None)
            }
            Input::Numbers(x) => {
                let mut d_input = vec![0.0; all * self.inputs];
                for &(first, end, place) in self.cell.input_columns() {
                    let wide = (end - first) * h;
                    let x = Matrix { numbers: x, stride: self.inputs, turned: true };
                    product((self.inputs, wide, all), x, d_kept(place), &mut d_x[first * h..], columns);
                    let turned = Matrix { numbers: &weights[first * h..], stride: columns, turned: true };
                    product((all, self.inputs, wide), d_kept(place), turned, &mut d_input, self.inputs);
                }
                (d_weights, Some(d_input))
            }
        }
    }
}

/// Where in the text each character stands.
pub(super) fn places_of(characters: &[u32], how_many: usize) -> Vec<Vec<usize>> {
    let mut places = vec![Vec::new(); how_many];
    for (place, character) in characters.iter().enumerate() {
        places[*character as usize].push(place);
    }
    places
}

/// As `par_chunks_mut`, and `count` empty chunks where there is nothing.
fn chunks_or_empty(numbers: &mut [f32], size: usize, count: usize) -> impl IndexedParallelIterator<Item = &mut [f32]> {
    let mut rest = numbers;
    let chunks: Vec<&mut [f32]> = (0..count)
        .map(|_| {
            let size = size.min(rest.len());
            let (chunk, after) = std::mem::take(&mut rest).split_at_mut(size);
            rest = after;
            chunk
        })
        .collect();
    chunks.into_par_iter()
}

/// A matrix in rows of so many numbers, or one that is meant turned over.
#[derive(Clone, Copy)]
pub(super) struct Matrix<'a> {
    pub(super) numbers: &'a [f32],
    pub(super) stride: usize,
    pub(super) turned: bool,
}

impl Matrix<'_> {
    /// The steps in memory to the next row and column, if it reaches that far.
    fn steps(&self, rows: usize, columns: usize) -> (isize, isize) {
        let (rows, columns) = if self.turned { (columns, rows) } else { (rows, columns) };
        assert!(rows == 0 || columns == 0 || (rows - 1) * self.stride + columns <= self.numbers.len(), "inside");
        let stride = self.stride as isize;
        if self.turned { (1, stride) } else { (stride, 1) }
    }
}

/// C += A · B, by all threads: rows × columns, over so many in between. Its result does not depend on
/// how many threads there are.
#[expect(unsafe_code, reason = "the library that multiplies takes pointers")]
pub(super) fn product(
    (rows, columns, between): (usize, usize, usize),
    a: Matrix,
    b: Matrix,
    c: &mut [f32],
    c_stride: usize,
) {
    if rows == 0 || columns == 0 || between == 0 {
        return;
    }
    let (a_down, a_right) = a.steps(rows, between);
    let (b_down, b_right) = b.steps(between, columns);
    assert!((rows - 1) * c_stride + columns <= c.len() && columns <= c_stride, "inside");
    let parallel = if rows * columns * between > 1 << 18 { Parallelism::Rayon(0) } else { Parallelism::None };
    // SAFETY: all that is read and written was just found to be inside the slices.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            between,
            c.as_mut_ptr(),
            1,
            c_stride as isize,
            true,
            a.numbers.as_ptr(),
            a_right,
            a_down,
            b.numbers.as_ptr(),
            b_right,
            b_down,
            1.0,
            1.0,
            false,
            false,
            false,
            parallel,
        );
    }
}
