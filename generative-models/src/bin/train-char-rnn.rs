//! `train-char-rnn`: learns from a text or a list of names by a recipe, and shows how it goes.

use anyhow::{Context as _, bail};
use clap::Parser;
use generative_models::{Ending, Event, Precision, Recipe, Summary, Training, ctrl_c};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Learn to write from a text or a list of names.
///
/// A recipe is a TOML file; `corpus = "poems.txt"` is enough of one. With `mode = "names"` it learns names, one a line, instead of
/// running text. The model is a folder: weights, config.toml (every setting, the defaults too), the alphabet, log.csv, curve.png
/// and card.md. What is kept is always the best so far, judged by a part of the corpus that it does not learn from.
#[derive(Parser)]
#[command(after_help = "Examples:
  train-char-rnn configs/models/dinosaurs.toml --export q8 models/dinosaurs
  train-char-rnn --corpus poems.txt --epochs 5
  train-char-rnn configs/models/shakespeare.toml --resume     (after Ctrl-C; goes on bit for bit)

Then:
  sample-char-rnn trained/poems --prime 'Shall I' --temperature 0.8")]
struct Options {
    /// The recipe; without one, the defaults and --corpus.
    #[arg(required_unless_present = "corpus")]
    recipe: Option<PathBuf>,
    /// Learn from this file instead of the recipe's.
    #[arg(long, value_name = "FILE")]
    corpus: Option<PathBuf>,
    /// The model's folder [default: trained/NAME-OF-THE-RECIPE].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Go on where the training in the folder stopped.
    #[arg(long)]
    resume: bool,
    /// Times through the corpus, instead of the recipe's length.
    #[arg(long, value_name = "N", conflicts_with = "iterations")]
    epochs: Option<f64>,
    /// Batches in all, instead of the recipe's length.
    #[arg(long, value_name = "N")]
    iterations: Option<u64>,
    /// Another seed than the recipe's.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Processor threads [default: the recipe's, or all]. The result does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1024))]
    threads: Option<u64>,
    /// Stop after so many iterations, as Ctrl-C would.
    #[arg(long, value_name = "N")]
    pause_after: Option<u64>,
    /// At the end, write the model also in fewer bits (f32, f16 or q8) into a folder, and measure what they cost.
    #[arg(long, num_args = 2, value_names = ["BITS", "DIR"])]
    export: Option<Vec<String>>,
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
    let export = options.export.as_deref().map(export).transpose()?;
    let mut recipe = recipe(&options)?;
    let folder = options.out.clone().unwrap_or_else(|| Path::new("trained").join(name(&options)));
    let corpus = corpus(&options, &recipe);
    if options.corpus.is_some() {
        recipe.corpus.clone_from(&corpus);
    }
    use_threads(options.threads.map(|n| n as usize).or(recipe.threads))?;

    let mut training = if options.resume {
        Training::resume(recipe, &corpus, &folder)?
    } else {
        Training::begin(recipe, &corpus, &folder)?
    };
    let (done, length) = training.progress();
    let place = folder.display();
    eprintln!(
        "{} characters of {} kinds · {} parameters · {length} iterations ({} an epoch) · {place}",
        training.corpus().characters(),
        training.corpus().vocab().len(),
        training.parameters(),
        training.epoch(),
    );
    let stopped = ctrl_c::flag().context("failed to listen for Ctrl-C")?;
    let mut screen = Screen::new(done, length);
    let pause = options.pause_after.map(|n| done + n);
    let ending = training.run(
        &mut |iteration| stopped.load(Ordering::Relaxed) || pause.is_some_and(|pause| iteration >= pause),
        &mut |event| screen.show(&event),
    )?;
    screen.bar.finish_and_clear();
    match (ending, training.best()) {
        (Ending::Stopped, Some((nats, at))) => eprintln!(
            "stopped at iteration {} of {length}; the best, {nats:.4} at iteration {at}, is in {place}; --resume goes on",
            training.progress().0
        ),
        (Ending::Stopped, None) => eprintln!(
            "stopped at iteration {} of {length}, before it was judged; what there is is in {place}; --resume goes on",
            training.progress().0
        ),
        (Ending::NoBetter, _) => eprintln!("no better for as long as its patience lasts: it stops here"),
        (Ending::Finished, _) => {}
    }
    report(&place.to_string(), &training.finish()?)?;
    if let Some((precision, folder)) = export {
        if ending == Ending::Stopped {
            bail!("nothing was exported: the training is not at its end");
        }
        report(&folder.display().to_string(), &training.export(&folder, precision)?)?;
    }
    Ok(())
}

fn recipe(options: &Options) -> anyhow::Result<Recipe> {
    let mut recipe = match &options.recipe {
        Some(path) => Recipe::open(path).with_context(|| format!("in {}", path.display()))?,
        None => Recipe::new(options.corpus.clone().unwrap_or_default()),
    };
    if options.epochs.is_some() || options.iterations.is_some() {
        (recipe.epochs, recipe.iterations) = (options.epochs, options.iterations);
    }
    recipe.seed = options.seed.unwrap_or(recipe.seed);
    recipe.check()?;
    Ok(recipe)
}

/// A relative path in a recipe counts from the recipe's folder, one on the command line from here.
fn corpus(options: &Options, recipe: &Recipe) -> PathBuf {
    match (&options.corpus, &options.recipe) {
        (Some(corpus), _) => corpus.clone(),
        (None, Some(path)) => path.parent().unwrap_or(Path::new("")).join(&recipe.corpus),
        (None, None) => recipe.corpus.clone(),
    }
}

fn name(options: &Options) -> PathBuf {
    let named = options.recipe.as_ref().or(options.corpus.as_ref()).and_then(|path| path.file_stem());
    named.unwrap_or_default().into()
}

fn export(words: &[String]) -> anyhow::Result<(Precision, PathBuf)> {
    let [bits, folder] = words else { bail!("--export takes the bits and a folder") };
    let precision = match bits.as_str() {
        "f32" => Precision::F32,
        "f16" => Precision::F16,
        "q8" => Precision::Q8,
        other => bail!("--export knows f32, f16 and q8, not `{other}`"),
    };
    Ok((precision, folder.into()))
}

/// Without this variable, candle asks the system for the number of processors at every product. It has to be there before the
/// process begins, so the program starts itself again with it.
fn use_threads(wanted: Option<usize>) -> anyhow::Result<()> {
    const VARIABLE: &str = "RAYON_NUM_THREADS";
    let set = std::env::var(VARIABLE).ok().and_then(|n| n.parse::<usize>().ok()).filter(|n| *n > 0);
    let threads = wanted.or(set).unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    if set == Some(threads) {
        return Ok(());
    }
    let program = std::env::current_exe().context("failed to find this program, to start it with its threads")?;
    let mut again = Command::new(program);
    again.args(std::env::args_os().skip(1)).env(VARIABLE, threads.to_string());
    #[cfg(unix)]
    let error = std::os::unix::process::CommandExt::exec(&mut again);
    #[cfg(not(unix))]
    let error = match again.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    };
    Err(error).context("failed to start with the threads that were asked for")
}

/// What is seen of a training.
struct Screen {
    bar: ProgressBar,
    nats: Option<f64>,
    characters: f64,
    learning: Duration,
    last: Option<Instant>,
    shown: Instant,
}

impl Screen {
    fn new(done: u64, length: u64) -> Self {
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} · {msg} · {eta} left");
        let bar = ProgressBar::new(length).with_position(done);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.reset_eta();
        Self { bar, nats: None, characters: 0.0, learning: Duration::ZERO, last: None, shown: Instant::now() }
    }

    fn speed(&self) -> f64 {
        self.characters / self.learning.as_secs_f64().max(1e-9)
    }

    fn show(&mut self, event: &Event<'_>) {
        match event {
            Event::Learnt { iteration, nats, characters } => {
                let now = Instant::now();
                if let Some(last) = self.last {
                    self.learning += now - last;
                    self.characters += *characters as f64;
                }
                self.last = Some(now);
                let smooth = self.nats.map_or(*nats, |before| 0.98 * before + 0.02 * nats);
                self.nats = Some(smooth);
                if now - self.shown > Duration::from_millis(100) {
                    self.shown = now;
                    self.bar.set_position(*iteration);
                    self.bar.set_message(format!("loss {smooth:.3} · {} characters/s", thousands(self.speed())));
                }
            }
            Event::Validated { point, best } => {
                // Judging is not learning.
                self.last = None;
                let line = format!(
                    "{:>8} · epoch {:.2} · loss {:.4}, of what it does not know {:.4}{} · {} characters/s",
                    point.iteration,
                    point.epoch,
                    point.train,
                    point.valid,
                    if *best { " (best)" } else { "" },
                    thousands(self.speed()),
                );
                self.bar.suspend(|| eprintln!("{line}"));
            }
            Event::Sample(text) => {
                self.bar.suspend(|| eprintln!("         │ {}", text.trim_end().replace('\n', "\n         │ ")));
            }
        }
    }
}

fn thousands(number: f64) -> String {
    if number < 1e4 { format!("{number:.0}") } else { format!("{:.0} thousand", number / 1e3) }
}

fn report(folder: &str, summary: &Summary) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    write!(out, "{folder}: {:.4} nats per character", summary.valid)?;
    if let Some(shrunk) = summary.shrunk {
        write!(out, ", in fewer bits {shrunk:.4} ({:+.2} %)", 100.0 * (shrunk / summary.valid - 1.0))?;
    }
    if let Some(test) = summary.test {
        write!(out, ", test {test:.4}")?;
    }
    for baseline in &summary.baselines {
        write!(out, " · {}-grams {:.4}", baseline.order, baseline.valid)?;
    }
    writeln!(out)?;
    Ok(())
}
