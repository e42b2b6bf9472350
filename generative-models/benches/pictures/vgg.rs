//! A picture through VGG as far as relu5_1, and the gradient back to it.

use crate::{THREADS, memory, torch::Torch, turns::take_turns};
use generative_models::{
    Picture,
    vgg::{Depth, Layer, Pass, Pooling, Vgg},
};
use std::error::Error;

const SCRIPT: &str = include_str!("torch_vgg.py");
const LAST: Layer = Layer { block: 5, number: 1 };

/// One network, one picture, one way.
pub(crate) struct Task {
    vgg: Vgg,
    picture: Picture,
    back: bool,
    pass: Pass,
    gradient: Vec<[f32; 3]>,
}

impl Task {
    pub(crate) fn new(depth: &str, size: usize, way: &str) -> Self {
        Self {
            vgg: Vgg::random(if depth == "19" { Depth::Nineteen } else { Depth::Sixteen }, 1),
            picture: Picture::new(size, size, |x, y| {
                [0, 1, 2].map(|c| ((x * 7 + y * 13 + c * 31) % 101) as f32 / 101.0)
            }),
            back: way == "gradient",
            pass: Pass::default(),
            gradient: vec![[0.0; 3]; size * size],
        }
    }

    pub(crate) fn run(&mut self) {
        self.vgg.forward(&self.picture, LAST, Pooling::Average, &mut self.pass);
        if self.back {
            let mut add = |layer, features: generative_models::vgg::Features, gradient: &mut [f32]| {
                if layer == LAST {
                    gradient.copy_from_slice(features.numbers);
                }
            };
            self.vgg.backward(&mut self.pass, &mut add, &mut self.gradient);
        }
    }
}

pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let mut torch = Torch::start(SCRIPT, THREADS);
    match &torch {
        Some(torch) => println!("PyTorch {} with {THREADS} threads, channels last", torch.version),
        None => println!("no Python with PyTorch (MUSEBOT_TORCH=PYTHON names one): our figures alone"),
    }
    println!("\nto relu5_1, ms, and megabytes at most (estimated before by Pass::bytes)");
    println!("{:<24}{:>8}{:>9}{:>7}{:>8}{:>10}{:>9}", "", "ours", "PyTorch", "ratio", "ours", "estimated", "PyTorch");
    for depth in ["16", "19"] {
        for size in [128, 256, 512] {
            for way in ["forward", "gradient"] {
                let mut task = Task::new(depth, size, way);
                let words = format!("{depth} {size} {way}");
                let (ours, theirs) = take_turns(&mut || task.run(), torch.as_mut(), &format!("vgg {words}"))?;
                let estimate = Pass::bytes(task.vgg.depth(), size, size, LAST) as f64 / f64::from(1 << 20);
                drop(task);
                let (memory, their_memory) = memory::measure(SCRIPT, &words)?;
                let or_dash = |figure: Option<f64>, places| figure.map_or("-".to_owned(), |f| format!("{f:.places$}"));
                println!(
                    "{:<24}{:>8.1}{:>9}{:>7}{:>8}{:>10}{:>9}",
                    format!("VGG{depth} {size} px {way}"),
                    ours * 1e3,
                    or_dash(theirs.map(|t| t * 1e3), 1),
                    or_dash(theirs.map(|t| t / ours), 2),
                    or_dash(memory, 0),
                    or_dash((way == "gradient").then_some(estimate), 0),
                    or_dash(their_memory, 0),
                );
            }
        }
    }
    Ok(())
}
