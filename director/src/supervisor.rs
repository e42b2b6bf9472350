//! One task for each child: start it, log what it prints under its name, wait for its end. Of a musebot
//! folder the child is a script, which may end well before its bot: then the end of its process group counts.
//!
//! Decides nothing: what a death means is the director's business. All tasks run on the main
//! thread, because the death signal of a child is tied to the thread that spawned it.

mod output;

use crate::{
    death::LastWords,
    ensemble::{BotEntry, Ensemble, Program},
    event::Exit,
    jack,
    launch::{self, Prepared, Tenancy, Terms},
    musebot_folder::Manners,
    ports::{Port, Ports},
    screen,
};
use musebot_protocol::BotId;
use output::{Lines, just_shown, read};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use std::{
    cell::RefCell,
    collections::HashMap,
    os::unix::process::ExitStatusExt,
    process::ExitStatus,
    rc::{Rc, Weak},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// What became of a child.
#[derive(Debug)]
pub enum News {
    /// It runs: on which port, and how it wants to be treated if it is a musebot folder.
    Launched(Arc<str>, u16, Option<Manners>),
    /// It cannot be started.
    NotLaunched(Arc<str>, String),
    /// It has ended: how, and the last lines it printed.
    Exited(Arc<str>, Exit, LastWords),
}

/// What a child printed may be on its way still when it has ended.
const LAST_WORDS: Duration = Duration::from_millis(300);
/// How often we look whether what a script has started still runs.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// From SIGTERM to SIGKILL for what one that has died has left behind.
const LAST_GRACE: Duration = Duration::from_secs(2);
/// Nothing runs so long after its SIGKILL. What is still there has nobody who takes note of its
/// end, as in a container whose first process does not care.
const CERTAINLY_DEAD: Duration = Duration::from_secs(1);

/// One that runs.
struct Child {
    group: Pid,
    lines: Lines,
    /// When it got its SIGKILL.
    killed: Option<Instant>,
}

/// What a bot holds while it is here: nobody else is given it.
struct Lease {
    _port: Port,
    _tenancy: Option<Tenancy>,
}

/// Starts and ends children.
pub struct Supervisor(Rc<House>);

/// What all tasks share; they do not keep it alive.
struct House {
    terms: Terms,
    ports: Ports,
    children: RefCell<HashMap<Arc<str>, Child>>,
    /// Of those whose scripts have ended; the director says when they have gone.
    leases: RefCell<HashMap<Arc<str>, Lease>>,
    /// Folders are made ready one after the other, in the order of the file.
    making_ready: Rc<tokio::sync::Mutex<()>>,
    news: mpsc::UnboundedSender<News>,
}

impl Supervisor {
    /// A supervisor whose news arrive at the receiver. (The channel holds at most a few items
    /// for each child, so it needs no bound.)
    #[must_use]
    pub fn new(terms: Terms, ports: Ports) -> (Self, mpsc::UnboundedReceiver<News>) {
        let (news, receiver) = mpsc::unbounded_channel();
        let (children, leases) = Default::default();
        let house = House { terms, ports, children, leases, making_ready: Rc::default(), news };
        (Self(Rc::new(house)), receiver)
    }

    /// Starts a bot. What it needs first is done in a task if it may take time.
    pub fn launch(&self, name: Arc<str>, ensemble: &Ensemble, bot: &BotEntry) {
        self.release(&name);
        let port = match self.0.ports.allot() {
            Ok(port) => port,
            Err(e) => return self.tell(News::NotLaunched(name, e.to_string())),
        };
        if !matches!(bot.program, Program::Folder(_)) {
            return match launch::prepare(ensemble, bot, port.number, &self.0.terms) {
                Ok(prepared) => self.run(name, port, prepared),
                Err(reason) => self.tell(News::NotLaunched(name, reason)),
            };
        }
        let (house, making_ready) = (Rc::downgrade(&self.0), self.0.making_ready.clone());
        let (number, terms) = (port.number, self.0.terms.clone());
        let (ensemble, bot) = (ensemble.clone(), bot.clone());
        tokio::task::spawn_local(async move {
            let turn = making_ready.lock().await;
            let ready = tokio::task::spawn_blocking(move || launch::prepare(&ensemble, &bot, number, &terms)).await;
            drop(turn);
            let Some(this) = house.upgrade().map(Self) else { return };
            match ready.unwrap_or_else(|e| Err(format!("its folder could not be made ready: {e}"))) {
                Ok(prepared) => this.run(name, port, prepared),
                Err(reason) => this.tell(News::NotLaunched(name, reason)),
            }
        });
    }

    /// Runs what is ready.
    fn run(&self, name: Arc<str>, port: Port, prepared: Prepared) {
        let Prepared { mut command, manners, tenancy } = prepared;
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(e) => {
                let program = command.as_std().get_program().to_string_lossy().into_owned();
                let hint = match e.kind() {
                    std::io::ErrorKind::NotFound if program == "bash" => " (install it: the bot's script needs it)",
                    // The file was found a moment ago: what is missing is what it wants to be run by.
                    std::io::ErrorKind::NotFound => " (its first line names an interpreter that is not there)",
                    _ => "",
                };
                return self.tell(News::NotLaunched(name, format!("failed to run {program}: {e}{hint}")));
            }
        };
        if let Some(why) = tenancy.as_ref().and_then(Tenancy::why_copied) {
            tracing::info!("{name} plays from a copy of its folder ({why})");
        }
        let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let lines = Lines::default();
        if let Some(pid) = pid {
            let child = Child { group: pid, lines: lines.clone(), killed: None };
            self.0.children.borrow_mut().insert(name.clone(), child);
        }
        self.tell(News::Launched(name.clone(), port.number, manners));
        let readers = [
            child.stdout.take().map(|out| tokio::task::spawn_local(read(name.clone(), out, lines.clone()))),
            child.stderr.take().map(|err| tokio::task::spawn_local(read(name.clone(), err, lines.clone()))),
        ];
        let house = Rc::downgrade(&self.0);
        let lease = Lease { _port: port, _tenancy: tenancy };
        tokio::task::spawn_local(async move {
            let mut exit = child.wait().await.map_or(Exit::Code(-1), exit);
            let ended = Instant::now();
            let is_folder = manners.is_some();
            if let Some(pid) = pid {
                if !is_folder {
                    // Whatever it started itself goes with it.
                    let _ = kill_process_group(pid, Signal::KILL);
                } else if !exit.is_success() {
                    // It was the bot itself, or says that it has failed: what else it has started goes with it.
                    end(&house, &name, pid).await;
                } else if outlived(&house, &name, pid).await {
                    exit = Exit::Unknown;
                }
            }
            // Nobody is left in the group: its number may be another's from now on.
            if let Some(house) = house.upgrade() {
                house.children.borrow_mut().remove(&name);
            }
            for reader in readers.into_iter().flatten() {
                let _ = tokio::time::timeout(LAST_WORDS, reader).await;
            }
            let Some(house) = house.upgrade() else { return };
            if is_folder && matches!(exit, Exit::Code(0) | Exit::Unknown) {
                // The bot may run all the same: the director hears whether it does.
                house.leases.borrow_mut().insert(name.clone(), lease);
            } else {
                drop(lease);
            }
            let just_shown = just_shown(&lines.borrow(), ended, screen::logged());
            let lines = lines.borrow_mut().drain(..).map(|line| line.text).collect();
            let _ = house.news.send(News::Exited(name, exit, LastWords { lines, just_shown }));
        });
    }

    fn tell(&self, news: News) {
        let _ = self.0.news.send(news);
    }

    /// Sends a signal to a bot's process group, if it runs.
    pub fn signal(&self, name: &str, kill: bool) {
        if let Some(child) = self.0.children.borrow_mut().get_mut(name) {
            if kill {
                child.killed.get_or_insert_with(Instant::now);
            }
            let _ = kill_process_group(child.group, if kill { Signal::KILL } else { Signal::TERM });
        }
    }

    /// A bot whose script had ended has gone: its port and its folder are free.
    pub fn release(&self, name: &str) {
        self.0.leases.borrow_mut().remove(name);
    }

    /// Connects the outputs of bots with the inputs of others, where JACK runs.
    pub fn connect(&self, pairs: Vec<(BotId, BotId)>) {
        tokio::task::spawn_local(jack::connect(pairs));
    }

    /// What a bot that runs has printed last.
    #[must_use]
    pub fn last_lines(&self, name: &str) -> Vec<String> {
        self.0
            .children
            .borrow()
            .get(name)
            .map(|c| c.lines.borrow().iter().map(|line| line.text.clone()).collect())
            .unwrap_or_default()
    }

    /// Whether any child runs.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.0.children.borrow().is_empty()
    }
}

impl Drop for House {
    /// However the director leaves, nobody is left behind.
    fn drop(&mut self) {
        for child in self.children.borrow().values() {
            let _ = kill_process_group(child.group, Signal::KILL);
        }
    }
}

/// Ends what is left in the process group of one that has died.
async fn end(house: &Weak<House>, name: &str, group: Pid) {
    let _ = kill_process_group(group, Signal::TERM);
    if tokio::time::timeout(LAST_GRACE, outlived(house, name, group)).await.is_err() {
        if let Some(house) = house.upgrade() {
            Supervisor(house).signal(name, true);
        }
        outlived(house, name, group).await;
    }
}

/// Waits until nobody is left in the process group of a script that has ended; whether there was anybody.
async fn outlived(house: &Weak<House>, name: &str, group: Pid) -> bool {
    let mut anybody = false;
    let dead = |house: Rc<House>| {
        let killed = house.children.borrow().get(name).and_then(|child| child.killed);
        killed.is_some_and(|at| at.elapsed() >= CERTAINLY_DEAD)
    };
    while test_kill_process_group(group) != Err(rustix::io::Errno::SRCH) && !house.upgrade().is_some_and(dead) {
        anybody = true;
        tokio::time::sleep(LOOK_EVERY).await;
    }
    anybody
}

fn exit(status: ExitStatus) -> Exit {
    match (status.code(), status.signal()) {
        (Some(code), _) => Exit::Code(code),
        (None, Some(signal)) => Exit::Signal(signal),
        (None, None) => Exit::Code(-1),
    }
}
