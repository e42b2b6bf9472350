//! The card of a model: what it has read, how it was made, how good it is beside plainer models, what it writes. No date and no
//! machine: the same training on the same kind of processor gives the same card.

use crate::checkpoint::Precision;
use crate::corpus::{Corpus, Parts};
use crate::ngram::Baseline;
use crate::recipe::{Batches, Clipping, Optimiser, Recipe};
use crate::study::Study;
use std::fmt::Write as _;

/// All that a card says.
pub(crate) struct Card<'a> {
    pub(crate) name: &'a str,
    pub(crate) recipe: &'a Recipe,
    pub(crate) corpus: &'a Corpus,
    pub(crate) parameters: usize,
    pub(crate) iterations: u64,
    pub(crate) of_iterations: u64,
    pub(crate) epochs: f64,
    pub(crate) valid: f64,
    /// Of the model that this is the card of.
    pub(crate) test: Option<f64>,
    /// Of the same in 32 bits, where it has fewer.
    pub(crate) test_in_32: Option<f64>,
    pub(crate) baselines: &'a [Baseline],
    pub(crate) study: Option<&'a Study>,
    pub(crate) sample: &'a str,
    pub(crate) precision: Precision,
    /// With these bits.
    pub(crate) shrunk: Option<f64>,
}

impl Card<'_> {
    /// The card in Markdown.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("# {}\n\n", self.name);
        let _ = writeln!(text, "A {}\n", self.model());
        let _ = writeln!(text, "## Data\n\n{}\n", self.data());
        let _ = writeln!(text, "## Training\n\n{}\n", self.training());
        let _ = writeln!(text, "## Figures\n\nNats per character, lower is better.\n\n{}", self.figures());
        if let Some(study) = self.study {
            let _ = writeln!(text, "\n## Names\n\nAt temperature 1.\n\n{}", study.table());
            let _ = writeln!(text, "\nSome that are new: {}.", study.examples.join(", "));
        } else {
            let _ = writeln!(text, "\n## A sample\n\n```text\n{}\n```", self.sample.trim_matches('\n'));
        }
        text
    }

    fn model(&self) -> String {
        let shape = &self.recipe.shape;
        let cell = format!("{:?}", shape.cell).to_uppercase();
        let input =
            shape.embedding.map_or("one-hot characters".to_owned(), |n| format!("{n} learned numbers a character"));
        let bits = match self.precision {
            Precision::F32 => "32-bit floating-point",
            Precision::F16 => "16-bit floating-point",
            Precision::Q8 => "8-bit (a scale for each row)",
        };
        format!(
            "character RNN: {cell}, {} × {} units, {input}, {} parameters, {bits} weights.",
            shape.layers, shape.hidden, self.parameters
        )
    }

    fn data(&self) -> String {
        let Corpus { file, sha256, characters, vocab, parts } = self.corpus;
        let lower = if self.recipe.lower_case { ", capitals forgotten" } else { "" };
        let split = match parts {
            Parts::Text { train, valid } => {
                format!("{} characters to learn from; the last {} validate.", train.len(), valid.len())
            }
            Parts::Names { train, valid, test } => format!(
                "Different names, shuffled with seed {}: {} to learn from, {} validate, {} test.",
                self.recipe.seed,
                train.len(),
                valid.len(),
                test.len()
            ),
        };
        format!("`{file}`, {characters} characters of {} kinds{lower}, SHA-256 `{sha256}`.\n{split}", vocab.len())
    }

    fn training(&self) -> String {
        let recipe = self.recipe;
        let rows = match (&self.corpus.parts, recipe.batches) {
            (Parts::Text { .. }, _) => {
                format!(
                    "{} rows × {} steps at a time, state carried on (truncated backpropagation)",
                    recipe.batch, recipe.steps
                )
            }
            (_, Batches::Padded) => format!("{} names at a time", recipe.batch),
            (_, Batches::OneAtATime) => "one name at a time".to_owned(),
        };
        let optimiser = match recipe.optimiser {
            Optimiser::AdamW => "AdamW",
            Optimiser::Sgd => "plain gradient descent",
        };
        let clipping = match recipe.clip {
            Clipping::None => "as they are".to_owned(),
            Clipping::Value(most) => format!("cut at ±{most}"),
            Clipping::Norm(most) => format!("of a norm of at most {most}"),
        };
        let average = recipe.average.map_or(String::new(), |share| format!(", weights averaged over steps ({share})"));
        format!(
            "{rows}; {optimiser}, rate {}, dropout {}, gradients {}{average}; seed {}.\n{} of {} iterations ({:.1} epochs); \
             config.toml has every setting, log.csv and curve.png how it went.",
            recipe.rate, recipe.shape.dropout, clipping, recipe.seed, self.iterations, self.of_iterations, self.epochs
        )
    }

    fn figures(&self) -> String {
        let number = |nats: Option<f64>| nats.map_or("–".to_owned(), |nats| format!("{nats:.4}"));
        let (of_32, of_fewer) = if self.shrunk.is_some() { (self.test_in_32, self.test) } else { (self.test, None) };
        let mut rows = vec![("this model".to_owned(), Some(self.valid), of_32)];
        if let Some(shrunk) = self.shrunk {
            let cost = 100.0 * (shrunk / self.valid - 1.0);
            rows[0].0 = "this model, as trained in 32 bits".to_owned();
            rows.push((
                format!("this model, as it is here ({:?}, {cost:+.2} %)", self.precision),
                Some(shrunk),
                of_fewer,
            ));
        }
        for Baseline { order, valid, test } in self.baselines {
            rows.push((format!("{order}-grams (Kneser-Ney)"), Some(*valid), *test));
        }
        let uniform = (self.corpus.vocab.len() as f64).ln();
        rows.push(("every character as likely".to_owned(), Some(uniform), self.test.map(|_| uniform)));
        let mut lines = vec!["| | validation | test |".to_owned(), "|---|---|---|".to_owned()];
        lines.extend(
            rows.iter().map(|(who, valid, test)| format!("| {who} | {} | {} |", number(*valid), number(*test))),
        );
        lines.join("\n")
    }
}
