//! C += A · B for a B that is used again and again, as the recurrent weights are at each step.
//!
//! B is packed once into panels: `WIDTH` columns side by side, row after row, so that the inner
//! loop reads memory from front to back. A tile of C, up to 6 rows of one panel's width, stays in
//! registers while a block of rows of B passes by: each number that is loaded is used six times.
//! (K. Goto and R. van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008; here A
//! is a few rows and needs no packing.) A row of C comes out the same whichever rows are computed
//! beside it, so that results do not depend on how work is divided among threads.

use super::Level;
use super::tile::{Rows, WIDTH, add_tile, tallest};
use rayon::prelude::*;

/// Rows of B that are worked through before the next panel's turn: they fit the first cache.
const DEEP: usize = 256;

/// A matrix of `rows` × `columns`, packed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Panels {
    rows: usize,
    columns: usize,
    /// Block of up to `DEEP` rows, panel, row, column of the panel.
    packed: Vec<f32>,
}

impl Panels {
    /// Packs `rows` × `columns`; each row begins `stride` numbers after the one before.
    pub(crate) fn pack(&mut self, rows: usize, columns: usize, numbers: &[f32], stride: usize) {
        self.fill(rows, columns, |first, column, wide, lines| {
            for (r, line) in lines.iter_mut().enumerate() {
                line[..wide].copy_from_slice(&numbers[(first + r) * stride + column..][..wide]);
                line[wide..].fill(0.0);
            }
        });
    }

    /// The same of a matrix that is meant turned over: each *column* begins `stride` numbers after
    /// the one before.
    pub(crate) fn pack_turned(&mut self, rows: usize, columns: usize, numbers: &[f32], stride: usize) {
        self.fill(rows, columns, |first, column, wide, lines| {
            // Square by square: all of what is read is used before it falls out of the cache.
            for (n, lines) in lines.chunks_mut(WIDTH).enumerate() {
                for c in 0..wide {
                    let from = &numbers[(column + c) * stride + first + n * WIDTH..];
                    lines.iter_mut().zip(from).for_each(|(line, x)| line[c] = *x);
                }
                lines.iter_mut().for_each(|line| line[wide..].fill(0.0));
            }
        });
    }

    /// Makes room, and has `fill(first row, first column, columns, lines)` fill every panel of every block.
    fn fill(&mut self, rows: usize, columns: usize, fill: impl Fn(usize, usize, usize, &mut [[f32; WIDTH]]) + Sync) {
        (self.rows, self.columns) = (rows, columns);
        let panels = columns.div_ceil(WIDTH);
        self.packed.resize(rows * panels * WIDTH, 0.0);
        for (block, packed) in self.packed.chunks_mut((DEEP * panels * WIDTH).max(1)).enumerate() {
            let first = block * DEEP;
            let deep = DEEP.min(rows - first);
            packed.par_chunks_exact_mut(deep * WIDTH).enumerate().for_each(|(panel, packed)| {
                let column = panel * WIDTH;
                fill(first, column, (columns - column).min(WIDTH), packed.as_chunks_mut().0);
            });
        }
    }

    /// Adds A · B to C. Row i of A (`rows` long) begins at `a[i * a_stride]`, row i of C
    /// (`columns` long) at `c[i * c_stride]`; there are `count` of both.
    pub(crate) fn add_product(
        &self,
        level: Level,
        count: usize,
        a: &[f32],
        a_stride: usize,
        c: &mut [f32],
        c_stride: usize,
    ) {
        let panels = self.columns.div_ceil(WIDTH);
        if count == 0 || self.rows == 0 || panels == 0 {
            return;
        }
        // Tiles as even as can be: 25 rows are five times 5 and not four times 6 and 1.
        let tiles = count.div_ceil(tallest(level));
        for (block, packed) in self.packed.chunks(DEEP * panels * WIDTH).enumerate() {
            let first = block * DEEP;
            let deep = DEEP.min(self.rows - first);
            for (n, panel) in packed.chunks_exact(deep * WIDTH).enumerate() {
                let column = n * WIDTH;
                let wide = (self.columns - column).min(WIDTH);
                for tile in 0..tiles {
                    let from = tile * count / tiles;
                    let rows = Rows {
                        a: &a[from * a_stride + first..],
                        a_stride,
                        c: &mut c[from * c_stride + column..],
                        c_stride,
                        count: (tile + 1) * count / tiles - from,
                        fresh: false,
                    };
                    add_tile(level, panel, wide, rows);
                }
            }
        }
    }
}

/// The product of `count` rows of A (one after the other) with one panel of B, which has as many rows as A has columns: C, of
/// [`WIDTH`] columns, becomes it.
#[cfg(feature = "pictures")]
pub(super) fn panel_product(level: Level, count: usize, a: &[f32], panel: &[f32], c: &mut [f32]) {
    let stride = panel.len() / WIDTH;
    let tiles = count.div_ceil(tallest(level));
    for (block, panel) in panel.chunks(DEEP * WIDTH).enumerate() {
        for tile in 0..tiles {
            let from = tile * count / tiles;
            let rows = Rows {
                a: &a[from * stride + block * DEEP..],
                a_stride: stride,
                c: &mut c[from * WIDTH..],
                c_stride: WIDTH,
                count: (tile + 1) * count / tiles - from,
                fresh: block == 0,
            };
            add_tile(level, panel, WIDTH, rows);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(n: usize) -> f32 {
        ((n * 7919 + 13) % 1009) as f32 / 504.5 - 1.0
    }

    fn check(level: Level, count: usize, rows: usize, columns: usize) {
        let (a_stride, c_stride) = (rows + 3, columns + 2);
        let a: Vec<f32> = (0..count * a_stride + rows).map(number).collect();
        let b: Vec<f32> = (0..rows * columns).map(|n| number(n + 77)).collect();
        let before: Vec<f32> = (0..count * c_stride + columns).map(|n| number(n + 5)).collect();
        let mut panels = Panels::default();
        panels.pack(rows, columns, &b, columns);
        let mut c = before.clone();
        panels.add_product(level, count, &a, a_stride, &mut c, c_stride);
        let turned: Vec<f32> = (0..rows * columns).map(|n| b[n % rows * columns + n / rows]).collect();
        let mut over = Panels::default();
        over.pack_turned(rows, columns, &turned, rows);
        assert_eq!(over.packed, panels.packed);
        for (n, (is, was)) in c.iter().zip(&before).enumerate() {
            let (i, j) = (n / c_stride, n % c_stride);
            let sum: f64 = if i < count && j < columns {
                (0..rows).map(|k| f64::from(a[i * a_stride + k]) * f64::from(b[k * columns + j])).sum()
            } else {
                0.0
            };
            let exact = f64::from(*was) + sum;
            assert!((f64::from(*is) - exact).abs() < 1e-4, "{level:?} ({i}, {j}): {is} for {exact}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_product_is_what_the_definition_says(count in 0_usize..14, rows in 0_usize..600, columns in 0_usize..70) {
            Level::all().into_iter().for_each(|level| check(level, count, rows, columns));
        }
    }

    #[test]
    fn a_row_does_not_depend_on_the_rows_beside_it() {
        let mut panels = Panels::default();
        panels.pack(300, 40, &(0..12_000).map(number).collect::<Vec<_>>(), 40);
        let a: Vec<f32> = (0..13 * 300).map(number).collect();
        for level in Level::all() {
            let mut together = vec![0.0; 13 * 40];
            panels.add_product(level, 13, &a, 300, &mut together, 40);
            for row in 0..13 {
                let mut alone = vec![0.0; 40];
                panels.add_product(level, 1, &a[row * 300..], 300, &mut alone, 40);
                assert_eq!(alone, together[row * 40..][..40]);
            }
        }
    }
}
