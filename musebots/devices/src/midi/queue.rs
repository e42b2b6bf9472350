//! In which order messages go, and when: each at its instant, and where the wire is full the
//! important ones first. Pure: time is an argument. Realtime-safe: yes, all but `new`.

use super::message::{MidiMessage, Place, Rank};
use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};
use std::time::{Duration, Instant};

/// Messages that wait, at most.
pub(crate) const MOST_WAITING: usize = 2048;
/// What a byte takes on a DIN cable: ten bits at 31,250 a second.
const BYTE: Duration = Duration::from_micros(320);
/// So much may be on its way before what is less important has to wait: a chord of three.
const IN_FLIGHT: Duration = Duration::from_millis(3);
const RANKS: [Rank; 4] = [Rank::Clock, Rank::Off, Rank::On, Rank::Control];

/// Messages that have not been sent yet.
pub(crate) struct Queue {
    /// Not due yet, the earliest first.
    later: BinaryHeap<Waiting>,
    /// Due, by importance; in each the order in which they became due.
    due: [VecDeque<Waiting>; RANKS.len()],
    kept: KeptInOrder,
    given: u64,
    /// Whether there is a cable that bytes take their time on, and when it has carried all that was sent.
    wired: bool,
    wire_free: Option<Instant>,
}

/// What is to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Send this: it was due at that instant.
    Send(Instant, MidiMessage),
    /// Nothing before this instant.
    Wait(Instant),
    /// Nothing at all.
    Nothing,
}

impl Queue {
    pub(crate) fn new(wired: bool) -> Self {
        Self {
            later: BinaryHeap::with_capacity(MOST_WAITING),
            due: std::array::from_fn(|_| VecDeque::with_capacity(MOST_WAITING)),
            kept: KeptInOrder::new(),
            given: 0,
            wired,
            wire_free: None,
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.later.len() + self.due.iter().map(VecDeque::len).sum::<usize>() >= MOST_WAITING
    }

    /// Whether something has not gone that was due by then.
    pub(crate) fn is_behind(&self, then: Instant) -> bool {
        self.due.iter().any(|due| !due.is_empty()) || self.later.peek().is_some_and(|waiting| waiting.at <= then)
    }

    /// A message that is to go at an instant. There must be room for it.
    pub(crate) fn give(&mut self, at: Instant, message: MidiMessage) {
        self.given += 1;
        self.later.push(Waiting { at, given: self.given, message });
    }

    /// What has not gone by now does not go.
    pub(crate) fn forget(&mut self) {
        self.later.clear();
        self.due.iter_mut().for_each(VecDeque::clear);
        self.kept.forget();
    }

    /// What to do at this instant; a message that is handed out here counts as sent.
    pub(crate) fn next(&mut self, now: Instant) -> Next {
        while self.later.peek().is_some_and(|waiting| waiting.at <= now)
            && let Some(waiting) = self.later.pop()
        {
            let rank = self.kept.add(&waiting.message);
            self.due[rank as usize].push_back(waiting);
        }
        let then = self.later.peek().map(|waiting| waiting.at);
        let Some(first) = self.due.iter().position(|due| !due.is_empty()) else {
            return then.map_or(Next::Nothing, Next::Wait);
        };
        if let Some(room) = self.room_at(now)
            && first != Rank::Clock as usize
        {
            return Next::Wait(then.map_or(room, |then| then.min(room)));
        }
        let Some(Waiting { at, message, .. }) = self.due[first].pop_front() else { return Next::Nothing };
        self.kept.remove(&message);
        if self.wired {
            let from = self.wire_free.map_or(now, |free| free.max(now));
            self.wire_free = Some(from + BYTE * message.bytes().len() as u32);
        }
        Next::Send(at, message)
    }

    /// When there is room on the wire again, if there is none now.
    fn room_at(&self, now: Instant) -> Option<Instant> {
        let room = self.wire_free?.checked_sub(IN_FLIGHT)?;
        (room > now).then_some(room)
    }
}

/// A message, and when it is to go.
#[derive(Clone, Copy)]
struct Waiting {
    at: Instant,
    given: u64,
    message: MidiMessage,
}

/// The heap has its greatest on top, so the earliest is the greatest.
impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.given).cmp(&(self.at, self.given))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Waiting {}

/// Keeps a key's end behind its beginning, and notes behind the change of sound before them: what
/// comes later in one place is never ranked above what is waiting there.
struct KeptInOrder {
    keys: Box<[[Held; 128]; 16]>,
    /// What is for a whole channel, and all that is waiting on it.
    whole: [Held; 16],
    all: [Held; 16],
}

/// How many wait in a place, and the least important of them.
#[derive(Clone, Copy, Default)]
struct Held {
    count: u16,
    rank: usize,
}

impl Held {
    fn rank(self) -> usize {
        if self.count > 0 { self.rank } else { 0 }
    }

    fn add(&mut self, rank: usize) {
        self.rank = self.rank().max(rank);
        self.count += 1;
    }

    fn remove(&mut self) {
        self.count = self.count.saturating_sub(1);
    }
}

impl KeptInOrder {
    fn new() -> Self {
        let none = Held::default();
        Self { keys: Box::new([[none; 128]; 16]), whole: [none; 16], all: [none; 16] }
    }

    fn add(&mut self, message: &MidiMessage) -> Rank {
        let own = message.rank() as usize;
        let rank = match message.place() {
            Place::Free => own,
            Place::Key(channel, pitch) => {
                let channel = usize::from(channel - 1);
                let key = &mut self.keys[channel][usize::from(pitch)];
                let rank = own.max(key.rank()).max(self.whole[channel].rank());
                key.add(rank);
                self.all[channel].add(rank);
                rank
            }
            Place::Channel(channel) => {
                let channel = usize::from(channel - 1);
                let rank = own.max(self.all[channel].rank());
                self.whole[channel].add(rank);
                self.all[channel].add(rank);
                rank
            }
        };
        RANKS[rank]
    }

    fn remove(&mut self, message: &MidiMessage) {
        match message.place() {
            Place::Free => {}
            Place::Key(channel, pitch) => {
                self.keys[usize::from(channel - 1)][usize::from(pitch)].remove();
                self.all[usize::from(channel - 1)].remove();
            }
            Place::Channel(channel) => {
                self.whole[usize::from(channel - 1)].remove();
                self.all[usize::from(channel - 1)].remove();
            }
        }
    }

    fn forget(&mut self) {
        let none = Held::default();
        *self.keys = [[none; 128]; 16];
        self.whole = [none; 16];
        self.all = [none; 16];
    }
}

#[cfg(test)]
mod tests;
