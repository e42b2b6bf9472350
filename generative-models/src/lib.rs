//! Models that write: character RNNs that learn from any UTF-8 text or list of names, and a [`Writer`] that goes on where a
//! text stops. What computes (candle) does not show outside.

mod adam;
mod card;
mod chance;
mod char_rnn;
mod checkpoint;
mod corpus;
mod kernels;
mod learner;
mod loss_curve;
pub mod models;
mod ngram;
mod recipe;
mod rng;
mod sampling;
mod sha256;
mod stepper;
mod study;
mod tensor;
mod training;
mod vocab;
mod weights;
mod writer;

pub use adam::Clip;
pub use char_rnn::{Cell, Shape};
pub use checkpoint::{OpenError, Precision};
pub use corpus::{Corpus, CorpusError, Mode, Reading};
pub use learner::Learner;
pub use ngram::Baseline;
pub use recipe::{Batches, Clipping, Decay, Loss, Optimiser, Recipe, RecipeError, Samples};
pub use sampling::Sampling;
pub use study::Study;
pub use training::{Ending, Event, Point, Summary, Training, TrainingError};
pub use vocab::{Vocab, VocabError};
pub use writer::Writer;
