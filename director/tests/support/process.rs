//! The real director as a process of its own, and small programs for it to launch.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex},
    time::{Duration, Instant},
};

/// Longer than this, and what we wait for does not come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

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

    /// A script that beats as the historic bots do, from what its config.txt says.
    pub(crate) fn beating(&self, name: &str, then: &str) {
        self.script(
            name,
            &format!(
                "set -- $(cat config.txt)\nid=$2 port=$6\nbeat() {{ printf '/agent/alive\\0\\0\\0\\0,s\\0\\0%s\\0\\0\\0\\0' \
                 \"${{id:0:4}}\" > /dev/udp/127.0.0.1/$port; }}\nforever() {{ while :; do beat; sleep 0.4; done; }}\n{then}"
            ),
        );
    }

    /// The ensemble file.
    pub(crate) fn ensemble(&self, toml: &str) -> PathBuf {
        let file = self.path().join("band.toml");
        fs::write(&file, toml).unwrap();
        file
    }

    /// Waits for a file that a program writes, and for all of it: its last line is `end`.
    #[track_caller]
    pub(crate) fn written(&self, name: &str) -> String {
        let path = self.path().join(name);
        let mut text = String::new();
        wait_until(&format!("{name} is written"), || {
            text = fs::read_to_string(&path).unwrap_or_default();
            text.ends_with("end\n")
        });
        text
    }
}

/// What a bot of a file is, with a script of ours.
pub(crate) fn bot(id: &str, more: &str) -> String {
    format!("[[bot]]\nid = \"{id}\"\nprogram = \"./{id}\"\noutput = \"null\"\n{more}\n")
}

/// A running director. Ends with this, by force.
pub(crate) struct Director {
    pub(crate) child: Child,
    lines: Arc<(Mutex<Vec<String>>, Condvar)>,
    reader: Option<std::thread::JoinHandle<()>>,
    pub(crate) port: u16,
    pub(crate) control: u16,
}

impl Director {
    /// Plays an ensemble at ports of the system's choice.
    #[track_caller]
    pub(crate) fn play(file: &Path, more: &[&str]) -> Self {
        Self::play_in(file, more, &[])
    }

    /// The same with variables.
    #[track_caller]
    pub(crate) fn play_in(file: &Path, more: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_director"))
            .args(["play", "--listen", "0", "--control", "0"])
            .args(more)
            .arg(file)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
        let (err, sink) = (child.stderr.take().unwrap(), lines.clone());
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(err).lines().map_while(Result::ok) {
                sink.0.lock().unwrap().push(line);
                sink.1.notify_all();
            }
        });
        let mut director = Self { child, lines, reader: Some(reader), port: 0, control: 0 };
        let line = director.says("listening on ");
        let number = |after: &str| {
            let rest = &line[line.find(after).unwrap() + after.len()..];
            rest.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
        };
        (director.port, director.control) = (number("127.0.0.1:"), number("control port "));
        director
    }

    /// Waits for a line with these words; the whole line.
    #[track_caller]
    pub(crate) fn says(&self, words: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut lines = self.lines.0.lock().unwrap();
        loop {
            if let Some(line) = lines.iter().find(|l| l.contains(words)) {
                return line.clone();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "`{words}` was not said; what was said:\n{}", lines.join("\n"));
            lines = self.lines.1.wait_timeout(lines, left).unwrap().0;
        }
    }

    /// All that was said so far.
    pub(crate) fn said(&self) -> String {
        self.lines.0.lock().unwrap().join("\n")
    }

    pub(crate) fn signal(&self, signal: i32) {
        send_signal(self.child.id(), signal);
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

    /// Waits for its end by a signal.
    #[track_caller]
    pub(crate) fn ends_by_signal(mut self, signal: i32) {
        use std::os::unix::process::ExitStatusExt;
        assert_eq!(self.child.wait().unwrap().signal(), Some(signal));
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
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something is so; not for ever.
#[track_caller]
pub(crate) fn wait_until(what: &str, so: impl FnMut() -> bool) {
    wait_so_long(PATIENCE, what, so);
}

#[track_caller]
pub(crate) fn wait_so_long(patience: Duration, what: &str, mut so: impl FnMut() -> bool) {
    let deadline = Instant::now() + patience;
    while !so() {
        assert!(Instant::now() < deadline, "waited {} s in vain: {what}", patience.as_secs());
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Whether a process lives (a zombie does not).
pub(crate) fn lives(pid: u32) -> bool {
    let mut stat = String::new();
    match fs::File::open(format!("/proc/{pid}/stat")) {
        Ok(mut file) => {
            let _ = file.read_to_string(&mut stat);
            stat.rsplit(')').next().is_some_and(|rest| !rest.trim_start().starts_with('Z') && !rest.is_empty())
        }
        Err(_) => false,
    }
}

pub(crate) fn send_signal(pid: u32, signal: i32) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    let signal = rustix::process::Signal::from_named_raw(signal).unwrap();
    let _ = rustix::process::kill_process(pid, signal);
}
