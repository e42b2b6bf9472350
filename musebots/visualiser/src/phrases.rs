//! How far the phrase is, for who paints one picture a phrase. Pure.

use crate::{Happening, What};
use std::collections::VecDeque;

/// Beats that wait for their time, at most.
const MOST_WAITING: usize = 64;

/// The phrase that goes on.
#[derive(Debug, Default)]
pub(crate) struct Phrases {
    waiting: VecDeque<Happening>,
    /// Phrases that began so far.
    count: u32,
    /// Sections that began so far.
    sections: u32,
    section: String,
    began: Option<f64>,
    /// Seconds from its beginning to its end, at the tempo of the last beat.
    length: f64,
}

impl Phrases {
    pub(crate) fn happen(&mut self, happening: &Happening) {
        if matches!(happening.what, What::Beat { .. } | What::Section(_)) && self.waiting.len() < MOST_WAITING {
            self.waiting.push_back(happening.clone());
        }
    }

    /// Time goes on; whether another phrase began.
    pub(crate) fn advance(&mut self, now: f64) -> bool {
        let before = self.count;
        while self.waiting.front().is_some_and(|next| next.due <= now) {
            let Some(next) = self.waiting.pop_front() else { break };
            match next.what {
                What::Section(name) if name != self.section => {
                    self.section = name;
                    self.sections += 1;
                }
                What::Beat { tempo, bar, beat, beats, phrase, .. } => {
                    let seconds = 60.0 / tempo.max(1.0);
                    self.length = f64::from(phrase.max(1) * beats.max(1)) * seconds;
                    let far = bar.saturating_sub(1) % phrase.max(1) * beats.max(1) + beat.saturating_sub(1);
                    if far == 0 || self.began.is_none() {
                        self.began = Some(next.due - f64::from(far) * seconds);
                        self.count += 1;
                    }
                }
                _ => {}
            }
        }
        self.count != before
    }

    /// How far the phrase is, 0–1.
    pub(crate) fn far(&self, now: f64) -> f64 {
        let Some(began) = self.began.filter(|_| self.length > 0.0) else { return 0.0 };
        ((now - began) / self.length).clamp(0.0, 1.0)
    }

    /// Sections that began so far.
    pub(crate) fn sections(&self) -> u32 {
        self.sections
    }

    /// Phrases that began so far.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// The section's name.
    pub(crate) fn section(&self) -> &str {
        &self.section
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beat(n: u32) -> Happening {
        let what = What::Beat { tempo: 120.0, bar: n / 4 + 1, beat: n % 4 + 1, beats: 4, phrase: 2, left: None };
        Happening { due: f64::from(n) * 0.5, what }
    }

    #[test]
    fn a_phrase_begins_with_its_first_beat_and_not_before() {
        let mut phrases = Phrases::default();
        (0..12).for_each(|n| phrases.happen(&beat(n)));
        assert!(phrases.advance(0.0));
        assert!(!phrases.advance(3.99));
        assert!((phrases.far(3.0) - 0.75).abs() < 1e-9);
        assert!(phrases.advance(4.0));
        assert!(phrases.far(4.0).abs() < 1e-9);
    }

    #[test]
    fn who_comes_in_the_middle_is_in_the_middle() {
        let mut phrases = Phrases::default();
        phrases.happen(&beat(6));
        assert!(phrases.advance(3.0));
        assert!((phrases.far(3.0) - 0.75).abs() < 1e-9);
    }

    #[test]
    fn a_flood_of_beats_fills_no_memory() {
        let mut phrases = Phrases::default();
        (0..100_000).for_each(|n| phrases.happen(&beat(n)));
        assert!(phrases.waiting.len() <= MOST_WAITING);
    }
}
