//! The form as a player comes to know it: when the section it is in will end.

use super::Phrase;
use crate::{Broadcast, Said, Stage};
use std::collections::BTreeMap;

/// The name of what a section is made of: "verse 1" and "verse 2" are made of the same.
#[must_use]
pub fn material_of(section: &str) -> &str {
    let bare = section.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ' || c == '-' || c == '_');
    if bare.is_empty() { section } else { bare }
}

/// How long a section is taken to last, at least, before it has been heard to its end.
const FIRST_GUESS: u32 = 8;

/// Sections and how long they lasted. Nobody says when a section will end; a player remembers how
/// long it was the last time, as musicians do, or hears it from a leader's `progress`.
#[derive(Debug, Clone, Default)]
pub struct Form {
    name: String,
    /// The bar in which the section began.
    since: u32,
    lengths: BTreeMap<String, u32>,
    /// Which section came after which.
    successors: BTreeMap<String, String>,
    /// The last `progress` said: in which bar, and how far.
    progress: Option<(u32, f64)>,
    /// The bar that follows the section, as `progress` has it.
    end: Option<u32>,
}

impl Form {
    /// Takes in a leader's `progress`.
    pub fn heard(&mut self, said: &Broadcast, stage: &Stage) {
        if let Some(Said::Progress(far)) = said.said() {
            let bar = stage.bar_meant();
            if let Some((before, was)) = self.progress
                && bar > before
                && far > was
            {
                let per_bar = (far - was) / f64::from(bar - before);
                self.end = Some(bar + ((1.0 - far) / per_bar).round() as u32);
            }
            self.progress = Some((bar, far));
        }
    }

    /// A bar line: whether a new section begins here.
    pub fn bar(&mut self, stage: &Stage) -> bool {
        let (name, bar) = (stage.section().unwrap_or_default(), stage.bar());
        let known_end = self.lengths.get(&self.name).map(|bars| self.since + bars);
        if name == self.name {
            // The same section once more, if its length is known.
            if known_end == Some(bar) {
                self.since = bar;
            }
            return false;
        }
        if !self.name.is_empty() {
            self.lengths.insert(self.name.clone(), bar - self.since.min(bar));
            self.successors.insert(self.name.clone(), name.to_owned());
        }
        let first = self.name.is_empty();
        (self.name, self.since, self.end) = (name.to_owned(), bar, None);
        !first
    }

    /// The section that a later bar is expected to be in.
    #[must_use]
    pub fn section_at(&self, bar: u32) -> &str {
        let known = self.end.or_else(|| self.lengths.get(&self.name).map(|bars| self.since + bars));
        match known {
            Some(end) if bar >= end => self.successors.get(&self.name).unwrap_or(&self.name),
            _ => &self.name,
        }
    }

    /// Whether the section is expected to end with this bar.
    #[must_use]
    pub fn ends(&self, stage: &Stage, phrase: Phrase) -> bool {
        if self.name.is_empty() {
            // Without sections every other phrase ends like one.
            return phrase.ends() && phrase.index % 4 == 3;
        }
        let next = stage.bar() + 1;
        if let Some(end) = self.end {
            return next == end;
        }
        let usual = self.lengths.values().copied().fold(FIRST_GUESS, u32::max);
        let length = self.lengths.get(&self.name).copied().unwrap_or(usual).max(1);
        next > self.since && (next - self.since).is_multiple_of(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Meter, Position, Tempo, Tick};

    /// Plays through sections of so many bars; in which bars the form expected an end.
    fn expected_ends(sections: &[(&str, u32)]) -> Vec<u32> {
        let mut stage = Stage::new("drums", Tempo::default(), Meter::default());
        let mut form = Form::default();
        let (mut bar, mut ends) = (1, Vec::new());
        for (name, bars) in sections {
            for _ in 0..*bars {
                stage.section = Some((*name).to_owned());
                stage.tick = Tick(i64::from(bar - 1) * 64);
                stage.anchor = Position { tick: stage.tick, bar, beat: 1, ticks_per_bar: 64 };
                form.bar(&stage);
                if form.ends(&stage, Phrase::of(bar, 4)) {
                    ends.push(bar);
                }
                bar += 1;
            }
        }
        ends
    }

    #[test]
    fn a_section_that_was_heard_is_known_to_its_last_bar() {
        let ends = expected_ends(&[("verse", 12), ("chorus", 8), ("verse", 12), ("chorus", 8)]);
        assert!(ends.contains(&32) && ends.contains(&40), "{ends:?}");
        assert!(!(21..32).any(|bar| ends.contains(&bar)), "{ends:?}");
    }

    #[test]
    fn the_section_that_came_next_is_expected_again() {
        let mut stage = Stage::new("melody", Tempo::default(), Meter::default());
        let mut form = Form::default();
        for (n, name) in ["verse", "verse", "chorus", "chorus", "verse"].into_iter().enumerate() {
            stage.section = Some(name.to_owned());
            stage.tick = Tick(n as i64 * 64);
            form.bar(&stage);
        }
        assert_eq!((form.section_at(6), form.section_at(7)), ("verse", "chorus"));
    }

    #[test]
    fn a_leaders_progress_tells_where_the_section_ends() {
        let mut stage = Stage::new("drums", Tempo::default(), Meter::default());
        stage.section = Some("verse".to_owned());
        let mut form = Form::default();
        form.bar(&stage);
        for bar in 1..=3_u32 {
            stage.tick = Tick(i64::from(bar - 1) * 64);
            form.heard(&Broadcast::new("progress", "xProducer", f64::from(bar - 1) / 6.0), &stage);
        }
        let ends: Vec<u32> = (1..=12)
            .filter(|bar| {
                stage.tick = Tick(i64::from(bar - 1) * 64);
                form.ends(&stage, Phrase::of(*bar, 4))
            })
            .collect();
        assert_eq!(ends, [6]);
    }

    #[test]
    fn progress_that_comes_just_before_its_bar_lines_tick_means_that_bar() {
        let mut stage = Stage::new("drums", Tempo::default(), Meter::default());
        let mut form = Form::default();
        let mut ends = Vec::new();
        for bar in 1..=6_u32 {
            // As a director of ours sends it: position, progress, and then the tick.
            let tick = Tick(i64::from(bar - 1) * 64);
            stage.anchor = Position { tick, bar, beat: 1, ticks_per_bar: 64 };
            stage.section = Some("bridge".to_owned());
            form.heard(&Broadcast::new("progress", "Conductor", f64::from(bar - 1) / 6.0), &stage);
            stage.tick = tick;
            form.bar(&stage);
            if form.ends(&stage, Phrase::of(bar, 4)) {
                ends.push(bar);
            }
            stage.tick = tick + 63;
        }
        assert_eq!(ends, [6]);
    }

    #[test]
    fn numbered_sections_are_made_of_the_same() {
        assert_eq!(material_of("verse 2"), "verse");
        assert_eq!(material_of("chorus"), "chorus");
        assert_eq!(material_of("1"), "1");
    }
}
