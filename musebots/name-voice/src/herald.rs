//! The herald: has rounds of names written ahead, on a thread of its own, and always has one.

use crate::pen::{Pen, Round, Wish};
use musebot_kit::{Aside, music::Dice, words::Language};
use std::path::PathBuf;

/// Rounds that are written ahead.
const AHEAD: usize = 2;

/// Rounds ahead of being called.
pub struct Herald {
    /// `None` without a thread, and once it has died.
    pen: Option<Aside<Wish, Option<Round>>>,
    /// What is called when no round is ready.
    pocket: Pen,
    asked: u32,
    called: u32,
    turn: u32,
    /// Whether it was said that the pen is late.
    told: bool,
}

impl Herald {
    /// A herald with a model in this folder, or without one. In a render it `waits` for its pen.
    #[must_use]
    pub fn new(model: Option<PathBuf>, language: Language, dice: &Dice, waits: bool, temperature: f64) -> Self {
        let own = dice.about("names");
        let prepare = move || {
            let mut pen = Pen::open(model, language, own);
            move |wish: Wish| pen.write(&wish)
        };
        let pen =
            Aside::new("pen", waits, prepare).inspect_err(|e| tracing::warn!("there is no thread to write on: {e}"));
        let pocket = Pen::open(None, language, dice.about("pocket"));
        let mut herald = Self { pen: pen.ok(), pocket, asked: 0, called: 0, turn: 0, told: false };
        herald.ask(temperature);
        herald
    }

    /// Other names from now on: what was written ahead is thrown away.
    pub fn renew(&mut self, temperature: f64) {
        self.turn += 1;
        if let Some(pen) = &mut self.pen {
            while pen.answer().is_some() {}
        }
        // What a slow pen still has to write is for nobody, so that more than usual is open.
        (0..AHEAD).all(|_| self.ask_one(temperature));
    }

    /// The next round. It never waits for one but in a render.
    pub fn round(&mut self, temperature: f64) -> Option<Round> {
        let mut round = self.written();
        let late = round.is_none() && self.pen.as_ref().is_some_and(|pen| pen.open() > 0);
        self.ask(temperature);
        if round.is_none() {
            // All that was there was thrown away, and only now is one of these names asked for.
            round = self.written();
            self.ask(temperature);
        }
        if round.is_none() && late && !self.told {
            self.told = true;
            tracing::warn!("inventing takes longer than the music allows: built-in names help out");
        }
        self.called += 1;
        let wish = Wish { round: self.called, turn: self.turn, temperature };
        round.or_else(|| self.pocket.write(&wish))
    }

    /// The next round that the pen has written for this turn.
    fn written(&mut self) -> Option<Round> {
        let (pen, turn) = (self.pen.as_mut()?, self.turn);
        std::iter::from_fn(|| pen.answer()).flatten().find(|round| round.turn == turn)
    }

    fn ask(&mut self, temperature: f64) {
        while self.pen.as_ref().is_some_and(|pen| pen.open() < AHEAD) && self.ask_one(temperature) {}
    }

    fn ask_one(&mut self, temperature: f64) -> bool {
        let Some(pen) = &mut self.pen else { return false };
        self.asked += 1;
        let asked = pen.ask(Wish { round: self.asked, turn: self.turn, temperature });
        if !asked && pen.open() == 0 {
            tracing::warn!("the pen broke: from now on built-in names are called");
            self.pen = None;
        }
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_calls_the_same() {
        let rounds = |seed| {
            let mut herald = Herald::new(None, Language::Latin, &Dice::new(seed), true, 0.8);
            (0..4).map(|_| herald.round(0.8)).collect::<Vec<_>>()
        };
        assert_eq!(rounds(3), rounds(3));
        assert_ne!(rounds(3), rounds(4));
        assert!(rounds(3).windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn after_a_renewal_the_pen_goes_on_with_other_names() {
        let dice = Dice::new(3);
        let mut pen = Pen::open(None, Language::Latin, dice.about("names"));
        let mut herald = Herald::new(None, Language::Latin, &dice, true, 0.8);
        herald.round(0.8);
        herald.renew(0.8);
        let asked = herald.asked;
        for n in 0..3 {
            let wish = Wish { round: asked - 1 + n, turn: 1, temperature: 0.8 };
            assert_eq!(herald.round(0.8), pen.write(&wish), "round {n} is the pen's, of the new turn");
        }
    }

    #[test]
    fn a_round_is_the_pens_though_what_was_ahead_is_of_an_earlier_turn() {
        let dice = Dice::new(3);
        let mut pen = Pen::open(None, Language::Latin, dice.about("names"));
        let mut herald = Herald::new(None, Language::Latin, &dice, true, 0.8);
        herald.turn += 1;
        let wish = Wish { round: herald.asked + 1, turn: 1, temperature: 0.8 };
        assert_eq!(herald.round(0.8), pen.write(&wish));
    }
}
