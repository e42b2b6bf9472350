//! How fast networks learn: `cargo bench -p generative-models --bench char_rnn`.

use generative_models::{Cell, Learner, Shape};
use std::time::Instant;

const VOCAB: usize = 65;
const BATCH: usize = 50;
const STEPS: usize = 50;

fn main() -> anyhow::Result<()> {
    for (cell, layers, hidden) in
        [(Cell::Lstm, 1, 128), (Cell::Lstm, 2, 256), (Cell::Lstm, 2, 512), (Cell::Gru, 1, 256), (Cell::Rnn, 1, 256)]
    {
        let shape = Shape { cell, layers, hidden, embedding: None, dropout: 0.0 };
        let mut learner = Learner::new(&shape, VOCAB, (BATCH, STEPS), 1)?;
        let text: Vec<u32> = (0..BATCH * STEPS + 1).map(|n| ((n * n) % 61) as u32).collect();
        let mut once = || learner.learn(&text[..BATCH * STEPS], &text[1..], 1e-3);
        once()?;
        let mut best = f64::INFINITY;
        let mut loss = 0.0;
        for _ in 0..5 {
            let begun = Instant::now();
            let mut n = 0;
            while begun.elapsed().as_secs_f64() < 0.5 {
                loss = once()?;
                n += 1;
            }
            best = best.min(begun.elapsed().as_secs_f64() / f64::from(n));
        }
        println!("{cell:?} {layers}×{hidden}: {:.1} k characters/s ({:.1} ms; loss {loss:.3})", 2.5 / best, best * 1e3);
    }
    Ok(())
}
