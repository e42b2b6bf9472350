//! Virtual time of a render: at which second each tick sounds, tick 0 at 0. Every bot adds up
//! the same numbers in the same order, so that all agree to the last bit.

use musebot_protocol::{Tempo, Tick};

/// A stretch of one tempo, the tempo being what travelled: a 32-bit float. The instant of a
/// tick is counted from where the stretch began, so that nothing adds up but tempo changes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeline {
    from: Tick,
    at: f64,
    tempo: Tempo,
    last: Tick,
}

impl Timeline {
    /// Begins with the first tick that came; what came before it would have had its tempo.
    pub(crate) fn new(tick: Tick, tempo: Tempo) -> Self {
        Self { from: Tick(0), at: 0.0, tempo, last: tick }
    }

    /// The next tick came, and from it on there is this tempo.
    pub(crate) fn tick(&mut self, tick: Tick, tempo: Tempo) {
        if tempo != self.tempo {
            *self = Self { from: tick, at: self.seconds(tick), tempo, last: tick };
        }
        self.last = tick;
    }

    /// The last tick that came.
    pub(crate) fn last(&self) -> Tick {
        self.last
    }

    /// When a tick sounds, as far as the tempo is known.
    pub(crate) fn seconds(&self, tick: Tick) -> f64 {
        self.at + (tick - self.from) as f64 * self.tempo.tick_seconds()
    }

    /// Where in ticks an instant is, from the last stretch on.
    pub(crate) fn position(&self, seconds: f64) -> f64 {
        self.from.0 as f64 + (seconds - self.at) / self.tempo.tick_seconds()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tempo(bpm: f32) -> Tempo {
        Tempo::new(f64::from(bpm)).unwrap()
    }

    #[test]
    fn at_a_steady_tempo_nothing_adds_up() {
        let mut line = Timeline::new(Tick(0), tempo(97.3));
        (0..1_000_000).for_each(|n| line.tick(Tick(n), tempo(97.3)));
        assert_eq!(line.seconds(Tick(999_999)), 999_999.0 * tempo(97.3).tick_seconds());
    }

    #[test]
    fn a_tempo_counts_from_the_tick_that_brought_it() {
        let mut line = Timeline::new(Tick(0), tempo(120.0));
        (0..=16).for_each(|n| line.tick(Tick(n), tempo(120.0)));
        line.tick(Tick(17), tempo(60.0));
        assert_eq!(line.seconds(Tick(17)), 17.0 / 32.0);
        assert_eq!(line.seconds(Tick(18)), 17.0 / 32.0 + 1.0 / 16.0);
        assert!((line.position(line.seconds(Tick(40))) - 40.0).abs() < 1e-9);
    }
}
