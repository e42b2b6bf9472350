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
    /// A speaker that the pen, which is slow, was not told of yet.
    untold: Option<String>,
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
        let pocket = Verses::new(language, dice.about("pocket"));
        Self { pen: pen.ok(), pocket, turn: 0, untold: None, told: false }
    }

    /// Another speaker takes the floor: what was written for the last one is not spoken.
    pub fn begin(&mut self, speaker: &str, temperature: f64) {
        self.turn += 1;
        self.pocket.begin(speaker);
        self.untold = Some(speaker.to_owned());
        if let Some(pen) = &mut self.pen {
            while pen.answer().is_some() {}
        }
        if self.tell_speaker(temperature) {
            self.ask(None, temperature);
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
        }
        if self.tell_speaker(temperature) {
            while self.pen.as_ref().is_some_and(|pen| pen.open() < AHEAD) && self.ask(None, temperature) {}
        }
        line.map_or_else(|| self.pocket.line().to_owned(), |line| line.text)
    }

    /// Tells the pen who speaks; whether it knows now. Else it would go on as the one before.
    fn tell_speaker(&mut self, temperature: f64) -> bool {
        let Some(speaker) = self.untold.take() else { return true };
        let told = self.ask(Some(speaker.clone()), temperature);
        self.untold = (!told).then_some(speaker);
        told
    }

    fn ask(&mut self, begins: Option<String>, temperature: f64) -> bool {
        let Some(pen) = &mut self.pen else { return false };
        let asked = pen.ask(Wish { turn: self.turn, begins, temperature });
        if !asked && pen.open() == 0 {
            tracing::warn!("the pen broke: from now on built-in verses are spoken");
            self.pen = None;
        }
        asked
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

    /// A poet with somebody else at the pen.
    fn with_pen<W: FnMut(Wish) -> Option<Line>>(waits: bool, pen: impl FnOnce() -> W + Send + 'static) -> Poet {
        Poet { pen: Some(Aside::new("pen", waits, pen).unwrap()), ..poet(1) }
    }

    #[test]
    fn a_pen_that_breaks_is_put_away() {
        let mut poet = with_pen(true, || |_| panic!("on purpose"));
        poet.begin("LEAR", 0.7);
        // The thread may still be on its way out when it is asked once more.
        let broken = (0..1_000_000).any(|_| {
            poet.line(0.7);
            poet.pen.is_none()
        });
        assert!(broken && !poet.line(0.7).is_empty());
    }

    #[test]
    fn a_slow_pen_goes_on_as_the_speaker_who_has_the_floor() {
        let (free, held) = std::sync::mpsc::channel::<()>();
        let mut poet = with_pen(false, || {
            move |wish: Wish| {
                let _ = held.recv();
                Some(Line { turn: wish.turn, text: wish.begins.unwrap_or_else(|| "goes on".into()) })
            }
        });
        for n in 0..9 {
            poet.begin(&format!("SPEAKER {n}"), 0.7);
        }
        drop(free);
        // All that waits is of others; the first line that is of this turn is its speaker's.
        let written = |line: &String| line.starts_with("SPEAKER") || line == "goes on";
        let line = std::iter::repeat_with(|| (std::thread::yield_now(), poet.line(0.7)).1).find(written);
        assert_eq!(line.as_deref(), Some("SPEAKER 8"));
    }

    #[test]
    fn there_is_always_a_line_though_nobody_has_begun() {
        assert!(!poet(2).line(0.7).is_empty());
    }
}
