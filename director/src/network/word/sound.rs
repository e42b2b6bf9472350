//! What a word is held to where it arrives: all numbers are numbers, nothing is longer or further away than it can be, and
//! nothing that is shown steers a terminal. Pure.

use super::{Conduct, FarBot, HostState, LinkState, Map, Mix, Welcome, Word};
use crate::{metronome::TempoMap, page};
use musebot_protocol::{BotId, MAX_DATAGRAM};

/// So many bots of one host are listened to.
pub(super) const MOST_BOTS: usize = 512;
/// Faders, and whatever else a desk has of one kind.
const MOST_FADERS: usize = 4096;
/// Datagrams in one word.
const MOST_DATAGRAMS: usize = 1024;
/// Letters of a text that somebody reads, in bytes.
const LONGEST_TEXT: usize = 4096;
/// What a bot is, in bytes.
pub const LONGEST_KINDS: usize = 256;
/// How it is, and other single words.
const LONGEST_STATE: usize = 64;
/// No piece has more bars: at 999 beats a minute they take 27 days.
const MOST_BARS: u32 = 10_000_000;
/// No clock of a machine is further from its beginning, in seconds: thirty years.
const SOME_DAY: f64 = 1e9;

impl Word {
    /// Whether it makes sense.
    pub(super) fn is_sound(&self) -> bool {
        match self {
            Self::Welcome(welcome) => welcome.is_sound(),
            Self::Refused(why) => is_line(why, LONGEST_TEXT),
            Self::Map(map) => map.is_sound(),
            Self::State(state) => state.is_sound(),
            Self::Play(bots) | Self::Cannot(bots) => bots.len() <= MOST_BOTS && bots.iter().all(|bot| is_id(bot)),
            Self::Mix(bytes) | Self::Ask { control: bytes, .. } => bytes.len() <= MAX_DATAGRAM,
            Self::Answer { replies, .. } => are_datagrams(replies.iter()),
            Self::Conduct(Conduct::Section { name, bar }) => is_line(name, LONGEST_TEXT) && *bar <= MOST_BARS,
            Self::Conduct(Conduct::Density(density)) => is_share(*density),
            // Who shows it makes one line of it.
            Self::Log { tone, text } => is_line(tone, LONGEST_STATE) && text.len() <= LONGEST_TEXT,
            Self::Conduct(Conduct::Panic) | Self::Hello { .. } | Self::Bye => true,
        }
    }
}

impl Welcome {
    fn is_sound(&self) -> bool {
        // What is wrong with a sheet is said by whoever reads it.
        self.yours.len() <= MOST_BOTS
            && self.yours.iter().all(|bot| is_id(bot))
            && self.map.as_ref().is_none_or(Map::is_sound)
            && self.section.is_none_or(|(bar, _)| (1..=MOST_BARS).contains(&bar))
            && self.jump.is_none_or(|(bar, _)| bar <= MOST_BARS)
            && self.mix.is_sound()
            && are_datagrams(self.memory.iter().map(|said| &said.bytes))
            && self.density.is_none_or(is_share)
    }
}

impl Map {
    fn is_sound(&self) -> bool {
        (-SOME_DAY..=SOME_DAY).contains(&self.origin)
            && self.end.is_none_or(|end| (1..=MOST_BARS + 1).contains(&end))
            && TempoMap::from_wire(&self.segments).is_ok()
    }
}

impl Mix {
    fn is_sound(&self) -> bool {
        let are_names = |names: &[String]| names.len() <= MOST_FADERS && names.iter().all(|name| is_id(name));
        self.faders.len() <= MOST_FADERS
            && self.faders.iter().all(|(name, gain)| is_id(name) && is_share((*gain).into()))
            && [&self.muted, &self.soloed, &self.muted_groups].into_iter().all(|names| are_names(names))
            && is_share(self.master.into())
    }
}

impl HostState {
    fn is_sound(&self) -> bool {
        self.bots.len() <= MOST_BOTS
            && self.bots.iter().all(FarBot::is_sound)
            && self.link.as_ref().is_none_or(LinkState::is_sound)
    }
}

impl FarBot {
    fn is_sound(&self) -> bool {
        let (late, late_too) = self.late.unwrap_or_default();
        is_id(&self.id)
            && is_line(&self.state, LONGEST_STATE)
            && is_line(&self.kinds, LONGEST_KINDS)
            && self.page.as_deref().is_none_or(|page| page::shown(page).is_some())
            && [self.level.0, self.level.1, late, late_too].iter().all(|number| number.is_finite())
    }
}

impl LinkState {
    fn is_sound(&self) -> bool {
        [self.round_trip_ms, self.jitter_ms, self.loss, self.clock_ms].iter().all(|number| number.is_finite())
    }
}

fn is_id(name: &str) -> bool {
    BotId::new(name).is_ok()
}

/// Short enough, and nothing that would steer a terminal.
fn is_line(text: &str, most: usize) -> bool {
    text.len() <= most && !text.chars().any(char::is_control)
}

fn is_share(number: f64) -> bool {
    (0.0..=1.0).contains(&number)
}

fn are_datagrams<'a>(mut many: impl ExactSizeIterator<Item = &'a Vec<u8>>) -> bool {
    many.len() <= MOST_DATAGRAMS && many.all(|bytes| bytes.len() <= MAX_DATAGRAM)
}

/// What others will take for a line of at most so many bytes.
#[must_use]
pub fn one_line(text: &str, most: usize) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut length = 0;
    let fits = |c: &char| {
        length += c.len_utf8();
        length <= most
    };
    plain.take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{HostName, word::Remembered};
    use proptest::prelude::*;

    const ESCAPE: &str = "\u{1b}[2J";

    fn map() -> Map {
        Map { origin: 12.5, segments: vec![(0, 0.0, 120.0, 0.03125)], end: Some(65) }
    }

    fn bot() -> FarBot {
        FarBot {
            id: "bass@left".into(),
            state: "playing".into(),
            here: true,
            level: (0.1, 0.2),
            late: Some((0.1, 0.9)),
            xruns: 0,
            restarts: 0,
            kinds: "bass".into(),
            page: Some("http://127.0.0.1:4760/".into()),
        }
    }

    fn welcome() -> Welcome {
        Welcome {
            leader: HostName::new("studio").unwrap(),
            sheet: String::new(),
            seed: 1,
            yours: vec!["bass".into()],
            session: 1,
            key: [9; 32],
            pings: 4750,
            early: 4751,
            map: Some(map()),
            section: Some((9, 1)),
            jump: Some((17, 0)),
            mix: Mix { faders: vec![("bass@left".into(), 0.5)], master: 1.0, ..Mix::default() },
            memory: vec![said(vec![1, 2, 3])],
            density: Some(0.5),
        }
    }

    fn said(bytes: Vec<u8>) -> Remembered {
        Remembered { host: HostName::new("left").unwrap(), bytes }
    }

    fn is_sound_with(change: impl FnOnce(&mut FarBot)) -> bool {
        let mut bot = bot();
        change(&mut bot);
        Word::State(Box::new(HostState { bots: vec![bot], link: None, said: 0 })).is_sound()
    }

    fn is_welcome_with(change: impl FnOnce(&mut Welcome)) -> bool {
        let mut welcome = welcome();
        change(&mut welcome);
        Word::Welcome(Box::new(welcome)).is_sound()
    }

    #[test]
    fn a_bot_that_would_steer_a_terminal_or_fill_a_list_by_itself_is_none() {
        assert!(is_sound_with(|_| {}));
        assert!(!is_sound_with(|bot| bot.id = ESCAPE.into()));
        assert!(!is_sound_with(|bot| bot.id = String::new()));
        assert!(!is_sound_with(|bot| bot.id = "x".repeat(256)));
        assert!(!is_sound_with(|bot| bot.state = ESCAPE.into()));
        assert!(!is_sound_with(|bot| bot.state = "x".repeat(65)));
        assert!(!is_sound_with(|bot| bot.kinds = ESCAPE.into()));
        assert!(!is_sound_with(|bot| bot.kinds = "x".repeat(257)));
        assert!(!is_sound_with(|bot| bot.page = Some(format!("http://a/{ESCAPE}"))));
        assert!(!is_sound_with(|bot| bot.level.1 = f32::INFINITY));
        assert!(!is_sound_with(|bot| bot.late = Some((0.0, f32::NAN))));
        let link = LinkState { loss: f32::INFINITY, ..LinkState::default() };
        assert!(!Word::State(Box::new(HostState { bots: Vec::new(), link: Some(link), said: 0 })).is_sound());
        assert!(!Word::State(Box::new(HostState { bots: vec![bot(); MOST_BOTS + 1], link: None, said: 0 })).is_sound());
    }

    #[test]
    fn bars_ticks_and_seconds_beyond_all_music_are_none() {
        assert!(is_welcome_with(|_| {}));
        assert!(!is_welcome_with(|welcome| welcome.section = Some((u32::MAX, 0))));
        assert!(!is_welcome_with(|welcome| welcome.section = Some((0, 0))));
        assert!(!is_welcome_with(|welcome| welcome.jump = Some((u32::MAX, 0))));
        for wrong in [
            Map { origin: f64::NAN, ..map() },
            Map { origin: 1e10, ..map() },
            Map { end: Some(0), ..map() },
            Map { end: Some(u32::MAX), ..map() },
            Map { segments: vec![(1 << 40, 0.0, 120.0, 0.03125)], ..map() },
            Map { segments: vec![(0, f64::INFINITY, 120.0, 0.03125)], ..map() },
            Map { segments: vec![(0, 0.0, 1e6, 0.03125)], ..map() },
            Map { segments: Vec::new(), ..map() },
        ] {
            assert!(!Word::Map(wrong.clone()).is_sound(), "{wrong:?}");
            assert!(!is_welcome_with(|welcome| welcome.map = Some(wrong)));
        }
        assert!(!Word::Conduct(Conduct::Section { name: "A".into(), bar: u32::MAX }).is_sound());
    }

    #[test]
    fn a_welcome_with_names_that_are_none_or_more_than_there_can_be_is_none() {
        assert!(!is_welcome_with(|welcome| welcome.yours = vec![ESCAPE.into()]));
        assert!(!is_welcome_with(|welcome| welcome.mix.muted = vec![ESCAPE.into()]));
        assert!(!is_welcome_with(|welcome| welcome.mix.faders[0].1 = f32::NAN));
        assert!(!is_welcome_with(|welcome| welcome.memory = vec![said(vec![0; MAX_DATAGRAM + 1])]));
        assert!(!is_welcome_with(|welcome| welcome.density = Some(1.5)));
    }

    #[test]
    fn what_is_said_of_a_refusal_is_one_line() {
        for word in [
            Word::Refused(ESCAPE.into()),
            Word::Play(vec![ESCAPE.into()]),
            Word::Cannot(vec![ESCAPE.into()]),
            Word::Conduct(Conduct::Section { name: ESCAPE.into(), bar: 1 }),
        ] {
            assert!(!word.is_sound(), "{word:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_made_one_line_is_taken_for_one(text in "(\\PC|[\\x00-\\x1f]){0,99}", most in 0..99_usize) {
            prop_assert!(is_line(&one_line(&text, most), most));
        }
    }
}
