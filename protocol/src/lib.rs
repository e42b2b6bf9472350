//! The words that musebots and their director say to each other.
//!
//! One UDP datagram carries one OSC message (or a bundle of them). What travels:
//!
//! | direction | address | type |
//! |---|---|---|
//! | director → bot | `/mc/time` `/mc/meter` `/mc/agentList` `/mc/position` `/mc/ending` `/mc/hello`, `/agent/gain` `/agent/off`, `/broadcast/*` | [`ToBot`] |
//! | bot → director | `/agent/alive` `/agent/hello` `/agent/level` `/agent/late` `/agent/done`, `/broadcast/*` | [`ToDirector`] |
//! | a terminal → director | `/director/*` | [`Control`], answered by [`Reply`] |
//!
//! We read leniently (a number may come as `i`, `h`, `f`, `d` or text) and write
//! strictly (`i`, `f`, `s` only: other types make some historic bots deaf).
//! There are no sockets, no clocks and no threads in here.

mod args;
mod bot_id;
mod broadcast;
mod config_txt;
mod control;
mod drum_names;
mod ensemble_txt;
mod gain;
mod harmony;
mod info_txt;
mod meter;
mod over;
mod packet;
mod style;
mod tempo;
mod tick;
mod time_packet;
mod timetag;
mod to_bot;
mod to_director;
mod vocabulary;

pub use args::{Arg, Args, IntoArgs};
pub use bot_id::BotId;
pub use broadcast::Broadcast;
pub use config_txt::ConfigTxt;
pub use control::{Control, Reply, State};
pub use drum_names::{DRUMS, drum_note};
pub use ensemble_txt::{EnsembleTxt, EnsembleTxtBot, EnsembleTxtConnect, LineFault};
pub use gain::Gain;
pub use harmony::{Key, Mode};
pub use info_txt::InfoTxt;
pub use meter::Meter;
pub use over::Over;
pub use packet::{MAX_DATAGRAM, MAX_DEPTH, Message, PacketError, messages};
pub use style::{Style, Temperament};
pub use tempo::Tempo;
pub use tick::{TICKS_PER_BEAT, TICKS_PER_SIXTEENTH, Tick};
pub use time_packet::{TIME_BUNDLE_LEN, TIME_LEN, time_bundle, time_message};
pub use timetag::TimeTag;
pub use to_bot::{Position, ToBot};
pub use to_director::{Accepts, Hello, ToDirector};
pub use vocabulary::{MOST_ONSETS, Said};

/// The speaker's name that the director itself uses in broadcasts.
pub const CONDUCTOR: &str = "Conductor";

/// The port that conductors listen on unless told otherwise.
pub const DIRECTOR_PORT: u16 = 4747;

/// The first port that is given to a bot.
pub const FIRST_BOT_PORT: u16 = 7475;

/// Bot ports stay below this: some bots use their port + 50,000 as well.
pub const LAST_BOT_PORT: u16 = 15_535;

/// What was wrong with a value from a file, a flag or the wire.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub String);

impl Invalid {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}
