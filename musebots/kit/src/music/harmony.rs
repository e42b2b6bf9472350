//! What a player knows of the chords: the plan of this phrase and the next, from whoever tells
//! it, and the notepool where there is no plan.

use super::{Chord, Phrase, Plan};
use crate::{Broadcast, Said};
use std::collections::BTreeMap;

/// For how many phrases a plan is played again when its maker says no more.
const PATIENCE: u32 = 2;

/// The chords as one player knows them. A plan is for the phrase after the one it was said in;
/// only who knows none yet, at the beginning of a phrase, takes it for this one.
#[derive(Debug, Clone, Default)]
pub struct Harmony {
    current: Option<Plan>,
    next: Option<Plan>,
    offers: BTreeMap<String, Offer>,
    /// Who the plans come from; empty for our own.
    source: String,
    /// In which phrase the source last said something.
    last: u32,
    phrase: Option<u32>,
    pool: Option<Chord>,
}

/// What one speaker said, the two halves of a plan being two messages.
#[derive(Debug, Clone, Default)]
struct Offer {
    chords: Vec<Chord>,
    shares: Vec<f64>,
    phrase: u32,
    at_once: bool,
}

impl Harmony {
    /// Takes in what somebody said; whether that changes what sounds in this very phrase.
    pub fn heard(&mut self, said: &Broadcast, phrase: Phrase) -> bool {
        match said.said() {
            Some(Said::PlanChords(chords)) => {
                let chords: Vec<Chord> = chords.iter().filter_map(|c| Chord::new(c)).collect();
                if !self.listens_to(&said.speaker, phrase.index) {
                    return false;
                }
                let again = self.offers.get(&said.speaker).is_some_and(|o| o.at_once && o.phrase == phrase.index);
                let at_once = self.current.is_none() && phrase.begins() && !again;
                let offer = self.offers.entry(said.speaker.clone()).or_default();
                (offer.chords, offer.phrase, offer.at_once) = (chords, phrase.index, at_once);
                self.take(&said.speaker, at_once)
            }
            Some(Said::PlanChordDuration(shares)) => {
                if !self.listens_to(&said.speaker, phrase.index) {
                    return false;
                }
                let offer = self.offers.entry(said.speaker.clone()).or_default();
                offer.shares = shares;
                // Durations may also come before their chords; then they wait for them.
                let complete = offer.phrase == phrase.index && offer.chords.len() == offer.shares.len();
                let at_once = offer.at_once;
                complete && self.take(&said.speaker, at_once)
            }
            Some(Said::NotePool(pitches)) => {
                let tones: Vec<i32> = pitches.iter().map(|p| i32::from(*p) % 12).collect();
                self.pool = Chord::new(&tones);
                self.current.is_none()
            }
            _ => false,
        }
    }

    /// Sets our own plan, for this phrase or the next.
    pub fn plan(&mut self, plan: Plan, at_once: bool) {
        self.source.clear();
        if at_once {
            self.current = Some(plan);
        } else {
            self.next = Some(plan);
        }
    }

    /// A bar line: takes the next plan if a phrase begins, and forgets a plan whose maker is gone.
    pub fn bar(&mut self, phrase: Phrase, who: &[String]) {
        if self.phrase == Some(phrase.index) {
            return;
        }
        self.phrase = Some(phrase.index);
        if let Some(next) = self.next.take() {
            self.current = Some(next);
        }
        let gone = !who.is_empty() && !who.contains(&self.source);
        if !self.source.is_empty() && gone && self.last + PATIENCE < phrase.index {
            (self.current, self.pool) = (None, None);
        }
    }

    /// Whether the chords that are played are our own.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.source.is_empty() && self.current.is_some()
    }

    /// The plan of this phrase.
    #[must_use]
    pub fn current(&self) -> Option<&Plan> {
        self.current.as_ref()
    }

    /// The plan of the next phrase, if it is known already.
    #[must_use]
    pub fn next(&self) -> Option<&Plan> {
        self.next.as_ref()
    }

    /// The chord at a step counted from the bar line; beyond the phrase it is of the next one's
    /// plan. `None` when nobody said anything.
    #[must_use]
    pub fn at(&self, phrase: Phrase, steps: usize, step: usize) -> Option<Chord> {
        let Some(plan) = &self.current else { return self.pool.clone() };
        let (all, at) = (steps * phrase.bars as usize, steps * phrase.bar as usize + step);
        let plan = if at < all { plan } else { self.next.as_ref().unwrap_or(plan) };
        Some(plan.chord_at(at % all.max(1), all).clone())
    }

    /// The steps of this bar on which a chord begins.
    #[must_use]
    pub fn changes(&self, phrase: Phrase, steps: usize) -> Vec<usize> {
        let Some(plan) = &self.current else { return vec![0] };
        let line = steps * phrase.bar as usize;
        let onsets = plan.onsets(steps * phrase.bars as usize).map(|(onset, _)| onset);
        onsets.filter(|onset| (line..line + steps).contains(onset)).map(|onset| onset - line).collect()
    }

    /// Stays with one speaker as long as it goes on speaking.
    fn listens_to(&mut self, speaker: &str, phrase: u32) -> bool {
        let listens = self.source.is_empty() || self.source == speaker || self.last + PATIENCE < phrase;
        if listens {
            speaker.clone_into(&mut self.source);
            self.last = phrase;
        }
        listens
    }

    fn take(&mut self, speaker: &str, at_once: bool) -> bool {
        let Some(offer) = self.offers.get(speaker) else { return false };
        let plan = Plan::new(offer.chords.clone(), &offer.shares);
        if at_once {
            self.current = plan;
        } else {
            self.next = plan;
        }
        at_once
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(topic: &str, args: impl crate::IntoArgs) -> Broadcast {
        Broadcast::new(topic, "chords", args)
    }

    fn roots(harmony: &Harmony, bar: u32) -> Vec<u8> {
        (0..4).map(|b| harmony.at(Phrase::of(bar + b, 4), 16, 0).unwrap().root()).collect()
    }

    #[test]
    fn the_first_plan_is_for_now_and_the_next_for_the_next_phrase() {
        let mut harmony = Harmony::default();
        let start = Phrase::of(1, 4);
        harmony.bar(start, &[]);
        assert!(harmony.heard(&said("plan/chords", ["0 4 7", "5 9 12", "7 11 14"]), start));
        assert!(harmony.heard(&said("plan/chordDuration", [2, 1, 1]), start));
        assert_eq!(roots(&harmony, 1), [0, 0, 5, 7]);
        assert!(!harmony.heard(&said("plan/chords", ["9 12 16", "2 5 9"]), start));
        assert_eq!(roots(&harmony, 1), [0, 0, 5, 7]);
        assert_eq!(harmony.at(Phrase::of(4, 4), 16, 16).unwrap().root(), 9, "the step after the phrase");
        assert_eq!(harmony.at(Phrase::of(4, 4), 16, 16 + 32).unwrap().root(), 2, "and two bars later");
        harmony.bar(Phrase::of(5, 4), &[]);
        assert_eq!(roots(&harmony, 5), [9, 9, 2, 2]);
        harmony.bar(Phrase::of(9, 4), &[]);
        assert_eq!(roots(&harmony, 9), [9, 9, 2, 2], "a plan goes on while nobody says another");
    }

    #[test]
    fn durations_may_come_first() {
        let mut harmony = Harmony::default();
        let start = Phrase::of(1, 4);
        harmony.bar(start, &[]);
        harmony.heard(&said("plan/chordDuration", [2, 1, 1]), start);
        harmony.heard(&said("plan/chords", ["0 4 7", "5 9 12", "7 11 14"]), start);
        assert_eq!(roots(&harmony, 1), [0, 0, 5, 7]);
    }

    #[test]
    fn who_comes_in_the_middle_of_a_phrase_waits_for_the_next_and_follows_the_notepool() {
        let mut harmony = Harmony::default();
        let middle = Phrase::of(6, 4);
        harmony.bar(middle, &[]);
        assert!(harmony.heard(&said("notepool", [62, 65, 69]), middle));
        assert!(!harmony.heard(&said("plan/chords", ["0 4 7"]), middle));
        assert_eq!(harmony.at(middle, 16, 0).unwrap().root(), 2);
        harmony.bar(Phrase::of(9, 4), &[]);
        assert_eq!(harmony.at(Phrase::of(9, 4), 16, 0).unwrap().root(), 0);
    }

    #[test]
    fn a_plan_whose_maker_has_gone_is_forgotten() {
        let mut harmony = Harmony::default();
        let who = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        harmony.bar(Phrase::of(1, 4), &who(&["bass", "chords"]));
        harmony.heard(&said("plan/chords", ["0 4 7"]), Phrase::of(1, 4));
        for bar in [5, 9, 13] {
            harmony.bar(Phrase::of(bar, 4), &who(&["bass", "chords"]));
        }
        assert!(harmony.current().is_some());
        harmony.bar(Phrase::of(17, 4), &who(&["bass"]));
        assert!(harmony.current().is_none());
    }
}
