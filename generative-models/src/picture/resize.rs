//! Other sizes. Rows go through one at a time: each is brought to its new width, and then has its part in the rows that it is
//! near to.

use super::Picture;
use super::light::{to_light, to_numbers};
use super::rows::Rows;

/// How far a picture's pixels are from each other in another, and which of them matter for each of its own.
struct Axis {
    /// For every new place: the first old one that matters, and the weights of it and those after it. They add up to one.
    windows: Vec<(usize, Vec<f32>)>,
}

impl Axis {
    fn new(from: usize, to: usize) -> Self {
        let step = from as f64 / to as f64;
        // A pixel of a smaller picture sees all that it covers.
        let (kernel, reach, stretch): (fn(f64) -> f64, f64, f64) =
            if to < from { (hamming, 1.0, step) } else { (catmull_rom, 2.0, 1.0) };
        let window = |place: usize| {
            let middle = (place as f64 + 0.5) * step;
            let first = (middle - reach * stretch).floor().max(0.0) as usize;
            let end = ((middle + reach * stretch).ceil() as usize).clamp(first + 1, from);
            let weigh = |n: usize| kernel((n as f64 + 0.5 - middle) / stretch);
            let sum: f64 = (first..end).map(weigh).sum();
            (first, (first..end).map(|n| (weigh(n) / sum) as f32).collect())
        };
        Self { windows: (0..to).map(window).collect() }
    }

    fn sum(&self, place: usize, row: &[[f32; 3]]) -> [f32; 3] {
        let (first, weights) = &self.windows[place];
        let mut sum = [0.0_f32; 3];
        for (pixel, weight) in row[*first..].iter().zip(weights) {
            (0..3).for_each(|c| sum[c] += pixel[c] * weight);
        }
        sum
    }
}

/// sin(πx)/πx under a Hamming window: sharper than a triangle, and never negative.
fn hamming(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    if x.abs() >= 1.0 {
        return 0.0;
    }
    let turn = std::f64::consts::PI * x;
    turn.sin() / turn * (0.54 + 0.46 * turn.cos())
}

/// E. Catmull and R. Rom (1974): a smooth curve that goes through the pixels.
fn catmull_rom(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}

/// The size with this longer side, and the shape of `size`.
pub(super) fn with_longest(size: (usize, usize), longest: usize) -> (usize, usize) {
    let most = size.0.max(size.1).max(1) as f64;
    let side = |side: usize| ((side as f64 * longest as f64 / most).round() as usize).max(1);
    (side(size.0), side(size.1))
}

/// A picture of rows, as large as they are.
pub(super) fn as_it_is(rows: &impl Rows) -> Picture {
    let (width, height) = rows.size();
    let mut pixels = vec![[0.0; 3]; width * height];
    if width > 0 {
        pixels.chunks_exact_mut(width).enumerate().for_each(|(y, row)| rows.row(y, row));
    }
    Picture { width, height, pixels }
}

/// A picture of rows, at another size.
pub(super) fn resized(rows: &impl Rows, width: usize, height: usize) -> Picture {
    let (old_width, old_height) = rows.size();
    if (old_width, old_height) == (width, height) {
        return as_it_is(rows);
    }
    if old_width == 0 || old_height == 0 {
        return Picture { width, height, pixels: vec![[1.0; 3]; width * height] };
    }
    let in_light = width < old_width || height < old_height;
    let (across, down) = (Axis::new(old_width, width), Axis::new(old_height, height));
    let (mut wide, mut narrow) = (vec![[0.0; 3]; old_width], vec![[0.0; 3]; width]);
    let mut pixels = vec![[0.0_f32; 3]; width * height];
    // Windows begin and end further down the further down they are.
    let mut first = 0;
    for y in 0..old_height {
        rows.row(y, &mut wide);
        if in_light {
            to_light(&mut wide);
        }
        narrow.iter_mut().enumerate().for_each(|(x, to)| *to = across.sum(x, &wide));
        let is_over = |(start, weights): &(usize, Vec<f32>)| start + weights.len() <= y;
        first += down.windows[first..].iter().take_while(|window| is_over(window)).count();
        let near = down.windows[first..].iter().take_while(|(start, _)| *start <= y);
        for (place, (start, weights)) in near.enumerate() {
            let Some(weight) = weights.get(y - start) else { continue };
            let row = &mut pixels[(first + place) * width..][..width];
            for (to, from) in row.iter_mut().zip(&narrow) {
                (0..3).for_each(|c| to[c] += from[c] * weight);
            }
        }
    }
    if in_light {
        to_numbers(&mut pixels);
    }
    pixels.as_flattened_mut().iter_mut().for_each(|c| *c = c.clamp(0.0, 1.0));
    Picture { width, height, pixels }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grey(picture: &Picture, x: usize, y: usize) -> f32 {
        picture.pixels()[y * picture.width() + x][0]
    }

    #[test]
    fn the_same_size_is_the_same_picture() {
        let picture = Picture::new(7, 5, |x, y| [x as f32 / 7.0, y as f32 / 5.0, 0.3]);
        assert_eq!(picture.resized(7, 5), picture);
        assert_eq!(picture.with_longest(7), picture);
    }

    #[test]
    fn shrinking_keeps_the_light_and_not_the_numbers() {
        let lines = Picture::new(64, 64, |x, _| [(x % 2) as f32; 3]);
        let small = lines.resized(8, 8);
        assert!((grey(&small, 4, 4) - 188.0 / 255.0).abs() < 0.01, "{}", grey(&small, 4, 4));
    }

    #[test]
    fn an_edge_gets_no_halo_when_it_shrinks() {
        let edge = Picture::new(90, 60, |x, _| if x < 47 { [0.2; 3] } else { [0.8; 3] });
        for (w, h) in [(30, 20), (31, 17), (77, 51), (9, 60), (1, 1)] {
            let small = edge.resized(w, h);
            assert!(small.pixels().iter().all(|p| (0.199..=0.801).contains(&p[0])), "{w} × {h}");
        }
    }

    #[test]
    fn stripes_too_fine_to_be_seen_become_even() {
        let fine = Picture::new(600, 3, |x, _| if x % 3 == 0 { [1.0; 3] } else { [0.0; 3] });
        let small = fine.resized(77, 3);
        let row: Vec<f32> = (2..75).map(|x| grey(&small, x, 1)).collect();
        let (least, most) = row.iter().fold((1.0_f32, 0.0_f32), |(a, b), c| (a.min(*c), b.max(*c)));
        assert!(most - least < 0.03, "{least}–{most}");
    }

    #[test]
    fn enlarging_goes_through_the_pixels_and_ramps_stay_ramps() {
        let ramp = Picture::new(10, 1, |x, _| [x as f32 / 10.0; 3]);
        let large = ramp.resized(30, 3);
        assert!((grey(&large, 13, 1) - 0.4).abs() < 1e-6);
        assert!((grey(&large, 14, 1) - 0.4 - 0.1 / 3.0).abs() < 1e-6);
    }

    #[test]
    fn sides_keep_their_proportion_and_never_vanish() {
        assert_eq!(with_longest((3000, 2000), 512), (512, 341));
        assert_eq!(with_longest((10, 10_000), 512), (1, 512));
        assert_eq!(with_longest((1, 1), 512), (512, 512));
        assert_eq!(with_longest((5, 5), 0), (1, 1));
    }

    proptest! {
        #[test]
        fn one_colour_stays_one_colour_at_any_size(
            (w, h) in (1_usize..40, 1_usize..40), (v, u) in (1_usize..60, 1_usize..60), c in 0.0_f32..=1.0
        ) {
            let picture = Picture::new(w, h, |_, _| [c, 1.0 - c, 0.5]).resized(v, u);
            prop_assert_eq!(picture.pixels().len(), v * u);
            for p in picture.pixels() {
                prop_assert!((p[0] - c).abs() < 1e-3 && (p[1] - 1.0 + c).abs() < 1e-3 && (p[2] - 0.5).abs() < 1e-3, "{:?}", p);
            }
        }
    }
}
