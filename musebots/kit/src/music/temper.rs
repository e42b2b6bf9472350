//! The traits that our players have in common.

use crate::Setup;

/// How a player is disposed; 0.5 is the middle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Temper {
    /// How much it plays.
    pub busy: f64,
    /// How far it dares to go: leaps, fills, syncopation.
    pub bold: f64,
    /// How unevenly it plays in time and touch.
    pub loose: f64,
    /// How hard it plays.
    pub loud: f64,
}

impl Temper {
    /// What the ensemble says of this bot.
    #[must_use]
    pub fn of(setup: &Setup) -> Self {
        Self {
            busy: setup.trait_or("busy", 0.5),
            bold: setup.trait_or("bold", 0.5),
            loose: setup.trait_or("loose", 0.4),
            loud: setup.trait_or("loud", 0.5),
        }
    }

    /// What every velocity is multiplied by: 0.75 to 1.25.
    #[must_use]
    pub fn force(self) -> f64 {
        0.75 + 0.5 * self.loud
    }
}
