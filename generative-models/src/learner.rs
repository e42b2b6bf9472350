//! A network while it learns, for who brings a loop of their own: numbers in, loss out.

use crate::adam::{AdamW, Settings};
use crate::char_rnn::{CharRnn, Chunk, State};
use crate::rng::Rng;
use crate::{Clip, Shape};
use rand::SeedableRng;

/// A network, its optimiser and what it remembers of the text so far.
pub struct Learner {
    net: CharRnn,
    optimiser: AdamW,
    state: State,
    rng: Rng,
    measures: (usize, usize),
}

impl Learner {
    /// A network for characters 0 to `vocab` − 1 that learns from chunks of `batch` rows of `steps`.
    ///
    /// # Errors
    /// What candle says when it cannot make the weights.
    pub fn new(shape: &Shape, vocab: usize, (batch, steps): (usize, usize), seed: u64) -> anyhow::Result<Self> {
        let mut rng = Rng::seed_from_u64(seed);
        let net = CharRnn::new(shape, vocab, &mut rng)?;
        let optimiser = AdamW::new(&net.parameters(), Settings::default());
        let state = net.initial(batch);
        Ok(Self { net, optimiser, state, rng, measures: (batch, steps) })
    }

    /// Learns from one chunk, at a rate, and gives the mean loss in nats. Place `b * steps + t` of
    /// both is step t of row b.
    ///
    /// # Errors
    /// When the gradient is no number any more.
    ///
    /// # Panics
    /// When there are not batch × steps characters.
    pub fn learn(&mut self, inputs: &[u32], targets: &[u32], rate: f64) -> anyhow::Result<f32> {
        let (batch, steps) = self.measures;
        assert!(inputs.len() == batch * steps && targets.len() == batch * steps, "batch × steps characters");
        let chunk = Chunk { inputs, targets, weights: None, steps, batch };
        let (loss, state) = self.net.loss(&chunk, &self.state, Some(&mut self.rng))?;
        self.state = state;
        self.optimiser.step(&loss.backward()?, rate, Some(Clip::Norm(5.0)))?;
        Ok(loss.to_scalar()?)
    }

    /// The mean loss in nats over a text that is read from front to back, in so many rows side by
    /// side that each begin without a memory.
    ///
    /// # Errors
    /// What candle says.
    pub fn judge(&self, text: &[u32], rows: usize) -> anyhow::Result<f64> {
        let long = (text.len() - 1) / rows;
        let mut state = self.net.initial(rows);
        let (mut sum, mut from) = (0.0, 0);
        while from < long {
            let steps = (long - from).min(100);
            let cut = |shift: usize| -> Vec<u32> {
                (0..rows).flat_map(|row| &text[row * long + from + shift..][..steps]).copied().collect()
            };
            let chunk = Chunk { inputs: &cut(0), targets: &cut(1), weights: None, steps, batch: rows };
            let (loss, after) = self.net.loss(&chunk, &state, None)?;
            sum += f64::from(loss.to_scalar::<f32>()?) * steps as f64;
            state = after;
            from += steps;
        }
        Ok(sum / long as f64)
    }
}
