//! How a model is trained, as a TOML file. Every setting but the corpus has a default that trains something sensible.

mod check;

use crate::char_rnn::{Cell, Shape};
use crate::clip::Clip;
use crate::corpus::{Mode, Reading};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Recipe {
    /// A UTF-8 file; a relative path counts from the recipe's folder.
    pub corpus: PathBuf,
    /// A stream of text, or names, one a line.
    #[serde(default)]
    pub mode: Mode,
    /// Whether capitals are forgotten.
    #[serde(default)]
    pub lower_case: bool,
    /// The share of a text, at its end, that validates. Names are split 80/10/10.
    #[serde(default = "tenth")]
    pub valid: f64,
    /// Decides the split of names, the initial weights, the order, dropout and samples.
    #[serde(default = "one")]
    pub seed: u64,
    /// Rows learnt from at a time.
    #[serde(default = "fifty")]
    pub batch: usize,
    /// Steps through time before the gradient is cut off; names are always learnt whole.
    #[serde(default = "fifty")]
    pub steps: usize,
    /// How names come together in a batch.
    #[serde(default)]
    pub batches: Batches,
    /// Times through the corpus; 20 if `iterations` is not given either.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epochs: Option<f64>,
    /// Batches in all, instead of epochs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iterations: Option<u64>,
    /// Batches from one validation to the next; by default about an epoch, and ten times in all if that is more, but not more often than every 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validate_every: Option<u64>,
    /// Validations without a better one after which it stops; 0 for never.
    #[serde(default = "ten")]
    pub patience: u32,
    /// Whether each character weighs the same (mean), or the loss is summed over time as in the lectures (sum).
    #[serde(default)]
    pub loss: Loss,
    /// What walks down the gradient.
    #[serde(default)]
    pub optimiser: Optimiser,
    /// The learning rate after the warm-up.
    #[serde(default = "rate")]
    pub rate: f64,
    /// Iterations over which the rate rises from nothing.
    #[serde(default = "hundred")]
    pub warm_up: u64,
    /// What the rate does after that.
    #[serde(default)]
    pub decay: Decay,
    /// The share of the rate that is left at the end of a decay.
    #[serde(default = "twentieth")]
    pub final_rate: f64,
    /// Adam's memories of the gradient and its square.
    #[serde(default = "betas")]
    pub betas: [f64; 2],
    /// Decoupled weight decay.
    #[serde(default)]
    pub weight_decay: f64,
    /// What happens to gradients that are too large.
    #[serde(default)]
    pub clip: Clipping,
    /// With 0.999, what is judged and saved is the running mean of about the last thousand weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub average: Option<f64>,
    /// Processor threads; by default all. The result does not depend on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<usize>,
    /// The size of the model.
    #[serde(default = "shape")]
    pub shape: Shape,
    /// What it writes while it learns.
    #[serde(default)]
    pub samples: Samples,
}

/// How names come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Batches {
    /// Many side by side, the shorter ones filled up with what does not count.
    #[default]
    Padded,
    /// One name at a time, as in the lectures.
    OneAtATime,
}

/// How the characters' losses are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// The mean over all characters.
    #[default]
    Mean,
    /// The sum over time, the mean over rows.
    Sum,
}

/// What walks down the gradient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Optimiser {
    /// Adam with decoupled weight decay.
    #[default]
    AdamW,
    /// Plain gradient descent, as in the lectures.
    Sgd,
}

/// What the rate does after the warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decay {
    /// Half a cosine down to `final-rate`.
    #[default]
    Cosine,
    /// Straight down to `final-rate`.
    Linear,
    /// Nothing.
    None,
}

/// `"none"`, `{ value = 5.0 }` or `{ norm = 1.0 }`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clipping {
    /// Left as they are.
    None,
    /// Each number of the gradient, as in the lectures.
    Value(f64),
    /// The whole gradient.
    Norm(f64),
}

impl Default for Clipping {
    fn default() -> Self {
        Self::Norm(1.0)
    }
}

impl Clipping {
    pub(crate) fn clip(self) -> Option<Clip> {
        match self {
            Self::None => None,
            Self::Value(most) => Some(Clip::Value(most)),
            Self::Norm(most) => Some(Clip::Norm(most)),
        }
    }
}

/// What it writes after each validation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Samples {
    /// Characters of a text.
    pub length: usize,
    /// Names.
    pub count: usize,
    /// How daring: 1 as it has learnt, less is safer.
    pub temperature: f32,
    /// What a text goes on from.
    pub prime: String,
}

impl Default for Samples {
    fn default() -> Self {
        Self { length: 200, count: 8, temperature: 0.8, prime: String::new() }
    }
}

/// Why a recipe cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum RecipeError {
    /// Not there, or not to be read.
    #[error("failed to read the recipe {}: {source}", path.display())]
    Read {
        /// The recipe.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not TOML, or a setting that does not exist.
    #[error("the recipe is not understood:\n{0}")]
    Toml(Box<toml::de::Error>),
    /// Settings out of range: all of them.
    #[error("the recipe asks for what cannot be: {}", .0.join("; "))]
    Range(Vec<String>),
}

impl Recipe {
    /// The defaults, for a corpus.
    pub fn new(corpus: impl Into<PathBuf>) -> Self {
        let corpus = toml::Value::from(corpus.into().to_string_lossy().into_owned());
        Self::from_toml(&format!("corpus = {corpus}")).expect("a corpus is all that a recipe needs")
    }

    /// Reads a file.
    pub fn open(path: &Path) -> Result<Self, RecipeError> {
        let text = std::fs::read_to_string(path).map_err(|source| RecipeError::Read { path: path.into(), source })?;
        Self::from_toml(&text)
    }

    /// Reads and checks.
    pub fn from_toml(text: &str) -> Result<Self, RecipeError> {
        let recipe: Self = toml::from_str(text).map_err(|error| RecipeError::Toml(Box::new(error)))?;
        recipe.check()?;
        Ok(recipe)
    }

    /// All settings, the defaults too, so that a checkpoint still means the same when those change.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a recipe is plain TOML")
    }

    /// Whether every setting is in its range.
    pub fn check(&self) -> Result<(), RecipeError> {
        let faults = check::faults(self);
        if faults.is_empty() { Ok(()) } else { Err(RecipeError::Range(faults)) }
    }

    /// How its corpus is read.
    pub fn reading(&self) -> Reading {
        Reading { mode: self.mode, lower_case: self.lower_case, valid: self.valid, seed: self.seed }
    }

    /// The first setting in which another recipe would train differently, if both are equally long.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        let essence = |recipe: &Self| {
            let corpus = PathBuf::new();
            let (samples, patience) = (Samples::default(), 0);
            let (epochs, iterations, validate_every, threads) = (None, None, None, None);
            Self { corpus, samples, patience, epochs, iterations, validate_every, threads, ..recipe.clone() }.to_toml()
        };
        let (before, now) = (essence(self), essence(other));
        let missing =
            |from: &str, to: &str| to.lines().find(|line| !from.lines().any(|l| l == *line)).map(str::to_owned);
        match (missing(&now, &before), missing(&before, &now)) {
            (None, None) => None,
            (before, now) => Some([before, now].into_iter().flatten().collect::<Vec<_>>().join(" → ")),
        }
    }

    /// Iterations in all, for a corpus of so many iterations an epoch.
    pub(crate) fn length(&self, epoch: u64) -> u64 {
        let epochs = self.epochs.unwrap_or(20.0);
        self.iterations.unwrap_or_else(|| ((epochs * epoch as f64).round() as u64).max(1))
    }

    /// Iterations from one validation to the next.
    pub(crate) fn between_validations(&self, epoch: u64) -> u64 {
        let length = self.length(epoch);
        self.validate_every.unwrap_or_else(|| epoch.min(length.div_ceil(10)).max(50.min(length))).max(1)
    }

    /// The rate at an iteration, counted from 0.
    pub(crate) fn rate_at(&self, iteration: u64, length: u64) -> f64 {
        if iteration < self.warm_up {
            return self.rate * (iteration + 1) as f64 / (self.warm_up + 1) as f64;
        }
        let way = (iteration - self.warm_up) as f64 / length.saturating_sub(self.warm_up).max(1) as f64;
        let left = match self.decay {
            Decay::None => 1.0,
            Decay::Linear => 1.0 - way.min(1.0),
            Decay::Cosine => 0.5 + 0.5 * (std::f64::consts::PI * way.min(1.0)).cos(),
        };
        self.rate * if self.decay == Decay::None { 1.0 } else { self.final_rate + (1.0 - self.final_rate) * left }
    }
}

fn tenth() -> f64 {
    0.1
}
fn twentieth() -> f64 {
    0.05
}
fn one() -> u64 {
    1
}
fn ten() -> u32 {
    10
}
fn fifty() -> usize {
    50
}
fn hundred() -> u64 {
    100
}
fn rate() -> f64 {
    0.002
}
fn betas() -> [f64; 2] {
    [0.9, 0.99]
}
fn shape() -> Shape {
    Shape { cell: Cell::Lstm, layers: 1, hidden: 256, embedding: None, dropout: 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(text: &str) -> String {
        Recipe::from_toml(&format!("corpus = \"x.txt\"\n{text}")).unwrap_err().to_string()
    }

    #[test]
    fn a_corpus_is_enough() {
        let recipe = Recipe::from_toml("corpus = \"x.txt\"").unwrap();
        assert_eq!(recipe, Recipe::new("x.txt"));
        assert_eq!((recipe.mode, recipe.clip, recipe.optimiser), (Mode::Text, Clipping::Norm(1.0), Optimiser::AdamW));
        assert_eq!(Recipe::from_toml(&recipe.to_toml()).unwrap(), recipe);
        assert_eq!(Recipe::new("a \"quoted\" \\ name").corpus, Path::new("a \"quoted\" \\ name"));
    }

    #[test]
    fn every_recipe_of_the_house_is_understood() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../configs/models");
        let recipes: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        assert!(recipes.len() >= 7);
        recipes
            .iter()
            .for_each(|path| drop(Recipe::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))));
    }

    #[test]
    fn the_lectures_way_can_be_written() {
        let text = "corpus = \"x\"\nmode = \"names\"\nbatches = \"one-at-a-time\"\nloss = \"sum\"\noptimiser = \"sgd\"\n\
                    clip = { value = 5.0 }\niterations = 22000\n[shape]\ncell = \"rnn\"\nhidden = 50\n";
        let recipe = Recipe::from_toml(text).unwrap();
        assert_eq!(recipe.clip, Clipping::Value(5.0));
        assert_eq!(recipe.shape.cell, Cell::Rnn);
        assert_eq!(Recipe::from_toml(&recipe.to_toml()).unwrap(), recipe);
        assert_eq!(Recipe::from_toml("corpus = \"x\"\nclip = \"none\"").unwrap().clip, Clipping::None);
    }

    #[test]
    fn a_false_word_is_pointed_at() {
        assert!(refused("ratte = 0.1").contains("ratte"));
        assert!(refused("mode = \"poems\"").contains("`text` or `names`"));
        assert!(refused("[samples]\nlenght = 3").contains("lenght"));
        assert!(Recipe::from_toml("").unwrap_err().to_string().contains("missing field `corpus`"));
    }

    #[test]
    fn all_settings_out_of_range_are_named_at_once() {
        let error = refused("batch = 0\nrate = -1.0\nepochs = 1.0\niterations = 2\n[shape]\nlayers = 4\nhidden = 8");
        for part in ["batch = 0", "rate = -1", "epochs or iterations", "layers = 4"] {
            assert!(error.contains(part), "{part}: {error}");
        }
    }

    #[test]
    fn only_the_length_may_change_on_the_way() {
        let recipe = Recipe::new("x");
        assert_eq!(recipe.difference(&Recipe { epochs: Some(3.0), patience: 1, ..Recipe::new("y") }), None);
        let other = Recipe { rate: 0.5, ..Recipe::new("x") };
        assert_eq!(recipe.difference(&other).unwrap(), "rate = 0.002 → rate = 0.5");
    }

    #[test]
    fn the_rate_rises_and_falls() {
        let recipe = Recipe { warm_up: 9, final_rate: 0.1, rate: 1.0, ..Recipe::new("x") };
        let rate = |at| (recipe.rate_at(at, 109) * 1000.0).round() / 1000.0;
        assert_eq!([rate(0), rate(4), rate(9), rate(59), rate(109)], [0.1, 0.5, 1.0, 0.55, 0.1]);
        let flat = Recipe { decay: Decay::None, ..recipe };
        assert_eq!(flat.rate_at(108, 109), 1.0);
    }

    #[test]
    fn it_validates_about_once_an_epoch_or_ten_times_but_not_more_often_than_every_fifty() {
        let recipe = Recipe::new("x");
        assert_eq!((recipe.length(400), recipe.between_validations(400)), (8000, 400));
        assert_eq!(recipe.between_validations(3), 50);
        let short = Recipe { epochs: Some(2.0), ..recipe };
        assert_eq!(short.between_validations(1000), 200);
    }

    proptest! {
        #[test]
        fn no_recipe_panics(text in any::<String>()) {
            let _ = Recipe::from_toml(&text);
        }

        #[test]
        fn a_damaged_recipe_is_read_or_refused(at in 0_usize..800, byte in any::<u8>()) {
            let mut bytes = Recipe::new("x.txt").to_toml().into_bytes();
            let at = at % bytes.len();
            bytes[at] = byte;
            if let Ok(text) = String::from_utf8(bytes) && let Ok(recipe) = Recipe::from_toml(&text) {
                let length = recipe.length(7);
                prop_assert!(length > 0 && recipe.between_validations(7) > 0);
                prop_assert!(recipe.rate_at(0, length).is_finite());
                prop_assert_eq!(Recipe::from_toml(&recipe.to_toml()).unwrap(), recipe);
            }
        }
    }
}
