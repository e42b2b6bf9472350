//! A network that paints a picture at once, in 26 styles that mix: V. Dumoulin, J. Shlens and M. Kudlur, "A Learned
//! Representation for Artistic Style" (2017), <https://arxiv.org/abs/1610.07629>.
//!
//! Three convolutions make the picture four times smaller, six residual blocks repaint it, three more make it large
//! again. The styles share all of these; a style is what each channel is stretched by (γ) and shifted to (β) after it
//! was normalised over the picture. Thus styles mix, as their γ and β do.

mod bands;
mod layer;
mod load;
mod network;
mod normal;
mod pixels;
#[cfg(test)]
mod plain;
mod style;
mod winograd;

use crate::Picture;
use crate::kernels::Level;
use network::{Network, Room};
pub use style::Style;

/// How many styles there are.
pub const STYLES: usize = 26;

/// What is added to a variance, so that a channel without any stays finite.
const EPSILON: f64 = 1e-5;

/// Sides that the network halves twice, and whose quarter still has a neighbour to mirror at the edge.
const SHORTEST: usize = 8;

/// The network, with what it computes in.
#[derive(Debug)]
pub struct FastStyle {
    network: Network,
    room: Room,
}

impl FastStyle {
    /// The weights that come with the project, which are part of the program.
    #[must_use]
    pub fn shipped() -> Self {
        Self::at_level(Level::best())
    }

    /// Bytes that it takes to paint a picture of this size, about: for an estimate before one begins.
    #[must_use]
    pub fn bytes(width: usize, height: usize) -> u64 {
        Room::bytes((filled(width), filled(height)))
    }

    fn at_level(level: Level) -> Self {
        Self { network: Network::new(level), room: Room::default() }
    }

    /// What the styles are called, in the order of their weights: a word each, after what they look like.
    #[must_use]
    pub fn names() -> [&'static str; STYLES] {
        style::ALL.map(|style| style.name)
    }

    /// The styles in the order of their weights, and how they look.
    #[must_use]
    pub fn styles() -> [Style; STYLES] {
        style::ALL
    }

    /// Paints `from` into `to` (made as large as `from`) in a mixture of the styles. Weights are taken relative to their sum; without any, all are alike.
    /// Sides that are not multiples of 4 are filled up at the edges and cut again.
    ///
    /// How bright `from` is as a whole makes no difference: to fade, fade `to`. What moves in steps of four pixels takes its
    /// brush strokes along. It allocates only when a picture is larger than those before it.
    pub fn paint(&mut self, from: &Picture, weights: &[f32; STYLES], to: &mut Picture) {
        let (width, height) = (from.width(), from.height());
        if (to.width(), to.height()) != (width, height) {
            *to = from.clone();
        }
        if width == 0 || height == 0 {
            return;
        }
        let weights = shares(weights);
        let size = (filled(width), filled(height));
        self.network.paint(from, size, &weights, &mut self.room, to);
    }
}

/// The next side that the network can take.
fn filled(side: usize) -> usize {
    side.next_multiple_of(4).max(SHORTEST)
}

/// Weights that sum up to one. What is no number, or below zero, counts for nothing.
fn shares(weights: &[f32; STYLES]) -> [f32; STYLES] {
    let most = weights.iter().copied().filter(|w| w.is_finite()).fold(0.0, f32::max);
    if most == 0.0 {
        return [1.0 / STYLES as f32; STYLES];
    }
    // Relative to the greatest first: sums of the greatest numbers there are would be infinite.
    let kept = weights.map(|w| if w.is_finite() { (w / most).max(0.0) } else { 0.0 });
    let sum: f32 = kept.iter().sum();
    kept.map(|w| w / sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn picture(width: usize, height: usize) -> Picture {
        Picture::new(width, height, |x, y| {
            [
                ((x * 37 + y * 11) % 64) as f32 / 63.0,
                ((x * 5 + y * 29) % 32) as f32 / 31.0,
                ((x * x + 3 * y) % 16) as f32 / 15.0,
            ]
        })
    }

    fn painted(from: &Picture, weights: &[(usize, f32)]) -> Picture {
        let mut all = [0.0; STYLES];
        weights.iter().for_each(|(style, weight)| all[*style] = *weight);
        let mut to = Picture::new(1, 1, |_, _| [0.0; 3]);
        FastStyle::shipped().paint(from, &all, &mut to);
        to
    }

    /// What PyTorch 2.15 makes of the same pictures with the same weights: place, and colour there.
    fn check(width: usize, height: usize, weights: &[(usize, f32)], pixels: [(usize, usize, [f32; 3]); 4]) {
        let to = painted(&picture(width, height), weights);
        for (x, y, theirs) in pixels {
            let ours = to.pixels()[y * width + x];
            let near = ours.iter().zip(theirs).all(|(a, b)| (a - b).abs() < 1e-3);
            assert!(near, "{weights:?} at ({x}, {y}): {ours:?} for {theirs:?}");
        }
    }

    #[test]
    fn pictures_come_out_as_pytorch_has_them() {
        check(
            24,
            16,
            &[(3, 1.0)],
            [
                (0, 0, [0.4479, 0.6571, 0.0365]),
                (12, 8, [0.7166, 0.4471, 0.4664]),
                (23, 15, [0.7821, 0.5114, 0.7332]),
                (5, 14, [0.0386, 0.3035, 0.8013]),
            ],
        );
        check(
            24,
            16,
            &[(17, 0.3)],
            [
                (0, 0, [0.3452, 0.1921, 0.3154]),
                (12, 8, [0.8545, 0.2026, 0.2838]),
                (23, 15, [0.9917, 0.5591, 0.0639]),
                (5, 14, [0.3279, 0.0907, 0.1861]),
            ],
        );
        check(
            24,
            16,
            &[(4, 0.5), (19, 1.5)],
            [
                (0, 0, [0.2286, 0.6769, 0.8342]),
                (12, 8, [0.1131, 0.4816, 0.1685]),
                (23, 15, [0.8545, 0.7096, 0.4977]),
                (5, 14, [0.5014, 0.2987, 0.6174]),
            ],
        );
    }

    #[test]
    fn sides_that_do_not_divide_are_filled_and_cut() {
        check(
            21,
            14,
            &[(3, 1.0)],
            [
                (0, 0, [0.9171, 0.1702, 0.0019]),
                (10, 7, [0.6346, 0.4881, 0.7799]),
                (20, 13, [0.0207, 0.0072, 0.0088]),
                (5, 12, [0.147, 0.3278, 0.8072]),
            ],
        );
        check(
            21,
            14,
            &[(4, 0.5), (19, 1.5)],
            [
                (0, 0, [0.0567, 0.0768, 0.0929]),
                (10, 7, [0.916, 0.7184, 0.8602]),
                (20, 13, [0.4556, 0.2894, 0.5003]),
                (5, 12, [0.2879, 0.2764, 0.4773]),
            ],
        );
    }

    /// Paints with a network that may have painted before, in style 19 and a little of others.
    fn painted_by(fast: &mut FastStyle, from: &Picture) -> Picture {
        let mut weights = [0.01; STYLES];
        weights[19] = 1.0;
        let mut to = Picture::new(1, 1, |_, _| [0.0; 3]);
        fast.paint(from, &weights, &mut to);
        to
    }

    #[test]
    fn every_level_paints_what_the_definition_says() {
        let mut weights = [0.0; STYLES];
        (weights[2], weights[25]) = (0.25, 0.75);
        let layers = layer::shipped();
        for (width, height) in [(8, 8), (36, 20), (12, 44), (76, 16)] {
            let from = picture(width, height);
            let exact = plain::paint(&layers, width, height, from.pixels(), &weights);
            for level in Level::all() {
                let mut to = from.clone();
                FastStyle::at_level(level).paint(&from, &weights, &mut to);
                let pairs = to.pixels().as_flattened().iter().zip(exact.as_flattened());
                let apart = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(apart < 1e-3, "{width} × {height} at {level:?}: {apart} apart");
            }
        }
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let from = picture(68, 52);
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| painted_by(&mut FastStyle::shipped(), &from))
        };
        let alone = with(1);
        assert_eq!(alone, with(2));
        assert_eq!(alone, with(5));
    }

    #[test]
    fn what_was_painted_before_leaves_no_trace() {
        let mut used = FastStyle::shipped();
        painted_by(&mut used, &picture(60, 40));
        painted_by(&mut used, &picture(17, 90));
        for (width, height) in [(30, 22), (60, 40), (9, 61)] {
            let from = picture(width, height);
            assert_eq!(painted_by(&mut used, &from), painted_by(&mut FastStyle::shipped(), &from));
        }
    }

    #[test]
    fn the_next_picture_of_a_size_takes_no_more_memory() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        pool.install(|| {
            let mut fast = FastStyle::shipped();
            painted_by(&mut fast, &picture(40, 28));
            let held = fast.room.held();
            painted_by(&mut fast, &picture(40, 28));
            assert_eq!(fast.room.held(), held);
            painted_by(&mut fast, &picture(24, 20));
            assert_eq!(fast.room.held(), held);
        });
    }

    #[test]
    fn the_memory_it_takes_is_foretold() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        pool.install(|| {
            for (width, height) in [(96, 160), (250, 90)] {
                let mut fast = FastStyle::shipped();
                painted_by(&mut fast, &picture(width, height));
                let taken: usize = fast.room.held().iter().map(|(_, numbers)| numbers * size_of::<f32>()).sum();
                let share = taken as f64 / FastStyle::bytes(width, height) as f64;
                assert!((0.8..1.05).contains(&share), "{width} × {height}: {share} of what was foretold");
            }
        });
    }

    #[test]
    fn a_picture_that_hardly_changes_is_painted_alike() {
        let before = picture(64, 64);
        let mut after = before.clone();
        // One step of 255, everywhere, up and down.
        for (n, pixel) in after.pixels_mut().iter_mut().enumerate() {
            pixel.iter_mut().for_each(|x| *x += if n % 3 == 0 { 1.0 } else { -0.5 } / 255.0);
        }
        for style in 0..STYLES {
            let (before, after) = (painted(&before, &[(style, 1.0)]), painted(&after, &[(style, 1.0)]));
            let pairs = before.pixels().as_flattened().iter().zip(after.pixels().as_flattened());
            let apart = pairs.map(|(a, b)| (a - b).abs()).sum::<f32>() / (64.0 * 64.0 * 3.0);
            assert!(apart < 0.02, "style {style}: {apart} apart");
        }
    }

    #[test]
    fn how_bright_the_picture_is_makes_no_difference() {
        let from = picture(48, 48);
        let dark = Picture::new(48, 48, |x, y| from.pixels()[y * 48 + x].map(|c| c * 0.5));
        let (bright, dark) = (painted(&from, &[(8, 1.0)]), painted(&dark, &[(8, 1.0)]));
        let pairs = bright.pixels().as_flattened().iter().zip(dark.pixels().as_flattened());
        assert!(pairs.map(|(a, b)| (a - b).abs()).sum::<f32>() / (48.0 * 48.0 * 3.0) < 0.01);
    }

    #[test]
    fn shares_sum_up_to_one_whatever_the_weights() {
        let mut odd = [0.0; STYLES];
        (odd[0], odd[1], odd[2], odd[3]) = (f32::NAN, f32::INFINITY, -3.0, f32::MAX);
        odd[4] = f32::MAX;
        let kept = shares(&odd);
        assert_eq!(kept[..6], [0.0, 0.0, 0.0, 0.5, 0.5, 0.0]);
        assert_eq!(shares(&[0.0; STYLES]), [1.0 / 26.0; STYLES]);
        assert_eq!(shares(&[-1.0; STYLES]), [1.0 / 26.0; STYLES]);
    }

    #[test]
    fn what_is_no_number_in_the_picture_does_not_spread() {
        let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
        let mut from = picture(12, 12);
        from.pixels_mut()[30] = odd;
        assert!(painted(&from, &[]).pixels().as_flattened().iter().all(|x| (0.0..=1.0).contains(x)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn every_size_is_painted(width in 1_usize..23, height in 1_usize..23, style in 0..STYLES) {
            let to = painted(&picture(width, height), &[(style, 1.0)]);
            prop_assert_eq!((to.width(), to.height()), (width, height));
            prop_assert!(to.pixels().as_flattened().iter().all(|x| (0.0..=1.0).contains(x)));
        }
    }
}
