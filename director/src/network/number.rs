//! What broadcasts carry beside their bytes: the tick at which they were said, and a number by which what is heard twice is
//! known. Each director counts its own, from 0, and draws a number for itself when it begins.

use musebot_protocol::Tick;
use ring::rand::{SecureRandom, SystemRandom};

/// What a broadcast carries: who counts, the number, the tick; 8 bytes each, the highest first.
pub(super) type Attached = [u8; 24];

/// Gives a director's broadcasts their numbers.
#[derive(Debug)]
pub(super) struct Numbered {
    who: u64,
    next: u64,
}

/// A broadcast's number, and who has counted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) who: u64,
    pub(super) number: u64,
}

impl Numbered {
    pub(super) fn begin() -> Self {
        let mut who = [0; 8];
        // Without chance numbers it goes by 0, and is mixed up with one that was killed a moment ago at worst.
        let _ = SystemRandom::new().fill(&mut who);
        Self { who: u64::from_ne_bytes(who), next: 0 }
    }

    /// What the next broadcast carries.
    pub(super) fn next(&mut self, tick: Tick) -> Attached {
        let mut bytes = [0; 24];
        bytes[..8].copy_from_slice(&self.who.to_be_bytes());
        bytes[8..16].copy_from_slice(&self.next.to_be_bytes());
        bytes[16..].copy_from_slice(&tick.0.to_be_bytes());
        self.next += 1;
        bytes
    }

    /// What a broadcast carries, if it is that.
    pub(super) fn read(bytes: &[u8]) -> Option<(Number, Tick)> {
        let bytes: &Attached = bytes.try_into().ok()?;
        let number = |from: usize| bytes[from..from + 8].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        Some((Number { who: number(0), number: number(8) }, Tick(number(16) as i64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn who_begins_counts_from_0_as_somebody_else() {
        let (mut one, mut again) = (Numbered::begin(), Numbered::begin());
        let read = |attached: Attached| Numbered::read(&attached).unwrap().0;
        let (first, second, anew) = (read(one.next(Tick(1))), read(one.next(Tick(1))), read(again.next(Tick(1))));
        assert_eq!((first.number, second.number, anew.number), (0, 1, 0));
        assert!(first.who == second.who && first.who != anew.who);
    }

    proptest! {
        #[test]
        fn a_tick_comes_back_as_it_went(tick in any::<i64>()) {
            prop_assert_eq!(Numbered::read(&Numbered::begin().next(Tick(tick))).unwrap().1, Tick(tick));
        }

        #[test]
        fn only_24_bytes_are_taken_for_it(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(Numbered::read(&bytes).is_some(), bytes.len() == 24);
        }
    }
}
