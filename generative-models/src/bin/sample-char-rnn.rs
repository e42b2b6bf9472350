//! `sample-char-rnn`: a trained model writes.

use anyhow::Context as _;
use clap::Parser;
use generative_models::{Corpus, Recipe, Sampling, Study, Writer};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Let a trained model write.
///
/// The same seed writes the same. A low temperature is safe and dull, a high one is daring and misspelt; 0.8 is a good place to
/// begin.
#[derive(Parser)]
#[command(after_help = "Examples:
  sample-char-rnn models/shakespeare --prime 'ROMEO:' --temperature 0.8 --length 400
  sample-char-rnn models/dinosaurs --prime Tyr --count 5
  sample-char-rnn models/dinosaurs --study 1000")]
struct Options {
    /// The model: a folder that train-char-rnn wrote.
    model: PathBuf,
    /// Go on from this text. `\n` is a new line; letters that the model does not know are read as their nearest relatives.
    #[arg(long, default_value = "", hide_default_value = true, allow_hyphen_values = true)]
    prime: String,
    /// How daring: 1 as it has learnt, 0 always the likeliest [default: 0.8, for --study 1].
    #[arg(long)]
    temperature: Option<f32>,
    /// Choose only among so many of the likeliest characters.
    #[arg(long, value_name = "N")]
    top_k: Option<usize>,
    /// Choose only among the likeliest that together have this probability.
    #[arg(long, value_name = "P")]
    top_p: Option<f32>,
    /// Decides the choices.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Characters of a text.
    #[arg(long, default_value_t = 500)]
    length: usize,
    /// How many names, or texts, with the seeds from --seed on [default: 10 names, 1 text].
    #[arg(long)]
    count: Option<u64>,
    /// Sample so many names and show how many are new, how many sound like the corpus, and how long they are.
    #[arg(long, value_name = "N")]
    study: Option<usize>,
    /// The corpus to compare with [default: looked for beside the model and in ../../data].
    #[arg(long, value_name = "FILE", requires = "study")]
    corpus: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        // Without the backtrace that `main` would add where RUST_BACKTRACE is set.
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let options = Options::parse();
    let mut writer = Writer::open(&options.model)?;
    let how = Sampling {
        temperature: options.temperature.unwrap_or(if options.study.is_some() { 1.0 } else { 0.8 }),
        top_k: options.top_k,
        top_p: options.top_p,
    };
    let written = match options.study {
        Some(count) => study(&options, &mut writer, &how, count)?,
        None => write(&options, &mut writer, &how),
    };
    match written {
        // Whoever read us has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.context("failed to write to the terminal"),
    }
}

fn write(options: &Options, writer: &mut Writer, how: &Sampling) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let prime = options.prime.replace("\\n", "\n");
    let names = writer.writes_names();
    for n in 0..options.count.unwrap_or(if names { 10 } else { 1 }) {
        if n > 0 && !names {
            writeln!(out, "\n---")?;
        }
        writer.begin(options.seed.wrapping_add(n));
        writer.prime(&prime);
        write!(out, "{prime}")?;
        for _ in 0..options.length {
            let Some(character) = writer.next(how) else { break };
            write!(out, "{character}")?;
        }
        writeln!(out)?;
    }
    out.flush()
}

fn study(options: &Options, writer: &mut Writer, how: &Sampling, count: usize) -> anyhow::Result<io::Result<()>> {
    anyhow::ensure!(writer.writes_names(), "--study is for models of names; this one writes text");
    let recipe = Recipe::open(&options.model.join("config.toml"))?;
    let file = recipe.corpus.file_name().map(Path::new).unwrap_or(Path::new(""));
    let places = [options.model.join(file), options.model.join("../../data").join(file), file.to_owned()];
    let found = places.iter().find(|place| place.is_file());
    let path = options.corpus.as_ref().or(found).with_context(|| {
        format!("failed to find the corpus `{}` to compare with: say where it is with --corpus", file.display())
    })?;
    let corpus = Corpus::open(path, recipe.reading())?;
    let table = Study::of(writer, &corpus, (count, options.seed), how).table();
    Ok(writeln!(io::stdout(), "At temperature {}, seeds from {} on.\n\n{table}", how.temperature, options.seed))
}
