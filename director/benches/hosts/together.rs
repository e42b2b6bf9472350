//! A kick on one host and a plucked bass on another, on every beat: how far apart they sound, in one recording of
//! both. The server that they play to is of no host, so that the recording has one clock.

use crate::{
    band::{Band, Scene, TEMPO},
    figures::quantiles,
    hosts::{Hosts, Link},
    jack::Jack,
    onsets::{apart, onsets},
    support::until,
};
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

const SEED: u64 = 7;
const PERIOD: u32 = 256;
/// What is farther apart is told by itself: whether it is one beat or many tells why.
const FAR_MS: f64 = 2.0;

/// A bot that plays a note on every beat.
pub(crate) fn parrot() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_BIN_EXE_director")).with_file_name("examples").join("parrot");
    let parrot = std::env::var_os("PARROT").map_or(beside, PathBuf::from);
    if parrot.exists() {
        return Some(parrot);
    }
    println!("not run, for want of {} (cargo build --release --examples -p musebot-kit)", parrot.display());
    None
}

pub(crate) fn onsets_apart(wires: &[(&str, Link)], seconds: f64) {
    let Some(parrot) = parrot() else { return };
    let Some(server) = Jack::start_with(&["jack_rec"], PERIOD, &["-R", "-P", "70", "--no-mlock", "-S"]) else {
        println!("not run: onsets, for want of jackd (apt-get install jackd2)");
        return;
    };
    println!(
        "bass on the leader's host, kick on a satellite's, at {TEMPO} bpm, JACK with {PERIOD} frames, {seconds} s a row"
    );
    println!("{:22}{:>8} {:>10} {:>8} {:>8} {:>8} {:>8}", "wire", "beats", "p50 ms", "p95", "p99", "worst", "mean");
    for (name, link) in wires {
        let [bass, kick] = record(&server, &parrot, *link, seconds);
        let apart = apart(&bass, &kick);
        for (beat, ms) in apart.iter().enumerate().filter(|(_, ms)| ms.abs() > FAR_MS) {
            println!("{:22}beat {beat} is {ms:.2} ms apart", "");
        }
        let [p50, p95, p99, most, mean] = quantiles(&apart);
        println!("{name:22}{:>8} {p50:>10.3} {p95:>8.3} {p99:>8.3} {most:>8.3} {mean:>8.3}", apart.len());
    }
}

/// Where the notes of the two begin.
fn record(server: &Jack, parrot: &Path, link: Link, seconds: f64) -> [Vec<f64>; 2] {
    let hosts = Hosts::make(2, SEED).expect("hosts, as before");
    hosts.relay.set(link);
    let bot = |id: &str, more: &str| {
        let program = parrot.display();
        format!(
            "[[bot]]\nid = \"{id}\"\nprogram = \"{program}\"\n{more}output = {{ to = \"audio\", host = \"jack\" }}\n"
        )
    };
    let kick = bot("kick", "args = [\"--kick\", \"yes\"]\n");
    let scene = Scene {
        more: bot("bass", "") + &bot("kick", "host = \"host-2\"\n"),
        bots: kick,
        variables: server.variables().map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
    };
    let before = server.ports();
    let band = Band::start_with(&hosts, scene);
    let mut ports = Vec::new();
    until("two bots with two ports each", 60.0, || {
        ports = server.ports();
        ports.retain(|port| !before.contains(port) && port.contains("out"));
        ports.len() == 4
    });
    // Until the clocks have settled.
    sleep(Duration::from_secs(20));
    ports.sort();
    let wav = hosts.folder(0).join("both.wav");
    let status = Command::new("jack_rec")
        .envs(server.variables())
        .args(["-b", "16", "-d", &(seconds as u64).to_string(), "-f"])
        .arg(&wav)
        .args(ports.iter().step_by(2))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("jack_rec");
    assert!(status.success(), "jack_rec: {status}");
    drop(band);
    let samples: Vec<f32> = hound::WavReader::open(&wav)
        .expect("a recording")
        .samples::<i16>()
        .map(|sample| f32::from(sample.expect("a sample")) / 32_768.0)
        .collect();
    [0, 1].map(|channel| onsets(&samples.iter().skip(channel).step_by(2).copied().collect::<Vec<_>>()))
}
