//! How long it takes from the command until three bots play, what each of them costs while it
//! plays to an audio device, and how much faster than real time the same ensemble renders.
//!
//! `cargo build --release && cargo bench -p director --bench stage`
//! Without an audio device (a sound server's null sink will do) the bots play to `null`, and it says so.
#![allow(clippy::print_stdout, missing_docs, reason = "it prints a table")]

use musebot_protocol::{Arg, Control, Reply, messages};
use std::{
    net::UdpSocket,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const PORT: u16 = 14_767;
const RUNS: usize = 5;
const PLAY_SECONDS: f64 = 20.0;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let trio = root.join("configs/ensembles/trio.toml");
    let folder = tempfile::tempdir().expect("a folder");
    let sounds = musebot_devices::has_output_device().is_ok();
    let played = if sounds { trio.clone() } else { silent(&trio, folder.path()) };
    start(&played);
    footprint(&played, sounds);
    render(&trio);
}

/// The same ensemble where nothing can sound.
fn silent(file: &Path, folder: &Path) -> PathBuf {
    let text = std::fs::read_to_string(file).expect("the trio's file");
    let silent = folder.join("silent.toml");
    std::fs::write(&silent, text.replace("[[bot]]", "[[bot]]\noutput = \"null\"")).expect("a file");
    silent
}

/// The director of this bench's own profile, with the bots beside it.
fn director() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_director"))
}

struct Playing(Child);

impl Playing {
    fn begin(file: &Path) -> Self {
        let child = Command::new(director())
            .args(["play", "--listen", &PORT.to_string()])
            .arg(file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the director");
        Self(child)
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        let pid = rustix::process::Pid::from_child(&self.0);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::INT);
        let _ = self.0.wait();
    }
}

fn get(socket: &UdpSocket, what: &str) -> Option<Vec<Vec<Arg>>> {
    let control = Control::Get { what: what.to_owned() }.encode();
    socket.send_to(&control, ("127.0.0.1", PORT + 1)).ok()?;
    let mut buffer = [0; 65_535];
    let mut values = Vec::new();
    loop {
        let n = socket.recv(&mut buffer).ok()?;
        for message in messages(&buffer[..n]).flatten() {
            match Reply::decode(&message).ok()? {
                Reply::Value(_, value) => values.push(value),
                Reply::Ok(_) => return Some(values),
                Reply::Error(..) => return None,
            }
        }
    }
}

fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    socket.set_read_timeout(Some(Duration::from_millis(20))).expect("a timeout");
    socket
}

fn start(trio: &Path) {
    let socket = socket();
    let mut took = Vec::new();
    for _ in 0..RUNS {
        let began = Instant::now();
        let playing = Playing::begin(trio);
        loop {
            let all = get(&socket, "bots").is_some_and(|bots| {
                bots.len() == 3 && bots.iter().all(|b| b.get(1).and_then(Arg::text) == Some("playing"))
            });
            if all && get(&socket, "position").is_some_and(|p| p.first().is_some_and(|p| !p.is_empty())) {
                break;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "the trio did not start");
            std::thread::sleep(Duration::from_millis(5));
        }
        took.push(began.elapsed().as_secs_f64() * 1000.0);
        drop(playing);
    }
    took.sort_by(f64::total_cmp);
    println!(
        "from the command until three bots play: median {:.0} ms, worst {:.0} ms of {RUNS}",
        took[RUNS / 2],
        took[RUNS - 1]
    );
}

fn footprint(trio: &Path, sounds: bool) {
    println!(
        "\nwhile playing {PLAY_SECONDS} s to {}:",
        if sounds { "the audio device" } else { "null (no audio device here)" }
    );
    println!("{:10} {:>12} {:>12} {:>12}", "", "% of a core", "RSS MB", "own MB");
    let playing = Playing::begin(trio);
    std::thread::sleep(Duration::from_secs(4));
    let director = playing.0.id();
    let mut pids = vec![director];
    pids.extend(children(director));
    let before: Vec<f64> = pids.iter().map(|p| cpu_seconds(*p)).collect();
    std::thread::sleep(Duration::from_secs_f64(PLAY_SECONDS));
    for (pid, before) in pids.iter().zip(before) {
        let used = 100.0 * (cpu_seconds(*pid) - before) / PLAY_SECONDS;
        let (rss, own) = memory(*pid);
        let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        println!("{:10} {used:>12.2} {rss:>12.1} {own:>12.1}", name.trim());
    }
}

fn children(pid: u32) -> Vec<u32> {
    std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|p| p.parse().ok())
        .collect()
}

fn cpu_seconds(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let field = |n: usize| after.split_whitespace().nth(n).and_then(|f| f.parse::<f64>().ok()).unwrap_or_default();
    (field(11) + field(12)) / rustix::param::clock_ticks_per_second() as f64
}

/// Resident memory, and the part of it that it shares with nobody, in MB.
fn memory(pid: u32) -> (f64, f64) {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let sum = |keys: &[&str]| -> f64 {
        rollup
            .lines()
            .filter(|l| keys.iter().any(|k| l.starts_with(k)))
            .filter_map(|l| l.split_whitespace().nth(1)?.parse::<f64>().ok())
            .sum::<f64>()
            / 1000.0
    };
    (sum(&["Rss:"]), sum(&["Private_Clean:", "Private_Dirty:"]))
}

fn render(trio: &Path) {
    let folder = tempfile::tempdir().expect("a folder");
    println!("\nrendering 64 bars, everything written:");
    for run in 1..=3 {
        let began = Instant::now();
        let output = Command::new(director())
            .arg("render")
            .arg(trio)
            .args(["--bars", "64", "--seed", "7", "--out"])
            .arg(folder.path())
            .output()
            .expect("the director");
        let took = began.elapsed().as_secs_f64();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let bytes = std::fs::metadata(folder.path().join("mix.wav")).map_or(0, |m| m.len());
        let sounds = bytes as f64 / (48_000.0 * 2.0 * 3.0);
        println!("  run {run}: {sounds:.1} s of music in {took:.2} s: {:.0} times real time", sounds / took);
    }
}
