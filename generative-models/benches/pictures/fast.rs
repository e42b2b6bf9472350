//! The network that paints at once, beside ONNX Runtime with the same network and weights.

use crate::{THREADS, torch::Torch};
use generative_models::{
    Picture,
    fast_style::{FastStyle, STYLES},
};
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

const SCRIPT: &str = include_str!("fast.py");

const ROUNDS: u32 = 6;

/// The style that is painted in.
const STYLE: usize = 19;

pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let weights = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/multistyle26/weights.safetensors");
    let script = format!("WEIGHTS = {:?}\n{SCRIPT}", weights.display().to_string());
    let mut onnx = Torch::start(&script, THREADS);
    match &onnx {
        Some(onnx) => println!("ONNX Runtime {} with {THREADS} threads within an operation", onnx.version),
        None => println!("no Python with onnx and onnxruntime (MUSEBOT_TORCH=PYTHON names one): our figures alone"),
    }
    println!("\nthe fast network, ms a frame (best, median) and frames a second (of the best)");
    println!(
        "{:<10}{:>8}{:>8}{:>10}{:>10}{:>8}{:>10}{:>8}{:>8}",
        "", "ours", "median", "frames/s", "ONNX", "median", "frames/s", "ratio", "apart"
    );
    let seconds = std::env::var("SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(2.0);
    let round = Duration::from_secs_f64(seconds / f64::from(ROUNDS));
    for side in [256, 384] {
        measure(side, round, onnx.as_mut())?;
    }
    Ok(())
}

/// One size, ours and theirs by turns.
fn measure(side: usize, round: Duration, mut onnx: Option<&mut Torch>) -> Result<(), Box<dyn Error>> {
    let from = picture(side);
    let mut to = from.clone();
    let mut weights = [0.0; STYLES];
    weights[STYLE] = 1.0;
    let mut fast = FastStyle::shipped();
    fast.paint(&from, &weights, &mut to);
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        while begun.elapsed() < round {
            let one = Instant::now();
            fast.paint(&from, &weights, &mut to);
            times.push(one.elapsed().as_secs_f64() * 1e3);
        }
        if let Some(onnx) = onnx.as_mut() {
            onnx.measure(&format!("frames {side} {}", round.as_secs_f64()))?;
        }
    }
    times.sort_by(f64::total_cmp);
    let (best, median) = (times[0], times[times.len() / 2]);
    print!("{:<10}{best:>8.2}{median:>8.2}{:>10.1}", format!("{side} px"), 1e3 / best);
    let Some(onnx) = onnx else {
        println!();
        return Ok(());
    };
    let their_best = onnx.measure(&format!("best {side}"))? * 1e3;
    let their_median = onnx.measure(&format!("median {side}"))? * 1e3;
    let mut apart = 0.0_f64;
    let ours = to.pixels().as_flattened();
    for n in (0..ours.len()).step_by(ours.len() / 97) {
        apart = apart.max((onnx.measure(&format!("number {side} {n}"))? - f64::from(ours[n])).abs());
    }
    println!("{their_best:>10.2}{their_median:>8.2}{:>10.1}{:>8.2}{apart:>8.5}", 1e3 / their_best, their_best / best);
    Ok(())
}

/// The picture that the other program paints, too.
fn picture(side: usize) -> Picture {
    Picture::new(side, side, |x, y| {
        let red = ((x * 37 + y * 11) % 64) as f32 / 63.0;
        let green = ((x * 5 + y * 29) % 32) as f32 / 31.0;
        [red, green, ((x * x + 3 * y) % 16) as f32 / 15.0]
    })
}
