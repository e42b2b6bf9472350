//! Models that write.

mod adam;
mod char_rnn;
mod kernels;
mod learner;
mod rng;
mod tensor;

pub use adam::Clip;
pub use char_rnn::{Cell, Shape};
pub use learner::Learner;
