//! A model on disk: a folder of weights, the recipe, the alphabet. Files appear whole or not at all.

pub(crate) mod tensors;
#[cfg(test)]
mod tests;

use crate::corpus::Mode;
use crate::recipe::{Recipe, RecipeError};
use crate::vocab::{Vocab, VocabError};
use crate::weights::{Weights, layout};
use std::io;
use std::path::{Path, PathBuf};
pub use tensors::Precision;
use tensors::TensorsError;

pub(crate) const WEIGHTS: &str = "weights.safetensors";
pub(crate) const CONFIG: &str = "config.toml";
pub(crate) const VOCAB: &str = "vocab.txt";

/// What a model is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Checkpoint {
    pub(crate) recipe: Recipe,
    pub(crate) vocab: Vocab,
    pub(crate) weights: Weights,
}

/// Why a model cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("failed to open the model {}: {file}: {reason}", folder.display())]
pub struct OpenError {
    folder: PathBuf,
    file: &'static str,
    reason: Box<Reason>,
}

#[derive(Debug, thiserror::Error)]
enum Reason {
    #[error("{0}; a model is a folder with weights.safetensors, config.toml and vocab.txt")]
    Read(#[from] io::Error),
    #[error("it is not UTF-8")]
    NotUtf8,
    #[error("{0}")]
    Recipe(#[from] RecipeError),
    #[error("{0}")]
    Vocab(#[from] VocabError),
    #[error("names end with a newline, which is missing")]
    NoEnd,
    #[error("{0}")]
    Tensors(#[from] TensorsError),
}

impl Checkpoint {
    /// Reads a folder.
    pub(crate) fn open(folder: &Path) -> Result<Self, OpenError> {
        let fail = |file, reason| OpenError { folder: folder.to_owned(), file, reason: Box::new(reason) };
        let read = |file| std::fs::read(folder.join(file)).map_err(|error| fail(file, error.into()));
        let text = |file| String::from_utf8(read(file)?).map_err(|_| fail(file, Reason::NotUtf8));
        // The weights know of which version the whole is: they are asked first.
        let bytes = read(WEIGHTS)?;
        let file = tensors::read(&bytes).map_err(|error| fail(WEIGHTS, error.into()))?;
        let recipe = Recipe::from_toml(&text(CONFIG)?).map_err(|error| fail(CONFIG, error.into()))?;
        let vocab = Vocab::from_txt(&text(VOCAB)?).map_err(|error| fail(VOCAB, error.into()))?;
        if recipe.mode == Mode::Names && vocab.id('\n').is_none() {
            return Err(fail(VOCAB, Reason::NoEnd));
        }
        let weights = tensors::weights(&file, &layout(&recipe.shape, vocab.len()))
            .map_err(|error| fail(WEIGHTS, error.into()))?;
        Ok(Self { recipe, vocab, weights })
    }

    /// Writes a folder; the weights come last. Of the corpus only the file's name is kept: where it lay is nobody's business.
    pub(crate) fn save(&self, folder: &Path, precision: Precision) -> io::Result<()> {
        let corpus = self.recipe.corpus.file_name().unwrap_or_default().to_string_lossy().into_owned().into();
        let recipe = Recipe { corpus, threads: None, ..self.recipe.clone() };
        std::fs::create_dir_all(folder)?;
        write(folder, CONFIG, recipe.to_toml().as_bytes())?;
        write(folder, VOCAB, self.vocab.to_txt().as_bytes())?;
        write(folder, WEIGHTS, &tensors::write(&tensors::entries(&self.weights, precision)))
    }
}

/// Writes a file beside its place and moves it there, so that who reads it sees the old one or the new one.
pub(crate) fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let part = folder.join(format!("{name}.part"));
    let mut file = std::fs::File::create(&part)?;
    io::Write::write_all(&mut file, bytes)?;
    file.sync_all()?;
    drop(file);
    std::fs::rename(part, folder.join(name))
}
