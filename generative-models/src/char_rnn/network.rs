//! The network while it learns: its layers in a row, and the loss at their end.

use super::layer::{self, Layer, Memory};
use super::{Cell, Shape, dropout, embedding, head};
use crate::rng::Rng;
use candle_core::{Device, Result, Tensor, Var};
use rand::RngExt;

/// A network that learns.
pub(crate) struct CharRnn {
    pub(super) shape: Shape,
    pub(super) embedding: Option<Var>,
    pub(super) layers: Vec<Layer>,
    pub(super) head: Var,
}

/// What a network remembers of the text so far, for every row of a batch.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct State(pub(super) Vec<Memory>);

impl State {
    /// All that is remembered, layer by layer, in a fixed order.
    pub(crate) fn numbers(&self) -> Vec<Vec<f32>> {
        let both = |memory: &Memory| [memory.a.clone(), memory.c.clone()];
        self.0.iter().flat_map(both).filter(|numbers| !numbers.is_empty()).collect()
    }

    /// Puts back what [`Self::numbers`] gave; `false` if it does not fit.
    pub(crate) fn remember(&mut self, numbers: Vec<Vec<f32>>) -> bool {
        let mut places: Vec<&mut Vec<f32>> =
            self.0.iter_mut().flat_map(|memory| [&mut memory.a, &mut memory.c]).collect();
        places.retain(|place| !place.is_empty());
        let fits = places.len() == numbers.len() && places.iter().zip(&numbers).all(|(p, n)| p.len() == n.len());
        if fits {
            places.into_iter().zip(numbers).for_each(|(place, numbers)| *place = numbers);
        }
        fits
    }
}

/// A piece of text to learn from: place `b * steps + t` is step t of row b.
#[derive(Clone, Copy)]
pub(crate) struct Chunk<'a> {
    pub(crate) inputs: &'a [u32],
    /// What comes next at each place.
    pub(crate) targets: &'a [u32],
    /// How much each place counts; 0 for padding. Without it all count 1.
    pub(crate) weights: Option<&'a [f32]>,
    pub(crate) steps: usize,
    pub(crate) batch: usize,
}

impl CharRnn {
    /// A network that has learned nothing. All initial weights are uniform within ±1/√hidden, as in
    /// PyTorch, but an LSTM's forget gates begin open (bias 1; R. Jozefowicz et al. 2015).
    pub(crate) fn new(shape: &Shape, vocab: usize, rng: &mut Rng) -> Result<Self> {
        let reach = 1.0 / (shape.hidden as f32).sqrt();
        let mut uniform = |rows: usize, columns: usize, reach: f32| -> Vec<f32> {
            (0..rows * columns).map(|_| rng.random_range(-reach..=reach)).collect()
        };
        let var = |numbers, rows, columns| Var::from_vec(numbers, (rows, columns), &Device::Cpu);
        let embedding = match shape.embedding {
            // As if standard normal, as embeddings usually begin: √3 has the same spread.
            Some(wide) => Some(var(uniform(vocab, wide, 3.0_f32.sqrt()), vocab, wide)?),
            None => None,
        };
        let mut layers = Vec::with_capacity(shape.layers);
        for n in 0..shape.layers {
            let inputs = if n > 0 { shape.hidden } else { shape.embedding.unwrap_or(vocab) };
            let (rows, columns) = layer::weights(shape.cell, inputs, shape.hidden);
            let mut numbers = uniform(rows, columns, reach);
            if shape.cell == Cell::Lstm {
                let bias = (inputs + shape.hidden) * columns;
                numbers[bias + shape.hidden..][..shape.hidden].fill(1.0);
            }
            layers.push(Layer::new(shape.cell, inputs, shape.hidden, var(numbers, rows, columns)?));
        }
        let head = var(uniform(shape.hidden + 1, vocab, reach), shape.hidden + 1, vocab)?;
        Ok(Self { shape: shape.clone(), embedding, layers, head })
    }

    /// All that is learned, by names that do not change.
    pub(crate) fn parameters(&self) -> Vec<(String, Var)> {
        let embedding = self.embedding.iter().map(|var| ("embedding".to_owned(), var.clone()));
        let layers =
            self.layers.iter().enumerate().map(|(n, layer)| (format!("layer{n}.weight"), layer.weight.clone()));
        embedding.chain(layers).chain([("head.weight".to_owned(), self.head.clone())]).collect()
    }

    /// Remembers nothing.
    pub(crate) fn initial(&self, batch: usize) -> State {
        State(self.layers.iter().map(|layer| layer.nothing(batch)).collect())
    }

    /// The mean of −ln p of the targets (nats a character), to go back from, and what is remembered
    /// after the chunk. Nothing goes back beyond the chunk's first step: truncated backpropagation
    /// through time.
    ///
    /// With `dropout` some activations are left out, otherwise none.
    pub(crate) fn loss(&self, chunk: &Chunk, state: &State, dropout: Option<&mut Rng>) -> Result<(Tensor, State)> {
        let (mut x, state) = self.activations(chunk.inputs, (chunk.batch, chunk.steps), state, dropout)?;
        x = head::cross_entropy(&x, self.head.as_tensor(), chunk.targets, chunk.weights)?;
        Ok((x, state))
    }

    /// What comes out of the last layer: batch × steps × hidden.
    fn activations(
        &self,
        inputs: &[u32],
        (batch, steps): (usize, usize),
        state: &State,
        mut dropout: Option<&mut Rng>,
    ) -> Result<(Tensor, State)> {
        let mut x = match &self.embedding {
            Some(table) => Some(embedding::embed(table.as_tensor(), inputs, (batch, steps))?),
            None => None,
        };
        let mut after = Vec::with_capacity(self.layers.len());
        for (layer, memory) in self.layers.iter().zip(&state.0) {
            let (mut out, remembered) = match &x {
                Some(x) => layer.of_numbers(x, memory)?,
                None => layer.of_characters(inputs, (batch, steps), memory)?,
            };
            if let Some(rng) = dropout.as_deref_mut().filter(|_| self.shape.dropout > 0.0) {
                out = dropout::dropout(&out, self.shape.dropout, rng.random())?;
            }
            after.push(remembered);
            x = Some(out);
        }
        Ok((x.expect("a network has a layer"), State(after)))
    }
}
