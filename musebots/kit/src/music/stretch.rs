//! A stretch of the music to come, for who plans ahead: the weight of each step and the chord
//! there. Steps are counted from the next bar line; what is before it is negative.

use super::{Band, Chord, Ground, pulse};
use crate::{Stage, TICKS_PER_SIXTEENTH, Tick};

/// Steps that anybody plans ahead, at most.
const LONGEST: i64 = 4096;
/// What is planned for sooner comes too late to be sung.
const TOO_SOON_MS: f64 = 230.0;

/// The steps from one to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// The next bar line.
    pub bar_line: Tick,
    /// The first step.
    pub from: i64,
    weights: Vec<f64>,
    chords: Vec<Chord>,
    step_s: f64,
}

impl Stretch {
    /// The steps from `from` up to `to`, as far as they can still be sung and are after `busy`.
    /// Where nobody said a chord, it is `home`.
    #[must_use]
    pub fn ahead(stage: &Stage, band: &Band, home: &Chord, (from, to): (i64, i64), busy: Option<Tick>) -> Self {
        let per_bar = stage.ticks_per_bar();
        let bar_line = stage.tick() - stage.tick_in_bar() + per_bar;
        let soon = stage.tick() + (TOO_SOON_MS / stage.tick_ms().max(0.1)).ceil() as i64;
        let earliest = busy.map_or(soon, |busy| busy.max(soon));
        let sixteenth = i64::from(TICKS_PER_SIXTEENTH);
        let from = from.max((earliest - bar_line + sixteenth - 1).div_euclid(sixteenth));
        let to = to.clamp(from, from + LONGEST);
        let (phrase, steps) = (band.phrase(stage), stage.sixteenths_per_bar().max(1));
        let pulse = pulse(stage.meter(), &band.tala(stage));
        let weight = |step: i64| pulse.get(step.rem_euclid(steps as i64) as usize).copied().unwrap_or(0.1);
        let chord = |step: i64| {
            let step = usize::try_from(step + steps as i64).unwrap_or_default();
            band.harmony.at(phrase, steps, step).unwrap_or_else(|| home.clone())
        };
        Self {
            bar_line,
            from,
            weights: (from..to).map(weight).collect(),
            chords: (from..to).map(chord).collect(),
            step_s: stage.tick_ms() / 1000.0 * f64::from(TICKS_PER_SIXTEENTH),
        }
    }

    /// How many steps.
    #[must_use]
    pub fn len(&self) -> usize {
        self.weights.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    /// The ground for a line: with so many seconds to a syllable, beginning around step `begin`
    /// and, if that is fixed, with its last syllable on step `last`.
    #[must_use]
    pub fn ground(&self, syllable_s: f64, begin: i64, last: Option<i64>) -> Ground {
        let index = |step: i64| usize::try_from(step - self.from).unwrap_or_default();
        Ground {
            weights: self.weights.clone(),
            step_s: self.step_s,
            syllable_s,
            begin: index(begin),
            last: last.map(|last| if last < self.from { usize::MAX } else { index(last) }),
        }
    }

    /// The weight of the `n`th step.
    #[must_use]
    pub fn weight(&self, n: usize) -> f64 {
        self.weights.get(n).copied().unwrap_or(0.1)
    }

    /// The chord of the `n`th step; of the last one for what is beyond.
    #[must_use]
    pub fn chord(&self, n: usize) -> Option<&Chord> {
        self.chords.get(n).or(self.chords.last())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Broadcast, Meter, Tempo};

    fn stage(tick: i64) -> Stage {
        let mut stage = Stage::new("voice", Tempo::default(), Meter::default());
        stage.tick = Tick(tick);
        stage
    }

    fn home() -> Chord {
        Chord::new(&[0, 4, 7]).unwrap()
    }

    #[test]
    fn it_begins_where_it_can_still_be_sung() {
        let band = Band::default();
        let ahead = |tick: i64, busy| Stretch::ahead(&stage(tick), &band, &home(), (-4, 32), busy);
        assert_eq!((ahead(16, None).from, ahead(16, None).len()), (-4, 36));
        // 230 ms are 8 ticks at 120 beats a minute.
        assert_eq!(ahead(52, None).from, -1);
        assert_eq!(ahead(16, Some(Tick(73))).from, 3);
        assert!(ahead(16, Some(Tick(1000))).is_empty());
    }

    #[test]
    fn chords_of_the_next_phrase_come_from_its_plan() {
        let mut band = Band::default();
        let begin = stage(0);
        band.bar(&begin);
        band.heard(&Broadcast::new("plan/chords", "melody", ["0 4 7"].as_slice()), &begin);
        band.heard(&Broadcast::new("plan/chords", "melody", ["5 9 12", "7 11 14"].as_slice()), &stage(16));
        let ahead = Stretch::ahead(&stage(3 * 64 + 16), &band, &home(), (-4, 64), None);
        let roots: Vec<u8> = [0, 4, 35, 36].iter().map(|n| ahead.chord(*n).unwrap().root()).collect();
        assert_eq!(roots, [0, 5, 5, 7]);
        assert_eq!((ahead.weight(4), ahead.weight(5)), (1.0, 0.1));
    }
}
