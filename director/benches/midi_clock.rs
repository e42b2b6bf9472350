//! How even our MIDI clock is at a port, on a JACK server with `-p 64`, idle and with all cores busy: each
//! pulse at its frame against the straight line through all; and how closely masters that jitter are followed.
//!
//! `cargo bench -p director --bench midi_clock` (CLOCKS=10000 a row; FOLLOWER=1 leaves out JACK).
#![allow(clippy::print_stdout, missing_docs, reason = "it prints tables")]

#[path = "../tests/support/jack.rs"]
#[allow(dead_code, reason = "the tests take the rest")]
mod jack;
mod support;

use director::follower::Follower;
use musebot_devices::{MidiAddress, MidiIn, MidiMessage, MidiSystem, Wanted};
use std::{
    sync::mpsc::channel,
    time::{Duration, Instant},
};
use support::{Busy, Director, percentile, setting, sorted};

const PORT: u16 = 14_847;
const TEMPO: f64 = 300.0;

fn main() {
    if std::env::var_os("MUSEBOT_BENCH_INSIDE").is_some() {
        return record();
    }
    followed();
    if setting("FOLLOWER", 0.0) > 0.0 {
        return;
    }
    // A server that the system may put aside for a tenth of a second would measure that.
    let Some(server) =
        jack::Jack::start_with(&[], 64, &["--realtime", "--realtime-priority", "70", "--sync", "--no-mlock"])
    else {
        return println!("JACK is not installed: our clock is not measured");
    };
    let status = std::process::Command::new(std::env::current_exe().expect("our own name"))
        .env("MUSEBOT_BENCH_INSIDE", "1")
        .envs(server.variables())
        .status();
    assert!(status.is_ok_and(|status| status.success()), "the recording has failed");
}

/// Our clock, as a machine hears it.
fn record() {
    let clocks = setting("CLOCKS", 10_000.0) as usize;
    println!(
        "\nMIDI clock at the port, JACK -p 64 at 48 kHz, {clocks} pulses at {TEMPO} bpm; ms from the straight line"
    );
    println!("{:34} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}", "", "sd", "p50", "p99", "p99.9", "max", "missing");
    for (name, busy) in [("director, idle", false), ("director, all cores busy", true)] {
        let text = format!("tempo = {TEMPO}\n[clock]\nout = {{ to = \"midi:virtual\", system = \"jack\" }}\n");
        let _director = Director::start(&text, PORT);
        let (tell, heard) = channel();
        let address = MidiAddress { port: Wanted::Named("director:clock".into()), system: Some(MidiSystem::Jack) };
        let deadline = Instant::now() + Duration::from_secs(20);
        let _input = loop {
            let tell = tell.clone();
            match MidiIn::open("listener", &address, move |at, message| _ = tell.send((at, message))) {
                Ok(input) => break input,
                Err(why) => assert!(Instant::now() < deadline, "{why}"),
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        let _busy = busy.then(Busy::start);
        let mut at = Vec::with_capacity(clocks);
        while at.len() < clocks {
            match heard.recv_timeout(Duration::from_secs(10)) {
                Ok((when, MidiMessage::CLOCK)) => at.push(when),
                Ok(_) => {}
                Err(why) => panic!("no more pulses after {}: {why}", at.len()),
            }
        }
        row(name, &at);
    }
}

/// How far from the straight line through all of them. One that is missing, because the server had no time for one of
/// its clients, is counted, and leaves its place empty.
fn row(name: &str, at: &[Instant]) {
    let y: Vec<f64> = at.iter().map(|t| (*t - at[0]).as_secs_f64() * 1000.0).collect();
    let period = 60_000.0 / 24.0 / TEMPO;
    let x: Vec<f64> = y.iter().map(|y| (y / period).round()).collect();
    let missing = x.last().map_or(0.0, |last| last + 1.0 - x.len() as f64);
    let n = y.len() as f64;
    let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let both = || x.iter().zip(&y).map(|(x, y)| (x - mx, y - my));
    let slope = both().map(|(x, y)| x * y).sum::<f64>() / both().map(|(x, _)| x * x).sum::<f64>();
    let off: Vec<f64> = both().map(|(x, y)| y - slope * x).collect();
    let sd = (off.iter().map(|e| e * e).sum::<f64>() / n).sqrt();
    let all = sorted(off.iter().map(|e| e.abs()).collect());
    let p = |p| percentile(&all, p);
    println!("{name:34} {sd:>8.3} {:>8.3} {:>8.3} {:>8.3} {:>8.3} {missing:>8}", p(0.5), p(0.99), p(0.999), p(1.0));
}

/// What is made of masters whose pulses jitter.
fn followed() {
    println!("masters that jitter, as the follower has them three pulses ahead; ms from the truth, 20 runs each");
    println!("{:34} {:>8} {:>8} {:>8} {:>8}", "", "sd", "p50", "p99", "max");
    let ramp = |beat: f64| 90.0 + 50.0 * ((beat - 16.0) / 32.0).clamp(0.0, 1.0);
    let jump = |beat: f64| if beat < 24.0 { 120.0 } else { 126.0 };
    for jitter in [0.0, 1.0, 2.5, 3.0] {
        follow(&format!("120.5 bpm, ±{jitter} ms"), jitter, 64.0, 2.0, 64.0, |_| 120.5);
        follow(&format!("90 to 140 in 8 bars, ±{jitter} ms"), jitter, 64.0, 16.0, 48.0, ramp);
        follow(&format!("120 to 126 at once, ±{jitter} ms"), jitter, 48.0, 24.0, 28.0, jump);
    }
}

fn follow(name: &str, jitter: f64, beats: f64, from: f64, to: f64, bpm: impl Fn(f64) -> f64) {
    let mut off = Vec::new();
    for seed in 1..=20_u64 {
        let mut chance = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) + 1;
        let mut at = 1000.0;
        let due: Vec<f64> = (0..(beats * 24.0) as usize + 3)
            .map(|pulse| {
                let now = at;
                for step in 0..10 {
                    at += 60.0 / bpm((pulse as f64 + f64::from(step) / 10.0) / 24.0) / 240.0;
                }
                now
            })
            .collect();
        let mut follower = Follower::default();
        let mut last = 0.0_f64;
        for pulse in 0..due.len() - 3 {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let early = ((chance >> 33) as f64 / f64::from(1_u32 << 30) - 1.0) * jitter / 1000.0;
            last = last.max(due[pulse] + early);
            follower.hear(last);
            let beat = pulse as f64 / 24.0;
            if let (true, Some(line)) = ((from..to).contains(&beat), follower.line()) {
                off.push((line.instant((pulse + 3) as f64) - due[pulse + 3]) * 1000.0);
            }
        }
    }
    let sd = (off.iter().map(|e| e * e).sum::<f64>() / off.len() as f64).sqrt();
    let all = sorted(off.iter().map(|e| e.abs()).collect());
    let p = |p| percentile(&all, p);
    println!("{name:34} {sd:>8.3} {:>8.3} {:>8.3} {:>8.3}", p(0.5), p(0.99), p(1.0));
}
