//! A network that has learned, one character at a time: plain slices, no graph, nothing allocated
//! per step. A step reads every weight once, so that it is about as fast as they come from memory.

use crate::char_rnn::{Cell, Shape, Step};
use crate::kernels::{Level, Panels};
use crate::weights::{Matrix, Weights};
use std::sync::Arc;

/// A network that reads on and on. Clones share the weights.
#[derive(Clone)]
pub(crate) struct Stepper {
    net: Arc<Net>,
    kept: Vec<f32>,
    /// What goes into a layer, and what comes out.
    x: Vec<f32>,
    out: Vec<f32>,
    c: Vec<f32>,
    logits: Vec<f32>,
}

/// What is remembered of the text so far: for each layer a, and for an LSTM c.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StepState(Vec<(Vec<f32>, Vec<f32>)>);

struct Net {
    cell: Cell,
    hidden: usize,
    embedding: Option<Matrix>,
    layers: Vec<LayerWeights>,
    head: Panels,
    head_bias: Vec<f32>,
}

struct LayerWeights {
    input: FromInput,
    recurrent: Panels,
    /// In the order of what a step keeps.
    bias: Vec<f32>,
}

enum FromInput {
    /// A row for each character, in the order of what a step keeps.
    OneHot(Vec<f32>),
    /// Where its products go among what is kept.
    Numbers(Vec<(Panels, usize)>),
}

impl Stepper {
    /// The weights must fit the shape (`weights::layout`).
    pub(crate) fn new(shape: &Shape, vocab: usize, mut weights: Weights) -> Self {
        let (cell, hidden) = (shape.cell, shape.hidden);
        let embedding = weights.remove("embedding");
        let layers = (0..shape.layers)
            .map(|n| {
                let matrix = &weights[&format!("layer{n}.weight")];
                let one_hot = n == 0 && embedding.is_none();
                LayerWeights::new(cell, hidden, matrix, one_hot)
            })
            .collect();
        let matrix = &weights["head.weight"];
        let mut head = Panels::default();
        head.pack(hidden, vocab, &matrix.values, vocab);
        let head_bias = matrix.values[hidden * vocab..].to_vec();
        let net = Net { cell, hidden, embedding, layers, head, head_bias };
        Self {
            net: Arc::new(net),
            kept: vec![0.0; cell.kept() * hidden],
            x: Vec::new(),
            out: vec![0.0; hidden],
            c: vec![0.0; if cell == Cell::Lstm { hidden } else { 0 }],
            logits: vec![0.0; vocab],
        }
    }

    /// Remembers nothing.
    pub(crate) fn initial(&self) -> StepState {
        let zeros = vec![0.0; self.net.hidden];
        let c = if self.net.cell == Cell::Lstm { zeros.clone() } else { Vec::new() };
        StepState(vec![(zeros, c); self.net.layers.len()])
    }

    /// Reads a character; the logits of the next.
    pub(crate) fn step(&mut self, state: &mut StepState, character: u32) -> &[f32] {
        let (level, net) = (Level::best(), &*self.net);
        if let Some(table) = &net.embedding {
            self.x.clear();
            self.x.extend_from_slice(&table.values[character as usize * table.columns..][..table.columns]);
        }
        for (layer, (a, c)) in net.layers.iter().zip(&mut state.0) {
            let kept = &mut self.kept;
            kept.copy_from_slice(&layer.bias);
            match &layer.input {
                FromInput::OneHot(rows) => {
                    let row = &rows[character as usize * kept.len()..][..kept.len()];
                    kept.iter_mut().zip(row).for_each(|(sum, w)| *sum += w);
                }
                FromInput::Numbers(products) => {
                    for (panels, place) in products {
                        panels.add_product(level, 1, &self.x, self.x.len(), &mut kept[*place..], 0);
                    }
                }
            }
            layer.recurrent.add_product(level, 1, a, a.len(), kept, 0);
            let (out, c_after) = (&mut self.out[..], &mut self.c[..]);
            net.cell.forward(level, Step { kept, a_before: a, a: out, c_before: c, c: c_after });
            a.copy_from_slice(&self.out);
            c.copy_from_slice(&self.c);
            self.x.clone_from(&self.out);
        }
        self.logits.copy_from_slice(&net.head_bias);
        net.head.add_product(level, 1, &self.out, self.out.len(), &mut self.logits, 0);
        &self.logits
    }
}

impl LayerWeights {
    fn new(cell: Cell, hidden: usize, matrix: &Matrix, one_hot: bool) -> Self {
        let (values, columns) = (&matrix.values, matrix.columns);
        let inputs = matrix.rows - hidden - cell.biases();
        let width = cell.kept() * hidden;
        // A row of what comes from the input, moved to where it is kept.
        let placed = |row: usize| {
            let mut kept = vec![0.0; width];
            for &(first, end, place) in cell.input_columns() {
                let from = &values[row * columns + first * hidden..row * columns + end * hidden];
                kept[place * hidden..][..from.len()].copy_from_slice(from);
            }
            kept
        };
        let mut bias = placed(inputs + hidden);
        if cell == Cell::Gru {
            let past = &values[(inputs + hidden + 1) * columns + 2 * hidden..][..hidden];
            bias[2 * hidden..3 * hidden].copy_from_slice(past);
        }
        let input = if one_hot {
            FromInput::OneHot((0..inputs).flat_map(placed).collect())
        } else {
            let product = |&(first, end, place): &(usize, usize, usize)| {
                let mut panels = Panels::default();
                panels.pack(inputs, (end - first) * hidden, &values[first * hidden..], columns);
                (panels, place * hidden)
            };
            FromInput::Numbers(cell.input_columns().iter().map(product).collect())
        };
        let mut recurrent = Panels::default();
        recurrent.pack(hidden, columns, &values[inputs * columns..], columns);
        Self { input, recurrent, bias }
    }
}

#[cfg(all(test, feature = "learn"))]
mod tests {
    use super::*;
    use crate::char_rnn::{CharRnn, Chunk};
    use crate::rng::Rng;
    use rand::SeedableRng;

    #[test]
    fn reading_one_by_one_foresees_what_the_learning_network_does() {
        for cell in [Cell::Rnn, Cell::Gru, Cell::Lstm] {
            for (layers, embedding) in [(1, None), (2, None), (3, Some(5))] {
                let shape = Shape { cell, layers, hidden: 21, embedding, dropout: 0.0 };
                let net = CharRnn::new(&shape, 9, &mut Rng::seed_from_u64(4)).unwrap();
                let text: Vec<u32> = (0..41).map(|n| n * n % 9).collect();
                let chunk = Chunk { inputs: &text[..40], targets: &text[1..], weights: None, steps: 40, batch: 1 };
                let (loss, _) = net.loss(&chunk, &net.initial(1), None).unwrap();
                let weights = net.parameters().into_iter().map(|(name, var)| {
                    let (rows, columns) = var.dims2().unwrap();
                    (name, Matrix { rows, columns, values: var.flatten_all().unwrap().to_vec1().unwrap() })
                });
                let mut stepper = Stepper::new(&shape, 9, weights.collect());
                let mut state = stepper.initial();
                let mut nats = 0.0;
                for pair in text.windows(2) {
                    let logits = stepper.step(&mut state, pair[0]);
                    let sum: f64 = logits.iter().map(|x| f64::from(*x).exp()).sum();
                    nats += sum.ln() - f64::from(logits[pair[1] as usize]);
                }
                let loss = f64::from(loss.to_scalar::<f32>().unwrap());
                assert!((nats / 40.0 - loss).abs() < 1e-5, "{shape:?}: {} for {loss}", nats / 40.0);
            }
        }
    }
}
