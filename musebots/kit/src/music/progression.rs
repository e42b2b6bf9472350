//! Chord progressions with a function: they leave home, and close on it or stay open before it.

use super::{Chord, Dice, Plan, Scale};
use crate::{Mode, Style};

/// How a phrase ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Close {
    /// On a chord that wants to go on.
    Open,
    /// At home.
    Closed,
}

/// A progression for a phrase of `bars` bars.
#[must_use]
pub fn progression(scale: Scale, style: Style, bars: u32, close: Close, dice: &mut Dice) -> Plan {
    let quarters = *dice.pick(table(scale.mode(), close));
    let tones = match style {
        Style::Swing => 4,
        Style::House | Style::Funk if dice.chance(0.7) => 4,
        Style::Ballad if dice.chance(0.4) => 4,
        _ => 3,
    };
    let bars = bars.max(1) as usize;
    // Four functions are spread over the phrase, in whole bars where there are enough of them.
    let mut degrees: Vec<(i32, f64)> = if bars < 4 {
        quarters.iter().map(|d| (*d, bars as f64 / 4.0)).collect()
    } else {
        let of_bar = |bar: usize| quarters[bar * 4 / bars];
        let mut spread: Vec<(i32, f64)> = Vec::new();
        for bar in 0..bars {
            match spread.last_mut() {
                // A chord may last two bars, but a new one comes with every function.
                Some((degree, length)) if *degree == of_bar(bar) && bars > 4 && *length < 2.0 => *length += 1.0,
                _ => spread.push((of_bar(bar), 1.0)),
            }
        }
        spread
    };
    // The bar before the last is where a second chord is most welcome: it prepares the dominant.
    let two_in_a_bar = match style {
        Style::Swing => 0.7,
        Style::Ballad | Style::Straight => 0.3,
        Style::Funk => 0.15,
        Style::House => 0.0,
    };
    let before_last = degrees.len().saturating_sub(2);
    if degrees.len() >= 4 && dice.chance(two_in_a_bar) {
        let (dominant, length) = degrees[before_last];
        let preparing = match dominant {
            4 => *dice.pick(&[1, 3]),
            6 => *dice.pick(&[3, 5]),
            other => (other + 4) % 7,
        };
        if length >= 1.0 && preparing != degrees[before_last - 1].0 {
            degrees[before_last] = (preparing, length / 2.0);
            degrees.insert(before_last + 1, (dominant, length / 2.0));
        }
    }
    let chords = degrees.iter().map(|(degree, _)| Chord::on(scale, *degree, tones)).collect();
    let shares: Vec<f64> = degrees.iter().map(|(_, length)| length * 16.0).collect();
    Plan::new(chords, &shares).expect("the tables hold four degrees each")
}

/// Degrees from 0. What leads home differs from mode to mode: the fifth where it has a leading
/// note, the seventh in dorian and mixolydian, the second in phrygian.
fn table(mode: Mode, close: Close) -> &'static [[i32; 4]] {
    use Close::{Closed, Open};
    match (mode, close) {
        (Mode::Major, Open) => &[[0, 4, 5, 3], [0, 5, 3, 4], [0, 3, 1, 4], [0, 2, 3, 4], [0, 5, 1, 4], [0, 3, 5, 4]],
        (Mode::Major, Closed) => &[[0, 3, 4, 0], [5, 1, 4, 0], [0, 1, 4, 0], [3, 1, 4, 0], [5, 3, 4, 0], [2, 3, 4, 0]],
        (Mode::Minor, Open) => &[[0, 5, 2, 6], [0, 3, 5, 6], [0, 6, 5, 4], [0, 2, 5, 6], [0, 5, 3, 4], [0, 3, 2, 6]],
        (Mode::Minor, Closed) => &[[0, 3, 6, 0], [5, 3, 4, 0], [3, 5, 6, 0], [0, 5, 6, 0], [2, 3, 4, 0], [5, 2, 6, 0]],
        (Mode::Dorian, Open) => &[[0, 3, 0, 6], [0, 6, 3, 4], [0, 2, 3, 6], [0, 1, 2, 3], [0, 3, 2, 6]],
        (Mode::Dorian, Closed) => &[[0, 3, 6, 0], [2, 3, 6, 0], [2, 1, 4, 0], [3, 2, 6, 0], [1, 3, 4, 0]],
        (Mode::Phrygian, Open) => &[[0, 1, 0, 6], [0, 6, 5, 1], [0, 3, 6, 1], [0, 5, 3, 1]],
        (Mode::Phrygian, Closed) => &[[0, 1, 6, 0], [5, 6, 1, 0], [3, 6, 1, 0], [2, 5, 1, 0]],
        (Mode::Lydian, Open) => &[[0, 1, 0, 4], [0, 5, 1, 4], [0, 2, 1, 4], [0, 1, 5, 1]],
        (Mode::Lydian, Closed) => &[[0, 1, 4, 0], [5, 1, 4, 0], [2, 1, 4, 0], [2, 5, 1, 0]],
        (Mode::Mixolydian, Open) => &[[0, 6, 3, 4], [0, 3, 6, 3], [0, 4, 3, 6], [0, 1, 3, 6], [0, 6, 5, 3]],
        (Mode::Mixolydian, Closed) => &[[0, 3, 6, 0], [3, 1, 6, 0], [1, 3, 6, 0], [5, 3, 6, 0], [0, 6, 3, 0]],
        (Mode::HarmonicMinor, Open) => &[[0, 3, 0, 4], [0, 5, 3, 4], [0, 3, 1, 4], [0, 5, 1, 4]],
        (Mode::HarmonicMinor, Closed) => &[[0, 3, 4, 0], [5, 3, 4, 0], [5, 1, 4, 0], [3, 1, 4, 0]],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Key;

    fn every(mut check: impl FnMut(Scale, Style, u32, Close, &Plan)) {
        for (mode, _) in Mode::ALL {
            for (style, _) in Style::ALL {
                for bars in [1, 2, 3, 4, 5, 7, 8, 16] {
                    for close in [Close::Open, Close::Closed] {
                        for seed in 0..10 {
                            let scale = Scale::new(Key::from_pitch_class(seed as u8), mode);
                            let plan = progression(scale, style, bars, close, &mut Dice::new(seed));
                            check(scale, style, bars, close, &plan);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_closed_phrase_ends_at_home_and_an_open_one_does_not() {
        every(|scale, _, _, close, plan| {
            let last = plan.chords()[plan.chords().len() - 1].root();
            assert_eq!(last == scale.tonic(), close == Close::Closed, "{plan:?}");
        });
    }

    #[test]
    fn every_chord_stays_in_the_scale() {
        every(|scale, _, _, _, plan| {
            assert!(plan.chords().iter().flat_map(Chord::tones).all(|tone| scale.has(*tone)), "{plan:?}");
        });
    }

    #[test]
    fn chords_change_on_bar_lines_or_in_the_middle_of_a_bar() {
        every(|_, _, bars, _, plan| {
            if bars >= 4 {
                assert!(plan.onsets(16 * bars as usize).all(|(step, _)| step % 8 == 0), "{plan:?}");
            }
        });
    }
}
