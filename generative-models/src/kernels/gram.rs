//! G = Fᵀ · F, how much every column of a tall matrix goes with every other: half of it computed,
//! the other half is its mirror image.
//!
//! The rows of F are divided into parts, and these into blocks that are packed into panels of 16
//! columns. A tile of 16 × 16 numbers of G is the product of two panels of the same block, which
//! stay in the first cache. Within a block sums are made in 32 bits, those of a part too, and the
//! parts are added in 64. Where parts begin depends on the size alone, so that results do not
//! depend on how many threads there are.

use super::Level;
use rayon::prelude::*;

/// Columns of a panel, and sides of a tile.
const WIDTH: usize = 16;

/// Rows of a block: two panels of it are half of the first cache.
const DEEP: usize = 128;

/// Into how many parts the rows are divided at most, and how many rows a part has at least.
const PARTS: usize = 16;
const LEAST: usize = 1024;

/// From how many columns on the panels of a part are worth threads of their own.
const WIDE: usize = 256;

type Line = [f32; WIDTH];
type Tile = [Line; WIDTH];

/// What a product is made in. It is used again and again, and grows only for a larger matrix.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gram {
    columns: usize,
    parts: Vec<Part>,
    /// G, row by row.
    numbers: Vec<f64>,
}

#[derive(Debug, Clone, Default)]
struct Part {
    /// Panel, row of the block, column of the panel.
    packed: Vec<Line>,
    /// Column of tiles (as many as there are panels), tile from the top.
    sums: Vec<Tile>,
}

impl Gram {
    /// Computes it for a matrix of `columns` columns that lies row by row in `f`, and hands it out: `columns` × `columns`
    /// numbers.
    pub(crate) fn of(&mut self, level: Level, columns: usize, f: &[f32]) -> &[f64] {
        self.columns = columns;
        self.numbers.clear();
        self.numbers.resize(columns * columns, 0.0);
        let rows = f.len().checked_div(columns).unwrap_or(0);
        if rows == 0 {
            return &self.numbers;
        }
        let count = (rows / LEAST).clamp(1, PARTS);
        let of_part = rows.div_ceil(count).next_multiple_of(DEEP);
        let count = rows.div_ceil(of_part);
        if self.parts.len() < count {
            self.parts.resize_with(count, Part::default);
        }
        let parts = &mut self.parts[..count];
        parts.par_iter_mut().zip(f[..rows * columns].par_chunks(of_part * columns)).for_each(|(part, f)| {
            part.add_up(level, columns, f);
        });
        let (parts, panels) = (&self.parts[..count], columns.div_ceil(WIDTH));
        self.numbers.par_chunks_mut(columns).enumerate().for_each(|(i, line)| {
            for (j, number) in line.iter_mut().enumerate() {
                // The tiles on the diagonal and above are there.
                let (top, left) = if i / WIDTH <= j / WIDTH { (i, j) } else { (j, i) };
                let (tile, row, column) = (left / WIDTH * panels + top / WIDTH, top % WIDTH, left % WIDTH);
                *number = parts.iter().map(|part| f64::from(part.sums[tile][row][column])).sum();
            }
        });
        &self.numbers
    }
}

impl Part {
    fn add_up(&mut self, level: Level, columns: usize, f: &[f32]) {
        let panels = columns.div_ceil(WIDTH);
        self.packed.resize(panels * DEEP, [0.0; WIDTH]);
        self.sums.clear();
        self.sums.resize(panels * panels, [[0.0; WIDTH]; WIDTH]);
        for block in f.chunks(DEEP * columns) {
            let deep = block.len() / columns;
            pack(columns, block, &mut self.packed[..panels * deep]);
            let packed = &self.packed[..panels * deep];
            let column_of_tiles = |(n, tiles): (usize, &mut [Tile])| {
                let right = &packed[n * deep..][..deep];
                for (left, tile) in packed.chunks_exact(deep).zip(&mut tiles[..=n]) {
                    add_tile(level, left, right, tile);
                }
            };
            if columns < WIDE {
                self.sums.chunks_mut(panels).enumerate().for_each(column_of_tiles);
            } else {
                self.sums.par_chunks_mut(panels).enumerate().for_each(column_of_tiles);
            }
        }
    }
}

fn pack(columns: usize, block: &[f32], packed: &mut [Line]) {
    let deep = block.len() / columns;
    for (k, row) in block.chunks_exact(columns).enumerate() {
        for (panel, from) in row.chunks(WIDTH).enumerate() {
            let line = &mut packed[panel * deep + k];
            match from.first_chunk() {
                Some(all) => *line = *all,
                None => {
                    line[..from.len()].copy_from_slice(from);
                    line[from.len()..].fill(0.0);
                }
            }
        }
    }
}

/// Adds leftᵀ · right to the tile.
#[expect(unsafe_code, reason = "the level says that the machine has these instructions")]
fn add_tile(level: Level, left: &[Line], right: &[Line], tile: &mut Tile) {
    match level {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: only a machine that has these instructions is given this level.
        Level::Avx2 => unsafe {
            x86::avx2::<6, 0>(left, right, tile);
            x86::avx2::<5, 6>(left, right, tile);
            x86::avx2::<5, 11>(left, right, tile);
        },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the same.
        Level::Avx512 => unsafe { x86::avx512(left, right, tile) },
        _ => portable(left, right, tile),
    }
}

fn portable(left: &[Line], right: &[Line], tile: &mut Tile) {
    for (r, sums) in tile.iter_mut().enumerate() {
        let mut line = [0.0_f32; WIDTH];
        for (left, right) in left.iter().zip(right) {
            line.iter_mut().zip(right).for_each(|(sum, b)| *sum += left[r] * b);
        }
        sums.iter_mut().zip(line).for_each(|(sum, x)| *sum += x);
    }
}

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "instructions that not every machine has, and pointers for them")]
mod x86 {
    use super::{Line, Tile, WIDTH};
    use std::arch::x86_64::{
        _mm256_add_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_set1_ps, _mm256_setzero_ps, _mm256_storeu_ps,
        _mm512_add_ps, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps,
    };

    /// Rows `FIRST` … `FIRST + ROWS - 1` of the tile.
    ///
    /// # Safety
    /// The machine has AVX2 and FMA.
    #[target_feature(enable = "avx2,fma")]
    pub(super) unsafe fn avx2<const ROWS: usize, const FIRST: usize>(left: &[Line], right: &[Line], tile: &mut Tile) {
        let mut sums = [[_mm256_setzero_ps(); 2]; ROWS];
        for (left, right) in left.iter().zip(right) {
            let b = right.as_ptr();
            // SAFETY: a line has 16 numbers.
            let (low, high) = unsafe { (_mm256_loadu_ps(b), _mm256_loadu_ps(b.add(8))) };
            for (sums, x) in sums.iter_mut().zip(&left[FIRST..FIRST + ROWS]) {
                let x = _mm256_set1_ps(*x);
                sums[0] = _mm256_fmadd_ps(x, low, sums[0]);
                sums[1] = _mm256_fmadd_ps(x, high, sums[1]);
            }
        }
        for (line, sums) in tile[FIRST..FIRST + ROWS].iter_mut().zip(sums) {
            let c = line.as_mut_ptr();
            // SAFETY: the same.
            unsafe {
                _mm256_storeu_ps(c, _mm256_add_ps(_mm256_loadu_ps(c), sums[0]));
                _mm256_storeu_ps(c.add(8), _mm256_add_ps(_mm256_loadu_ps(c.add(8)), sums[1]));
            }
        }
    }

    /// # Safety
    /// The machine has AVX-512.
    #[target_feature(enable = "avx512f,avx2,fma")]
    pub(super) unsafe fn avx512(left: &[Line], right: &[Line], tile: &mut Tile) {
        let mut sums = [_mm512_setzero_ps(); WIDTH];
        for (left, right) in left.iter().zip(right) {
            // SAFETY: a line has 16 numbers.
            let right = unsafe { _mm512_loadu_ps(right.as_ptr()) };
            for (sum, x) in sums.iter_mut().zip(left) {
                *sum = _mm512_fmadd_ps(_mm512_set1_ps(*x), right, *sum);
            }
        }
        for (line, sum) in tile.iter_mut().zip(sums) {
            let c = line.as_mut_ptr();
            // SAFETY: the same.
            unsafe { _mm512_storeu_ps(c, _mm512_add_ps(_mm512_loadu_ps(c), sum)) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matrix(numbers: usize) -> Vec<f32> {
        (0..numbers).map(|n| ((n * 7919 + 13) % 1009) as f32 / 504.5 - 0.8).collect()
    }

    fn check(level: Level, rows: usize, columns: usize, gram: &mut Gram) {
        let f = matrix(rows * columns);
        let g = gram.of(level, columns, &f);
        assert_eq!(g.len(), columns * columns);
        for i in 0..columns {
            for j in 0..columns {
                let products = (0..rows).map(|k| f64::from(f[k * columns + i]) * f64::from(f[k * columns + j]));
                let exact: f64 = products.sum();
                let is = g[i * columns + j];
                assert!((is - exact).abs() < 1e-6 * rows as f64 + 1e-5, "{level:?} ({i}, {j}): {is} for {exact}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn it_is_what_the_definition_says(rows in 0_usize..400, columns in 1_usize..50, more in 1_usize..20) {
            for level in Level::all() {
                // What an earlier matrix leaves behind does not show.
                let mut gram = Gram::default();
                check(level, rows, columns, &mut gram);
                check(level, more, columns + more, &mut gram);
                check(level, rows, columns, &mut gram);
            }
        }
    }

    #[test]
    fn many_rows_and_many_columns_are_divided_and_still_right() {
        for level in Level::all() {
            check(level, 5000, 19, &mut Gram::default());
            check(level, 300, 260, &mut Gram::default());
        }
    }

    #[test]
    fn it_is_the_same_with_any_number_of_threads() {
        let f = matrix(3000 * 272);
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| Gram::default().of(Level::best(), 272, &f).to_vec())
        };
        assert_eq!(with(1), with(3));
    }
}
