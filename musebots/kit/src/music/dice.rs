//! Seeded chance, in the words that music needs.

use crate::Rng;
use rand::{RngExt, SeedableRng};

/// Dice that fall the same for the same seed, on every machine.
#[derive(Debug, Clone)]
pub struct Dice {
    seed: u64,
    rng: Rng,
}

impl Dice {
    /// Dice from a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, rng: Rng::seed_from_u64(seed) }
    }

    /// Other dice, always the same for the same word, whatever has been thrown so far: what a
    /// section is made of does not depend on when it comes.
    #[must_use]
    pub fn about(&self, word: &str) -> Self {
        // FNV-1a, because the standard hashes are free to change.
        let hash =
            word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
        Self::new(self.seed.rotate_left(17) ^ hash)
    }

    /// Yes, with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.rng.random::<f64>() < probability
    }

    /// A number between two others.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.rng.random::<f64>()
    }

    /// A whole number below `n` (0 if there is none).
    pub fn below(&mut self, n: usize) -> usize {
        self.rng.random_range(0..n.max(1))
    }

    /// One of several. Panics if there are none, which is a fault of the table it comes from.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// One of several, each with its weight. Panics if there are none.
    pub fn weighted<'a, T>(&mut self, from: &'a [(T, f64)]) -> &'a T {
        let sum: f64 = from.iter().map(|(_, weight)| weight.max(0.0)).sum();
        let mut point = self.between(0.0, sum);
        for (item, weight) in from {
            point -= weight.max(0.0);
            if point < 0.0 {
                return item;
            }
        }
        &from[from.len() - 1].0
    }

    /// Around 0, mostly within ±1, never beyond ±2: the sum of a few throws.
    pub fn wobble(&mut self) -> f64 {
        (0..4).map(|_| self.between(-0.5, 0.5)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_throws_the_same() {
        let throw = |seed| {
            let mut dice = Dice::new(seed);
            (0..20).map(|_| dice.below(100)).collect::<Vec<_>>()
        };
        assert_eq!(throw(7), throw(7));
        assert_ne!(throw(7), throw(8));
    }

    #[test]
    fn dice_about_a_word_do_not_depend_on_what_was_thrown() {
        let fresh = Dice::new(3);
        let mut used = Dice::new(3);
        used.below(10);
        assert_eq!(fresh.about("verse").below(1000), used.about("verse").below(1000));
        assert_ne!(fresh.about("verse").between(0.0, 1.0), fresh.about("chorus").between(0.0, 1.0));
    }

    #[test]
    fn what_weighs_nothing_is_never_picked() {
        let mut dice = Dice::new(1);
        assert!((0..200).all(|_| *dice.weighted(&[("no", 0.0), ("yes", 1.0), ("never", 0.0)]) == "yes"));
    }
}
