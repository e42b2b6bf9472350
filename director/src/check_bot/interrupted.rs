//! Ctrl-C in the middle of an examination: no bot is left behind.

use super::process;
use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};

/// Listens to the signals that end us, from now on.
///
/// # Errors
/// When that cannot be had: then nothing should be launched.
pub(crate) fn listen() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .context("failed to begin listening to signals")?;
    let wait = move || {
        runtime.block_on(async {
            let Ok((mut interrupt, mut terminate, mut hang_up)) = (|| -> std::io::Result<_> {
                Ok((signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?, signal(SignalKind::hangup())?))
            })() else {
                return;
            };
            let code = tokio::select! {
                _ = interrupt.recv() => 130,
                _ = terminate.recv() => 143,
                _ = hang_up.recv() => 129,
            };
            process::end_all();
            std::process::exit(code);
        });
    };
    std::thread::Builder::new().name("signals".into()).spawn(wait).context("failed to begin listening to signals")?;
    Ok(())
}
