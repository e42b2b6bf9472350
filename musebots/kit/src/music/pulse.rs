//! The pulse of a bar: how much weight each of its sixteenths carries.

use super::{Tala, beats, strong_beats};
use crate::Meter;

/// The weight of a beat; what weighs less is off the beat.
pub const BEAT: f64 = 0.6;

/// The weight of every step of a bar, 0–1: the bar line carries most, then the strong beats, the
/// beats, the groups of the tala, the eighths, and the sixteenths between them least.
#[must_use]
pub fn pulse(meter: Meter, tala: &Tala) -> Vec<f64> {
    let (beats, strong) = (beats(meter), strong_beats(meter));
    let groups: Vec<usize> = tala.starts().collect();
    (0..meter.sixteenths() as usize)
        .map(|step| match step {
            0 => 1.0,
            _ if strong.contains(&step) => 0.85,
            _ if beats.contains(&step) => BEAT,
            _ if groups.contains(&step) => 0.45,
            _ if step.is_multiple_of(2) => 0.3,
            _ => 0.1,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_weighs_more_than_three_and_three_more_than_two() {
        let meter = Meter::default();
        let pulse = pulse(meter, &Tala::plain(meter));
        assert!(pulse[0] > pulse[8] && pulse[8] > pulse[4] && pulse[4] > pulse[2] && pulse[2] > pulse[1]);
        assert_eq!(pulse.len(), 16);
    }

    #[test]
    fn a_tala_lends_its_groups_some_weight() {
        let meter = Meter::default();
        let pulse = pulse(meter, &Tala::heard(&[3, 3, 4, 2, 4], 16).unwrap());
        assert!(pulse[3] > 0.4 && pulse[3] < BEAT && pulse[6] > pulse[2]);
    }
}
