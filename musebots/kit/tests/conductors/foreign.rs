//! A foreign conductor at work: it launches our bots, ticks, lists, passes words on, and drops
//! whom it takes for dead, all by its own manners. What it does not like, it notes as a fault.

use super::{
    bot::{BOTS, Bot},
    manners::{Dropping, Exiting, Lists, Manners, Meters},
    stranger::{Said, osc},
};
use musebot_protocol::{Arg, Broadcast, ToDirector, messages};
use std::{
    net::UdpSocket,
    time::{Duration, Instant},
};

/// When the whole machine stands still for longer than this, the conductor's clock does, too: its
/// patience is with bots, not with schedulers.
const LONGEST_STEP: f64 = 0.1;
/// Nothing here may take longer.
const PATIENCE: f64 = 40.0;

/// The conductor and its bots.
pub(crate) struct Foreign {
    pub(crate) manners: &'static Manners,
    pub(crate) bots: Vec<Bot>,
    /// What went against its expectations.
    pub(crate) faults: Vec<String>,
    pub(crate) now: f64,
    pub(crate) bpm: f64,
    socket: UdpSocket,
    root: tempfile::TempDir,
    looked: Instant,
    /// The next tick and when it is due, while the transport runs.
    tick: Option<(i32, f64)>,
    list_at: f64,
    check_at: f64,
    besides_at: f64,
    besides: usize,
    /// Bots that are still to be told off, and when.
    offs: Vec<(f64, usize)>,
}

impl Foreign {
    pub(crate) fn new(manners: &'static Manners, bpm: f64) -> Self {
        // Bots may know us by any address of this machine.
        let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
        Self {
            manners,
            bots: Vec::new(),
            faults: Vec::new(),
            now: 0.0,
            bpm,
            socket,
            root: tempfile::tempdir().unwrap(),
            looked: Instant::now(),
            tick: None,
            list_at: 0.0,
            check_at: 0.0,
            besides_at: 0.5,
            besides: 0,
            offs: Vec::new(),
        }
    }

    /// Launches all three.
    pub(crate) fn launch(&mut self, args: &[&str]) {
        for name in BOTS {
            self.launch_one(name, args);
        }
    }

    pub(crate) fn launch_one(&mut self, name: &'static str, args: &[&str]) {
        let port = self.socket.local_addr().unwrap().port();
        let mut bot = Bot::launch(name, self.manners, port, self.root.path(), args, self.now);
        // The Java conductor lists what it has launched, alive or not.
        bot.listed = matches!(self.manners.dropping, Dropping::Silent { from_launch: true, .. });
        self.bots.push(bot);
        // Building and copying took the test's time, not the bots'.
        self.looked = Instant::now();
    }

    /// Starts the transport, or starts it anew.
    pub(crate) fn start(&mut self) {
        if self.tick.is_none() || self.manners.restarts_ticks {
            self.tick = Some((self.manners.first_tick, self.now));
        }
    }

    /// Works for so many seconds.
    pub(crate) fn run(&mut self, seconds: f64) {
        let end = self.now + seconds;
        while self.now < end {
            self.step();
        }
    }

    /// Works until something is so.
    pub(crate) fn wait(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
        let end = self.now + PATIENCE;
        while !so(self) {
            assert!(self.now < end, "{}: waited for {what} in vain; {}", self.manners.name, self.account());
            self.step();
        }
    }

    pub(crate) fn wait_until_all_beat(&mut self) {
        self.wait("the first heartbeats", |c| c.bots.iter().all(|b| !b.beats.is_empty()));
    }

    /// Sets the gain of all.
    pub(crate) fn gain(&self, level: f64) {
        self.bots.iter().for_each(|bot| self.send(bot, &(self.manners.gain)(level)));
    }

    /// Tells all off, at this conductor's pace.
    pub(crate) fn off(&mut self) {
        self.end(|_| true);
    }

    /// A bot that is not ours says something.
    pub(crate) fn stranger_says(&mut self, datagram: &[u8]) {
        self.pass_on(&Said::read(datagram).unwrap(), datagram);
    }

    /// An ensemble file's line has such a key for this bot.
    pub(crate) fn says_key(&self, bot: usize, key: &str, value: f64) {
        assert!(self.manners.says_keys);
        self.send(&self.bots[bot], &osc(&format!("/broadcast/{key}"), "si", &[value], &["Conductor"]));
    }

    /// All that happened, for whoever reads a failure.
    pub(crate) fn account(&self) -> String {
        let bots = self.bots.iter().map(|b| {
            format!("{}: {} beats, said {:?}, ended {:?}, log:\n{}", b.id, b.beats.len(), b.topics(), b.ended, b.log())
        });
        format!("{:?}\n{}", self.faults, bots.collect::<Vec<_>>().join("\n"))
    }

    fn send(&self, bot: &Bot, datagram: &[u8]) {
        // A port that is closed (not open yet, or gone) is no news.
        let _ = self.socket.send_to(datagram, ("127.0.0.1", bot.port));
    }

    fn step(&mut self) {
        let mut buffer = [0; 65_535];
        match self.socket.recv_from(&mut buffer) {
            Ok((length, _)) => self.hear(&buffer[..length]),
            Err(_) => {
                let now = self.now;
                self.bots.iter_mut().for_each(|bot| bot.look(now));
            }
        }
        let elapsed = self.looked.elapsed().as_secs_f64();
        self.looked = Instant::now();
        self.now += elapsed.min(LONGEST_STEP);
        self.tick();
        self.list();
        if self.now >= self.check_at {
            self.check();
        }
        self.say_besides();
        while let Some(next) = self.offs.first().filter(|(at, _)| *at <= self.now).copied() {
            self.offs.remove(0);
            self.send(&self.bots[next.1], &(self.manners.off.0)());
        }
    }

    fn tick(&mut self) {
        while let Some((tick, due)) = self.tick.filter(|(_, due)| *due <= self.now) {
            self.tick = Some((tick + 1, due + 60.0 / 16.0 / self.bpm));
            let time = osc("/mc/time", "fi", &[self.bpm, f64::from(tick)], &[]);
            let meter = osc("/mc/meter", "ii", &[4.0, 4.0], &[]);
            for bot in &self.bots {
                self.send(bot, &time);
                if tick % 16 == 0 && matches!(self.manners.meter, Meters::EveryBeat) {
                    self.send(bot, &meter);
                }
            }
        }
    }

    fn list(&mut self) {
        if self.now < self.list_at {
            return;
        }
        self.list_at += self.manners.list_every;
        let names: Vec<&str> = self.bots.iter().filter(|b| b.listed).map(|b| b.id.as_str()).collect();
        if names.is_empty() && !self.manners.lists_nobody {
            return;
        }
        let list = match self.manners.list {
            Lists::Separate => osc("/mc/agentList", &"s".repeat(names.len()), &[], &names),
            Lists::Joined => osc("/mc/agentList", "s", &[], &[&names.join(" ")]),
        };
        self.bots.iter().for_each(|bot| self.send(bot, &list));
    }

    /// Takes bots for dead as this conductor does.
    fn check(&mut self) {
        let now = self.now;
        let (every, most, from_launch) = match self.manners.dropping {
            Dropping::Silent { most, every, from_launch } => (every, most, from_launch),
            Dropping::Window(window) => (window, window, false),
        };
        self.check_at += every;
        // Who has been told off may fall silent.
        for bot in self.bots.iter_mut().filter(|b| b.listed && b.ended.is_none()) {
            let since = bot.beats.last().copied().or(from_launch.then_some(bot.launched));
            if let Some(silent) = since.map(|at| now - at).filter(|silent| *silent > most) {
                bot.listed = false;
                self.faults.push(format!("{} was taken for dead after {silent:.2} s of silence", bot.id));
            }
        }
    }

    fn say_besides(&mut self) {
        if self.manners.besides.is_empty() || self.now < self.besides_at {
            return;
        }
        self.besides_at += 0.5;
        let word = self.manners.besides[self.besides % self.manners.besides.len()];
        self.besides += 1;
        self.bots.iter().for_each(|bot| self.send(bot, &osc("/mc/statechange", "s", &[], &[word])));
    }

    fn hear(&mut self, datagram: &[u8]) {
        let Some(said) = Said::read(datagram) else {
            self.faults.push(format!("something that is no message: {datagram:?}"));
            return;
        };
        let bot = said.first.as_ref().and_then(|first| self.bots.iter_mut().find(|bot| bot.id == *first));
        let Some(bot) = bot else {
            self.faults.push(format!("{} ,{} from {:?}, whom nobody knows", said.address, said.tags, said.first));
            return;
        };
        if let Some(other) = said.tags.chars().find(|tag| !"ifs".contains(*tag)) {
            self.faults.push(format!("{} has a `{other}`", said.address));
        }
        match said.topic() {
            None if said.address == "/agent/alive" => {
                if said.tags != "s" {
                    self.faults.push(format!("the beat of {} is ,{}", bot.id, said.tags));
                }
                let now = Instant::now();
                if bot.beats.is_empty() {
                    bot.started = now;
                }
                bot.last_beat = Some(now);
                bot.beats.push(self.now);
                bot.listed = true;
            }
            // Whatever else bots say to a conductor, these know nothing of it; we do.
            None => {
                let message = messages(datagram).next().and_then(Result::ok);
                if let Some(Ok(ToDirector::Hello { hello, .. })) = message.map(|m| ToDirector::decode(&m)) {
                    bot.hello = Some(hello);
                }
            }
            Some(_) => {
                let word = messages(datagram).next().and_then(Result::ok).and_then(|m| Broadcast::decode(&m).ok());
                let Some(word) = word else { return self.faults.push(format!("{datagram:?} is no broadcast")) };
                if let Some(fault) = unfit(&word) {
                    self.faults.push(fault);
                }
                bot.words.push(word);
                self.pass_on(&said, datagram);
            }
        }
    }

    /// To all, the speaker too.
    fn pass_on(&mut self, said: &Said, datagram: &[u8]) {
        if said.topic() == Some("exiting") {
            match self.manners.exiting {
                Exiting::Forwards => {}
                Exiting::EndsTheOthers => return self.end(|bot| Some(&bot.id) != said.first.as_ref()),
                Exiting::EndsAll => return self.end(|_| true),
            }
        }
        for bot in &mut self.bots {
            if self.manners.swallows_repeats && bot.passed_on == datagram {
                continue;
            }
            bot.passed_on = datagram.to_vec();
            let _ = self.socket.send_to(datagram, ("127.0.0.1", bot.port));
        }
    }

    fn end(&mut self, whom: impl Fn(&Bot) -> bool) {
        let bots = self
            .bots
            .iter()
            .enumerate()
            .filter(|(n, bot)| whom(bot) && bot.ended.is_none() && !self.offs.iter().any(|(_, told)| told == n));
        let pace = self.manners.off.1;
        let more: Vec<_> = bots.enumerate().map(|(n, (bot, _))| (self.now + pace * n as f64, bot)).collect();
        self.offs.extend(more);
    }
}

/// What would be wrong with a word for those who know only the vocabulary of old (B18).
fn unfit(word: &Broadcast) -> Option<String> {
    let share = |arg: &Arg| matches!(arg, Arg::Float(share) if (0.0..=1.0).contains(share));
    let pitch = |arg: &Arg| matches!(arg, Arg::Int(pitch) if (0..=127).contains(pitch));
    let fits = match word.topic.as_str() {
        "hdensity" | "vdensity" => word.args.len() == 1 && word.args.iter().all(share),
        "notepool" => !word.args.is_empty() && word.args.iter().all(pitch),
        "tala" => word.args.iter().all(|arg| matches!(arg, Arg::Int(2..=4))),
        "phraselength" | "exiting" => matches!(word.args[..], [Arg::Int(1..)]),
        "plan/chords" => word.args.iter().all(|arg| matches!(arg, Arg::Text(_))),
        _ => true,
    };
    (!fits).then(|| format!("not a {}: {:?}", word.topic, word.args))
}
