//! Between the numbers of a file (sRGB) and the light they stand for: IEC 61966-2-1.

use std::sync::LazyLock;

/// A curve from 0–1 to 0–1, straight between so many places: within a hundredth of an 8-bit step of the true one.
struct Curve(Vec<f32>);

const PLACES: usize = 8192;

static LIGHT: LazyLock<Curve> =
    LazyLock::new(|| Curve::new(|s| if s <= 0.040_45 { s / 12.92 } else { ((s + 0.055) / 1.055).powf(2.4) }));

static NUMBER: LazyLock<Curve> =
    LazyLock::new(|| Curve::new(|l| if l <= 0.003_130_8 { l * 12.92 } else { 1.055 * l.powf(1.0 / 2.4) - 0.055 }));

impl Curve {
    fn new(curve: impl Fn(f64) -> f64) -> Self {
        Self((0..PLACES + 2).map(|n| curve(n as f64 / PLACES as f64) as f32).collect())
    }

    fn at(&self, number: f32) -> f32 {
        // What is no number is black.
        let place = if number > 0.0 { number.min(1.0) } else { 0.0 } * PLACES as f32;
        let before = place as usize;
        let (a, b) = (self.0[before], self.0[before + 1]);
        a + (b - a) * (place - before as f32)
    }
}

/// Makes light of numbers.
pub(super) fn to_light(pixels: &mut [[f32; 3]]) {
    let curve = &*LIGHT;
    pixels.as_flattened_mut().iter_mut().for_each(|c| *c = curve.at(*c));
}

/// Makes numbers of light.
pub(super) fn to_numbers(pixels: &mut [[f32; 3]]) {
    let curve = &*NUMBER;
    pixels.as_flattened_mut().iter_mut().for_each(|c| *c = curve.at(*c));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back_is_the_same_to_a_tenth_of_a_step() {
        let before: Vec<[f32; 3]> = (0..256).map(|n| [n as f32 / 255.0; 3]).collect();
        let mut after = before.clone();
        to_light(&mut after);
        assert!((after[188][0] - 0.503).abs() < 0.001, "188 is half the light: {}", after[188][0]);
        to_numbers(&mut after);
        for (a, b) in before.iter().zip(&after) {
            assert!((a[0] - b[0]).abs() < 0.1 / 255.0, "{a:?} {b:?}");
        }
    }

    #[test]
    fn numbers_outside_stay_at_the_ends() {
        let mut pixels = [[-3.0, 7.0, f32::NAN], [f32::INFINITY, f32::NEG_INFINITY, 1.0]];
        to_light(&mut pixels);
        assert_eq!(pixels, [[0.0, 1.0, 0.0], [1.0, 0.0, 1.0]]);
    }
}
