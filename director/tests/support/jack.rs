//! A JACK server without hardware, and how loud it is what a program plays through it.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// The running server. Ends with this.
pub(crate) struct Jack {
    server: Child,
    name: String,
}

impl Jack {
    /// `None` where JACK is not installed.
    pub(crate) fn start() -> Option<Self> {
        for tool in ["jackd", "jack_lsp", "jack_rec"] {
            let known = Command::new("sh").args(["-c", &format!("command -v {tool}")]).stdout(Stdio::null()).status();
            known.ok().filter(std::process::ExitStatus::success)?;
        }
        // Servers that begin at the same moment get into each other's way.
        (0..5).find_map(Self::attempt).or_else(|| panic!("JACK is installed, and its server does not begin to answer"))
    }

    fn attempt(n: u32) -> Option<Self> {
        static SERVERS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let server = SERVERS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = format!("new-bots-{}-{server}-{n}", std::process::id());
        let server = Command::new("jackd")
            .args(["-n", &name, "--no-realtime", "--no-mlock", "-d", "dummy", "-r", "48000", "-p", "512"])
            .env("JACK_NO_AUDIO_RESERVATION", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut this = Self { server, name };
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline && this.server.try_wait().unwrap().is_none() {
            if !this.ports().is_empty() {
                return Some(this);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        None
    }

    /// What a program needs to find this server.
    pub(crate) fn variable(&self) -> (&'static str, &str) {
        ("JACK_DEFAULT_SERVER", &self.name)
    }

    /// All ports, by name.
    pub(crate) fn ports(&self) -> Vec<String> {
        let output = self.client("jack_lsp").output().unwrap();
        String::from_utf8_lossy(&output.stdout).lines().filter(|line| line.contains(':')).map(str::to_owned).collect()
    }

    /// How loud a port is for the next two seconds: the root of the mean square, full scale being 1.
    pub(crate) fn loudness(&self, port: &str) -> f64 {
        let file = tempfile::NamedTempFile::with_suffix(".wav").unwrap();
        let output =
            self.client("jack_rec").args(["-b", "16", "-d", "2", "-f"]).arg(file.path()).arg(port).output().unwrap();
        let samples: Vec<f64> = hound::WavReader::open(file.path())
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)))
            .samples::<i16>()
            .map(|sample| f64::from(sample.unwrap()) / 32768.0)
            .collect();
        (samples.iter().map(|sample| sample * sample).sum::<f64>() / samples.len().max(1) as f64).sqrt()
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("JACK_DEFAULT_SERVER", &self.name).env("JACK_NO_START_SERVER", "1");
        command
    }
}

impl Drop for Jack {
    fn drop(&mut self) {
        // Asked, not killed: a server that could not say goodbye keeps one of the eight places for ever.
        let _ = rustix::process::kill_process(
            rustix::process::Pid::from_child(&self.server),
            rustix::process::Signal::TERM,
        );
        let _ = self.server.wait();
    }
}
