//! The network of a director that was built without one: there is none.

use super::{HostName, Lost, word::Word};
use crate::director::Reckoning;
use musebot_protocol::Tick;
use std::net::IpAddr;

/// A director's end of the network; without the feature `network` nobody has one.
pub enum Edge {}

/// What the network brings.
#[derive(Debug)]
pub enum Brings {
    /// A bot's broadcast, and the tick at which it was said there.
    Said {
        /// On which host.
        host: HostName,
        /// The tick.
        tick: Tick,
        /// Its datagram.
        bytes: Vec<u8>,
        /// Whether everybody here has got it already.
        relayed: bool,
    },
    /// A director's word.
    Word {
        /// On which host.
        host: HostName,
        /// Who there says it.
        from: u64,
        /// Where that host is reached, as far as we see it.
        at: Option<IpAddr>,
        /// What.
        word: Box<Word>,
    },
    /// How the leader's clock stands.
    Reckoned(Reckoning),
}

#[expect(missing_docs, clippy::unused_async, reason = "none of this can be called")]
impl Edge {
    pub async fn next(&mut self) -> Brings {
        match *self {}
    }

    pub fn more(&mut self) -> Option<Brings> {
        match *self {}
    }

    pub fn tell(&mut self, _: Option<&HostName>, _: Word) {
        match *self {}
    }

    pub fn refuse(&self, _: &HostName, _: u64, _: String) {
        match *self {}
    }

    pub fn dismiss(&mut self, _: &HostName) {
        match *self {}
    }

    pub fn say(&self, _: &str, _: Tick, _: &[u8]) {
        match *self {}
    }

    pub fn heard_by(&self, _: impl Fn(&[u8]) -> bool + Send + Sync + 'static) {
        match *self {}
    }

    pub fn listen_to(&self, _: Option<Vec<String>>) {
        match *self {}
    }

    pub fn newly_dropped(&mut self) -> Lost {
        match *self {}
    }
}
