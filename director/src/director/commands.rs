//! What a terminal may ask for while the ensemble plays (X7).

use super::{Director, HostView, View, networking::Where};
use crate::{
    event::{Action, Tone},
    memory::Voice,
    mixer::Span,
    network::word::{Conduct, LinkState},
    roster::{Life, Then},
};
use musebot_protocol::{Arg, Args, BotId, CONDUCTOR, Control, Over, Reply, Said, TICKS_PER_BEAT, Tempo, Tick, ToBot};
use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

/// What can be asked for with `get` and `watch`.
const VALUES: [&str; 11] =
    ["address", "bots", "clock", "density", "hosts", "master", "name", "position", "section", "seed", "tempo"];

/// Watchers at most; the oldest is forgotten.
const MOST_WATCHERS: usize = 32;

/// Changes are told at most this often.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// A terminal that wants to know of changes.
pub(super) struct Watcher {
    to: SocketAddr,
    what: String,
    last: Vec<Args>,
    told: Duration,
}

impl Director {
    pub(super) fn asked(&mut self, now: Duration, from: SocketAddr, control: Control) {
        let control = self.in_full(control);
        match self.whose(&control) {
            Where::There(host) => return self.ask(now, from, host, &control),
            Where::Everywhere => self.spread(&control),
            Where::Here => {}
        }
        let name = control.name();
        let later = matches!(control, Control::Learn { .. });
        let reply = match self.obey(now, from, control) {
            // Once a hand has moved something.
            Ok(()) if later => return,
            Ok(()) => Reply::Ok(name.to_owned()),
            Err(advice) => Reply::Error(name.to_owned(), advice),
        };
        self.out.push(Action::Reply { to: from, reply });
    }

    pub(super) fn obey(&mut self, now: Duration, from: SocketAddr, control: Control) -> Result<(), String> {
        let when = self.when(now);
        match control {
            Control::Tempo { tempo, over } => {
                self.take_the_lead(now)?;
                self.change_tempo(now, tempo, over);
            }
            Control::Gain { who, gain, over } => {
                self.known_or_expected(from, "gain", &who)?;
                self.mixer.set_gain(&who, gain, when, self.span(over));
            }
            Control::Master { gain, over } => self.mixer.set_master(gain, when, self.span(over)),
            Control::Mute { who, on } => {
                self.known_or_expected(from, "mute", &who)?;
                self.mixer.mute(&who, on);
            }
            Control::Solo { who, on } => {
                self.known(&who)?;
                self.mixer.solo(&who, on);
            }
            Control::Group { group, on } => {
                if !self.mixer.is_group(&group) {
                    return Err(format!("no bot of the ensemble has `group = \"{group}\"`"));
                }
                self.mixer.mute_group(&group, !on);
            }
            Control::Start { bot } => self.start(now, &bot)?,
            Control::Stop { bot } => {
                self.existing(&bot)?;
                self.tell_off(now, &bot, Then::Stay);
                if let Some(bot) = self.roster.get_mut(&bot) {
                    bot.sent_away = true;
                }
            }
            Control::Restart { bot } => {
                let running = self.existing(&bot)?;
                self.of_the_file(&bot)?;
                if running { self.tell_off(now, &bot, Then::Again) } else { self.start(now, &bot)? }
            }
            Control::Section { name } => {
                let networked = self.is_networked();
                let found = if networked { self.section_everywhere(now, &name) } else { self.score.go_to(&name) };
                if !found {
                    let names: Vec<_> = self.score.sections().iter().map(|s| s.name.as_str()).collect();
                    return Err(match names.is_empty() {
                        true => "this ensemble has no sections".to_owned(),
                        false => format!("no section is called `{name}` (there are {})", names.join(", ")),
                    });
                }
            }
            Control::Density { density } => {
                self.conduct_now(&Said::Density(density));
                self.conduct_everywhere(Conduct::Density(density));
            }
            Control::Tap => {
                self.take_the_lead(now)?;
                if let Some(tempo) = self.taps.tap(now) {
                    let values = vec![tempo.bpm().into()];
                    self.out.push(Action::Reply { to: from, reply: Reply::Value("tap".to_owned(), values) });
                    self.change_tempo(now, tempo, None);
                }
            }
            Control::Nudge { ms } if self.nudge_against_master(now, ms) => {}
            Control::Nudge { ms } => {
                let tick = self.next_shared_tick(now);
                self.map.nudge(tick, ms);
                self.send_map();
            }
            Control::Panic => {
                self.panic();
                self.conduct_everywhere(Conduct::Panic);
            }
            Control::Quit => {
                if self.quitting.is_none() {
                    self.quit(now);
                }
            }
            Control::Get { what } => {
                for values in self.values(now, &what)? {
                    self.out.push(Action::Reply { to: from, reply: Reply::Value(what.clone(), values) });
                }
            }
            Control::Listen { on } => self.listen(now, from, on)?,
            Control::Learn { what } => self.learn(now, from, &what)?,
            Control::Watch { what } => {
                self.values(now, &what)?;
                self.watchers.retain(|w| w.to != from || w.what != what);
                if self.watchers.len() >= MOST_WATCHERS {
                    self.watchers.remove(0);
                }
                self.watchers.push(Watcher { to: from, what, last: Vec::new(), told: Duration::ZERO });
            }
        }
        Ok(())
    }

    /// The first tick whose tempo can still be chosen.
    pub(super) fn next_tick(&self, now: Duration) -> Tick {
        /// What it takes an order to reach the clock thread.
        const ON_ITS_WAY: f64 = 0.004;
        self.map.first_tick_from(self.since_origin(now) + ON_ITS_WAY)
    }

    /// The same, on all machines.
    fn next_shared_tick(&self, now: Duration) -> Tick {
        self.next_tick(now + Duration::from_secs_f64(self.tempo_ahead()))
    }

    fn change_tempo(&mut self, now: Duration, tempo: Tempo, over: Option<Over>) {
        let tick = self.next_shared_tick(now);
        let current = self.map.tempo(tick);
        let bar = self.ensemble.meter.ticks_per_bar() as f64;
        let ticks = match over {
            None => 0.0,
            Some(Over::Bars(n)) => n * bar,
            Some(Over::Beats(n)) => n * f64::from(TICKS_PER_BEAT),
            // On the way the ticks have the mean of both tempos, roughly.
            Some(Over::Seconds(s)) => s * (current.bpm() + tempo.bpm()) / 2.0 / 60.0 * f64::from(TICKS_PER_BEAT),
        };
        self.map.change(tick, tempo, ticks.round() as i64);
        self.refit_length();
        self.send_map();
    }

    fn span(&self, over: Option<Over>) -> Span {
        match over {
            None => Span::None,
            Some(Over::Seconds(s)) => Span::Seconds(s),
            Some(Over::Beats(n)) => Span::Ticks(n * f64::from(TICKS_PER_BEAT)),
            Some(Over::Bars(n)) => Span::Ticks(n * self.ensemble.meter.ticks_per_bar() as f64),
        }
    }

    /// Whether a fader goes by this name: a bot's, here or expected, or a group's.
    fn known(&self, who: &str) -> Result<(), String> {
        if self.mixer.knows(who) || self.roster.get(who).is_some() {
            return Ok(());
        }
        Err(self.no_such(who))
    }

    /// The same, or a guest's that may come yet: what is set now is applied when it arrives.
    fn known_or_expected(&mut self, from: SocketAddr, what: &str, who: &str) -> Result<(), String> {
        let unknown = match self.known(who) {
            Err(unknown) if !self.rules.guests || BotId::new(who).is_err() => return Err(unknown),
            known => known.is_err(),
        };
        if unknown {
            let note = format!("nobody is called `{who}` yet; this is kept for a guest of that name");
            let reply = Reply::Value(what.to_owned(), vec![note.as_str().into()]);
            self.out.push(Action::Reply { to: from, reply });
        }
        Ok(())
    }

    fn no_such(&self, who: &str) -> String {
        let names: Vec<_> = self.roster.iter().map(|b| &*b.name).collect();
        match names.is_empty() {
            true => format!("no bot is called `{who}`: none is here"),
            false => format!("no bot is called `{who}` (there are {})", names.join(", ")),
        }
    }

    /// Whether a bot of the roster runs.
    fn existing(&self, who: &str) -> Result<bool, String> {
        let bot = self.roster.get(who).ok_or_else(|| self.no_such(who))?;
        Ok(bot.is_ours() || bot.is_here())
    }

    /// Whether a bot is ours to launch, now.
    fn of_the_file(&self, who: &str) -> Result<(), String> {
        if self.quitting.is_some() {
            return Err("the ensemble is ending: play it again".to_owned());
        }
        match self.roster.get(who) {
            Some(bot) if bot.entry.is_some() => Ok(()),
            Some(_) => Err(format!("{who} is not of the ensemble file: start it where it came from")),
            None => Err(self.no_such(who)),
        }
    }

    fn start(&mut self, now: Duration, who: &str) -> Result<(), String> {
        if self.existing(who)? {
            let bot = self.roster.get(who).filter(|b| b.is_ours() && self.quitting.is_none());
            return match bot.map(|b| b.life) {
                // It is on its way out: it comes back once it has gone.
                Some(Life::Ending { .. }) => {
                    self.tell_off(now, who, Then::Again);
                    Ok(())
                }
                _ => Err(format!("{who} runs already")),
            };
        }
        self.of_the_file(who)?;
        let Some(bot) = self.roster.get_mut(who) else { return Err(self.no_such(who)) };
        bot.restarts.forgive();
        self.launch(who, now);
        Ok(())
    }

    /// Every sounding note ends now; all enter again at the next bar line.
    pub(super) fn panic(&mut self) {
        self.hush = self.origin.map(|_| self.next_bar_line());
        let off = Said::OnOff(false).by(CONDUCTOR).encode();
        for bot in self.roster.iter_mut().filter(|b| b.is_here()) {
            let Some(to) = bot.to else { continue };
            bot.sent_gain = Some(0.0);
            bot.told_on = Some(false);
            let silence = ToBot::Gain(musebot_protocol::Gain::SILENT, None).encode();
            self.out.push(Action::Send { to, bytes: silence });
            self.out.push(Action::Send { to, bytes: off.clone() });
        }
        self.silence_all(false);
        self.say(Tone::Loud, "panic: silence until the next bar line".to_owned());
    }

    /// The conductor says something to everybody, at once.
    pub(super) fn conduct_now(&mut self, said: &Said) {
        if let Said::Density(density) = said {
            self.density = Some(*density);
        }
        let said = said.by(CONDUCTOR);
        let bytes = said.encode();
        self.memory.remember(Voice::Director, &said.topic, &bytes);
        for to in self.roster.iter().filter(|b| b.is_here()).filter_map(|b| b.to) {
            self.out.push(Action::Send { to, bytes: bytes.clone() });
        }
    }

    /// What a `get` is answered with: one message for each list of arguments.
    fn values(&self, now: Duration, what: &str) -> Result<Vec<Args>, String> {
        let view = self.view(now);
        Ok(match what {
            "tempo" => vec![vec![view.tempo.bpm().into()]],
            "position" if !view.running => vec![Vec::new()],
            "position" => vec![vec![(view.bar as i32).into(), (view.beat as i32).into(), view.tick.on_wire().into()]],
            "section" => vec![view.section.iter().map(|s| s.as_str().into()).collect()],
            "master" => vec![vec![self.mixer.master(self.when(now)).linear().into()]],
            "density" => vec![self.density.map(Arg::from).into_iter().collect()],
            // Where bots of this machine reach us; of all interfaces, loopback is one.
            "address" => {
                let ip = self.here.filter(|ip| !ip.is_unspecified()).unwrap_or(Ipv4Addr::LOCALHOST.into());
                vec![vec![ip.to_string().into()]]
            }
            "clock" => clocks(&view),
            "hosts" if !self.is_networked() => {
                return Err("this ensemble is not open to other machines (`director play FILE --open`)".to_owned());
            }
            "hosts" => self.hosts().iter().map(hosts).collect(),
            "name" => vec![vec![self.ensemble.name.as_str().into()]],
            "seed" => vec![vec![self.rules.seed.to_string().into()]],
            "bots" => view
                .bots
                .iter()
                .map(|b| {
                    let mut values: Args = vec![
                        (&*b.name).into(),
                        b.state.word().into(),
                        b.gain.into(),
                        b.silenced.into(),
                        b.level.0.into(),
                        b.level.1.into(),
                        b.late.map_or(-1.0, |l| l.0).into(),
                        b.late.map_or(-1.0, |l| l.1).into(),
                        (b.restarts as i32).into(),
                        b.kinds.as_str().into(),
                        (b.xruns as i32).into(),
                    ];
                    values.extend(b.page.iter().map(|page| page.as_str().into()));
                    values
                })
                .collect(),
            _ => return Err(format!("there is no value `{what}` (there are {})", VALUES.join(", "))),
        })
    }

    pub(super) fn tell_watchers(&mut self, now: Duration) {
        let mut watchers = std::mem::take(&mut self.watchers);
        for watcher in watchers.iter_mut().filter(|w| now.saturating_sub(w.told) >= TELL_EVERY) {
            let Ok(values) = self.values(now, &watcher.what) else { continue };
            if values != watcher.last {
                for value in &values {
                    let reply = Reply::Value(watcher.what.clone(), value.clone());
                    self.out.push(Action::Reply { to: watcher.to, reply });
                }
                watcher.last = values;
                watcher.told = now;
            }
        }
        self.watchers = watchers;
    }

    /// Whether anybody is on its way out or in; used by tests and the status line.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.roster.iter().all(|b| matches!(b.life, Life::Playing | Life::Stopped | Life::GaveUp))
    }
}

/// A host: its name, its address where we know one (`here`: it is the one that is asked), the round trip to the leader, its jitter, lost pings in percent, the
/// error of the clock (milliseconds; -1: unknown), how many bots, how it stands, by what pings travel, and by what the words of bots do (`udp`, `link`, or `-`).
fn hosts(host: &HostView) -> Args {
    let link = host.link;
    let ms = |of: fn(LinkState) -> f32| Arg::Float(link.map_or(-1.0, of));
    let way = |in_link: fn(LinkState) -> bool| link.map_or("-", |link| if in_link(link) { "link" } else { "udp" });
    vec![
        host.name.as_str().into(),
        host.address.as_str().into(),
        ms(|l| l.round_trip_ms),
        ms(|l| l.jitter_ms),
        ms(|l| l.loss),
        ms(|l| l.clock_ms),
        (host.bots as i32).into(),
        host.state.into(),
        way(|l| l.in_link).into(),
        way(|l| !l.early).into(),
    ]
}

/// The machine that leads, if one does: `in`, its name, how it stands, its tempo, its jitter and our
/// correction in milliseconds; then the ports that get our clock: `out`, the name, and whether it is there.
fn clocks(view: &View) -> Vec<Args> {
    // As exact as a person reads it: a watcher is not told of every tremor.
    let tenths = |value: f64| Arg::Float(((value * 10.0).round() / 10.0 + 0.0) as f32);
    let leader = view.leader.iter().map(|l| {
        let bpm = tenths(l.bpm.unwrap_or_default());
        vec!["in".into(), l.name.as_str().into(), l.state.into(), bpm, tenths(l.jitter_ms), tenths(l.correction_ms)]
    });
    let outs = view
        .clock_outs
        .iter()
        .map(|out| vec!["out".into(), out.name.as_str().into(), if out.here { "here" } else { "absent" }.into()]);
    leader.chain(outs).collect()
}
