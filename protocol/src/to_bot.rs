//! What a director says to a bot.

use crate::{Accepts, Broadcast, Gain, Message, Meter, PacketError, Tempo, Tick, args, args::Reader};

/// Where a tick stands in the music. Bars and beats count from 1; a beat is 16 ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The tick that this is true for.
    pub tick: Tick,
    /// From 1.
    pub bar: u32,
    /// From 1.
    pub beat: u32,
    /// The metre's bar line rules: 64 for 4/4.
    pub ticks_per_bar: u32,
}

/// One message to a bot.
#[derive(Debug, Clone, PartialEq)]
pub enum ToBot {
    /// `/mc/time ,fi`: this tick, now.
    Time {
        /// Quarter notes a minute.
        tempo: Tempo,
        /// Which tick.
        tick: Tick,
    },
    /// `/mc/meter ,ii`.
    Meter(Meter),
    /// `/mc/agentList`: who is here; also the director's heartbeat.
    AgentList(Vec<String>),
    /// `/mc/position ,iiii`.
    Position(Position),
    /// `/mc/ending ,i`: whole bars left after the bar line it comes with.
    Ending(u32),
    /// `/mc/hello`: say what you are.
    Hello,
    /// `/agent/gain ,f[f]`: linear gain, and in how many milliseconds to get there.
    Gain(Gain, Option<f64>),
    /// `/agent/off`: fade out and exit. In a render it carries the length of all stems in frames.
    Off {
        /// Only in a render.
        frames: Option<u32>,
    },
    /// `/broadcast/*`: somebody speaks.
    Broadcast(Broadcast),
}

impl ToBot {
    /// Reads one message, leniently.
    ///
    /// # Errors
    /// [`PacketError::Unknown`] for addresses that mean nothing to a bot, others for junk.
    pub fn decode(message: &Message) -> Result<Self, PacketError> {
        let known = |what| message.args().map(|args| (args, what));
        let (args, what) = match message.address {
            "/mc/time" => known("/mc/time")?,
            "/mc/meter" => known("/mc/meter")?,
            "/mc/agentList" => known("/mc/agentList")?,
            "/mc/position" => known("/mc/position")?,
            "/mc/ending" => known("/mc/ending")?,
            "/mc/hello" => return Ok(Self::Hello),
            "/agent/gain" => known("/agent/gain")?,
            "/agent/off" => known("/agent/off")?,
            "/agent/kill" | "/agent/quit" => return Ok(Self::Off { frames: None }),
            _ if message.topic().is_some() => return Broadcast::decode(message).map(Self::Broadcast),
            _ => return Err(PacketError::Unknown),
        };
        let bad = || PacketError::Arguments(what);
        // A number beyond int32 is no tick, and counting on from it would overflow.
        let tick = |read: &mut Reader| i32::try_from(read.whole()?).map(Tick::from).map_err(|_| bad());
        let mut read = Reader::new(&args, what);
        Ok(match what {
            "/mc/time" => Self::Time { tempo: Tempo::clamped(read.number()?), tick: tick(&mut read)? },
            "/mc/meter" => {
                let (over, under) = (read.whole()?, read.whole()?);
                let small = |n: i64| u8::try_from(n).map_err(|_| bad());
                Self::Meter(Meter::new(small(over)?, small(under)?).map_err(|_| bad())?)
            }
            "/mc/agentList" => Self::AgentList(
                read.rest().filter_map(|a| a.text()).flat_map(str::split_whitespace).map(str::to_owned).collect(),
            ),
            "/mc/position" => {
                let tick = tick(&mut read)?;
                let mut count = || read.whole().and_then(|n| u32::try_from(n).ok().filter(|n| *n > 0).ok_or_else(bad));
                Self::Position(Position { tick, bar: count()?, beat: count()?, ticks_per_bar: count()? })
            }
            "/mc/ending" => Self::Ending(u32::try_from(read.whole()?).map_err(|_| bad())?),
            "/agent/gain" => {
                let gain = Gain::clamped(read.number()?);
                Self::Gain(gain, read.next().and_then(crate::Arg::number).map(|ms| ms.clamp(0.0, 3_600_000.0)))
            }
            _ => Self::Off { frames: read.next().and_then(crate::Arg::whole).and_then(|n| u32::try_from(n).ok()) },
        })
    }

    /// As it travels. An agentList is sent as separate strings.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        use crate::IntoArgs;
        match self {
            Self::Time { tempo, tick } => crate::time_message(*tempo, *tick).to_vec(),
            Self::Meter(meter) => {
                args::encode("/mc/meter", [i32::from(meter.numerator()), i32::from(meter.denominator())].into_args())
            }
            Self::AgentList(names) => args::encode("/mc/agentList", names.clone().into_args()),
            Self::Position(p) => args::encode(
                "/mc/position",
                vec![p.tick.on_wire().into(), p.bar.into(), p.beat.into(), p.ticks_per_bar.into()],
            ),
            Self::Ending(bars) => args::encode("/mc/ending", (*bars).into_args()),
            Self::Hello => args::encode("/mc/hello", Vec::new()),
            Self::Gain(gain, None) => args::encode("/agent/gain", gain.linear().into_args()),
            Self::Gain(gain, Some(ms)) => args::encode("/agent/gain", [gain.linear(), *ms as f32].into_args()),
            Self::Off { frames: None } => args::encode("/agent/off", Vec::new()),
            Self::Off { frames: Some(frames) } => args::encode("/agent/off", (*frames).into_args()),
            Self::Broadcast(broadcast) => broadcast.encode(),
        }
    }

    /// The agentList in the manner of the AE, BC and YC conductors: one string, names joined by spaces.
    #[must_use]
    pub fn agent_list_joined(names: &[String]) -> Vec<u8> {
        use crate::IntoArgs;
        args::encode("/mc/agentList", names.join(" ").into_args())
    }

    /// The gain for this bot: with a ramp only if it said that it takes one, because a
    /// ramp's end makes standard Max bots quit.
    #[must_use]
    pub fn gain_for(accepts: Accepts, gain: Gain, ramp_ms: f64) -> Self {
        Self::Gain(gain, accepts.gain_ramp.then_some(ramp_ms))
    }
}
