//! A recurrent layer as one node of candle's graph.

use super::cells::Cell;
pub(super) use super::recurrence::Memory;
use super::recurrence::{Input, Measures, Tape};
use crate::tensor::{numbers, tensor};
use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor, Var};
use std::sync::{Arc, Mutex, PoisonError};

/// A layer and what it has learned.
pub(super) struct Layer {
    cell: Cell,
    inputs: usize,
    hidden: usize,
    pub(super) weight: Var,
    /// Tapes that wait for the next chunk: their memory is used again.
    tapes: Arc<Mutex<Vec<Tape>>>,
}

/// Rows and columns of a layer's weights.
pub(super) fn weights(cell: Cell, inputs: usize, hidden: usize) -> (usize, usize) {
    Measures { cell, hidden, inputs, batch: 0, steps: 0 }.weights()
}

impl Layer {
    pub(super) fn new(cell: Cell, inputs: usize, hidden: usize, weight: Var) -> Self {
        Self { cell, inputs, hidden, weight, tapes: Arc::default() }
    }

    /// Remembers nothing, in so many rows.
    pub(super) fn nothing(&self, batch: usize) -> Memory {
        let zeros = vec![0.0; batch * self.hidden];
        let c = if self.cell == Cell::Lstm { zeros.clone() } else { Vec::new() };
        Memory { a: zeros, c }
    }

    /// batch × steps characters → batch × steps × hidden.
    pub(super) fn of_characters(
        &self,
        characters: &[u32],
        (batch, steps): (usize, usize),
        start: &Memory,
    ) -> Result<(Tensor, Memory)> {
        let pass = self.pass(batch, steps, start, characters.to_vec());
        let end = Arc::clone(&pass.end);
        let out = self.weight.apply_op1(OfCharacters(pass))?;
        Ok((out, taken(&end)))
    }

    /// batch × steps × inputs → batch × steps × hidden.
    pub(super) fn of_numbers(&self, x: &Tensor, start: &Memory) -> Result<(Tensor, Memory)> {
        let (batch, steps, _) = x.dims3()?;
        let pass = self.pass(batch, steps, start, Vec::new());
        let end = Arc::clone(&pass.end);
        let out = x.apply_op2(&self.weight, OfNumbers(pass))?;
        Ok((out, taken(&end)))
    }

    fn pass(&self, batch: usize, steps: usize, start: &Memory, characters: Vec<u32>) -> Pass {
        let tape = self.tapes.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        Pass {
            measures: Measures { cell: self.cell, hidden: self.hidden, inputs: self.inputs, batch, steps },
            characters,
            start: start.clone(),
            end: Arc::default(),
            tape: Mutex::new(tape),
            tapes: Arc::clone(&self.tapes),
        }
    }
}

/// One chunk's way through a layer, and back.
struct Pass {
    measures: Measures,
    characters: Vec<u32>,
    start: Memory,
    end: Arc<Mutex<Memory>>,
    tape: Mutex<Tape>,
    tapes: Arc<Mutex<Vec<Tape>>>,
}

fn taken(end: &Mutex<Memory>) -> Memory {
    std::mem::take(&mut end.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Pass {
    fn forward(&self, input: Input, weights: &[f32]) -> (CpuStorage, Shape) {
        let mut tape = self.tape.lock().unwrap_or_else(PoisonError::into_inner);
        let (out, end) = self.measures.forward(input, weights, &self.start, &mut tape);
        *self.end.lock().unwrap_or_else(PoisonError::into_inner) = end;
        let Measures { batch, steps, hidden, .. } = self.measures;
        (CpuStorage::F32(out), (batch, steps, hidden).into())
    }

    fn backward(
        &self,
        input: Input,
        weight: &Tensor,
        out: &Tensor,
        d_out: &Tensor,
    ) -> Result<(Tensor, Option<Tensor>)> {
        let mut tape = self.tape.lock().unwrap_or_else(PoisonError::into_inner);
        let (weights, out, d_out) = (numbers(weight)?, numbers(out)?, numbers(d_out)?);
        let (d_weights, d_input) = self.measures.backward(input, &weights, &out, &d_out, &mut tape);
        let Measures { batch, steps, inputs, .. } = self.measures;
        let d_input = d_input.map(|d| tensor(d, (batch, steps, inputs))).transpose()?;
        Ok((tensor(d_weights, self.measures.weights())?, d_input))
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let tape = std::mem::take(&mut *self.tape.lock().unwrap_or_else(PoisonError::into_inner));
        self.tapes.lock().unwrap_or_else(PoisonError::into_inner).push(tape);
    }
}

/// The layer on characters; its argument is the weights.
struct OfCharacters(Pass);

impl CustomOp1 for OfCharacters {
    fn name(&self) -> &'static str {
        "recurrent layer of characters"
    }

    fn cpu_fwd(&self, weights: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let weights = crate::tensor::slice(weights, layout)?;
        Ok(self.0.forward(Input::Characters(&self.0.characters), weights))
    }

    fn bwd(&self, weights: &Tensor, out: &Tensor, d_out: &Tensor) -> Result<Option<Tensor>> {
        Ok(Some(self.0.backward(Input::Characters(&self.0.characters), weights, out, d_out)?.0))
    }
}

/// The layer on numbers; its arguments are the input and the weights.
struct OfNumbers(Pass);

impl CustomOp2 for OfNumbers {
    fn name(&self) -> &'static str {
        "recurrent layer of numbers"
    }

    fn cpu_fwd(&self, x: &CpuStorage, xl: &Layout, w: &CpuStorage, wl: &Layout) -> Result<(CpuStorage, Shape)> {
        let (x, weights) = (crate::tensor::slice(x, xl)?, crate::tensor::slice(w, wl)?);
        Ok(self.0.forward(Input::Numbers(x), weights))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weights: &Tensor,
        out: &Tensor,
        d_out: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let x = numbers(x)?;
        let (d_weights, d_x) = self.0.backward(Input::Numbers(&x), weights, out, d_out)?;
        Ok((d_x, Some(d_weights)))
    }
}
