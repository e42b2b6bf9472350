//! A plan: the chords of one phrase and when each begins.

use super::Chord;
use crate::Said;

/// Chords in order, each with its share of the phrase.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    chords: Vec<Chord>,
    /// How much of the phrase each chord lasts, in any unit.
    shares: Vec<f64>,
}

impl Plan {
    /// A plan; without a fitting number of shares every chord lasts equally long.
    /// `None` without chords.
    #[must_use]
    pub fn new(chords: Vec<Chord>, shares: &[f64]) -> Option<Self> {
        if chords.is_empty() {
            return None;
        }
        let fitting = shares.len() == chords.len() && shares.iter().all(|s| *s > 0.0 && s.is_finite());
        let shares = if fitting { shares.to_vec() } else { vec![1.0; chords.len()] };
        Some(Self { chords, shares })
    }

    /// The chords in order.
    #[must_use]
    pub fn chords(&self) -> &[Chord] {
        &self.chords
    }

    /// At which step of a phrase of `steps` each chord begins.
    pub fn onsets(&self, steps: usize) -> impl Iterator<Item = (usize, &Chord)> {
        let sum: f64 = self.shares.iter().sum();
        let mut before = 0.0;
        self.chords.iter().zip(&self.shares).map(move |(chord, share)| {
            let onset = (before / sum * steps as f64).round() as usize;
            before += share;
            (onset, chord)
        })
    }

    /// The chord at a step of a phrase of `steps`.
    #[must_use]
    pub fn chord_at(&self, step: usize, steps: usize) -> &Chord {
        self.onsets(steps).take_while(|(onset, _)| *onset <= step).last().map_or(&self.chords[0], |(_, chord)| chord)
    }

    /// What is broadcast to tell the plan.
    #[must_use]
    pub fn words(&self) -> [Said; 2] {
        let chords = self.chords.iter().map(|c| c.tones().to_vec()).collect();
        [Said::PlanChords(chords), Said::PlanChordDuration(self.shares.clone())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(shares: &[f64]) -> Plan {
        let chords = [[0, 4, 7], [5, 9, 12], [7, 11, 14]].iter().map(|c| Chord::new(c).unwrap()).collect();
        Plan::new(chords, shares).unwrap()
    }

    #[test]
    fn durations_are_relative() {
        let onsets = |shares: &[f64]| plan(shares).onsets(64).map(|(step, _)| step).collect::<Vec<_>>();
        assert_eq!(onsets(&[32.0, 16.0, 16.0]), [0, 32, 48]);
        assert_eq!(onsets(&[2.0, 1.0, 1.0]), [0, 32, 48]);
    }

    #[test]
    fn without_fitting_durations_all_chords_last_equally_long() {
        assert_eq!(plan(&[1.0]).onsets(48).map(|(step, _)| step).collect::<Vec<_>>(), [0, 16, 32]);
    }

    #[test]
    fn a_chord_lasts_until_the_next_begins() {
        let plan = plan(&[2.0, 1.0, 1.0]);
        assert_eq!(plan.chord_at(31, 64).root(), 0);
        assert_eq!(plan.chord_at(32, 64).root(), 5);
        assert_eq!(plan.chord_at(63, 64).root(), 7);
    }
}
