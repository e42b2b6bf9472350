//! How long a broadcast takes through the director against a bare loopback hop of the same run,
//! and how many datagrams a second it passes on without loss, at a fan-out of 8.
//!
//! `cargo bench -p director --bench relay`
#![allow(clippy::print_stdout, missing_docs, reason = "it prints a table")]

mod support;

use musebot_protocol::{Accepts, Broadcast, messages};
use std::{
    net::UdpSocket,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use support::{Director, Guest, Hearts, percentile, setting, sorted, until};

const FAN_OUT: usize = 8;

fn main() {
    // Slow enough that ticks are not what is measured.
    let director = Director::start("tempo = 10\n", 14_757);
    let guests: Vec<_> = (0..FAN_OUT).map(|i| Guest::new(format!("bot{i}"))).collect();
    let _hearts = Hearts::start(&guests, director.address(), Accepts::default());
    let speaker = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let hello = Broadcast::new("centroid", "bench", 1.0).encode();
    let mut buffer = [0; 2048];
    until("every bot hears", 20.0, || {
        let _ = speaker.send_to(&hello, director.address());
        std::thread::sleep(Duration::from_millis(50));
        guests.iter().all(|g| {
            let mut heard = false;
            while let Some((n, _)) = g.next(&mut buffer) {
                heard |= is_broadcast(&buffer[..n]);
            }
            heard
        })
    });
    latency(&director, &guests, &speaker);
    throughput(&director, &guests);
}

fn is_broadcast(datagram: &[u8]) -> bool {
    messages(datagram).flatten().any(|m| m.topic().is_some())
}

/// One message after the other, a millisecond apart; kernel receive times.
fn latency(director: &Director, guests: &[Guest], speaker: &UdpSocket) {
    let rounds = setting("ROUNDS", 5_000.0) as usize;
    let bare = Guest::new("bare".into());
    let bare_to = bare.socket.local_addr().expect("an address");
    let bytes = Broadcast::new("centroid", "bench", 440.0).encode();
    let mut buffer = [0; 2048];
    let (mut direct, mut first, mut last) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        for guest in guests {
            while guest.next(&mut buffer).is_some() {}
        }
        let sent = support::wall();
        let _ = speaker.send_to(&bytes, bare_to);
        direct.extend(wait(&bare, &mut buffer).map(|at| (at.as_secs_f64() - sent.as_secs_f64()) * 1e6));
        let sent = support::wall();
        let _ = speaker.send_to(&bytes, director.address());
        let times: Vec<f64> = guests
            .iter()
            .filter_map(|g| wait(g, &mut buffer))
            .map(|at| (at.as_secs_f64() - sent.as_secs_f64()) * 1e6)
            .collect();
        if times.len() == FAN_OUT {
            let times = sorted(times);
            first.push(times[0]);
            last.push(times[FAN_OUT - 1]);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    println!("relay, fan-out {FAN_OUT}, {rounds} messages one by one, µs from send to the receiver's kernel");
    println!("{:34} {:>8} {:>8} {:>8}", "", "p50", "p99", "max");
    let [direct, first, last] = [direct, first, last].map(sorted);
    for (name, figures) in [("bare hop", &direct), ("first of 8", &first), ("last of 8", &last)] {
        println!(
            "{name:34} {:>8.1} {:>8.1} {:>8.1}",
            percentile(figures, 0.5),
            percentile(figures, 0.99),
            percentile(figures, 1.0)
        );
    }
    println!(
        "added at the median: {:.1} µs for the first, {:.1} µs for the last",
        percentile(&first, 0.5) - percentile(&direct, 0.5),
        percentile(&last, 0.5) - percentile(&direct, 0.5)
    );
}

/// Waits for a broadcast without spinning: a thread that spins keeps others off its core.
fn wait(guest: &Guest, buffer: &mut [u8]) -> Option<Duration> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let deadline = Instant::now() + Duration::from_millis(200);
    loop {
        while let Some((n, at)) = guest.next(buffer) {
            if is_broadcast(&buffer[..n]) {
                return Some(at);
            }
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        let timeout = Timespec { tv_sec: 0, tv_nsec: left.subsec_nanos().into() };
        let _ = poll(&mut [PollFd::new(&guest.socket, PollFlags::IN)], Some(&timeout));
    }
}

/// As many as go through without loss: the pace is raised until the last step loses some.
fn throughput(director: &Director, guests: &[Guest]) {
    println!("\nrelay, fan-out {FAN_OUT}, receivers with 4 MiB buffers, 2 s a row");
    println!("{:>14} {:>14} {:>10}", "messages in/s", "datagrams out/s", "lost");
    for pace in [10_000, 20_000, 30_000, 37_500, 40_000, 45_000, 50_000, 60_000] {
        let stop = Arc::new(AtomicBool::new(false));
        let heard = Arc::new(AtomicU64::new(0));
        let receiver = {
            let guests: Vec<_> = guests
                .iter()
                .map(|g| Guest { id: g.id.clone(), socket: g.socket.try_clone().expect("a clone") })
                .collect();
            let (stop, heard) = (stop.clone(), heard.clone());
            std::thread::spawn(move || {
                let mut buffer = [0; 256];
                while !stop.load(Relaxed) {
                    let mut some = false;
                    for guest in &guests {
                        // Counted by the address alone: the receivers share two cores with all others.
                        while let Ok(n) = recv_now(&guest.socket, &mut buffer) {
                            some = true;
                            if buffer[..n].starts_with(b"/broadcast/centroid") {
                                heard.fetch_add(1, Relaxed);
                            }
                        }
                    }
                    if !some {
                        std::thread::sleep(Duration::from_micros(200));
                    }
                }
            })
        };
        let speaker = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        let bytes = Broadcast::new("centroid", "bench", 440.0).encode();
        let began = Instant::now();
        let mut sent = 0_u64;
        while began.elapsed() < Duration::from_secs(2) {
            while (sent as f64) < began.elapsed().as_secs_f64() * f64::from(pace) {
                let _ = speaker.send_to(&bytes, director.address());
                sent += 1;
            }
            std::thread::sleep(Duration::from_micros(300));
        }
        let took = began.elapsed().as_secs_f64();
        let mut before = u64::MAX;
        while before != heard.load(Relaxed) {
            before = heard.load(Relaxed);
            std::thread::sleep(Duration::from_millis(200));
        }
        stop.store(true, Relaxed);
        let _ = receiver.join();
        let heard = heard.load(Relaxed);
        let due = sent * FAN_OUT as u64;
        println!(
            "{:>14.0} {:>14.0} {:>9.3}%",
            sent as f64 / took,
            heard as f64 / took,
            100.0 * (due - heard.min(due)) as f64 / due as f64
        );
    }
}

fn recv_now(socket: &UdpSocket, buffer: &mut [u8]) -> std::io::Result<usize> {
    Ok(rustix::net::recv(socket, buffer, rustix::net::RecvFlags::DONTWAIT)?.0)
}
