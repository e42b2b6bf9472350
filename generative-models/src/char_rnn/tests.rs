//! The layers against the stock operations of candle, and against finite differences.

use super::*;
use crate::rng::Rng;
use candle_core::{D, Device, IndexOp, Result, Tensor, Var};
use rand::{RngExt, SeedableRng};

struct Case {
    net: CharRnn,
    inputs: Vec<u32>,
    targets: Vec<u32>,
    weights: Option<Vec<f32>>,
    state: State,
}

const BATCH: usize = 5;
const STEPS: usize = 7;
const VOCAB: usize = 11;

fn case(cell: Cell, layers: usize, embedding: Option<usize>, padded: bool) -> Case {
    let mut rng = Rng::seed_from_u64(3);
    let shape = Shape { cell, layers, hidden: 9, embedding, dropout: 0.0 };
    let net = CharRnn::new(&shape, VOCAB, &mut rng).unwrap();
    let mut characters = || (0..BATCH * STEPS).map(|_| rng.random_range(0..VOCAB as u32)).collect::<Vec<_>>();
    let (inputs, targets) = (characters(), characters());
    let weights = padded.then(|| (0..BATCH * STEPS).map(|n| if n % 3 == 0 { 0.0 } else { 1.0 }).collect());
    let mut state = net.initial(BATCH);
    for memory in &mut state.0 {
        memory.a.iter_mut().chain(&mut memory.c).for_each(|x| *x = rng.random_range(-0.8..0.8));
    }
    Case { net, inputs, targets, weights, state }
}

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for cell in [Cell::Rnn, Cell::Gru, Cell::Lstm] {
        all.extend([case(cell, 1, None, false), case(cell, 2, None, true), case(cell, 3, Some(4), false)]);
    }
    all
}

impl Case {
    fn loss(&self) -> (Tensor, State) {
        let chunk = Chunk {
            inputs: &self.inputs,
            targets: &self.targets,
            weights: self.weights.as_deref(),
            steps: STEPS,
            batch: BATCH,
        };
        self.net.loss(&chunk, &self.state, None).unwrap()
    }

    /// The same network, step by step with stock operations.
    fn stock(&self) -> Result<Tensor> {
        let hidden = self.net.shape.hidden;
        let device = Device::Cpu;
        let row = |numbers: &[f32]| Tensor::from_slice(numbers, (BATCH, hidden), &device);
        let one_hot = Tensor::eye(VOCAB, candle_core::DType::F32, &device)?;
        let table = self.net.embedding.as_ref().map_or(&one_hot, |var| var.as_tensor());
        let mut states = Vec::new();
        for memory in &self.state.0 {
            states.push((row(&memory.a)?, row(if memory.c.is_empty() { &memory.a } else { &memory.c })?));
        }
        let mut total = Tensor::new(0.0_f32, &device)?;
        let mut count = 0.0;
        for t in 0..STEPS {
            let at = |numbers: &[u32]| (0..BATCH).map(|b| numbers[b * STEPS + t]).collect::<Vec<_>>();
            let mut x = table.index_select(&Tensor::new(at(&self.inputs), &device)?, 0)?;
            for (layer, (a, c)) in self.net.layers.iter().zip(&mut states) {
                let (w, inputs) = (layer.weight.as_tensor(), x.dim(1)?);
                let columns = w.dim(1)?;
                let from_x = x.matmul(&w.i(..inputs)?)?.broadcast_add(&w.i(inputs + hidden)?)?;
                let from_a = a.matmul(&w.i(inputs..inputs + hidden)?)?;
                let part = |all: &Tensor, n: usize| all.narrow(1, n * hidden, hidden);
                let sigmoid = |x: &Tensor| (x.neg()?.exp()? + 1.0)?.recip();
                let next = match self.net.shape.cell {
                    Cell::Rnn => (from_x + from_a)?.tanh()?,
                    Cell::Gru => {
                        let sum = (&from_x + &from_a)?;
                        let (r, z) = (sigmoid(&part(&sum, 0)?)?, sigmoid(&part(&sum, 1)?)?);
                        let bias = w.i(inputs + hidden + 1)?.narrow(0, 2 * hidden, hidden)?;
                        let past = part(&from_a, 2)?.broadcast_add(&bias)?;
                        let n = (part(&from_x, 2)? + (r * past)?)?.tanh()?;
                        ((&n - (&z * &n)?)? + (&z * &*a)?)?
                    }
                    Cell::Lstm => {
                        let sum = (from_x + from_a)?;
                        assert_eq!(columns, 4 * hidden);
                        let (i, f, o) =
                            (sigmoid(&part(&sum, 0)?)?, sigmoid(&part(&sum, 1)?)?, sigmoid(&part(&sum, 3)?)?);
                        *c = ((f * &*c)? + (i * part(&sum, 2)?.tanh()?)?)?;
                        (o * c.tanh()?)?
                    }
                };
                *a = next.clone();
                x = next;
            }
            let head = self.net.head.as_tensor();
            let logits = x.matmul(&head.i(..hidden)?)?.broadcast_add(&head.i(hidden)?)?;
            let most = logits.max_keepdim(D::Minus1)?;
            let shifted = logits.broadcast_sub(&most)?;
            let log_p = shifted.broadcast_sub(&shifted.exp()?.sum_keepdim(D::Minus1)?.log()?)?;
            let of_target = log_p.gather(&Tensor::new(at(&self.targets), &device)?.unsqueeze(1)?, 1)?;
            for b in 0..BATCH {
                let weight = self.weights.as_ref().map_or(1.0, |w| w[b * STEPS + t]);
                total = (total - (of_target.i((b, 0))? * f64::from(weight))?)?;
                count += weight;
            }
        }
        total / f64::from(count)
    }
}

fn numbers_of(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

#[test]
fn loss_and_gradients_are_those_of_the_stock_operations() {
    for case in cases() {
        let shape = &case.net.shape;
        let (ours, _) = case.loss();
        let stock = case.stock().unwrap();
        let (a, b) = (ours.to_scalar::<f32>().unwrap(), stock.to_scalar::<f32>().unwrap());
        assert!((a - b).abs() < 1e-5, "{shape:?}: {a} for {b}");
        let (ours, stock) = (ours.backward().unwrap(), stock.backward().unwrap());
        for (name, var) in case.net.parameters() {
            let (ours, stock) = (numbers_of(ours.get(&var).unwrap()), numbers_of(stock.get(&var).unwrap()));
            for (n, (a, b)) in ours.iter().zip(&stock).enumerate() {
                assert!((a - b).abs() < 2e-6 + 2e-4 * b.abs(), "{shape:?} {name}[{n}]: {a} for {b}");
            }
        }
    }
}

#[test]
fn gradients_are_what_a_small_step_changes() {
    for case in cases() {
        let gradients = case.loss().0.backward().unwrap();
        for (name, var) in case.net.parameters() {
            let d = numbers_of(gradients.get(&var).unwrap());
            let before = numbers_of(&var);
            let loss_at = |n: usize, step: f32| {
                let mut moved = before.clone();
                moved[n] += step;
                var.set(&Tensor::from_vec(moved, var.shape(), &Device::Cpu).unwrap()).unwrap();
                f64::from(case.loss().0.to_scalar::<f32>().unwrap())
            };
            for n in (0..before.len()).step_by(before.len() / 12 + 1) {
                let measured = (loss_at(n, 2e-2) - loss_at(n, -2e-2)) / 4e-2;
                let claimed = f64::from(d[n]);
                assert!((measured - claimed).abs() < 2e-4 + 2e-2 * claimed.abs(), "{name}[{n}]: {claimed}, {measured}");
            }
            var.set(&Tensor::from_vec(before, var.shape(), &Device::Cpu).unwrap()).unwrap();
        }
    }
}

#[test]
fn a_chunk_cut_in_two_is_read_as_one() {
    for case in cases() {
        let (whole, end) = case.loss();
        let cut = |numbers: &[u32], from: usize, to: usize| {
            (0..BATCH).flat_map(|b| numbers[b * STEPS + from..b * STEPS + to].to_vec()).collect::<Vec<_>>()
        };
        let (mut sum, mut state, mut count) = (0.0, case.state.clone(), 0.0);
        for (from, to) in [(0, 3), (3, STEPS)] {
            let (inputs, targets) = (cut(&case.inputs, from, to), cut(&case.targets, from, to));
            let weights: Option<Vec<f32>> = case
                .weights
                .as_ref()
                .map(|w| (0..BATCH).flat_map(|b| w[b * STEPS + from..b * STEPS + to].to_vec()).collect());
            let places = weights.as_ref().map_or((BATCH * (to - from)) as f32, |w| w.iter().sum());
            let chunk = Chunk {
                inputs: &inputs,
                targets: &targets,
                weights: weights.as_deref(),
                steps: to - from,
                batch: BATCH,
            };
            let (loss, after) = case.net.loss(&chunk, &state, None).unwrap();
            sum += loss.to_scalar::<f32>().unwrap() * places;
            count += places;
            state = after;
        }
        assert!((sum / count - whole.to_scalar::<f32>().unwrap()).abs() < 1e-6);
        assert_eq!(state, end);
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let gradients = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut rng = Rng::seed_from_u64(3);
            let shape = Shape { cell: Cell::Lstm, layers: 2, hidden: 96, embedding: None, dropout: 0.2 };
            let net = CharRnn::new(&shape, 40, &mut rng).unwrap();
            let characters: Vec<u32> = (0..20 * 30 + 1).map(|_| rng.random_range(0..40)).collect();
            let chunk =
                Chunk { inputs: &characters[1..], targets: &characters[..600], weights: None, steps: 30, batch: 20 };
            let (loss, _) = net.loss(&chunk, &net.initial(20), Some(&mut rng)).unwrap();
            let gradients = loss.backward().unwrap();
            net.parameters().iter().map(|(_, var)| numbers_of(gradients.get(var).unwrap())).collect::<Vec<_>>()
        })
    };
    let alone = gradients(1);
    for threads in [2, 3, 7] {
        assert_eq!(alone, gradients(threads));
    }
}

#[test]
fn dropout_leaves_out_its_share_and_the_same_ones_on_the_way_back() {
    let ones = Var::from_vec(vec![1.0_f32; 100_000], 100_000, &Device::Cpu).unwrap();
    let out = dropout::dropout(ones.as_tensor(), 0.3, 5).unwrap();
    let kept = numbers_of(&out);
    let share = kept.iter().filter(|x| **x == 0.0).count() as f64 / 1e5;
    assert!((share - 0.3).abs() < 0.01, "{share}");
    assert!(kept.iter().all(|x| *x == 0.0 || (x - 1.0 / 0.7).abs() < 1e-6));
    let back = out.sum_all().unwrap().backward().unwrap();
    assert_eq!(numbers_of(back.get(&ones).unwrap()), kept);
}
