//! No output: notes are played into the void, and how late they came is measured all the same.

use super::lateness::{Lateness, LatenessCollector};
use crate::agenda::Cue;
use std::time::Instant;

/// The void.
pub(crate) struct NullOutput {
    late: LatenessCollector,
}

impl NullOutput {
    pub(crate) fn new() -> Self {
        Self { late: LatenessCollector::new() }
    }

    /// A note that is handed over before it is due is in time.
    pub(crate) fn play(&mut self, cue: &Cue, due: Instant) {
        if cue.velocity.is_some() {
            self.late.add(Instant::now().saturating_duration_since(due).as_secs_f32() * 1000.0);
        }
    }

    pub(crate) fn lateness(&mut self) -> Option<Lateness> {
        self.late.take()
    }
}
