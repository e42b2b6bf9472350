//! Says what bots say, and decides on which thread. The link's thread says it when it has to be waited for: the engine takes
//! nothing more while its buffers are full. A satellite's own buffers are filled by nobody else, so that a little is said at
//! once, on the thread that has heard the bot: that saves waking another. A leader's may be full of what it passes on.

use super::{HostName, LinkError, MOST_TOPICS, SAID, numbers::Numbered, publisher, refused};
use musebot_protocol::Tick;
use std::{collections::BTreeMap, time::Duration};
use zenoh::{Session, Wait, pubsub::Publisher, qos::Priority};

/// A publisher for each topic that is spoken about.
pub(super) struct Mouth {
    session: Session,
    own: HostName,
    publishers: BTreeMap<String, Publisher<'static>>,
    /// The next broadcast's number.
    number: Numbered,
}

impl Mouth {
    pub(super) fn of(session: &Session, own: &HostName) -> Self {
        Self { session: session.clone(), own: own.clone(), publishers: BTreeMap::new(), number: Numbered::begin() }
    }

    /// Whether the topic has been spoken about: nothing has to be declared first.
    pub(super) fn is_used_to(&self, topic: &str) -> bool {
        self.publishers.contains_key(topic)
    }

    /// `topic` is escaped. Waits while the engine's buffers are full.
    pub(super) fn say(&mut self, topic: &str, tick: Tick, bytes: Vec<u8>) -> Result<(), LinkError> {
        if !self.publishers.contains_key(topic) {
            // Whoever makes up topics without end gets an old one's place.
            if self.publishers.len() >= MOST_TOPICS {
                self.publishers.pop_first();
            }
            let key = format!("{SAID}/{}/{topic}", self.own);
            let publisher = publisher(&self.session, key, Priority::RealTime)?;
            self.publishers.insert(topic.to_owned(), publisher);
        }
        let with = self.number.next(tick);
        self.publishers[topic].put(bytes).attachment(with).wait().map_err(refused)
    }
}

/// How much is under way to the leader at the most, as far as we can tell without asking: a bucket that drains steadily. What
/// it calls little always fits into the socket behind the engine (208 KiB on Linux, of which small messages use a third), also
/// when nothing leaves it until the link is found dead: so whoever says it does not wait. Only a leader that goes on speaking
/// and reads nothing for many seconds makes it wait, two seconds at most, until the engine gives the link up.
#[derive(Debug, Default)]
pub(super) struct UnderWay {
    bytes: f64,
    at: Duration,
}

/// What may be under way when more is said at once.
const LITTLE: f64 = 16.0 * 1024.0;
/// How long that may take to leave; a dead link is given up sooner.
const LEAVES_WITHIN: f64 = 2.0;
/// What a message takes beside its bytes: its topic, its number, its frame.
const AROUND: f64 = 128.0;

impl UnderWay {
    /// So many bytes are said now (since any instant).
    pub(super) fn adds(&mut self, bytes: usize, now: Duration) {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.at = self.at.max(now);
        let left = (self.bytes - passed * LITTLE / LEAVES_WITHIN).max(0.0);
        // A flood has left, or its link is dead, as soon as this has drained.
        self.bytes = (left + bytes as f64 + AROUND).min(2.0 * LITTLE);
    }

    /// Whether that was little.
    pub(super) fn is_little(&self) -> bool {
        self.bytes <= LITTLE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_band_is_little_and_a_flood_is_not() {
        let little = |messages: u64, a_second: u64| {
            let mut under_way = UnderWay::default();
            (0..messages).all(|n| {
                under_way.adds(64, Duration::from_micros(n * 1_000_000 / a_second));
                under_way.is_little()
            })
        };
        assert!(little(10_000, 40), "forty words a second for ever");
        assert!(little(80, 100_000), "eighty at once");
        assert!(!little(200, 100_000), "two hundred at once");
        assert!(!little(10_000, 100), "a hundred a second for ever");
    }

    #[test]
    fn after_the_longest_flood_it_is_little_again_in_two_seconds_and_not_sooner() {
        let mut under_way = UnderWay::default();
        (0..100_000).for_each(|n| under_way.adds(200, Duration::from_micros(n * 100)));
        under_way.adds(0, Duration::from_millis(11_900));
        assert!(!under_way.is_little());
        under_way.adds(0, Duration::from_millis(12_050));
        assert!(under_way.is_little());
    }

    proptest! {
        #[test]
        fn whatever_is_said_no_more_than_twice_little_is_called_so_in_any_two_seconds(
            said in prop::collection::vec((0_u64..300, 0_usize..5_000), 1..200),
        ) {
            let (mut under_way, mut now) = (UnderWay::default(), Duration::ZERO);
            let mut little: Vec<(Duration, f64)> = Vec::new();
            for (wait, bytes) in said {
                now += Duration::from_millis(wait);
                under_way.adds(bytes, now);
                if under_way.is_little() {
                    little.push((now, bytes as f64 + AROUND));
                }
            }
            for (from, _) in &little {
                let within = little.iter().filter(|(at, _)| at >= from && (*at - *from).as_secs_f64() <= LEAVES_WITHIN);
                let sum: f64 = within.map(|(_, bytes)| bytes).sum();
                prop_assert!(sum <= 2.0 * LITTLE + 1.0, "{sum}");
            }
        }
    }
}
