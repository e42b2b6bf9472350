//! What the leader decides: who is let in, with what, and what everybody is told of the clock and the score.

use super::{LOST_AFTER, Role, far::Host};
use crate::{
    director::{Director, HORIZON},
    ensemble::Place,
    event::Tone,
    network::{
        HostName, sheet,
        word::{Conduct, HostState, Map, VOCABULARY, Welcome, Word},
    },
};
use musebot_protocol::BotId;
use std::time::Duration;

/// How long it takes, beyond the horizon, until everybody knows of a section that begins.
const SPREADS_WITHIN: Duration = Duration::from_millis(200);

impl Director {
    /// A satellite asks to be let in.
    pub(super) fn host_asks(&mut self, now: Duration, host: &HostName, from: u64, vocabulary: u32, version: &str) {
        let Some(networking) = &self.networking else { return };
        // What is said to all reaches every satellite; it is the leader's to answer.
        let Role::Leader { .. } = &networking.role else { return };
        if vocabulary != VOCABULARY {
            let ours = env!("CARGO_PKG_VERSION");
            let why = format!(
                "{host} has version {version} of the director, and {} has {ours}: install the same",
                networking.own
            );
            return self.refuse(now, host, from, why);
        }
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
            return self.refuse(now, host, from, why);
        }
        self.let_in(now, host, from);
    }

    fn refuse(&mut self, now: Duration, host: &HostName, from: u64, why: String) {
        let _ = now;
        self.say(Tone::Warning, format!("{host} is not let in: {why}"));
        self.out.push(crate::event::Action::Refuse { host: host.clone(), to: from, why });
    }

    fn let_in(&mut self, now: Duration, host: &HostName, from: u64) {
        let yours = self.bots_for(host);
        let welcome = Welcome {
            leader: self.networking.as_ref().map_or_else(|| host.clone(), |n| n.own.clone()),
            sheet: sheet::write(&self.ensemble_of_all()),
            seed: self.seed(),
            yours,
            session: 0,
            key: [0; 32],
            pings: 0,
            map: self.map_word(),
            section: self.score.began(),
            mix: self.mixer.as_word(self.when(now)),
            memory: self.memory.recall().map(<[u8]>::to_vec).collect(),
            density: self.density,
        };
        let Some(networking) = &mut self.networking else { return };
        let known = networking.hosts.get(host).is_some_and(|there| there.from == from && there.welcome);
        networking.hosts.insert(
            host.clone(),
            Host { from, heard: now, here: true, welcome: true, rival: None, at: None, state: HostState::default() },
        );
        if !known {
            let plays =
                if welcome.yours.is_empty() { "nobody of the file".to_owned() } else { welcome.yours.join(", ") };
            self.say(Tone::Note, format!("{host} has joined, with {plays}"));
        }
        self.tell(Some(host.clone()), Word::Welcome(Box::new(welcome)));
        self.say_how_we_are(now);
    }

    /// The bots of the file that play on a host. Those for any host play on the first that comes.
    fn bots_for(&mut self, host: &HostName) -> Vec<String> {
        let Some(networking) = &mut self.networking else { return Vec::new() };
        let Role::Leader { far, placed } = &mut networking.role else { return Vec::new() };
        let mut yours = Vec::new();
        for bot in far {
            let on = match &bot.host {
                Some(Place::On(on)) => on,
                _ => placed.entry(bot.called.to_string()).or_insert_with(|| host.clone()),
            };
            if on == host {
                yours.push(bot.called.to_string());
                // From now on it has a fader under its full name.
                if let Ok(id) = BotId::new(&format!("{}@{host}", bot.called))
                    && bot.id != id
                {
                    bot.id = id;
                    self.mixer.channel(bot.id.as_str(), bot.gain, bot.group.as_deref());
                }
            }
        }
        yours
    }

    /// The ensemble with the bots of all hosts.
    fn ensemble_of_all(&self) -> crate::ensemble::Ensemble {
        let mut all = self.ensemble.clone();
        if let Some(end) = self.score.end() {
            all.length = Some(crate::ensemble::Length::Bars(end - 1));
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
        let leads = self.networking.as_ref().is_some_and(|n| matches!(n.role, Role::Leader { .. }));
        if let (true, Some(map)) = (leads, self.map_word()) {
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
