//! Heartbeats, hellos and guests: how a bot comes to be here.

use super::Director;
use crate::{
    event::{Action, Tone},
    musebot_folder::Manners,
    page,
    roster::{Bot, Life, Then},
};
use musebot_protocol::{BotId, Hello, ToBot, ToDirector};
use std::{net::SocketAddr, sync::Arc, time::Duration};

/// While a bot has been heard so recently, another of the same id is a second one.
const STILL_THERE: Duration = Duration::from_secs(3);

/// So many strangers are reported by name; then we stop.
const MOST_STRANGERS: usize = 64;

impl Director {
    pub(super) fn heard(&mut self, now: Duration, from: SocketAddr, message: ToDirector) {
        match message {
            ToDirector::Alive { id, port } => {
                self.beat(now, from, &id, port);
            }
            ToDirector::Hello { id, port, hello } => self.hello(now, from, &id, port, hello),
            ToDirector::Level { id, peak, rms } => {
                if let Some(bot) = self.roster.iter_mut().find(|b| b.id == id && b.source == Some(from)) {
                    bot.level = (peak.clamp(0.0, 10.0), rms.clamp(0.0, 10.0));
                }
            }
            ToDirector::Late { id, p50_ms, p99_ms, xruns, .. } => {
                if let Some(bot) = self.roster.iter_mut().find(|b| b.id == id && b.source == Some(from)) {
                    bot.late = Some((p50_ms, p99_ms));
                    bot.xruns = xruns;
                }
            }
            // Done belongs to a render; broadcasts have been relayed already.
            ToDirector::Done { .. } | ToDirector::Broadcast(_) => {}
        }
    }

    /// A heartbeat. Says which bot of the roster it was of, if of any.
    fn beat(&mut self, now: Duration, from: SocketAddr, id: &BotId, port: Option<u16>) -> Option<Arc<str>> {
        let name = self.whose_beat(now, from, id, port)?;
        let bot = self.roster.get_mut(&name)?;
        let returning = bot.alive.is_none();
        bot.alive = Some(now);
        bot.source = Some(from);
        if let Life::Ending { since, told: false, force, then } = bot.life {
            // It was told off before it could hear it.
            bot.life = Life::Ending { since, told: true, force, then };
            if let Some(to) = bot.to {
                self.out.push(Action::Send { to, bytes: ToBot::Off { frames: None }.encode() });
            }
        }
        if returning {
            self.arrived(now, &name);
        }
        Some(name)
    }

    /// Finds the bot that a heartbeat belongs to, or takes in a guest.
    fn whose_beat(&mut self, now: Duration, from: SocketAddr, id: &BotId, port: Option<u16>) -> Option<Arc<str>> {
        let at = match port {
            Some(port) => Some(SocketAddr::new(from.ip(), port)),
            // Of our own bots we know better where they listen.
            None if self.roster.called(id).any(Bot::is_ours) => None,
            None => self.addresses.iter().find(|(i, source, _)| i == id && *source == from).map(|(_, _, to)| *to),
        };
        // The one that we know under this address.
        let same = |b: &&Bot| match at {
            Some(at) => b.to == Some(at),
            None => b.source == Some(from) || b.source.is_none(),
        };
        if let Some(bot) = self.roster.called(id).filter(|b| b.alive.is_some()).find(same) {
            return Some(bot.name.clone());
        }
        // One of ours that is expected; where it says it listens wins over what it was told.
        let from_here = from.ip().is_loopback() || Some(from.ip()) == self.here;
        if let Some(bot) = self
            .roster
            .iter_mut()
            .find(|b| b.id == *id && b.entry.is_some() && b.is_ours() && b.alive.is_none() && from_here)
        {
            if let Some(at) = at {
                bot.to = Some(at);
            }
            return Some(bot.name.clone());
        }
        // One that was here, has fallen silent, and speaks from elsewhere now.
        let moved = |b: &Bot| {
            b.id == *id && b.life == Life::Playing && b.alive.is_some_and(|a| now.saturating_sub(a) > STILL_THERE)
        };
        if let (Some(at), Some(bot)) = (at, self.roster.iter_mut().find(|b| moved(b))) {
            bot.to = Some(at);
            self.roster_changed = true;
            return Some(bot.name.clone());
        }
        // One without a port that beats from another socket: historic bots do that.
        if at.is_none() {
            let bot = self.roster.iter_mut().find(|b| b.id == *id && b.alive.is_some());
            let found = bot.map(|b| (b.name.clone(), b.source, b.beats_from_two_places(from)));
            if let Some((name, one, two)) = found {
                if let (Some(one), true) = (one, two) {
                    self.say(
                        Tone::Warning,
                        format!(
                            "two bots call themselves `{id}`, at {one} and {from}, and do not say where they listen: give one another id"
                        ),
                    );
                }
                return Some(name);
            }
        }
        // One of the file that somebody runs by hand. (What arrives right after its process
        // has ended was still on its way.)
        if let (Some(at), Some(bot)) = (
            at,
            self.roster.iter_mut().find(|b| {
                b.id == *id
                    && b.entry.is_some()
                    && !b.is_ours()
                    && matches!(b.life, Life::Stopped | Life::GaveUp)
                    && now.saturating_sub(b.since) > STILL_THERE
            }),
        ) {
            if !self.rules.guests {
                return None;
            }
            bot.reborn();
            bot.to = Some(at);
            bot.life = Life::Starting;
            return Some(bot.name.clone());
        }
        self.stranger(now, id, at)
    }

    fn stranger(&mut self, now: Duration, id: &BotId, at: Option<SocketAddr>) -> Option<Arc<str>> {
        // What is out of our reach has been reported as that.
        let just_ended = self
            .roster
            .called(id)
            .any(|b| b.abandoned || b.entry.is_some() && now.saturating_sub(b.since) <= STILL_THERE && !b.is_ours());
        if just_ended || self.quitting.is_some() {
            return None;
        }
        let known = self.strangers.contains(id.as_str()) || self.strangers.len() >= MOST_STRANGERS;
        let report = |director: &mut Self, what: String| {
            if !known {
                director.strangers.insert(id.to_string());
                director.say(Tone::Warning, what);
            }
        };
        let Some(at) = at else {
            report(
                self,
                format!(
                    "heard `{id}`, which is not of this ensemble, and cannot answer: it does not say where it listens (/agent/alive id port)"
                ),
            );
            return None;
        };
        if !self.rules.guests {
            report(
                self,
                format!("`{id}` at {at} would like to join, but guests are not welcome (`guests = true` lets them in)"),
            );
            return None;
        }
        let second = self.roster.called(id).next().is_some();
        let Some(guest) = self.roster.welcome(id) else {
            report(self, format!("`{id}` at {at} would like to join, but the house is full"));
            return None;
        };
        guest.to = Some(at);
        guest.life = Life::Starting;
        let name = guest.name.clone();
        if second {
            self.say(Tone::Warning, format!("a second `{id}` has joined from {at}: here it is called `{name}`"));
        }
        Some(name)
    }

    /// The first heartbeat of a life.
    fn arrived(&mut self, now: Duration, name: &str) {
        let when = self.when(now);
        let gain = self.mixer.gain(name, when);
        let Some(bot) = self.roster.get_mut(name) else { return };
        bot.first_alive = now;
        let Some(to) = bot.to else { return };
        self.roster_changed = true;
        if bot.life == Life::Starting {
            bot.life = Life::Playing;
            bot.sent_gain = Some(gain.linear());
            let leave_after = bot.entry.as_ref().and_then(|e| e.leave_after);
            bot.leaves_at = bot.leaves_at.or(leave_after.map(|after| now + after));
            // A historic bot is not asked what it cannot know.
            if !bot.is_folder() {
                self.out.push(Action::Send { to, bytes: ToBot::Hello.encode() });
            }
            self.out.push(Action::Send { to, bytes: ToBot::Gain(bot.on_its_scale(gain), None).encode() });
            if bot.entry.is_none() {
                let what = format!("{name} joins from {to}");
                self.say(Tone::Note, what);
            }
        }
    }

    fn hello(&mut self, now: Duration, from: SocketAddr, id: &BotId, port: u16, hello: Hello) {
        let Some(name) = self.beat(now, from, id, Some(port)) else { return };
        let Some(bot) = self.roster.get_mut(&name) else { return };
        let first = bot.hello.is_none();
        let changed = bot.hello.as_ref().map(|h| h.accepts) != Some(hello.accepts);
        self.take_page(&name, hello.page.as_deref());
        let Some(bot) = self.roster.get_mut(&name) else { return };
        bot.hello = Some(hello);
        self.roster_changed |= changed;
        // A folder with a bot that knows more than the historic ones: it was not greeted before.
        if first
            && bot.is_folder()
            && let Some(to) = bot.to
        {
            self.out.push(Action::Send { to, bytes: ToBot::Hello.encode() });
        }
        if first && !bot.briefed && bot.life == Life::Playing {
            self.bring_up_to_date(now, &name);
        }
    }

    /// A bot has a page. People are told once in its life; where it is now they can ask.
    fn take_page(&mut self, name: &str, page: Option<&str>) {
        let Some(bot) = self.roster.get_mut(name) else { return };
        bot.page = page.and_then(page::shown).map(str::to_owned);
        if page.is_none() || std::mem::replace(&mut bot.page_told, true) {
            return;
        }
        let (tone, what) = match &bot.page {
            Some(page) => (Tone::Note, format!("{name} shows itself at {page}")),
            None => (Tone::Warning, format!("{name} has a page, but at no plain http:// address: it is not shown")),
        };
        self.say(tone, what);
    }

    pub(super) fn launch(&mut self, name: &str, now: Duration) {
        let Some(bot) = self.roster.get_mut(name) else { return };
        bot.reborn();
        bot.sent_away = false;
        bot.life = Life::Starting;
        bot.process = true;
        bot.since = now;
        self.out.push(Action::Launch { name: bot.name.clone() });
    }

    pub(super) fn launched(&mut self, now: Duration, name: &str, port: u16, manners: Option<Manners>) {
        let Some(bot) = self.roster.get_mut(name) else { return };
        bot.since = now;
        bot.manners = manners.unwrap_or_default();
        // It took so long to make ready that its time to go has passed.
        if let Life::Ending { force: 1.., .. } = bot.life {
            self.out.push(Action::Signal { name: bot.name.clone(), kill: true });
        }
        // It may have been heard before its launch was reported, and then knows better.
        bot.to.get_or_insert(SocketAddr::from(([127, 0, 0, 1], port)));
        self.roster_changed = true;
    }

    pub(super) fn not_launched(&mut self, name: &str, reason: &str) {
        let Some(bot) = self.roster.get_mut(name) else { return };
        bot.process = false;
        let again = matches!(bot.life, Life::Ending { then: Then::Stay, .. });
        bot.life = if again { Life::Stopped } else { Life::GaveUp };
        self.roster_changed = true;
        self.say(Tone::Loud, format!("{name} cannot be started: {reason}"));
        self.another_may_start(name);
    }
}
