//! How late ticks are when the kernel hands them over, with 8 and 32 bots, idle, with all cores
//! busy, and under a flood of broadcasts; and whether the grid drifts. A plain sleeping loop, as
//! the historic conductors have it, runs beside for comparison.
//!
//! `cargo bench -p director --bench ticks` (SECONDS=60 a row; DRIFT_MINUTES=10 adds the long run).
#![allow(clippy::print_stdout, missing_docs, reason = "it prints a table")]

mod support;

use musebot_protocol::{Accepts, Broadcast, Tempo, Tick, time_message};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use support::{Busy, Director, Guest, Hearts, percentile, setting, sorted, time_of, wall};

const LATENCY: Duration = Duration::from_millis(60);
const TEMPO: f64 = 120.0;

fn main() {
    let seconds = setting("SECONDS", 60.0);
    println!(
        "ticks at {TEMPO} bpm, {seconds} s a row; lateness in ms of the kernel's receive time against the tick's instant"
    );
    println!(
        "{:34} {:>7} {:>8} {:>8} {:>8} {:>8} {:>9} {:>12}",
        "", "ticks", "p50", "p99", "p99.9", "max", "missing", "jitter p99"
    );
    for bots in [8, 32] {
        row(&format!("director, {bots} bots, idle"), bots, seconds, false, 0);
        row(&format!("director, {bots} bots, cores busy"), bots, seconds, true, 0);
    }
    row("director, 8 bots, 5,000 msg/s in", 8, seconds, false, 5_000);
    sleeping_loop("sleeping loop, 8 bots, idle", seconds, false);
    sleeping_loop("sleeping loop, 8 bots, cores busy", seconds, true);
    let minutes = setting("DRIFT_MINUTES", 0.0);
    if minutes > 0.0 {
        row(&format!("director, 8 bots, {minutes} min"), 8, minutes * 60.0, false, 0);
    }
}

/// One run of the real director.
fn row(name: &str, bots: usize, seconds: f64, busy: bool, flood: u32) {
    let director = Director::start(&format!("tempo = {TEMPO}\nlatency-ms = {}\n", LATENCY.as_millis()), 14_747);
    let guests: Vec<_> = (0..bots).map(|i| Guest::new(format!("bot{i}"))).collect();
    let _hearts = Hearts::start(&guests, director.address(), Accepts { timetags: true, ..Accepts::default() });
    let mut buffer = [0; 2048];
    let deadline = Instant::now() + Duration::from_secs(20);
    while guests.iter().any(|g| {
        loop {
            match g.next(&mut buffer) {
                Some((n, _)) if time_of(&buffer[..n]).is_some() => break false,
                Some(_) => {}
                None => break true,
            }
        }
    }) {
        assert!(Instant::now() < deadline, "not every bot got a tick");
        std::thread::sleep(Duration::from_millis(100));
    }
    let _busy = busy.then(Busy::start);
    let stop = Arc::new(AtomicBool::new(false));
    let flooder = (flood > 0).then(|| {
        let (stop, to) = (stop.clone(), director.address());
        std::thread::spawn(move || {
            let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a socket");
            let bytes = Broadcast::new("hdensity", "flood", 0.5).encode();
            let began = Instant::now();
            let mut sent = 0_u64;
            while !stop.load(Relaxed) {
                while (sent as f64) < began.elapsed().as_secs_f64() * f64::from(flood) {
                    let _ = socket.send_to(&bytes, to);
                    sent += 1;
                }
                std::thread::sleep(Duration::from_millis(1));
            }
        })
    });
    let mut late = Vec::new();
    let mut intervals = Vec::new();
    let mut missing = 0;
    let mut last: Vec<Option<(i64, Duration)>> = vec![None; bots];
    let mut ends: Option<((i64, Duration), (i64, Duration))> = None;
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    while Instant::now() < end {
        for (guest, last) in guests.iter().zip(&mut last) {
            while let Some((n, at)) = guest.next(&mut buffer) {
                let Some((tick, _, Some(sounds))) = time_of(&buffer[..n]) else { continue };
                late.push((at.as_secs_f64() - (sounds - LATENCY).as_secs_f64()) * 1000.0);
                if let Some((before, then)) = *last {
                    missing += (tick - before - 1).unsigned_abs();
                    intervals.push(((at - then).as_secs_f64() - 60.0 / 16.0 / TEMPO).abs() * 1000.0);
                }
                *last = Some((tick, at));
                ends = Some((ends.map_or((tick, at), |e| e.0), (tick, at)));
            }
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    stop.store(true, Relaxed);
    flooder.map(std::thread::JoinHandle::join);
    print(name, late, intervals, missing);
    if let Some(((t0, a0), (t1, a1))) = ends.filter(|_| seconds >= 300.0) {
        let due = (t1 - t0) as f64 * 60.0 / 16.0 / TEMPO;
        println!("{:34} drift {:+.3} ms over {due:.1} s", "", ((a1 - a0).as_secs_f64() - due) * 1000.0);
    }
}

/// What a conductor is that sleeps from tick to tick.
fn sleeping_loop(name: &str, seconds: f64, busy: bool) {
    let guests: Vec<_> = (0..8).map(|i| Guest::new(format!("bot{i}"))).collect();
    let ports: Vec<_> = guests.iter().map(Guest::port).collect();
    let _busy = busy.then(Busy::start);
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    let began = wall();
    let thread = std::thread::spawn(move || {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a socket");
        let tempo = Tempo::new(TEMPO).expect("a tempo");
        let mut tick = 0;
        while !flag.load(Relaxed) {
            for port in &ports {
                let _ = socket.send_to(&time_message(tempo, Tick(tick)), ("127.0.0.1", *port));
            }
            tick += 1;
            std::thread::sleep(tempo.tick_period());
        }
    });
    let mut buffer = [0; 2048];
    let (mut late, mut intervals) = (Vec::new(), Vec::new());
    let mut last: Vec<Option<Duration>> = vec![None; guests.len()];
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    while Instant::now() < end {
        for (guest, last) in guests.iter().zip(&mut last) {
            while let Some((n, at)) = guest.next(&mut buffer) {
                let Some((tick, _, _)) = time_of(&buffer[..n]) else { continue };
                late.push(((at - began).as_secs_f64() - tick as f64 * 60.0 / 16.0 / TEMPO) * 1000.0);
                if let Some(then) = *last {
                    intervals.push(((at - then).as_secs_f64() - 60.0 / 16.0 / TEMPO).abs() * 1000.0);
                }
                *last = Some(at);
            }
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    stop.store(true, Relaxed);
    let _ = thread.join();
    print(name, late, intervals, 0);
}

fn print(name: &str, late: Vec<f64>, intervals: Vec<f64>, missing: u64) {
    let late = sorted(late);
    let intervals = sorted(intervals);
    println!(
        "{name:34} {:>7} {:>8.3} {:>8.3} {:>8.3} {:>8.3} {missing:>9} {:>12.3}",
        late.len(),
        percentile(&late, 0.5),
        percentile(&late, 0.99),
        percentile(&late, 0.999),
        percentile(&late, 1.0),
        percentile(&intervals, 0.99),
    );
}
