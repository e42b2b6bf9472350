//! The director on virtual time: an ensemble from TOML, pretended bots, timer steps of 20 ms, and
//! everything that it decided, in order. No socket, no process, no waiting.

#[path = "rig/told.rs"]
mod told;

use super::{
    fake::Fake,
    hello::hello,
    kit::{Kit, Manner, Reaction},
    spell::spell,
};
use director::{
    clock_thread::{Order, Target},
    death::LastWords,
    director::{Director, Rules},
    ensemble::Ensemble,
    event::{Action, Event, Exit, Inputs, Listener, Tone},
    metronome::TempoMap,
    musebot_folder::Manners,
    network::{HostName, word::Word},
};
use musebot_devices::MidiMessage;
use musebot_protocol::{BotId, Control, PacketError, Reply, Tick, ToDirector, messages, time_message};
use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

/// The first port that the rig gives to a bot.
pub(crate) const FIRST: u16 = 7475;
/// Where the terminal of the tests listens.
const TERMINAL: ([u8; 4], u16) = ([127, 0, 0, 1], 50_000);
const STEP: Duration = Duration::from_millis(20);

/// One thing that the director decided.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Done {
    /// Sent at once.
    Sent(u16, String),
    /// To be sent just before a tick, so much later than it.
    Before(i64, u16, u64, String),
    Launch(String),
    /// SIGTERM, or (`true`) SIGKILL.
    Signal(String, bool),
    /// Its port and folder are free.
    Release(String),
    /// Its MIDI outputs.
    Silence(String),
    /// Through JACK: `a>b c>d`.
    Connect(String),
    Reply(String),
    /// To the faders and lamps of a control surface, as bytes.
    Show(usize, Vec<String>),
    Inputs(Inputs),
    Say(Tone, String),
    /// A host that is not let in.
    Refused(String),
    /// A bot's word that the other hosts are told once more.
    SaidAfar(String),
    Dismissed(String),
    /// A line that somebody begins to sing.
    Sung(String, String),
    /// The clocks of other machines stop before this tick; `true` if they may go on from there.
    ClocksStop(i64, bool),
    Finish(u8),
}

/// The director and its pretended world.
pub(crate) struct Rig {
    pub(crate) director: Director,
    pub(crate) now: Duration,
    pub(crate) bots: Vec<Fake>,
    /// What was decided, and when (seconds from the beginning).
    pub(crate) log: Vec<(f64, Done)>,
    pub(crate) targets: Vec<Target>,
    pub(crate) listeners: Vec<Listener>,
    /// The instant of tick 0 and the tempo map, as the clock thread was last told.
    pub(crate) clock: Option<(Duration, Arc<TempoMap>)>,
    /// Which port each bot of the file was given.
    pub(crate) ports: BTreeMap<String, u16>,
    /// Who cannot be launched.
    pub(crate) unlaunchable: BTreeMap<String, String>,
    /// Folders that are still being made ready: nothing is heard of their launch.
    pub(crate) making_ready: bool,
    /// What was said to other directors.
    pub(crate) letters: Vec<(Option<HostName>, Word)>,
    /// What is wanted from other hosts.
    pub(crate) topics: Option<Vec<String>>,
    /// What is on its way to bots of the world with a tick: when it arrives, where, and what.
    posted: Vec<(Duration, u16, String)>,
    /// The next tick that the clock thread sends to them.
    next_tick: Tick,
    /// What follows from what was decided, and happens right after.
    pending: VecDeque<Pending>,
}

/// What the pretended world answers.
enum Pending {
    Hello(SocketAddr, ToDirector),
    Launched(Arc<str>, u16, Option<Manners>),
    NotLaunched(Arc<str>, String),
    Ended(Arc<str>, Exit),
}

/// Some bots of a file, with nothing said about them.
pub(crate) fn file(bots: &[&str]) -> String {
    bots.iter().map(|b| format!("[[bot]]\nid = \"{b}\"\nprogram = \"{b}\"\n")).collect()
}

/// Virtual time begins long after 0: nothing may depend on when the machine was started.
const BEGINNING: Duration = Duration::from_secs(100_000);

impl Rig {
    /// The director has launched all bots of the file; none of them beats yet.
    pub(crate) fn of(toml: &str) -> Self {
        Self::with(toml, Vec::new())
    }

    /// The same, and these are there.
    pub(crate) fn with(toml: &str, bots: Vec<Fake>) -> Self {
        let ensemble = Ensemble::parse(toml, "band.toml").unwrap_or_else(|faults| panic!("{faults}"));
        Self::with_ensemble(ensemble, bots)
    }

    /// The same, of an ensemble that was read already.
    pub(crate) fn with_ensemble(ensemble: Ensemble, bots: Vec<Fake>) -> Self {
        let rules = Rules { seed: 7, guests: ensemble.guests.unwrap_or(true) };
        let ports = ensemble.bots.iter().zip(FIRST..).map(|(b, port)| (b.id.to_string(), port)).collect();
        let mut rig = Self {
            director: Director::new(ensemble, rules, BEGINNING),
            now: BEGINNING,
            bots: Vec::new(),
            log: Vec::new(),
            targets: Vec::new(),
            listeners: Vec::new(),
            clock: None,
            ports,
            unlaunchable: BTreeMap::new(),
            making_ready: false,
            letters: Vec::new(),
            topics: None,
            posted: Vec::new(),
            next_tick: Tick(0),
            pending: VecDeque::new(),
        };
        for bot in bots {
            rig.add(bot);
        }
        rig
    }

    /// The director begins.
    pub(crate) fn begin(mut self) -> Self {
        let actions = self.director.begin(self.now);
        self.take_in(actions);
        self.answer();
        self
    }

    /// The director begins, all bots come, and the first ticks have been sent.
    pub(crate) fn playing(toml: &str, bots: Vec<Fake>) -> Self {
        let mut rig = Self::with(toml, bots).begin();
        let all = rig.bots.iter().map(|b| b.slow).max().unwrap_or_default();
        rig.run(all.as_secs_f64() + 0.7);
        assert!(rig.clock.is_some(), "the ensemble has not begun: {:#?}", rig.log);
        rig
    }

    /// A pretended bot comes to be. One of the file's beats once it is launched, a guest at once.
    pub(crate) fn add(&mut self, mut bot: Fake) {
        if bot.port == 0 {
            bot.port = self.ports[&bot.id];
        }
        if bot.source == 0 {
            bot.source = bot.manner.as_ref().map_or(bot.port, |m| m.kit.source(bot.port));
        }
        if !bot.process {
            bot.next = Some(self.now);
        }
        self.bots.push(bot);
    }

    pub(crate) fn bot(&mut self, id: &str) -> &mut Fake {
        self.bots.iter_mut().find(|b| b.id == id).expect("such a bot")
    }

    /// It does not beat any more, but its process lives.
    pub(crate) fn falls_silent(&mut self, id: &str) {
        self.bot(id).next = None;
    }

    /// It beats again from now on.
    pub(crate) fn beats_again(&mut self, id: &str) {
        let now = self.now;
        self.bot(id).next = Some(now);
    }

    /// Its process ends.
    pub(crate) fn dies(&mut self, id: &str, exit: Exit, last_lines: &[&str]) {
        let bot = self.bot(id);
        (bot.next, bot.ends) = (None, None);
        let last_lines: Vec<String> = last_lines.iter().map(|l| (*l).to_owned()).collect();
        self.event(Event::Exited { name: id.into(), exit, last_words: last_lines.into() });
    }

    /// Somebody says something to all.
    pub(crate) fn speaks(&mut self, source: u16, datagram: &[u8]) {
        let from = SocketAddr::from(([127, 0, 0, 1], source));
        let message = messages(datagram).next().unwrap().unwrap();
        if self.director.forwards(message.topic().unwrap()) {
            for to in self.listeners.iter().filter(|l| l.not_from != Some(from)).map(|l| l.to).collect::<Vec<_>>() {
                self.reaches(to, &spell(datagram));
            }
        }
        self.event(Event::Spoke { from, message });
    }

    /// A heartbeat out of the ordinary.
    pub(crate) fn beat(&mut self, source: u16, id: &str, port: Option<u16>) {
        let from = SocketAddr::from(([127, 0, 0, 1], source));
        self.event(Event::Heard { from, message: ToDirector::Alive { id: BotId::new(id).unwrap(), port } });
    }

    /// The folder has been made ready at last, and the bot runs.
    pub(crate) fn is_ready(&mut self, name: &str) {
        self.making_ready = false;
        self.launch(name);
        self.answer();
    }

    /// A bot says what it is.
    pub(crate) fn say_hello(&mut self, id: &str, accepts: &str) {
        let bot = self.bot(id);
        let (from, message) = (SocketAddr::from((bot.host, bot.source)), hello(&bot.id, bot.port, accepts));
        self.event(Event::Heard { from, message });
    }

    /// A command from a terminal; the answers to it, in order.
    pub(crate) fn ask(&mut self, control: Control) -> Vec<String> {
        let before = self.log.len();
        self.event(Event::Asked { from: TERMINAL.into(), control });
        self.log[before..]
            .iter()
            .filter_map(|(_, d)| if let Done::Reply(r) = d { Some(r.clone()) } else { None })
            .collect()
    }

    pub(crate) fn event(&mut self, event: Event) {
        let actions = self.director.handle(self.now, event);
        self.take_in(actions);
        self.answer();
    }

    fn answer(&mut self) {
        while let Some(pending) = self.pending.pop_front() {
            match pending {
                Pending::Hello(from, message) => self.event(Event::Heard { from, message }),
                Pending::Launched(name, port, manners) => self.event(Event::Launched { name, port, manners }),
                Pending::NotLaunched(name, reason) => self.event(Event::NotLaunched { name, reason }),
                Pending::Ended(name, exit) => {
                    self.event(Event::Exited { name, exit, last_words: LastWords::default() })
                }
            }
        }
    }

    /// Time passes.
    pub(crate) fn run(&mut self, seconds: f64) {
        let until = self.now + Duration::from_secs_f64(seconds);
        while self.now < until {
            self.now += STEP;
            self.post_arrives();
            self.bots_live();
            self.event(Event::Timer);
        }
    }

    /// Time passes until something has been decided; at most so many seconds.
    #[track_caller]
    pub(crate) fn run_until(&mut self, seconds: f64, what: impl Fn(&Done) -> bool) -> f64 {
        let mut seen = self.log.len();
        let until = self.now + Duration::from_secs_f64(seconds);
        while self.now < until {
            self.run(STEP.as_secs_f64());
            if let Some((at, _)) = self.log[seen..].iter().find(|(_, done)| what(done)) {
                return *at;
            }
            seen = self.log.len();
        }
        let last: Vec<String> = self.log.iter().rev().take(20).rev().map(|l| format!("{l:?}")).collect();
        panic!("it did not happen within {seconds} s; the last decisions:\n{}", last.join("\n"))
    }

    /// What the clock thread sends to the bots of the world arrives when it is due.
    fn post_arrives(&mut self) {
        if self.bots.iter().all(|b| b.manner.is_none()) {
            return;
        }
        if let Some((origin, map)) = self.clock.clone() {
            while origin + Duration::from_secs_f64(map.seconds(self.next_tick)) <= self.now {
                let text = spell(&time_message(map.tempo(self.next_tick), self.next_tick));
                for target in &self.targets {
                    assert!(
                        !target.tagged || self.bots.iter().all(|b| b.manner.is_none() || b.port != target.to.port())
                    );
                    self.posted.push((self.now + target.delay, target.to.port(), text.clone()));
                }
                self.next_tick = self.next_tick + 1;
            }
        }
        let now = self.now;
        let due: Vec<_> = self.posted.extract_if(.., |(at, ..)| *at <= now).collect();
        for (_, port, text) in due {
            self.reaches(SocketAddr::from(([127, 0, 0, 1], port)), &text);
        }
    }

    fn bots_live(&mut self) {
        for i in 0..self.bots.len() {
            let bot = &mut self.bots[i];
            if bot.ends.is_some_and(|at| at <= self.now) {
                (bot.next, bot.ends) = (None, None);
                if bot.process && !bot.returns {
                    let name: Arc<str> = bot.id.as_str().into();
                    self.event(Event::Exited { name, exit: Exit::Code(0), last_words: LastWords::default() });
                }
                continue;
            }
            let now = self.now;
            if bot.next.is_some() && bot.manner.as_mut().is_some_and(|m| m.gives_up(now)) {
                bot.ends = Some(now);
            }
            if bot.next.is_some_and(|at| at <= self.now) {
                // SuperCollider's template begins with two at once.
                let twice = bot.beats == 0 && bot.manner.as_ref().is_some_and(|m| m.kit == Kit::Script);
                bot.beats += 1;
                bot.next = if twice { bot.next } else { bot.next.map(|at| at + bot.period()) };
                let port = bot.says_port.then_some(bot.port);
                let id = BotId::new(&bot.id).unwrap();
                let from = SocketAddr::from((bot.host, bot.source));
                self.event(Event::Heard { from, message: ToDirector::Alive { id, port } });
            }
        }
    }

    fn take_in(&mut self, actions: Vec<Action>) {
        let at = (self.now - BEGINNING).as_secs_f64();
        for action in actions {
            let done = match action {
                Action::Send { to, bytes } => {
                    let text = spell(&bytes);
                    self.log.push((at, Done::Sent(to.port(), text.clone())));
                    self.reaches(to, &text);
                    continue;
                }
                Action::Clock(Order::Before { tick, to, delay, bytes }) => {
                    let text = spell(&bytes);
                    if let Some((origin, map)) = &self.clock
                        && self.bots.iter().any(|b| b.manner.is_some())
                    {
                        let due = *origin + Duration::from_secs_f64(map.seconds(tick).max(0.0)) + delay;
                        self.posted.push((due, to.port(), text.clone()));
                    }
                    Done::Before(tick.0, to.port(), delay.as_millis() as u64, text)
                }
                Action::Clock(Order::Map { origin, map, .. }) => {
                    self.clock = Some((origin, map));
                    continue;
                }
                Action::Clock(Order::Stop { from, again, .. }) => Done::ClocksStop(from.0, again),
                Action::Clock(Order::Port(_)) => unreachable!("a port is opened by nobody here"),
                Action::Clock(Order::Targets(targets)) => {
                    self.targets = targets.to_vec();
                    continue;
                }
                Action::Relay(listeners) => {
                    self.listeners = listeners;
                    continue;
                }
                Action::Launch { name } => {
                    self.log.push((at, Done::Launch(name.to_string())));
                    self.launch(&name);
                    continue;
                }
                Action::Signal { name, kill } => {
                    self.log.push((at, Done::Signal(name.to_string(), kill)));
                    if let Some(bot) = self.bots.iter_mut().find(|b| b.id == *name && !b.returns && !self.making_ready)
                        && (kill || !bot.ignores_term)
                    {
                        (bot.next, bot.ends) = (None, None);
                        self.pending.push_back(Pending::Ended(name, Exit::Signal(if kill { 9 } else { 15 })));
                    }
                    continue;
                }
                Action::Reply { reply, .. } => Done::Reply(match reply {
                    Reply::Ok(what) => format!("ok {what}"),
                    Reply::Error(what, advice) => format!("error {what}: {advice}"),
                    value @ Reply::Value(..) => spell(&value.encode()).replacen("/director/", "", 1),
                }),
                Action::Release { name } => Done::Release(name.to_string()),
                Action::Silence { name, .. } => Done::Silence(name.to_string()),
                Action::Connect(pairs) => {
                    Done::Connect(pairs.iter().map(|(a, b)| format!("{a}>{b}")).collect::<Vec<_>>().join(" "))
                }
                Action::Show { surface, messages } => {
                    let bytes = |m: &MidiMessage| format!("{:?}", m.bytes());
                    Done::Show(surface, messages.iter().map(bytes).collect())
                }
                Action::Inputs(inputs) => Done::Inputs(inputs),
                Action::Tell { to, word } => {
                    self.letters.push((to, *word));
                    continue;
                }
                Action::SayAfar { bytes, .. } => Done::SaidAfar(spell(&bytes)),
                Action::Refuse { why, .. } => Done::Refused(why),
                Action::HearsAtOnce(_) => continue,
                Action::Dismiss { host } => Done::Dismissed(host.to_string()),
                Action::Topics(topics) => {
                    self.topics = topics;
                    continue;
                }
                Action::Say(tone, what) => Done::Say(tone, what),
                Action::Sung { name, line } => Done::Sung(name, line),
                Action::Finish(code) => Done::Finish(code),
            };
            self.log.push((at, done));
        }
    }

    fn launch(&mut self, name: &str) {
        if let Some(reason) = self.unlaunchable.get(name) {
            return self.pending.push_back(Pending::NotLaunched(name.into(), reason.clone()));
        }
        if self.making_ready {
            return;
        }
        let now = self.now;
        let mut manners = None;
        let mut returns = false;
        if let Some(bot) = self.bots.iter_mut().find(|b| b.id == name && b.process) {
            (bot.next, bot.beats) = (Some(now + bot.slow), 0);
            if let Some(manner) = &mut bot.manner {
                manner.starts(now);
            }
            (manners, returns) = (bot.manners, bot.returns);
        }
        self.pending.push_back(Pending::Launched(name.into(), self.ports[name], manners));
        if returns {
            self.pending.push_back(Pending::Ended(name.into(), Exit::Code(0)));
        }
    }

    /// A datagram arrives where it was sent to.
    fn reaches(&mut self, to: SocketAddr, text: &str) {
        let now = self.now;
        let Some(bot) = self.bots.iter_mut().find(|b| b.port == to.port() && b.next.is_some()) else { return };
        if let Some(manner) = &mut bot.manner {
            if let Reaction::Goes(after) = manner.hears(now, text)
                && bot.ends.is_none()
            {
                bot.ends = Some(now + after);
                if manner.kit == Kit::Horrigan {
                    says_offed(bot.port);
                }
            }
            return;
        }
        match text {
            "/mc/hello ," => {
                let Some(accepts) = &bot.accepts else { return };
                let from = SocketAddr::from((bot.host, bot.source));
                self.pending.push_back(Pending::Hello(from, hello(&bot.id, bot.port, accepts)));
            }
            "/agent/off ," if bot.ends.is_none() => bot.ends = bot.fades.map(|fade| now + fade),
            _ => {}
        }
    }
}

/// `/agent/offed`, the farewell of one family of bots: for the event loop it is a word that it does not know.
fn says_offed(port: u16) {
    let mut datagram = b"/agent/offed\0\0\0\0,i\0\0".to_vec();
    datagram.extend(u32::from(port).to_be_bytes());
    let message = messages(&datagram).next().unwrap().unwrap();
    assert_eq!(ToDirector::decode(&message), Err(PacketError::Unknown), "no error that is reported");
}
