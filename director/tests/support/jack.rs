//! A JACK server without hardware, that nobody else uses: what is connected in it, and how loud a port is.

use rustix::{
    io::Errno,
    process::{Pid, Signal, kill_process, test_kill_process},
};
use std::{
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    process::{Child, Command, Stdio},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

/// The running server. Ends with this.
pub(crate) struct Jack {
    server: Child,
    name: String,
}

/// Servers that begin at the same moment get into each other's way.
static STARTING: Mutex<()> = Mutex::new(());
static SERVERS: AtomicU32 = AtomicU32::new(0);

impl Jack {
    /// `None` where JACK or one of these tools is not installed.
    pub(crate) fn start(tools: &[&str]) -> Option<Self> {
        Self::start_with(tools, 512, &["--no-realtime", "--no-mlock"])
    }

    /// The same, with so many frames to a cycle and these options.
    pub(crate) fn start_with(tools: &[&str], period: u32, options: &[&str]) -> Option<Self> {
        for tool in ["jackd", "jack_lsp"].iter().chain(tools) {
            let known = Command::new("sh").args(["-c", &format!("command -v {tool}")]).stdout(Stdio::null()).status();
            known.ok().filter(std::process::ExitStatus::success)?;
        }
        let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        free_the_places_of_the_dead();
        (0..5)
            .find_map(|_| Self::attempt(period, options))
            .or_else(|| panic!("JACK is installed, and its server does not answer"))
    }

    fn attempt(period: u32, options: &[&str]) -> Option<Self> {
        let name = format!("musebots-{}-{}", std::process::id(), SERVERS.fetch_add(1, Relaxed));
        let server = Command::new("jackd")
            .args(["-n", &name])
            .args(options)
            .args(["-d", "dummy", "-r", "48000", "-p", &period.to_string()])
            .env("JACK_NO_AUDIO_RESERVATION", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut this = Self { server, name };
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline && this.server.try_wait().unwrap().is_none() {
            if !this.list().is_empty() {
                return Some(this);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        None
    }

    /// What makes programs take this server, and no other.
    pub(crate) fn variables(&self) -> [(&'static str, &str); 3] {
        [("JACK_DEFAULT_SERVER", &self.name), ("JACK_NO_START_SERVER", "1"), ("JACK_NO_AUDIO_RESERVATION", "1")]
    }

    /// The server's process.
    #[allow(dead_code, reason = "for tests that end it")]
    pub(crate) fn id(&self) -> u32 {
        self.server.id()
    }

    /// All ports, each with what it is connected to indented below it.
    pub(crate) fn list(&self) -> String {
        let output = self.client("jack_lsp").arg("-c").stderr(Stdio::null()).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// All ports, by name.
    pub(crate) fn ports(&self) -> Vec<String> {
        let list = self.list();
        list.lines().filter(|line| line.contains(':') && !line.starts_with(' ')).map(str::to_owned).collect()
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
        command.envs(self.variables());
        command
    }
}

impl Drop for Jack {
    fn drop(&mut self) {
        // Asked first: a server that is killed keeps its shared memory, and one of eight places for ever.
        let _ = kill_process(Pid::from_child(&self.server), Signal::TERM);
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline && self.server.try_wait().is_ok_and(|status| status.is_none()) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.server.kill();
        let _ = self.server.wait();
        free_the_places_of_the_dead();
        // Clients that were killed leave theirs.
        for entry in std::fs::read_dir("/dev/shm").into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().contains(&format!("_{}_", self.name)) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }
}

/// A server that was killed keeps one of the machine's eight places for ever, and when all are taken
/// none starts. The register of places is a header of 24 bytes and eight times a process and a name.
fn free_the_places_of_the_dead() {
    const HEADER: u64 = 24;
    const PLACE: u64 = 264;
    let register = std::fs::OpenOptions::new().read(true).write(true).open("/dev/shm/jack-shm-registry");
    let Ok(mut register) = register else { return };
    for at in (0..8).map(|n| HEADER + n * PLACE) {
        let mut id = [0; 4];
        let read = register.seek(SeekFrom::Start(at)).and_then(|_| register.read_exact(&mut id));
        let dead = Pid::from_raw(i32::from_ne_bytes(id)).is_some_and(|id| test_kill_process(id) == Err(Errno::SRCH));
        if read.is_ok() && dead {
            let _ = register.seek(SeekFrom::Start(at)).and_then(|_| register.write_all(&[0; PLACE as usize]));
        }
    }
}
