//! What comes before the first note of `play` and `render` alike: the file with its warnings,
//! the seed, and the thread that all happens on.

use crate::{
    ensemble::{Ensemble, Faults},
    screen,
};
use anyhow::Context;
use musebot_protocol::Tempo;
use std::{
    hash::{BuildHasher, RandomState},
    io::Write,
    net::SocketAddr,
    path::Path,
};

/// Reads an ensemble file, shows what is odd about it, and lets the command line have its way.
///
/// # Errors
/// When it cannot be read or has faults.
pub fn ensemble(file: &Path, tempo: Option<Tempo>) -> anyhow::Result<Ensemble> {
    let mut ensemble = Ensemble::load(file)?;
    show(&ensemble.warnings);
    ensemble.tempo = tempo.unwrap_or(ensemble.tempo);
    Ok(ensemble)
}

/// Shows what is odd about a file. It says itself that these are warnings.
pub fn show(warnings: &Faults) {
    if !warnings.is_empty() && tracing::enabled!(tracing::Level::WARN) {
        // The log takes whatever it is given; who does not read it is no reason not to play.
        let _ = screen::Log.write_all(format!("{}\n", warnings.to_string().trim_end()).as_bytes());
    }
}

/// The seed that was asked for, else the file's, else one that nobody has chosen.
#[must_use]
pub fn seed(asked: Option<u64>, ensemble: &Ensemble) -> u64 {
    draw(asked.or(ensemble.seed))
}

/// The seed that was chosen, else one by chance, small enough to be read off the screen and typed again.
#[must_use]
pub fn draw(chosen: Option<u64>) -> u64 {
    chosen.unwrap_or_else(|| RandomState::new().hash_one(std::process::id()) % 1_000_000)
}

/// Says what is going to be played.
pub fn announce(ensemble: &Ensemble, seed: u64) {
    let who: Vec<_> = ensemble.bots.iter().map(|b| b.id.as_str()).collect();
    tracing::info!(
        "{}: {} at {} bpm in {} {}, {}, seed {seed} (Ctrl-C ends it)",
        ensemble.name,
        if who.is_empty() { "guests".to_owned() } else { who.join(", ") },
        ensemble.tempo,
        ensemble.key,
        ensemble.mode,
        ensemble.style,
    );
}

/// Says where we listen, when the system chose the port and nobody else can know.
pub fn announce_ports(address: SocketAddr, control: u16) {
    tracing::info!("listening on {address}, control port {control}");
}

/// Runs a task on the main thread, which lives as long as the director: children are bound to it.
///
/// # Errors
/// What the task says, or when there is no runtime to be had.
pub fn on_this_thread<T>(task: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("failed to start the runtime")?;
    tokio::task::LocalSet::new().block_on(&runtime, task)
}
