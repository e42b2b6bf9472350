//! The herald: has rounds of names written ahead, on a thread of its own, and always has one.

use crate::pen::{Pen, Round, Wish};
use musebot_kit::{Aside, music::Dice, words::Language};
use std::path::PathBuf;

/// Rounds that are written ahead.
const AHEAD: usize = 2;

/// Rounds ahead of being called.
pub struct Herald {
    /// `None` without a thread.
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

    /// Other names from now on.
    pub fn renew(&mut self) {
        self.turn += 1;
    }

    /// The next round. It never waits for one but in a render.
    pub fn round(&mut self, temperature: f64) -> Option<Round> {
        // New ones may be wanted before any was asked for.
        self.ask(temperature);
        let mut round = None;
        if let Some(pen) = &mut self.pen {
            let turn = self.turn;
            round = std::iter::from_fn(|| pen.answer()).flatten().find(|round| round.turn == turn);
            if round.is_none() && pen.open() > 0 && !self.told {
                self.told = true;
                tracing::warn!("inventing takes longer than the music allows: built-in names help out");
            }
        }
        self.ask(temperature);
        self.called += 1;
        let wish = Wish { round: self.called, turn: self.turn, temperature };
        round.or_else(|| self.pocket.write(&wish))
    }

    fn ask(&mut self, temperature: f64) {
        if let Some(pen) = &mut self.pen {
            while pen.open() < AHEAD {
                self.asked += 1;
                if !pen.ask(Wish { round: self.asked, turn: self.turn, temperature }) {
                    return;
                }
            }
        }
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
    fn after_a_renewal_what_was_written_before_is_not_called() {
        let mut herald = Herald::new(None, Language::Latin, &Dice::new(3), true, 0.8);
        herald.round(0.8);
        herald.renew();
        assert_eq!(herald.round(0.8).unwrap().turn, 1);
    }
}
