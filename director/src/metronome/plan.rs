//! A tempo map as the pieces that it is made of: what a satellite makes its own map from. Pure.

use super::{Segment, TempoMap};
use musebot_protocol::Tick;

impl TempoMap {
    /// The plan from a tick on.
    pub(crate) fn plan_from(&self, tick: Tick) -> impl Iterator<Item = Segment> {
        let after = self.segments.partition_point(|s| s.tick <= tick.0);
        let first = Segment { tick: tick.0, seconds: self.seconds(tick), ..*self.segment(tick.0) };
        std::iter::once(first).chain(self.segments[after..].iter().copied())
    }

    /// From a tick on it is as planned here: what was planned from there on is forgotten.
    pub(crate) fn replan(&mut self, tick: Tick, plan: impl IntoIterator<Item = Segment>) {
        self.cut(tick);
        self.segments.extend(plan);
    }

    /// One that begins at a tick, as planned here.
    pub(crate) fn beginning(tick: Tick, plan: impl IntoIterator<Item = Segment>) -> Self {
        Self { segments: plan.into_iter().collect(), begins: tick }
    }
}
