//! Broadcasts from host to host: how long they take beyond what the wire takes, and whether any is lost.

use crate::{
    band::Band,
    ears::director,
    hosts::{Hosts, Link},
    linux::is_wanted,
    support::{Guest, percentile, sorted, until, wall},
};
use musebot_protocol::{Broadcast, Message, messages};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::{
    thread::sleep,
    time::{Duration, Instant},
};

const SEED: u64 = 7;
const TOPIC: &str = "centroid";

/// A band of three and a bot on each host; they hear each other.
fn met(hosts: &Hosts) -> (Band, Vec<Guest>) {
    let band = Band::start(hosts);
    let bots: Vec<Guest> = (0..hosts.many()).map(|host| hosts.on(host, || Guest::new(format!("bot{host}")))).collect();
    let mut heard = vec![vec![false; bots.len()]; bots.len()];
    let mut buffer = [0; 2048];
    until("everybody hears everybody", 60.0, || {
        for (n, bot) in bots.iter().enumerate() {
            bot.beat(director());
            say(bot, -1 - n as i32);
        }
        sleep(Duration::from_millis(100));
        for (listener, heard) in bots.iter().zip(&mut heard) {
            while let Some((n, _)) = listener.next(&mut buffer) {
                if let Some(number) = number(&buffer[..n]).filter(|number| *number < 0) {
                    heard[(-1 - number) as usize] = true;
                }
            }
        }
        heard.iter().flatten().all(|heard| *heard)
    });
    (band, bots)
}

fn say(bot: &Guest, number: i32) {
    let _ = bot.socket.send_to(&Broadcast::new(TOPIC, &bot.id, number).encode(), director());
}

/// The number that a broadcast of ours carries.
fn number(datagram: &[u8]) -> Option<i32> {
    let message: Message = messages(datagram).next()?.ok()?;
    (message.topic() == Some(TOPIC)).then(|| Broadcast::decode(&message).ok()?.number().map(|n| n as i32))?
}

/// One after the other, at the pace of a band.
pub(crate) fn broadcasts(rounds: usize) {
    println!("a broadcast from host to host, {rounds} one by one, ms from send to the receiver's kernel; three hosts");
    println!(
        "{:22}{:26}{:>8} {:>8} {:>8} {:>10} {:>8} {:>8} {:>8} {:>6}",
        "wire", "way", "bare p50", "p99", "worst", "word p50", "p99", "worst", "added", "lost"
    );
    let wires = [
        ("clean", Link::CLEAN),
        ("5 ms", Link::of(5.0, 0.0, 0.0)),
        ("5 ± 3 ms", Link::of(5.0, 3.0, 0.0)),
        ("5 ± 3 ms, 1 % lost", Link::of(5.0, 3.0, 1.0)),
    ];
    for (wire, link) in wires.into_iter().filter(|(wire, _)| is_wanted(wire)) {
        let hosts = Hosts::make(3, SEED).expect("hosts, as before");
        hosts.relay.set(link);
        let (_band, bots) = met(&hosts);
        for (way, from, to, wires) in [("satellite to leader", 1, 0, 1), ("satellite to satellite", 1, 2, 2)] {
            let (bare, word, lost) = one_by_one(&hosts, &bots, from, to, rounds);
            let figures = |sorted: &[f64]| [0.5, 0.99, 1.0].map(|p| percentile(sorted, p));
            let ([b50, b99, b_most], [w50, w99, w_most]) = (figures(&bare), figures(&word));
            // Satellites are linked through the leader: two wires, and the bare datagram takes one.
            let added = [(w50, b50), (w99, b99)].map(|(word, bare)| word - f64::from(wires) * bare);
            println!(
                "{wire:22}{:26}{b50:>8.3} {b99:>8.3} {b_most:>8.3} {w50:>10.3} {w99:>8.3} {w_most:>8.3} {:>8.3} {lost:>6}  (at p99 {:.3})",
                format!("{way}, {wires} wire{}", if wires == 1 { "" } else { "s" }),
                added[0],
                added[1],
            );
        }
    }
    println!();
}

/// The milliseconds of bare datagrams and of broadcasts, each sorted, and how many broadcasts did not come.
fn one_by_one(hosts: &Hosts, bots: &[Guest], from: usize, to: usize, rounds: usize) -> (Vec<f64>, Vec<f64>, usize) {
    let (sender, _) = hosts.socket(from);
    let (socket, address) = hosts.socket(to);
    nix::sys::socket::setsockopt(&socket, nix::sys::socket::sockopt::ReceiveTimestampns, &true).expect("timestamps");
    let receiver = Guest { id: String::new(), socket };
    let (mut bare, mut word, mut lost) = (Vec::new(), Vec::new(), 0);
    let mut buffer = [0; 2048];
    for round in 0..rounds {
        // Each way has numbers of its own: what was said on another way is heard here too.
        let round = round + (from * 10 + to) * 1_000_000;
        if round.is_multiple_of(20) {
            bots.iter().for_each(|bot| bot.beat(director()));
        }
        let bytes = Broadcast::new(TOPIC, "bare", round as i32).encode();
        let sent = wall();
        let _ = sender.send_to(&bytes, address);
        bare.extend(wait(&receiver, round as i32, &mut buffer).map(|at| ms(at, sent)));
        let sent = wall();
        say(&bots[from], round as i32);
        match wait(&bots[to], round as i32, &mut buffer) {
            Some(at) => word.push(ms(at, sent)),
            None => lost += 1,
        }
        sleep(Duration::from_millis(20));
    }
    (sorted(bare), sorted(word), lost)
}

fn ms(later: Duration, earlier: Duration) -> f64 {
    (later.as_secs_f64() - earlier.as_secs_f64()) * 1000.0
}

/// When a number has come, waiting for it without spinning.
fn wait(guest: &Guest, expected: i32, buffer: &mut [u8]) -> Option<Duration> {
    let deadline = Instant::now() + Duration::from_secs(2);
    loop {
        while let Some((n, at)) = guest.next(buffer) {
            if number(&buffer[..n]) == Some(expected) {
                return Some(at);
            }
        }
        let left = deadline.checked_duration_since(Instant::now())?;
        let timeout = Timespec { tv_sec: left.as_secs() as _, tv_nsec: left.subsec_nanos().into() };
        let _ = poll(&mut [PollFd::new(&guest.socket, PollFlags::IN)], Some(&timeout));
    }
}

/// Many at once: are all there, and in order?
pub(crate) fn flood() {
    const SECONDS: f64 = 10.0;
    println!(
        "a flood from one host to another for {SECONDS} s, clean wires; what the directors' processors do meanwhile"
    );
    println!(
        "{:>12} {:26}{:>10} {:>10} {:>12} {:>14} {:>14} {:>16}",
        "messages/s", "way", "sent", "lost", "out of order", "speaker's µs", "leader's µs", "listener's µs"
    );
    for pace in [1_000.0, 5_000.0, 10_000.0] {
        for (way, from, to) in [("satellite to leader", 1, 0), ("satellite to satellite", 1, 2)] {
            let hosts = Hosts::make(3, SEED).expect("hosts, as before");
            let (band, bots) = met(&hosts);
            let used = || [from, 0, to].map(|host| band.processor_time(host));
            let before = used();
            let (sent, numbers) = pour(&bots, from, to, pace, SECONDS);
            let after = used();
            let mut cells = [0, 1, 2].map(|n| format!("{:.1}", (after[n] - before[n]) / f64::from(sent) * 1e6));
            if to == 0 {
                cells[1] = "the same".into();
            }
            let disordered = numbers.windows(2).filter(|pair| pair[1] <= pair[0]).count();
            println!(
                "{pace:>12.0} {way:26}{sent:>10} {:>10} {disordered:>12} {:>14} {:>14} {:>16}",
                i64::from(sent) - numbers.len() as i64,
                cells[0],
                cells[1],
                cells[2]
            );
        }
    }
    println!();
}

/// Says numbers at a pace; how many, and those that were heard.
fn pour(bots: &[Guest], from: usize, to: usize, pace: f64, seconds: f64) -> (i32, Vec<i32>) {
    let (mut sent, mut heard, mut buffer) = (0, Vec::new(), [0; 2048]);
    let mut take = |heard: &mut Vec<i32>| {
        let before = heard.len();
        while let Some((n, _)) = bots[to].next(&mut buffer) {
            heard.extend(number(&buffer[..n]).filter(|number| *number >= 0));
        }
        // The others hear it too, and nobody reads it there.
        heard.len() > before
    };
    let began = Instant::now();
    let mut beaten = began;
    while began.elapsed().as_secs_f64() < seconds {
        while f64::from(sent) < began.elapsed().as_secs_f64() * pace {
            say(&bots[from], sent);
            sent += 1;
        }
        if beaten.elapsed() > Duration::from_millis(400) {
            beaten = Instant::now();
            bots.iter().for_each(|bot| bot.beat(director()));
        }
        take(&mut heard);
        sleep(Duration::from_millis(1));
    }
    let mut quiet = Instant::now();
    while quiet.elapsed() < Duration::from_secs(1) {
        if take(&mut heard) {
            quiet = Instant::now();
        }
        bots.iter().for_each(|bot| bot.beat(director()));
        sleep(Duration::from_millis(50));
    }
    (sent, heard)
}
