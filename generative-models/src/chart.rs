//! Charts as PNG files: what they are drawn on, and the numbers at their axes.

mod canvas;
#[cfg(feature = "pictures")]
mod losses;

pub use canvas::{Canvas, Colour, Spot};
#[cfg(feature = "pictures")]
pub use losses::losses;

/// Round numbers, between five and ten of them.
#[must_use]
pub fn ticks(least: f64, most: f64) -> Vec<f64> {
    let rough = ((most - least) / 8.0).max(1e-9);
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|n| n * power).into_iter().find(|step| *step >= rough).unwrap_or(10.0 * power);
    let first = (least / step).ceil() as i64;
    (first..).map(|n| n as f64 * step).take_while(|value| *value <= most + step * 1e-6).take(20).collect()
}

/// A number as an axis has it: 0.25, 12 k, 3 M.
#[must_use]
pub fn short(value: f64) -> String {
    if value >= 1e6 {
        format!("{} M", (value / 1e4).round() / 100.0)
    } else if value >= 1e4 {
        format!("{} k", (value / 100.0).round() / 10.0)
    } else {
        format!("{}", (value * 1e4).round() / 1e4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(ticks(0.0, 4000.0), [0.0, 500.0, 1000.0, 1500.0, 2000.0, 2500.0, 3000.0, 3500.0, 4000.0]);
        for most in [0.013, 0.7, 3.3, 99.0, 123_456.0] {
            assert!((4..=10).contains(&ticks(0.0, most).len()), "{most}: {:?}", ticks(0.0, most));
        }
        assert_eq!(short(12_000.0), "12 k");
    }
}
