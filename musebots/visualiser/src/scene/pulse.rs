//! Where in the beat we are: beats that arrive, drawn through by their tempo. A beat that is early or late bends the line, one
//! that is missing is passed over, and where none come any more it slows down to a calm breath. It never runs backwards.

/// Beats a minute when there are none to go by.
const CALM: f64 = 20.0;
/// After so many beats without one that arrives, it calms down.
const ALONE: f64 = 4.5;
/// In how many seconds an error shrinks to a third.
const BEND: f64 = 0.12;

#[derive(Debug, Clone)]
pub(super) struct Pulse {
    /// The last beat that arrived: when, and which it was.
    due: f64,
    count: f64,
    /// Beats a minute, as far as `lasting` goes.
    tempo: f64,
    /// How many beats on from there the tempo holds.
    lasting: f64,
    /// How far what is shown was from the line at `due`.
    error: f64,
    shown: f64,
    begun: bool,
}

impl Default for Pulse {
    fn default() -> Self {
        Self { due: 0.0, count: 0.0, tempo: CALM, lasting: 0.0, error: 0.0, shown: 0.0, begun: false }
    }
}

impl Pulse {
    /// A beat at `due`. Gives its number, or `None` when it is older than one that is known.
    pub(super) fn beat(&mut self, due: f64, tempo: f64) -> Option<f64> {
        if self.begun && due <= self.due {
            return None;
        }
        let (line, shown) = (self.line(due), self.at(due));
        let next = if self.begun { self.count + 1.0 } else { self.count };
        let count = line.round().max(next);
        *self = Self { due, count, tempo, lasting: ALONE, error: shown - count, shown: self.shown, begun: true };
        Some(count)
    }

    /// No more beats for now.
    pub(super) fn rest(&mut self, now: f64) {
        let count = self.at(now);
        *self = Self { due: now.max(self.due), count, lasting: 0.0, error: 0.0, ..*self };
    }

    /// What is shown at `now`, from here on.
    pub(super) fn advance(&mut self, now: f64) -> f64 {
        self.shown = self.shown.max(self.at(now));
        self.shown
    }

    /// Forgets the time, not the beat: the clock has been set back.
    pub(super) fn restart(&mut self, now: f64) {
        *self = Self { due: now, count: self.shown, lasting: 0.0, error: 0.0, ..*self };
        self.begun = false;
    }

    /// The beat at an instant, by what is known.
    pub(super) fn at(&self, now: f64) -> f64 {
        self.line(now) + self.error * (-(now - self.due).max(0.0) / BEND).exp()
    }

    fn line(&self, now: f64) -> f64 {
        let passed = (now - self.due).max(0.0);
        let steady = (passed * self.tempo / 60.0).min(self.lasting);
        let left = passed - steady * 60.0 / self.tempo;
        self.count + steady + left.max(0.0) * CALM.min(self.tempo) / 60.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn between_beats_the_tempo_leads_on() {
        let mut pulse = Pulse::default();
        pulse.beat(10.0, 120.0);
        pulse.beat(10.5, 120.0);
        let first = pulse.at(10.5);
        assert!((pulse.at(10.75) - first - 0.5).abs() < 0.02, "{}", pulse.at(10.75));
    }

    #[test]
    fn a_missing_beat_is_counted() {
        let mut pulse = Pulse::default();
        let first = pulse.beat(10.0, 120.0).unwrap();
        assert_eq!(pulse.beat(11.0, 120.0), Some(first + 2.0));
    }

    #[test]
    fn a_late_beat_bends_the_line_softly() {
        let mut pulse = Pulse::default();
        for n in 0..8 {
            pulse.beat(f64::from(n) * 0.5, 120.0);
        }
        let before = pulse.at(4.1);
        pulse.beat(4.1, 120.0);
        assert!((pulse.at(4.1) - before).abs() < 1e-9);
        assert!((pulse.at(4.9) - 9.6).abs() < 0.02, "{}", pulse.at(4.9));
    }

    #[test]
    fn without_beats_it_breathes_slowly() {
        let mut pulse = Pulse::default();
        assert!((pulse.advance(30.0) - 10.0).abs() < 1e-9);
        pulse.beat(30.0, 180.0);
        let (one, other) = (pulse.advance(60.0), pulse.advance(63.0));
        assert!((other - one - 1.0).abs() < 1e-6, "{one} {other}");
    }

    proptest! {
        #[test]
        fn it_never_runs_backwards(beats in prop::collection::vec((-0.5..3.0, 1.0..400.0), 0..60)) {
            let (mut pulse, mut now, mut last) = (Pulse::default(), 0.0, f64::MIN);
            for (n, (step, tempo)) in beats.into_iter().enumerate() {
                pulse.beat(now + step, tempo);
                if n % 13 == 5 {
                    pulse.rest(now);
                }
                now += f64::max(step, 0.04);
                let shown = pulse.advance(now);
                prop_assert!(shown >= last && shown.is_finite());
                last = shown;
            }
        }
    }
}
