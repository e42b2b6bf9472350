//! A hundred evaluations of the losses of Gatys and others: the same weights, pictures, start and optimiser as PyTorch.

use crate::{THREADS, torch::Torch};
use generative_models::{
    Picture, models,
    neural_style::{Optimiser, Painting, Task},
    vgg::Vgg,
};
use std::error::Error;
use std::time::Instant;

const SCRIPT: &str = include_str!("torch_gatys.py");
const EVALUATIONS: usize = 100;
/// Evaluations of one before it is the other's turn.
const TURN: usize = 10;
const RATE: f64 = 0.02;

pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let Some(weights) = models::find("vgg16").map(|folder| folder.join("weights.safetensors")) else {
        return Err("no folder `vgg16` among the models".into());
    };
    let vgg = Vgg::open(&weights)?;
    println!("\n{EVALUATIONS} evaluations with Adam, ms each, and the loss of the last");
    println!("{:<8}{:>8}{:>9}{:>7}{:>14}{:>14}{:>9}", "", "ours", "PyTorch", "ratio", "ours", "PyTorch", "off by");
    for size in [256] {
        let (content, style) = (picture(size, 1), picture(size, 2));
        let mut task = Task::new(content.clone(), style.clone());
        (task.size, task.scales, task.iterations) = (size, 1, EVALUATIONS);
        task.optimiser = Optimiser::Adam { rate: RATE };
        // The other side has none.
        task.variation = 0.0;
        let mut torch = match Torch::start(SCRIPT, THREADS) {
            Some(mut torch) => {
                let folder = tempfile::tempdir()?;
                let pictures = folder.path().join("pictures");
                let numbers = content.pixels().iter().chain(style.pixels()).flatten();
                std::fs::write(&pictures, numbers.flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>())?;
                let (weights, pictures) = (weights.display(), pictures.display());
                let (alpha, beta) = (task.alpha, task.beta);
                torch.measure(&format!("gatys\t{weights}\t{pictures}\t{size}\t{alpha}\t{beta}\t{RATE}"))?;
                Some(torch)
            }
            None => None,
        };
        let mut painting = Painting::new(&vgg, task)?;
        let (mut best, mut theirs) = (f64::INFINITY, f64::INFINITY);
        for _ in 0..EVALUATIONS / TURN {
            let begun = Instant::now();
            for _ in 0..TURN {
                painting.step();
            }
            best = best.min(begun.elapsed().as_secs_f64());
            if let Some(torch) = torch.as_mut() {
                theirs = theirs.min(torch.measure(&format!("steps\t{TURN}"))?);
            }
        }
        let loss = painting.losses().map_or(f64::NAN, |losses| losses.total());
        let ms = 1e3 / TURN as f64;
        match torch.as_mut() {
            Some(torch) => {
                let their_loss = torch.measure("loss")?;
                println!(
                    "{size:<8}{:>8.0}{:>9.0}{:>7.2}{loss:>14.1}{their_loss:>14.1}{:>8.2}%",
                    best * ms,
                    theirs * ms,
                    theirs / best,
                    (loss / their_loss - 1.0) * 100.0
                );
            }
            None => println!("{size:<8}{:>8.0}{:>9}{:>7}{loss:>14.1}", best * ms, "-", "-"),
        }
    }
    Ok(())
}

/// Waves of colour, with some edges.
fn picture(size: usize, kind: usize) -> Picture {
    Picture::new(size, size, |x, y| {
        let [x, y] = [x, y].map(|at| at as f32 / size as f32 * 30.0);
        let bend = (x * 0.4 + kind as f32).sin() * (y * 0.3).cos() * 3.0 * kind as f32;
        [0, 1, 2].map(|c| {
            let wave = (x * (1.0 + c as f32 * 0.2) * kind as f32 + bend + y * 0.5).sin();
            0.5 + if (x + bend) % 7.0 < 3.0 { 0.4 } else { 0.15 } * wave
        })
    })
}
