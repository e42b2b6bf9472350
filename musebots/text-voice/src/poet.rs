//! The poet: has lines written ahead, on a thread of its own, and always has one to speak.

use crate::{
    Verses,
    pen::{Line, Pen, Wish},
};
use musebot_kit::{Aside, music::Dice, words::Language};
use std::path::PathBuf;

/// Lines that are written ahead.
const AHEAD: usize = 2;

/// Lines ahead of being spoken.
pub struct Poet {
    /// `None` once it has died.
    pen: Option<Aside<Wish, Option<Line>>>,
    /// What is spoken when no line is ready.
    pocket: Verses,
    turn: u32,
    /// Whether it was said that the pen is late.
    told: bool,
}

impl Poet {
    /// A poet with a model in this folder, or without one. In a render it `waits` for its pen.
    #[must_use]
    pub fn new(model: Option<PathBuf>, language: Language, dice: &Dice, waits: bool) -> Self {
        let own = dice.clone();
        let prepare = move || {
            let mut pen = Pen::open(model, language, &own);
            move |wish: Wish| pen.write(&wish).map(|text| Line { turn: wish.turn, text })
        };
        let pen =
            Aside::new("pen", waits, prepare).inspect_err(|e| tracing::warn!("there is no thread to write on: {e}"));
        Self { pen: pen.ok(), pocket: Verses::new(language, dice.about("pocket")), turn: 0, told: false }
    }

    /// Another speaker takes the floor: what was written for the last one is not spoken.
    pub fn begin(&mut self, speaker: &str, temperature: f64) {
        self.turn += 1;
        self.pocket.begin(speaker);
        if let Some(pen) = &mut self.pen {
            while pen.answer().is_some() {}
            pen.ask(Wish { turn: self.turn, begins: Some(speaker.to_owned()), temperature });
            pen.ask(Wish { turn: self.turn, begins: None, temperature });
        }
    }

    /// The next line. It never waits for one but in a render.
    pub fn line(&mut self, temperature: f64) -> String {
        let mut line = None;
        if let Some(pen) = &mut self.pen {
            line = std::iter::from_fn(|| pen.answer()).flatten().find(|line| line.turn == self.turn);
            if line.is_none() && pen.open() > 0 && !self.told {
                self.told = true;
                tracing::warn!("writing takes longer than the music allows: built-in verses help out");
            }
            while pen.open() < AHEAD && pen.ask(Wish { turn: self.turn, begins: None, temperature }) {}
        }
        line.map_or_else(|| self.pocket.line().to_owned(), |line| line.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poet(seed: u64) -> Poet {
        Poet::new(None, Language::English, &Dice::new(seed), true)
    }

    fn lines(seed: u64) -> Vec<String> {
        let mut poet = poet(seed);
        poet.begin("LEAR", 0.7);
        (0..5).map(|_| poet.line(0.7)).collect()
    }

    #[test]
    fn the_same_seed_writes_the_same() {
        assert_eq!(lines(3), lines(3));
        assert!((0..10).any(|seed| lines(seed) != lines(3)));
    }

    #[test]
    fn what_was_written_for_another_speaker_is_not_spoken() {
        let mut poet = poet(1);
        poet.begin("LEAR", 0.7);
        let first = poet.line(0.7);
        poet.begin("PUCK", 0.7);
        let mut verses = Verses::new(Language::English, Dice::new(1).about("verses"));
        verses.begin("LEAR");
        assert_eq!(first, verses.line());
        verses.begin("PUCK");
        assert_eq!(poet.line(0.7), verses.line(), "the two lines of Lear's that were ahead are dropped");
    }

    #[test]
    fn there_is_always_a_line_though_nobody_has_begun() {
        assert!(!poet(2).line(0.7).is_empty());
    }
}
