//! What the world's bots need around them: programs, and a screen that nobody sees.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

/// Whether a program can be started at all.
pub(crate) fn has(program: &str, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.env("QT_QPA_PLATFORM", "offscreen").env("QTWEBENGINE_DISABLE_SANDBOX", "1");
    command.status().is_ok_and(|status| status.success())
}

/// A screen that nobody sees.
pub(crate) struct Screen {
    server: Child,
    pub(crate) display: String,
}

impl Screen {
    /// Starts one; `None` where Xvfb is not installed.
    pub(crate) fn start() -> Option<Self> {
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", "800x600x24", "-nolisten", "tcp"]);
        let mut server = xvfb.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        // It writes the number of the display once that is open.
        let mut number = String::new();
        BufReader::new(server.stdout.take()?).read_line(&mut number).ok()?;
        Some(Self { server, display: format!(":{}", number.trim()) })
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.server.id().to_string()).status();
        let _ = self.server.wait();
    }
}
