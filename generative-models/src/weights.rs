//! The weights of a model by name, as plain numbers, and which names and sizes a shape asks for.

use crate::char_rnn::{Cell, Shape};
use std::collections::BTreeMap;

/// Rows of numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Matrix {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) values: Vec<f32>,
}

/// All weights of a model.
pub(crate) type Weights = BTreeMap<String, Matrix>;

/// The name, rows and columns of each: per layer the weights of the input on top of those of the state on top of the bias
/// (a GRU has one more, of the state's share in the new state).
pub(crate) fn layout(shape: &Shape, vocab: usize) -> Vec<(String, usize, usize)> {
    let (gates, biases) = match shape.cell {
        Cell::Rnn => (1, 1),
        Cell::Gru => (3, 2),
        Cell::Lstm => (4, 1),
    };
    let mut all = Vec::new();
    if let Some(dimension) = shape.embedding {
        all.push(("embedding".to_owned(), vocab, dimension));
    }
    for layer in 0..shape.layers {
        let input = if layer == 0 { shape.embedding.unwrap_or(vocab) } else { shape.hidden };
        all.push((format!("layer{layer}.weight"), input + shape.hidden + biases, gates * shape.hidden));
    }
    all.push(("head.weight".to_owned(), shape.hidden + 1, vocab));
    all
}
