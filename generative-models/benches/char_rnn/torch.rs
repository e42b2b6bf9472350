//! PyTorch, in a Python of its own that answers one line with one figure.

use anyhow::{Context, bail};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

/// The other process.
pub(crate) struct Torch {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    pub(crate) version: String,
}

impl Torch {
    /// Starts it, if there is a Python that has it.
    pub(crate) fn start(threads: usize) -> Option<Self> {
        let python = std::env::var("MUSEBOT_TORCH").unwrap_or_else(|_| "python3".to_owned());
        let mut child = Command::new(python)
            .args(["-c", include_str!("torch.py"), &threads.to_string()])
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

    /// Seconds that one takes, over a round of so long.
    pub(crate) fn measure(&mut self, what: &str, round: Duration) -> anyhow::Result<f64> {
        writeln!(self.to, "{what} {}", round.as_secs_f64())?;
        let mut answer = String::new();
        self.from.read_line(&mut answer)?;
        if answer.is_empty() {
            bail!("PyTorch has died over `{what}`");
        }
        answer.trim().parse().with_context(|| format!("PyTorch answered `{}` to `{what}`", answer.trim()))
    }
}

impl Drop for Torch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
