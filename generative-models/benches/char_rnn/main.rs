//! How fast networks learn and write, beside PyTorch where a Python that has it is found:
//! `cargo bench -p generative-models --bench char_rnn`.
//!
//! `MUSEBOT_TORCH=PYTHON` names the Python (else `python3`); `SECONDS=N` how long each figure is
//! measured (2). Rounds of ours and theirs take turns, each figure is the best of its rounds.

#![expect(clippy::print_stdout, reason = "printing the table is what it is for")]

#[path = "../support/torch.rs"]
mod torch;

use generative_models::{Cell, Learner, Shape, Writer};
use std::path::Path;
use std::time::{Duration, Instant};
use torch::Torch;

const VOCAB: usize = 65;
const BATCH: usize = 50;
const STEPS: usize = 50;
const THREADS: usize = 2;
const ROUNDS: u32 = 4;

fn main() -> anyhow::Result<()> {
    rayon::ThreadPoolBuilder::new().num_threads(THREADS).build_global()?;
    let seconds = std::env::var("SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(2.0);
    let round = Duration::from_secs_f64(seconds / f64::from(ROUNDS));
    let mut torch = Torch::start(include_str!("torch.py"), THREADS);
    match &torch {
        Some(torch) => println!("PyTorch {} with {THREADS} threads", torch.version),
        None => println!("no Python with PyTorch (MUSEBOT_TORCH=PYTHON names one): our figures alone"),
    }
    println!("\ntraining, batch {BATCH} × {STEPS} steps, thousand characters a second");
    println!("{:<14}{:>10}{:>10}{:>8}", "network", "ours", "PyTorch", "ratio");
    for (cell, layers, hidden) in
        [(Cell::Lstm, 1, 128), (Cell::Lstm, 2, 256), (Cell::Lstm, 2, 512), (Cell::Gru, 1, 256), (Cell::Rnn, 1, 256)]
    {
        let text: Vec<u32> = (0..=BATCH * STEPS).map(|n| ((n * n) % 61) as u32).collect();
        let mut learner = Learner::new(&shape(cell, layers, hidden), VOCAB, (BATCH, STEPS), 1)?;
        let mut ours = || learner.learn(&text[..BATCH * STEPS], &text[1..], 1e-3).map(drop);
        let (ours, theirs) =
            take_turns(&mut ours, torch.as_mut(), round, &format!("train {cell:?} {layers} {hidden}"))?;
        let speed = |time: f64| (BATCH * STEPS) as f64 / time / 1e3;
        row(&name(cell, layers, hidden), speed(ours), theirs.map(speed), |ours, theirs| ours / theirs);
    }
    println!("\nwriting, one character after the other, µs a character");
    println!("{:<14}{:>10}{:>10}{:>8}", "network", "ours", "PyTorch", "ratio");
    for (cell, layers, hidden) in [(Cell::Lstm, 1, 128), (Cell::Lstm, 2, 512), (Cell::Gru, 1, 256)] {
        let learner = Learner::new(&shape(cell, layers, hidden), VOCAB, (1, 1), 1)?;
        let mut reader = learner.reader()?;
        let mut next = 0;
        let mut ours = || {
            let logits = reader.read(next);
            next = likeliest(logits);
            Ok(())
        };
        let (ours, theirs) =
            take_turns(&mut ours, torch.as_mut(), round, &format!("write {cell:?} {layers} {hidden}"))?;
        row(&name(cell, layers, hidden), ours * 1e6, theirs.map(|t| t * 1e6), |ours, theirs| theirs / ours);
    }
    loading()
}

fn shape(cell: Cell, layers: usize, hidden: usize) -> Shape {
    Shape { cell, layers, hidden, embedding: None, dropout: 0.0 }
}

fn name(cell: Cell, layers: usize, hidden: usize) -> String {
    format!("{} {layers}×{hidden}", format!("{cell:?}").to_uppercase())
}

fn likeliest(logits: &[f32]) -> u32 {
    let best = logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    best.map_or(0, |(n, _)| n as u32)
}

/// Seconds for one of ours and one of theirs, the best of rounds that take turns.
fn take_turns(
    ours: &mut dyn FnMut() -> anyhow::Result<()>,
    mut torch: Option<&mut Torch>,
    round: Duration,
    what: &str,
) -> anyhow::Result<(f64, Option<f64>)> {
    let (mut best, mut theirs) = (f64::INFINITY, None::<f64>);
    ours()?;
    for _ in 0..ROUNDS {
        let (begun, mut count) = (Instant::now(), 0);
        while begun.elapsed() < round {
            ours()?;
            count += 1;
        }
        best = best.min(begun.elapsed().as_secs_f64() / f64::from(count));
        if let Some(torch) = torch.as_mut() {
            let time = torch.measure(&format!("{what} {}", round.as_secs_f64()))?;
            theirs = Some(theirs.map_or(time, |t| t.min(time)));
        }
    }
    Ok((best, theirs))
}

fn row(name: &str, ours: f64, theirs: Option<f64>, ratio: impl Fn(f64, f64) -> f64) {
    match theirs {
        Some(theirs) => println!("{name:<14}{ours:>10.1}{theirs:>10.1}{:>8.2}", ratio(ours, theirs)),
        None => println!("{name:<14}{ours:>10.1}{:>10}{:>8}", "-", "-"),
    }
}

/// How long the models in the repository that write take to open, and a first character to come.
fn loading() -> anyhow::Result<()> {
    println!("\nopening a model and writing its first character, ms (best of 5)");
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let mut folders: Vec<_> = std::fs::read_dir(&models).into_iter().flatten().flatten().map(|e| e.path()).collect();
    folders.retain(|folder| folder.join("config.toml").is_file());
    folders.sort();
    for folder in &folders {
        let mut best = f64::INFINITY;
        for _ in 0..5 {
            let begun = Instant::now();
            let mut writer = Writer::open(folder)?;
            writer.begin(1);
            writer.next(&generative_models::Sampling::default());
            best = best.min(begun.elapsed().as_secs_f64());
        }
        println!("{:<14}{:>10.1}", folder.file_name().unwrap_or_default().to_string_lossy(), best * 1e3);
    }
    Ok(())
}
