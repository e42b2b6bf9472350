//! The colour of a harmony: pitch classes lie on the circle of fifths as hues on the colour wheel, so that near keys have near
//! colours. The farther a harmony is from using the whole circle, the clearer its colour.

use std::f32::consts::TAU;

/// No colour is multiplied by more or less than this.
const MOST: f32 = 0.15;

/// Where a harmony lies on the circle of fifths (radians, C at 0), and how clearly (0–1).
pub(crate) fn hue(harmony: u16) -> (f32, f32) {
    let (mut x, mut y, mut classes) = (0.0, 0.0, 0.0);
    for class in (0..12_u16).filter(|class| harmony >> class & 1 == 1) {
        let angle = f32::from(class * 7 % 12) / 12.0 * TAU;
        (x, y, classes) = (x + angle.cos(), y + angle.sin(), classes + 1.0);
    }
    if classes == 0.0 { (0.0, 0.0) } else { (y.atan2(x), f32::hypot(x, y) / classes) }
}

/// What red, green and blue are multiplied by in a harmony. A white picture stays about as light.
pub(super) fn balance(harmony: u16) -> [f32; 3] {
    let (angle, clear) = hue(harmony);
    // C is warm, as a hearth; the sharps go over yellow and green to blue, the flats over violet.
    let angle = angle + 0.4;
    let raw: [f32; 3] = std::array::from_fn(|n| 1.0 + MOST * clear * (angle - n as f32 * TAU / 3.0).cos());
    let light = 0.2126 * raw[0] + 0.7152 * raw[1] + 0.0722 * raw[2];
    raw.map(|channel| (channel / light).clamp(1.0 - MOST, 1.0 + MOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_away_is_nearer_than_a_tritone() {
        let chord = |root: u16| [0, 4, 7].iter().fold(0, |classes, step| classes | 1 << ((root + step) % 12));
        let far = |a, b| {
            let (a, b): ([f32; 3], [f32; 3]) = (balance(a), balance(b));
            a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f32>()
        };
        assert!(far(chord(0), chord(7)) < far(chord(0), chord(6)) / 2.0);
    }

    #[test]
    fn no_harmony_goes_beyond_fifteen_percent_and_none_is_no_colour() {
        assert_eq!(balance(0), [1.0; 3]);
        for harmony in 0..1 << 12 {
            assert!(balance(harmony).iter().all(|channel| (channel - 1.0).abs() <= MOST + 1e-6));
        }
    }
}
