//! Who plays: every bot of the ensemble file and every guest, and where each is in its life. Pure.

use crate::{
    clock_thread::Target,
    ensemble::{AgentListStyle, BotEntry, Program},
    event::Exit,
    mixer,
    musebot_folder::Manners,
    restarts::Restarts,
};
use musebot_protocol::{Accepts, BotId, Gain, Hello, State};
use std::{net::SocketAddr, sync::Arc, time::Duration};

/// Where a bot is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// Its process was asked for or runs, and it has not been heard yet.
    Starting,
    /// It beats.
    Playing,
    /// It was told off.
    Ending {
        /// When.
        since: Duration,
        /// Whether it could hear it.
        told: bool,
        /// What was done since: 0 nothing, 1 SIGTERM, 2 SIGKILL.
        force: u8,
        /// What happens when it has gone.
        then: Then,
    },
    /// It died and is started again at this instant.
    BackingOff(Duration),
    /// It is launched later in the piece, as its `delay` says.
    Later,
    /// It does not run, and that is fine.
    Stopped,
    /// It died too often, or cannot be started.
    GaveUp,
}

/// What happens to a bot that was told off, once it has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// It stays away.
    Stay,
    /// It is launched again.
    Again,
    /// It had fallen silent: that counts as a death.
    Died,
}

/// What is left of the process of a bot that goes on without it.
#[derive(Debug, Clone)]
pub struct Detached {
    /// When it ended.
    pub at: Duration,
    /// How.
    pub exit: Exit,
    /// The last lines it printed.
    pub last_lines: Vec<String>,
}

/// One bot.
#[derive(Debug, Clone)]
pub struct Bot {
    /// Its name in this ensemble. Usually its id; a second bot of the same id is `id_2`.
    pub name: Arc<str>,
    /// What it calls itself.
    pub id: BotId,
    /// Its entry in the ensemble file; guests have none.
    pub entry: Option<BotEntry>,
    /// Where it is in its life.
    pub life: Life,
    /// Whether a process of ours runs for it.
    pub process: bool,
    /// How the script of its folder ended, which left it to itself: it lives as long as it beats.
    pub detached: Option<Detached>,
    /// Whether it goes on without us: told off, out of reach, and given up.
    pub abandoned: bool,
    /// What its folder says of how to treat it.
    pub manners: Manners,
    /// When that process was started, or ended.
    pub since: Duration,
    /// Where it listens.
    pub to: Option<SocketAddr>,
    /// Where its datagrams come from.
    pub source: Option<SocketAddr>,
    /// Its last heartbeat in this life.
    pub alive: Option<Duration>,
    /// Its first heartbeat in this life.
    pub first_alive: Duration,
    /// What it said of itself in this life.
    pub hello: Option<Hello>,
    /// Where it shows itself, and whether anybody was told of it in this life.
    pub page: Option<String>,
    /// See [`Self::page`].
    pub page_told: bool,
    /// Whether it was told in this life how things stand (X4).
    pub briefed: bool,
    /// Whether it was told in this life what the file has for it alone (`say`), and is connected.
    pub settled: bool,
    /// When it is to leave, as its `leave-after` says.
    pub leaves_at: Option<Duration>,
    /// Whether somebody at a terminal sent it away, and may want it back.
    pub sent_away: bool,
    /// The last `onoff` that it was sent.
    pub told_on: Option<bool>,
    /// The last gain that it was sent.
    pub sent_gain: Option<f32>,
    /// Linear peak and RMS, as it last said.
    pub level: (f32, f32),
    /// p50 and p99 in ms, as it last said.
    pub late: Option<(f32, f32)>,
    /// Gaps in its sound in this life, as it last said.
    pub xruns: u32,
    /// Its deaths.
    pub restarts: Restarts,
    /// Where it spoke from before, and how often it has gone to and fro since.
    elsewhere: (Option<SocketAddr>, u8),
}

impl Bot {
    /// What it understands.
    #[must_use]
    pub fn accepts(&self) -> Accepts {
        self.hello.as_ref().map(|h| h.accepts).unwrap_or_default()
    }

    /// Whether it is a musebot folder: it may know Part A of the protocol alone, and its script may end before it.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        self.entry.as_ref().is_some_and(|e| matches!(e.program, Program::Folder(_)))
    }

    /// Whether we launched it and it may still run.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.process || self.detached.is_some()
    }

    /// A gain on the scale that it has.
    #[must_use]
    pub fn on_its_scale(&self, gain: Gain) -> Gain {
        let said = self.entry.as_ref().and_then(|e| e.gain_scale);
        mixer::on_scale(gain, said.unwrap_or(self.manners.gain_scale))
    }

    /// Whether it hears and is heard.
    #[must_use]
    pub fn is_here(&self) -> bool {
        self.alive.is_some() && self.to.is_some() && matches!(self.life, Life::Playing | Life::Ending { .. })
    }

    /// Whether a bar is one that the ensemble file has it play in.
    #[must_use]
    pub fn plays_in(&self, bar: u32) -> bool {
        self.entry.as_ref().is_none_or(|e| bar >= e.enter && e.leave.is_none_or(|leave| bar < leave))
    }

    /// How late its ticks are sent, so that it sounds with the others (X3).
    #[must_use]
    pub fn delay(&self, latency: Duration, delay_historic: bool) -> Duration {
        /// What a bot is taken to need from a tick to its sound.
        const USUAL: Duration = Duration::from_millis(20);
        let own = self.entry.as_ref().and_then(|e| e.latency);
        let stranger = self.entry.is_none() && self.hello.is_none();
        if self.accepts().timetags || !delay_historic || stranger {
            Duration::ZERO
        } else {
            latency.saturating_sub(own.unwrap_or(USUAL))
        }
    }

    /// Its place on the clock's list.
    #[must_use]
    pub fn target(&self, latency: Duration, delay_historic: bool) -> Option<Target> {
        let to = self.to.filter(|_| self.is_here())?;
        Some(Target { to, tagged: self.accepts().timetags, delay: self.delay(latency, delay_historic) })
    }

    /// How it wants its agentList.
    #[must_use]
    pub fn list_style(&self, usual: AgentListStyle) -> AgentListStyle {
        let own = Some(self.manners.agent_list).filter(|style| *style != AgentListStyle::default());
        self.entry.as_ref().and_then(|e| e.agent_list).or(own).unwrap_or(usual)
    }

    /// The topics that it listens to; `None` when it does not say.
    #[must_use]
    pub fn topics(&self) -> Option<&[String]> {
        self.hello.as_ref().map(|hello| hello.receives.as_slice()).filter(|topics| !topics.is_empty())
    }

    /// Its state in one word.
    #[must_use]
    pub fn state(&self) -> State {
        match self.life {
            Life::Starting => State::Starting,
            Life::Playing if self.told_on == Some(false) => State::Waiting,
            Life::Playing => State::Playing,
            Life::Ending { then: Then::Died, .. } => State::Silent,
            Life::Ending { .. } => State::Ending,
            Life::BackingOff(_) => State::BackingOff,
            Life::Later => State::Waiting,
            Life::Stopped => State::Stopped,
            Life::GaveUp => State::GaveUp,
        }
    }

    /// A heartbeat without a port comes from another place than the last. One bot may move;
    /// two take turns. `true` once, when that is certain.
    pub fn beats_from_two_places(&mut self, from: SocketAddr) -> bool {
        /// Turns that one bot does not take.
        const TURNS: u8 = 6;
        let (before, turns) = self.elsewhere;
        let turns = if before == Some(from) { turns.saturating_add(1) } else { 0 };
        self.elsewhere = (self.source, turns);
        turns == TURNS
    }

    /// Forgets everything about the life that is over.
    pub fn reborn(&mut self) {
        self.to = None;
        self.source = None;
        self.alive = None;
        self.hello = None;
        self.page = None;
        self.page_told = false;
        self.briefed = false;
        self.settled = false;
        self.detached = None;
        self.abandoned = false;
        self.told_on = None;
        self.sent_gain = None;
        self.level = (0.0, 0.0);
        self.late = None;
        self.xruns = 0;
    }
}

/// All bots, those of the file first and in its order.
#[derive(Debug, Default)]
pub struct Roster {
    bots: Vec<Bot>,
}

/// Guests at most.
pub const MOST_GUESTS: usize = 256;

impl Roster {
    /// The bots of the ensemble file, none of them running.
    #[must_use]
    pub fn new(entries: &[BotEntry]) -> Self {
        let bots = entries.iter().map(|e| Bot::new(e.id.as_str().into(), e.id.clone(), Some(e.clone()))).collect();
        Self { bots }
    }

    /// All bots.
    pub fn iter(&self) -> impl Iterator<Item = &Bot> {
        self.bots.iter()
    }

    /// All bots.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Bot> {
        self.bots.iter_mut()
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bots.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bots.is_empty()
    }

    /// By name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Bot> {
        self.bots.iter().find(|b| &*b.name == name)
    }

    /// By name.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Bot> {
        self.bots.iter_mut().find(|b| &*b.name == name)
    }

    /// All bots that call themselves so.
    pub fn called(&self, id: &BotId) -> impl Iterator<Item = &Bot> {
        self.bots.iter().filter(move |b| b.id == *id)
    }

    /// Takes in a bot as if it were of the file; it does not run yet.
    pub fn add(&mut self, entry: BotEntry) {
        self.bots.push(Bot::new(entry.id.as_str().into(), entry.id.clone(), Some(entry)));
    }

    /// Strikes a bot off, of the file or not.
    pub fn strike(&mut self, name: &str) {
        self.bots.retain(|b| &*b.name != name);
    }

    /// Takes in a guest; `None` when the house is full.
    pub fn welcome(&mut self, id: &BotId) -> Option<&mut Bot> {
        if self.bots.iter().filter(|b| b.entry.is_none()).count() >= MOST_GUESTS {
            return None;
        }
        let mut name: Arc<str> = id.as_str().into();
        let mut n = 2;
        while self.get(&name).is_some() {
            name = format!("{id}_{n}").into();
            n += 1;
        }
        self.bots.push(Bot::new(name, id.clone(), None));
        self.bots.last_mut()
    }

    /// Strikes a guest off.
    pub fn dismiss(&mut self, name: &str) {
        self.bots.retain(|b| b.entry.is_some() || &*b.name != name);
    }

    /// The names that agentList carries.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.bots.iter().filter(|b| b.is_here()).map(|b| b.id.to_string()).collect()
    }
}

impl Bot {
    fn new(name: Arc<str>, id: BotId, entry: Option<BotEntry>) -> Self {
        let restarts = Restarts::new(entry.as_ref().map(|e| e.restart).unwrap_or(crate::ensemble::Restart::Never));
        Self {
            name,
            id,
            entry,
            life: Life::Stopped,
            process: false,
            detached: None,
            abandoned: false,
            manners: Manners::default(),
            since: Duration::ZERO,
            to: None,
            source: None,
            alive: None,
            first_alive: Duration::ZERO,
            hello: None,
            page: None,
            page_told: false,
            briefed: false,
            settled: false,
            leaves_at: None,
            sent_away: false,
            told_on: None,
            sent_gain: None,
            level: (0.0, 0.0),
            late: None,
            xruns: 0,
            restarts,
            elsewhere: (None, 0),
        }
    }
}
