//! Hosts that are far apart hear each other whole phrases late (`delay = { phrases = 1 }`): what was said at a tick is heard at
//! the same place of a later phrase, on time, however long it was on the way. A way that takes longer than the delay
//! costs another phrase.

use crate::{
    clock_thread::Order,
    director::Director,
    event::{Action, Tone},
    network::HostName,
};
use musebot_protocol::{Message, Tick, messages};
use std::{collections::VecDeque, net::SocketAddr, time::Duration};

/// Messages that wait, at most; and their bytes.
const MOST: usize = 16_384;
const MOST_BYTES: usize = 4 << 20;

/// What waits for its phrase.
#[derive(Default)]
pub(in crate::director) struct Delayed {
    /// In the order in which they are due; those of one tick in the order in which they came.
    waiting: VecDeque<(Tick, HostName, Vec<u8>)>,
    bytes: usize,
}

impl Delayed {
    /// Keeps a message until its tick; `false` when there is no room for it.
    pub(super) fn keep(&mut self, due: Tick, host: HostName, bytes: &[u8]) -> bool {
        if self.waiting.len() >= MOST || self.bytes + bytes.len() > MOST_BYTES {
            return false;
        }
        let at = self.waiting.partition_point(|(tick, ..)| *tick <= due);
        self.waiting.insert(at, (due, host, bytes.to_vec()));
        self.bytes += bytes.len();
        true
    }

    /// The next that is due at a tick, or before it.
    fn take(&mut self, tick: Tick) -> Option<(HostName, Vec<u8>)> {
        self.waiting.front().filter(|(due, ..)| *due <= tick)?;
        let (_, host, bytes) = self.waiting.pop_front()?;
        self.bytes -= bytes.len();
        Some((host, bytes))
    }
}

/// The tick at which something is heard that was said at `said`: so many phrases later, and later still when that has
/// passed already.
fn due(said: Tick, phrases: u32, phrase: i64, next: Tick) -> Tick {
    let due = said + i64::from(phrases) * phrase;
    let late = (next.0 - due.0).max(0);
    due + (late + phrase - 1).div_euclid(phrase) * phrase
}

impl Director {
    /// Whether what other hosts say is heard as soon as it comes.
    #[must_use]
    pub fn hears_at_once(&self) -> bool {
        self.ensemble.network.delay_phrases == 0 || self.origin.is_none()
    }

    /// The tick at which a bot of ours speaks, `next` being the one that the clock sends next: who gets its ticks late
    /// speaks as late.
    #[must_use]
    pub fn speaks_at(&self, now: Duration, from: SocketAddr, next: Tick) -> Tick {
        let late = self.roster.iter().find(|bot| bot.source == Some(from));
        let late = late.map_or(Duration::ZERO, |bot| bot.delay(self.ensemble.latency, self.ensemble.delay_historic));
        if self.hears_at_once() || late.is_zero() { next - 1 } else { self.current_tick(now.saturating_sub(late)) }
    }

    /// A bot of another host has said something that is heard later.
    pub(super) fn heard_later(&mut self, host: &HostName, said: Tick, message: &Message) {
        let phrase = i64::from(self.score.phrase.max(1)) * self.ensemble.meter.ticks_per_bar();
        let next = self.unplanned;
        // Nobody is believed to speak from the future, or from before the beginning.
        let said = Tick(said.0.clamp(0, next.0.max(0)));
        let due = due(said, self.ensemble.network.delay_phrases, phrase, next);
        if let Some(networking) = &mut self.networking {
            let kept = networking.delayed.keep(due, host.clone(), message.bytes);
            if !kept && !std::mem::replace(&mut networking.told_full, true) {
                self.say(Tone::Warning, format!(
                    "more is said on other machines within the delay than is kept ({MOST} messages, {} MiB): what there is \
                     no room for is not heard here",
                    MOST_BYTES >> 20
                ));
            }
        }
    }

    /// What is due at a tick is handed to the clock thread, for everybody here.
    pub(in crate::director) fn release(&mut self, now: Duration, tick: Tick) {
        while let Some((host, bytes)) = self.networking.as_mut().and_then(|n| n.delayed.take(tick)) {
            let before = self.out.len();
            self.release_one(tick, &bytes);
            for message in messages(&bytes).flatten() {
                self.understood(now, &host, message);
            }
            self.cut_short(now, Some(&host), before);
        }
    }

    fn release_one(&mut self, tick: Tick, bytes: &[u8]) {
        let topic = messages(bytes).flatten().next().and_then(|message| message.topic());
        if topic.is_some_and(|topic| self.forwards(topic)) {
            let (latency, historic) = (self.ensemble.latency, self.ensemble.delay_historic);
            for bot in self.roster.iter().filter(|b| b.is_here()) {
                let Some(to) = bot.to else { continue };
                let delay = bot.delay(latency, historic);
                self.out.push(Action::Clock(Order::Before { tick, to, delay, bytes: bytes.into() }));
            }
            for target in self.terminals.targets() {
                let (to, delay) = (target.to, target.delay);
                self.out.push(Action::Clock(Order::Before { tick, to, delay, bytes: bytes.into() }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_heard_exactly_so_many_phrases_later() {
        assert_eq!(due(Tick(70), 1, 256, Tick(80)), Tick(326));
        assert_eq!(due(Tick(70), 2, 256, Tick(80)), Tick(582));
    }

    #[test]
    fn a_way_that_takes_longer_than_the_delay_costs_another_phrase() {
        assert_eq!(due(Tick(70), 1, 256, Tick(326)), Tick(326));
        assert_eq!(due(Tick(70), 1, 256, Tick(327)), Tick(582));
        assert_eq!(due(Tick(70), 1, 256, Tick(1000)), Tick(1094));
    }

    #[test]
    fn messages_come_out_in_order_and_there_is_an_end_to_what_is_kept() {
        let host = HostName::new("a").unwrap();
        let mut delayed = Delayed::default();
        for (tick, byte) in [(20, 1), (10, 2), (20, 3), (10, 4)] {
            assert!(delayed.keep(Tick(tick), host.clone(), &[byte]));
        }
        let mut out = Vec::new();
        assert!(delayed.take(Tick(9)).is_none());
        while let Some((_, bytes)) = delayed.take(Tick(25)) {
            out.push(bytes[0]);
        }
        assert_eq!(out, [2, 4, 1, 3]);
        assert_eq!(delayed.bytes, 0);
        let kept = (0..100_000).filter(|_| delayed.keep(Tick(1), host.clone(), &[0; 1000])).count();
        assert!(kept * 1000 <= MOST_BYTES && kept > 4000);
    }
}
