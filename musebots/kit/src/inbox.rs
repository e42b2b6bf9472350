//! From the receiving thread to the playing one: bounded by kind. When one kind is full, the
//! oldest of that kind goes; a flood of words can never cost a tick, and a tick that goes is
//! made up by the clock.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

/// One datagram and when it came.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) at: Instant,
    pub(crate) wall: SystemTime,
    pub(crate) bytes: Box<[u8]>,
}

/// What kinds there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `/mc/time`.
    Tick,
    /// `/mc/hello`.
    Hello,
    /// All else that a director says.
    Order,
    /// A broadcast.
    Word,
}

impl Kind {
    /// How many may wait, and how many bytes of them.
    const fn bounds(self) -> (usize, usize) {
        match self {
            Self::Tick => (1024, 1 << 18),
            Self::Hello => (4, 1 << 10),
            Self::Order => (256, 1 << 20),
            Self::Word => (1024, 1 << 20),
        }
    }
}

/// The inbox.
#[derive(Default)]
pub(crate) struct Inbox {
    inside: Mutex<Inside>,
    filled: Condvar,
}

#[derive(Default)]
struct Inside {
    waiting: VecDeque<(Kind, Arrival)>,
    /// By kind: how many, and how many bytes.
    sizes: [(usize, usize); 4],
    nudged: bool,
}

impl Inbox {
    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts one in.
    pub(crate) fn put(&self, kind: Kind, arrival: Arrival) {
        let mut inside = self.lock();
        let (most, most_bytes) = kind.bounds();
        let size = arrival.bytes.len();
        while inside.sizes[kind as usize].0 >= most
            || (inside.sizes[kind as usize].0 > 0 && inside.sizes[kind as usize].1 + size > most_bytes)
        {
            let Some(oldest) = inside.waiting.iter().position(|(k, _)| *k == kind) else { break };
            if let Some((kind, gone)) = inside.waiting.remove(oldest) {
                inside.shrink(kind, gone.bytes.len());
            }
        }
        inside.sizes[kind as usize].0 += 1;
        inside.sizes[kind as usize].1 += size;
        inside.waiting.push_back((kind, arrival));
        drop(inside);
        self.filled.notify_one();
    }

    /// Wakes whoever waits, without anything to take.
    pub(crate) fn nudge(&self) {
        self.lock().nudged = true;
        self.filled.notify_one();
    }

    /// The oldest, waiting for it until `deadline`; `None` when the time has come, or a nudge.
    pub(crate) fn take(&self, deadline: Instant) -> Option<Arrival> {
        let mut inside = self.lock();
        loop {
            if let Some((kind, arrival)) = inside.waiting.pop_front() {
                inside.shrink(kind, arrival.bytes.len());
                return Some(arrival);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if std::mem::take(&mut inside.nudged) || left.is_zero() {
                return None;
            }
            inside = self
                .filled
                .wait_timeout(inside, left.min(Duration::from_secs(3600)))
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

impl Inside {
    fn shrink(&mut self, kind: Kind, bytes: usize) {
        let size = &mut self.sizes[kind as usize];
        *size = (size.0 - 1, size.1 - bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival(bytes: &[u8]) -> Arrival {
        Arrival { at: Instant::now(), wall: SystemTime::now(), bytes: bytes.into() }
    }

    fn drain(inbox: &Inbox) -> Vec<Arrival> {
        std::iter::from_fn(|| inbox.take(Instant::now())).collect()
    }

    #[test]
    fn a_flood_of_words_costs_no_tick_and_keeps_the_newest_words() {
        let inbox = Inbox::default();
        inbox.put(Kind::Tick, arrival(b"tick"));
        for n in 0..100_000_u32 {
            inbox.put(Kind::Word, arrival(&n.to_be_bytes()));
        }
        let all = drain(&inbox);
        assert_eq!(all.len(), 1025);
        assert_eq!(&*all[0].bytes, b"tick");
        assert_eq!(*all[1024].bytes, 99_999_u32.to_be_bytes());
    }

    #[test]
    fn large_datagrams_are_bounded_by_their_bytes() {
        let inbox = Inbox::default();
        (0..100).for_each(|_| inbox.put(Kind::Word, arrival(&[0; 65_000])));
        assert_eq!(drain(&inbox).len(), 16);
    }

    #[test]
    fn what_is_put_in_comes_out_in_order() {
        let inbox = Inbox::default();
        inbox.put(Kind::Order, arrival(b"1"));
        inbox.put(Kind::Tick, arrival(b"2"));
        inbox.put(Kind::Word, arrival(b"3"));
        assert_eq!(drain(&inbox).iter().map(|a| a.bytes[0]).collect::<Vec<_>>(), *b"123");
    }
}
