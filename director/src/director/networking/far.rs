//! The other hosts: who is here, who has gone, and how they are shown.

use super::{LOST_AFTER, Networking, Role};
use crate::{
    director::Director,
    event::Tone,
    network::{
        HostName,
        word::{HostState, LinkState},
    },
};
use std::{collections::BTreeSet, net::IpAddr, time::Duration};

/// Another host.
pub(super) struct Host {
    /// Drawn by its director when it began.
    pub(super) from: u64,
    /// When it was heard last.
    pub(super) heard: Duration,
    /// How many of its words that hold for all have been heard, since it has said how many there are.
    pub(super) words: Option<u64>,
    /// Whether it has to be told how everything stands (when we lead).
    pub(super) missed: bool,
    /// When we last asked the leader because words of it did not come (when we do not lead).
    pub(super) asked: Option<Duration>,
    /// Whether it can be reached, and since when it could not, last time.
    pub(super) here: bool,
    pub(super) lost: Duration,
    /// Whether we have let it in (when we lead).
    pub(super) welcome: bool,
    /// Another director that calls itself so, and when it asked first to be let in.
    pub(super) rival: Option<(u64, Duration)>,
    /// Where it is reached.
    pub(super) at: Option<IpAddr>,
    /// When this director of it joined, and as which.
    pub(super) joined: Duration,
    pub(super) number: u64,
    /// The bots for any host that it cannot start.
    pub(super) cannot: BTreeSet<String>,
    pub(super) state: HostState,
}

impl Host {
    /// One that has not been heard before.
    pub(super) fn new(from: u64, now: Duration) -> Self {
        Self {
            from,
            heard: now,
            words: None,
            missed: false,
            asked: None,
            here: false,
            lost: now,
            welcome: false,
            rival: None,
            at: None,
            joined: now,
            number: 0,
            cannot: BTreeSet::new(),
            state: HostState::default(),
        }
    }
}

/// A host as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct HostView {
    /// What it is called.
    pub name: String,
    /// Where it is reached; `here`: that is us.
    pub address: String,
    /// `leader`, `here` or `lost`.
    pub state: &'static str,
    /// How many bots are there.
    pub bots: usize,
    /// Its way to the leader, for a satellite.
    pub link: Option<LinkState>,
}

/// Hosts that are kept in mind, at most: as many as can be told the time.
pub(super) const MOST_HOSTS: usize = 1024;
/// How often the leader is asked how everything stands, because words of one other host do not come, at most.
const ASK_FOR_OTHERS_EVERY: Duration = Duration::from_secs(10);

impl Director {
    pub(super) fn host_state(&mut self, now: Duration, host: &HostName, from: u64, state: HostState) {
        let Some(networking) = &mut self.networking else { return };
        if !networking.hosts.contains_key(host) && networking.hosts.len() >= MOST_HOSTS {
            // Who has been out of reach for longest makes room.
            let lost = networking.hosts.iter().filter(|(_, there)| !there.here).min_by_key(|(_, there)| there.lost);
            let Some(lost) = lost.map(|(name, _)| name.clone()) else { return };
            networking.hosts.remove(&lost);
        }
        let there = networking.hosts.entry(host.clone()).or_insert_with(|| Host::new(from, now));
        if there.from != from && there.here && now.saturating_sub(there.heard) < LOST_AFTER {
            // Another of the same name; it is told so when it asks to be let in.
            return;
        }
        let names = |state: &HostState| state.bots.iter().filter(|b| b.here).map(|b| b.id.clone()).collect::<Vec<_>>();
        let changed = !there.here || names(&there.state) != names(&state);
        let back = !there.here && !there.state.bots.is_empty();
        let returns = !there.here && there.welcome;
        let missed = there.from == from && there.words.is_some_and(|heard| heard != state.said);
        let silent: Vec<_> = names(&there.state).into_iter().filter(|bot| !names(&state).contains(bot)).collect();
        (there.from, there.heard, there.here, there.words) = (from, now, true, Some(state.said));
        there.missed |= returns || missed;
        there.state = state;
        for bot in silent {
            self.memory.forget_far(host, Some(&bot));
        }
        if back {
            self.say(Tone::Note, format!("{host} is back"));
        }
        if changed {
            self.roster_changed = true;
        }
        self.agree_with(now, host, from, missed);
    }

    /// Something that holds for all has been said there.
    pub(super) fn counts(&mut self, host: &HostName, from: u64) {
        let there = self.networking.as_mut().and_then(|networking| networking.hosts.get_mut(host));
        if let Some(heard) = there.filter(|there| there.from == from).and_then(|there| there.words.as_mut()) {
            *heard += 1;
        }
    }

    /// Whoever has been away, or of whose words we have missed one, is told by the leader how everything stands: which bots it
    /// plays, too, as they may have been given away meanwhile. A satellite that has missed a word asks for that.
    fn agree_with(&mut self, now: Duration, host: &HostName, from: u64, missed: bool) {
        let mark = self.memory.mark();
        let Some(Networking { role, hosts, .. }) = &mut self.networking else { return };
        let Some(there) = hosts.get_mut(host) else { return };
        match role {
            Role::Leader { .. } if there.missed && there.welcome => {
                // It was told a moment ago, perhaps: then it is told when it speaks next.
                self.let_in(now, host, from);
            }
            Role::Leader { .. } => {}
            Role::Satellite(satellite) => {
                let leads = satellite.leader == *host;
                // Whose words never come to what it says they do is not asked for without end.
                let asks = leads || there.asked.is_none_or(|at| now.saturating_sub(at) >= ASK_FOR_OTHERS_EVERY);
                if missed && asks {
                    there.asked = Some(now);
                    satellite.missed = true;
                }
                if leads && !satellite.is_behind() {
                    satellite.unheard.linked(now, mark);
                }
            }
        }
    }

    /// A word has come from there.
    pub(in crate::director) fn is_reached_at(&mut self, host: &HostName, from: u64, at: Option<IpAddr>) {
        let there = self.networking.as_mut().and_then(|networking| networking.hosts.get_mut(host));
        if let Some(there) = there.filter(|there| there.from == from) {
            there.at = at.or(there.at);
        }
    }

    /// Who has not been heard for two seconds is out of reach; everybody plays on, and sees it by itself.
    pub(super) fn notice_losses(&mut self, now: Duration) {
        let Some(networking) = &mut self.networking else { return };
        let leader = match &networking.role {
            Role::Satellite(satellite) => Some(satellite.leader.clone()),
            Role::Leader { .. } => None,
        };
        let mut lost = Vec::new();
        // One that let us in may be gone before it has said anything else.
        if let Role::Satellite(satellite) = &networking.role
            && satellite.lost.is_none()
            && !networking.hosts.contains_key(&satellite.leader)
            && now.saturating_sub(satellite.joined) >= LOST_AFTER
        {
            lost.push(satellite.leader.clone());
        }
        for (name, host) in &mut networking.hosts {
            if host.here && now.saturating_sub(host.heard) >= LOST_AFTER {
                (host.here, host.lost) = (false, now);
                lost.push(name.clone());
            }
        }
        for name in lost {
            self.roster_changed = true;
            if leader.as_ref() == Some(&name) {
                self.lost_leader(now);
            } else {
                self.say_here(
                    Tone::Warning,
                    format!(
                        "{name} is out of reach: it plays on by itself, in time, and is heard again when it is back"
                    ),
                );
            }
        }
    }

    pub(super) fn host_leaves(&mut self, now: Duration, host: &HostName, from: u64) {
        let Some(networking) = &mut self.networking else { return };
        if let Role::Satellite(satellite) = &networking.role
            && satellite.leader == *host
        {
            if self.quitting.is_none() {
                self.say(Tone::Note, format!("{host} has ended the ensemble"));
                self.quit(now);
            }
            return;
        }
        // Its namesake stays.
        if networking.hosts.get(host).is_some_and(|there| there.from == from) {
            networking.hosts.remove(host);
            self.memory.forget_far(host, None);
            self.roster_changed = true;
            self.say(Tone::Note, format!("{host} has left"));
            self.place_bots(now);
        }
    }

    /// The hosts, this one first.
    #[must_use]
    pub fn hosts(&self) -> Vec<HostView> {
        let Some(networking) = &self.networking else { return Vec::new() };
        let (own_state, own_link, leader) = match &networking.role {
            Role::Leader { .. } => ("leader", None, None),
            Role::Satellite(satellite) => ("here", satellite.link, Some(&satellite.leader)),
        };
        let mut views = vec![HostView {
            name: networking.own.to_string(),
            address: "here".to_owned(),
            state: own_state,
            bots: self.roster.iter().filter(|b| b.is_here()).count(),
            link: own_link,
        }];
        views.extend(networking.hosts.iter().map(|(name, host)| HostView {
            name: name.to_string(),
            address: host.at.map_or("-".to_owned(), |at| at.to_string()),
            state: match host.here {
                true if leader == Some(name) => "leader",
                true => "here",
                false => "lost",
            },
            bots: host.state.bots.iter().filter(|b| b.here).count(),
            link: host.state.link,
        }));
        views
    }
}
