//! A bot's whole life in order: options, the first heartbeat, and only then what takes time.

use crate::{
    Musebot, heart,
    inbox::Inbox,
    link::Link,
    live,
    options::{Options, Sources},
    render,
    signals::Signals,
};
use anyhow::Context;
use std::{io::IsTerminal, sync::Arc, time::Instant};
use tracing_subscriber::EnvFilter;

/// Plays a bot until it is told off: all that a bot's `main` does.
///
/// # Errors
/// What keeps the bot from playing, fit to be returned from `main`.
pub fn play<B: Musebot>() -> anyhow::Result<()> {
    let began = Instant::now();
    let about = B::about();
    // A wrong flag ends the process here, with what to write instead.
    let options = Options::read(&about, Sources::real()).unwrap_or_else(|e| e.exit());
    log_to_stderr(&options.log);
    let inbox = Arc::new(Inbox::default());
    let signals = Signals::listen(&inbox).context("failed to listen to signals")?;
    // Foreign conductors may send from, and to, any of this machine's addresses.
    let link =
        Link::open(&options.director, options.port, options.by_config_alone).context("failed to open a UDP socket")?;
    let link = Arc::new(link);
    link.introduce(heart::hello(&about, &options.id, link.port(), None));
    heart::start(&link, &options.id, options.by_config_alone).context("failed to start the heartbeat")?;
    link.listen(Arc::clone(&inbox)).context("failed to start listening")?;
    match &options.render {
        Some(folder) => render::render::<B>(&options, folder, &link, &inbox, &signals, began),
        None => live::play::<B>(&options, &link, &inbox, &signals, began),
    }
}

/// Few lines, for the person on stage. Where the director reads them, it adds name and time.
fn log_to_stderr(level: &str) {
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .without_time()
        // Who reads our lines may be gone before us: that is no reason to stop in the middle of a fade.
        .log_internal_errors(false)
        .with_ansi(std::io::stderr().is_terminal());
    // A second bot in the same process (a test) keeps the first one's.
    let _ = log.try_init();
}
