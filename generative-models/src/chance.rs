//! Chance split by purpose, so that what one part draws never shifts what another draws, and nothing has to be remembered
//! between two iterations: that is what lets a training resume exactly.

use crate::rng::Rng;
use rand::{RngExt as _, SeedableRng as _};

/// What chance is wanted for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Weights = 1,
    Split,
    Order,
    Dropout,
    Sample,
}

/// The generator for one purpose and one number (an iteration, an epoch).
pub(crate) fn seeded(seed: u64, purpose: Purpose, number: u64) -> Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&(purpose as u64).to_le_bytes());
    key[16..24].copy_from_slice(&number.to_le_bytes());
    Rng::from_seed(key)
}

/// Any order, each as likely (Fisher and Yates).
pub(crate) fn shuffle<T>(items: &mut [T], rng: &mut Rng) {
    for last in (1..items.len()).rev() {
        items.swap(last, rng.random_range(0..=last));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_purpose_and_number_draws_its_own() {
        let draw = |seed, purpose, number| seeded(seed, purpose, number).random::<u64>();
        assert_eq!(draw(1, Purpose::Order, 2), draw(1, Purpose::Order, 2));
        assert_ne!(draw(1, Purpose::Order, 2), draw(1, Purpose::Order, 3));
        assert_ne!(draw(1, Purpose::Order, 2), draw(1, Purpose::Split, 2));
        assert_ne!(draw(1, Purpose::Order, 2), draw(2, Purpose::Order, 2));
    }

    #[test]
    fn a_shuffle_keeps_every_item() {
        let mut items: Vec<u32> = (0..100).collect();
        shuffle(&mut items, &mut seeded(1, Purpose::Order, 0));
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}
