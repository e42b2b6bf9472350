//! What the ensemble file has for one bot alone: when it is launched and leaves, what is said to
//! it, and what it is connected with.

use super::Director;
use crate::{
    event::{Action, Tone},
    roster::Then,
};
use musebot_protocol::{Arg, BotId, Broadcast, CONDUCTOR};
use std::{sync::Arc, time::Duration};

/// A bot is spoken to and connected so long after the band is complete: historic bots have then
/// set themselves up.
pub(super) const SETTLED_AFTER: Duration = Duration::from_secs(2);

impl Director {
    /// Whether a bot that is launched later is due: its delay counts from tick 0.
    pub(super) fn is_due(&self, now: Duration, delay: Duration) -> bool {
        self.origin.is_some_and(|origin| now >= origin + delay)
    }

    /// Whether a bot has been here long enough for its settings.
    pub(super) fn may_settle(&self, now: Duration, first_alive: Duration) -> bool {
        self.complete.is_some_and(|complete| now >= complete.max(first_alive) + SETTLED_AFTER)
    }

    /// Tells a bot what the file has for it alone, and connects it with those that are here.
    pub(super) fn settle(&mut self, name: &str) {
        let Some(bot) = self.roster.get_mut(name) else { return };
        bot.settled = true;
        let (Some(to), Some(entry)) = (bot.to, &bot.entry) else { return };
        for (topic, value) in &entry.says {
            self.out.push(Action::Send { to, bytes: said(topic, *value).encode() });
        }
        let id = bot.id.clone();
        let settled = |id: &BotId| self.roster.called(id).any(|b| b.settled);
        let (mine, pairs) = (|(a, b): &&(BotId, BotId)| *a == id || *b == id, &self.ensemble.jack_connects);
        let pairs: Vec<_> = pairs.iter().filter(mine).filter(|(a, b)| settled(a) && settled(b)).cloned().collect();
        if !pairs.is_empty() {
            self.out.push(Action::Connect(pairs));
        }
    }

    /// The time that the file gives a bot is over.
    pub(super) fn leaves(&mut self, now: Duration, name: &Arc<str>) {
        self.say(Tone::Note, format!("{name} leaves now, as its `leave-after` says"));
        self.tell_off(now, name, Then::Stay);
    }
}

/// What is said: whole numbers travel as such, as the bots of the world expect of `initialize 1`.
pub(super) fn said(topic: &str, value: f64) -> Broadcast {
    let whole = value.fract() == 0.0 && value.abs() < f64::from(i32::MAX);
    let value = if whole { Arg::Int(value as i32) } else { Arg::Float(value as f32) };
    Broadcast::new(topic, CONDUCTOR, vec![value])
}
