//! Random numbers: the same for the same seed, on every machine.

/// Where all randomness of a model comes from.
pub(crate) type Rng = rand_chacha::ChaCha8Rng;
