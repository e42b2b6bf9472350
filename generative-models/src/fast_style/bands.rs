//! Rows of a layer's outputs, divided among the threads: each has a band of rows, one below the other, and a ring of the
//! rows of inputs that the kernel sees just now.

use super::normal::Moments;
use rayon::prelude::*;

/// Rows of inputs, as they were taken in; the newest takes the oldest's place.
#[derive(Debug, Default)]
pub(super) struct Ring {
    numbers: Vec<f32>,
    rows: usize,
    length: usize,
    /// The next row to be taken in; none before the first.
    next: Option<isize>,
}

impl Ring {
    /// Makes room for `rows` rows of `length` numbers, and forgets those it had.
    fn begin(&mut self, rows: usize, length: usize) {
        (self.rows, self.length, self.next) = (rows, length, None);
        if self.numbers.len() < rows * length {
            self.numbers.resize(rows * length, 0.0);
        }
    }

    /// Takes in what is missing of the rows from `first` on, as many as the ring has, by `load(row, to)`.
    pub(super) fn take_in(&mut self, first: isize, mut load: impl FnMut(isize, &mut [f32])) {
        let end = first + self.rows as isize;
        for row in self.next.unwrap_or(first).max(first)..end {
            let start = self.start(row);
            load(row, &mut self.numbers[start..start + self.length]);
        }
        self.next = Some(end);
    }

    /// Where a row begins.
    pub(super) fn start(&self, row: isize) -> usize {
        row.rem_euclid(self.rows.max(1) as isize) as usize * self.length
    }

    /// All the numbers.
    pub(super) fn numbers(&self) -> &[f32] {
        &self.numbers
    }
}

/// What a thread needs for its band.
#[derive(Debug, Default)]
pub(super) struct Band {
    pub(super) ring: Ring,
    /// Room for what comes between.
    pub(super) between: Vec<f32>,
}

/// How a layer's outputs are made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows {
    /// Places in a row, and numbers at a place.
    pub(super) places: usize,
    pub(super) lanes: usize,
    /// Rows that are made together.
    pub(super) together: usize,
    /// Rows of the ring, and numbers in each.
    pub(super) ring: (usize, usize),
    /// Numbers between.
    pub(super) between: usize,
}

/// Room for each band.
#[derive(Debug, Default)]
pub(super) struct Bands {
    bands: Vec<Band>,
}

/// Bands for each thread: with more than one, a thread that is held up leaves some to the others.
const EACH: usize = 2;

impl Bands {
    #[cfg(test)]
    pub(super) fn held(&self) -> impl Iterator<Item = &Vec<f32>> {
        self.bands.iter().flat_map(|band| [&band.ring.numbers, &band.between])
    }

    /// How many bands there are on these threads, for so many rows that are made together.
    pub(super) fn count(rows: usize) -> usize {
        match rayon::current_num_threads() {
            1 => 1,
            threads => (threads * EACH).min(rows),
        }
    }

    /// Has `work(first row, band, outputs, moments)` fill all rows of `outputs` and their `moments` (as many a row as it
    /// has lanes), `together` rows at a time; the last may be fewer.
    pub(super) fn each(
        &mut self,
        rows: Rows,
        outputs: &mut [f32],
        moments: &mut [Moments],
        work: impl Fn(usize, &mut Band, &mut [f32], &mut [Moments]) + Sync,
    ) {
        let row = rows.places * rows.lanes;
        let groups = (outputs.len() / row).div_ceil(rows.together);
        let bands = Self::count(groups);
        let height = groups.div_ceil(bands) * rows.together;
        if self.bands.len() < bands {
            self.bands.resize_with(bands, Band::default);
        }
        let outputs = outputs.par_chunks_mut(height * row);
        let moments = moments.par_chunks_mut(height * rows.lanes);
        outputs.zip(moments).zip(&mut self.bands).enumerate().for_each(|(n, ((outputs, moments), band))| {
            band.ring.begin(rows.ring.0, rows.ring.1);
            if band.between.len() < rows.between {
                band.between.resize(rows.between, 0.0);
            }
            let outputs = outputs.chunks_mut(rows.together * row);
            let moments = moments.chunks_mut(rows.together * rows.lanes);
            for (group, (outputs, moments)) in outputs.zip(moments).enumerate() {
                work(n * height + group * rows.together, band, outputs, moments);
            }
        });
    }
}
