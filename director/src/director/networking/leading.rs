//! What the leader decides: who is let in, with what, and what everybody is told of the clock and the score.

use super::{
    LOST_AFTER, Networking, Role,
    far::{Host, MOST_HOSTS},
    placing::{self, Change, Seat, Why},
};
use crate::{
    director::{Director, HORIZON},
    ensemble::{BotEntry, Place},
    event::{Action, Tone},
    network::{
        HostName, sheet,
        word::{Conduct, Map, Remembered, Welcome, Word},
    },
};
use musebot_protocol::{BotId, Control};
use std::time::Duration;

/// How long it takes, beyond the horizon, until everybody knows of a section that begins.
const SPREADS_WITHIN: Duration = Duration::from_millis(200);

impl Director {
    /// Whether this director of a host has been let in by us.
    pub(super) fn has_let_in(&self, host: &HostName, from: u64) -> bool {
        let there = self.networking.as_ref().and_then(|networking| networking.hosts.get(host));
        there.is_some_and(|there| there.from == from && there.welcome)
    }

    /// Whether a word counts that comes from a director that has not been let in: it may ask. One that plays with us already, as
    /// far as it knows, was forgotten here while it was out of reach, and is let in again.
    pub(super) fn hears_stranger(&mut self, now: Duration, host: &HostName, from: u64, word: &Word) -> bool {
        let unknown = self
            .networking
            .as_ref()
            .is_some_and(|networking| networking.hosts.get(host).is_none_or(|there| !there.here));
        match word {
            Word::Hello { .. } => true,
            Word::State(_) if unknown => {
                if self.make_room(host) {
                    self.let_in(now, host, from);
                }
                self.has_let_in(host, from)
            }
            _ => false,
        }
    }

    /// A satellite asks to be let in.
    pub(super) fn host_asks(&mut self, now: Duration, host: &HostName, from: u64) {
        let Some(networking) = &self.networking else { return };
        // What is said to all reaches every satellite; it is the leader's to answer.
        let Role::Leader { .. } = &networking.role else { return };
        let Some(networking) = &mut self.networking else { return };
        if let Some(there) = networking.hosts.get_mut(host)
            && there.from != from
            && there.here
            && now.saturating_sub(there.heard) < LOST_AFTER
        {
            // It may have been killed and started again: whoever lives says so twice a second. It asks again.
            let asked = there.rival.filter(|(rival, _)| *rival == from).map_or(now, |(_, asked)| asked);
            there.rival = Some((from, asked));
            if there.heard <= asked {
                return;
            }
            let why = format!(
                "another machine is called {host} here: `director join … --name NAME` gives this one another name"
            );
            return self.refuse(host, from, why);
        }
        if !self.make_room(host) {
            let why = format!(
                "too many machines are here, {MOST_HOSTS} of them: end `director join` on one that is not needed \
                 (`director hosts` lists them), and try again"
            );
            return self.refuse(host, from, why);
        }
        self.let_in(now, host, from);
    }

    /// Room for one more host: who has been out of reach for longest is forgotten for it, or has not said a word since it was let in.
    fn make_room(&mut self, host: &HostName) -> bool {
        let Some(networking) = &self.networking else { return false };
        let hosts = &networking.hosts;
        if hosts.len() < MOST_HOSTS || hosts.contains_key(host) {
            return true;
        }
        let lost = hosts.iter().filter(|(_, there)| !there.here).min_by_key(|(_, there)| there.lost);
        let silent = hosts.iter().filter(|(_, there)| there.heard == there.joined);
        let Some((name, _)) = lost.or_else(|| silent.min_by_key(|(_, there)| there.joined)) else { return false };
        let name = name.clone();
        if let Some(networking) = &mut self.networking {
            networking.hosts.remove(&name);
        }
        self.roster_changed = true;
        self.dismiss(&name);
        true
    }

    /// Who is not here any more is not told the time any more.
    pub(super) fn dismiss(&mut self, host: &HostName) {
        let gone = self.networking.as_ref().is_some_and(|networking| !networking.hosts.contains_key(host));
        if gone && self.leads() {
            self.out.push(Action::Dismiss { host: host.clone() });
        }
    }

    fn refuse(&mut self, host: &HostName, from: u64, why: String) {
        self.say(Tone::Warning, format!("{host} is not let in: {why}"));
        self.out.push(Action::Refuse { host: host.clone(), to: from, why });
    }

    /// Tells a host how everything stands, for the first time or again; `false`: it was told a moment ago.
    pub(super) fn let_in(&mut self, now: Duration, host: &HostName, from: u64) -> bool {
        let Some(Networking { role: Role::Leader { welcomes, .. }, .. }) = &mut self.networking else { return false };
        if !welcomes.may(host, now) {
            return false;
        }
        let yours = self.bots_for(host);
        let welcome = Welcome {
            leader: self.networking.as_ref().map_or_else(|| host.clone(), |n| n.own.clone()),
            sheet: sheet::write(&self.ensemble_of_all()),
            seed: self.seed(),
            yours,
            session: 0,
            key: [0; 32],
            pings: 0,
            early: 0,
            map: self.map_word(),
            section: self.score.began(),
            jump: self.score.jump(),
            mix: self.mixer.as_word(self.when(now)),
            memory: self.remembered(),
            density: self.density,
        }
        .that_fits();
        let Some(networking) = &mut self.networking else { return false };
        let Role::Leader { joined: count, .. } = &mut networking.role else { return false };
        let before = networking.hosts.remove(host);
        let is_another = before.as_ref().is_some_and(|there| there.from != from);
        let before = before.filter(|there| there.from == from && there.welcome);
        let known = before.is_some();
        let there = before.unwrap_or_else(|| {
            *count += 1;
            Host { welcome: true, number: *count, ..Host::new(from, now) }
        });
        networking.hosts.insert(host.clone(), Host { heard: now, here: true, missed: false, rival: None, ..there });
        if is_another {
            // By what the other one of this name was told the time, this one is not.
            self.out.push(Action::Dismiss { host: host.clone() });
        }
        if !known {
            let plays =
                if welcome.yours.is_empty() { "nobody of the file".to_owned() } else { welcome.yours.join(", ") };
            self.say(Tone::Note, format!("{host} has joined, with {plays}"));
        }
        self.tell(Some(host.clone()), Word::Welcome(Box::new(welcome)));
        self.place_bots(now);
        self.say_how_we_are_soon(now);
        true
    }

    /// What has been said about the state of the music, on all hosts.
    fn remembered(&self) -> Vec<Remembered> {
        let Some(Networking { own, .. }) = &self.networking else { return Vec::new() };
        let all = self.memory.recall_with_hosts();
        all.map(|(host, bytes)| Remembered { host: host.unwrap_or(own).clone(), bytes: bytes.to_vec() }).collect()
    }

    /// The bots of the file that play on a host.
    fn bots_for(&self, host: &HostName) -> Vec<String> {
        let Some(Networking { role: Role::Leader { far, placed, .. }, .. }) = &self.networking else {
            return Vec::new();
        };
        let on = |bot: &BotEntry| match &bot.host {
            Some(Place::On(on)) => on == host,
            _ => placed.get(bot.called.as_str()) == Some(host),
        };
        far.iter().filter(|bot| on(bot)).map(|bot| bot.called.to_string()).collect()
    }

    /// A host is told which bots it plays, from now on.
    pub(super) fn tell_what_plays_there(&mut self, host: &HostName) {
        if self.leads() {
            let yours = self.bots_for(host);
            self.tell(Some(host.clone()), Word::Play(yours));
        }
    }

    /// A host cannot start these bots.
    pub(super) fn cannot_play(&mut self, now: Duration, host: &HostName, from: u64, bots: Vec<String>) {
        let Some(Networking { role: Role::Leader { far, .. }, hosts, .. }) = &mut self.networking else { return };
        let Some(there) = hosts.get_mut(host).filter(|there| there.from == from) else { return };
        there.cannot.extend(bots.into_iter().filter(|bot| far.iter().any(|far| far.called.as_str() == bot)));
        self.place_bots(now);
    }

    /// The bots that may play on any host get one, or another.
    pub(super) fn place_bots(&mut self, now: Duration) {
        if self.quitting.is_some() {
            return;
        }
        let Some(Networking { role: Role::Leader { far, placed, .. }, hosts, .. }) = &mut self.networking else {
            return;
        };
        let any: Vec<_> = far.iter().filter(|b| b.host == Some(Place::Any)).map(|b| b.called.as_str()).collect();
        if any.is_empty() {
            return;
        }
        let seats = hosts.iter().filter(|(_, there)| there.welcome).map(|(host, there)| Seat {
            host,
            lost: (!there.here).then_some(there.lost),
            joined: there.joined,
            number: there.number,
            own: far.iter().filter(|bot| matches!(&bot.host, Some(Place::On(on)) if on == host)).count(),
            cannot: &there.cannot,
        });
        let seats: Vec<_> = seats.collect();
        let changes = placing::place(&any, placed, &seats, now);
        for change in changes {
            self.moves(now, change);
        }
    }

    /// A bot plays on another host than before: it takes its fader along.
    fn moves(&mut self, now: Duration, change: Change) {
        let Change { bot, from, to, why } = change;
        self.say_that_it_moves(&bot, from.as_ref(), to.as_ref(), why);
        let when = self.when(now);
        let Some(Networking { role: Role::Leader { far, .. }, hosts, .. }) = &mut self.networking else { return };
        let Some(entry) = far.iter_mut().find(|far| far.called.as_str() == bot) else { return };
        if let Some(there) = from.as_ref().and_then(|from| hosts.get_mut(from)) {
            // Where it can be told so, it ends; where it cannot, it is not counted any more.
            there.state.bots.retain(|far| far.id != entry.id.as_str());
        }
        self.roster_changed = true;
        if let Some(from) = &from {
            self.tell_what_plays_there(from);
        }
        let Some(to) = to else { return };
        let Ok(id) = BotId::new(&format!("{bot}@{to}")) else { return };
        let Some(Networking { role: Role::Leader { far, .. }, .. }) = &mut self.networking else { return };
        let Some(entry) = far.iter_mut().find(|far| far.called.as_str() == bot) else { return };
        let before = std::mem::replace(&mut entry.id, id.clone());
        self.mixer.rename(before.as_str(), id.as_str());
        self.tell_what_plays_there(&to);
        let who = id.to_string();
        self.spread(&Control::Gain { who: who.clone(), gain: self.mixer.fader(&who, when), over: None });
        if self.mixer.is_muted(&who) {
            self.spread(&Control::Mute { who: who.clone(), on: true });
        }
        if self.mixer.is_soloed(&who) {
            self.spread(&Control::Solo { who, on: true });
            self.spread(&Control::Solo { who: before.to_string(), on: false });
        }
    }

    fn say_that_it_moves(&mut self, bot: &str, from: Option<&HostName>, to: Option<&HostName>, why: Why) {
        let goes = match to {
            Some(to) => format!("{bot} plays on {to} from now on"),
            None => format!("{bot} waits for a host that can play it"),
        };
        let (tone, what) = match (why, from) {
            (Why::Lost, Some(from)) => (Tone::Warning, format!("{from} has been out of reach for long: {goes}")),
            (Why::Cannot, Some(from)) => {
                let hint = if to.is_some() {
                    String::new()
                } else {
                    format!(" (a [[bot]] with id = \"{bot}\" in its --bots FILE says what to start)")
                };
                (Tone::Warning, format!("{from} has no {bot} to start: {goes}{hint}"))
            }
            (Why::Left, Some(from)) => (Tone::Warning, format!("{from} has left: {goes}")),
            _ => (Tone::Note, goes),
        };
        self.say(tone, what);
    }

    /// The ensemble with the bots of all hosts.
    fn ensemble_of_all(&self) -> crate::ensemble::Ensemble {
        let mut all = self.ensemble.clone();
        if let Some(end) = self.score.end() {
            all.length = Some(crate::ensemble::Length::Bars(end.saturating_sub(1).max(1)));
        }
        if let Some(super::Networking { role: Role::Leader { far, .. }, .. }) = &self.networking {
            all.bots.extend(far.iter().cloned());
        }
        all
    }

    fn map_word(&self) -> Option<Map> {
        let origin = self.origin?.as_secs_f64();
        Some(Map { origin, segments: self.map.to_wire(), end: self.score.fixed_end() })
    }

    /// The tempo map has changed: everybody's does.
    pub(in crate::director) fn spread_map(&mut self) {
        if let (true, Some(map)) = (self.leads(), self.map_word()) {
            self.tell(None, Word::Map(map));
        }
    }

    /// How long ahead a change of tempo has to be told, so that it is everywhere in time.
    pub(in crate::director) fn tempo_ahead(&self) -> f64 {
        let Some(networking) = &self.networking else { return 0.0 };
        let slowest = networking
            .hosts
            .values()
            .filter(|h| h.here)
            .filter_map(|h| h.state.link)
            .fold(0.0, |most, link| f32::max(most, link.round_trip_ms + 4.0 * link.jitter_ms));
        if networking.hosts.is_empty() { 0.0 } else { (0.03 + f64::from(slowest) / 1000.0).min(0.5) }
    }

    /// Goes to a section at a bar line that nobody has planned yet, here and everywhere; `false` if there is none.
    pub(in crate::director) fn section_everywhere(&mut self, now: Duration, name: &str) -> bool {
        let from = now + HORIZON + SPREADS_WITHIN;
        let tick = self.map.first_tick_from(self.since_origin(from)).max(self.unplanned);
        let bar = self.ensemble.meter.ticks_per_bar();
        let line = musebot_protocol::Tick((tick.0 + bar - 1).div_euclid(bar) * bar);
        let bar = self.position(line).bar;
        let found = self.score.go_to_at(name, bar);
        if found {
            self.tell(None, Word::Conduct(Conduct::Section { name: name.to_owned(), bar }));
        }
        found
    }

    /// What the leader conducts holds everywhere.
    pub(in crate::director) fn conduct_everywhere(&mut self, what: Conduct) {
        if self.networking.is_some() {
            self.tell(None, Word::Conduct(what));
        }
    }
}
