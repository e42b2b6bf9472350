//! Models that write and paint: character RNNs that learn from any UTF-8 text or list of names, and a [`Writer`] that goes on where
//! a text stops; and pictures that are painted in the style of others, evaluation by evaluation (`neural_style`, by what the network
//! in `vgg` sees) or at once (`fast_style`). What computes (candle, and kernels of our own) does not show outside.
//!
//! All features are on by default. Without `learn` models can be opened and write, but not learn: that needs no candle. `pictures` is
//! all about pictures, and needs no candle either; `tools` is what the programs for the command line are made with.

// What is shared with the learning side has parts that only it needs.
#![cfg_attr(not(feature = "learn"), allow(dead_code, unused_imports))]

#[cfg(feature = "learn")]
mod adam;
#[cfg(feature = "learn")]
mod card;
mod chance;
mod char_rnn;
#[cfg(feature = "tools")]
pub mod chart;
mod checkpoint;
mod clip;
mod corpus;
#[cfg(feature = "tools")]
pub mod ctrl_c;
#[cfg(feature = "pictures")]
pub mod fast_style;
mod kernels;
#[cfg(feature = "learn")]
mod learner;
#[cfg(feature = "learn")]
mod loss_curve;
pub mod models;
#[cfg(feature = "pictures")]
pub mod neural_style;
#[cfg(feature = "learn")]
mod ngram;
#[cfg(feature = "pictures")]
pub mod picture;
mod recipe;
mod rng;
mod sampling;
mod sha256;
mod stepper;
#[cfg(feature = "learn")]
mod study;
#[cfg(feature = "learn")]
mod tensor;
#[cfg(feature = "learn")]
mod training;
#[cfg(feature = "pictures")]
pub mod vgg;
mod vocab;
mod weights;
mod writer;

pub use char_rnn::{Cell, Shape};
pub use checkpoint::{OpenError, Precision};
pub use clip::Clip;
pub use corpus::{Corpus, CorpusError, Mode, Reading};
#[cfg(feature = "learn")]
pub use learner::{Learner, Reader};
#[cfg(feature = "learn")]
pub use ngram::Baseline;
#[cfg(feature = "pictures")]
pub use picture::{Picture, PictureError};
pub use recipe::{Batches, Clipping, Decay, Loss, Optimiser, Recipe, RecipeError, Samples};
pub use sampling::Sampling;
#[cfg(feature = "learn")]
pub use study::Study;
#[cfg(feature = "learn")]
pub use training::{Ending, Event, Point, Summary, Training, TrainingError};
pub use vocab::{Vocab, VocabError};
pub use writer::Writer;
