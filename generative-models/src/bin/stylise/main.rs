//! `stylise CONTENT STYLE… -o OUT.png`: paints a picture in the style of others.

mod fast;
mod features;
mod figure;
mod inputs;
mod memory;
mod options;
mod outputs;
mod paint;
mod screen;
mod weighted;

use anyhow::Context as _;
use clap::Parser as _;
use options::{Job, Options};
use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        // Without the backtrace that `main` would add where RUST_BACKTRACE is set.
        Err(error) => {
            say(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> anyhow::Result<()> {
    if let Some(threads) = options.threads {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads as usize);
        pool.build_global().context("failed to start with the threads that were asked for")?;
    }
    match options.job()? {
        Job::List => fast::list(),
        Job::Fast { content, styles } => fast::paint(options, &content, &styles),
        Job::Figure { content, style } => figure::draw(options, &content, &style),
        Job::Paint { content, styles } => paint::paint(options, content.as_deref(), &styles),
    }
}

/// Tells somebody who looks on, on the standard error; where nobody does, the work goes on all the same.
fn say(what: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "{what}");
}
