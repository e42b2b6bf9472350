//! The innermost loop of a product: a tile of C stays in registers while rows of a panel of B
//! pass by. Written out for the instructions of x86, because left to the compiler it ends up in memory.

use super::Level;

/// Columns of a panel: two registers of 8, or one of 16.
pub(super) const WIDTH: usize = 16;

/// Rows of C in a tile, at most: as many as stay in registers beside what is loaded.
pub(super) fn tallest(level: Level) -> usize {
    match level {
        Level::Portable => 4,
        Level::Avx2 => 6,
        Level::Avx512 => 12,
    }
}

/// Rows of A and of C, and how far one row is from the next.
pub(super) struct Rows<'a> {
    pub(super) a: &'a [f32],
    pub(super) a_stride: usize,
    pub(super) c: &'a mut [f32],
    pub(super) c_stride: usize,
    pub(super) count: usize,
    /// Does the product replace what is in C? Else it is added.
    pub(super) fresh: bool,
}

/// Adds the product of `rows.count` rows of A with a panel to the first `wide` columns of C, or puts it there.
/// There are as many rows as [`tallest`] allows, at most.
#[expect(unsafe_code, reason = "the level says that the machine has these instructions")]
pub(super) fn add_tile(level: Level, panel: &[f32], wide: usize, mut rows: Rows) {
    let deep = panel.len() / WIDTH;
    if rows.count == 0 || deep == 0 && !rows.fresh {
        return;
    }
    assert!((rows.count - 1) * rows.a_stride + deep <= rows.a.len(), "A reaches that far");
    assert!((rows.count - 1) * rows.c_stride + wide <= rows.c.len() && wide <= WIDTH, "C reaches that far");
    match level {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: only a machine that has these instructions is given this level, and the lengths
        // were checked.
        Level::Avx2 => unsafe { x86::avx2(panel, wide, &mut rows) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the same.
        Level::Avx512 => unsafe { x86::avx512(panel, wide, &mut rows) },
        _ => portable(panel, wide, &mut rows),
    }
}

fn portable(panel: &[f32], wide: usize, rows: &mut Rows) {
    let deep = panel.len() / WIDTH;
    for r in 0..rows.count {
        let a = &rows.a[r * rows.a_stride..][..deep];
        let mut sums = [0.0_f32; WIDTH];
        for (x, b) in a.iter().zip(panel.as_chunks::<WIDTH>().0) {
            sums.iter_mut().zip(b).for_each(|(sum, b)| *sum += x * b);
        }
        put(&sums, rows.fresh, &mut rows.c[r * rows.c_stride..][..wide]);
    }
}

#[inline(always)]
fn put(sums: &[f32; WIDTH], fresh: bool, c: &mut [f32]) {
    if fresh {
        c.copy_from_slice(&sums[..c.len()]);
    } else {
        c.iter_mut().zip(sums).for_each(|(c, sum)| *c += sum);
    }
}

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "instructions that not every machine has, and pointers for them")]
mod x86 {
    use super::{Rows, WIDTH, put};
    use std::arch::x86_64::{
        __m256, __m512, _mm256_add_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_set1_ps, _mm256_setzero_ps,
        _mm256_storeu_ps, _mm512_add_ps, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_set1_ps, _mm512_setzero_ps,
        _mm512_storeu_ps,
    };

    /// # Safety
    /// The machine has AVX2 and FMA; A and C reach as far as [`super::add_tile`] checks.
    #[target_feature(enable = "avx2,fma")]
    pub(super) unsafe fn avx2(panel: &[f32], wide: usize, rows: &mut Rows) {
        // SAFETY: as above.
        unsafe {
            match rows.count {
                1 => tile_avx2::<1>(panel, wide, rows),
                2 => tile_avx2::<2>(panel, wide, rows),
                3 => tile_avx2::<3>(panel, wide, rows),
                4 => tile_avx2::<4>(panel, wide, rows),
                5 => tile_avx2::<5>(panel, wide, rows),
                _ => tile_avx2::<6>(panel, wide, rows),
            }
        }
    }

    #[target_feature(enable = "avx2,fma")]
    unsafe fn tile_avx2<const ROWS: usize>(panel: &[f32], wide: usize, rows: &mut Rows) {
        let deep = panel.len() / WIDTH;
        let (mut b, a, stride) = (panel.as_ptr(), rows.a.as_ptr(), rows.a_stride);
        let mut sums: [[__m256; 2]; ROWS] = [[_mm256_setzero_ps(); 2]; ROWS];
        for k in 0..deep {
            // SAFETY: the panel has `deep` rows of two registers, each row of A `deep` numbers.
            unsafe {
                let (left, right) = (_mm256_loadu_ps(b), _mm256_loadu_ps(b.add(8)));
                for (r, sums) in sums.iter_mut().enumerate() {
                    let x = _mm256_set1_ps(*a.add(r * stride + k));
                    sums[0] = _mm256_fmadd_ps(x, left, sums[0]);
                    sums[1] = _mm256_fmadd_ps(x, right, sums[1]);
                }
                b = b.add(WIDTH);
            }
        }
        for (r, sums) in sums.iter().enumerate() {
            let c = &mut rows.c[r * rows.c_stride..][..wide];
            if let Some(c) = c.first_chunk_mut::<WIDTH>() {
                let c = c.as_mut_ptr();
                // SAFETY: there are 16 numbers.
                unsafe {
                    if rows.fresh {
                        _mm256_storeu_ps(c, sums[0]);
                        _mm256_storeu_ps(c.add(8), sums[1]);
                    } else {
                        _mm256_storeu_ps(c, _mm256_add_ps(_mm256_loadu_ps(c), sums[0]));
                        _mm256_storeu_ps(c.add(8), _mm256_add_ps(_mm256_loadu_ps(c.add(8)), sums[1]));
                    }
                }
            } else {
                let mut all = [0.0; WIDTH];
                // SAFETY: the same.
                unsafe {
                    _mm256_storeu_ps(all.as_mut_ptr(), sums[0]);
                    _mm256_storeu_ps(all.as_mut_ptr().add(8), sums[1]);
                }
                put(&all, rows.fresh, c);
            }
        }
    }

    /// # Safety
    /// The machine has AVX-512; A and C reach as far as [`super::add_tile`] checks.
    #[target_feature(enable = "avx512f,avx2,fma")]
    pub(super) unsafe fn avx512(panel: &[f32], wide: usize, rows: &mut Rows) {
        // SAFETY: as above.
        unsafe {
            match rows.count {
                1 => tile_avx512::<1>(panel, wide, rows),
                2 => tile_avx512::<2>(panel, wide, rows),
                3 => tile_avx512::<3>(panel, wide, rows),
                4 => tile_avx512::<4>(panel, wide, rows),
                5 => tile_avx512::<5>(panel, wide, rows),
                6 => tile_avx512::<6>(panel, wide, rows),
                7 => tile_avx512::<7>(panel, wide, rows),
                8 => tile_avx512::<8>(panel, wide, rows),
                9 => tile_avx512::<9>(panel, wide, rows),
                10 => tile_avx512::<10>(panel, wide, rows),
                11 => tile_avx512::<11>(panel, wide, rows),
                _ => tile_avx512::<12>(panel, wide, rows),
            }
        }
    }

    #[target_feature(enable = "avx512f,avx2,fma")]
    unsafe fn tile_avx512<const ROWS: usize>(panel: &[f32], wide: usize, rows: &mut Rows) {
        let deep = panel.len() / WIDTH;
        let (mut b, a, stride) = (panel.as_ptr(), rows.a.as_ptr(), rows.a_stride);
        let mut sums: [__m512; ROWS] = [_mm512_setzero_ps(); ROWS];
        for k in 0..deep {
            // SAFETY: the panel has `deep` rows of one register, each row of A `deep` numbers.
            unsafe {
                let line = _mm512_loadu_ps(b);
                for (r, sum) in sums.iter_mut().enumerate() {
                    *sum = _mm512_fmadd_ps(_mm512_set1_ps(*a.add(r * stride + k)), line, *sum);
                }
                b = b.add(WIDTH);
            }
        }
        for (r, sum) in sums.iter().enumerate() {
            let c = &mut rows.c[r * rows.c_stride..][..wide];
            if let Some(c) = c.first_chunk_mut::<WIDTH>() {
                let c = c.as_mut_ptr();
                // SAFETY: there are 16 numbers.
                unsafe {
                    let before = if rows.fresh { _mm512_setzero_ps() } else { _mm512_loadu_ps(c) };
                    _mm512_storeu_ps(c, _mm512_add_ps(before, *sum));
                }
            } else {
                let mut all = [0.0; WIDTH];
                // SAFETY: the same.
                unsafe { _mm512_storeu_ps(all.as_mut_ptr(), *sum) };
                put(&all, rows.fresh, c);
            }
        }
    }
}
