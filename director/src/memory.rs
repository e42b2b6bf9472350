//! What has been said about the state of the music, so that a bot that joins or returns can
//! be told (X4). Events such as `exiting` are never kept. Pure.

use std::{collections::VecDeque, net::SocketAddr};

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

struct Entry {
    /// Who said it: the address it came from (names may lie); `None` for the director itself.
    source: Option<SocketAddr>,
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
    /// Whether a topic is a state that is worth keeping.
    #[must_use]
    pub fn keeps(topic: &str) -> bool {
        STATE_TOPICS.contains(&topic)
    }

    /// Keeps a broadcast in place of what its speaker said about this topic before.
    pub fn remember(&mut self, source: Option<SocketAddr>, topic: &str, datagram: &[u8]) {
        if !Self::keeps(topic) || datagram.len() > LONGEST {
            return;
        }
        // What is said again moves to the end; its old place in memory is used again.
        let same = self.entries.iter().position(|e| e.source == source && e.topic == topic);
        let mut entry = match same {
            Some(at) => self.entries.remove(at),
            None if self.entries.len() >= MOST_ENTRIES => self.entries.pop_front().map(|mut e| {
                topic.clone_into(&mut e.topic);
                e
            }),
            None => None,
        }
        .unwrap_or_else(|| Entry { source, topic: topic.to_owned(), datagram: Vec::new() });
        entry.source = source;
        entry.datagram.clear();
        entry.datagram.extend_from_slice(datagram);
        self.entries.push_back(entry);
    }

    /// Forgets what a bot said that is dead.
    pub fn forget(&mut self, source: SocketAddr) {
        self.entries.retain(|e| e.source != Some(source));
    }

    /// What a newcomer is told, oldest first.
    pub fn recall(&self) -> impl Iterator<Item = &[u8]> {
        self.entries.iter().map(|e| e.datagram.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(port: u16) -> Option<SocketAddr> {
        Some(SocketAddr::from(([127, 0, 0, 1], port)))
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
        memory.remember(None, "section", b"d");
        assert_eq!(told(&memory), [b"b", b"c", b"d"]);
    }

    #[test]
    fn x4_events_are_never_kept() {
        let mut memory = Memory::default();
        for event in ["exiting", "initialize", "onoff", "note", "whatever"] {
            memory.remember(from(1), event, b"x");
        }
        assert!(told(&memory).is_empty());
    }

    #[test]
    fn x4_what_the_dead_said_is_forgotten() {
        let mut memory = Memory::default();
        memory.remember(from(1), "tala", b"a");
        memory.remember(from(2), "tala", b"b");
        memory.forget(from(1).unwrap());
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
