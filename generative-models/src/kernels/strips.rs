//! A convolution along a row of a picture whose channels lie side by side.
//!
//! What a kernel sees of one row is then a run of numbers, `columns · inputs` of them, and the next place's run begins
//! `stride · inputs` further on. So a row of outputs is a product of overlapping rows of A, which need not be gathered,
//! with the kernel as B; it stays in registers, a tile of places by 16 outputs, until all rows of the kernel were seen.

use super::Level;

/// Outputs side by side: two registers of 8, or one of 16.
const WIDTH: usize = 16;

/// The weights of a convolution.
#[derive(Debug)]
pub(crate) struct Strips {
    /// Rows of the kernel.
    rows: usize,
    /// Numbers that it sees of each: columns · inputs.
    deep: usize,
    /// A multiple of `WIDTH`.
    outputs: usize,
    /// `WIDTH` outputs, row, number, output.
    packed: Vec<f32>,
}

/// What a tile reads.
struct Source<'a> {
    from: &'a [f32],
    /// Where the first place's run begins in each row of the kernel.
    starts: &'a [usize],
    /// From a place to the next.
    step: usize,
    deep: usize,
}

impl Strips {
    /// Packs the weights `weight(row, number of the run, output)`.
    pub(crate) fn pack(rows: usize, deep: usize, outputs: usize, weight: impl Fn(usize, usize, usize) -> f32) -> Self {
        assert!(outputs.is_multiple_of(WIDTH) && rows > 0 && deep > 0, "whole panels of {WIDTH} outputs");
        let mut packed = Vec::with_capacity(rows * deep * outputs);
        for panel in 0..outputs / WIDTH {
            for row in 0..rows {
                for number in 0..deep {
                    packed.extend((0..WIDTH).map(|output| weight(row, number, panel * WIDTH + output)));
                }
            }
        }
        Self { rows, deep, outputs, packed }
    }

    /// Fills `to` with places, `outputs` numbers each. The first sees the runs at `starts` (one for each row of the
    /// kernel), each one after it those `step` numbers further on.
    pub(crate) fn convolve(&self, level: Level, from: &[f32], starts: &[usize], step: usize, to: &mut [f32]) {
        let count = to.len() / self.outputs;
        if count == 0 {
            return;
        }
        assert_eq!(starts.len(), self.rows, "a run in each row");
        assert!(starts.iter().all(|start| start + (count - 1) * step + self.deep <= from.len()), "runs inside");
        let tallest = match level {
            Level::Portable => 4,
            Level::Avx2 => 6,
            Level::Avx512 => 12,
        };
        // Tiles as even as can be: 8 places are two times 4 and not 6 and 2.
        let tiles = count.div_ceil(tallest);
        for (n, panel) in self.packed.chunks_exact(self.rows * self.deep * WIDTH).enumerate() {
            for tile in 0..tiles {
                let (first, end) = (tile * count / tiles, (tile + 1) * count / tiles);
                let source = Source { from: &from[first * step..], starts, step, deep: self.deep };
                let to = &mut to[first * self.outputs..end * self.outputs];
                convolve_tile(level, panel, &source, &mut to[n * WIDTH..], self.outputs, end - first);
            }
        }
    }
}

/// `count` places, as many as the level has registers for at most; `to` has the first 16 outputs of a place at
/// multiples of `stride`.
#[expect(unsafe_code, reason = "the level says that the machine has these instructions")]
fn convolve_tile(level: Level, panel: &[f32], source: &Source, to: &mut [f32], stride: usize, count: usize) {
    assert!((count - 1) * stride + WIDTH <= to.len() && panel.len() == source.starts.len() * source.deep * WIDTH);
    match level {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: only a machine that has these instructions is given this level; `convolve` checked that runs are
        // inside of `from`, and `to` and the panel were checked here.
        Level::Avx2 => unsafe { x86::avx2(panel, source, to, stride, count) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the same.
        Level::Avx512 => unsafe { x86::avx512(panel, source, to, stride, count) },
        _ => portable(panel, source, to, stride, count),
    }
}

fn portable(panel: &[f32], source: &Source, to: &mut [f32], stride: usize, count: usize) {
    for place in 0..count {
        let mut sums = [0.0_f32; WIDTH];
        for (start, panel) in source.starts.iter().zip(panel.chunks_exact(source.deep * WIDTH)) {
            let run = &source.from[start + place * source.step..][..source.deep];
            for (x, weights) in run.iter().zip(panel.as_chunks::<WIDTH>().0) {
                sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += x * weight);
            }
        }
        to[place * stride..][..WIDTH].copy_from_slice(&sums);
    }
}

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "instructions that not every machine has, and pointers for them")]
mod x86 {
    use super::{Source, WIDTH};
    use std::arch::x86_64::{
        _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_set1_ps, _mm256_setzero_ps, _mm256_storeu_ps, _mm512_fmadd_ps,
        _mm512_loadu_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps,
    };

    /// # Safety
    /// The machine has AVX2 and FMA; runs, outputs and panel reach as far as [`super::Strips::convolve`] and
    /// [`super::convolve_tile`] check.
    #[target_feature(enable = "avx2,fma")]
    pub(super) unsafe fn avx2(panel: &[f32], source: &Source, to: &mut [f32], stride: usize, count: usize) {
        // SAFETY: as above.
        unsafe {
            match count {
                1 => tile_avx2::<1>(panel, source, to, stride),
                2 => tile_avx2::<2>(panel, source, to, stride),
                3 => tile_avx2::<3>(panel, source, to, stride),
                4 => tile_avx2::<4>(panel, source, to, stride),
                5 => tile_avx2::<5>(panel, source, to, stride),
                _ => tile_avx2::<6>(panel, source, to, stride),
            }
        }
    }

    #[target_feature(enable = "avx2,fma")]
    unsafe fn tile_avx2<const PLACES: usize>(panel: &[f32], source: &Source, to: &mut [f32], stride: usize) {
        let (mut b, step) = (panel.as_ptr(), source.step);
        let mut sums = [[_mm256_setzero_ps(); 2]; PLACES];
        for start in source.starts {
            // SAFETY: runs are inside, the panel has two registers for each of their numbers.
            unsafe {
                let a = source.from.as_ptr().add(*start);
                for k in 0..source.deep {
                    let (left, right) = (_mm256_loadu_ps(b), _mm256_loadu_ps(b.add(8)));
                    for (place, sums) in sums.iter_mut().enumerate() {
                        let x = _mm256_set1_ps(*a.add(place * step + k));
                        sums[0] = _mm256_fmadd_ps(x, left, sums[0]);
                        sums[1] = _mm256_fmadd_ps(x, right, sums[1]);
                    }
                    b = b.add(WIDTH);
                }
            }
        }
        for (place, sums) in sums.iter().enumerate() {
            // SAFETY: 16 outputs of each place are inside.
            unsafe {
                let to = to.as_mut_ptr().add(place * stride);
                _mm256_storeu_ps(to, sums[0]);
                _mm256_storeu_ps(to.add(8), sums[1]);
            }
        }
    }

    /// # Safety
    /// As [`avx2`], with AVX-512.
    #[target_feature(enable = "avx512f,avx2,fma")]
    pub(super) unsafe fn avx512(panel: &[f32], source: &Source, to: &mut [f32], stride: usize, count: usize) {
        // SAFETY: as above.
        unsafe {
            match count {
                1 => tile_avx512::<1>(panel, source, to, stride),
                2 => tile_avx512::<2>(panel, source, to, stride),
                3 => tile_avx512::<3>(panel, source, to, stride),
                4 => tile_avx512::<4>(panel, source, to, stride),
                5 => tile_avx512::<5>(panel, source, to, stride),
                6 => tile_avx512::<6>(panel, source, to, stride),
                7 => tile_avx512::<7>(panel, source, to, stride),
                8 => tile_avx512::<8>(panel, source, to, stride),
                9 => tile_avx512::<9>(panel, source, to, stride),
                10 => tile_avx512::<10>(panel, source, to, stride),
                11 => tile_avx512::<11>(panel, source, to, stride),
                _ => tile_avx512::<12>(panel, source, to, stride),
            }
        }
    }

    #[target_feature(enable = "avx512f,avx2,fma")]
    unsafe fn tile_avx512<const PLACES: usize>(panel: &[f32], source: &Source, to: &mut [f32], stride: usize) {
        let (mut b, step) = (panel.as_ptr(), source.step);
        let mut sums = [_mm512_setzero_ps(); PLACES];
        for start in source.starts {
            // SAFETY: runs are inside, the panel has a register for each of their numbers.
            unsafe {
                let a = source.from.as_ptr().add(*start);
                for k in 0..source.deep {
                    let weights = _mm512_loadu_ps(b);
                    for (place, sum) in sums.iter_mut().enumerate() {
                        *sum = _mm512_fmadd_ps(_mm512_set1_ps(*a.add(place * step + k)), weights, *sum);
                    }
                    b = b.add(WIDTH);
                }
            }
        }
        for (place, sum) in sums.iter().enumerate() {
            // SAFETY: 16 outputs of each place are inside.
            unsafe { _mm512_storeu_ps(to.as_mut_ptr().add(place * stride), *sum) };
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

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn each_output_is_the_sum_over_its_runs(
            rows in 1_usize..5, deep in 1_usize..40, panels in 1_usize..3, step in 1_usize..9, count in 0_usize..30,
        ) {
            let outputs = panels * WIDTH;
            let weight = |row: usize, k: usize, output: usize| number((row * deep + k) * outputs + output);
            let strips = Strips::pack(rows, deep, outputs, weight);
            let line = count * step + deep;
            let from: Vec<f32> = (0..rows * line).map(|n| number(n + 5)).collect();
            // The rows of a ring may lie in any order.
            let starts: Vec<usize> = (0..rows).map(|row| (rows - 1 - row) * line).collect();
            for level in Level::all() {
                let mut to = vec![9.0; count * outputs];
                strips.convolve(level, &from, &starts, step, &mut to);
                for (n, is) in to.iter().enumerate() {
                    let (place, output) = (n / outputs, n % outputs);
                    let exact: f64 = (0..rows * deep).map(|n| {
                        let (row, k) = (n / deep, n % deep);
                        f64::from(from[starts[row] + place * step + k]) * f64::from(weight(row, k, output))
                    }).sum();
                    prop_assert!((f64::from(*is) - exact).abs() < 1e-4, "{:?}: {} for {}", level, is, exact);
                }
            }
        }
    }
}
