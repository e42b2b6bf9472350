//! A thread that opens what may take its time to open (a port, a device), and tries again every
//! second until it is there: whoever plays never waits for it.

use std::{
    io,
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    time::Duration,
};

/// From one attempt to the next.
const AGAIN: Duration = Duration::from_secs(1);

/// The door to one thing. Closing it (dropping it) ends the thread as soon as it gets to know.
pub(crate) struct Door<T> {
    asks: SyncSender<Option<T>>,
    opened: Receiver<T>,
}

impl<T: Send + 'static> Door<T> {
    /// `open` gets what is to be put away first, if anything is, and opens the thing anew. Why
    /// that fails is told to `fails`, once for each reason.
    ///
    /// # Errors
    /// When the system gives us no thread.
    pub(crate) fn new(
        mut open: impl FnMut(Option<T>) -> Result<T, String> + Send + 'static,
        mut fails: impl FnMut(&str) + Send + 'static,
    ) -> io::Result<Self> {
        let (asks, asked) = sync_channel::<Option<T>>(1);
        let (give, opened) = sync_channel(1);
        std::thread::Builder::new().name("door".into()).spawn(move || {
            while let Ok(mut old) = asked.recv() {
                let mut reason = String::new();
                let thing = loop {
                    match open(old.take()) {
                        Ok(thing) => break thing,
                        Err(why) if why == reason => {}
                        Err(why) => {
                            fails(&why);
                            reason = why;
                        }
                    }
                    match asked.recv_timeout(AGAIN) {
                        Err(RecvTimeoutError::Disconnected) => return,
                        Err(RecvTimeoutError::Timeout) => {}
                        Ok(another) => old = another,
                    }
                };
                if give.send(thing).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { asks, opened })
    }

    /// Asks for it to be opened, and for the old one to be put away.
    pub(crate) fn ask(&self, old: Option<T>) {
        // There is room for one, and nobody asks twice without having been answered.
        let _ = self.asks.try_send(old);
    }

    /// The thing, once after each time it was opened.
    pub(crate) fn take(&self) -> Option<T> {
        self.opened.try_recv().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::{Arc, Mutex},
        time::Instant,
    };

    fn taken(door: &Door<u32>) -> u32 {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            if let Some(thing) = door.take() {
                return thing;
            }
            assert!(Instant::now() < deadline, "it never opens");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    #[test]
    fn it_tries_until_it_opens_says_each_reason_once_and_puts_the_old_one_away() {
        let said = Arc::new(Mutex::new(Vec::new()));
        let (saying, mut attempts) = (Arc::clone(&said), 0);
        let open = move |old: Option<u32>| {
            attempts += 1;
            match attempts {
                1 | 3 | 4 => {
                    Err(format!("it is not there ({})", old.map_or("nothing to put away".into(), |n| n.to_string())))
                }
                _ => Ok(attempts),
            }
        };
        let door = Door::new(open, move |why| saying.lock().unwrap().push(why.to_owned())).unwrap();
        assert_eq!(door.take(), None, "nobody has asked");
        door.ask(None);
        assert_eq!(taken(&door), 2);
        door.ask(Some(2));
        assert_eq!(taken(&door), 5);
        assert_eq!(
            *said.lock().unwrap(),
            ["it is not there (nothing to put away)", "it is not there (2)", "it is not there (nothing to put away)"]
        );
    }
}
