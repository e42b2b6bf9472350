//! A thread with a socket of its own, for what has to be answered at once.

use crate::clock_thread::realtime;
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread::JoinHandle,
    time::Duration,
};

/// Below the clock's priority (50) and what makes sound (40).
const PRIORITY: u8 = 30;
/// An error of a socket that may last is waited for.
const TROUBLE: Duration = Duration::from_millis(20);

/// A thread that ends when it is dropped.
pub(super) struct Thread {
    stop: Arc<AtomicBool>,
    realtime: Arc<AtomicBool>,
    running: Option<JoinHandle<()>>,
}

impl Thread {
    /// `run` returns soon after what it is given has become true.
    pub(super) fn start(name: &str, run: impl FnOnce(&AtomicBool) + Send + 'static) -> io::Result<Self> {
        let (stop, granted) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (stopped, told) = (stop.clone(), granted.clone());
        let running = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            told.store(realtime::priority(PRIORITY), Relaxed);
            run(&stopped);
        })?;
        Ok(Self { stop, realtime: granted, running: Some(running) })
    }

    /// Whether it runs with real-time priority.
    pub(super) fn is_realtime(&self) -> bool {
        self.realtime.load(Relaxed)
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
        if let Some(running) = self.running.take() {
            let _ = running.join();
        }
    }
}

/// That nothing came is none; what else there is may be there again at once.
pub(super) fn trouble(error: &io::Error) {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    if !matches!(error.kind(), Interrupted | TimedOut | WouldBlock) {
        std::thread::sleep(TROUBLE);
    }
}
