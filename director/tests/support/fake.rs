//! A bot that is only a heartbeat on virtual time: it beats, says hello when asked, and goes when told off.

use super::kit::{Kit, Manner};
use director::musebot_folder::Manners;
use std::time::Duration;

/// One pretended bot.
#[derive(Debug, Clone)]
pub(crate) struct Fake {
    /// What it calls itself.
    pub(crate) id: String,
    /// The host it speaks from.
    pub(crate) host: [u8; 4],
    /// Where it listens; 0: where the director told it to.
    pub(crate) port: u16,
    /// The port that its datagrams come from; 0: the one it listens on.
    pub(crate) source: u16,
    /// Whether its heartbeat says where it listens.
    pub(crate) says_port: bool,
    /// From one heartbeat to the next.
    pub(crate) every: Duration,
    /// By how much a heartbeat may come early or late.
    pub(crate) jitter: Duration,
    /// Launch to first heartbeat.
    pub(crate) slow: Duration,
    /// What it accepts; `None`: it does not know what a hello is.
    pub(crate) accepts: Option<String>,
    /// From off to its end; `None`: it stays.
    pub(crate) fades: Option<Duration>,
    /// Whether its process goes on when it gets SIGTERM.
    pub(crate) ignores_term: bool,
    /// Whether a process of the director's runs it.
    pub(crate) process: bool,
    /// What it makes of what it hears, if it is one of the world's.
    pub(crate) manner: Option<Manner>,
    /// What its folder's info.txt says of it.
    pub(crate) manners: Option<Manners>,
    /// Whether its script returns at once and leaves it to itself.
    pub(crate) returns: bool,
    /// When it beats next; `None`: it does not.
    pub(crate) next: Option<Duration>,
    /// When it goes.
    pub(crate) ends: Option<Duration>,
    /// How many heartbeats it has sent.
    pub(crate) beats: u64,
}

const MS: fn(u64) -> Duration = Duration::from_millis;

impl Fake {
    /// A bot of the file that knows everything.
    pub(crate) fn ours(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            host: [127, 0, 0, 1],
            port: 0,
            source: 0,
            says_port: true,
            every: MS(400),
            jitter: MS(0),
            slow: MS(100),
            accepts: Some("timetags gain-ramp position ending render".to_owned()),
            fades: Some(MS(3000)),
            ignores_term: false,
            process: true,
            manner: None,
            manners: None,
            returns: false,
            next: None,
            ends: None,
            beats: 0,
        }
    }

    /// A bot of the file that knows Part A alone.
    pub(crate) fn historic(id: &str) -> Self {
        Self { says_port: false, every: MS(1000), accepts: None, fades: Some(MS(5000)), ..Self::ours(id) }
    }

    /// A musebot folder that knows Part A alone and has nothing to say about itself.
    pub(crate) fn folder(id: &str) -> Self {
        Self { manners: Some(Manners::default()), ..Self::historic(id) }
    }

    /// A bot of the world's, in its folder.
    pub(crate) fn of(kit: Kit, id: &str, manners: Manners) -> Self {
        Self {
            every: MS(kit.every()),
            manner: Some(Manner::new(kit)),
            manners: Some(manners),
            fades: None,
            slow: MS(if kit == Kit::Max { 9000 } else { 500 }),
            ..Self::historic(id)
        }
    }

    /// Its script returns at once.
    pub(crate) fn detached(mut self) -> Self {
        self.returns = true;
        self
    }

    /// Somebody whom nobody launched.
    pub(crate) fn guest(id: &str, port: u16) -> Self {
        Self { port, process: false, ..Self::ours(id) }
    }

    /// It accepts this and no more.
    pub(crate) fn accepting(mut self, accepts: &str) -> Self {
        self.accepts = Some(accepts.to_owned());
        self
    }

    /// It beats so often.
    pub(crate) fn every(mut self, ms: u64, jitter: u64) -> Self {
        (self.every, self.jitter) = (MS(ms), MS(jitter));
        self
    }

    /// It takes so long from its launch to its first heartbeat.
    pub(crate) fn slow(mut self, ms: u64) -> Self {
        self.slow = MS(ms);
        self
    }

    /// It listens here, whatever it was told.
    pub(crate) fn on(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Its datagrams come from this port.
    pub(crate) fn from(mut self, source: u16) -> Self {
        self.source = source;
        self
    }

    /// It does not end when it is told off.
    pub(crate) fn deaf(mut self) -> Self {
        self.fades = None;
        self
    }

    /// It does not end when it gets SIGTERM either.
    pub(crate) fn stubborn(mut self) -> Self {
        (self.fades, self.ignores_term) = (None, true);
        self
    }

    /// When the next heartbeat comes: early and late by turns.
    pub(crate) fn period(&self) -> Duration {
        // 0, +, −, +, − … stays within ± jitter of the regular grid.
        match self.beats % 2 {
            0 => self.every + self.jitter,
            _ => self.every - self.jitter,
        }
    }
}
