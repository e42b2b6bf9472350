//! The feel of a style: where its sixteenths really fall.

use crate::Style;

/// Bends the even grid. Everybody who plays in a style bends it alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Feel {
    style: Style,
}

/// What a note's deviation may make up, in milliseconds: a little less than a note may deviate,
/// because human unevenness comes on top.
const REACH_MS: (f64, f64) = (-12.0, 42.0);

impl Feel {
    /// The feel of a style.
    #[must_use]
    pub fn of(style: Style) -> Self {
        Self { style }
    }

    /// Where a step of the bar falls, in ticks from the bar line.
    #[must_use]
    pub fn ticks(self, step: f64, bpm: f64) -> f64 {
        match self.style {
            // Long and short eighths: two to one, evening out as it gets faster.
            Style::Swing => {
                let long_to_short = (2.0 - (bpm - 160.0) / 160.0).clamp(1.25, 2.0);
                bend(step, 4.0, long_to_short / (1.0 + long_to_short))
            }
            // Only the sixteenths lean back, and not much.
            Style::Funk => bend(step, 2.0, 0.545),
            Style::House => bend(step, 2.0, 0.525),
            Style::Straight | Style::Ballad => step * 4.0,
        }
    }

    /// The tick a step belongs to, and how many milliseconds from it.
    #[must_use]
    pub fn place(self, step: f64, bpm: f64) -> (i64, f32) {
        let exact = self.ticks(step, bpm);
        let tick_ms = 60_000.0 / (16.0 * bpm);
        let reach = |tick: f64| {
            let ms = (exact - tick) * tick_ms;
            ((REACH_MS.0 - ms).max(ms - REACH_MS.1).max(0.0), ms.abs())
        };
        let (below, above) = (exact.floor(), exact.ceil());
        let (a, b) = (reach(below), reach(above));
        let tick = if b < a { above } else { below };
        (tick as i64, ((exact - tick) * tick_ms) as f32)
    }
}

/// Divides every `unit` steps so that its first half takes `long` of it.
fn bend(step: f64, unit: f64, long: f64) -> f64 {
    let start = (step / unit).floor() * unit;
    let within = (step - start) / unit;
    let bent = if within < 0.5 { within * 2.0 * long } else { long + (within - 0.5) * 2.0 * (1.0 - long) };
    (start + bent * unit) * 4.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swung_eighth_falls_on_the_third_triplet_at_any_tempo() {
        for bpm in [60.0, 84.0, 120.0, 152.0] {
            let (tick, ms) = Feel::of(Style::Swing).place(2.0, bpm);
            let tick_ms = 60_000.0 / (16.0 * bpm);
            assert!((tick as f64 * tick_ms + f64::from(ms) - 32.0 / 3.0 * tick_ms).abs() < 0.01, "{bpm}: {tick} {ms}");
            assert!((-20.0..=50.0).contains(&ms), "{bpm}: {ms}");
        }
    }

    #[test]
    fn beats_stay_where_they_are() {
        for (style, _) in Style::ALL {
            for beat in 0..4 {
                assert_eq!(Feel::of(style).place(f64::from(beat * 4), 100.0), (i64::from(beat) * 16, 0.0));
            }
        }
    }

    #[test]
    fn steps_stay_in_order() {
        for (style, _) in Style::ALL {
            let ticks: Vec<f64> = (0..16).map(|s| Feel::of(style).ticks(f64::from(s), 130.0)).collect();
            assert!(ticks.windows(2).all(|w| w[0] < w[1]), "{ticks:?}");
        }
    }
}
