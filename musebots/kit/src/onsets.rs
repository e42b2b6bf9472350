//! Which notes begin, for whoever wants to see them (X11): notes are planned, and with their tick they
//! become a word. Time is an argument, so that the same music says the same.

use crate::note::PlacedNote;
use musebot_protocol::{MOST_ONSETS, Said, Tick};
use std::collections::BTreeMap;

/// Words in a row, and words a second after that: together no more than sixteen in any second. A roll that is
/// faster is thinned out evenly.
const IN_A_ROW: f64 = 4.0;
const A_SECOND: f64 = 12.0;
/// Ticks with notes that are planned ahead, at most.
const MOST_PLANNED: usize = 4096;

/// The notes that are to begin.
pub(crate) struct Onsets {
    silent: bool,
    channel: u8,
    heard: bool,
    planned: BTreeMap<Tick, Vec<(u8, f32)>>,
    /// How many words may be said at once, and when that was so.
    budget: f64,
    at: Option<f64>,
}

impl Onsets {
    /// Of a bot that plays on this channel, 1–16, or makes no sound.
    pub(crate) fn new(silent: bool, channel: u8) -> Self {
        Self { silent, channel, heard: true, planned: BTreeMap::new(), budget: IN_A_ROW, at: None }
    }

    /// Whether its notes can be heard.
    pub(crate) fn heard(&mut self, heard: bool) {
        self.heard = heard;
    }

    /// A note is to begin.
    pub(crate) fn plan(&mut self, placed: &PlacedNote) {
        if self.silent || (self.planned.len() >= MOST_PLANNED && !self.planned.contains_key(&placed.tick)) {
            return;
        }
        let notes = self.planned.entry(placed.tick).or_default();
        if notes.len() < MOST_ONSETS {
            notes.push((placed.note.pitch, placed.note.velocity));
        }
    }

    /// Nothing that was planned is played.
    pub(crate) fn forget(&mut self) {
        self.planned.clear();
    }

    /// What begins with this tick, which sounds at `due`: what was planned for it, and what came too late
    /// for an earlier one.
    pub(crate) fn beat(&mut self, tick: Tick, due: f64) -> Option<Said> {
        let later = self.planned.split_off(&(tick + 1));
        let mut notes: Vec<(u8, f32)> = std::mem::replace(&mut self.planned, later).into_values().flatten().collect();
        notes.truncate(MOST_ONSETS);
        if notes.is_empty() || !self.heard || !self.may_speak(due) {
            return None;
        }
        Some(Said::Onset { tick, channel: self.channel, notes })
    }

    fn may_speak(&mut self, due: f64) -> bool {
        let since = self.at.replace(due).map_or(0.0, |at| (due - at).max(0.0));
        self.budget = (self.budget + since * A_SECOND).min(IN_A_ROW);
        let may = self.budget >= 1.0;
        self.budget -= if may { 1.0 } else { 0.0 };
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Note;

    fn note(tick: i64, pitch: u8) -> PlacedNote {
        PlacedNote { tick: Tick(tick), note: Note::new(pitch, 0.5, 4.0) }
    }

    #[test]
    fn notes_that_were_planned_are_said_with_their_tick_and_those_of_one_tick_together() {
        let mut onsets = Onsets::new(false, 3);
        [note(8, 60), note(4, 62), note(8, 64)].iter().for_each(|note| onsets.plan(note));
        let said: Vec<_> = (0..12).filter_map(|tick| onsets.beat(Tick(tick), tick as f64 / 32.0)).collect();
        let expected = |tick, notes: &[(u8, f32)]| Said::Onset { tick: Tick(tick), channel: 3, notes: notes.to_vec() };
        assert_eq!(said, [expected(4, &[(62, 0.5)]), expected(8, &[(60, 0.5), (64, 0.5)])]);
    }

    #[test]
    fn a_note_that_came_too_late_for_its_tick_begins_with_the_next() {
        let mut onsets = Onsets::new(false, 1);
        onsets.beat(Tick(5), 0.0);
        onsets.plan(&note(5, 60));
        assert!(matches!(onsets.beat(Tick(6), 0.03), Some(Said::Onset { tick: Tick(6), .. })));
    }

    #[test]
    fn a_roll_is_thinned_out_evenly_to_sixteen_words_a_second() {
        let mut onsets = Onsets::new(false, 10);
        let mut said = Vec::new();
        for tick in 0..320_i64 {
            onsets.plan(&note(tick, 38));
            let due = tick as f64 / 32.0;
            said.extend(onsets.beat(Tick(tick), due).map(|_| due));
        }
        assert!(said.windows(17).all(|words| words[16] - words[0] > 1.0));
        assert!(said.len() > 110, "{}", said.len());
        assert!(said.windows(2).all(|pair| pair[1] - pair[0] < 0.1), "no hole in it");
    }

    #[test]
    fn who_is_silent_turned_down_or_stopped_begins_nothing() {
        let mut silent = Onsets::new(true, 1);
        silent.plan(&note(0, 60));
        assert_eq!(silent.beat(Tick(0), 0.0), None);
        let mut onsets = Onsets::new(false, 1);
        onsets.plan(&note(0, 60));
        onsets.heard(false);
        assert_eq!(onsets.beat(Tick(0), 0.0), None);
        onsets.heard(true);
        assert_eq!(onsets.beat(Tick(1), 0.0), None, "it has gone by unheard");
        onsets.plan(&note(2, 60));
        onsets.forget();
        assert_eq!(onsets.beat(Tick(2), 0.0), None);
    }

    #[test]
    fn a_bot_that_plans_without_end_fills_no_memory_and_no_word() {
        let mut onsets = Onsets::new(false, 1);
        (0..10_000).for_each(|tick| onsets.plan(&note(tick, 60)));
        (0..10_000_i64).for_each(|n| onsets.plan(&note(0, (n % 128) as u8)));
        assert_eq!(onsets.planned.len(), MOST_PLANNED);
        let Some(Said::Onset { notes, .. }) = onsets.beat(Tick(20_000), 0.0) else { panic!() };
        assert_eq!(notes.len(), MOST_ONSETS);
    }
}
