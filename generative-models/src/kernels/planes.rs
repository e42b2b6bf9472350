//! A convolution with three outputs along a row of a picture whose channels lie apart, each in a line of its own: here
//! registers hold neighbours in the row, and each weight is used for all of them.

use super::Level;

/// Outputs.
const OUTPUTS: usize = 3;

/// The weights of a convolution.
#[derive(Debug)]
pub(crate) struct Planes {
    /// Columns of the kernel.
    columns: usize,
    /// Line, column, output.
    weights: Vec<[f32; OUTPUTS]>,
}

impl Planes {
    /// Packs the weights `weight(line, column, output)`: a line is a row of an input.
    pub(crate) fn pack(lines: usize, columns: usize, weight: impl Fn(usize, usize, usize) -> f32) -> Self {
        assert!(columns > 0, "a kernel has columns");
        let taps = (0..lines * columns).map(|tap| (tap / columns, tap % columns));
        let weights = taps.map(|(line, column)| std::array::from_fn(|output| weight(line, column, output))).collect();
        Self { columns, weights }
    }

    /// Fills `to` with a row of each output, one behind the other. The lines that the kernel sees begin at `starts`.
    pub(crate) fn convolve(&self, level: Level, from: &[f32], starts: &[usize], to: &mut [f32]) {
        let count = to.len() / OUTPUTS;
        if count == 0 {
            return;
        }
        assert_eq!(starts.len() * self.columns, self.weights.len(), "as many lines as were packed");
        assert!(starts.iter().all(|start| start + count + self.columns - 1 <= from.len()), "lines inside");
        let wide = match level {
            Level::Portable => 8,
            Level::Avx2 => 32,
            Level::Avx512 => 64,
        };
        if count < wide {
            (0..count).for_each(|place| portable::<1>(self, &from[place..], starts, &mut to[place..], count));
            return;
        }
        // The last block reaches back over what is done already, to end where the row does.
        for first in (0..count.next_multiple_of(wide)).step_by(wide) {
            let first = first.min(count - wide);
            self.convolve_block(level, &from[first..], starts, &mut to[first..], count);
        }
    }

    /// As many neighbours as the level has registers for; the outputs are `stride` apart.
    #[expect(unsafe_code, reason = "the level says that the machine has these instructions")]
    fn convolve_block(&self, level: Level, from: &[f32], starts: &[usize], to: &mut [f32], stride: usize) {
        match level {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: only a machine that has these instructions is given this level; `convolve` checked that lines and
            // outputs reach as far as a block does.
            Level::Avx2 => unsafe { x86::avx2(self, from, starts, to, stride) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the same.
            Level::Avx512 => unsafe { x86::avx512(self, from, starts, to, stride) },
            _ => portable::<8>(self, from, starts, to, stride),
        }
    }
}

fn portable<const SIZE: usize>(planes: &Planes, from: &[f32], starts: &[usize], to: &mut [f32], stride: usize) {
    let mut sums = [[0.0_f32; SIZE]; OUTPUTS];
    for (start, weights) in starts.iter().zip(planes.weights.chunks_exact(planes.columns)) {
        for (x, weights) in from[*start..].windows(SIZE).zip(weights) {
            for (sums, weight) in sums.iter_mut().zip(weights) {
                sums.iter_mut().zip(x).for_each(|(sum, x)| *sum += x * weight);
            }
        }
    }
    sums.iter().enumerate().for_each(|(output, sums)| to[output * stride..][..SIZE].copy_from_slice(sums));
}

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "instructions that not every machine has, and pointers for them")]
#[expect(clippy::needless_range_loop, reason = "closures of iterators would not be compiled for these instructions")]
mod x86 {
    use super::{OUTPUTS, Planes};
    use std::arch::x86_64::{
        _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_set1_ps, _mm256_setzero_ps, _mm256_storeu_ps, _mm512_fmadd_ps,
        _mm512_loadu_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps,
    };

    /// Registers side by side.
    const WIDE: usize = 4;

    /// # Safety
    /// The machine has AVX2 and FMA; each line has 32 numbers and the kernel's columns less one from its start, and `to`
    /// 32 numbers at each of three multiples of `stride`.
    #[target_feature(enable = "avx2,fma")]
    pub(super) unsafe fn avx2(planes: &Planes, from: &[f32], starts: &[usize], to: &mut [f32], stride: usize) {
        let mut sums = [[_mm256_setzero_ps(); WIDE]; OUTPUTS];
        for (start, weights) in starts.iter().zip(planes.weights.chunks_exact(planes.columns)) {
            for (column, weights) in weights.iter().enumerate() {
                // SAFETY: as above.
                unsafe {
                    let x = from.as_ptr().add(start + column);
                    let weights = [_mm256_set1_ps(weights[0]), _mm256_set1_ps(weights[1]), _mm256_set1_ps(weights[2])];
                    for n in 0..WIDE {
                        let number = _mm256_loadu_ps(x.add(n * 8));
                        for output in 0..OUTPUTS {
                            sums[output][n] = _mm256_fmadd_ps(number, weights[output], sums[output][n]);
                        }
                    }
                }
            }
        }
        for (output, sums) in sums.iter().enumerate() {
            for (n, sum) in sums.iter().enumerate() {
                // SAFETY: as above.
                unsafe { _mm256_storeu_ps(to.as_mut_ptr().add(output * stride + n * 8), *sum) };
            }
        }
    }

    /// # Safety
    /// As [`avx2`], with AVX-512 and 64 numbers instead of 32.
    #[target_feature(enable = "avx512f,avx2,fma")]
    pub(super) unsafe fn avx512(planes: &Planes, from: &[f32], starts: &[usize], to: &mut [f32], stride: usize) {
        let mut sums = [[_mm512_setzero_ps(); WIDE]; OUTPUTS];
        for (start, weights) in starts.iter().zip(planes.weights.chunks_exact(planes.columns)) {
            for (column, weights) in weights.iter().enumerate() {
                // SAFETY: as above.
                unsafe {
                    let x = from.as_ptr().add(start + column);
                    let weights = [_mm512_set1_ps(weights[0]), _mm512_set1_ps(weights[1]), _mm512_set1_ps(weights[2])];
                    for n in 0..WIDE {
                        let number = _mm512_loadu_ps(x.add(n * 16));
                        for output in 0..OUTPUTS {
                            sums[output][n] = _mm512_fmadd_ps(number, weights[output], sums[output][n]);
                        }
                    }
                }
            }
        }
        for (output, sums) in sums.iter().enumerate() {
            for (n, sum) in sums.iter().enumerate() {
                // SAFETY: as above.
                unsafe { _mm512_storeu_ps(to.as_mut_ptr().add(output * stride + n * 16), *sum) };
            }
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
        fn each_output_is_the_sum_over_its_lines(lines in 1_usize..6, columns in 1_usize..10, count in 0_usize..150) {
            let weight = |line: usize, column: usize, output: usize| number((line * columns + column) * 3 + output);
            let planes = Planes::pack(lines, columns, weight);
            let wide = count + columns - 1;
            let from: Vec<f32> = (0..lines * wide).map(|n| number(n + 5)).collect();
            let starts: Vec<usize> = (0..lines).map(|line| (lines - 1 - line) * wide).collect();
            for level in Level::all() {
                let mut to = vec![9.0; count * OUTPUTS];
                planes.convolve(level, &from, &starts, &mut to);
                for (n, is) in to.iter().enumerate() {
                    let (output, place) = (n / count, n % count);
                    let exact: f64 = (0..lines * columns).map(|tap| {
                        let (line, column) = (tap / columns, tap % columns);
                        f64::from(from[starts[line] + place + column]) * f64::from(weight(line, column, output))
                    }).sum();
                    prop_assert!((f64::from(*is) - exact).abs() < 1e-4, "{:?}: {} for {}", level, is, exact);
                }
            }
        }
    }
}
