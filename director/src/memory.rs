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
    /// How many words had been kept before it.
    number: u64,
}

/// The memory of the band.
#[derive(Default)]
pub struct Memory {
    /// Oldest first.
    entries: VecDeque<Entry>,
    /// How many words have been kept in all.
    count: u64,
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

    /// Keeps a broadcast in place of what its speaker said about this topic before; whether that was something else.
    pub fn remember(&mut self, voice: Voice, topic: &str, datagram: &[u8]) -> bool {
        if !Self::keeps(topic) || datagram.len() > LONGEST {
            return false;
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
        let news = same.is_none() || kept != datagram;
        kept.clear();
        kept.extend_from_slice(datagram);
        self.entries.push_back(Entry { voice, topic, datagram: kept, number: self.count });
        self.count += 1;
        news
    }

    /// Forgets what a bot said that is dead.
    pub fn forget(&mut self, source: SocketAddr) {
        self.entries.retain(|e| e.voice != Voice::Bot(source));
    }

    /// Forgets what a bot of another host said that is dead; without a name, what was said on that host at all.
    pub fn forget_far(&mut self, host: &HostName, bot: Option<&str>) {
        let theirs = |there: &HostName, speaker: &str| there == host && bot.is_none_or(|bot| bot == speaker);
        self.entries.retain(|e| !matches!(&e.voice, Voice::Far(there, speaker) if theirs(there, speaker)));
    }

    /// How many words have been kept so far: where `said_here_since` begins.
    #[must_use]
    pub fn mark(&self) -> u64 {
        self.count
    }

    /// What has been said on this host since a mark, oldest first: topic and datagram.
    pub fn said_here_since(&self, mark: u64) -> impl Iterator<Item = (&str, &[u8])> {
        let here = |e: &&Entry| matches!(e.voice, Voice::Bot(_) | Voice::Stranger(..));
        self.entries.iter().filter(here).filter(move |e| e.number >= mark).map(|e| (e.topic.as_str(), &*e.datagram))
    }

    /// What a newcomer is told, oldest first.
    pub fn recall(&self) -> impl Iterator<Item = &[u8]> {
        self.entries.iter().map(|e| e.datagram.as_slice())
    }

    /// The same with the host on which it was said; `None`: this one.
    pub fn recall_with_hosts(&self) -> impl Iterator<Item = (Option<&HostName>, &[u8])> {
        self.entries.iter().map(|e| {
            let host = if let Voice::Far(host, _) = &e.voice { Some(host) } else { None };
            (host, e.datagram.as_slice())
        })
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

    fn far(host: &str, bot: &str) -> Voice {
        Voice::Far(HostName::new(host).unwrap(), bot.to_owned())
    }

    #[test]
    fn x4_what_the_dead_of_another_host_said_is_forgotten_too_and_all_of_a_host_that_has_left() {
        let (mut memory, host) = (Memory::default(), HostName::new("left").unwrap());
        for (voice, word) in [(far("left", "a"), b"a"), (far("left", "b"), b"b"), (far("right", "a"), b"c")] {
            memory.remember(voice, "tala", word);
        }
        memory.forget_far(&host, Some("a"));
        assert_eq!(told(&memory), [b"b", b"c"]);
        memory.forget_far(&host, None);
        assert_eq!(told(&memory), [b"c"]);
    }

    #[test]
    fn what_is_said_again_is_no_news_and_what_was_said_here_since_a_mark_is_known() {
        let mut memory = Memory::default();
        assert!(memory.remember(from(1), "tala", b"a"));
        let mark = memory.mark();
        assert!(!memory.remember(from(1), "tala", b"a"));
        assert!(memory.remember(from(1), "tala", b"b") && memory.remember(far("left", "b"), "tala", b"c"));
        assert!(memory.remember(Voice::Director, "section", b"d"));
        assert_eq!(memory.said_here_since(mark).collect::<Vec<_>>(), [("tala", &b"b"[..])]);
        assert_eq!(memory.said_here_since(memory.mark()).count(), 0);
        let hosts: Vec<_> = memory.recall_with_hosts().map(|(host, _)| host.map(HostName::as_str)).collect();
        assert_eq!(hosts, [None, Some("left"), None]);
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
