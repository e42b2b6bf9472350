//! What stands beside the weights when a training ends: the card, the curve; and the same again with fewer bits.

use super::validation;
use super::{Training, TrainingError, to_csv};
use crate::card::Card;
use crate::checkpoint::{self, Checkpoint, Precision};
use crate::loss_curve;
use crate::ngram::{self, Baseline};
use crate::sampling::Sampling;
use crate::study::Study;
use crate::weights::Weights;
use crate::writer::Writer;
use candle_core::{Device, Tensor};
use std::path::Path;

pub(super) const LOG: &str = "log.csv";
const CARD: &str = "card.md";
const CURVE: &str = "curve.png";
/// Names sampled for the card.
const STUDIED: usize = 1000;
/// Characters of a text on the card.
const SAMPLE: usize = 600;

/// How good a finished model is, in nats per character.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Of the validation part.
    pub valid: f64,
    /// With the bits that it was exported in.
    pub shrunk: Option<f64>,
    /// Of the test part, where there is one.
    pub test: Option<f64>,
    /// The models it had to beat.
    pub baselines: Vec<Baseline>,
}

/// What was measured of the best model before it is described.
struct Measured {
    valid: f64,
    shrunk: Option<f64>,
    test_in_32: Option<f64>,
}

/// Whether both are one folder, as far as can be seen.
fn same_folder(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}

impl Training {
    /// Writes the card and the curve of the best model so far. If nothing has been judged yet, what is there now is kept.
    pub fn finish(&self) -> Result<Summary, TrainingError> {
        let (best, iteration) = match self.best {
            Some(best) => (Checkpoint::open(&self.folder)?, best.iteration),
            None => {
                let checkpoint = self.checkpoint(self.judged(&self.corpus.valid())?.1);
                checkpoint.save(&self.folder, Precision::F32).map_err(|error| self.unwritten(error))?;
                (checkpoint, self.iteration)
            }
        };
        let valid = self.measured(&best.weights, &self.corpus.valid())?;
        self.describe(&self.folder, best, iteration, Precision::F32, Measured { valid, shrunk: None, test_in_32: None })
    }

    /// Writes the best model so far into another folder, with fewer bits, and measures what they cost.
    pub fn export(&self, folder: &Path, precision: Precision) -> Result<Summary, TrainingError> {
        if same_folder(folder, &self.folder) {
            let source = std::io::Error::other("it is the training's own; its 32 bits are still needed, take another");
            return Err(TrainingError::Write { folder: folder.into(), source });
        }
        let best = Checkpoint::open(&self.folder)?;
        let valid = self.measured(&best.weights, &self.corpus.valid())?;
        let test = self.corpus.test();
        let test_in_32 = if test.is_empty() { None } else { Some(self.measured(&best.weights, &test)?) };
        best.save(folder, precision).map_err(|source| TrainingError::Write { folder: folder.into(), source })?;
        let exported = Checkpoint::open(folder)?;
        let shrunk = self.measured(&exported.weights, &self.corpus.valid())?;
        let iteration = self.best.map_or(self.iteration, |best| best.iteration);
        self.describe(folder, exported, iteration, precision, Measured { valid, shrunk: Some(shrunk), test_in_32 })
    }

    fn describe(
        &self,
        folder: &Path,
        model: Checkpoint,
        iterations: u64,
        precision: Precision,
        Measured { valid, shrunk, test_in_32 }: Measured,
    ) -> Result<Summary, TrainingError> {
        let test = self.corpus.test();
        let test = if test.is_empty() { None } else { Some(self.measured(&model.weights, &test)?) };
        let baselines = ngram::baselines(&self.corpus);
        let name = folder.file_name().or(self.recipe.corpus.file_stem()).unwrap_or_default().to_string_lossy();
        let mut writer = Writer::of(model);
        let study =
            writer.writes_names().then(|| Study::of(&mut writer, &self.corpus, (STUDIED, 1), &Sampling::default()));
        writer.begin(self.recipe.seed);
        writer.prime(&self.recipe.samples.prime);
        let how = Sampling { temperature: self.recipe.samples.temperature, ..Sampling::default() };
        let sample = format!("{}{}", self.recipe.samples.prime, writer.piece(&how, SAMPLE));
        let card = Card {
            name: &name,
            recipe: &self.recipe,
            corpus: &self.corpus,
            parameters: self.parameters(),
            iterations,
            of_iterations: self.progress().1,
            epochs: iterations as f64 / self.epoch() as f64,
            valid,
            test,
            test_in_32,
            baselines: &baselines,
            study: study.as_ref(),
            sample: &sample,
            precision,
            shrunk,
        };
        let curve = loss_curve::draw(&name, &self.log, &baselines).map_err(std::io::Error::other);
        curve
            .and_then(|curve| checkpoint::write(folder, CURVE, &curve))
            .and_then(|()| checkpoint::write(folder, LOG, to_csv(&self.log).as_bytes()))
            .and_then(|()| checkpoint::write(folder, CARD, card.text().as_bytes()))
            .map_err(|source| TrainingError::Write { folder: folder.into(), source })?;
        Ok(Summary { valid, shrunk, test, baselines })
    }

    /// The loss that some weights have; the training's own are back afterwards.
    fn measured(&self, weights: &Weights, pieces: &[&[u32]]) -> Result<f64, TrainingError> {
        let now = self.parameters.iter().map(|(_, var)| super::plain(var)).collect::<Result<Vec<_>, _>>()?;
        for (name, var) in &self.parameters {
            var.set(&Tensor::from_slice(&weights[name].values, var.shape(), &Device::Cpu)?)?;
        }
        let nats = validation::nats(&self.model, pieces, self.corpus.end());
        self.set(&now)?;
        Ok(nats?)
    }
}
