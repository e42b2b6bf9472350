//! Asks the audio system something without its libraries writing to the terminal.

/// Runs `ask` on a thread of its own, where libasound keeps its complaints to itself; they go
/// to the log at debug level instead.
#[cfg(target_os = "linux")]
pub(crate) fn quietly<T: Send>(ask: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| {
            // The handler is the thread's own, and goes with it.
            let complaints = alsa::Output::local_error_handler();
            let answer = ask();
            if let Ok(complaints) = complaints {
                let text = complaints.borrow().to_string();
                if !text.trim().is_empty() {
                    tracing::debug!("libasound: {}", text.trim());
                }
            }
            answer
        });
        asking.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Elsewhere the libraries are quiet by themselves.
#[cfg(not(target_os = "linux"))]
pub(crate) fn quietly<T: Send>(ask: impl FnOnce() -> T + Send) -> T {
    ask()
}
