//! How a bot speaks when nothing odd happens: what it does otherwise is compared to this.

use super::record::Record;
use std::time::Duration;

/// Words that come so close together were said at once.
const AT_ONCE: Duration = Duration::from_millis(40);
/// Words that come so many ticks late are still in their place.
const LATE: i32 = 3;
/// A bot that speaks more rarely than this many times in the plain session has no habit that one could tell.
const ENOUGH: usize = 4;

/// One moment at which a bot said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) at: Duration,
    /// Its place among the ticks of the session.
    pub(crate) place: usize,
    /// The tick that it was said at.
    pub(crate) tick: i32,
}

/// When a bot spoke, words that were said at once taken together.
pub(crate) fn moments(record: &Record, from: Duration, to: Duration) -> Vec<Moment> {
    let mut moments: Vec<Moment> = Vec::new();
    let mut last = None;
    for word in record.words().filter(|w| w.at >= from && w.at < to) {
        if last.is_none_or(|at| word.at > at + AT_ONCE)
            && let Some(place) = record.tick_before(word.at)
        {
            moments.push(Moment { at: word.at, place, tick: record.ticks[place].tick });
        }
        last = Some(word.at);
    }
    moments
}

/// A habit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Habit {
    /// The longest that it says nothing, in ticks.
    pub(crate) longest_silence: usize,
    /// How many words in a tick, on average.
    pub(crate) rate: f64,
}

impl Habit {
    /// What the plain session shows; none when the bot says too little.
    pub(crate) fn of(plain: &Record) -> Option<Self> {
        let first = plain.ticks.first()?;
        let moments = moments(plain, first.at, plain.until());
        if moments.len() < ENOUGH {
            return None;
        }
        // Ticks go on while it fades.
        let ticks = plain.ticks_between(first.at, plain.until()).len();
        let places: Vec<usize> = std::iter::once(0).chain(moments.iter().map(|m| m.place)).chain([ticks]).collect();
        let longest_silence = places.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).max()?;
        let words = plain.words().filter(|w| w.at >= first.at).count();
        Some(Self { longest_silence, rate: words as f64 / ticks.max(1) as f64 })
    }

    /// Whether a bot with this habit should have spoken within so many ticks, with room for being late.
    pub(crate) fn speaks_within(self, ticks: usize) -> bool {
        ticks >= self.longest_silence + self.longest_silence / 5 + 6
    }
}

/// Whether these are the same place in a cycle, as far as a busy machine lets that be seen; which place.
pub(crate) fn phase(ticks: &[i32], cycle: i32) -> Option<i32> {
    let together = |place: i32| ticks.iter().filter(|t| apart(**t, place, cycle) <= LATE).count();
    let place = *ticks.iter().rev().max_by_key(|t| together(**t))?;
    mostly(together(place), ticks.len()).then_some(place.rem_euclid(cycle))
}

/// Whether all of these are whole cycles, as far as a busy machine lets that be seen.
pub(crate) fn whole_cycles(steps: &[i32], cycle: i32) -> bool {
    let whole = steps.iter().filter(|step| **step >= cycle - LATE && apart(**step, 0, cycle) <= LATE).count();
    !steps.is_empty() && mostly(whole, steps.len())
}

/// One that came late spoils two steps.
fn mostly(some: usize, all: usize) -> bool {
    all - some <= if all >= 6 { 2 } else { 0 }
}

/// How far apart two places in a cycle are.
pub(crate) fn apart(a: i32, b: i32, cycle: i32) -> i32 {
    let d = (a - b).rem_euclid(cycle);
    d.min(cycle - d)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_bot::made_up::{said, ticking};

    #[test]
    fn the_habit_of_a_bot_that_speaks_once_in_a_bar() {
        let mut plain = ticking(0, 390);
        (0..6).for_each(|bar| said(&mut plain, bar * 64, "notepool"));
        let habit = Habit::of(&plain).unwrap();
        assert!((60..=75).contains(&habit.longest_silence), "{habit:?}");
        assert!(habit.speaks_within(90) && !habit.speaks_within(60));
    }

    #[test]
    fn words_at_once_are_one_moment() {
        let mut plain = ticking(0, 390);
        (0..6).for_each(|bar| {
            said(&mut plain, bar * 64, "notepool");
            said(&mut plain, bar * 64, "hdensity");
        });
        assert_eq!(moments(&plain, Duration::ZERO, Duration::MAX).len(), 6);
    }

    #[test]
    fn ticks_during_the_fade_do_not_count() {
        let mut plain = ticking(0, 390);
        (0..6).for_each(|bar| said(&mut plain, bar * 64, "notepool"));
        plain.told_off = Some(plain.ticks[330].at);
        assert_eq!(Habit::of(&plain).map(|h| h.longest_silence), Some(64));
    }

    #[test]
    fn who_says_little_has_no_habit() {
        let mut plain = ticking(0, 390);
        said(&mut plain, 64, "notepool");
        assert_eq!(Habit::of(&plain), None);
    }

    #[test]
    fn a_phase_is_the_same_place_in_every_cycle() {
        assert_eq!(phase(&[10, 26, 43], 16), Some(10));
        assert_eq!(phase(&[15, 33, 0], 16), Some(15), "15, 1 and 0 are close");
        assert_eq!(phase(&[0, 8], 16), None);
        assert_eq!(phase(&[], 16), None);
    }

    #[test]
    fn one_that_comes_late_spoils_nothing_where_there_are_many() {
        assert!(whole_cycles(&[64, 64, 70, 58, 64, 64], 64));
        assert!(!whole_cycles(&[64, 70, 58, 64], 64));
        assert!(!whole_cycles(&[1, 2, 1, 1, 2, 1], 64));
        assert!(!whole_cycles(&[48, 48, 48, 48, 48, 48], 64));
    }
}
