//! The real director as a process of its own, and small programs for it to launch.

#[path = "build.rs"]
mod build;

pub(crate) use build::build;
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Longer than this, and what we wait for does not come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// How long a director has to end all that it has started, once its test is over.
const LAST_PATIENCE: Duration = Duration::from_secs(3);

/// A folder with an ensemble file and its programs.
pub(crate) struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A shell script that can be executed.
    pub(crate) fn script(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::write(&path, format!("#!/bin/bash\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// The ensemble file.
    pub(crate) fn ensemble(&self, toml: &str) -> PathBuf {
        let file = self.path().join("band.toml");
        fs::write(&file, toml).unwrap();
        file
    }
}

/// A running director. Ends with this, by force, and all that it has started with it.
pub(crate) struct Director {
    pub(crate) child: Child,
    lines: Arc<(Mutex<Vec<String>>, Condvar)>,
    reader: Option<std::thread::JoinHandle<()>>,
    pub(crate) port: u16,
    pub(crate) control: u16,
}

impl Director {
    /// Plays an ensemble at ports of the system's choice, with these variables.
    #[track_caller]
    pub(crate) fn play_in(file: &Path, more: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_director"));
        command.args(["play", "--listen", "0", "--control", "0"]).args(more).arg(file).envs(variables.iter().copied());
        Self::start(command).listens()
    }

    /// Starts one, and does not wait for anything.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command
            // A backtrace would push a bot's last words off its card.
            .env_remove("RUST_BACKTRACE")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
        let (err, sink) = (child.stderr.take().unwrap(), lines.clone());
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(err).lines().map_while(Result::ok) {
                sink.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
                sink.1.notify_all();
            }
        });
        Self { child, lines, reader: Some(reader), port: 0, control: 0 }
    }

    /// Waits until bots and terminals can reach it.
    #[track_caller]
    pub(crate) fn listens(mut self) -> Self {
        let line = self.says("listening on ");
        let number = |after: &str| {
            let rest = &line[line.find(after).unwrap() + after.len()..];
            rest.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
        };
        (self.port, self.control) = (number("127.0.0.1:"), number("control port "));
        self
    }

    /// Waits for a line with these words; the whole line.
    #[track_caller]
    pub(crate) fn says(&self, words: &str) -> String {
        self.says_within(PATIENCE, words)
    }

    /// The same with a patience of its own.
    #[track_caller]
    pub(crate) fn says_within(&self, patience: Duration, words: &str) -> String {
        let deadline = Instant::now() + patience;
        let mut lines = self.lines.0.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(line) = lines.iter().find(|l| l.contains(words)) {
                return line.clone();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                drop(lines);
                panic!("`{words}` was not said; what was said:\n{}", self.said());
            }
            lines = self.lines.1.wait_timeout(lines, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// All that was said so far.
    pub(crate) fn said(&self) -> String {
        self.lines.0.lock().unwrap_or_else(PoisonError::into_inner).join("\n")
    }

    /// Waits for its end; the status and all it said.
    #[track_caller]
    pub(crate) fn ends(mut self) -> (ExitStatus, String) {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "the director does not end; it said:\n{}", self.said());
            std::thread::sleep(Duration::from_millis(10));
        };
        // What it started may hold on to its stderr no longer than it lives itself.
        self.reader.take().unwrap().join().unwrap();
        (status, self.said())
    }

    /// Waits until these bots play.
    #[track_caller]
    pub(crate) fn plays(&self, bots: &[&str]) {
        let playing = || {
            let table = self.command(&["bots"]).1;
            let state = |bot: &str| {
                let mut lines = table.lines().map(str::split_whitespace);
                lines
                    .find_map(|mut words| (words.next() == Some(bot)).then(|| words.next().map(str::to_owned)))
                    .flatten()
            };
            bots.iter().all(|bot| state(bot).as_deref() == Some("playing"))
        };
        wait_until(&format!("{} play", bots.join(", ")), playing);
    }

    /// A command from another terminal: its exit status, stdout and stderr.
    pub(crate) fn command(&self, words: &[&str]) -> (bool, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_director"))
            .args(words)
            .args(["--port", &self.port.to_string(), "--control", &self.control.to_string()])
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.success(), text(output.stdout), text(output.stderr))
    }
}

impl Drop for Director {
    fn drop(&mut self) {
        // Asked twice it ends its bots with all that they have started; killed, it would leave that behind.
        let deadline = Instant::now() + LAST_PATIENCE;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("the director had said:\n{}", self.said());
        }
    }
}

/// Builds the real bots, once. `cargo test` does not build the binaries of other packages.
pub(crate) fn real_bots() {
    static BUILT: std::sync::Once = std::sync::Once::new();
    BUILT.call_once(|| build(&["-p", "melody", "-p", "bass", "-p", "drums"]));
}

/// Waits until something is so; not for ever.
#[track_caller]
pub(crate) fn wait_until(what: &str, so: impl FnMut() -> bool) {
    wait_so_long(PATIENCE, what, so);
}

/// The same with a patience of its own.
#[track_caller]
pub(crate) fn wait_so_long(patience: Duration, what: &str, mut so: impl FnMut() -> bool) {
    let deadline = Instant::now() + patience;
    while !so() {
        assert!(Instant::now() < deadline, "waited {} s in vain: {what}", patience.as_secs());
        std::thread::sleep(Duration::from_millis(10));
    }
}
