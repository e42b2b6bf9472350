//! A bot that is nothing but a socket, beats by itself, and keeps all that it hears, with when.

use crate::{
    process::{Director, wait_until},
    socket_bot::Bot,
};
use musebot_protocol::{Arg, Broadcast, MAX_DATAGRAM, messages};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// A datagram, and when it was heard.
pub(crate) type Heard = (Instant, Vec<u8>);

/// One tick: when, its number, its tempo.
pub(crate) type Tick = (Instant, i32, f32);

pub(crate) struct Player {
    bot: Arc<Bot>,
    heard: Arc<Mutex<Vec<Heard>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Player {
    /// Plays with a director, by this full name.
    pub(crate) fn new(director: &Director, id: &str) -> Self {
        let bot = Arc::new(Bot::new(id, ([127, 0, 0, 1], director.port).into()));
        let (heard, stop) = (Arc::<Mutex<Vec<Heard>>>::default(), Arc::<AtomicBool>::default());
        let (ears, sink, stopped) = (bot.clone(), heard.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            ears.socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
            let (mut buffer, mut beaten) = (vec![0; MAX_DATAGRAM], None::<Instant>);
            while !stopped.load(Relaxed) {
                if beaten.is_none_or(|at| at.elapsed() > Duration::from_millis(400)) {
                    beaten = Some(Instant::now());
                    ears.beat();
                }
                if let Ok(length) = ears.socket.recv(&mut buffer) {
                    let heard = (Instant::now(), buffer[..length].to_vec());
                    sink.lock().unwrap_or_else(PoisonError::into_inner).push(heard);
                }
            }
        });
        Self { bot, heard, stop, thread: Some(thread) }
    }

    pub(crate) fn say(&self, datagram: &[u8]) {
        self.bot.say(datagram);
    }

    /// All that it has heard.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets it.
    pub(crate) fn forgets(&self) {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What it has heard that begins so.
    pub(crate) fn beginning(&self, begins: &str) -> Vec<Vec<u8>> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.iter().filter(|(_, d)| d.starts_with(begins.as_bytes())).map(|(_, d)| d.clone()).collect()
    }

    /// Waits until it has heard so many that begin so; all of them.
    #[track_caller]
    pub(crate) fn hears(&self, many: usize, begins: &str) -> Vec<Vec<u8>> {
        let enough = || self.beginning(begins).len() >= many;
        wait_until(&format!("{} hears {many} × {begins}", self.bot.id), enough);
        self.beginning(begins)
    }

    /// The ticks that it has heard.
    pub(crate) fn ticks(&self) -> Vec<Tick> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.iter().filter_map(|(at, d)| tick(d).map(|(number, tempo)| (*at, number, tempo))).collect()
    }

    /// Waits for so many ticks more.
    #[track_caller]
    pub(crate) fn hears_ticks(&self, many: usize) {
        let have = self.ticks().len();
        wait_until(&format!("{} hears {many} ticks more", self.bot.id), || self.ticks().len() >= have + many);
    }

    /// Waits until everybody who is here is on the list that it gets.
    #[track_caller]
    pub(crate) fn knows(&self, all: &[&str]) {
        let mut wanted: Vec<String> = all.iter().map(|id| (*id).to_owned()).collect();
        wanted.sort();
        wait_until(&format!("{} knows {}", self.bot.id, all.join(", ")), || {
            let lists = self.beginning("/mc/agentList\0");
            let mut names = lists.last().map(|list| texts(list)).unwrap_or_default();
            names.sort();
            names == wanted
        });
    }

    /// Waits until its gain is this.
    #[track_caller]
    pub(crate) fn has_gain(&self, gain: f64) {
        let last = || self.beginning("/agent/gain\0").last().and_then(|d| args(d).first().and_then(Arg::number));
        wait_until(&format!("{} has the gain {gain}", self.bot.id), || last().is_some_and(|g| (g - gain).abs() < 1e-3));
    }

    /// Waits until the conductor says this; the number of the tick that comes next.
    #[track_caller]
    pub(crate) fn is_told(&self, topic: &str, arg: &Arg) -> i32 {
        let mut next = None;
        wait_until(&format!("{} is told {topic} {arg:?}", self.bot.id), || {
            let heard = self.heard();
            let said = heard.iter().position(|(_, d)| {
                let said = messages(d).flatten().find_map(|m| Broadcast::decode(&m).ok());
                said.is_some_and(|b| b.topic == topic && b.args.first().is_some_and(|a| alike(a, arg)))
            });
            next = said.and_then(|at| heard[at..].iter().find_map(|(_, d)| tick(d))).map(|(number, _)| number);
            next.is_some()
        });
        next.unwrap()
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn tick(d: &[u8]) -> Option<(i32, f32)> {
    d.strip_prefix(b"/mc/time\0\0\0\0,fi\0").map(|rest| {
        let four = |at: usize| <[u8; 4]>::try_from(&rest[at..at + 4]).unwrap();
        (i32::from_be_bytes(four(4)), f32::from_be_bytes(four(0)))
    })
}

/// The number of a tick, if it is one.
pub(crate) fn number(datagram: &[u8]) -> Option<i32> {
    tick(datagram).map(|(number, _)| number)
}

fn args(datagram: &[u8]) -> Vec<Arg> {
    messages(datagram).flatten().next().and_then(|m| m.args().ok()).unwrap_or_default()
}

fn texts(datagram: &[u8]) -> Vec<String> {
    let text = |arg: Arg| if let Arg::Text(text) = arg { Some(text) } else { None };
    args(datagram).into_iter().filter_map(text).collect()
}

fn alike(a: &Arg, b: &Arg) -> bool {
    match (a, b) {
        (Arg::Float(a), Arg::Float(b)) => (a - b).abs() < 1e-4,
        (a, b) => a == b,
    }
}

/// A broadcast with a number, as bytes.
pub(crate) fn word(topic: &str, speaker: &str, number: i32) -> Vec<u8> {
    message(&format!("/broadcast/{topic}"), ",si", &[osc(speaker.as_bytes()), number.to_be_bytes().to_vec()].concat())
}

/// An OSC string: ended by a zero, padded to four bytes.
pub(crate) fn osc(text: &[u8]) -> Vec<u8> {
    let mut bytes = text.to_vec();
    bytes.resize((text.len() + 4) & !3, 0);
    bytes
}

/// A message, byte by byte.
pub(crate) fn message(address: &str, tags: &str, args: &[u8]) -> Vec<u8> {
    [osc(address.as_bytes()), osc(tags.as_bytes()), args.to_vec()].concat()
}

/// Asserts that ticks come one after the other.
#[track_caller]
pub(crate) fn in_order(ticks: &[Tick]) {
    for pair in ticks.windows(2) {
        assert_eq!(pair[1].1, pair[0].1 + 1, "a tick is missing, doubled, or out of order");
    }
}
