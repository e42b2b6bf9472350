//! What bots are told whenever it changes, or now and then: who is here, and how loud to be.

use super::Director;
use crate::{
    clock_thread::Order,
    ensemble::AgentListStyle,
    event::{Action, Listener, Tone},
    roster::Life,
};
use musebot_protocol::{Gain, ToBot};
use std::{sync::Arc, time::Duration};

/// Gains are sent at most this often while they fade.
const GAIN_EVERY: Duration = Duration::from_millis(50);
/// What a datagram of IPv4 carries, in bytes.
const LONGEST_LIST: usize = 65_507;
/// What an agentList takes without its names: its address, and what its type tags are padded with.
const EMPTY_LIST: usize = 24;

impl Director {
    /// The roster has changed: who gets ticks, who gets broadcasts, who is on the list.
    pub(super) fn announce_roster(&mut self, now: Duration) {
        self.send_routes();
        self.send_agent_list(now);
        self.tell_terminals_who_is_here();
    }

    /// Who gets ticks, and who gets broadcasts: the bots first, then whoever listens at a terminal.
    pub(super) fn send_routes(&mut self) {
        let (latency, delay_historic) = (self.ensemble.latency, self.ensemble.delay_historic);
        let targets = self.roster.iter().filter_map(|b| b.target(latency, delay_historic));
        let targets: Arc<[_]> = targets.chain(self.terminals.targets()).collect();
        self.out.push(Action::Clock(Order::Targets(targets)));
        let listeners = self
            .roster
            .iter()
            .filter(|b| b.is_here())
            .filter_map(|b| Some(Listener { to: b.to?, not_from: if self.ensemble.echo { None } else { b.source } }))
            .chain(self.terminals.listeners())
            .collect();
        self.out.push(Action::Relay(listeners));
    }

    /// agentList goes to everybody who might listen, from the first launch on.
    pub(super) fn send_agent_list(&mut self, now: Duration) {
        self.listed = Some(now);
        let mut names = self.roster.names();
        names.extend(self.far_names());
        let fit = that_fit(&names);
        if fit < names.len() && !std::mem::replace(&mut self.told_cut, true) {
            self.say(
                Tone::Warning,
                format!(
                    "the names of {} bots fit into no datagram: bots are not told of the last {} (shorter ids help)",
                    names.len(),
                    names.len() - fit
                ),
            );
        }
        names.truncate(fit);
        let separate = ToBot::AgentList(names.clone()).encode();
        let joined = ToBot::agent_list_joined(&names);
        for bot in self.roster.iter() {
            let Some(to) = bot.to else { continue };
            let bytes = match bot.list_style(self.ensemble.agent_list) {
                AgentListStyle::Separate => separate.clone(),
                AgentListStyle::Joined => joined.clone(),
            };
            self.out.push(Action::Send { to, bytes });
        }
    }

    /// Sends every bot the gain that it is to have, if it has another.
    pub(super) fn send_gains(&mut self, now: Duration) {
        if now.saturating_sub(self.gains_sent) < GAIN_EVERY {
            return;
        }
        self.gains_sent = now;
        if self.hush.is_some_and(|tick| now + GAIN_EVERY >= self.instant(tick)) {
            self.hush = None;
        }
        let when = self.when(now);
        for bot in self.roster.iter_mut().filter(|b| b.is_here() && b.life == Life::Playing) {
            let gain = match self.hush {
                Some(_) => Gain::SILENT,
                None => self.mixer.gain(&bot.name, when),
            };
            let changed = bot.sent_gain.is_none_or(|sent| {
                (sent - gain.linear()).abs() > 1e-4 || (sent != gain.linear() && [0.0, 1.0].contains(&gain.linear()))
            });
            if let (true, Some(to)) = (changed, bot.to) {
                bot.sent_gain = Some(gain.linear());
                let ramp = 1.2 * GAIN_EVERY.as_secs_f64() * 1000.0;
                let bytes = ToBot::gain_for(bot.accepts(), bot.on_its_scale(gain), ramp).encode();
                self.out.push(Action::Send { to, bytes });
            }
        }
    }
}

/// How many of these names one agentList carries, from the first on; those of our own bots come first.
fn that_fit(names: &[String]) -> usize {
    let mut length = EMPTY_LIST;
    let fit = names.iter().take_while(|name| {
        // A letter among the type tags, and the name, ended and padded to four bytes.
        length += 1 + name.len() / 4 * 4 + 4;
        length <= LONGEST_LIST
    });
    fit.count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_list_fits_into_a_datagram_and_leaves_nobody_out_for_whom_there_is_room(
            lengths in prop::collection::vec(1..256_usize, 0..900),
        ) {
            let names: Vec<String> = lengths.into_iter().map(|length| "x".repeat(length)).collect();
            let fit = that_fit(&names);
            let bytes = |many: usize| {
                let names = names[..many].to_vec();
                ToBot::agent_list_joined(&names).len().max(ToBot::AgentList(names).encode().len())
            };
            prop_assert!(bytes(fit) <= LONGEST_LIST);
            prop_assert!(fit == names.len() || bytes(fit + 1) > LONGEST_LIST - 8);
        }
    }
}
