//! What a model learns from: a UTF-8 file, read as a stream of text or as names, one a line, and split into what it trains on
//! and what it is judged by.

use crate::chance::{Purpose, seeded, shuffle};
use crate::sha256::sha256;
use crate::vocab::{Vocab, VocabError, composed};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// How a corpus is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// One long stream; the last part validates.
    #[default]
    Text,
    /// One a line, each ended by the newline; shuffled and split 80/10/10.
    Names,
}

/// How to read a file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// As a stream or as names.
    pub mode: Mode,
    /// Whether to forget capitals.
    pub lower_case: bool,
    /// The share of a text, at its end, that validates.
    pub valid: f64,
    /// Decides the split of names.
    pub seed: u64,
}

/// A corpus, read and split.
#[derive(Debug, Clone)]
pub struct Corpus {
    pub(crate) file: String,
    pub(crate) sha256: String,
    pub(crate) characters: usize,
    pub(crate) vocab: Vocab,
    pub(crate) parts: Parts,
}

/// In numbers of the alphabet; names without their ends.
#[derive(Debug, Clone)]
pub(crate) enum Parts {
    Text { train: Vec<u32>, valid: Vec<u32> },
    Names { train: Vec<Vec<u32>>, valid: Vec<Vec<u32>>, test: Vec<Vec<u32>> },
}

/// Why a corpus cannot be learnt from.
#[derive(Debug, thiserror::Error)]
#[error("failed to read the corpus {}: {reason}", path.display())]
pub struct CorpusError {
    path: PathBuf,
    reason: Reason,
}

#[derive(Debug, thiserror::Error)]
enum Reason {
    #[error("{0} (the path in a recipe counts from the recipe's folder)")]
    Read(#[from] io::Error),
    #[error("it is empty; give it some text")]
    Empty,
    #[error("it is not UTF-8: byte {byte:#04x} at offset {offset}; convert it, e.g. `iconv -f latin1 -t utf-8`")]
    NotUtf8 { offset: usize, byte: u8 },
    #[error("it is too small: {found}; {wanted}")]
    TooSmall { found: String, wanted: &'static str },
    #[error("{0}")]
    Vocab(#[from] VocabError),
    #[error("line {line} has {length} characters, too many for a name; read it with `mode = \"text\"`")]
    LongName { line: usize, length: usize },
}

/// Proverbs are names too; chapters are not.
const LONGEST_NAME: usize = 1000;

impl Corpus {
    /// Reads a file.
    pub fn open(path: &Path, reading: Reading) -> Result<Self, CorpusError> {
        let fail = |reason| CorpusError { path: path.to_owned(), reason };
        let bytes = std::fs::read(path).map_err(|error| fail(error.into()))?;
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self::read(file, &bytes, reading).map_err(fail)
    }

    fn read(file: String, bytes: &[u8], reading: Reading) -> Result<Self, Reason> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| Reason::NotUtf8 { offset: error.valid_up_to(), byte: bytes[error.valid_up_to()] })?;
        let mut text = composed(&text.trim_start_matches('\u{feff}').replace("\r\n", "\n"));
        if reading.lower_case {
            text = text.to_lowercase();
        }
        if text.trim().is_empty() {
            return Err(Reason::Empty);
        }
        let (vocab, parts) = match reading.mode {
            Mode::Text => stream(&text, reading.valid)?,
            Mode::Names => names(&text, reading.seed)?,
        };
        Ok(Self { file, sha256: sha256(bytes), characters: text.chars().count(), vocab, parts })
    }

    /// The alphabet of all of it.
    pub fn vocab(&self) -> &Vocab {
        &self.vocab
    }

    /// How long it is.
    pub fn characters(&self) -> usize {
        self.characters
    }

    /// The pieces a model trains on: one text, or names.
    pub(crate) fn train(&self) -> Vec<&[u32]> {
        match &self.parts {
            Parts::Text { train, .. } => vec![train],
            Parts::Names { train, .. } => train.iter().map(Vec::as_slice).collect(),
        }
    }

    /// The pieces that judge it while it trains.
    pub(crate) fn valid(&self) -> Vec<&[u32]> {
        match &self.parts {
            Parts::Text { valid, .. } => vec![valid],
            Parts::Names { valid, .. } => valid.iter().map(Vec::as_slice).collect(),
        }
    }

    /// The pieces that nothing was chosen by: none of a text.
    pub(crate) fn test(&self) -> Vec<&[u32]> {
        match &self.parts {
            Parts::Text { .. } => Vec::new(),
            Parts::Names { test, .. } => test.iter().map(Vec::as_slice).collect(),
        }
    }

    /// The token that ends a name; a text has none.
    pub(crate) fn end(&self) -> Option<u32> {
        match self.parts {
            Parts::Text { .. } => None,
            Parts::Names { .. } => self.vocab.id('\n'),
        }
    }
}

fn stream(text: &str, valid: f64) -> Result<(Vocab, Parts), Reason> {
    let vocab = Vocab::of(text)?;
    let mut train: Vec<u32> = text.chars().filter_map(|c| vocab.id(c)).collect();
    let valid = train.split_off((train.len() as f64 * (1.0 - valid)) as usize);
    if valid.len() < 10 || train.len() < 50 {
        let found = format!("{} characters to train on and {} to validate", train.len(), valid.len());
        return Err(Reason::TooSmall {
            found,
            wanted: "it needs 50 and 10 at the very least, and thousands to be worth it",
        });
    }
    Ok((vocab, Parts::Text { train, valid }))
}

fn names(text: &str, seed: u64) -> Result<(Vocab, Parts), Reason> {
    let mut seen = BTreeSet::new();
    let mut names: Vec<&str> = text.lines().map(str::trim).filter(|n| !n.is_empty() && seen.insert(*n)).collect();
    if let Some((line, name)) = text.lines().enumerate().find(|(_, line)| line.chars().count() > LONGEST_NAME) {
        return Err(Reason::LongName { line: line + 1, length: name.chars().count() });
    }
    if names.len() < 10 {
        let found = format!("{} different names", names.len());
        return Err(Reason::TooSmall { found, wanted: "the split into 80/10/10 needs ten, and a model hundreds" });
    }
    let vocab = Vocab::of(&format!("\n{}", names.concat()))?;
    shuffle(&mut names, &mut seeded(seed, Purpose::Split, 0));
    let mut train: Vec<Vec<u32>> = names.iter().map(|n| n.chars().filter_map(|c| vocab.id(c)).collect()).collect();
    let mut valid = train.split_off(train.len() * 8 / 10);
    let test = valid.split_off(valid.len().div_ceil(2));
    Ok((vocab, Parts::Names { train, valid, test }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8], mode: Mode) -> Result<Corpus, String> {
        let reading = Reading { mode, lower_case: false, valid: 0.1, seed: 1 };
        Corpus::read("corpus.txt".into(), bytes, reading).map_err(|reason| reason.to_string())
    }

    fn spelt(corpus: &Corpus, pieces: &[&[u32]]) -> Vec<String> {
        pieces.iter().map(|ids| ids.iter().map(|id| corpus.vocab.char(*id).unwrap()).collect()).collect()
    }

    #[test]
    fn the_end_of_a_text_validates() {
        let text = "abcdefghij".repeat(20);
        let corpus = read(text.as_bytes(), Mode::Text).unwrap();
        assert_eq!(spelt(&corpus, &corpus.train()), [&text[..180]]);
        assert_eq!(spelt(&corpus, &corpus.valid()), [&text[180..]]);
        assert!(corpus.test().is_empty() && corpus.end().is_none());
    }

    #[test]
    fn names_are_split_once_and_for_all() {
        let text: String = (0..100).map(|n| format!("{n:03}\r\n 007 \n\n")).collect();
        let corpus = read(text.as_bytes(), Mode::Names).unwrap();
        assert_eq!((corpus.train().len(), corpus.valid().len(), corpus.test().len()), (80, 10, 10));
        let mut all = spelt(&corpus, &[corpus.train(), corpus.valid(), corpus.test()].concat());
        assert_ne!(all[0], "000", "they are shuffled");
        all.sort();
        assert_eq!(all, (0..100).map(|n| format!("{n:03}")).collect::<Vec<_>>());
        assert_eq!(corpus.end(), Some(0));
        let again = read(text.as_bytes(), Mode::Names).unwrap();
        assert_eq!(corpus.train(), again.train());
    }

    #[test]
    fn a_corpus_that_is_none_says_why() {
        let error = |bytes: &[u8], mode| read(bytes, mode).unwrap_err();
        assert!(error(b"", Mode::Text).starts_with("it is empty"));
        assert!(error(b" \n\n ", Mode::Names).starts_with("it is empty"));
        assert!(error(b"ol\xe9!", Mode::Text).contains("byte 0xe9 at offset 2"));
        assert!(error(b"to be or not to be", Mode::Text).contains("16 characters to train on and 2 to validate"));
        assert!(error(b"ada\nbob\nada\n", Mode::Names).contains("2 different names"));
        assert!(error(&[b'a'; 500], Mode::Text).contains("at least two characters"));
        assert!(error(&[b'a'; 1001], Mode::Names).contains("line 1 has 1001 characters"));
    }

    #[test]
    fn a_missing_file_is_named() {
        let reading = Reading { mode: Mode::Text, lower_case: false, valid: 0.1, seed: 1 };
        let error = Corpus::open(Path::new("no/such.txt"), reading).unwrap_err().to_string();
        assert!(error.starts_with("failed to read the corpus no/such.txt: "), "{error}");
    }

    proptest! {
        #[test]
        fn no_file_panics(bytes in prop::collection::vec(any::<u8>(), 0..400), names in any::<bool>()) {
            let _ = read(&bytes, if names { Mode::Names } else { Mode::Text });
        }

        #[test]
        fn any_text_is_split_without_loss(text in "\\PC{100,300}") {
            if let Ok(corpus) = read(text.as_bytes(), Mode::Text) {
                let whole = spelt(&corpus, &[corpus.train(), corpus.valid()].concat()).concat();
                prop_assert_eq!(whole, composed(text.trim_start_matches('\u{feff}')));
            }
        }
    }
}
