//! Where a fader stands for a value, and what its 128 positions mean.

use super::Target;

/// The values of a fader's positions, 0 to 127.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    from: f64,
    until: f64,
    shape: Shape,
    /// Values are rounded to this: a hand means 120, not 119.53.
    step: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    /// Twice the way is twice the value.
    Straight,
    /// As General MIDI has it for volume (CC 7): 40 dB × log10(position / 127), so that the
    /// amplitude goes with the square; half way up is 12 dB down.
    Squared,
}

/// The highest position.
const TOP: f64 = 127.0;

impl Scale {
    /// The scale of a target; `None` for what is no fader. The range is the target's own when nobody says.
    #[must_use]
    pub fn of(target: &Target, range: Option<(f64, f64)>) -> Option<Self> {
        let (own, shape, fine) = match target {
            Target::Gain(_) | Target::Master => ((0.0, 1.0), Shape::Squared, 0.0),
            Target::Tempo => ((60.0, 180.0), Shape::Straight, 1.0),
            Target::Density => ((0.0, 1.0), Shape::Straight, 0.01),
            _ => return None,
        };
        let (from, until) = range.unwrap_or(own);
        // Whole beats a minute where a position is about one or more; tenths where it is less.
        let step = if fine == 1.0 && (until - from).abs() < 64.0 { 0.1 } else { fine };
        Some(Self { from, until, shape, step })
    }

    /// What a position means.
    #[must_use]
    pub fn value(&self, position: u8) -> f64 {
        let way = f64::from(position.min(127)) / TOP;
        let way = if self.shape == Shape::Squared { way * way } else { way };
        let value = self.from + (self.until - self.from) * way;
        let value = if self.step > 0.0 { (value / self.step).round() * self.step } else { value };
        value.clamp(self.from.min(self.until), self.from.max(self.until))
    }

    /// The position of a value; one of the ends for what lies beyond them.
    #[must_use]
    pub fn position(&self, value: f64) -> u8 {
        let way = ((value - self.from) / (self.until - self.from)).clamp(0.0, 1.0);
        let way = if self.shape == Shape::Squared { way.sqrt() } else { way };
        (way * TOP).round() as u8
    }

    /// Whether two values are one to a hand.
    #[must_use]
    pub fn same(&self, a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-5 * (self.until - self.from).abs().max(a.abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(target: &str, range: Option<(f64, f64)>) -> Scale {
        Scale::of(&Target::parse(target).unwrap(), range).unwrap()
    }

    #[test]
    fn a_fader_at_its_top_is_full_and_at_its_bottom_silent() {
        let gain = scale("bass.gain", None);
        assert_eq!((gain.value(0), gain.value(127)), (0.0, 1.0));
        let decibels = |position| 20.0 * gain.value(position).log10();
        assert!(
            (decibels(64) + 11.9).abs() < 0.1 && (decibels(100) + 4.15).abs() < 0.1 && (decibels(1) + 84.2).abs() < 0.1
        );
    }

    #[test]
    fn every_position_of_a_gain_comes_back_as_itself() {
        for range in [None, Some((0.2, 0.7)), Some((1.0, 0.0))] {
            let gain = scale("master", range);
            for position in 0..=127 {
                // As the mixer keeps it.
                assert_eq!(gain.position(f64::from(gain.value(position) as f32)), position, "{range:?}");
            }
        }
    }

    #[test]
    fn a_tempo_is_one_that_a_hand_can_mean() {
        let tempo = scale("tempo", None);
        assert_eq!((tempo.value(0), tempo.value(64), tempo.value(127)), (60.0, 120.0, 180.0));
        assert!((0..=127).all(|p| tempo.value(p).fract() == 0.0 && tempo.position(tempo.value(p)).abs_diff(p) <= 1));
        let fine = scale("tempo", Some((118.0, 122.0)));
        assert!((0..=127).all(|p| ((fine.value(p) * 10.0) - (fine.value(p) * 10.0).round()).abs() < 1e-9));
        assert_eq!((fine.value(0), fine.value(127)), (118.0, 122.0));
    }

    #[test]
    fn a_range_may_be_upside_down() {
        let density = scale("density", Some((1.0, 0.5)));
        assert_eq!((density.value(0), density.value(127), density.position(0.75)), (1.0, 0.5, 64));
        assert_eq!((density.position(9.0), density.position(0.0)), (0, 127));
    }
}
