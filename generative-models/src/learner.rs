//! A network while it learns, for who brings a loop of their own: numbers in, loss out.

use crate::adam::{AdamW, Settings};
use crate::char_rnn::{CharRnn, Chunk, State};
use crate::rng::Rng;
use crate::stepper::{StepState, Stepper};
use crate::weights::Matrix;
use crate::{Clip, Shape};
use rand::SeedableRng;

/// A network, its optimiser and what it remembers of the text so far.
pub struct Learner {
    shape: Shape,
    vocab: usize,
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
        Ok(Self { shape: shape.clone(), vocab, net, optimiser, state, rng, measures: (batch, steps) })
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
        if !self.optimiser.step(&loss.backward()?, rate, Some(Clip::Norm(5.0)))? {
            anyhow::bail!("the gradient is not a number any more: try a lower rate");
        }
        Ok(loss.to_scalar()?)
    }

    /// The network as it is now, for reading one character after the other.
    ///
    /// # Errors
    /// What candle says.
    pub fn reader(&self) -> anyhow::Result<Reader> {
        let mut weights = std::collections::BTreeMap::new();
        for (name, var) in self.net.parameters() {
            let (rows, columns) = var.dims2()?;
            weights.insert(name, Matrix { rows, columns, values: var.flatten_all()?.to_vec1()? });
        }
        let stepper = Stepper::new(&self.shape, self.vocab, weights);
        let state = stepper.initial();
        Ok(Reader { stepper, state })
    }
}

/// A network that reads, and remembers what it has read.
pub struct Reader {
    stepper: Stepper,
    state: StepState,
}

impl Reader {
    /// Reads a character, and gives the logits of the next: the larger, the likelier.
    pub fn read(&mut self, character: u32) -> &[f32] {
        self.stepper.step(&mut self.state, character)
    }
}
