//! Lines of verse on bars.

use super::*;
use crate::{
    Meter,
    music::{Tala, pulse},
};
use proptest::prelude::*;

/// A line written as its stresses: `-` light, `~` in between, `+` heavy; `,` and `.` as written.
fn line(marks: &str) -> Vec<Foot> {
    let mut feet: Vec<Foot> = Vec::new();
    for mark in marks.chars() {
        match mark {
            ',' => feet.last_mut().unwrap().pause = Pause::Comma,
            '.' => feet.last_mut().unwrap().pause = Pause::Stop,
            _ => {
                let stress = match mark {
                    '+' => Stress::Full,
                    '~' => Stress::Half,
                    _ => Stress::Weak,
                };
                feet.push(Foot { stress, pause: Pause::None, breadth: 1.0 });
            }
        }
    }
    feet
}

/// Some bars of a metre after a beat of pick-up, at a tempo.
fn ground(meter: &str, bars: usize, bpm: f64) -> Ground {
    let meter: Meter = meter.parse().unwrap();
    let bar = pulse(meter, &Tala::plain(meter));
    let upbeat = 4.min(bar.len());
    let weights = bar[bar.len() - upbeat..].iter().chain((0..bars).flat_map(|_| &bar)).copied().collect();
    Ground { weights, step_s: 15.0 / bpm, syllable_s: 0.28, begin: upbeat, last: None }
}

fn steps(marks: &str, ground: &Ground) -> Vec<usize> {
    scan(&line(marks), ground).unwrap().iter().map(|fall| fall.step).collect()
}

#[test]
fn five_iambs_begin_before_the_bar_and_walk_on_the_beats() {
    assert_eq!(steps("-+-+-+-+-+.", &ground("4/4", 2, 112.0)), [2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
}

#[test]
fn trochees_begin_on_the_bar_line() {
    assert_eq!(steps("+-+-+-+.", &ground("4/4", 2, 112.0)), [4, 6, 8, 10, 12, 14, 16]);
}

#[test]
fn a_comma_is_a_short_rest() {
    let ground = ground("4/4", 3, 112.0);
    let falls = scan(&line("-+-+,-+-+."), &ground).unwrap();
    let silence = falls[4].step as f64 - (falls[3].step as f64 + falls[3].steps);
    assert!((1.0..=4.0).contains(&silence), "{falls:?}");
    assert!(falls[4].step - falls[3].step > falls[3].step - falls[2].step);
}

#[test]
fn the_last_syllable_is_the_longest() {
    let falls = scan(&line("-+-+-+-+-+."), &ground("4/4", 2, 112.0)).unwrap();
    let (last, before) = falls.split_last().unwrap();
    assert!(before.iter().all(|fall| fall.steps < last.steps), "{falls:?}");
}

#[test]
fn at_a_fast_tempo_syllables_keep_the_pace_of_speech() {
    let falls = scan(&line("-+-+-+-+-+."), &ground("4/4", 4, 200.0)).unwrap();
    let span = falls[9].step - falls[0].step;
    assert!((26..=40).contains(&span), "quarters, not eighths: {falls:?}");
}

#[test]
fn the_last_syllable_falls_where_it_has_to() {
    for last in 20..36 {
        let ground = Ground { last: Some(last), ..ground("4/4", 2, 112.0) };
        assert_eq!(scan(&line("-+-+-+-+."), &ground).unwrap().last().unwrap().step, last);
    }
}

#[test]
fn a_line_that_is_too_long_for_its_bars_is_refused() {
    assert_eq!(scan(&line("-+-+-+-+-+-+-+."), &ground("2/4", 1, 160.0)), None);
    assert_eq!(scan(&[], &ground("4/4", 2, 112.0)), None);
}

proptest! {
    #[test]
    fn syllables_come_in_order_and_never_overlap(
        marks in "[-~+]{1,14}[,.]?[-~+]{0,8}[.]?", bpm in 40.0..220.0_f64, bars in 1..6_usize,
        meter in prop::sample::select(vec!["4/4", "3/4", "5/4", "6/8", "7/8", "12/8", "1/8"]),
    ) {
        let (feet, ground) = (line(&marks), ground(meter, bars, bpm));
        if let Some(falls) = scan(&feet, &ground) {
            prop_assert_eq!(falls.len(), feet.len());
            for pair in falls.windows(2) {
                prop_assert!(pair[0].step as f64 + pair[0].steps <= pair[1].step as f64);
                prop_assert!((pair[1].step - pair[0].step) as f64 * ground.step_s >= SHORTEST_S - 1e-9);
            }
            let last = falls[falls.len() - 1];
            prop_assert!(last.steps >= 1.0 && last.step as f64 + last.steps <= ground.weights.len() as f64);
        }
    }
}
