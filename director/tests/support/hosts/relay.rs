//! The wires between hosts: one thread that takes whole IP packets from all of them and delivers
//! each when it is due.

use super::{
    link::{Link, Way},
    switchboard::{Counts, Cut, Switchboard},
};
use director::clock;
use rustix::{
    event::{PollFd, PollFlags, poll},
    time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime},
};
use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    fs::File,
    io::{Read as _, Write as _},
    net::Ipv4Addr,
    os::fd::OwnedFd,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

/// Packets under way at most; more are lost, and counted.
const UNDER_WAY: usize = 65_536;
/// Packets from one host before the next has its turn.
const TURN: usize = 32;

/// What is asked of the wires while they work. They end with this.
pub(crate) struct Relay {
    board: Arc<Mutex<Switchboard>>,
    ending: Option<std::io::PipeWriter>,
    thread: Option<JoinHandle<()>>,
}

impl Relay {
    /// Wires between hosts, given our end of each one's interface.
    pub(super) fn start(seed: u64, hosts: Vec<(Ipv4Addr, File)>) -> std::io::Result<Self> {
        let (addresses, tuns) = hosts.into_iter().unzip();
        let board = Arc::new(Mutex::new(Switchboard::new(seed, addresses)));
        let (ended, ending) = std::io::pipe()?;
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK)?;
        let (under_way, buffer) = (BinaryHeap::new(), vec![0; 65_536]);
        let post = Post { board: board.clone(), tuns, ended, timer, under_way, number: 0, buffer };
        let thread = std::thread::Builder::new().name("wires".into()).spawn(move || post.run())?;
        Ok(Self { board, ending: Some(ending), thread: Some(thread) })
    }

    fn board(&self) -> MutexGuard<'_, Switchboard> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All wires are like this from now on.
    pub(crate) fn set(&self, link: Link) {
        let mut board = self.board();
        let hosts = board.addresses.len();
        for way in (0..hosts * hosts).map(|n| Way { from: n / hosts, to: n % hosts }) {
            board.set(way, link);
        }
    }

    /// The wires of two hosts, in both directions.
    pub(crate) fn set_between(&self, a: usize, b: usize, link: Link) {
        self.set_one_way(Way { from: a, to: b }, link);
        self.set_one_way(Way { from: b, to: a }, link);
    }

    /// One direction alone.
    pub(crate) fn set_one_way(&self, way: Way, link: Link) {
        self.board().set(way, link);
    }

    /// Nothing passes between these two any more.
    pub(crate) fn cut(&self, a: usize, b: usize) {
        self.lay(a, b, Cut::Everything);
    }

    /// No call gets through between these two any more; datagrams do.
    pub(crate) fn cut_calls(&self, a: usize, b: usize) {
        self.lay(a, b, Cut::Calls);
    }

    /// It passes again.
    pub(crate) fn mend(&self, a: usize, b: usize) {
        self.lay(a, b, Cut::Nothing);
    }

    fn lay(&self, a: usize, b: usize, cut: Cut) {
        let mut board = self.board();
        board.cut(Way { from: a, to: b }, cut);
        board.cut(Way { from: b, to: a }, cut);
    }

    /// What has become of the packets of one direction.
    pub(crate) fn counts(&self, from: usize, to: usize) -> Counts {
        self.board().counts(Way { from, to })
    }

    /// How many packets were for an address that nobody has.
    pub(crate) fn nowhere(&self) -> u64 {
        self.board().nowhere
    }

    /// Where a host is reached.
    pub(crate) fn address(&self, host: usize) -> Ipv4Addr {
        self.board().addresses[host]
    }

    /// It is reached elsewhere from now on.
    pub(super) fn readdress(&self, host: usize, address: Ipv4Addr) {
        self.board().addresses[host] = address;
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        drop(self.ending.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A packet under way. The earliest is the first; of two at the same instant, the one that was sent first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Parcel {
    due: Duration,
    number: u64,
    from: usize,
    to: usize,
    packet: Box<[u8]>,
}

struct Post {
    board: Arc<Mutex<Switchboard>>,
    /// Our ends of the hosts' interfaces.
    tuns: Vec<File>,
    ended: std::io::PipeReader,
    /// Absolute, and in a poll as exact as nothing else.
    timer: OwnedFd,
    under_way: BinaryHeap<Reverse<Parcel>>,
    number: u64,
    buffer: Vec<u8>,
}

impl Post {
    fn run(mut self) {
        raise_priority();
        loop {
            self.take();
            self.deliver();
            self.set_timer();
            let mut all: Vec<PollFd<'_>> = self.tuns.iter().map(|tun| PollFd::new(tun, PollFlags::IN)).collect();
            all.push(PollFd::new(&self.timer, PollFlags::IN));
            all.push(PollFd::new(&self.ended, PollFlags::IN));
            match poll(&mut all, None) {
                Ok(_) if all.last().is_some_and(|ended| !ended.revents().is_empty()) => return,
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(_) => return,
            }
        }
    }

    /// Takes what hosts have sent, a turn of each, and decides what becomes of it.
    fn take(&mut self) {
        for from in 0..self.tuns.len() {
            for _ in 0..TURN {
                let Ok(length) = self.tuns[from].read(&mut self.buffer) else { break };
                let now = clock::now();
                let packet = &self.buffer[..length];
                let mut board = self.board.lock().unwrap_or_else(PoisonError::into_inner);
                for to in board.receivers(from, packet) {
                    let way = Way { from, to };
                    if self.under_way.len() >= UNDER_WAY {
                        board.overflowed(way);
                        continue;
                    }
                    let Some(due) = board.sent(now, way, packet) else { continue };
                    self.number += 1;
                    self.under_way.push(Reverse(Parcel { due, number: self.number, from, to, packet: packet.into() }));
                }
            }
        }
    }

    fn deliver(&mut self) {
        while self.under_way.peek().is_some_and(|Reverse(parcel)| parcel.due <= clock::now()) {
            let Some(Reverse(Parcel { from, to, packet, .. })) = self.under_way.pop() else { return };
            let arrives = self.board.lock().unwrap_or_else(PoisonError::into_inner).arrives(Way { from, to }, &packet);
            if arrives {
                // A host whose interface is down loses it.
                let _ = self.tuns[to].write(&packet);
            }
        }
    }

    /// Wakes the poll at the next deadline (one that has passed is at once), or not at all: that is zero.
    fn set_timer(&self) {
        let due = self.under_way.peek().map_or(Duration::ZERO, |Reverse(next)| next.due);
        let at = Timespec { tv_sec: due.as_secs() as _, tv_nsec: due.subsec_nanos().into() };
        let once = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: at };
        let _ = timerfd_settime(&self.timer, TimerfdTimerFlags::ABSTIME, &once);
    }
}

/// A wire is not late because a program is busy: before the directors' clock threads, where the system lets us.
fn raise_priority() {
    use thread_priority::{
        ThreadPriority, ThreadPriorityValue,
        unix::{RealtimeThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy, thread_native_id},
    };
    let Ok(value) = ThreadPriorityValue::try_from(60_u8) else { return };
    let _ = set_thread_priority_and_policy(
        thread_native_id(),
        ThreadPriority::Crossplatform(value),
        ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo),
    );
}
