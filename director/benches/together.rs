//! How far apart two bots sound that play at the same ticks, each a process with an audio stream of its own:
//! a kick and a plucked bass on every beat, recorded from their JACK ports, idle and with both cores busy.
//!
//! `cargo build --release --examples -p musebot-kit && SECONDS=60 cargo bench -p director --bench together`
//! Needs jackd2, and the right to real-time priority.
#![allow(clippy::print_stdout, missing_docs, reason = "it prints a table")]

#[path = "support/onsets.rs"]
mod onsets;

use onsets::{apart, onsets};
use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread::sleep,
    time::{Duration, Instant},
};

const PORT: u16 = 14_797;
const TEMPO: f64 = 150.0;
const PERIOD: &str = "256";

fn main() {
    let seconds: u64 = std::env::var("SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(30);
    let parrot = PathBuf::from(env!("CARGO_BIN_EXE_director")).with_file_name("examples").join("parrot");
    if !parrot.exists() {
        println!("not run: build the bots first: cargo build --release --examples -p musebot-kit");
        return;
    }
    let Some(server) = Server::start() else {
        println!("not run: there is no jackd (apt-get install jackd2)");
        return;
    };
    println!("two bots on every beat at {TEMPO} bpm, JACK with {PERIOD} frames, {seconds} s each:");
    println!("{:18} {:>6} {:>10} {:>10} {:>10} {:>10}", "", "beats", "median ms", "p99 ms", "worst ms", "jitter ms");
    for busy in [false, true] {
        let load = Arc::new(AtomicBool::new(busy));
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let load = load.clone();
                std::thread::spawn(move || {
                    while load.load(Relaxed) {
                        std::hint::spin_loop()
                    }
                })
            })
            .collect();
        let [kick, bass] = record(&server, &parrot, seconds);
        load.store(false, Relaxed);
        threads.into_iter().for_each(|thread| _ = thread.join());
        report(if busy { "both cores busy" } else { "idle" }, &onsets(&kick), &onsets(&bass));
    }
}

/// What is heard of the two.
fn record(server: &Server, parrot: &Path, seconds: u64) -> [Vec<f32>; 2] {
    let home = tempfile::tempdir().expect("a folder");
    let bot = |id: &str, more: &str| {
        format!(
            "[[bot]]\nid = \"{id}\"\nprogram = \"{}\"\n{more}output = {{ to = \"audio\", host = \"jack\" }}\n",
            parrot.display()
        )
    };
    let text = format!("tempo = {TEMPO:.1}\n") + &bot("kick", "args = [\"--kick\", \"yes\"]\n") + &bot("bass", "");
    let file = home.path().join("two.toml");
    std::fs::write(&file, text).expect("an ensemble file");
    let before = server.ports();
    let director = server
        .client(env!("CARGO_BIN_EXE_director"))
        .args(["play", "--listen", &PORT.to_string()])
        .arg(&file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the director");
    let director = Ending(director);
    let deadline = Instant::now() + Duration::from_secs(20);
    let ports = loop {
        let ports: Vec<String> =
            server.ports().into_iter().filter(|p| !before.contains(p) && p.contains("out")).collect();
        if ports.len() == 4 {
            break ports;
        }
        assert!(Instant::now() < deadline, "the two bots have these ports: {ports:?}");
        sleep(Duration::from_millis(100));
    };
    sleep(Duration::from_secs(2));
    let wav = home.path().join("two.wav");
    let mut left: Vec<&String> = ports.iter().step_by(2).collect();
    left.sort();
    let status = server
        .client("jack_rec")
        .args(["-b", "16", "-d", &seconds.to_string(), "-f"])
        .arg(&wav)
        .args(&left)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("jack_rec");
    assert!(status.success(), "jack_rec: {status}");
    drop(director);
    let samples: Vec<f32> = hound::WavReader::open(&wav)
        .expect("a recording")
        .samples::<i16>()
        .map(|sample| f32::from(sample.expect("a sample")) / 32_768.0)
        .collect();
    [0, 1].map(|channel| samples.iter().skip(channel).step_by(2).copied().collect())
}

fn report(what: &str, kick: &[f64], bass: &[f64]) {
    let mut apart = apart(kick, bass);
    if apart.is_empty() {
        println!("{what:18} nothing was heard ({} and {} onsets)", kick.len(), bass.len());
        return;
    }
    apart.sort_by(f64::total_cmp);
    let median = apart[apart.len() / 2];
    let mut size: Vec<f64> = apart.iter().map(|ms| ms.abs()).collect();
    size.sort_by(f64::total_cmp);
    let p99 = size[(size.len() * 99 / 100).min(size.len() - 1)];
    // Each by itself against the even beat.
    let beat = 60.0 / TEMPO;
    let jitter = |onsets: &[f64]| {
        let off: Vec<f64> =
            onsets.windows(2).map(|w| w[1] - w[0]).filter(|s| *s < 1.5 * beat).map(|s| s - beat).collect();
        (off.iter().map(|x| x * x).sum::<f64>() / off.len().max(1) as f64).sqrt() * 1000.0
    };
    println!(
        "{what:18} {:>6} {median:>10.3} {p99:>10.3} {:>10.3} {:>10.3}",
        apart.len(),
        size[size.len() - 1],
        jitter(kick).max(jitter(bass))
    );
}

/// A JACK server without hardware, that nobody else uses.
struct Server {
    child: Child,
    name: String,
}

impl Server {
    fn start() -> Option<Self> {
        let name = format!("together-{}", std::process::id());
        let child = Command::new("jackd")
            // As for a concert: real-time priority, and waiting for its clients in each period.
            .args(["-n", &name, "-R", "-P", "70", "--no-mlock", "-S", "-d", "dummy", "-r", "48000", "-p", PERIOD])
            .env("JACK_NO_AUDIO_RESERVATION", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let server = Self { child, name };
        let deadline = Instant::now() + Duration::from_secs(10);
        while server.ports().is_empty() {
            if Instant::now() > deadline {
                return None;
            }
            sleep(Duration::from_millis(50));
        }
        Some(server)
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("JACK_DEFAULT_SERVER", &self.name).env("JACK_NO_START_SERVER", "1");
        command
    }

    fn ports(&self) -> Vec<String> {
        let output = self.client("jack_lsp").stderr(Stdio::null()).output().expect("jack_lsp");
        String::from_utf8_lossy(&output.stdout).lines().filter(|l| l.contains(':')).map(str::to_owned).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        terminate(&mut self.child);
    }
}

/// A process that is asked to end.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        terminate(&mut self.0);
    }
}

fn terminate(child: &mut Child) {
    let _ = rustix::process::kill_process(rustix::process::Pid::from_child(child), rustix::process::Signal::TERM);
    let _ = child.wait();
}
