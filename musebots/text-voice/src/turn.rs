//! Whose turn it is: when the voice speaks, and how much, by the room that the others leave.

use musebot_kit::music::{Dice, Phrase};

/// What it does with a place for a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Leaves it to the others.
    Rest,
    /// Speaks a few words.
    Clause,
    /// Speaks a line.
    Line,
}

/// Seconds that a line and a breath take.
const LINE_S: f64 = 4.2;

/// How many bars a line gets.
#[must_use]
pub fn slot_bars(bar_s: f64) -> u32 {
    let bars = (LINE_S / bar_s.max(0.05)).ceil() as u32;
    if bars <= 2 { bars.max(1) } else { bars.min(64).next_power_of_two() }
}

/// Which of the places for a line begins with a bar, if one does: (its number, how many there are
/// in a phrase). Places may be longer than phrases where bars are short.
#[must_use]
pub fn place(phrase: Phrase, bar: u32, slot: u32) -> Option<(u32, u32)> {
    if slot <= phrase.bars {
        let all = phrase.bars / slot;
        (phrase.bar.is_multiple_of(slot) && phrase.bar / slot < all).then(|| (phrase.bar / slot, all))
    } else {
        (bar.max(1) - 1).is_multiple_of(slot).then_some((0, 1))
    }
}

/// What to do, where `room` (0–1) is left. `index` counts phrases.
#[must_use]
pub fn turn(room: f64, index: u32, place: u32, dice: &Dice) -> Turn {
    let mut dice = dice.about(&format!("turn {index} {place}"));
    let first = place == 0;
    match room {
        // Somebody who talks all the time is not listened to.
        _ if room >= 0.68 => {
            if first || dice.chance(0.55 + room - 0.68) {
                Turn::Line
            } else {
                Turn::Rest
            }
        }
        _ if room >= 0.38 => match first {
            true => Turn::Line,
            false if dice.chance((room - 0.38) * 1.2) => Turn::Clause,
            false => Turn::Rest,
        },
        _ if room >= 0.18 => match (first, index.is_multiple_of(2)) {
            (true, true) => Turn::Line,
            (true, false) if dice.chance(room) => Turn::Clause,
            _ => Turn::Rest,
        },
        _ if room >= 0.07 && first && index.is_multiple_of(2) => Turn::Clause,
        _ => Turn::Rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_gets_two_bars_at_the_usual_tempo_and_four_at_a_fast_one() {
        let bar_s = |bpm: f64| 240.0 / bpm;
        assert_eq!(slot_bars(bar_s(112.0)), 2);
        assert_eq!(slot_bars(bar_s(66.0)), 2);
        assert_eq!(slot_bars(bar_s(160.0)), 4);
        assert_eq!(slot_bars(0.0), 64);
    }

    #[test]
    fn a_phrase_of_four_bars_has_two_places_and_one_of_three_has_one() {
        let places = |bars: u32, slot: u32| {
            (1..=2 * bars).filter(|bar| place(Phrase::of(*bar, bars), *bar, slot).is_some()).collect::<Vec<_>>()
        };
        assert_eq!(places(4, 2), [1, 3, 5, 7]);
        assert_eq!(places(3, 2), [1, 4]);
        assert_eq!(places(4, 8), [1]);
    }

    #[test]
    fn the_more_room_the_more_is_said_and_without_any_nothing() {
        let said = |room: f64| {
            let turns = (0..100).flat_map(move |n| (0..2).map(move |place| turn(room, n, place, &Dice::new(1))));
            turns.map(|turn| match turn {
                Turn::Rest => 0,
                Turn::Clause => 1,
                Turn::Line => 2,
            })
        };
        let said: Vec<i32> = [0.0, 0.1, 0.25, 0.5, 0.8, 1.0].iter().map(|room| said(*room).sum()).collect();
        assert!(said[0] == 0 && said.windows(2).all(|pair| pair[0] < pair[1]), "{said:?}");
    }
}
