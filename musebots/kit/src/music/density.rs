//! How much is to be played: what the conductor asks for, seen through a temperament.

use crate::Stage;

/// What is played when nobody asks for more or less.
const USUAL: f64 = 0.6;

/// The density to play at, never quite 0: a `busy` of 0.5 plays what the conductor asks for,
/// 0 plays clearly less and 1 clearly more.
#[must_use]
pub fn density(stage: &Stage, busy: f64) -> f64 {
    (stage.density().unwrap_or(USUAL) + (busy - 0.5) * 0.5).clamp(0.05, 1.0)
}
