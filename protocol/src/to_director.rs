//! What a bot says to its director.

use crate::{Arg, Args, BotId, Broadcast, Message, PacketError, args, args::Reader};

/// What a bot understands beyond the historic protocol. What it does not say, it does not have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "five independent words of the protocol")]
pub struct Accepts {
    /// Bundles whose timetag says when a tick sounds.
    pub timetags: bool,
    /// `/agent/gain` with a time to get there.
    pub gain_ramp: bool,
    /// `/mc/position`.
    pub position: bool,
    /// `/mc/ending`.
    pub ending: bool,
    /// Rendering on a virtual clock.
    pub render: bool,
}

impl Accepts {
    /// All of it.
    pub const ALL: Self = Self { timetags: true, gain_ramp: true, position: true, ending: true, render: true };

    fn words(self) -> impl Iterator<Item = &'static str> {
        [
            (self.timetags, "timetags"),
            (self.gain_ramp, "gain-ramp"),
            (self.position, "position"),
            (self.ending, "ending"),
            (self.render, "render"),
        ]
        .into_iter()
        .filter_map(|(has, word)| has.then_some(word))
    }

    fn take(&mut self, word: &str) {
        match word {
            "timetags" => self.timetags = true,
            "gain-ramp" => self.gain_ramp = true,
            "position" => self.position = true,
            "ending" => self.ending = true,
            "render" => self.render = true,
            _ => {}
        }
    }
}

/// What a bot says of itself in `/agent/hello`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hello {
    /// Such as `drums`, `bass`, `melody`, in the words of info.txt.
    pub kinds: Vec<String>,
    /// The topics it sends.
    pub sends: Vec<String>,
    /// The topics it listens to.
    pub receives: Vec<String>,
    /// Its version.
    pub version: Option<String>,
    /// An address to open in a browser.
    pub page: Option<String>,
    /// Whether it makes no sound at all, and so leaves no stem in a render (X12).
    pub silent: bool,
    /// What it understands.
    pub accepts: Accepts,
}

/// One message from a bot.
#[derive(Debug, Clone, PartialEq)]
pub enum ToDirector {
    /// `/agent/alive ,s[i]`: the heartbeat.
    Alive {
        /// Who.
        id: BotId,
        /// Where it listens, if it says so.
        port: Option<u16>,
    },
    /// `/agent/hello ,si[s…]`.
    Hello {
        /// Who.
        id: BotId,
        /// Where it listens.
        port: u16,
        /// What it is.
        hello: Hello,
    },
    /// `/agent/level ,sff`: linear peak and RMS since the last.
    Level {
        /// Who.
        id: BotId,
        /// Linear, 0–1.
        peak: f32,
        /// Linear, 0–1.
        rms: f32,
    },
    /// `/agent/late ,sffi[i]`: how far the last `n` notes were placed from where they belonged, in ms.
    Late {
        /// Who.
        id: BotId,
        /// The median.
        p50_ms: f32,
        /// The 99th percentile.
        p99_ms: f32,
        /// Of how many notes.
        n: u32,
        /// How often the sound has had a gap since the start; not said while it had none.
        xruns: u32,
    },
    /// `/agent/done ,sii`: in a render, this tick is worked off.
    Done {
        /// Who.
        id: BotId,
        /// Which tick.
        tick: i32,
        /// How many broadcasts it has sent in all.
        said: u32,
    },
    /// `/broadcast/*`.
    Broadcast(Broadcast),
}

impl ToDirector {
    /// Reads one message, leniently.
    ///
    /// # Errors
    /// [`PacketError::Unknown`] for addresses that mean nothing to a director, others for junk.
    pub fn decode(message: &Message) -> Result<Self, PacketError> {
        let what = match message.address {
            "/agent/alive" => "/agent/alive",
            "/agent/hello" => "/agent/hello",
            "/agent/level" => "/agent/level",
            "/agent/late" => "/agent/late",
            "/agent/done" => "/agent/done",
            _ if message.topic().is_some() => return Broadcast::decode(message).map(Self::Broadcast),
            _ => return Err(PacketError::Unknown),
        };
        let args = message.args()?;
        let bad = || PacketError::Arguments(what);
        let mut read = Reader::new(&args, what);
        let id = BotId::new(read.text()?).map_err(|_| bad())?;
        Ok(match what {
            "/agent/alive" => Self::Alive { id, port: read.next().and_then(port) },
            "/agent/hello" => {
                let port = read.next().and_then(port).ok_or_else(bad)?;
                Self::Hello { id, port, hello: hello(read.rest()) }
            }
            "/agent/level" => Self::Level { id, peak: read.number()? as f32, rms: read.number()? as f32 },
            "/agent/late" => Self::Late {
                id,
                p50_ms: read.number()? as f32,
                p99_ms: read.number()? as f32,
                n: u32::try_from(read.whole()?).map_err(|_| bad())?,
                xruns: read.next().and_then(Arg::whole).and_then(|n| u32::try_from(n).ok()).unwrap_or_default(),
            },
            _ => Self::Done {
                id,
                tick: i32::try_from(read.whole()?).map_err(|_| bad())?,
                said: u32::try_from(read.whole()?).map_err(|_| bad())?,
            },
        })
    }

    /// As it travels.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let name = |id: &BotId| Arg::from(id.as_str());
        match self {
            Self::Alive { id, port } => {
                let mut all = vec![name(id)];
                all.extend(port.map(|p| Arg::Int(p.into())));
                args::encode("/agent/alive", all)
            }
            Self::Hello { id, port, hello } => {
                let mut all = vec![name(id), Arg::Int((*port).into())];
                all.extend(facts(hello));
                args::encode("/agent/hello", all)
            }
            Self::Level { id, peak, rms } => {
                args::encode("/agent/level", vec![name(id), Arg::Float(*peak), Arg::Float(*rms)])
            }
            Self::Late { id, p50_ms, p99_ms, n, xruns } => {
                let mut all = vec![name(id), Arg::Float(*p50_ms), Arg::Float(*p99_ms), (*n).into()];
                all.extend((*xruns > 0).then(|| Arg::from(*xruns)));
                args::encode("/agent/late", all)
            }
            Self::Done { id, tick, said } => {
                args::encode("/agent/done", vec![name(id), Arg::Int(*tick), (*said).into()])
            }
            Self::Broadcast(broadcast) => broadcast.encode(),
        }
    }
}

fn port(arg: &Arg) -> Option<u16> {
    arg.whole().and_then(|n| u16::try_from(n).ok()).filter(|p| *p > 0)
}

/// Words longer than this, and lists longer than this, are cut: a hello is kept for as long as the bot lives.
const MOST: usize = 64;

fn hello<'a>(words: impl Iterator<Item = &'a Arg>) -> Hello {
    let mut hello = Hello::default();
    for (key, value) in words.filter_map(Arg::text).filter_map(|w| w.split_once('=')).take(4 * MOST) {
        let value: String = value.chars().take(4 * MOST).collect();
        let push = |list: &mut Vec<String>, value| {
            if list.len() < MOST {
                list.push(value);
            }
        };
        match key {
            "type" => push(&mut hello.kinds, value),
            "sends" => push(&mut hello.sends, value),
            "receives" => push(&mut hello.receives, value),
            "version" => hello.version = Some(value),
            "page" => hello.page = Some(value),
            "sound" => hello.silent = value == "none",
            "accepts" => value.split([' ', ',']).for_each(|word| hello.accepts.take(word)),
            _ => {}
        }
    }
    hello
}

fn facts(hello: &Hello) -> Args {
    let fact = |key: &str, value: &str| Arg::Text(format!("{key}={value}"));
    let mut facts: Args = Vec::new();
    facts.extend(hello.kinds.iter().map(|v| fact("type", v)));
    facts.extend(hello.sends.iter().map(|v| fact("sends", v)));
    facts.extend(hello.receives.iter().map(|v| fact("receives", v)));
    facts.extend(hello.version.iter().map(|v| fact("version", v)));
    facts.extend(hello.page.iter().map(|v| fact("page", v)));
    facts.extend(hello.silent.then(|| fact("sound", "none")));
    facts.extend(hello.accepts.words().map(|v| fact("accepts", v)));
    facts
}
