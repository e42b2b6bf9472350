//! A small musebot that keeps all facts of PROTOCOL.md, or, with `--break B13`, all but that one: what
//! `director check-bot` is tested with. It makes no sound; it says a chord for every bar.

use musebot_protocol::{Arg, BotId, Broadcast, ConfigTxt, Message, PacketError, Said, ToBot, ToDirector, messages};
use std::{
    collections::VecDeque,
    net::UdpSocket,
    process::exit,
    time::{Duration, Instant},
};

const CHORDS: [[i32; 3]; 4] = [[60, 64, 67], [57, 60, 64], [65, 69, 72], [67, 71, 74]];
const FADE: Duration = Duration::from_millis(3300);
/// A count that goes on within so many ticks has lost some on the way; beyond, it has jumped.
const LOST: i64 = 32;

/// The bot.
struct Bot {
    /// The fact that it does not keep; 0 for none.
    broken: u8,
    id: String,
    socket: UdpSocket,
    /// Where it speaks from.
    mouth: UdpSocket,
    director: String,
    deaf: bool,
    listed: Instant,
    others: Vec<String>,
    leaves: Option<(Instant, i32)>,
    said_exiting: bool,
    plays: bool,
    first: Option<i64>,
    last: Option<i64>,
    metre: Option<i64>,
    tala: Option<i64>,
    phrase: i64,
    chords: Vec<Vec<i32>>,
    durations: Vec<f64>,
    chord: usize,
    sent: VecDeque<Instant>,
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let broken =
        args.iter().position(|a| a == "--break").and_then(|at| args.get(at + 1)?.strip_prefix('B')?.parse().ok());
    let broken = broken.unwrap_or(0);
    if broken == 2 {
        std::thread::sleep(Duration::from_millis(5300));
    }
    let mut bot = Bot::born(broken);
    let mut buffer = vec![0; 65_535];
    let mut next_beat = Instant::now();
    loop {
        let now = Instant::now();
        if now >= next_beat {
            bot.send(&alive(&bot.id));
            next_beat = now + Duration::from_millis(if broken == 3 { 3000 } else { 400 });
        }
        // An error is a timeout, or the system's word that nobody listens at the other end.
        if let Ok(length) = bot.socket.recv(&mut buffer) {
            for message in messages(&buffer[..length]) {
                bot.hear(message);
            }
        }
        let alone = Duration::from_secs(if broken == 12 { 8 } else { 30 });
        if bot.listed.elapsed() > alone && bot.leaves.is_none() {
            bot.leave(0);
        }
        if let Some((_, code)) = bot.leaves.filter(|(at, _)| Instant::now() >= *at) {
            exit(code);
        }
    }
}

/// A socket that the system tells when nobody listens at the other end.
fn connected(to: &str) -> UdpSocket {
    let socket = UdpSocket::bind("0.0.0.0:0").expect("a free port");
    socket.connect(to).expect("an address");
    socket
}

/// The heartbeat.
fn alive(id: &str) -> Vec<u8> {
    ToDirector::Alive { id: BotId::new(id).expect("config.txt has an id"), port: None }.encode()
}

impl Bot {
    fn born(broken: u8) -> Self {
        let bytes = std::fs::read("config.txt").expect("a config.txt in the working directory");
        let text = String::from_utf8_lossy(&bytes);
        if broken == 1 {
            // As bots do that were written for one conductor's files.
            let all_two_words =
                text.split('\n').filter(|l| !l.is_empty()).all(|l| l.split(' ').count() == 2 && !l.ends_with('\r'));
            assert!(all_two_words && !text.contains("\n\n"), "too many values to unpack");
        }
        let config = ConfigTxt::parse(&text).expect("an id in config.txt");
        let mut id = config.id;
        match broken {
            4 => id = id.to_lowercase(),
            30 => id = id.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_').to_owned(),
            _ => {}
        }
        let host = if broken == 5 { "localhost" } else { &config.mc_hostname };
        let director = format!("{host}:{}", config.mc_listen_port);
        let socket = UdpSocket::bind(("0.0.0.0", config.my_listen_port)).expect("my_listen_port is free");
        socket.set_read_timeout(Some(Duration::from_millis(10))).expect("a timeout can be set");
        let mouth = socket.try_clone().expect("a second handle");
        let mouth = if broken == 28 { connected(&director) } else { mouth };
        Self {
            broken,
            id,
            socket,
            mouth,
            director,
            deaf: false,
            listed: Instant::now(),
            others: Vec::new(),
            leaves: None,
            said_exiting: false,
            plays: true,
            first: None,
            last: None,
            metre: None,
            tala: None,
            phrase: 4,
            chords: Vec::new(),
            durations: Vec::new(),
            chord: 0,
            sent: VecDeque::new(),
        }
    }

    fn send(&mut self, bytes: &[u8]) {
        let sent = if self.broken == 28 { self.mouth.send(bytes) } else { self.mouth.send_to(bytes, &self.director) };
        // Nobody listens: that is no reason to go.
        if sent.is_err() && self.broken == 28 {
            exit(1);
        }
    }

    /// Not more than twenty times a second.
    fn say(&mut self, word: &Broadcast) {
        while self.sent.front().is_some_and(|at| at.elapsed() > Duration::from_millis(1050)) {
            self.sent.pop_front();
        }
        if self.sent.len() < 20 || self.broken == 26 {
            self.sent.push_back(Instant::now());
            self.send(&word.encode());
        }
    }

    fn leave(&mut self, code: i32) {
        self.leaves.get_or_insert((Instant::now() + FADE, code));
    }

    fn hear(&mut self, message: Result<Message, PacketError>) {
        if self.deaf {
            return;
        }
        let Ok(message) = message else {
            self.deaf = self.broken == 25;
            return;
        };
        if self.broken == 6 && message.address == "/mc/time" && !message.bytes[12..].starts_with(b",fi\0") {
            self.deaf = true;
        }
        match ToBot::decode(&message) {
            Ok(ToBot::Time { tick, .. }) => self.hear_tick(tick.0),
            Ok(ToBot::Meter(metre)) => {
                self.metre = Some(i64::from(metre.numerator()) * 64 / i64::from(metre.denominator()))
            }
            Ok(ToBot::AgentList(names)) => {
                assert!(self.broken != 11 || !names.is_empty(), "list index out of range");
                (self.listed, self.others) = (Instant::now(), names);
            }
            Ok(ToBot::Gain(_, Some(_))) if self.broken == 15 => exit(0),
            Ok(ToBot::Off { .. }) if self.broken == 14 && message.address != "/agent/off" => {}
            Ok(ToBot::Off { .. }) => self.leave(i32::from(self.broken == 13)),
            Ok(ToBot::Broadcast(said)) if said.speaker != self.id || self.broken == 16 => self.hear_word(&said),
            _ => {}
        }
    }

    fn hear_tick(&mut self, tick: i64) {
        let first = *self.first.get_or_insert(tick);
        let tick = if self.broken == 9 { tick - first } else { tick };
        let last = match self.last {
            // Counts what comes, as if every message were another tick.
            Some(last) if self.broken == 27 => return self.play_to(last, last + 1),
            Some(last) if self.broken == 7 && tick < last => return,
            Some(last) if (last - LOST..=last).contains(&tick) => return,
            Some(last) if (last..last + LOST).contains(&tick) && self.broken != 8 => last,
            _ => tick - 1,
        };
        self.play_to(last, tick);
    }

    fn play_to(&mut self, last: i64, tick: i64) {
        (last + 1..=tick).for_each(|tick| self.play(tick));
        self.last = Some(tick);
    }

    fn bar(&self) -> i64 {
        let without = if self.broken == 10 { 48 } else { 64 };
        self.metre.or(self.tala).unwrap_or(without).max(1)
    }

    fn play(&mut self, tick: i64) {
        let bar = self.bar();
        let chord = self.planned(tick.rem_euclid(bar * self.phrase));
        if self.plays && (tick % bar == 0 || chord != self.chord || self.broken == 26) {
            self.chord = chord;
            self.say(&Said::HDensity(0.5).by(&self.id));
            self.say_chord(tick / bar);
        }
    }

    /// Which chord of the plan sounds at a place of the phrase.
    fn planned(&self, place: i64) -> usize {
        let phrase = (self.bar() * self.phrase) as f64;
        let sum: f64 = self.durations.iter().sum();
        let mut until = 0.0;
        let ends = self.durations.iter().map(|duration| {
            until += if self.broken == 20 { duration * 4.0 } else { duration / sum * phrase };
            until
        });
        ends.take_while(|end| *end <= place as f64 + 0.5).count()
    }

    fn say_chord(&mut self, bar: i64) {
        let own = CHORDS[bar.rem_euclid(4) as usize].to_vec();
        let planned = self.chords.get(self.chord % self.chords.len().max(1));
        let mut pitches = planned.map_or(own, |chord| chord.iter().map(|n| n + 60).collect());
        if self.broken == 18 {
            pitches.push(140);
        }
        let speaker = if self.broken == 17 { "" } else { &self.id };
        self.say(&Broadcast::new("notepool", speaker, pitches));
    }

    fn hear_word(&mut self, said: &Broadcast) {
        if self.broken == 19 {
            assert!(
                !said.args.is_empty() && said.args.iter().all(|arg| arg.number().is_some()),
                "could not convert string to float"
            );
        }
        let exits = said.topic == "exiting" && (self.broken == 22 || said.said() == Some(Said::Exiting));
        if exits && (!self.said_exiting || self.broken == 23) {
            self.said_exiting = true;
            self.say(&Said::Exiting.by(&self.id.clone()));
            self.leave(0);
        }
        let obeys = self.broken != 24 || self.others.contains(&said.speaker);
        match said.said() {
            Some(Said::OnOff(on)) if obeys => self.plays = on,
            Some(Said::Initialize) if obeys => self.say_chord(0),
            Some(Said::Tala(groups)) if self.broken != 21 => {
                self.tala = Some(groups.iter().map(|group| i64::from(*group) * 4).sum());
            }
            Some(Said::PhraseLength(bars)) => self.phrase = i64::from(bars),
            Some(Said::PlanChords(chords)) => self.chords = chords,
            Some(Said::PlanChordDuration(_)) => {
                self.durations = said.args.iter().filter_map(Arg::number).map(|n| n.clamp(0.0, 1e6)).collect();
            }
            _ => {}
        }
    }
}
