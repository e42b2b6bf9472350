//! Sums over pictures taken as long vectors. They are made block by block, in the same order
//! whatever the number of threads.

use rayon::prelude::*;

/// Numbers of a block: long enough for a thread's while, short enough for sums in 32 bits.
pub(super) const BLOCK: usize = 1 << 13;

/// The inner product.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f64 {
    let blocks: Vec<f64> = a.par_chunks(BLOCK).zip(b.par_chunks(BLOCK)).map(|(a, b)| dot_of_block(a, b)).collect();
    blocks.iter().sum()
}

fn dot_of_block(a: &[f32], b: &[f32]) -> f64 {
    let mut sums = [0.0_f32; 32];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<32>(), b.as_chunks::<32>());
    for (a, b) in a.iter().zip(b) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += a * b);
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
    sums.iter().map(|sum| f64::from(*sum)).sum::<f64>() + rest
}

/// gradient · (to − from).
pub(super) fn slope(gradient: &[f32], from: &[f32], to: &[f32]) -> f64 {
    let blocks: Vec<f64> = gradient
        .par_chunks(BLOCK)
        .zip(from.par_chunks(BLOCK).zip(to.par_chunks(BLOCK)))
        .map(|(g, (from, to))| {
            let steps = to.iter().zip(from).map(|(to, from)| to - from);
            g.iter().zip(steps).map(|(g, step)| f64::from(*g) * f64::from(step)).sum()
        })
        .collect();
    blocks.iter().sum()
}

/// to += factor · a.
pub(super) fn add(to: &mut [f32], factor: f64, a: &[f32]) {
    let factor = factor as f32;
    to.par_chunks_mut(BLOCK).zip(a.par_chunks(BLOCK)).for_each(|(to, a)| {
        to.iter_mut().zip(a).for_each(|(to, a)| *to += factor * a);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_product_is_exact_to_six_digits_and_the_same_with_any_number_of_threads() {
        let a: Vec<f32> = (0..100_003_u64).map(|n| ((n * 7919) % 1009) as f32 / 1009.0).collect();
        let b: Vec<f32> = (0..100_003_u64).map(|n| ((n * 104_729) % 997) as f32 / 997.0).collect();
        let exact: f64 = a.iter().zip(&b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| dot(&a, &b))
        };
        assert_eq!(with(1).to_bits(), with(3).to_bits());
        assert!((with(1) / exact - 1.0).abs() < 1e-6);
    }
}
