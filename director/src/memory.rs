//! What has been said about the state of the music, so that a bot that joins or returns can
//! be told (X4). Events such as `exiting` are never kept. Pure.

use crate::network::HostName;
use std::{
    collections::VecDeque,
    net::{IpAddr, SocketAddr},
};

/// The topics that describe a state; of each, the last word of each speaker is kept.
const STATE_TOPICS: [&str; 17] = [
    "notepool",
    "tala",
    "phraselength",
    "phrases",
    "plan/chords",
    "plan/chordDuration",
    "pcprob",
    "harmrhythm",
    "hdensity",
    "vdensity",
    "density",
    "section",
    "progress",
    "valence",
    "arousal",
    "meter",
    "intent",
];

/// Entries that are kept at most; the oldest goes first.
const MOST_ENTRIES: usize = 256;

/// Bytes of an entry at most; longer ones are not kept.
const LONGEST: usize = 1024;

/// Who says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Voice {
    /// The director itself.
    Director,
    /// A bot, by the address that it speaks from: names may lie.
    Bot(SocketAddr),
    /// A bot of another host, by the name that it goes by there.
    Far(HostName, String),
    /// Whoever is no bot that is here, by machine and name: who types a line speaks from another port
    /// each time, and would soon be all that is remembered.
    Stranger(IpAddr, String),
}

struct Entry {
    voice: Voice,
    topic: String,
    datagram: Vec<u8>,
}

/// The memory of the band.
#[derive(Default)]
pub struct Memory {
    /// Oldest first.
    entries: VecDeque<Entry>,
}

impl Memory {
    /// The topics that describe a state.
    pub fn topics() -> impl Iterator<Item = &'static str> {
        STATE_TOPICS.into_iter()
    }

    /// Whether a topic is a state that is worth keeping.
    #[must_use]
    pub fn keeps(topic: &str) -> bool {
        STATE_TOPICS.contains(&topic)
    }

    /// Keeps a broadcast in place of what its speaker said about this topic before.
    pub fn remember(&mut self, voice: Voice, topic: &str, datagram: &[u8]) {
        if !Self::keeps(topic) || datagram.len() > LONGEST {
            return;
        }
        // What is said again moves to the end; its old place in memory is used again.
        let same = self.entries.iter().position(|e| e.voice == voice && e.topic == topic);
        let entry = match same {
            Some(at) => self.entries.remove(at),
            None if self.entries.len() >= MOST_ENTRIES => self.entries.pop_front().map(|mut e| {
                topic.clone_into(&mut e.topic);
                e
            }),
            None => None,
        }
        .map(|old| (old.topic, old.datagram));
        let (topic, mut kept) = entry.unwrap_or_else(|| (topic.to_owned(), Vec::new()));
        kept.clear();
        kept.extend_from_slice(datagram);
        self.entries.push_back(Entry { voice, topic, datagram: kept });
    }

    /// Forgets what a bot said that is dead.
    pub fn forget(&mut self, source: SocketAddr) {
        self.entries.retain(|e| e.voice != Voice::Bot(source));
    }

    /// What a newcomer is told, oldest first.
    pub fn recall(&self) -> impl Iterator<Item = &[u8]> {
        self.entries.iter().map(|e| e.datagram.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    fn from(port: u16) -> Voice {
        Voice::Bot(at(port))
    }

    fn told(memory: &Memory) -> Vec<&[u8]> {
        memory.recall().collect()
    }

    #[test]
    fn x4_the_last_word_of_each_speaker_on_each_state_topic_is_kept_oldest_first() {
        let mut memory = Memory::default();
        memory.remember(from(1), "tala", b"a");
        memory.remember(from(2), "tala", b"b");
        memory.remember(from(1), "tala", b"c");
        memory.remember(Voice::Director, "section", b"d");
        assert_eq!(told(&memory), [b"b", b"c", b"d"]);
    }

    #[test]
    fn x4_events_are_never_kept() {
        let mut memory = Memory::default();
        for event in ["exiting", "initialize", "onoff", "onset", "text", "whatever"] {
            memory.remember(from(1), event, b"x");
        }
        assert!(told(&memory).is_empty());
    }

    #[test]
    fn x4_what_the_dead_said_is_forgotten() {
        let mut memory = Memory::default();
        memory.remember(from(1), "tala", b"a");
        memory.remember(from(2), "tala", b"b");
        memory.forget(at(1));
        assert_eq!(told(&memory), [b"b"]);
    }

    #[test]
    fn x4_it_holds_256_entries_of_1_kib_at_most() {
        let mut memory = Memory::default();
        memory.remember(from(9), "tala", &[0; 1025]);
        assert!(told(&memory).is_empty());
        for port in 0..1000 {
            memory.remember(from(port), "tala", &port.to_be_bytes());
        }
        assert_eq!(told(&memory).len(), 256);
        assert_eq!(told(&memory)[0], 744_u16.to_be_bytes());
    }
}
