//! Character RNNs, cell by cell, in plain candle operations.

use crate::rng::Rng;
use crate::weights::layout;
use candle_core::{D, DType, Device, Result, Tensor, Var};
use rand::RngExt as _;
use serde::{Deserialize, Serialize};

/// The three cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cell {
    /// a⟨t⟩ = tanh(W_aa a⟨t−1⟩ + W_ax x⟨t⟩ + b_a)
    Rnn,
    /// Cho et al. 2014, as PyTorch has it.
    Gru,
    /// Hochreiter and Schmidhuber 1997.
    #[default]
    Lstm,
}

/// The size of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Shape {
    /// Which cell.
    pub cell: Cell,
    /// One to three, one above the other.
    pub layers: usize,
    /// Units of each layer.
    pub hidden: usize,
    /// The size of learned embeddings; without, characters are one-hot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedding: Option<usize>,
    /// The share of what goes from layer to layer that is left out while training.
    pub dropout: f32,
}

impl Default for Shape {
    fn default() -> Self {
        Self { cell: Cell::Lstm, layers: 1, hidden: 256, embedding: None, dropout: 0.0 }
    }
}

pub(crate) struct CharRnn {
    shape: Shape,
    vocab: usize,
    parameters: Vec<(String, Var)>,
}

/// Per layer h, and for an LSTM c: [batch, hidden] each.
#[derive(Clone)]
pub(crate) struct State(Vec<Tensor>);

/// Place `b * steps + t` is step t of row b.
pub(crate) struct Chunk<'a> {
    pub(crate) inputs: &'a [u32],
    pub(crate) targets: &'a [u32],
    /// 0 for padding.
    pub(crate) weights: Option<&'a [f32]>,
    pub(crate) steps: usize,
    pub(crate) batch: usize,
}

impl State {
    /// What is remembered, as plain numbers.
    pub(crate) fn numbers(&self) -> Vec<Vec<f32>> {
        let plain = |t: &Tensor| t.flatten_all().and_then(|t| t.to_vec1()).expect("a state is plain numbers");
        self.0.iter().map(plain).collect()
    }

    /// Remembers these; false if they do not fit.
    pub(crate) fn remember(&mut self, numbers: Vec<Vec<f32>>) -> bool {
        let fits = numbers.len() == self.0.len() && numbers.iter().zip(&self.0).all(|(n, t)| n.len() == t.elem_count());
        if fits {
            for (tensor, numbers) in self.0.iter_mut().zip(numbers) {
                *tensor = Tensor::from_vec(numbers, tensor.shape(), &Device::Cpu).expect("it fits");
            }
        }
        fits
    }
}

impl CharRnn {
    pub(crate) fn new(shape: &Shape, vocab: usize, rng: &mut Rng) -> Result<Self> {
        let bound = 1.0 / (shape.hidden as f32).sqrt();
        let mut parameters = Vec::new();
        for (name, rows, columns) in layout(shape, vocab) {
            let bound = if name == "embedding" { 1.0 } else { bound };
            let values: Vec<f32> = (0..rows * columns).map(|_| rng.random_range(-bound..bound)).collect();
            parameters.push((name, Var::from_vec(values, (rows, columns), &Device::Cpu)?));
        }
        Ok(Self { shape: shape.clone(), vocab, parameters })
    }

    pub(crate) fn parameters(&self) -> Vec<(String, Var)> {
        self.parameters.clone()
    }

    pub(crate) fn initial(&self, batch: usize) -> State {
        let of_a_layer = if self.shape.cell == Cell::Lstm { 2 } else { 1 };
        let zero = Tensor::zeros((batch, self.shape.hidden), DType::F32, &Device::Cpu).expect("a CPU has zeros");
        State(vec![zero; of_a_layer * self.shape.layers])
    }

    pub(crate) fn loss(
        &self,
        chunk: &Chunk<'_>,
        state: &State,
        mut dropout: Option<&mut Rng>,
    ) -> Result<(Tensor, State)> {
        let (hidden, device) = (self.shape.hidden, Device::Cpu);
        let mut state = state.clone();
        let mut tensors = self.parameters.iter().map(|(_, var)| var.as_tensor().clone());
        let embedding = self.shape.embedding.and_then(|_| tensors.next());
        let layers: Vec<Tensor> = tensors.by_ref().take(self.shape.layers).collect();
        let head = tensors.next().expect("a model has a head");
        let mut parts = Vec::new();
        for (layer, all) in layers.iter().enumerate() {
            let input = if layer == 0 { self.shape.embedding.unwrap_or(self.vocab) } else { hidden };
            let bias = all.narrow(0, input + hidden, 1)?;
            let second = (self.shape.cell == Cell::Gru).then(|| all.narrow(0, input + hidden + 1, 1)).transpose()?;
            parts.push((all.narrow(0, 0, input)?, all.narrow(0, input, hidden)?, bias, second));
        }
        let mut outputs = Vec::with_capacity(chunk.steps);
        for t in 0..chunk.steps {
            let ids: Vec<u32> = (0..chunk.batch).map(|b| chunk.inputs[b * chunk.steps + t]).collect();
            let ids = Tensor::new(ids, &device)?;
            let mut x = match &embedding {
                Some(table) => table.index_select(&ids, 0)?,
                None => ids,
            };
            for (layer, (wx, wh, bias, second)) in parts.iter().enumerate() {
                let from_x = if x.dtype() == DType::U32 { wx.index_select(&x, 0)? } else { x.matmul(wx)? };
                let from_x = from_x.broadcast_add(bias)?;
                let sigmoid = |x: &Tensor| x.affine(-1.0, 0.0)?.exp()?.affine(1.0, 1.0)?.recip();
                let h = match self.shape.cell {
                    Cell::Rnn => (from_x + state.0[layer].matmul(wh)?)?.tanh()?,
                    Cell::Gru => {
                        let from_h = state.0[layer].matmul(wh)?;
                        let second = second.as_ref().expect("a GRU has a second bias");
                        let part = |x: &Tensor, n| x.narrow(1, n * hidden, hidden);
                        let r = sigmoid(&(part(&from_x, 0)? + part(&from_h, 0)?)?)?;
                        let z = sigmoid(&(part(&from_x, 1)? + part(&from_h, 1)?)?)?;
                        let new = part(&from_h, 2)?.broadcast_add(&part(second, 2)?)?;
                        let n = (part(&from_x, 2)? + (r * new)?)?.tanh()?;
                        ((z.affine(-1.0, 1.0)? * n)? + (z * &state.0[layer])?)?
                    }
                    Cell::Lstm => {
                        let gates = (from_x + state.0[2 * layer].matmul(wh)?)?;
                        let part = |n| gates.narrow(1, n * hidden, hidden);
                        let (i, f) = (sigmoid(&part(0)?)?, sigmoid(&part(1)?)?);
                        let (g, o) = (part(2)?.tanh()?, sigmoid(&part(3)?)?);
                        let c = ((f * &state.0[2 * layer + 1])? + (i * g)?)?;
                        let h = (o * c.tanh()?)?;
                        state.0[2 * layer + 1] = c;
                        h
                    }
                };
                let at = if self.shape.cell == Cell::Lstm { 2 * layer } else { layer };
                state.0[at] = h.clone();
                x = h;
                if let Some(rng) = dropout.as_deref_mut()
                    && self.shape.dropout > 0.0
                {
                    let kept = 1.0 - self.shape.dropout;
                    let mask: Vec<f32> = (0..chunk.batch * hidden)
                        .map(|_| if rng.random::<f32>() < kept { 1.0 / kept } else { 0.0 })
                        .collect();
                    x = (x * Tensor::from_vec(mask, (chunk.batch, hidden), &device)?)?;
                }
            }
            outputs.push(x);
        }
        let all = Tensor::stack(&outputs, 1)?.reshape((chunk.batch * chunk.steps, hidden))?;
        let logits = all.matmul(&head.narrow(0, 0, hidden)?)?.broadcast_add(&head.narrow(0, hidden, 1)?)?;
        let highest = logits.max_keepdim(D::Minus1)?.detach();
        let shifted = logits.broadcast_sub(&highest)?;
        let log_sum = shifted.exp()?.sum_keepdim(D::Minus1)?.log()?;
        let targets = Tensor::new(chunk.targets, &device)?.unsqueeze(1)?;
        let nats = (log_sum - shifted.gather(&targets, 1)?)?.squeeze(1)?;
        let loss = match chunk.weights {
            None => nats.mean_all()?,
            Some(weights) => {
                let total: f32 = weights.iter().sum();
                ((nats * Tensor::new(weights, &device)?)?.sum_all()? / f64::from(total))?
            }
        };
        Ok((loss, State(state.0.iter().map(Tensor::detach).collect())))
    }
}
