//! One launched bot: a process group of its own that always ends with this, whatever happens to us.

use crate::{event::Exit, launch};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use std::{
    collections::VecDeque,
    io::{self, BufRead, BufReader, Read},
    os::unix::process::{CommandExt, ExitStatusExt},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The last lines that are kept of what a bot prints.
const LINES: usize = 8;
/// The longest line that is kept, in bytes.
const LINE: u64 = 400;
/// A script that ends so long before the last of its group takes the bot's exit code with it.
const TOGETHER: Duration = Duration::from_millis(150);

/// A running bot.
pub(crate) struct Process {
    child: Child,
    group: Pid,
    /// When and how the process that we started ended; what it started may live on.
    returned: Option<(Instant, Exit)>,
    gone: Option<Exit>,
    lines: Arc<Mutex<VecDeque<String>>>,
}

/// The groups that live, so that Ctrl-C ends them too. Nothing is started after that.
static GROUPS: Mutex<Groups> = Mutex::new(Groups { living: Vec::new(), closed: false });

struct Groups {
    living: Vec<Pid>,
    closed: bool,
}

/// Ends all bots by force. None can be started any more.
pub(crate) fn end_all() {
    let mut groups = GROUPS.lock().unwrap_or_else(PoisonError::into_inner);
    groups.closed = true;
    for group in groups.living.drain(..) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

impl Process {
    /// Starts it.
    pub(crate) fn start(mut command: Command) -> io::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        launch::die_with_us(&mut command);
        let mut groups = GROUPS.lock().unwrap_or_else(PoisonError::into_inner);
        if groups.closed {
            return Err(io::Error::other("we are being ended"));
        }
        let mut child = command.spawn()?;
        let group = Pid::from_child(&child);
        groups.living.push(group);
        drop(groups);
        let lines = Arc::default();
        if let Some(out) = child.stdout.take() {
            keep_lines(out, &lines);
        }
        if let Some(err) = child.stderr.take() {
            keep_lines(err, &lines);
        }
        Ok(Self { child, group, returned: None, gone: None, lines })
    }

    /// How it ended, once it and all that it started are gone.
    pub(crate) fn gone(&mut self) -> Option<Exit> {
        if self.returned.is_none()
            && let Ok(Some(status)) = self.child.try_wait()
        {
            let exit = match (status.code(), status.signal()) {
                (Some(code), _) => Exit::Code(code),
                (None, Some(signal)) => Exit::Signal(signal),
                (None, None) => Exit::Unknown,
            };
            self.returned = Some((Instant::now(), exit));
        }
        let (at, exit) = self.returned.clone()?;
        if self.gone.is_none() && test_kill_process_group(self.group).is_err() {
            self.gone = Some(if at.elapsed() < TOGETHER { exit } else { Exit::Unknown });
        }
        self.gone.clone()
    }

    /// When and how the script that we started has ended, though the bot may live.
    pub(crate) fn returned(&self) -> Option<(Instant, Exit)> {
        self.returned.clone()
    }

    /// What it printed last.
    pub(crate) fn last_lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = kill_process_group(self.group, Signal::KILL);
        let _ = self.child.kill();
        let _ = self.child.wait();
        GROUPS.lock().unwrap_or_else(PoisonError::into_inner).living.retain(|group| *group != self.group);
    }
}

/// Reads to the end, so that the bot is never held up by a full pipe, and keeps the last of it.
fn keep_lines(from: impl Read + Send + 'static, lines: &Arc<Mutex<VecDeque<String>>>) {
    let lines = Arc::clone(lines);
    let read = move || {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        while from.by_ref().take(LINE).read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            let text: String = String::from_utf8_lossy(&line).chars().filter(|c| !c.is_control()).collect();
            line.clear();
            let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
            if !text.trim().is_empty() {
                lines.push_back(text);
            }
            if lines.len() > LINES {
                lines.pop_front();
            }
        }
    };
    // Without the thread its lines are lost; a bot that prints much would then stand still, and fail.
    let _ = std::thread::Builder::new().name("lines".into()).spawn(read);
}
