//! PyTorch, in a Python of its own that answers one line with one figure.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The other process.
pub(crate) struct Torch {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    pub(crate) version: String,
}

impl Torch {
    /// Starts a script, if there is a Python that has what it imports. The script writes its version, and then a figure for each line.
    pub(crate) fn start(script: &str, threads: usize) -> Option<Self> {
        let python = std::env::var("MUSEBOT_TORCH").unwrap_or_else(|_| "python3".to_owned());
        let mut child = Command::new(python)
            .args(["-c", script, &threads.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let to = child.stdin.take()?;
        let mut from = BufReader::new(child.stdout.take()?);
        let mut version = String::new();
        from.read_line(&mut version).ok()?;
        let version = version.trim().to_owned();
        if version.is_empty() {
            let _ = child.wait();
            return None;
        }
        Some(Self { child, to, from, version })
    }

    /// What it answers.
    pub(crate) fn measure(&mut self, what: &str) -> io::Result<f64> {
        writeln!(self.to, "{what}")?;
        let mut answer = String::new();
        self.from.read_line(&mut answer)?;
        if answer.is_empty() {
            return Err(io::Error::other(format!("Python has died over `{what}`")));
        }
        let answer = answer.trim();
        answer.parse().map_err(|_| io::Error::other(format!("Python answered `{answer}` to `{what}`")))
    }
}

impl Drop for Torch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
