//! The form of the piece: which section begins at which bar line, and when it all ends. Pure.

use crate::ensemble::{Form, Section};

/// What happens at one bar line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BarLine {
    /// A section begins.
    pub section: Option<Section>,
    /// How far through its section the bar begins, 0–1.
    pub progress: Option<f64>,
    /// The end is in sight: whole bars left, the one that begins here included.
    pub bars_left: Option<u32>,
    /// The piece is over: this bar is not played any more.
    pub over: bool,
}

/// The score of an ensemble. Bars count from 1.
#[derive(Debug, Clone)]
pub struct Score {
    sections: Vec<Section>,
    form: Form,
    /// The bar lines at which sections begin from here on: (bar, index).
    current: Option<(u32, usize)>,
    /// A section that somebody asked for: from which bar on at the earliest, and which.
    jump: Option<(u32, usize)>,
    /// The bar whose line comes next.
    next: u32,
    /// The first bar that is not played.
    end: Option<u32>,
    /// How many bars before the end it is announced.
    pub phrase: u32,
}

impl Score {
    /// A score that ends before bar `bars + 1`, or never, or (`Form::Once`) after its last section.
    #[must_use]
    pub fn new(sections: Vec<Section>, form: Form, bars: Option<u32>, phrase: u32) -> Self {
        Self { sections, form, current: None, jump: None, next: 1, end: bars.map(|b| b + 1), phrase }
    }

    /// The section that plays now.
    #[must_use]
    pub fn section(&self) -> Option<&Section> {
        self.current.map(|(_, index)| &self.sections[index])
    }

    /// All sections in order.
    #[must_use]
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// Goes to a section at the next bar line that is not planned yet; `false` if there is none of that name.
    pub fn go_to(&mut self, name: &str) -> bool {
        self.go_to_at(name, 0)
    }

    /// Goes to a section at the line before `bar`, or at the next one when that has passed; `false` if there is none of that name.
    pub fn go_to_at(&mut self, name: &str, bar: u32) -> bool {
        let found = self.sections.iter().position(|s| s.name == name);
        self.jump = found.map(|index| (bar, index)).or(self.jump);
        found.is_some()
    }

    /// The bar at which the current section began, and its place among all.
    #[must_use]
    pub fn began(&self) -> Option<(u32, usize)> {
        self.current
    }

    /// Goes on where another score is: in the section that began there, and will jump there. The bars since are gone through by whoever asks.
    pub fn resume(&mut self, began: Option<(u32, usize)>, jump: Option<(u32, usize)>) {
        self.current = began.filter(|(_, index)| *index < self.sections.len());
        self.jump = jump.filter(|(_, index)| *index < self.sections.len());
        self.next = self.current.map_or(1, |(bar, _)| bar.saturating_add(1));
    }

    /// The section that somebody asked for and that has not begun: from which bar on at the earliest, and its place among all.
    #[must_use]
    pub fn jump(&self) -> Option<(u32, usize)> {
        self.jump
    }

    /// Goes on where another score is, whose current section began there and which will jump there, in place of where we
    /// are; whether we were somewhere else.
    pub fn agree(&mut self, began: Option<(u32, usize)>, jump: Option<(u32, usize)>) -> bool {
        let known = |at: &(u32, usize)| at.1 < self.sections.len();
        let (Some((bar, index)), jump) = (began.filter(known), jump.filter(known)) else { return false };
        if bar >= self.next {
            // It has planned a line that we have not.
            self.jump = Some((bar, index));
            return false;
        }
        let mut theirs = self.clone();
        (theirs.current, theirs.jump) = (Some((bar, index)), jump);
        for passed in bar + 1..self.next {
            let _ = theirs.bar_line(passed);
        }
        let elsewhere = theirs.current != self.current;
        *self = theirs;
        elsewhere
    }

    /// The bar whose line comes next.
    #[must_use]
    pub fn next_bar(&self) -> u32 {
        self.next
    }

    /// The first bar that is not played, where that is fixed.
    #[must_use]
    pub fn fixed_end(&self) -> Option<u32> {
        self.end
    }

    /// Fixes the first bar that is not played.
    pub fn end_before(&mut self, bar: Option<u32>) {
        self.end = bar;
    }

    /// Moves the end.
    pub fn end_after(&mut self, bars: Option<u32>) {
        self.end = bars.map(|b| b + 1);
    }

    /// The first bar that is not played, as far as can be told now.
    #[must_use]
    pub fn end(&self) -> Option<u32> {
        let last_section = match (self.form, self.current) {
            (Form::Once, Some((start, index))) => Some(after(start, &self.sections[index..])),
            (Form::Once, None) if !self.sections.is_empty() => Some(after(1, &self.sections)),
            _ => None,
        };
        match (self.end, last_section) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// What happens at the line before `bar`. Called once for each bar, in order.
    pub fn bar_line(&mut self, bar: u32) -> BarLine {
        let mut line = BarLine::default();
        self.next = bar.saturating_add(1);
        let jump = self.jump.take_if(|(from, _)| bar >= *from).map(|(_, index)| index);
        let next = match (jump, self.current) {
            (Some(index), _) => Some(index),
            (None, None) if !self.sections.is_empty() => Some(0),
            (None, Some((start, index))) if bar >= start.saturating_add(self.sections[index].bars) => match self.form {
                _ if index + 1 < self.sections.len() => Some(index + 1),
                Form::Loop => Some(0),
                Form::Once => None,
            },
            _ => None,
        };
        if let Some(index) = next {
            // With a single section that loops there is nothing new to tell, but a drummer wants to know.
            self.current = Some((bar, index));
            line.section = Some(self.sections[index].clone());
        }
        line.progress = self
            .current
            .map(|(start, index)| f64::from(bar.saturating_sub(start)) / f64::from(self.sections[index].bars));
        if let Some(end) = self.end() {
            line.over = bar >= end;
            let left = end.saturating_sub(bar);
            line.bars_left = (left <= self.phrase).then_some(left);
        }
        if line.over {
            line.section = None;
            line.progress = None;
        }
        line
    }
}

/// The bar after all of these, the first of which begins with `start`; many long ones end with the last bar there is.
fn after(start: u32, sections: &[Section]) -> u32 {
    sections.iter().fold(start, |bar, section| bar.saturating_add(section.bars))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(name: &str, bars: u32) -> Section {
        Section { name: name.into(), bars, density: None }
    }

    fn names(score: &mut Score, bars: std::ops::RangeInclusive<u32>) -> String {
        bars.map(|b| score.bar_line(b).section.map_or("-".into(), |s| s.name)).collect()
    }

    #[test]
    fn sections_loop_until_somebody_ends_it() {
        let mut score = Score::new(vec![section("A", 2), section("B", 1)], Form::Loop, None, 4);
        assert_eq!(names(&mut score, 1..=8), "A-BA-BA-");
        assert_eq!(score.end(), None);
    }

    #[test]
    fn sections_once_end_the_piece() {
        let mut score = Score::new(vec![section("A", 2), section("B", 2)], Form::Once, None, 2);
        let lines: Vec<_> = (1..=5).map(|b| score.bar_line(b)).collect();
        assert_eq!(lines.iter().map(|l| l.bars_left).collect::<Vec<_>>(), [None, None, Some(2), Some(1), Some(0)]);
        assert!(lines[4].over && !lines[3].over);
    }

    #[test]
    fn a_jump_happens_at_the_next_bar_line_and_the_form_goes_on_from_there() {
        let mut score = Score::new(vec![section("A", 4), section("B", 2), section("C", 1)], Form::Once, None, 4);
        assert_eq!(names(&mut score, 1..=2), "A-");
        assert!(score.go_to("B"));
        assert!(!score.clone().go_to("Z"));
        assert_eq!(names(&mut score, 3..=5), "B-C");
        assert_eq!(score.end(), Some(6));
    }

    #[test]
    fn who_was_away_agrees_with_another_score_about_where_it_is_and_will_jump() {
        let sections = || vec![section("A", 4), section("B", 4), section("C", 4)];
        let new = || Score::new(sections(), Form::Loop, None, 4);
        let (mut one, mut other) = (new(), new());
        names(&mut one, 1..=2);
        names(&mut other, 1..=2);
        assert!(one.go_to("C"));
        names(&mut one, 3..=6);
        names(&mut other, 3..=6);
        assert!(one.go_to_at("B", 9));
        assert!(other.agree(one.began(), one.jump()));
        assert_eq!(names(&mut other, 7..=12), "A-B---");
        assert_eq!(names(&mut one, 7..=12), "A-B---");
        assert!(!other.agree(one.began(), one.jump()), "they are together");
        // The other has planned a line more, or one less.
        names(&mut one, 13..=13);
        assert!(!other.agree(one.began(), one.jump()));
        assert_eq!(names(&mut other, 13..=14), "C-");
        assert!(!other.agree(one.began(), one.jump()));
        assert_eq!(other.began(), Some((13, 2)));
        assert!(!other.agree(Some((2, 9)), None), "there is no such section");
    }

    #[test]
    fn progress_runs_through_each_section_from_0() {
        let mut score = Score::new(vec![section("A", 4), section("B", 2)], Form::Once, None, 4);
        let far: Vec<_> = (1..=7).map(|b| score.bar_line(b).progress).collect();
        let expected = [0.0, 0.25, 0.5, 0.75, 0.0, 0.5].map(Some);
        assert_eq!((&far[..6], far[6]), (&expected[..], None));
    }

    #[test]
    fn more_bars_than_can_be_counted_are_no_panic() {
        let mut score = Score::new(vec![section("A", u32::MAX), section("B", u32::MAX)], Form::Once, None, 4);
        score.resume(Some((u32::MAX, 1)), None);
        assert_eq!(score.end(), Some(u32::MAX));
        assert!(score.bar_line(u32::MAX).over);
    }

    #[test]
    fn the_end_is_announced_one_phrase_ahead() {
        let mut score = Score::new(vec![], Form::Loop, Some(8), 4);
        let left: Vec<_> = (1..=9).map(|b| score.bar_line(b).bars_left).collect();
        assert_eq!(left, [None, None, None, None, Some(4), Some(3), Some(2), Some(1), Some(0)]);
    }
}
