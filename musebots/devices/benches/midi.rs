//! How evenly MIDI goes out through JACK (a dummy server with periods of 64 frames), idle and with
//! all cores busy: the clock's intervals in frames, and notes against their instants.
//!
//!     cargo bench -p musebot-devices --bench midi [-- CLOCKS]

#![allow(clippy::print_stdout, reason = "it prints figures")]

#[path = "../../../director/tests/support/jack.rs"]
#[allow(dead_code, reason = "tests take the rest")]
mod server;

use jack::{Client, ClientOptions, Control, contrib::ClosureProcessHandler};
use musebot_devices::{MidiAddress, MidiIn, MidiKind, MidiMessage, MidiOut, MidiSystem, Wanted};
use server::Jack;
use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
        mpsc::{Receiver, channel},
    },
    time::{Duration, Instant},
};

const INSIDE: &str = "MUSEBOT_BENCH_INSIDE";
const PERIOD: u32 = 64;
const CLOCKS: usize = 10_000;
/// A tempo of 480, so that ten thousand take under a minute.
const BETWEEN: Duration = Duration::from_nanos(5_208_333);
const NOTES: usize = 2_000;
/// How far ahead of its instant everything is given: the band's usual delay.
const AHEAD: Duration = Duration::from_millis(60);

fn main() {
    if std::env::var_os(INSIDE).is_some() {
        return measure();
    }
    // A server that does not wait for its clients leaves out a period, with all that is in it, whenever
    // one of them is held up; this one waits.
    let realtime = ["--realtime", "--realtime-priority", "70", "--sync", "--no-mlock"];
    let Some(server) = Jack::start_with(&[], PERIOD, &realtime) else {
        println!("midi: left out, JACK is not installed");
        return;
    };
    let inside = Command::new(std::env::current_exe().unwrap())
        .args(std::env::args().skip(1))
        .env(INSIDE, "1")
        .envs(server.variables())
        .status()
        .unwrap();
    assert!(inside.success());
}

fn measure() {
    let clocks = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(CLOCKS);
    println!("MIDI through JACK, periods of {PERIOD} frames at 48000 Hz, given {AHEAD:?} ahead");
    for busy in [false, true] {
        let _busy = busy.then(Busy::new);
        let machine = if busy { "all cores busy" } else { "idle" };
        clock(clocks, machine);
        notes(machine);
    }
}

/// The clock at the port, as an independent client finds it: in the server's frames, which it counts
/// on without a gap where it was held up itself, and in its time.
fn clock(count: usize, machine: &str) {
    let (tell, told) = channel();
    let (client, _) = Client::new("ear", ClientOptions::NO_START_SERVER).unwrap();
    let rate = f64::from(client.sample_rate());
    let port = client.register_port("in", jack::MidiIn::default()).unwrap();
    let hearing = ClosureProcessHandler::new(move |_: &Client, scope: &jack::ProcessScope| {
        let start = scope.cycle_times().map_or(0.0, |times| times.current_usecs as f64 / 1000.0);
        for event in port.iter(scope) {
            let frame = scope.last_frame_time().wrapping_add(event.time);
            let _ = tell.send((frame, start + f64::from(event.time) / rate * 1000.0));
        }
        Control::Continue
    });
    let held_up = Arc::new(AtomicU32::new(0));
    let _client = client.activate_async(HeldUp(Arc::clone(&held_up)), hearing).unwrap();
    let mut out = open("ear:in");
    let mut late = Vec::new();
    held_up.store(0, Relaxed);
    let start = Instant::now() + 2 * AHEAD;
    for n in 0..count {
        let due = start + BETWEEN * n as u32;
        wait_until(due - AHEAD);
        assert!(out.send(due, MidiMessage::CLOCK));
        out.lateness(|ms| late.push(f64::from(ms)));
    }
    let heard = all(&told, count);
    out.lateness(|ms| late.push(f64::from(ms)));
    let wanted = BETWEEN.as_secs_f64() * 1000.0;
    let frames = |pair: &[(u32, f64)]| f64::from(pair[1].0.wrapping_sub(pair[0].0) as i32) / rate * 1000.0 - wanted;
    let time = |pair: &[(u32, f64)]| pair[1].1 - pair[0].1 - wanted;
    println!("  {machine}: {} of {count} clocks; the server was held up {} times", heard.len(), held_up.load(Relaxed));
    println!("      intervals in frames: {}", deviation(heard.windows(2).map(frames).collect()));
    println!("      intervals in time:   {}", deviation(heard.windows(2).map(time).collect()));
    println!("      as sent: {}", spread(late));
}

/// Counts the periods that the server missed.
struct HeldUp(Arc<AtomicU32>);

impl jack::NotificationHandler for HeldUp {
    fn xrun(&mut self, _: &Client) -> Control {
        self.0.fetch_add(1, Relaxed);
        Control::Continue
    }
}

fn deviation(off: Vec<f64>) -> String {
    let count = off.len().max(1) as f64;
    let mean = off.iter().sum::<f64>() / count;
    let deviation = (off.iter().map(|ms| (ms - mean).powi(2)).sum::<f64>() / count).sqrt();
    format!("standard deviation {deviation:.4} ms, {}", spread(off))
}

/// Notes at odd instants, as a `MidiIn` hears them.
fn notes(machine: &str) {
    let (tell, told) = channel();
    let own = MidiAddress { port: Wanted::Virtual("in".to_owned()), system: Some(MidiSystem::Jack) };
    let _input = MidiIn::open("listener", &own, move |at, message| _ = tell.send((at, message))).unwrap();
    let mut out = open("listener:in");
    let start = Instant::now() + 2 * AHEAD;
    // Never at the same place in a period.
    let due: Vec<Instant> = (0..NOTES).map(|n| start + Duration::from_nanos(7_123_457) * n as u32).collect();
    for (n, at) in due.iter().enumerate() {
        wait_until(*at - AHEAD);
        out.send(*at, MidiMessage::note_on((n / 128 % 16) as u8 + 1, (n % 128) as u8, 100));
    }
    let heard = all(&told, NOTES);
    let mut off = Vec::new();
    let mut next = 0;
    for (at, message) in &heard {
        // What a server left out has no place to be compared with.
        let is_it = |n: &usize| {
            message.kind()
                == MidiKind::NoteOn { channel: (n / 128 % 16) as u8 + 1, pitch: (n % 128) as u8, velocity: 100 }
        };
        let Some(n) = (next..NOTES).find(is_it) else { continue };
        next = n + 1;
        let late =
            at.saturating_duration_since(due[n]).as_secs_f64() - due[n].saturating_duration_since(*at).as_secs_f64();
        off.push(late * 1000.0);
    }
    println!("  {machine}: {} of {NOTES} notes, against their instants: {}", heard.len(), spread(off));
    let mut late = Vec::new();
    out.lateness(|ms| late.push(f64::from(ms)));
    println!("      as sent: {}", spread(late));
}

fn open(name: &str) -> MidiOut {
    let address = MidiAddress { port: Wanted::Named(name.to_owned()), system: Some(MidiSystem::Jack) };
    MidiOut::open("player", &address).unwrap()
}

/// As many as were sent, or as many as come.
fn all<T>(told: &Receiver<T>, count: usize) -> Vec<T> {
    let mut heard = Vec::new();
    while heard.len() < count
        && let Ok(one) = told.recv_timeout(Duration::from_secs(1))
    {
        heard.push(one);
    }
    heard
}

/// How far off: the sign does not matter.
fn spread(off: Vec<f64>) -> String {
    let mut off: Vec<f64> = off.into_iter().map(f64::abs).collect();
    off.sort_by(f64::total_cmp);
    let at = |part: f64| off.get(((off.len().max(1) - 1) as f64 * part) as usize).copied().unwrap_or(f64::NAN);
    format!("off by p50 {:.4} ms, p99 {:.4} ms, most {:.3} ms", at(0.5), at(0.99), at(1.0))
}

fn wait_until(instant: Instant) {
    std::thread::sleep(instant.saturating_duration_since(Instant::now()));
}

/// As many threads as cores that do nothing, as fast as they can.
struct Busy(Arc<AtomicBool>);

impl Busy {
    fn new() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            let over = Arc::clone(&over);
            std::thread::spawn(move || while !over.load(Relaxed) {});
        }
        Self(over)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}
