//! One character after the other, in plain numbers, without candle.

use crate::char_rnn::{Cell, Shape};
use crate::weights::{Matrix, Weights};
use std::sync::Arc;

/// Clones share the weights.
#[derive(Clone)]
pub(crate) struct Stepper {
    shape: Shape,
    weights: Arc<Weights>,
    logits: Vec<f32>,
}

/// Per layer h, and for an LSTM c.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StepState(Vec<Vec<f32>>);

impl Stepper {
    /// The weights must fit the shape (`weights::layout`).
    pub(crate) fn new(shape: &Shape, vocab: usize, weights: Weights) -> Self {
        Self { shape: shape.clone(), weights: Arc::new(weights), logits: vec![0.0; vocab] }
    }

    pub(crate) fn initial(&self) -> StepState {
        let of_a_layer = if self.shape.cell == Cell::Lstm { 2 } else { 1 };
        StepState(vec![vec![0.0; self.shape.hidden]; of_a_layer * self.shape.layers])
    }

    /// Reads a character; the logits of the next.
    pub(crate) fn step(&mut self, state: &mut StepState, character: u32) -> &[f32] {
        let hidden = self.shape.hidden;
        let mut x: Option<Vec<f32>> =
            self.weights.get("embedding").map(|table| row(table, character as usize).to_vec());
        for layer in 0..self.shape.layers {
            let w = &self.weights[&format!("layer{layer}.weight")];
            let mut from_x = vec![0.0; w.columns];
            let inputs = match &x {
                None => {
                    add(&mut from_x, row(w, character as usize), 1.0);
                    self.logits.len()
                }
                Some(x) => {
                    x.iter().enumerate().for_each(|(n, x)| add(&mut from_x, row(w, n), *x));
                    x.len()
                }
            };
            add(&mut from_x, row(w, inputs + hidden), 1.0);
            let mut from_h = vec![0.0; w.columns];
            let at = if self.shape.cell == Cell::Lstm { 2 * layer } else { layer };
            for (n, h) in state.0[at].iter().enumerate() {
                add(&mut from_h, row(w, inputs + n), *h);
            }
            let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
            for n in 0..hidden {
                let (x, h) = (|gate: usize| from_x[gate * hidden + n], |gate: usize| from_h[gate * hidden + n]);
                state.0[at][n] = match self.shape.cell {
                    Cell::Rnn => (x(0) + h(0)).tanh(),
                    Cell::Gru => {
                        let (r, z) = (sigmoid(x(0) + h(0)), sigmoid(x(1) + h(1)));
                        let new = (x(2) + r * (h(2) + row(w, inputs + hidden + 1)[2 * hidden + n])).tanh();
                        (1.0 - z) * new + z * state.0[at][n]
                    }
                    Cell::Lstm => {
                        let (i, f) = (sigmoid(x(0) + h(0)), sigmoid(x(1) + h(1)));
                        let (g, o) = ((x(2) + h(2)).tanh(), sigmoid(x(3) + h(3)));
                        let c = f * state.0[at + 1][n] + i * g;
                        state.0[at + 1][n] = c;
                        o * c.tanh()
                    }
                };
            }
            x = Some(state.0[at].clone());
        }
        let head = &self.weights["head.weight"];
        self.logits.copy_from_slice(row(head, hidden));
        for (n, x) in x.iter().flatten().enumerate() {
            add(&mut self.logits, row(head, n), *x);
        }
        &self.logits
    }
}

fn row(matrix: &Matrix, n: usize) -> &[f32] {
    &matrix.values[n * matrix.columns..(n + 1) * matrix.columns]
}

fn add(sum: &mut [f32], row: &[f32], times: f32) {
    sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += times * x);
}
