//! What a metre says about its bar: where the beats are, which are strong, and which answer.

use crate::{Meter, Style};

/// The steps (sixteenths from 0) on which the beats of a bar fall; an odd bar ends in shorter beats.
#[must_use]
pub fn beats(meter: Meter) -> Vec<usize> {
    let steps = meter.sixteenths() as usize;
    if is_compound(meter) {
        return (0..steps).step_by(6).collect();
    }
    let mut starts: Vec<usize> = (0..steps).step_by(4).collect();
    // 7/8 counts 4 4 3 3 rather than 4 4 4 2: the last two beats share what is left.
    if steps % 4 == 2 && starts.len() > 2 {
        let last = starts.len() - 1;
        starts[last] -= 1;
    }
    starts
}

/// Whether three eighths make a beat.
#[must_use]
pub fn is_compound(meter: Meter) -> bool {
    meter.denominator() == 8 && meter.numerator().is_multiple_of(3)
}

/// The steps that carry weight: the first beat, and the one in the middle of a bar of an even
/// number of beats.
#[must_use]
pub fn strong_beats(meter: Meter) -> Vec<usize> {
    let beats = beats(meter);
    if beats.len() >= 4 && beats.len().is_multiple_of(2) { vec![0, beats[beats.len() / 2]] } else { vec![0] }
}

/// The steps on which the snare (or what stands for it) answers the kick. Bass players know
/// them and leave them to the drummer.
#[must_use]
pub fn backbeats(meter: Meter, style: Style) -> Vec<usize> {
    let beats = beats(meter);
    match (beats.len(), style) {
        // A walking bass goes through all beats, and the kick is feathered under it.
        (_, Style::Swing) => Vec::new(),
        // The kick goes through all beats, the clap falls onto it.
        (_, Style::House) => Vec::new(),
        (0 | 1, _) => Vec::new(),
        (3, _) => vec![beats[2]],
        _ => beats.iter().copied().skip(1).step_by(2).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meter(text: &str) -> Meter {
        text.parse().unwrap()
    }

    #[test]
    fn beats_follow_the_metre() {
        assert_eq!(beats(meter("4/4")), [0, 4, 8, 12]);
        assert_eq!(beats(meter("3/4")), [0, 4, 8]);
        assert_eq!(beats(meter("6/8")), [0, 6]);
        assert_eq!(beats(meter("7/8")), [0, 4, 8, 11]);
    }

    #[test]
    fn one_and_three_are_strong_in_four_and_one_in_three() {
        assert_eq!(strong_beats(meter("4/4")), [0, 8]);
        assert_eq!(strong_beats(meter("3/4")), [0]);
    }

    #[test]
    fn the_backbeat_of_rock_is_two_and_four() {
        assert_eq!(backbeats(meter("4/4"), Style::Straight), [4, 12]);
        assert_eq!(backbeats(meter("3/4"), Style::Ballad), [8]);
    }
}
