//! What the world's bots need around them: a sound server without a sound card, and a screen that
//! nobody sees.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Whether a program can be started at all.
pub(crate) fn has(program: &str, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.env("QT_QPA_PLATFORM", "offscreen").env("QTWEBENGINE_DISABLE_SANDBOX", "1");
    command.status().is_ok_and(|status| status.success())
}

static STARTING: Mutex<()> = Mutex::new(());

/// A JACK server of our own, whose sound goes nowhere.
pub(crate) struct Jack {
    server: Child,
    name: String,
}

impl Jack {
    /// Starts one; `None` where JACK is not installed.
    pub(crate) fn start(name: &str) -> Option<Self> {
        if !has("jackd", &["--version"]) {
            return None;
        }
        // Servers that start at the same instant trip over each other's shared memory.
        let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        let name = format!("{name}-{}", std::process::id());
        let mut this = Self { server: launch(&name)?, name };
        let deadline = Instant::now() + Duration::from_secs(30);
        while !this.answers() {
            assert!(Instant::now() < deadline, "jackd does not answer");
            if this.server.try_wait().ok()?.is_some() {
                this.server = launch(&this.name)?;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Some(this)
    }

    fn answers(&self) -> bool {
        let mut list = Command::new("jack_lsp");
        list.envs(self.variables()).stdout(Stdio::null()).stderr(Stdio::null());
        list.status().is_ok_and(|status| status.success())
    }

    /// Whether a program of this name is connected to it.
    pub(crate) fn plays(&self, program: &str) -> bool {
        let ports = Command::new("jack_lsp").envs(self.variables()).output().unwrap();
        String::from_utf8_lossy(&ports.stdout).lines().any(|port| port.starts_with(program))
    }

    /// What makes programs take this server, and no other.
    pub(crate) fn variables(&self) -> Vec<(&'static str, &str)> {
        vec![("JACK_DEFAULT_SERVER", &self.name), ("JACK_NO_START_SERVER", "1"), ("JACK_NO_AUDIO_RESERVATION", "1")]
    }
}

fn launch(name: &str) -> Option<Child> {
    let mut jackd = Command::new("jackd");
    jackd.args(["-n", name, "--no-realtime", "--no-mlock", "-d", "dummy", "-r", "48000", "-p", "512"]);
    jackd.env("JACK_NO_AUDIO_RESERVATION", "1");
    jackd.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
}

impl Drop for Jack {
    fn drop(&mut self) {
        // SIGTERM first: it then takes its shared memory with it.
        let _ = Command::new("kill").arg(self.server.id().to_string()).status();
        let deadline = Instant::now() + Duration::from_secs(3);
        while self.server.try_wait().is_ok_and(|ended| ended.is_none()) {
            if Instant::now() > deadline {
                let _ = self.server.kill();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
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
