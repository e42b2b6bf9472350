//! What directors say to each other, as JSON: the closed list. Everything that is read is checked and bounded; what
//! makes no sense is dropped where it arrives.

mod bytes;
mod sound;

pub use sound::{LONGEST_KINDS, one_line};

use super::HostName;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Both ends speak the same words, or none; they tell each other first (`greeting.rs`). It is counted up whenever a word or its
/// form changes.
pub const VOCABULARY: u32 = 2;
/// A letter, at most, in bytes: the longest sheet, the longest tempo map and much of a band's memory fit into one.
pub const LONGEST: usize = 768 << 10;
/// What a welcome gets on its way out, and what a letter needs besides: generously.
const ENVELOPE: usize = 1024;

/// A word, and who says it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// Drawn by each director when it begins: two that go by one name differ in it.
    pub from: u64,
    /// Whom it is for, when it is for one director alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<u64>,
    /// What.
    pub word: Word,
}

/// What one director says to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// A satellite asks to be let in, or in again.
    Hello {
        /// Its UDP port for early copies of broadcasts; 0: it has none.
        early: u16,
    },
    /// The leader lets it in.
    Welcome(Box<Welcome>),
    /// The leader does not, and says why.
    Refused(String),
    /// The leader's tempo map has changed.
    Map(Map),
    /// How a host is doing: said twice a second, and when something changes.
    State(Box<HostState>),
    /// Somebody has moved a fader, or muted somebody: the command's own bytes. Every director does the same.
    Mix(#[serde(with = "bytes")] Vec<u8>),
    /// The leader conducts: a section at a bar line, the density, silence.
    Conduct(Conduct),
    /// A terminal asks for something that only you can do: the command's own bytes.
    Ask {
        /// To be answered with.
        ticket: u64,
        /// The command.
        #[serde(with = "bytes")]
        control: Vec<u8>,
    },
    /// What you asked for: the replies' own bytes, in order.
    Answer {
        /// That of the question.
        ticket: u64,
        /// The replies.
        #[serde(with = "bytes::many")]
        replies: Vec<Vec<u8>>,
    },
    /// Something that the people at the other screens should see.
    Log {
        /// `warning` or `loud`.
        tone: String,
        /// What.
        text: String,
    },
    /// These bots of the sheet play on your host from now on, and no others (the leader).
    Play(Vec<String>),
    /// These bots of the sheet I cannot start (a satellite).
    Cannot(Vec<String>),
    /// I leave (a satellite), or: it is over, all fade out and go (the leader).
    Bye,
}

/// What a satellite is told when it is let in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Welcome {
    /// What the leader is called.
    pub leader: HostName,
    /// The ensemble (`sheet.rs`).
    pub sheet: String,
    /// Where all chance comes from.
    pub seed: u64,
    /// The names of the bots that are to play on this host, of those of the sheet.
    pub yours: Vec<String>,
    /// The session that pings belong to.
    pub session: u64,
    /// The key that they are signed with.
    pub key: [u8; 32],
    /// The leader's UDP port for them.
    pub pings: u16,
    /// And that for early copies of broadcasts; 0: it has none.
    pub early: u16,
    /// Its tempo map, once it runs.
    pub map: Option<Map>,
    /// The section that plays: the bar it began at, and its place in the sheet.
    pub section: Option<(u32, usize)>,
    /// The one that somebody has asked for: from which bar on, and its place.
    pub jump: Option<(u32, usize)>,
    /// Where the faders stand.
    pub mix: Mix,
    /// What has been said last about the state of the music (X4), oldest first, as datagrams.
    pub memory: Vec<Remembered>,
    /// The density that the conductor asked for last.
    pub density: Option<f64>,
}

/// Something that has been said about the state of the music.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Remembered {
    /// On which host.
    pub host: HostName,
    /// The datagram.
    #[serde(with = "bytes")]
    pub bytes: Vec<u8>,
}

impl Remembered {
    /// So many letters it takes in a welcome, a comma included.
    fn length(&self) -> usize {
        r#"{"host":"","bytes":},"#.len() + self.host.as_str().len() + bytes::length(&self.bytes)
    }
}

/// A tempo map as it travels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Map {
    /// The instant of tick 0, in seconds of the leader's clock.
    pub origin: f64,
    /// From which tick, at how many seconds after tick 0, at which tempo, and how many seconds a tick.
    pub segments: Vec<(i64, f64, f32, f64)>,
    /// The first bar that is not played, where that is fixed.
    pub end: Option<u32>,
}

/// Where the faders stand.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Mix {
    /// By name.
    pub faders: Vec<(String, f32)>,
    /// Who is muted.
    pub muted: Vec<String>,
    /// Who is soloed.
    pub soloed: Vec<String>,
    /// Which groups are.
    pub muted_groups: Vec<String>,
    /// Over all.
    pub master: f32,
}

/// What the leader conducts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conduct {
    /// A section begins with this bar.
    Section {
        /// Which.
        name: String,
        /// From 1.
        bar: u32,
    },
    /// Play so densely.
    Density(f64),
    /// Silence until the next bar line.
    Panic,
}

/// How a host is doing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HostState {
    /// Its bots.
    pub bots: Vec<FarBot>,
    /// Round trip to the leader, jitter and error of its clock, milliseconds; percent of pings lost.
    pub link: Option<LinkState>,
    /// How many of the words that hold for all (maps, faders, what is conducted) it has said so far: who has heard fewer
    /// has missed some.
    pub said: u64,
}

/// What a satellite knows of its way to the leader.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct LinkState {
    /// Median round trip, ms.
    pub round_trip_ms: f32,
    /// Its jitter, ms.
    pub jitter_ms: f32,
    /// Pings that were not answered, percent.
    pub loss: f32,
    /// How exactly the leader's clock is known, ms (one standard deviation; a constant asymmetry is not in it).
    pub clock_ms: f32,
    /// Whether pings travel in the link, because nothing else gets through.
    pub in_link: bool,
    /// Whether early copies of what bots say get through.
    pub early: bool,
}

/// A bot on another host.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FarBot {
    /// What it calls itself.
    pub id: String,
    /// In one word.
    pub state: String,
    /// Whether it is on the list of those who are here.
    pub here: bool,
    /// Linear peak and RMS.
    pub level: (f32, f32),
    /// p50 and p99 of its lateness, ms.
    pub late: Option<(f32, f32)>,
    /// Gaps in its sound.
    pub xruns: u32,
    /// How often it has been started again.
    pub restarts: u32,
    /// What it is.
    pub kinds: String,
    /// Where it shows itself, on its own machine.
    pub page: Option<String>,
}

impl Welcome {
    /// Without the oldest of what was said, where all of it would make a letter too long.
    #[must_use]
    pub fn that_fits(mut self) -> Self {
        let mut memory = std::mem::take(&mut self.memory);
        let rest = serde_json::to_vec(&self).map_or(LONGEST, |json| json.len());
        let mut room = LONGEST.saturating_sub(rest + ENVELOPE);
        let fits = memory.iter().rev().take_while(|said| {
            let left = room.checked_sub(said.length());
            room = left.unwrap_or_default();
            left.is_some()
        });
        let forgotten = memory.len() - fits.count();
        memory.drain(..forgotten);
        self.memory = memory;
        self
    }
}

impl Letter {
    /// As it travels.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads one; `None` when it makes no sense.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let letter: Self = read(bytes)?;
        letter.word.is_sound().then_some(letter)
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice(bytes).ok()
}

impl Word {
    /// A hello; whoever sends it adds the port.
    #[must_use]
    pub fn hello() -> Self {
        Self::Hello { early: 0 }
    }

    /// Whether everybody has to have heard it to be where the others are; these are counted ([`HostState::said`]).
    #[must_use]
    pub fn holds_for_all(&self) -> bool {
        matches!(self, Self::Map(_) | Self::Mix(_) | Self::Conduct(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn letter(word: Word) -> Letter {
        Letter { from: u64::MAX, to: Some(7), word }
    }

    #[test]
    fn every_word_comes_back_as_it_went() {
        let words = [
            Word::Hello { early: 4751 },
            Word::Welcome(Box::new(welcome())),
            Word::Map(welcome().map.unwrap()),
            Word::State(Box::default()),
            Word::Mix(vec![1]),
            Word::Conduct(Conduct::Panic),
            Word::Ask { ticket: 3, control: vec![4] },
            Word::Play(vec!["bass".into()]),
            Word::Cannot(vec!["drums".into()]),
            Word::Bye,
        ];
        for word in words {
            let letter = letter(word);
            assert_eq!(Letter::decode(&letter.encode()), Some(letter));
        }
    }

    fn welcome() -> Welcome {
        Welcome {
            leader: HostName::new("studio").unwrap(),
            sheet: "tempo = 96.0".into(),
            seed: u64::MAX,
            yours: vec!["bass".into()],
            session: 1,
            key: [9; 32],
            pings: 4750,
            early: 4751,
            map: Some(Map { origin: 12.5, segments: vec![(0, 0.0, 120.0, 0.03125)], end: Some(65) }),
            section: Some((9, 1)),
            jump: Some((17, 0)),
            mix: Mix { faders: vec![("bass@a".into(), 0.5)], master: 1.0, ..Mix::default() },
            memory: vec![said("left", &[1, 2, 3])],
            density: None,
        }
    }

    fn said(host: &str, bytes: &[u8]) -> Remembered {
        Remembered { host: HostName::new(host).unwrap(), bytes: bytes.to_vec() }
    }

    #[test]
    fn a_welcome_with_the_longest_of_everything_fits_into_a_letter_and_the_newest_is_kept() {
        let segments = (0..4096).map(|n| (n * 1_000, n as f64 * 125.1 / 3.0, 99.9, 60.0 / 16.0 / 99.9)).collect();
        let full = Welcome {
            sheet: "\n".repeat(super::super::sheet::LONGEST),
            map: Some(Map { origin: 1.0 / 3.0, segments, end: None }),
            memory: (0..=255).map(|n| said(&"h".repeat(24), &[n; 1024])).collect(),
            ..welcome()
        };
        let fits =
            Welcome { session: u64::MAX, key: [255; 32], pings: u16::MAX, early: u16::MAX, ..full.clone().that_fits() };
        let many = fits.memory.len();
        assert!(many > 0 && many < 256 && fits.memory[..] == full.memory[256 - many..], "{many}");
        let short = Welcome { sheet: String::new(), ..full };
        assert_eq!(short.clone().that_fits(), short, "all of a full memory");
        for welcome in [fits, short] {
            let bytes = Letter { from: u64::MAX, to: Some(u64::MAX), word: Word::Welcome(Box::new(welcome)) }.encode();
            assert!(bytes.len() <= LONGEST && Letter::decode(&bytes).is_some(), "{}", bytes.len());
        }
    }

    #[test]
    fn what_is_out_of_range_is_no_word() {
        let odd = [
            Word::Conduct(Conduct::Density(2.0)),
            Word::Log { tone: "note".into(), text: "x".repeat(5000) },
            Word::Play(vec!["x".into(); 513]),
            Word::Cannot(vec!["x".repeat(5000)]),
        ];
        for word in odd {
            assert_eq!(Letter::decode(&letter(word).encode()), None);
        }
    }

    proptest! {
        #[test]
        fn junk_is_no_word_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Letter::decode(&bytes);
        }

        #[test]
        fn a_word_that_was_cut_short_or_changed_never_panics(cut in 0..200_usize, at in 0..200_usize, byte in any::<u8>()) {
            let mut bytes = letter(Word::State(Box::new(HostState {
                bots: vec![FarBot { id: "a".into(), state: "playing".into(), here: true, level: (0.1, 0.2), ..FarBot::default() }],
                link: Some(LinkState::default()),
                said: 3,
            }))).encode();
            bytes.truncate(bytes.len().saturating_sub(cut));
            if let Some(b) = bytes.get_mut(at) { *b = byte; }
            let _ = Letter::decode(&bytes);
        }
    }
}
