//! A thread with a small runtime of its own, for calls that come and go beside the director's.

use std::{io, time::Duration};
use tokio::{sync::oneshot, task::JoinSet, time::timeout};

/// How long what is still on its way out may take.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// A task on a thread of its own. Dropping it tells the task to end, and waits for it.
pub(super) struct Room {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Room {
    /// `task` gets to know by its argument that it is to end.
    pub(super) fn open<T: Future<Output = ()>>(
        name: &str,
        task: impl FnOnce(oneshot::Receiver<()>) -> T + Send + 'static,
    ) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let run = move || {
            runtime.block_on(task(stopped));
            // A name that is still being looked up is not waited for.
            runtime.shutdown_timeout(LAST_WORDS);
        };
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run)?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What is still on its way out gets a moment for that.
pub(super) async fn see_off(mut calls: JoinSet<()>) {
    let _ = timeout(LAST_WORDS, async { while calls.join_next().await.is_some() {} }).await;
}
