//! Says what bots say, and decides on which thread. The link's thread says it when it has to be waited for: the engine takes
//! nothing more while its buffers are full. A satellite's own buffers are filled by nobody else, so that a little is said at
//! once, on the thread that has heard the bot: that saves waking another. A leader's may be full of what it passes on.

use super::{HostName, LinkError, MOST_TOPICS, SAID, publisher, refused};
use crate::network::{bucket::Bucket, number::Attached};
use std::collections::BTreeMap;
use zenoh::{Session, Wait, pubsub::Publisher, qos::Priority};

/// A publisher for each topic that is spoken about.
pub(super) struct Mouth {
    session: Session,
    own: HostName,
    publishers: BTreeMap<String, Publisher<'static>>,
}

impl Mouth {
    pub(super) fn of(session: &Session, own: &HostName) -> Self {
        Self { session: session.clone(), own: own.clone(), publishers: BTreeMap::new() }
    }

    /// Whether the topic has been spoken about: nothing has to be declared first.
    pub(super) fn is_used_to(&self, topic: &str) -> bool {
        self.publishers.contains_key(topic)
    }

    /// `topic` is escaped. Waits while the engine's buffers are full.
    pub(super) fn say(&mut self, topic: &str, with: Attached, bytes: Vec<u8>) -> Result<(), LinkError> {
        if !self.publishers.contains_key(topic) {
            // Whoever makes up topics without end gets an old one's place.
            if self.publishers.len() >= MOST_TOPICS {
                self.publishers.pop_first();
            }
            let key = format!("{SAID}/{}/{topic}", self.own);
            let publisher = publisher(&self.session, key, Priority::RealTime)?;
            self.publishers.insert(topic.to_owned(), publisher);
        }
        self.publishers[topic].put(bytes).attachment(with).wait().map_err(refused)
    }
}

/// How much is under way to the leader at the most. What is called little always fits into the socket behind the engine (208 KiB
/// on Linux, of which small messages use a third), also when nothing leaves it until the link is found dead: so whoever says it
/// does not wait. Only a leader that goes on speaking and reads nothing for many seconds makes it wait, two seconds at most,
/// until the engine gives the link up.
pub(super) fn under_way() -> Bucket {
    Bucket::new(LITTLE, LITTLE / LEAVES_WITHIN)
}

/// What may be under way when more is said at once.
const LITTLE: f64 = 16.0 * 1024.0;
/// How long that may take to leave; a dead link is given up sooner.
const LEAVES_WITHIN: f64 = 2.0;
