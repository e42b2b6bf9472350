//! Every decision of the director, as a function: an event and the time go in, actions come out.
//!
//! Nothing in here reads a clock, opens a socket or waits. Live, the event loop carries the
//! actions out; in a render, `render.rs` asks for the plan of one tick after the other.

mod clock_ports;
mod commands;
mod detached;
mod following;
mod joining;
mod leaving;
mod networking;
mod planning;
mod settling;
mod surfaces;
mod taps;
mod telling;
mod terminals;
mod view;

pub use clock_ports::ClockOutView;
pub use following::LeaderView;
pub use networking::{HostView, Reckoning};
pub use planning::Plan;
pub use surfaces::LEARN_WITHIN;
pub use view::{BotView, View, VoiceView};

use crate::{
    clock_thread::Order,
    ensemble::{Ensemble, Exiting, Length},
    event::{Action, Event, Tone},
    memory::{Memory, Voice},
    metronome::TempoMap,
    mixer::{Mixer, When},
    roster::{Bot, Life, Roster},
    score::Score,
    surtitles::Surtitles,
};
use commands::Watcher;
use following::Following;
use musebot_protocol::{BotId, Said, Tick};
use networking::Networking;
use std::{
    collections::{BTreeSet, VecDeque},
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use surfaces::Surfaces;
use taps::Taps;
use terminals::Terminals;

/// What is decided before the ensemble starts.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Where all chance comes from.
    pub seed: u64,
    /// Whether bots that nobody launched may join.
    pub guests: bool,
}

/// How often agentList is sent, at least. Historic bots end themselves after 30 s without it.
const AGENT_LIST_EVERY: Duration = Duration::from_secs(2);
/// How far ahead of its instant a tick's datagrams are handed to the clock thread.
const HORIZON: Duration = Duration::from_millis(250);
/// From the decision to start until tick 0.
const LEAD_IN: Duration = Duration::from_millis(80);
/// How long we wait for the file's bots before we start without them.
const WAIT: Duration = Duration::from_secs(3);
/// How long for those that are musebot folders: a Max application takes its time.
const WAIT_FOR_FOLDERS: Duration = Duration::from_secs(60);
/// How long a bot that beats may take to say hello before we start without it.
const HELLO_WITHIN: Duration = Duration::from_millis(400);
/// When the timer has not been heard for so long, the whole process had been stopped.
const STALL: Duration = Duration::from_secs(2);
/// Bytes of a datagram with sung words, at most; no longer ones are read.
const LONGEST_WORDS: usize = 1024;
/// Bars in a phrase, as far as the announcement of the end goes, when nobody says.
const USUAL_PHRASE: u32 = 4;

/// The director's mind.
pub struct Director {
    ensemble: Ensemble,
    rules: Rules,
    /// The one interface that we listen on, if it is one: our own bots speak from there.
    here: Option<IpAddr>,
    roster: Roster,
    mixer: Mixer,
    score: Score,
    memory: Memory,
    map: TempoMap,
    /// The instant of tick 0, once it is decided.
    origin: Option<Duration>,
    /// How long the clock has stood still in all; `origin` has been moved by it.
    stalled: Duration,
    begun: Duration,
    /// When the band was complete, or was waited for no longer.
    complete: Option<Duration>,
    /// When the timer was heard last.
    timer: Option<Duration>,
    /// The first tick that has not been planned.
    unplanned: Tick,
    /// The tick at which the piece is over.
    over: Option<Tick>,
    /// Since when we are leaving.
    quitting: Option<Duration>,
    /// Whether Ctrl-C was hit already.
    interrupted: bool,
    exit_code: u8,
    /// Until this tick nobody sounds: somebody hit panic.
    hush: Option<Tick>,
    density: Option<f64>,
    roster_changed: bool,
    listed: Option<Duration>,
    /// Whether it was said that the list is too long.
    told_cut: bool,
    gains_sent: Duration,
    strangers: BTreeSet<String>,
    /// Where those who have gone spoke from, and where they listened: bare heartbeats do not say.
    addresses: VecDeque<(BotId, SocketAddr, SocketAddr)>,
    watchers: Vec<Watcher>,
    terminals: Terminals,
    surfaces: Surfaces,
    taps: Taps,
    /// The machine whose clock leads, if there is one.
    following: Option<Following>,
    /// For how many seconds in all the music has waited for it, since tick 0.
    waited: f64,
    /// The ports that get our clock.
    clock_outs: Vec<ClockOutView>,
    surtitles: Surtitles,
    /// The other machines, if there are any.
    networking: Option<Networking>,
    out: Vec<Action>,
}

impl Director {
    /// A director that has just sat down, at `now`.
    #[must_use]
    pub fn new(ensemble: Ensemble, rules: Rules, now: Duration) -> Self {
        let mut mixer = Mixer::new(ensemble.master);
        for bot in &ensemble.bots {
            mixer.channel(bot.id.as_str(), bot.gain, bot.group.as_deref());
        }
        let bars = match ensemble.length {
            Some(length) => Some(length.in_bars(ensemble.tempo, ensemble.meter)),
            None => None,
        };
        Self {
            score: Score::new(
                ensemble.sections.clone(),
                ensemble.form,
                bars,
                ensemble.phraselength.unwrap_or(USUAL_PHRASE),
            ),
            roster: Roster::new(&ensemble.bots),
            map: TempoMap::new(ensemble.tempo),
            mixer,
            memory: Memory::default(),
            origin: None,
            stalled: Duration::ZERO,
            begun: now,
            complete: None,
            timer: None,
            unplanned: Tick(0),
            over: None,
            quitting: None,
            interrupted: false,
            exit_code: 0,
            hush: None,
            density: None,
            roster_changed: true,
            listed: None,
            told_cut: false,
            gains_sent: Duration::ZERO,
            strangers: BTreeSet::new(),
            addresses: VecDeque::new(),
            watchers: Vec::new(),
            terminals: Terminals::default(),
            surfaces: Surfaces::new(&ensemble.surfaces, now),
            taps: Taps::default(),
            following: ensemble.clock.input.as_ref().map(Following::new),
            waited: 0.0,
            clock_outs: ensemble.clock.out.iter().map(ClockOutView::new).collect(),
            surtitles: Surtitles::default(),
            networking: None,
            out: Vec::new(),
            here: None,
            ensemble,
            rules,
        }
    }

    /// Where bots reach us, if not on loopback.
    pub fn listens_at(&mut self, ip: IpAddr) {
        self.here = Some(ip);
    }

    /// Asks for all bots of the file to be launched.
    pub fn begin(&mut self, now: Duration) -> Vec<Action> {
        self.begun = now;
        let delayed = |b: &Bot| b.entry.as_ref().is_some_and(|e| e.delay > Duration::ZERO);
        let mut names = Vec::new();
        for bot in self.roster.iter_mut() {
            if delayed(bot) {
                bot.life = Life::Later;
            } else {
                names.push(bot.name.clone());
            }
        }
        for name in names {
            self.launch(&name, now);
        }
        std::mem::take(&mut self.out)
    }

    /// Takes in what happened and says what is to be done about it.
    pub fn handle(&mut self, now: Duration, event: Event) -> Vec<Action> {
        match event {
            Event::Heard { from, message } => self.heard(now, from, message),
            Event::Spoke { from, message } => self.spoke(now, from, message),
            Event::Asked { from, control } => self.asked(now, from, control),
            Event::Launched { name, port, manners } => self.launched(now, &name, port, manners),
            Event::NotLaunched { name, reason } => self.not_launched(&name, &reason),
            Event::Exited { name, exit, last_words } => self.exited(now, &name, &exit, &last_words),
            Event::Master { at, word } => self.heard_master(now, at, word),
            Event::MasterPort(news) => self.master_port(news),
            Event::ClockPort { port, news } => self.clock_port(port, news),
            Event::Surface { number, news } => self.surface(now, number, news),
            Event::Letter { host, from, at, word } => {
                self.letter(now, &host, from, *word);
                self.is_reached_at(&host, from, at);
            }
            Event::FarSpoke { host, tick, message, relayed } => {
                self.spoke_from_afar(now, &host, tick, message, relayed);
            }
            Event::Reckoned(reckoning) => self.reckoned(now, reckoning),
            Event::Timer => self.time_passed(now),
            Event::Stalled(stalled) => self.stood_still(now, stalled),
            Event::Interrupted => self.interrupted(now),
        }
        if std::mem::take(&mut self.roster_changed) {
            self.announce_roster(now);
        }
        self.let_terminals_hear();
        std::mem::take(&mut self.out)
    }

    /// The ensemble as it was read.
    #[must_use]
    pub fn ensemble(&self) -> &Ensemble {
        &self.ensemble
    }

    /// Where all chance comes from.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.rules.seed
    }

    /// The tempo map.
    #[must_use]
    pub fn map(&self) -> &TempoMap {
        &self.map
    }

    /// Everybody.
    #[must_use]
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// What happens all by itself as time passes.
    fn time_passed(&mut self, now: Duration) {
        self.forgive_a_stall(now);
        self.look_after_the_living(now);
        self.start_if_ready(now);
        self.follow(now);
        self.tend_network(now);
        if self.quitting.is_none()
            && let (Some(over), Some(_)) = (self.over, self.origin)
            && now >= self.instant(over)
        {
            self.say(Tone::Note, "the piece is over".to_owned());
            self.quit(now);
        }
        self.plan_ahead(now);
        self.send_gains(now);
        if self.listed.is_none_or(|at| now.saturating_sub(at) >= AGENT_LIST_EVERY) {
            self.send_agent_list(now);
        }
        self.tell_watchers(now);
        self.tend_surfaces(now);
        self.forget_terminals(now);
        self.finish_if_alone(now);
    }

    /// While we ourselves were stopped, nobody can have been heard: nobody is blamed for it.
    fn forgive_a_stall(&mut self, now: Duration) {
        let last = self.timer.replace(now).unwrap_or(now);
        let by = now.saturating_sub(last);
        if by < STALL {
            return;
        }
        for bot in self.roster.iter_mut() {
            // What has been heard since we go on is not to be counted from some later instant.
            bot.alive = bot.alive.map(|at| (at + by).min(now));
            bot.since += by;
            bot.leaves_at = bot.leaves_at.map(|at| at + by);
            if let Some(left) = &mut bot.detached {
                left.at = (left.at + by).min(now);
            }
        }
    }

    /// Ticks begin at 0 when all bots of the file are alive, or have been waited for.
    fn start_if_ready(&mut self, now: Duration) {
        if self.origin.is_some() || self.quitting.is_some() {
            return;
        }
        if self.roster.iter().any(|b| self.is_awaited(now, b)) {
            return;
        }
        // Who is here and may still say hello is not late.
        let late: Vec<_> = self
            .roster
            .iter()
            .filter(|b| matches!(b.life, Life::Starting | Life::BackingOff(_)))
            .map(|b| b.name.to_string())
            .collect();
        if !late.is_empty() && self.complete.is_none() {
            self.say(Tone::Warning, format!("beginning without {}: it enters at a bar line", late.join(", ")));
        }
        self.complete.get_or_insert(now);
        if !self.joins_in() && self.begins_alone(now) {
            self.origin = Some(now + LEAD_IN);
            self.send_map();
        }
    }

    /// Whether tick 0 waits for this bot: so long as the file says, or as its kind may take.
    fn is_awaited(&self, now: Duration, bot: &Bot) -> bool {
        let usual = if bot.is_folder() { WAIT_FOR_FOLDERS } else { WAIT };
        if bot.entry.is_none() || now.saturating_sub(self.begun) >= self.ensemble.wait.unwrap_or(usual) {
            return false;
        }
        match bot.life {
            Life::Starting => true,
            // Nobody waits a minute for one that has failed already.
            Life::BackingOff(_) => !bot.is_folder(),
            Life::Playing => bot.hello.is_none() && now.saturating_sub(bot.first_alive) < HELLO_WITHIN,
            Life::Later | Life::Ending { .. } | Life::Stopped | Life::GaveUp => false,
        }
    }

    fn send_map(&mut self) {
        if let Some(origin) = self.origin {
            let map = Arc::new(self.map.clone());
            self.out.push(Action::Clock(Order::Map { origin, stalled: self.stalled, map }));
            self.spread_map();
        }
    }

    /// The clock has stood still, and the music goes on from where it was.
    fn stood_still(&mut self, now: Duration, stalled: Duration) {
        let by = stalled.saturating_sub(self.stalled);
        self.stalled = stalled;
        if self.others_play_on() {
            let what =
                format!("the director had been stopped for {:.1} s: going on where the others are", by.as_secs_f64());
            self.say(Tone::Warning, what);
            // Nothing comes any more from where we stood still on.
            self.halt_clocks(self.next_tick(now.saturating_sub(by)), now);
            return self.catch_up(now);
        }
        self.origin = self.origin.map(|origin| origin + by);
        self.say(
            Tone::Warning,
            format!("the director had been stopped for {:.1} s: the music goes on from where it was", by.as_secs_f64()),
        );
        self.send_map();
        self.find_the_master_again(now);
    }

    /// A broadcast that has been relayed: what the director itself makes of it.
    fn spoke(&mut self, now: Duration, from: SocketAddr, message: musebot_protocol::Message) {
        let Some(topic) = message.topic() else { return };
        if Memory::keeps(topic) {
            let voice = self.voice(from, &message);
            self.memory.remember(voice, topic, message.bytes);
        }
        self.made_of(now, from, topic, message);
    }

    /// What becomes of a broadcast here, wherever it was said.
    fn made_of(&mut self, now: Duration, from: SocketAddr, topic: &str, message: musebot_protocol::Message) {
        if matches!(topic, "text" | "line") {
            self.sung(now, from, &message);
            return;
        }
        // The end is announced one phrase ahead, and the band may have agreed on longer ones.
        if topic == "phraselength"
            && self.ensemble.phraselength.is_none()
            && let Ok(said) = musebot_protocol::Broadcast::decode(&message)
            && let Some(Said::PhraseLength(bars)) = said.said()
        {
            self.score.phrase = bars.min(64);
        }
        if topic != "exiting" || self.ensemble.exiting == Exiting::Forward {
            return;
        }
        let Ok(said) = musebot_protocol::Broadcast::decode(&message) else { return };
        if said.said() != Some(Said::Exiting) {
            return;
        }
        let all = self.ensemble.exiting == Exiting::OffAll;
        let names: Vec<_> = self
            .roster
            .iter()
            .filter(|b| b.is_here() && (all || (b.source != Some(from) && b.id.as_str() != said.speaker)))
            .map(|b| b.name.clone())
            .collect();
        for name in names {
            self.tell_off(now, &name, crate::roster::Then::Stay);
        }
    }

    /// Somebody sings, and the person at the screen may read it.
    fn sung(&mut self, now: Duration, from: SocketAddr, message: &musebot_protocol::Message) {
        if message.bytes.len() > LONGEST_WORDS {
            return;
        }
        let Ok(said) = musebot_protocol::Broadcast::decode(message) else { return };
        let tick = self.current_tick(now);
        let bot = self.roster.iter().find(|bot| bot.source == Some(from)).map(|bot| bot.name.clone());
        let name = bot.as_deref().unwrap_or(&said.speaker);
        match said.said() {
            Some(Said::Line(line)) => {
                if let Some((name, line)) = self.surtitles.line(now, tick, name, &line) {
                    self.out.push(Action::Sung { name, line });
                }
            }
            Some(Said::Text(word)) => self.surtitles.word(tick, name, &word),
            _ => {}
        }
    }

    /// Whose words come from an address.
    fn voice(&self, from: SocketAddr, message: &musebot_protocol::Message) -> Voice {
        if self.roster.iter().any(|bot| bot.source == Some(from)) {
            return Voice::Bot(from);
        }
        let speaker = musebot_protocol::Broadcast::decode(message).map(|said| said.speaker);
        Voice::Stranger(from.ip(), speaker.unwrap_or_default())
    }

    /// Whether broadcasts of a topic are passed on.
    #[must_use]
    pub fn forwards(&self, topic: &str) -> bool {
        crate::relay::forwards(topic, self.ensemble.exiting)
    }

    fn when(&self, now: Duration) -> When {
        let seconds = self.since_origin(now);
        let tick = self.map.first_tick_from(seconds);
        let (before, after) = (self.map.seconds(tick - 1), self.map.seconds(tick));
        let part = if after > before { ((seconds - before) / (after - before)).clamp(0.0, 1.0) } else { 0.0 };
        When { seconds: now.as_secs_f64(), ticks: (tick.0 - 1) as f64 + part }
    }

    /// Seconds since tick 0; negative before it.
    fn since_origin(&self, now: Duration) -> f64 {
        self.origin.map_or(-1.0, |origin| now.as_secs_f64() - origin.as_secs_f64())
    }

    /// When a tick is due. Meaningful once the clock runs.
    fn instant(&self, tick: Tick) -> Duration {
        self.origin.unwrap_or_default() + Duration::from_secs_f64(self.map.seconds(tick).max(0.0))
    }

    fn say(&mut self, tone: Tone, what: String) {
        self.tell_other_screens(tone, &what);
        self.say_here(tone, what);
    }

    /// What is for our screen alone.
    fn say_here(&mut self, tone: Tone, what: String) {
        self.out.push(Action::Say(tone, what));
    }

    /// The end, when it is fixed in seconds, lies at another bar after a change of tempo.
    fn refit_length(&mut self) {
        let Some(Length::Seconds(seconds)) = self.ensemble.length else { return };
        let ticks = self.map.first_tick_from(seconds + self.waited - 1e-6).0;
        let bar = self.ensemble.meter.ticks_per_bar();
        self.score.end_after(Some(u32::try_from((ticks + bar - 1) / bar).unwrap_or(u32::MAX).max(1)));
    }
}
