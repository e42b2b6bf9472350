//! Colours by how light, how strong and of which hue they look: B. Ottosson, "A perceptual color space for image processing"
//! (2020), <https://bottosson.github.io/posts/oklab/>.

use tiny_skia::Color;

/// A colour in Oklab: lightness 0–1, and two axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Colour {
    light: f32,
    a: f32,
    b: f32,
}

impl Colour {
    /// A colour of a lightness (0–1), a strength (0 grey, 0.2 strong) and a hue (radians: 0.5 red, 1.9 yellow, 2.5 green, 4.6 blue).
    pub(super) fn new(light: f32, strength: f32, hue: f32) -> Self {
        Self { light, a: strength * hue.cos(), b: strength * hue.sin() }
    }

    /// So far (0–1) on the way to another.
    pub(super) fn towards(self, other: Self, way: f32) -> Self {
        let mix = |from: f32, to: f32| from + (to - from) * way;
        Self { light: mix(self.light, other.light), a: mix(self.a, other.a), b: mix(self.b, other.b) }
    }

    /// The same, lighter (or darker) by so much.
    pub(super) fn lighter(self, by: f32) -> Self {
        Self { light: (self.light + by).clamp(0.0, 1.0), ..self }
    }

    /// The same, so many times as strong.
    pub(super) fn stronger(self, times: f32) -> Self {
        Self { a: self.a * times, b: self.b * times, ..self }
    }

    /// Red, green, blue, 0–1, as in a picture.
    pub(super) fn rgb(self) -> [f32; 3] {
        let Self { light, a, b } = self;
        let l = (light + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
        let m = (light - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
        let s = (light - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
        let linear = [
            4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
            -1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s,
            -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
        ];
        linear.map(|c| {
            let c = c.clamp(0.0, 1.0);
            if c <= 0.003_130_8 { 12.92 * c } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 }
        })
    }

    /// For tiny-skia, as opaque as said (0–1).
    pub(super) fn skia(self, opacity: f32) -> Color {
        let [r, g, b] = self.rgb();
        let opacity = if opacity.is_finite() { opacity.clamp(0.0, 1.0) } else { 0.0 };
        Color::from_rgba(r, g, b, opacity).expect("all between 0 and 1")
    }
}

/// The colour of a seat: strong, and far from its neighbours'.
pub(super) fn of_seat(seat: usize) -> Colour {
    // Vermilion, turquoise, gold, magenta, azure, lime, violet, rose.
    const SEATS: [(f32, f32, f32); 8] = [
        (0.68, 0.20, 0.65),
        (0.78, 0.13, 3.35),
        (0.84, 0.17, 1.55),
        (0.66, 0.23, 6.05),
        (0.70, 0.14, 4.35),
        (0.84, 0.19, 2.20),
        (0.64, 0.19, 5.25),
        (0.82, 0.10, 0.15),
    ];
    let (light, strength, hue) = SEATS[seat % SEATS.len()];
    Colour::new(light, strength, hue).lighter(if seat < SEATS.len() { 0.0 } else { -0.15 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_is_white_and_red_is_red() {
        assert!(Colour::new(1.0, 0.0, 0.0).rgb().iter().all(|c| (c - 1.0).abs() < 1e-3));
        let [r, g, b] = Colour::new(0.628, 0.2577, 29.23_f32.to_radians()).rgb();
        assert!(r > 0.99 && g < 0.05 && b < 0.05, "{r} {g} {b}");
    }

    #[test]
    fn neighbours_look_different() {
        for seat in 0..11 {
            let (one, other) = (of_seat(seat).rgb(), of_seat(seat + 1).rgb());
            let far: f32 = one.iter().zip(other).map(|(a, b)| (a - b).abs()).sum();
            assert!(far > 0.4, "{seat}: {far}");
        }
    }
}
