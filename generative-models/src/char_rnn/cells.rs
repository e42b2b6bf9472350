//! The three cells: what one step does with one row of a batch, forwards and backwards. The
//! products with the weights are done outside; here is what is left, number by number.
//!
//! x⟨t⟩ is the input, a⟨t⟩ the activation that goes out and on (h in most of the literature), c⟨t⟩
//! the memory of an LSTM; ∘ multiplies number by number, d… is the gradient of the loss.

use crate::kernels::{Level, at_each_level, sigmoid, tanh};
use serde::{Deserialize, Serialize};

/// Which cell a network is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cell {
    /// The plain recurrent cell of the lectures.
    Rnn,
    /// The gated recurrent unit (K. Cho et al. 2014, arXiv:1406.1078, in PyTorch's form).
    Gru,
    /// Long short-term memory (S. Hochreiter and J. Schmidhuber 1997, with the forget gate of
    /// F. Gers et al. 2000).
    Lstm,
}

/// What belongs to one row at one step. `kept` is what a step keeps for the way back: in LSTM
/// i f g o, in GRU r z ĥ n, in RNN a. Before the step it holds sums, after it activations.
pub(crate) struct Step<'a> {
    pub(crate) kept: &'a mut [f32],
    pub(crate) a_before: &'a [f32],
    pub(crate) a: &'a mut [f32],
    pub(crate) c_before: &'a [f32],
    pub(crate) c: &'a mut [f32],
}

/// The same on the way back. `d_a` is the gradient of what went out; `carry` is what flows back
/// to the step before past the weights (dc in LSTM, z ∘ da in GRU), and is replaced;
/// `d_kept` is made.
pub(super) struct StepBack<'a> {
    pub(super) kept: &'a [f32],
    pub(super) a_before: &'a [f32],
    pub(super) a: &'a [f32],
    pub(super) c_before: &'a [f32],
    pub(super) c: &'a [f32],
    pub(super) d_a: &'a [f32],
    pub(super) carry: &'a mut [f32],
    pub(super) d_kept: &'a mut [f32],
}

impl Cell {
    /// Gates: how many numbers each unit gets from its input.
    pub(super) fn gates(self) -> usize {
        match self {
            Self::Rnn => 1,
            Self::Gru => 3,
            Self::Lstm => 4,
        }
    }

    /// Numbers a unit keeps at a step.
    pub(crate) fn kept(self) -> usize {
        match self {
            Self::Rnn => 1,
            Self::Gru | Self::Lstm => 4,
        }
    }

    /// Rows of the weights below those for x and a: the bias, and in GRU that of ĥ.
    pub(crate) fn biases(self) -> usize {
        if self == Self::Gru { 2 } else { 1 }
    }

    /// Where the input's columns of the weights go to among what is kept: (first, end, place), in
    /// units of the layer's width.
    pub(crate) fn input_columns(self) -> &'static [(usize, usize, usize)] {
        match self {
            Self::Rnn => &[(0, 1, 0)],
            Self::Gru => &[(0, 2, 0), (2, 3, 3)],
            Self::Lstm => &[(0, 4, 0)],
        }
    }

    /// Takes one step. Realtime-safe: yes.
    pub(crate) fn forward(self, level: Level, step: Step) {
        match self {
            Self::Rnn => rnn_forward(level, step),
            Self::Gru => gru_forward(level, step),
            Self::Lstm => lstm_forward(level, step),
        }
    }

    /// Takes it back.
    pub(super) fn backward(self, level: Level, step: StepBack) {
        match self {
            Self::Rnn => rnn_backward(level, step),
            Self::Gru => gru_backward(level, step),
            Self::Lstm => lstm_backward(level, step),
        }
    }
}

at_each_level! { fn rnn_forward(step: Step) = rnn }
at_each_level! { fn rnn_backward(step: StepBack) = rnn_back }
at_each_level! { fn gru_forward(step: Step) = gru }
at_each_level! { fn gru_backward(step: StepBack) = gru_back }
at_each_level! { fn lstm_forward(step: Step) = lstm }
at_each_level! { fn lstm_backward(step: StepBack) = lstm_back }

// The plain cell of the lectures:
//
//     a⟨t⟩ = tanh(W_ax x⟨t⟩ + W_aa a⟨t−1⟩ + b_a)
//
//     ds = da ∘ (1 − a²)                        (s is the sum inside tanh)

#[inline(always)]
fn rnn(step: Step) {
    for (kept, a) in step.kept.iter_mut().zip(step.a) {
        *kept = tanh(*kept);
        *a = *kept;
    }
}

#[inline(always)]
fn rnn_back(step: StepBack) {
    for ((d_kept, a), d_a) in step.d_kept.iter_mut().zip(step.a).zip(step.d_a) {
        *d_kept = d_a * (1.0 - a * a);
    }
}

// GRU: r decides how much of the past is read, z how much of it stays.
//
//     r = σ(W_rx x + W_ra a⟨t−1⟩ + b_r)
//     z = σ(W_zx x + W_za a⟨t−1⟩ + b_z)
//     ĥ = W_na a⟨t−1⟩ + b_ĥ
//     n = tanh(W_nx x + b_n + r ∘ ĥ)
//     a⟨t⟩ = (1 − z) ∘ n + z ∘ a⟨t−1⟩
//
//     dn = da ∘ (1 − z) ∘ (1 − n²)     (of the sum inside tanh)
//     dĥ = dn ∘ r
//     dr = dn ∘ ĥ ∘ r ∘ (1 − r)
//     dz = da ∘ (a⟨t−1⟩ − n) ∘ z ∘ (1 − z)
//     past the weights: da⟨t−1⟩ += da ∘ z

#[inline(always)]
fn gru(step: Step) {
    let h = step.a.len();
    let (r, rest) = step.kept.split_at_mut(h);
    let (z, rest) = rest.split_at_mut(h);
    let (past, n) = rest.split_at_mut(h);
    let (n, before, a) = (&mut n[..h], &step.a_before[..h], step.a);
    for k in 0..h {
        r[k] = sigmoid(r[k]);
        z[k] = sigmoid(z[k]);
        n[k] = tanh(n[k] + r[k] * past[k]);
        a[k] = (1.0 - z[k]) * n[k] + z[k] * before[k];
    }
}

#[inline(always)]
fn gru_back(step: StepBack) {
    let h = step.d_a.len();
    let (r, rest) = step.kept.split_at(h);
    let (z, rest) = rest.split_at(h);
    let (past, n) = rest.split_at(h);
    let (d_r, rest) = step.d_kept.split_at_mut(h);
    let (d_z, rest) = rest.split_at_mut(h);
    let (d_past, d_n) = rest.split_at_mut(h);
    let (n, d_n, before, carry, d_a) = (&n[..h], &mut d_n[..h], &step.a_before[..h], &mut step.carry[..h], step.d_a);
    for k in 0..h {
        let d = d_a[k] * (1.0 - z[k]) * (1.0 - n[k] * n[k]);
        d_n[k] = d;
        d_past[k] = d * r[k];
        d_r[k] = d * past[k] * r[k] * (1.0 - r[k]);
        d_z[k] = d_a[k] * (before[k] - n[k]) * z[k] * (1.0 - z[k]);
        carry[k] = d_a[k] * z[k];
    }
}

// LSTM: i decides what is written to the memory, f what stays in it, o what of it is seen.
//
//     i = σ(W_ix x + W_ia a⟨t−1⟩ + b_i)         g = tanh(W_gx x + W_ga a⟨t−1⟩ + b_g)
//     f = σ(W_fx x + W_fa a⟨t−1⟩ + b_f)         o = σ(W_ox x + W_oa a⟨t−1⟩ + b_o)
//     c⟨t⟩ = f ∘ c⟨t−1⟩ + i ∘ g
//     a⟨t⟩ = o ∘ tanh(c⟨t⟩)
//
//     dc += da ∘ o ∘ (1 − tanh²(c))
//     do = da ∘ tanh(c) ∘ o ∘ (1 − o)           di = dc ∘ g ∘ i ∘ (1 − i)
//     df = dc ∘ c⟨t−1⟩ ∘ f ∘ (1 − f)            dg = dc ∘ i ∘ (1 − g²)
//     past the weights: dc⟨t−1⟩ = dc ∘ f

#[inline(always)]
fn lstm(step: Step) {
    let h = step.a.len();
    let (i, rest) = step.kept.split_at_mut(h);
    let (f, rest) = rest.split_at_mut(h);
    let (g, o) = rest.split_at_mut(h);
    let (o, before, c, a) = (&mut o[..h], &step.c_before[..h], &mut step.c[..h], step.a);
    for k in 0..h {
        i[k] = sigmoid(i[k]);
        f[k] = sigmoid(f[k]);
        g[k] = tanh(g[k]);
        o[k] = sigmoid(o[k]);
        c[k] = f[k] * before[k] + i[k] * g[k];
        a[k] = o[k] * tanh(c[k]);
    }
}

#[inline(always)]
fn lstm_back(step: StepBack) {
    let h = step.d_a.len();
    let (i, rest) = step.kept.split_at(h);
    let (f, rest) = rest.split_at(h);
    let (g, o) = rest.split_at(h);
    let (d_i, rest) = step.d_kept.split_at_mut(h);
    let (d_f, rest) = rest.split_at_mut(h);
    let (d_g, d_o) = rest.split_at_mut(h);
    let (o, d_o, before, c) = (&o[..h], &mut d_o[..h], &step.c_before[..h], &step.c[..h]);
    let (carry, d_a) = (&mut step.carry[..h], step.d_a);
    for k in 0..h {
        let seen = tanh(c[k]);
        let d_c = carry[k] + d_a[k] * o[k] * (1.0 - seen * seen);
        d_o[k] = d_a[k] * seen * o[k] * (1.0 - o[k]);
        d_i[k] = d_c * g[k] * i[k] * (1.0 - i[k]);
        d_f[k] = d_c * before[k] * f[k] * (1.0 - f[k]);
        d_g[k] = d_c * i[k] * (1.0 - g[k] * g[k]);
        carry[k] = d_c * f[k];
    }
}
