//! Coarse to fine: a painting is begun small, where an evaluation is cheap and a layer sees much of it at once,
//! and made larger when the large shapes are there. (L. A. Gatys et al., "Controlling Perceptual Factors in Neural Style Transfer",
//! 2017, section 6, do so for large paintings.)

use crate::Picture;

/// A scale whose shorter side has fewer pixels says little.
const LEAST: usize = 32;

/// A scale, and how many evaluations of the losses are made at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scale {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) iterations: usize,
}

/// The sides of a picture made so large that the longer one has `longest` pixels.
pub(super) fn sides(picture: &Picture, longest: usize) -> (usize, usize) {
    let most = picture.width().max(picture.height()).max(1) as f64;
    let side = |side: usize| ((side as f64 * longest as f64 / most).round() as usize).max(1);
    (side(picture.width()), side(picture.height()))
}

/// Up to `count` scales, the coarsest first, each half of the next. Each has half as many evaluations again as the next finer.
pub(super) fn scales(width: usize, height: usize, count: usize, iterations: usize) -> Vec<Scale> {
    let halved = |side: usize, n: usize| (side >> n).max(1);
    let count = (1..count.clamp(1, 16)).take_while(|n| halved(width.min(height), *n) >= LEAST).count() + 1;
    let share = |n: usize| 1.5_f64.powi(n as i32);
    let all: f64 = (0..count).map(share).sum();
    let mut left = iterations;
    let mut scales: Vec<Scale> = (0..count)
        .rev()
        .map(|n| {
            let share = if n == 0 { left } else { ((iterations as f64 * share(n) / all).round() as usize).min(left) };
            left -= share;
            Scale { width: halved(width, n), height: halved(height, n), iterations: share }
        })
        .collect();
    // A scale without an evaluation only blurs.
    scales.retain(|scale| scale.iterations > 0 || (scale.width, scale.height) == (width, height));
    scales
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn all_evaluations_are_shared_out_and_the_last_scale_is_whole(
            width in 16_usize..2000, height in 16_usize..2000, count in 0_usize..40, iterations in 0_usize..500,
        ) {
            let scales = scales(width, height, count, iterations);
            prop_assert_eq!(scales.iter().map(|s| s.iterations).sum::<usize>(), iterations);
            let last = scales.last().unwrap();
            prop_assert_eq!((last.width, last.height), (width, height));
            prop_assert!(scales.windows(2).all(|w| w[0].width < w[1].width));
            prop_assert!(scales.len() == 1 || scales[0].width.min(scales[0].height) >= LEAST);
            prop_assert!(scales.len() <= count.max(1));
        }
    }

    #[test]
    fn each_scale_is_half_of_the_next() {
        let scales = scales(512, 300, 3, 190);
        let sides: Vec<_> = scales.iter().map(|s| (s.width, s.height, s.iterations)).collect();
        assert_eq!(sides, [(128, 75, 90), (256, 150, 60), (512, 300, 40)]);
    }

    #[test]
    fn the_longer_side_is_as_asked() {
        let picture = |w, h| Picture::new(w, h, |_, _| [0.0; 3]);
        assert_eq!(sides(&picture(300, 200), 512), (512, 341));
        assert_eq!(sides(&picture(20, 4000), 512), (3, 512));
    }
}
