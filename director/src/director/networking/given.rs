//! Which of the bots that may play on any host play here: the leader says so, and may say otherwise later.

use crate::{
    director::Director,
    ensemble::{BotEntry, Place},
    event::Tone,
    network::{HostName, word::Word},
    roster::{Life, Then},
};
use std::{sync::Arc, time::Duration};

/// What a satellite knows of them.
pub(super) struct Given {
    /// Those that can be started here, whether they are or not.
    spare: Vec<BotEntry>,
    /// Those that have been given away, until they have gone.
    away: Vec<Arc<str>>,
}

impl Given {
    pub(super) fn of(spare: Vec<BotEntry>) -> Self {
        Self { spare, away: Vec::new() }
    }
}

impl Director {
    /// The leader says which bots play here.
    pub(super) fn plays(&mut self, now: Duration, host: &HostName, yours: &[String]) {
        if self.quitting.is_some() || self.satellite().is_none_or(|s| s.leader != *host) {
            return;
        }
        self.give_away(now, yours);
        let spare = self.satellite().map(|s| s.given.spare.clone()).unwrap_or_default();
        for entry in spare.into_iter().filter(|entry| yours.iter().any(|name| name == entry.called.as_str())) {
            self.take_on(now, entry);
        }
    }

    /// What may play on any host and does not play on this one goes.
    fn give_away(&mut self, now: Duration, yours: &[String]) {
        let goes = |entry: &BotEntry| {
            entry.host == Some(Place::Any) && !yours.iter().any(|name| name == entry.called.as_str())
        };
        let names: Vec<_> =
            self.roster.iter().filter(|b| b.entry.as_ref().is_some_and(goes)).map(|b| b.name.clone()).collect();
        for name in names {
            let Some(satellite) = self.satellite() else { return };
            if !satellite.given.away.contains(&name) {
                satellite.given.away.push(name.clone());
                self.say(Tone::Note, format!("{name} plays on another host now: it fades out here"));
                self.tell_off(now, &name, Then::Stay);
            }
        }
    }

    fn take_on(&mut self, now: Duration, entry: BotEntry) {
        let name: Arc<str> = entry.id.as_str().into();
        let Some(satellite) = self.satellite() else { return };
        let was_away = satellite.given.away.iter().position(|away| *away == name);
        if let Some(away) = was_away {
            satellite.given.away.remove(away);
        }
        match self.roster.get(&name).map(|bot| bot.life) {
            None => {
                if !self.mixer.knows(&name) {
                    self.mixer.channel(&name, entry.gain, entry.group.as_deref());
                }
                self.say(Tone::Note, format!("{} plays here from now on", entry.called));
                self.roster.add(entry);
                self.launch(&name, now);
            }
            // It is on its way out: it comes back once it has gone.
            Some(Life::Ending { .. }) if was_away.is_some() => self.tell_off(now, &name, Then::Again),
            Some(_) if was_away.is_some() => self.launch(&name, now),
            // Who was stopped by hand stays so.
            Some(_) => {}
        }
    }

    /// Who was given away and has gone is not of this host any more.
    pub(super) fn strike_off(&mut self) {
        let Some(satellite) = self.satellite() else { return };
        for name in std::mem::take(&mut satellite.given.away) {
            let gone = self.roster.get(&name).is_none_or(|bot| bot.life == Life::Stopped && !bot.is_ours());
            if gone {
                self.roster.strike(&name);
                self.roster_changed = true;
            } else if let Some(satellite) = self.satellite() {
                satellite.given.away.push(name);
            }
        }
    }

    /// A bot that cannot be started here may be one that another host can.
    pub(in crate::director) fn another_may_start(&mut self, name: &str) {
        let entry = self.roster.get(name).and_then(|bot| bot.entry.as_ref());
        let Some(bot) = entry.filter(|entry| entry.host == Some(Place::Any)).map(|entry| entry.called.to_string())
        else {
            return;
        };
        if let Some(leader) = self.satellite().map(|s| s.leader.clone()) {
            self.tell(Some(leader), Word::Cannot(vec![bot]));
        }
    }
}
