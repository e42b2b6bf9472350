//! What a terminal says to a running director, and what it answers (`/director/*`).
//!
//! Every command is answered by one `/director/ok` or `/director/error`; a `get` by values first.

use crate::{Arg, Args, Gain, Message, Over, PacketError, Tempo, args, args::Reader};

/// One command.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields' types and names say it")]
pub enum Control {
    /// `tempo f [s over]`.
    Tempo { tempo: Tempo, over: Option<Over> },
    /// `gain s f [s over]`: of one bot or group.
    Gain { who: String, gain: Gain, over: Option<Over> },
    /// `master f [s over]`.
    Master { gain: Gain, over: Option<Over> },
    /// `mute s i`.
    Mute { who: String, on: bool },
    /// `solo s i`.
    Solo { who: String, on: bool },
    /// `group s i`: mutes (0) or lets sound (1) all bots of a group.
    Group { group: String, on: bool },
    /// `start s`: launches a bot of the ensemble file that does not run.
    Start { bot: String },
    /// `stop s`: lets a bot fade out and exit.
    Stop { bot: String },
    /// `restart s`.
    Restart { bot: String },
    /// `section s`: goes there at the next bar line.
    Section { name: String },
    /// `density f`, 0–1.
    Density { density: f64 },
    /// `tap`: one tap of a tempo.
    Tap,
    /// `nudge f`: moves the grid by some milliseconds, once.
    Nudge { ms: f64 },
    /// `panic`: silence at once.
    Panic,
    /// `quit`: end the ensemble.
    Quit,
    /// `get s`: `tempo`, `bots`, `clock`, `position`, `section`, `master`, `density`, `name`.
    Get { what: String },
    /// `watch s`: the same now and on every change.
    Watch { what: String },
    /// `listen i`: hear what the band says, for some seconds (1, to be said again), or no more (0).
    Listen { on: bool },
    /// `learn s`: the next knob that is moved turns this from then on (`bass.gain`, `tempo`, `section:chorus`, …).
    Learn { what: String },
}

impl Control {
    /// Reads one command.
    ///
    /// # Errors
    /// [`PacketError::Unknown`] for what is no command, [`PacketError::Arguments`] for wrong values.
    pub fn decode(message: &Message) -> Result<Self, PacketError> {
        const NAMES: [&str; 19] = [
            "tempo", "gain", "master", "mute", "solo", "group", "start", "stop", "restart", "section", "density",
            "tap", "nudge", "panic", "quit", "get", "watch", "listen", "learn",
        ];
        let name = message.address.strip_prefix("/director/").ok_or(PacketError::Unknown)?;
        let what = NAMES.into_iter().find(|n| *n == name).ok_or(PacketError::Unknown)?;
        let args = message.args()?;
        let bad = || PacketError::Arguments(what);
        let mut read = Reader::new(&args, what);
        Ok(match what {
            "tempo" => {
                Self::Tempo { tempo: Tempo::new(read.number()?).map_err(|_| bad())?, over: over(&mut read, bad)? }
            }
            "gain" => Self::Gain {
                who: read.text()?.to_owned(),
                gain: Gain::new(read.number()?).map_err(|_| bad())?,
                over: over(&mut read, bad)?,
            },
            "master" => {
                Self::Master { gain: Gain::new(read.number()?).map_err(|_| bad())?, over: over(&mut read, bad)? }
            }
            "mute" => Self::Mute { who: read.text()?.to_owned(), on: on(&mut read, bad)? },
            "solo" => Self::Solo { who: read.text()?.to_owned(), on: on(&mut read, bad)? },
            "group" => Self::Group { group: read.text()?.to_owned(), on: on(&mut read, bad)? },
            "start" => Self::Start { bot: read.text()?.to_owned() },
            "stop" => Self::Stop { bot: read.text()?.to_owned() },
            "restart" => Self::Restart { bot: read.text()?.to_owned() },
            "section" => Self::Section { name: read.text()?.to_owned() },
            "density" => {
                let density = read.number()?;
                if !(0.0..=1.0).contains(&density) {
                    return Err(bad());
                }
                Self::Density { density }
            }
            "tap" => Self::Tap,
            "nudge" => {
                let ms = read.number()?;
                if ms.abs() > 1000.0 {
                    return Err(bad());
                }
                Self::Nudge { ms }
            }
            "panic" => Self::Panic,
            "quit" => Self::Quit,
            "get" => Self::Get { what: read.text()?.to_owned() },
            "listen" => Self::Listen { on: on(&mut read, bad)? },
            "learn" => Self::Learn { what: read.text()?.to_owned() },
            _ => Self::Watch { what: read.text()?.to_owned() },
        })
    }

    /// Its name: the last part of its address.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Tempo { .. } => "tempo",
            Self::Gain { .. } => "gain",
            Self::Master { .. } => "master",
            Self::Mute { .. } => "mute",
            Self::Solo { .. } => "solo",
            Self::Group { .. } => "group",
            Self::Start { .. } => "start",
            Self::Stop { .. } => "stop",
            Self::Restart { .. } => "restart",
            Self::Section { .. } => "section",
            Self::Density { .. } => "density",
            Self::Tap => "tap",
            Self::Nudge { .. } => "nudge",
            Self::Panic => "panic",
            Self::Quit => "quit",
            Self::Get { .. } => "get",
            Self::Watch { .. } => "watch",
            Self::Listen { .. } => "listen",
            Self::Learn { .. } => "learn",
        }
    }

    /// What a command takes, for whoever got it wrong.
    #[must_use]
    pub fn takes(name: &str) -> Option<&'static str> {
        Some(match name {
            "tempo" => "beats a minute from 10 to 999, and a span such as `8bars`, `2beats`, `1.5s` or none",
            "gain" => "a name, a gain from 0 to 1, and a span such as `8bars`, `2beats`, `1.5s` or none",
            "master" => "a gain from 0 to 1, and a span such as `8bars`, `2beats`, `1.5s` or none",
            "mute" | "solo" => "a bot's or group's name, and 1 or 0",
            "group" => "a group's name, and 1 (it sounds) or 0",
            "start" | "stop" | "restart" => "a bot's name",
            "section" => "a section's name",
            "density" => "a number from 0 to 1",
            "nudge" => "milliseconds from -1000 to 1000",
            "get" | "watch" => "the name of a value, such as `tempo`",
            "listen" => "1 or 0",
            "learn" => "what a knob or pad is to turn, such as `bass.gain`",
            _ => return None,
        })
    }

    /// As it travels.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let text = |s: &str| Arg::Text(s.to_owned());
        let with = |mut args: Args, over: &Option<Over>| {
            args.extend(over.map(|o| Arg::Text(o.to_string())));
            args
        };
        let args = match self {
            Self::Tempo { tempo, over } => with(vec![tempo.bpm().into()], over),
            Self::Gain { who, gain, over } => with(vec![text(who), gain.linear().into()], over),
            Self::Master { gain, over } => with(vec![gain.linear().into()], over),
            Self::Mute { who, on } | Self::Solo { who, on } | Self::Group { group: who, on } => {
                vec![text(who), (*on).into()]
            }
            Self::Start { bot } | Self::Stop { bot } | Self::Restart { bot } => vec![text(bot)],
            Self::Section { name } => vec![text(name)],
            Self::Density { density } => vec![(*density).into()],
            Self::Nudge { ms } => vec![(*ms).into()],
            Self::Tap | Self::Panic | Self::Quit => Vec::new(),
            Self::Get { what } | Self::Watch { what } | Self::Learn { what } => vec![text(what)],
            Self::Listen { on } => vec![(*on).into()],
        };
        args::encode(&format!("/director/{}", self.name()), args)
    }
}

fn over(read: &mut Reader, bad: impl Fn() -> PacketError) -> Result<Option<Over>, PacketError> {
    match read.next() {
        None => Ok(None),
        Some(Arg::Text(text)) => text.parse().map(Some).map_err(|_| bad()),
        Some(number) => number.number().and_then(Over::seconds).map(Some).ok_or_else(bad),
    }
}

/// A bare `mute bass` means on. Words are refused: `mute bass off` must not mute.
fn on(read: &mut Reader, bad: impl Fn() -> PacketError) -> Result<bool, PacketError> {
    read.next().map_or(Ok(true), |arg| arg.number().map(|n| n != 0.0).ok_or_else(bad))
}

/// Where a bot is in its life, as `get bots` tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum State {
    Waiting,
    Starting,
    Playing,
    Silent,
    Ending,
    BackingOff,
    Stopped,
    GaveUp,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Waiting,
        Self::Starting,
        Self::Playing,
        Self::Silent,
        Self::Ending,
        Self::BackingOff,
        Self::Stopped,
        Self::GaveUp,
    ];

    /// The state that a word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// The word that travels and is shown.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Starting => "starting",
            Self::Playing => "playing",
            Self::Silent => "silent",
            Self::Ending => "ending",
            Self::BackingOff => "backing-off",
            Self::Stopped => "stopped",
            Self::GaveUp => "gave-up",
        }
    }
}

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// `/director/ok s`: done.
    Ok(String),
    /// `/director/error s s`: not done, and what to do about it.
    Error(String, String),
    /// `/director/value s …`: what was asked for.
    Value(String, Args),
}

impl Reply {
    /// Reads one answer.
    ///
    /// # Errors
    /// When it is none.
    pub fn decode(message: &Message) -> Result<Self, PacketError> {
        let args = message.args()?;
        let mut read = Reader::new(&args, "/director/…");
        let what = |read: &mut Reader| read.text().map(str::to_owned);
        match message.address {
            "/director/ok" => Ok(Self::Ok(what(&mut read)?)),
            "/director/error" => Ok(Self::Error(what(&mut read)?, what(&mut read)?)),
            "/director/value" => Ok(Self::Value(what(&mut read)?, read.rest().cloned().collect())),
            _ => Err(PacketError::Unknown),
        }
    }

    /// As it travels.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Ok(what) => args::encode("/director/ok", vec![what.as_str().into()]),
            Self::Error(what, advice) => {
                args::encode("/director/error", vec![what.as_str().into(), advice.as_str().into()])
            }
            Self::Value(what, values) => {
                let mut all = vec![what.as_str().into()];
                all.extend(values.iter().cloned());
                args::encode("/director/value", all)
            }
        }
    }
}
