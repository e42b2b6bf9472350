//! Which knob is meant: the first that a hand really moves.

use super::{Move, Source, Target};

/// A fader that is meant moves by so many positions; one that only trembles does not.
const MEANT: u8 = 3;
/// More knobs than this are not looked at: no device has them.
const MOST_KNOBS: usize = 4096;

/// Waits for the next knob or pad.
#[derive(Debug)]
pub struct Learning {
    /// What it is to turn.
    pub target: Target,
    /// The knobs that have moved a little: on which surface, which, and between which positions.
    seen: Vec<(usize, Source, u8, u8, u8)>,
}

impl Learning {
    /// Begins to wait.
    #[must_use]
    pub fn new(target: Target) -> Self {
        Self { target, seen: Vec::new() }
    }

    /// Whether this is the knob: a fader for what is a fader, a button or pad for the rest.
    pub fn is_meant(&mut self, surface: usize, hand: Move) -> bool {
        if !self.target.is_fader() {
            return match hand.source {
                Source::Note(_) => hand.to > 0,
                Source::Cc(_) => hand.to >= 64,
            };
        }
        if matches!(hand.source, Source::Note(_)) {
            return false;
        }
        let same = |s: &&mut (usize, Source, u8, u8, u8)| (s.0, s.1, s.2) == (surface, hand.source, hand.channel);
        match self.seen.iter_mut().find(same) {
            Some((.., low, high)) => {
                (*low, *high) = ((*low).min(hand.to), (*high).max(hand.to));
                *high - *low >= MEANT
            }
            None => {
                if self.seen.len() < MOST_KNOBS {
                    self.seen.push((surface, hand.source, hand.channel, hand.to, hand.to));
                }
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cc(number: u8, to: u8) -> Move {
        Move { source: Source::Cc(number), channel: 1, to }
    }

    #[test]
    fn a_fader_that_trembles_is_not_the_one_that_is_meant() {
        let mut learning = Learning::new(Target::Master);
        assert!(
            !learning.is_meant(0, cc(9, 50)) && !learning.is_meant(0, cc(9, 51)) && !learning.is_meant(0, cc(9, 50))
        );
        assert!(!learning.is_meant(0, Move { source: Source::Note(60), channel: 1, to: 100 }), "a pad is no fader");
        assert!(!learning.is_meant(0, cc(14, 10)) && !learning.is_meant(1, cc(14, 13)));
        assert!(learning.is_meant(0, cc(14, 13)));
    }

    #[test]
    fn a_pad_is_meant_when_it_is_hit() {
        let mut learning = Learning::new(Target::Panic);
        assert!(
            !learning.is_meant(0, cc(48, 0))
                && !learning.is_meant(0, Move { source: Source::Note(36), channel: 10, to: 0 })
        );
        assert!(learning.is_meant(0, Move { source: Source::Note(36), channel: 10, to: 1 }));
    }
}
