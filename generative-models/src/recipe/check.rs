//! Which settings of a recipe are out of their range.

use super::{Clipping, Recipe};
use std::fmt::Display;

/// One line for each.
pub(super) fn faults(recipe: &Recipe) -> Vec<String> {
    let mut faults = Faults(Vec::new());
    let shape = &recipe.shape;
    faults.whole("layers", shape.layers, 1, 3);
    faults.whole("hidden", shape.hidden, 1, 4096);
    faults.whole("embedding", shape.embedding.unwrap_or(1), 1, 4096);
    faults.part("dropout", f64::from(shape.dropout), 0.0, 0.9);
    faults.whole("batch", recipe.batch, 1, 4096);
    faults.whole("steps", recipe.steps, 1, 4096);
    faults.part("valid", recipe.valid, 0.001, 0.9);
    faults.part("epochs", recipe.epochs.unwrap_or(1.0), 1e-6, 1e6);
    faults.whole("iterations", recipe.iterations.unwrap_or(1), 1, 1_000_000_000);
    faults.whole("validate-every", recipe.validate_every.unwrap_or(1), 1, 1_000_000_000);
    faults.whole("warm-up", recipe.warm_up, 0, 1_000_000_000);
    faults.part("rate", recipe.rate, 1e-9, 10.0);
    faults.part("final-rate", recipe.final_rate, 0.0, 1.0);
    faults.part("betas", recipe.betas[0], 0.0, 0.99999);
    faults.part("betas", recipe.betas[1], 0.0, 0.99999);
    faults.part("weight-decay", recipe.weight_decay, 0.0, 100.0);
    faults.part("average", recipe.average.unwrap_or(0.5), 0.0, 0.999_999);
    faults.whole("threads", recipe.threads.unwrap_or(1), 1, 1024);
    faults.whole("samples.length", recipe.samples.length, 0, 100_000);
    faults.whole("samples.count", recipe.samples.count, 0, 1000);
    faults.part("samples.temperature", f64::from(recipe.samples.temperature), 0.0, 100.0);
    if let Clipping::Value(most) | Clipping::Norm(most) = recipe.clip {
        faults.part("clip", most, 1e-6, 1e6);
    }
    if recipe.seed > i64::MAX as u64 {
        faults.0.push(format!("seed = {}, but TOML has whole numbers up to {} only", recipe.seed, i64::MAX));
    }
    if recipe.epochs.is_some() && recipe.iterations.is_some() {
        faults.0.push("epochs or iterations, not both".to_owned());
    }
    faults.0
}

struct Faults(Vec<String>);

impl Faults {
    fn whole<T: PartialOrd + Display>(&mut self, name: &str, value: T, least: T, most: T) {
        if value < least || value > most {
            self.0.push(format!("{name} = {value}, which must be from {least} to {most}"));
        }
    }

    /// NaN is out of every range.
    fn part(&mut self, name: &str, value: f64, least: f64, most: f64) {
        if !(least..=most).contains(&value) {
            self.0.push(format!("{name} = {value}, which must be from {least} to {most}"));
        }
    }
}
