//! One task for each child: start it, log what it prints under its name, wait for its end.
//!
//! Decides nothing: what a death means is the director's business. All tasks run on the main
//! thread, because the death signal of a child is tied to the thread that spawned it.

use crate::{
    ensemble::{BotEntry, Ensemble},
    event::Exit,
    launch::{self, Terms},
    ports::Ports,
};
use rustix::process::{Pid, Signal, kill_process_group};
use std::{
    cell::RefCell,
    collections::{HashMap, VecDeque},
    os::unix::process::ExitStatusExt,
    process::ExitStatus,
    rc::Rc,
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    sync::mpsc,
};

/// What became of a child.
#[derive(Debug)]
pub enum News {
    /// It runs.
    Launched(Arc<str>, u16),
    /// It cannot be started.
    NotLaunched(Arc<str>, String),
    /// It has ended: how, and the last lines it printed.
    Exited(Arc<str>, Exit, Vec<String>),
}

/// Lines of a child's output that are kept for its card.
const LAST_LINES: usize = 20;
/// A longer line is cut.
const LONGEST_LINE: usize = 2048;
/// More lines than this in a second are counted, not shown.
const MOST_LINES_A_SECOND: u32 = 50;
/// What a child printed may be on its way still when it has ended.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// The last lines that a child has printed.
type Lines = Rc<RefCell<VecDeque<String>>>;

/// One that runs.
struct Child {
    group: Pid,
    lines: Lines,
}

/// Starts and ends children.
pub struct Supervisor {
    terms: Terms,
    ports: Rc<Ports>,
    children: Rc<RefCell<HashMap<Arc<str>, Child>>>,
    news: mpsc::UnboundedSender<News>,
}

impl Supervisor {
    /// A supervisor whose news arrive at the receiver. (The channel holds at most a few items
    /// for each child, so it needs no bound.)
    #[must_use]
    pub fn new(terms: Terms, ports: Ports) -> (Self, mpsc::UnboundedReceiver<News>) {
        let (news, receiver) = mpsc::unbounded_channel();
        (Self { terms, ports: Rc::new(ports), children: Rc::default(), news }, receiver)
    }

    /// Starts a bot.
    pub fn launch(&self, name: Arc<str>, ensemble: &Ensemble, bot: &BotEntry) {
        let not = |reason: String| {
            let _ = self.news.send(News::NotLaunched(name.clone(), reason));
        };
        let port = match self.ports.allot() {
            Ok(port) => port,
            Err(e) => return not(e.to_string()),
        };
        let mut command = match launch::prepare(ensemble, bot, port.number, &self.terms) {
            Ok(command) => command,
            Err(reason) => return not(reason),
        };
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(e) => {
                let program = command.as_std().get_program().to_string_lossy().into_owned();
                // The file was found a moment ago: what is missing is what it wants to be run by.
                let hint = match e.kind() {
                    std::io::ErrorKind::NotFound => " (its first line names an interpreter that is not there)",
                    _ => "",
                };
                return not(format!("failed to run {program}: {e}{hint}"));
            }
        };
        let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let lines = Lines::default();
        if let Some(pid) = pid {
            let child = Child { group: pid, lines: lines.clone() };
            self.children.borrow_mut().insert(name.clone(), child);
        }
        let _ = self.news.send(News::Launched(name.clone(), port.number));
        let readers = [
            child.stdout.take().map(|out| tokio::task::spawn_local(read(name.clone(), out, lines.clone()))),
            child.stderr.take().map(|err| tokio::task::spawn_local(read(name.clone(), err, lines.clone()))),
        ];
        let (children, news) = (self.children.clone(), self.news.clone());
        tokio::task::spawn_local(async move {
            let status = child.wait().await;
            children.borrow_mut().remove(&name);
            // Whatever it started itself goes with it.
            if let Some(pid) = pid {
                let _ = kill_process_group(pid, Signal::KILL);
            }
            for reader in readers.into_iter().flatten() {
                let _ = tokio::time::timeout(LAST_WORDS, reader).await;
            }
            drop(port);
            let exit = status.map_or(Exit::Code(-1), exit);
            let lines = lines.borrow_mut().drain(..).collect();
            let _ = news.send(News::Exited(name, exit, lines));
        });
    }

    /// Sends a signal to a bot's process group, if it runs.
    pub fn signal(&self, name: &str, kill: bool) {
        if let Some(child) = self.children.borrow().get(name) {
            let _ = kill_process_group(child.group, if kill { Signal::KILL } else { Signal::TERM });
        }
    }

    /// What a bot that runs has printed last.
    #[must_use]
    pub fn last_lines(&self, name: &str) -> Vec<String> {
        self.children.borrow().get(name).map(|c| c.lines.borrow().iter().cloned().collect()).unwrap_or_default()
    }

    /// Whether any child runs.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.children.borrow().is_empty()
    }
}

impl Drop for Supervisor {
    /// However the director leaves, nobody is left behind.
    fn drop(&mut self) {
        for child in self.children.borrow().values() {
            let _ = kill_process_group(child.group, Signal::KILL);
        }
    }
}

fn exit(status: ExitStatus) -> Exit {
    match (status.code(), status.signal()) {
        (Some(code), _) => Exit::Code(code),
        (None, Some(signal)) => Exit::Signal(signal),
        (None, None) => Exit::Code(-1),
    }
}

/// Logs one line of a child; bots that say how serious it is are taken at their word.
fn log(name: &str, text: &str) {
    match text.trim_start().split_once(' ') {
        Some(("ERROR", rest)) => tracing::error!("{name}: {rest}"),
        Some(("WARN", rest)) => tracing::warn!("{name}: {rest}"),
        Some(("INFO", rest)) => tracing::info!("{name}: {rest}"),
        Some(("DEBUG" | "TRACE", rest)) => tracing::debug!("{name}: {rest}"),
        _ => tracing::info!("{name}: {text}"),
    }
}

/// Logs a child's output line by line, and keeps the last lines.
async fn read(name: Arc<str>, mut from: impl AsyncRead + Unpin, last: Lines) {
    let mut buffer = [0_u8; 4096];
    let mut line = Vec::new();
    let mut second = tokio::time::Instant::now();
    let mut shown = 0;
    let mut hidden = 0;
    let mut finish = |line: &mut Vec<u8>| {
        // Nobody's terminal is to be driven by what a bot prints.
        let text: String =
            String::from_utf8_lossy(line).trim_end().chars().filter(|c| !c.is_control() || *c == '\t').collect();
        line.clear();
        if text.is_empty() {
            return;
        }
        if second.elapsed() >= Duration::from_secs(1) {
            if hidden > 0 {
                tracing::warn!("{name}: … and {hidden} lines more");
            }
            (second, shown, hidden) = (tokio::time::Instant::now(), 0, 0);
        }
        if shown < MOST_LINES_A_SECOND {
            shown += 1;
            log(&name, &text);
        } else {
            hidden += 1;
        }
        let mut last = last.borrow_mut();
        if last.len() == LAST_LINES {
            last.pop_front();
        }
        last.push_back(text);
    };
    while let Ok(n @ 1..) = from.read(&mut buffer).await {
        for byte in &buffer[..n] {
            match byte {
                b'\n' => finish(&mut line),
                byte if line.len() < LONGEST_LINE => line.push(*byte),
                _ => {}
            }
        }
        // A child that prints without end gets its turn like everybody else.
        tokio::task::yield_now().await;
    }
    finish(&mut line);
}
