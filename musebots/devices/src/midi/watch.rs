//! A thread that looks every now and then, because the system says nothing by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread::{Builder, JoinHandle, Thread, park_timeout};
use std::time::Duration;

/// Between two looks. A device that was unplugged is noticed within this.
const BETWEEN: Duration = Duration::from_millis(500);

/// The watching thread. Ends with this.
pub(crate) struct Watch {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Looks now, twice a second, and whenever it is nudged. No thread to be had: nobody looks.
    pub(crate) fn new(mut look: impl FnMut() + Send + 'static) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&over);
        let watching = move || {
            while !ends.load(SeqCst) {
                look();
                park_timeout(BETWEEN);
            }
        };
        Self { over, thread: Builder::new().name("midi watch".to_owned()).spawn(watching).ok() }
    }

    /// What makes it look at once.
    pub(crate) fn thread(&self) -> Option<Thread> {
        self.thread.as_ref().map(|thread| thread.thread().clone())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.over.store(true, SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}
