//! How fast pictures are looked at and painted, and in how much memory, beside PyTorch where a Python that has it is found:
//! `cargo bench -p generative-models --bench pictures [-- PART…]`, the parts being those of `PARTS` (all without one).
//!
//! `MUSEBOT_TORCH=PYTHON` names the Python (else `python3`); `SECONDS=N` how long each figure is measured (2). Ours and
//! theirs take turns, each figure is the best of its runs.

#![expect(clippy::print_stdout, reason = "printing the tables is what it is for")]

mod fast;
mod gatys;
mod memory;
#[path = "../support/torch.rs"]
mod torch;
mod turns;
mod vgg;

use std::error::Error;

/// Threads of either.
const THREADS: usize = 2;

/// A part prints its table.
type Part = fn() -> Result<(), Box<dyn Error>>;

const PARTS: [(&str, Part); 3] = [("vgg", vgg::run), ("fast", fast::run), ("gatys", gatys::run)];

fn main() -> Result<(), Box<dyn Error>> {
    // cargo adds an option of its own.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    rayon::ThreadPoolBuilder::new().num_threads(THREADS).build_global()?;
    if words.first().is_some_and(|word| word == memory::WORD) {
        return memory::child(&words[1..]);
    }
    if let Some(word) = words.iter().find(|word| PARTS.iter().all(|(name, _)| name != word)) {
        return Err(format!("no part `{word}`; there are: {}", PARTS.map(|(name, _)| name).join(", ")).into());
    }
    for (name, part) in PARTS {
        if words.is_empty() || words.iter().any(|word| word == name) {
            part()?;
        }
    }
    Ok(())
}
