//! Commands that span the hosts: what is done here, what everywhere, and what another director is asked to do.

use super::Role;
use crate::{
    director::Director,
    event::Action,
    network::{HostName, word::Word},
};
use musebot_protocol::{Control, Reply, messages};
use std::{net::SocketAddr, time::Duration};

/// How long a terminal waits for another host.
const PATIENCE: Duration = Duration::from_millis(1500);
/// Questions that wait at once.
const MOST: usize = 64;

/// A terminal's question that another director is to answer.
pub(super) struct Pending {
    ticket: u64,
    terminal: SocketAddr,
    command: &'static str,
    host: HostName,
    at: Duration,
}

/// Where a command is carried out.
#[derive(Debug, PartialEq)]
pub(in crate::director) enum Where {
    /// Here alone.
    Here,
    /// Here, and everybody else does the same.
    Everywhere,
    /// By this director, who answers.
    There(HostName),
}

/// Stands for a terminal of another host while its command is carried out here.
const FAR_TERMINAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 0);

impl Director {
    /// Whose business a command is.
    pub(in crate::director) fn whose(&self, control: &Control) -> Where {
        let Some(networking) = &self.networking else { return Where::Here };
        match control {
            Control::Gain { .. }
            | Control::Master { .. }
            | Control::Mute { .. }
            | Control::Solo { .. }
            | Control::Group { .. } => Where::Everywhere,
            Control::Tempo { .. }
            | Control::Section { .. }
            | Control::Density { .. }
            | Control::Tap
            | Control::Nudge { .. }
            | Control::Panic => match &networking.role {
                Role::Satellite(satellite) => Where::There(satellite.leader.clone()),
                Role::Leader { .. } => Where::Here,
            },
            Control::Start { bot } | Control::Stop { bot } | Control::Restart { bot } => {
                let lives = |name: &str, id: &str| id == bot.as_str() || format!("{id}@{name}") == *bot;
                let at = networking
                    .hosts
                    .iter()
                    .find(|(name, host)| host.state.bots.iter().any(|b| lives(name.as_str(), &b.id)));
                at.map_or(Where::Here, |(name, _)| Where::There(name.clone()))
            }
            _ => Where::Here,
        }
    }

    /// The full name of a bot that is called by its first name alone: `bass` for `bass@laptop-2`, when there is one.
    pub(in crate::director) fn full_name(&self, who: &str) -> String {
        let Some(networking) = &self.networking else { return who.to_owned() };
        if self.roster.get(who).is_some() || self.mixer.is_group(who) {
            return who.to_owned();
        }
        let far = networking.hosts.values().flat_map(|host| host.state.bots.iter().map(|bot| bot.id.as_str()));
        let all = self.roster.iter().map(|bot| &*bot.name).chain(far).chain(self.mixer.names());
        let mut found: Vec<_> = all.filter(|id| id.split_once('@').is_some_and(|(name, _)| name == who)).collect();
        found.sort_unstable();
        found.dedup();
        let [one] = found.as_slice() else { return who.to_owned() };
        (*one).to_owned()
    }

    /// A command with its bot's name in full.
    pub(in crate::director) fn in_full(&self, control: Control) -> Control {
        match control {
            Control::Gain { who, gain, over } => Control::Gain { who: self.full_name(&who), gain, over },
            Control::Mute { who, on } => Control::Mute { who: self.full_name(&who), on },
            Control::Solo { who, on } => Control::Solo { who: self.full_name(&who), on },
            Control::Start { bot } => Control::Start { bot: self.full_name(&bot) },
            Control::Stop { bot } => Control::Stop { bot: self.full_name(&bot) },
            Control::Restart { bot } => Control::Restart { bot: self.full_name(&bot) },
            other => other,
        }
    }

    /// Everybody else does the same.
    pub(in crate::director) fn spread(&mut self, control: &Control) {
        let (command, now) = (control.encode(), self.timer.unwrap_or(self.begun));
        if let Some(satellite) = self.satellite() {
            satellite.unheard.moves(now, moved_by(control), command.clone());
        }
        self.tell(None, Word::Mix(command));
    }

    /// What somebody has moved on another host since we did is theirs.
    pub(super) fn is_moved_elsewhere(&mut self, command: &[u8]) {
        let Some(satellite) = self.satellite() else { return };
        for control in messages(command).flatten().filter_map(|m| Control::decode(&m).ok()) {
            satellite.unheard.is_moved_elsewhere(&moved_by(&control));
        }
    }

    /// A fader was moved elsewhere.
    pub(super) fn mix_as(&mut self, now: Duration, bytes: &[u8]) {
        for control in messages(bytes).flatten().filter_map(|m| Control::decode(&m).ok()) {
            if self.whose(&control) == Where::Everywhere {
                // What is not known here is somebody's elsewhere.
                let _ = self.obey(now, FAR_TERMINAL, control);
                self.out.retain(|action| !matches!(action, Action::Reply { to, .. } if *to == FAR_TERMINAL));
            }
        }
    }

    /// Another director is asked; the terminal gets its answer.
    pub(in crate::director) fn ask(&mut self, now: Duration, terminal: SocketAddr, host: HostName, control: &Control) {
        let Some(networking) = &mut self.networking else { return };
        networking.tickets += 1;
        let ticket = networking.tickets;
        if networking.pending.len() >= MOST {
            networking.pending.pop_front();
        }
        let command = control.name();
        networking.pending.push_back(Pending { ticket, terminal, command, host: host.clone(), at: now });
        self.tell(Some(host), Word::Ask { ticket, control: control.encode() });
    }

    /// A terminal of another host asks for something that only we can do.
    pub(super) fn asked_from_afar(&mut self, now: Duration, host: &HostName, ticket: u64, control: &[u8]) {
        let mut replies = Vec::new();
        for control in messages(control).flatten().filter_map(|m| Control::decode(&m).ok()) {
            let name = control.name().to_owned();
            if self.whose(&control) != Where::Here || !may_come_from_afar(&control) {
                let advice = "that machine does not do this for others: ask there".to_owned();
                replies.push(Reply::Error(name, advice).encode());
                continue;
            }
            let done = self.obey(now, FAR_TERMINAL, control);
            for action in std::mem::take(&mut self.out) {
                match action {
                    Action::Reply { to, reply } if to == FAR_TERMINAL => replies.push(reply.encode()),
                    other => self.out.push(other),
                }
            }
            replies.push(match done {
                Ok(()) => Reply::Ok(name).encode(),
                Err(advice) => Reply::Error(name, advice).encode(),
            });
        }
        self.tell(Some(host.clone()), Word::Answer { ticket, replies });
    }

    pub(super) fn answered(&mut self, ticket: u64, replies: &[Vec<u8>]) {
        let Some(networking) = &mut self.networking else { return };
        let Some(at) = networking.pending.iter().position(|p| p.ticket == ticket) else { return };
        let Some(pending) = networking.pending.remove(at) else { return };
        let replies = replies.iter().flat_map(|bytes| messages(bytes).flatten()).filter_map(|m| Reply::decode(&m).ok());
        self.out.extend(replies.map(|reply| Action::Reply { to: pending.terminal, reply }));
    }

    pub(super) fn give_up_questions(&mut self, now: Duration) {
        let Some(networking) = &mut self.networking else { return };
        while let Some(pending) = networking.pending.front() {
            if now.saturating_sub(pending.at) < PATIENCE {
                break;
            }
            let why = format!("{} does not answer (`director hosts` shows who is there)", pending.host);
            let reply = Reply::Error(pending.command.to_owned(), why);
            self.out.push(Action::Reply { to: pending.terminal, reply });
            networking.pending.pop_front();
        }
    }
}

/// What a director may ask of another. It lies with each machine who watches and learns there.
fn may_come_from_afar(control: &Control) -> bool {
    !matches!(
        control,
        Control::Quit | Control::Watch { .. } | Control::Learn { .. } | Control::Listen { .. } | Control::Get { .. }
    )
}

/// The fader or switch that a command moves.
fn moved_by(control: &Control) -> String {
    let (Control::Gain { who, .. }
    | Control::Mute { who, .. }
    | Control::Solo { who, .. }
    | Control::Group { group: who, .. }) = control
    else {
        return control.name().to_owned();
    };
    format!("{} {who}", control.name())
}
