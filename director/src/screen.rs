//! Everything that goes to the terminal while we run goes through one thread, so that a terminal
//! that stands still (Ctrl-S, a stuck connection) holds up nobody: what has no room is left out.

use crate::status::{Status, columns};
use std::{
    io::{self, Write},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    time::Duration,
};

/// Lines that may wait for the terminal.
const ROOM: usize = 512;

/// How long the end of the program waits for a terminal.
const PATIENCE: Duration = Duration::from_secs(1);

enum Job {
    /// A line of the log, for stderr.
    Log(Vec<u8>),
    /// The status line, for stdout.
    Status(Status),
    /// Leave the status line standing and go below it.
    Below,
    /// Say when all before this has been written.
    Drain(SyncSender<()>),
}

/// Lines of the log so far.
static LOGGED: AtomicU64 = AtomicU64::new(0);

static SCREEN: OnceLock<Option<SyncSender<Job>>> = OnceLock::new();

fn screen() -> Option<&'static SyncSender<Job>> {
    SCREEN
        .get_or_init(|| {
            let (jobs, inbox) = sync_channel(ROOM);
            std::thread::Builder::new().name("screen".into()).spawn(move || show(&inbox)).ok().map(|_| jobs)
        })
        .as_ref()
}

fn show(inbox: &Receiver<Job>) {
    // Columns that the status line takes up now; the log wipes them before it writes. A terminal
    // that is gone is no reason to stop, so nothing here looks at errors.
    let mut drawn = 0;
    for job in inbox {
        let mut out = io::stdout();
        match job {
            Job::Log(line) => {
                if drawn > 0 {
                    let _ = write!(out, "\r{:drawn$}\r", "");
                    let _ = out.flush();
                    drawn = 0;
                }
                let _ = io::stderr().write_all(&line);
            }
            Job::Status(status) => {
                let size = rustix::termios::tcgetwinsize(io::stdout());
                let most = size.map_or(80, |size| usize::from(size.ws_col).max(20));
                let line = status.in_columns(most - 1);
                let width = columns(&line);
                let wipe = drawn.saturating_sub(width);
                let _ = write!(out, "\r{line}{:wipe$}", "");
                let _ = out.flush();
                drawn = width;
            }
            Job::Below => {
                if std::mem::take(&mut drawn) > 0 {
                    let _ = writeln!(out);
                }
            }
            Job::Drain(done) => {
                let _ = done.try_send(());
            }
        }
    }
}

/// Shows the status line in place of the last one. Never waits.
pub fn status(status: Status) {
    let _ = screen().map(|s| s.try_send(Job::Status(status)));
}

/// Leaves the status line standing and goes below it. Never waits.
pub fn below() {
    let _ = screen().map(|s| s.try_send(Job::Below));
}

/// Waits until everything has been written, but not for ever.
pub fn drain() {
    let (done, wait) = sync_channel(1);
    if screen().is_some_and(|s| s.try_send(Job::Drain(done)).is_ok()) {
        let _ = wait.recv_timeout(PATIENCE);
    }
}

/// How many lines the log has had so far; what had no room is none.
#[must_use]
pub fn logged() -> u64 {
    LOGGED.load(Relaxed)
}

/// Where the log is written: stderr, with the status line out of the way. Never waits.
#[derive(Debug, Clone, Copy)]
pub struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match screen() {
            Some(screen) => {
                if screen.try_send(Job::Log(bytes.to_vec())).is_ok() {
                    LOGGED.fetch_add(1, Relaxed);
                }
                Ok(bytes.len())
            }
            None => io::stderr().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
