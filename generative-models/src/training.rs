//! The training of a model: portion after portion, judged now and then, the best kept. What it does depends on the recipe,
//! the corpus and the kind of processor alone; who watches gets told.

mod average;
mod feed;
mod finish;
mod log;
mod resume;
#[cfg(test)]
mod tests;
pub(crate) mod validation;
mod walker;

use crate::chance::{Purpose, seeded};
use crate::char_rnn::{CharRnn, State};
use crate::checkpoint::tensors::TensorsError;
use crate::checkpoint::{self, Checkpoint, OpenError, Precision};
use crate::clip::Clip;
use crate::corpus::{Corpus, CorpusError};
use crate::recipe::{Loss, Recipe};
use crate::sampling::Sampling;
use crate::weights::{Matrix, Weights};
use crate::writer::Writer;
use average::{Average, plain};
use candle_core::{Device, Tensor, Var};
use feed::Feed;
pub use finish::Summary;
pub use log::Point;
pub(crate) use log::to_csv;
use std::path::{Path, PathBuf};
use walker::Walker;

/// A training.
pub struct Training {
    recipe: Recipe,
    corpus: Corpus,
    folder: PathBuf,
    feed: Feed,
    model: CharRnn,
    parameters: Vec<(String, Var)>,
    walker: Walker,
    average: Option<Average>,
    state: Option<State>,
    iteration: u64,
    best: Option<Best>,
    /// Validations since the best.
    stale: u32,
    /// Sum and number of the losses since the last validation.
    seen: (f64, u64),
    log: Vec<Point>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Best {
    nats: f64,
    iteration: u64,
}

/// What happens while it learns.
#[derive(Debug)]
pub enum Event<'a> {
    /// One portion more.
    Learnt {
        /// Portions so far.
        iteration: u64,
        /// Mean nats per character of this one.
        nats: f64,
        /// Its characters.
        characters: usize,
    },
    /// Judged.
    Validated {
        /// The figures.
        point: &'a Point,
        /// Whether it has never been better (and has been saved).
        best: bool,
    },
    /// Something that it writes now.
    Sample(&'a str),
}

/// Why it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All iterations are done.
    Finished,
    /// It has not become better for as many validations as its patience lasts.
    NoBetter,
    /// It was asked to stop.
    Stopped,
}

/// Why a training cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// The corpus.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// A model that should be there.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Files.
    #[error("failed to write the model {}: {source}", folder.display())]
    Write {
        /// Where.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Nothing to go on from.
    #[error("failed to go on with the training in {}: {file}: {source}; without --resume it begins anew", folder.display())]
    NoResume {
        /// Where.
        folder: PathBuf,
        /// What is missing.
        file: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// Something damaged to go on from.
    #[error("failed to go on with the training: resume.safetensors: {0}")]
    Resume(String),
    /// A damaged recipe to go on with.
    #[error("failed to go on with the training: config.toml: {0}")]
    ResumeRecipe(String),
    /// Another recipe than it began with.
    #[error(
        "failed to go on with the training: the recipe has changed ({0}); only its length, patience, validations, threads and samples may"
    )]
    OtherRecipe(String),
    /// Another corpus than it began with.
    #[error("failed to go on with the training: the corpus is not the one it began with")]
    OtherCorpus,
    /// The weights have exploded.
    #[error(
        "the loss is not a number any more at iteration {0}: try a lower rate, a longer warm-up, or clip = {{ norm = 1.0 }}; what was judged best before is kept"
    )]
    Exploded(u64),
    /// The arithmetic.
    #[error("failed to compute: {0}")]
    Compute(String),
}

impl From<candle_core::Error> for TrainingError {
    fn from(error: candle_core::Error) -> Self {
        // The rest would be a backtrace.
        Self::Compute(error.to_string().lines().next().unwrap_or_default().to_owned())
    }
}

impl From<TensorsError> for TrainingError {
    fn from(error: TensorsError) -> Self {
        Self::Resume(error.to_string())
    }
}

impl Training {
    /// Begins anew: `corpus` is where the recipe's corpus lies, `folder` is where the model shall be.
    pub fn begin(recipe: Recipe, corpus: &Path, folder: &Path) -> Result<Self, TrainingError> {
        let corpus = Corpus::open(corpus, recipe.reading())?;
        let feed = Feed::new(&corpus, &recipe);
        let model = CharRnn::new(&recipe.shape, corpus.vocab.len(), &mut seeded(recipe.seed, Purpose::Weights, 0))?;
        let parameters = model.parameters();
        let walker = Walker::new(&parameters, &recipe);
        let average = recipe.average.map(|share| Average::new(share, &parameters)).transpose()?;
        let folder = folder.to_owned();
        let (state, iteration, best, stale, seen, log) = (None, 0, None, 0, (0.0, 0), Vec::new());
        Ok(Self {
            recipe,
            corpus,
            folder,
            feed,
            model,
            parameters,
            walker,
            average,
            state,
            iteration,
            best,
            stale,
            seen,
            log,
        })
    }

    /// Goes on where the training in this folder stopped, bit for bit.
    pub fn resume(recipe: Recipe, corpus: &Path, folder: &Path) -> Result<Self, TrainingError> {
        let no_resume = |file| move |source| TrainingError::NoResume { folder: folder.to_owned(), file, source };
        let bytes = std::fs::read(folder.join(resume::RESUME)).map_err(no_resume(resume::RESUME))?;
        let config = std::fs::read_to_string(folder.join(checkpoint::CONFIG)).map_err(no_resume(checkpoint::CONFIG))?;
        let before = Recipe::from_toml(&config).map_err(|error| TrainingError::ResumeRecipe(error.to_string()))?;
        if let Some(change) = before.difference(&recipe) {
            return Err(TrainingError::OtherRecipe(change));
        }
        let mut training = Self::begin(recipe, corpus, folder)?;
        training.restore(&bytes)?;
        if training.best.is_some() {
            Checkpoint::open(folder)?;
        }
        let text = std::fs::read_to_string(folder.join(finish::LOG)).unwrap_or_default();
        training.log = log::from_csv(&text, training.iteration);
        Ok(training)
    }

    /// Iterations done, and in all.
    pub fn progress(&self) -> (u64, u64) {
        (self.iteration, self.recipe.length(self.feed.epoch()))
    }

    /// Iterations in which every character is read once, but for a remainder of less than a batch.
    pub fn epoch(&self) -> u64 {
        self.feed.epoch()
    }

    /// Numbers that it learns.
    pub fn parameters(&self) -> usize {
        self.parameters.iter().map(|(_, var)| var.elem_count()).sum()
    }

    /// What it learns from.
    pub fn corpus(&self) -> &Corpus {
        &self.corpus
    }

    /// The lowest loss of the validation part so far, in nats per character, and at which iteration.
    pub fn best(&self) -> Option<(f64, u64)> {
        self.best.map(|best| (best.nats, best.iteration))
    }

    /// Learns until it is done, has not become better for long, or `stop` says so; the best is in the folder then.
    pub fn run(
        &mut self,
        stop: &mut dyn FnMut(u64) -> bool,
        tell: &mut dyn FnMut(Event<'_>),
    ) -> Result<Ending, TrainingError> {
        let length = self.progress().1;
        let every = self.recipe.between_validations(self.feed.epoch());
        let ending = loop {
            if self.iteration >= length {
                break Ending::Finished;
            }
            if self.recipe.patience > 0 && self.stale >= self.recipe.patience {
                break Ending::NoBetter;
            }
            if stop(self.iteration) {
                break Ending::Stopped;
            }
            self.learn(length, tell)?;
            if self.iteration.is_multiple_of(every) || self.iteration == length {
                self.validate(length, tell)?;
            }
        };
        self.save_progress()?;
        Ok(ending)
    }

    fn learn(&mut self, length: u64, tell: &mut dyn FnMut(Event<'_>)) -> Result<(), TrainingError> {
        let portion = self.feed.portion(self.iteration);
        let before = match self.state.take().filter(|_| !portion.fresh) {
            Some(state) => state,
            None => self.model.initial(portion.batch),
        };
        let mut rng = seeded(self.recipe.seed, Purpose::Dropout, self.iteration);
        let (loss, after) = self.model.loss(&portion.chunk(), &before, Some(&mut rng))?;
        let nats = f64::from(loss.to_scalar::<f32>()?);
        if !nats.is_finite() {
            return Err(TrainingError::Exploded(self.iteration));
        }
        let characters = portion.characters();
        let weighed = match self.recipe.loss {
            Loss::Mean => loss,
            Loss::Sum => (loss * (characters as f64 / portion.batch as f64))?,
        };
        let clip: Option<Clip> = self.recipe.clip.clip();
        let gradients = weighed.backward()?;
        if !self.walker.step(&gradients, self.recipe.rate_at(self.iteration, length), clip)? {
            return Err(TrainingError::Exploded(self.iteration));
        }
        self.iteration += 1;
        if let Some(average) = &mut self.average {
            average.add(self.iteration, &self.parameters)?;
        }
        self.state = Some(after).filter(|_| self.feed.goes_on());
        self.seen = (self.seen.0 + nats, self.seen.1 + 1);
        tell(Event::Learnt { iteration: self.iteration, nats, characters });
        Ok(())
    }

    fn validate(&mut self, length: u64, tell: &mut dyn FnMut(Event<'_>)) -> Result<(), TrainingError> {
        let (nats, weights) = self.judged(&self.corpus.valid())?;
        if !nats.is_finite() {
            return Err(TrainingError::Exploded(self.iteration));
        }
        let point = Point {
            iteration: self.iteration,
            epoch: self.iteration as f64 / self.feed.epoch() as f64,
            rate: self.recipe.rate_at(self.iteration - 1, length),
            train: self.seen.0 / self.seen.1.max(1) as f64,
            valid: nats,
        };
        let point = point.as_kept();
        self.log.push(point);
        self.seen = (0.0, 0);
        let best = self.best.is_none_or(|best| nats < best.nats);
        let checkpoint = self.checkpoint(weights);
        if best {
            self.best = Some(Best { nats, iteration: self.iteration });
            self.stale = 0;
            checkpoint.save(&self.folder, Precision::F32).map_err(|error| self.unwritten(error))?;
        } else {
            self.stale += 1;
        }
        self.save_progress()?;
        tell(Event::Validated { point: &point, best });
        for sample in self.samples(checkpoint) {
            tell(Event::Sample(&sample));
        }
        Ok(())
    }

    /// The loss of some pieces, and the weights that have it: the averaged ones where the recipe averages.
    fn judged(&self, pieces: &[&[u32]]) -> Result<(f64, Weights), TrainingError> {
        let now: Vec<Vec<f32>> = self.parameters.iter().map(|(_, var)| plain(var)).collect::<Result<_, _>>()?;
        let judged = self.average.as_ref().map_or(&now, |average| &average.values);
        self.set(judged)?;
        let nats = validation::nats(&self.model, pieces, self.corpus.end());
        let matrices = self.parameters.iter().zip(judged).map(|((name, var), values)| {
            let (rows, columns) = var.dims2()?;
            Ok((name.clone(), Matrix { rows, columns, values: values.clone() }))
        });
        let weights = matrices.collect::<candle_core::Result<Weights>>()?;
        self.set(&now)?;
        Ok((nats?, weights))
    }

    fn set(&self, values: &[Vec<f32>]) -> candle_core::Result<()> {
        for ((_, var), values) in self.parameters.iter().zip(values) {
            var.set(&Tensor::from_slice(values, var.shape(), &Device::Cpu)?)?;
        }
        Ok(())
    }

    fn checkpoint(&self, weights: Weights) -> Checkpoint {
        Checkpoint { recipe: self.recipe.clone(), vocab: self.corpus.vocab.clone(), weights }
    }

    fn samples(&self, checkpoint: Checkpoint) -> Vec<String> {
        let samples = &self.recipe.samples;
        let how = Sampling { temperature: samples.temperature, ..Sampling::default() };
        let mut writer = Writer::of(checkpoint);
        let count = if writer.writes_names() { samples.count } else { usize::from(samples.length > 0) };
        let mut sample = |n: usize| {
            writer.begin(self.iteration + n as u64);
            writer.prime(&samples.prime);
            format!("{}{}", samples.prime, writer.piece(&how, samples.length.max(1)))
        };
        (0..count).map(&mut sample).collect()
    }

    fn save_progress(&self) -> Result<(), TrainingError> {
        let write = |name, bytes: &[u8]| {
            std::fs::create_dir_all(&self.folder)?;
            checkpoint::write(&self.folder, name, bytes)
        };
        let memory = self.memory()?;
        write(finish::LOG, to_csv(&self.log).as_bytes())
            .and_then(|()| write(resume::RESUME, &memory))
            .map_err(|error| self.unwritten(error))
    }

    fn unwritten(&self, source: std::io::Error) -> TrainingError {
        TrainingError::Write { folder: self.folder.clone(), source }
    }
}
