//! From whoever plays to whoever sends: a ring of messages with their instants, and what is told
//! back. Both ends are realtime-safe.

use super::message::MidiMessage;
use super::queue::{MOST_WAITING, Next, Queue};
use rtrb::{Consumer, Producer, RingBuffer};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed, Ordering::SeqCst};
use std::time::{Duration, Instant};

/// Reports of lateness that wait to be read, at most; what does not fit is not reported.
const REPORTS: usize = 2048;

/// What both ends see.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// The port has gone.
    pub(crate) lost: AtomicBool,
    /// Counts the times that all was to be forgotten.
    era: AtomicU32,
    /// The giving end has gone: what is due is still sent, then it is over.
    pub(crate) closing: AtomicBool,
    /// Nothing that is due is left.
    pub(crate) idle: AtomicBool,
    /// How long ahead of its instant a message must be given, in microseconds.
    pub(crate) latency: AtomicU32,
}

impl Shared {
    pub(crate) fn latency(&self) -> Duration {
        Duration::from_micros(self.latency.load(Relaxed).into())
    }

    pub(crate) fn set_latency(&self, latency: Duration) {
        self.latency.store(latency.as_micros().try_into().unwrap_or(u32::MAX), Relaxed);
    }
}

struct Given {
    at: Instant,
    message: MidiMessage,
    era: u32,
}

/// The giving end.
pub(crate) struct Inlet {
    ring: Producer<Given>,
    late: Consumer<f32>,
    pub(crate) shared: Arc<Shared>,
    era: u32,
}

/// The sending end.
pub(crate) struct Outbox {
    ring: Consumer<Given>,
    late: Producer<f32>,
    pub(crate) shared: Arc<Shared>,
    era: u32,
    queue: Queue,
}

/// Both ends; `wired` where bytes take their time on a cable.
pub(crate) fn outbox(wired: bool) -> (Inlet, Outbox) {
    let (give, take) = RingBuffer::new(MOST_WAITING);
    let (report, late) = RingBuffer::new(REPORTS);
    let shared = Arc::new(Shared::default());
    let inlet = Inlet { ring: give, late, shared: Arc::clone(&shared), era: 0 };
    (inlet, Outbox { ring: take, late: report, shared, era: 0, queue: Queue::new(wired) })
}

impl Inlet {
    /// `false` when the ring is full.
    pub(crate) fn give(&mut self, at: Instant, message: MidiMessage) -> bool {
        self.ring.push(Given { at, message, era: self.era }).is_ok()
    }

    pub(crate) fn forget(&mut self) {
        self.era = self.era.wrapping_add(1);
        self.shared.era.store(self.era, SeqCst);
    }

    pub(crate) fn lateness(&mut self, mut each: impl FnMut(f32)) {
        while let Ok(late) = self.late.pop() {
            each(late);
        }
    }
}

impl Outbox {
    /// Takes in what was given since.
    pub(crate) fn take_in(&mut self) {
        self.begin_era(self.shared.era.load(SeqCst));
        while !self.queue.is_full()
            && let Ok(given) = self.ring.pop()
        {
            // One of a later era may come before the counter is seen; those of an earlier are void.
            if given.era.wrapping_sub(self.era) as i32 > 0 {
                self.begin_era(given.era);
            }
            if given.era == self.era {
                self.queue.give(given.at, given.message);
            }
        }
    }

    fn begin_era(&mut self, era: u32) {
        if era != self.era {
            self.era = era;
            self.queue.forget();
        }
    }

    pub(crate) fn next(&mut self, now: Instant) -> Next {
        self.queue.next(now)
    }

    /// Whether something has not gone that was due by then.
    pub(crate) fn is_behind(&self, then: Instant) -> bool {
        self.queue.is_behind(then) || !self.ring.is_empty()
    }

    /// Reports what was sent: negative where it was early by a part of a frame.
    pub(crate) fn sent(&mut self, due: Instant, at: Instant) {
        let late = match at.checked_duration_since(due) {
            Some(late) => late.as_secs_f32(),
            None => -due.duration_since(at).as_secs_f32(),
        };
        let _ = self.late.push(late * 1000.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_before_it_was_to_be_forgotten_does_not_go_and_what_came_after_does() {
        let (mut inlet, mut outbox) = outbox(false);
        let now = Instant::now();
        assert!(inlet.give(now, MidiMessage::note_on(1, 60, 100)));
        outbox.take_in();
        assert!(inlet.give(now, MidiMessage::note_on(1, 61, 100)));
        inlet.forget();
        assert!(inlet.give(now, MidiMessage::note_off(1, 60)));
        outbox.take_in();
        assert_eq!(outbox.next(now), Next::Send(now, MidiMessage::note_off(1, 60)));
        assert_eq!(outbox.next(now), Next::Nothing);
    }

    #[test]
    fn a_full_ring_says_so_and_what_is_in_it_is_kept() {
        let (mut inlet, mut outbox) = outbox(false);
        let now = Instant::now();
        let given = (0..10_000).take_while(|_| inlet.give(now, MidiMessage::CLOCK)).count();
        assert_eq!(given, MOST_WAITING);
        outbox.take_in();
        assert!(inlet.give(now, MidiMessage::CLOCK));
        let mut sent = 0;
        loop {
            outbox.take_in();
            match outbox.next(now) {
                Next::Send(due, _) => outbox.sent(due, now),
                _ => break,
            }
            sent += 1;
        }
        assert_eq!(sent, MOST_WAITING + 1);
        let mut reports = 0;
        inlet.lateness(|late| {
            assert_eq!(late, 0.0);
            reports += 1;
        });
        assert_eq!(reports, REPORTS);
    }
}
