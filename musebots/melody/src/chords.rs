//! The chords that a melody player offers when nobody else does: two progressions for every
//! section, one that stays open and one that comes home, in turn.

use musebot_kit::{
    Style,
    music::{Close, Dice, Phrase, Plan, Scale, progression},
};

/// The progressions of all sections, the same whenever a section comes back.
#[derive(Debug, Clone)]
pub struct Progressions {
    scale: Scale,
    style: Style,
    dice: Dice,
}

impl Progressions {
    /// Progressions in a scale and a style.
    #[must_use]
    pub fn new(scale: Scale, style: Style, dice: Dice) -> Self {
        Self { scale, style, dice }
    }

    /// Other progressions from now on.
    pub fn renew(&mut self) {
        self.dice = self.dice.about("anew");
    }

    /// The plan for a phrase of a section.
    #[must_use]
    pub fn plan(&self, section: &str, phrase: Phrase) -> Plan {
        let close = if phrase.index.is_multiple_of(2) { Close::Open } else { Close::Closed };
        // Every fourth time round the way out is another one.
        let turn = if phrase.index % 8 == 6 { " another" } else { "" };
        let mut dice = self.dice.about(&format!("{section}{turn} {close:?}"));
        progression(self.scale, self.style, phrase.bars, close, &mut dice)
    }
}
