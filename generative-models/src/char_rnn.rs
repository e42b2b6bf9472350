//! Character-level recurrent networks: they read a text one character at a time and learn what
//! comes next (A. Karpathy, "The Unreasonable Effectiveness of Recurrent Neural Networks", 2015;
//! A. Graves, arXiv:1308.0850).
//!
//! ```text
//! characters ─► one-hot or embedding ─► layer 0 ─► … ─► layer n ─► head ─► softmax ─► the next character
//!  batch×steps                         batch×steps×hidden          batch×steps×vocab
//! ```
//!
//! The cells and their equations are in `cells`; a layer over a whole chunk of text is one
//! operation with a backward pass written by hand (`recurrence`), because taken step by step, with
//! a graph node for each gate, the same network trains at a fifth of the speed.

mod cells;
mod shape;

#[cfg(feature = "learn")]
mod dropout;
#[cfg(feature = "learn")]
mod embedding;
#[cfg(feature = "learn")]
mod head;
#[cfg(feature = "learn")]
mod layer;
#[cfg(feature = "learn")]
mod network;
#[cfg(feature = "learn")]
mod recurrence;
#[cfg(all(test, feature = "learn"))]
mod tests;

pub use cells::Cell;
pub(crate) use cells::Step;
#[cfg(feature = "learn")]
pub(crate) use network::{CharRnn, Chunk, State};
pub use shape::Shape;
