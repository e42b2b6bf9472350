//! The one real-time thread: sleeps to absolute deadlines and sends the tick datagrams itself.
//!
//! It shares nothing with the rest but a bounded ring of orders and a few counters, so that
//! neither the relay nor a slow terminal can delay a tick. On the way to a tick it allocates
//! nothing; what an order replaces is freed after the tick has gone out.

pub(crate) mod realtime;

use crate::{clock, clock_out::ClockOut, clock_ports::OpenPort, clock_word::ClockWord, metronome::TempoMap};
use musebot_protocol::{Tick, TimeTag, time_bundle, time_message};
use realtime::realtime;
use std::{
    collections::VecDeque,
    net::{SocketAddr, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread::JoinHandle,
    time::{Duration, SystemTime},
};

/// Who gets ticks, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Where it listens.
    pub to: SocketAddr,
    /// In a bundle that says when the tick sounds, or bare.
    pub tagged: bool,
    /// How long after the tick's instant it is sent.
    pub delay: Duration,
}

/// What the rest of the director tells the clock.
#[derive(Debug)]
pub enum Order {
    /// Ticks fall on `origin + map.seconds(tick)`.
    Map {
        /// The instant of tick 0.
        origin: Duration,
        /// The stalls ([`Pulse::stalled_ns`]) that this origin has been moved by already.
        stalled: Duration,
        /// The tempo map.
        map: Arc<TempoMap>,
    },
    /// Who gets them.
    Targets(Arc<[Target]>),
    /// A datagram that goes out just before that bot's `/mc/time` of this tick.
    Before {
        /// Which tick.
        tick: Tick,
        /// To whom.
        to: SocketAddr,
        /// As late as that bot's ticks.
        delay: Duration,
        /// What.
        bytes: Box<[u8]>,
    },
    /// A port gets MIDI clock from now on.
    Port(Box<OpenPort>),
    /// The ports' clocks stop where a tick would have been.
    Stop {
        /// The first tick that has no pulses.
        from: Tick,
        /// The instant at which it would have been due.
        at: Duration,
        /// Whether they may go on from there.
        again: bool,
    },
}

/// How the clock is doing; read by whoever likes.
#[derive(Default)]
pub struct Pulse {
    /// The next tick that has not been sent.
    pub next_tick: AtomicU64,
    /// The worst lateness of a tick so far, in nanoseconds.
    pub worst_late_ns: AtomicU64,
    /// How long the whole process has stood still (suspended, stopped) in all, in nanoseconds:
    /// musical time stood still with it, instead of a hail of ticks that are long past.
    pub stalled_ns: AtomicU64,
    /// Whether the thread runs with real-time priority.
    pub realtime: AtomicBool,
}

/// The running thread. Dropping it ends it.
pub struct ClockThread {
    orders: rtrb::Producer<Order>,
    waiting: VecDeque<Order>,
    /// Ports that have gone, for somebody to close them who has the time.
    gone: rtrb::Consumer<Box<OpenPort>>,
    pulse: Arc<Pulse>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Orders that fit into the ring; what does not fit waits on our side, in order.
const RING: usize = 4096;

/// A tick that is later than this was not late: we had been stopped.
const STALL: Duration = Duration::from_secs(1);

/// Ports for MIDI clock at most.
const PORTS: usize = 32;

/// A clock that is stopped because the thread ends gets so long to say so.
const LAST_WORDS: Duration = Duration::from_millis(20);

/// Between ticks the thread wakes at least this often to take orders.
const LONGEST_SLEEP: Duration = Duration::from_millis(20);

impl ClockThread {
    /// Starts the thread. `latency` is D: how long after its instant a tick sounds.
    ///
    /// # Errors
    /// When the system gives us no thread.
    pub fn start(socket: UdpSocket, latency: Duration) -> std::io::Result<Self> {
        let (orders, inbox) = rtrb::RingBuffer::new(RING);
        let (gone, back) = rtrb::RingBuffer::new(PORTS);
        let pulse = Arc::new(Pulse::default());
        let stop = Arc::new(AtomicBool::new(false));
        let mut clock = Clock {
            socket,
            latency,
            inbox,
            pulse: pulse.clone(),
            stop: stop.clone(),
            map: None,
            stalled: Duration::ZERO,
            targets: Arc::from([]),
            groups: Vec::with_capacity(16),
            before: VecDeque::with_capacity(RING),
            garbage: Vec::with_capacity(RING),
            ports: Vec::with_capacity(PORTS),
            gone,
        };
        let thread = std::thread::Builder::new().name("clock".into()).spawn(move || clock.run())?;
        Ok(Self { orders, waiting: VecDeque::new(), gone: back, pulse, stop, thread: Some(thread) })
    }

    /// Gives an order. Never waits; orders arrive in the order they were given.
    pub fn order(&mut self, order: Order) {
        self.waiting.push_back(order);
        self.flush();
    }

    /// Passes on what did not fit into the ring before.
    pub fn flush(&mut self) {
        while !self.orders.is_full() {
            let Some(order) = self.waiting.pop_front() else { return };
            if let Err(rtrb::PushError::Full(order)) = self.orders.push(order) {
                self.waiting.push_front(order);
                return;
            }
        }
    }

    /// A port that has gone and gets no clock any more.
    pub fn lost_port(&mut self) -> Option<Box<OpenPort>> {
        self.gone.pop().ok()
    }

    /// How the clock is doing.
    #[must_use]
    pub fn pulse(&self) -> &Arc<Pulse> {
        &self.pulse
    }
}

impl Drop for ClockThread {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// All targets with the same delay; they get tick after tick together.
struct Group {
    delay: Duration,
    next: Tick,
}

struct Clock {
    socket: UdpSocket,
    latency: Duration,
    inbox: rtrb::Consumer<Order>,
    pulse: Arc<Pulse>,
    stop: Arc<AtomicBool>,
    /// The instant of tick 0, and the map from there.
    map: Option<(Duration, Arc<TempoMap>)>,
    stalled: Duration,
    targets: Arc<[Target]>,
    groups: Vec<Group>,
    before: VecDeque<(Tick, SocketAddr, Duration, Box<[u8]>)>,
    garbage: Vec<Order>,
    ports: Vec<(Box<OpenPort>, ClockOut)>,
    gone: rtrb::Producer<Box<OpenPort>>,
}

impl Clock {
    fn run(&mut self) {
        self.pulse.realtime.store(realtime(), Relaxed);
        while !self.stop.load(Relaxed) {
            self.take_orders();
            self.look_after_ports();
            let now = clock::now();
            let Some((due, group)) = self.next_due() else {
                self.garbage.clear();
                clock::sleep_until(now + LONGEST_SLEEP);
                continue;
            };
            if due > now {
                self.garbage.clear();
                clock::sleep_until(due.min(now + LONGEST_SLEEP));
                continue;
            }
            if now - due > STALL {
                self.stand_still(now - due);
                continue;
            }
            self.send(group, due);
            self.pulse.worst_late_ns.fetch_max((now - due).as_nanos() as u64, Relaxed);
        }
        self.last_words();
    }

    fn take_orders(&mut self) {
        while let Ok(order) = self.inbox.pop() {
            match order {
                Order::Map { origin, stalled, map } => {
                    let origin = origin + self.stalled.saturating_sub(stalled);
                    // Who has been left behind by another machine goes on where that one is.
                    for group in &mut self.groups {
                        group.next = group.next.max(map.begins());
                    }
                    if let Some((origin, map)) = self.map.replace((origin, map)) {
                        self.bin(Order::Map { origin, stalled, map });
                    }
                }
                Order::Targets(targets) => {
                    let old = std::mem::replace(&mut self.targets, targets);
                    self.bin(Order::Targets(old));
                    self.regroup();
                }
                Order::Before { tick, to, delay, bytes } => self.before.push_back((tick, to, delay, bytes)),
                Order::Port(port) => {
                    if self.ports.len() < PORTS {
                        let out = port.clock();
                        self.ports.push((port, out));
                    } else {
                        self.bin(Order::Port(port));
                    }
                }
                Order::Stop { from, at, again } => {
                    let sounds = at + self.latency;
                    for (port, out) in &mut self.ports {
                        out.stop(from, sounds, again, &mut |at, word| port.send(at, word));
                    }
                }
            }
        }
    }

    /// A port that has gone is closed elsewhere: that may take its time.
    fn look_after_ports(&mut self) {
        while let Some(lost) = self.ports.iter().position(|(port, _)| port.is_lost()) {
            if self.gone.is_full() {
                return;
            }
            let (port, _) = self.ports.swap_remove(lost);
            let _ = self.gone.push(port);
        }
    }

    /// Whoever was running gets to know that nothing more comes.
    fn last_words(&mut self) {
        let now = clock::now();
        let running = self.ports.iter_mut().filter(|(_, out)| out.is_running(now));
        let mut any = false;
        for (port, _) in running {
            port.forget();
            any |= port.send(now, ClockWord::Stop);
        }
        if any {
            clock::sleep_until(now + LAST_WORDS);
        }
    }

    /// Time has passed without us: the music goes on from where it was.
    fn stand_still(&mut self, by: Duration) {
        self.stalled += by;
        self.pulse.stalled_ns.store(self.stalled.as_nanos() as u64, Relaxed);
        if let Some((origin, _)) = &mut self.map {
            *origin += by;
        }
    }

    /// Keeps what is no longer needed until there is time to free it.
    fn bin(&mut self, order: Order) {
        if self.garbage.len() < self.garbage.capacity() {
            self.garbage.push(order);
        }
    }

    /// A group that stays goes on where it was; a new one begins at the tick that comes next for it.
    fn regroup(&mut self) {
        let targets = self.targets.clone();
        self.groups.retain(|g| g.delay.is_zero() || targets.iter().any(|t| t.delay == g.delay));
        for target in targets.iter() {
            self.group(target.delay);
        }
        // What was meant for a group that is gone goes nowhere.
        let groups = &self.groups;
        self.before.retain(|(_, _, delay, _)| groups.iter().any(|g| g.delay == *delay));
    }

    fn group(&mut self, delay: Duration) {
        if self.groups.iter().any(|g| g.delay == delay) {
            return;
        }
        let next = match &self.map {
            None => Tick(0),
            Some((origin, map)) => {
                let since = clock::now().as_secs_f64() - delay.as_secs_f64() - origin.as_secs_f64();
                map.first_tick_from(since).max(map.begins())
            }
        };
        self.groups.push(Group { delay, next });
    }

    /// The next deadline, and whose.
    fn next_due(&mut self) -> Option<(Duration, usize)> {
        // The grid itself goes on even when nobody listens.
        self.group(Duration::ZERO);
        let (origin, map) = self.map.as_ref()?;
        let due = |g: &Group| *origin + Duration::from_secs_f64(map.seconds(g.next).max(0.0)) + g.delay;
        self.groups.iter().enumerate().map(|(i, g)| (due(g), i)).min()
    }

    fn send(&mut self, group: usize, due: Duration) {
        let Some((_, map)) = &self.map else { return };
        let Group { delay, next: tick } = self.groups[group];
        // The wall clock is read for every tick, so a step of it lasts one tick at the most.
        let (now, wall) = both_clocks();
        let sounds = wall + (due - delay + self.latency).saturating_sub(now);
        let tempo = map.tempo(tick);
        let tagged = time_bundle(tempo, tick, TimeTag::from_system_time(sounds));
        let bare = time_message(tempo, tick);
        for (_, to, _, bytes) in self.before.iter().filter(|(t, _, d, _)| *t <= tick && *d == delay) {
            let _ = self.socket.send_to(bytes, to);
        }
        for target in self.targets.iter().filter(|t| t.delay == delay) {
            // A bot that is gone answers with an error that concerns nobody else.
            let _ = match target.tagged {
                true => self.socket.send_to(&tagged, target.to),
                false => self.socket.send_to(&bare, target.to),
            };
        }
        self.before.retain(|(t, _, d, _)| *t > tick || *d != delay);
        self.groups[group].next = tick + 1;
        if delay.is_zero() {
            let (sounds, period) = (due + self.latency, map.period(tick));
            for (port, out) in &mut self.ports {
                out.tick(tick, sounds, period, &mut |at, word| port.send(at, word));
            }
            self.pulse.next_tick.store((tick.0 + 1).unsigned_abs(), Relaxed);
        }
    }
}

/// The monotonic and the wall clock at the same instant, as near as can be had: who is put aside
/// between reading one and the other would send all bots a tick that sounds as much too late.
/// Realtime-safe: yes.
fn both_clocks() -> (Duration, SystemTime) {
    /// No read takes longer, unless somebody else gets the processor meanwhile.
    const UNDISTURBED: Duration = Duration::from_micros(20);
    let read = || {
        let before = clock::now();
        let wall = SystemTime::now();
        let width = clock::now() - before;
        (width, before + width / 2, wall)
    };
    let mut best = read();
    for _ in 0..2 {
        if best.0 <= UNDISTURBED {
            break;
        }
        let again = read();
        best = if again.0 < best.0 { again } else { best };
    }
    (best.1, best.2)
}
