//! A satellite: its ticks are the leader's, made here. Without the leader it plays on; what it has missed is made good when
//! the leader is back.

use super::{Networking, Reckoning, Role, given::Given, unheard::Unheard};
use crate::{
    director::{Director, LEAD_IN},
    ensemble::{LeaderLoss, Length},
    event::{Action, Tone},
    memory::Voice,
    metronome::TempoMap,
    network::{
        HostName,
        allowed::Others,
        bend::{self, Move},
        word::{Conduct, LinkState, Map, Remembered, Welcome, Word},
    },
};
use musebot_protocol::{Broadcast, CONDUCTOR, Gain, Said, TICKS_PER_BEAT, Tick, messages};
use std::time::Duration;

/// A lost leader is asked again so often.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// How exactly the leader's clock has to be known before we begin, in seconds.
const GOOD_ENOUGH: f64 = 0.002;
/// What it takes an order to reach the clock thread.
const ON_ITS_WAY: Duration = Duration::from_millis(4);
/// After so long we begin with what we know.
const LONGEST_SEARCH: Duration = Duration::from_secs(3);

/// Who waits for so many seconds waits until the leader, which waits itself, knows for how long.
const FOR_EVER: f64 = 1e8;

/// What a satellite knows of the leader.
pub(super) struct Satellite {
    pub(super) leader: HostName,
    /// Drawn by its director when it began.
    instance: u64,
    /// Whether another director leads in its place, and is to be joined anew.
    anew: bool,
    /// Its instant of tick 0 by its own clock, and its tempo map.
    time: Option<(f64, TempoMap)>,
    reckoning: Option<Reckoning>,
    pub(super) link: Option<LinkState>,
    /// The leader's UDP port for pings.
    pings: u16,
    /// The tick up to which our map has been bent.
    bent: Tick,
    /// Since when the leader cannot be reached, and when we last asked.
    pub(super) lost: Option<Duration>,
    asked: Duration,
    pub(super) joined: Duration,
    /// Whether a word that holds for all has been missed.
    pub(super) missed: bool,
    pub(super) unheard: Unheard,
    pub(super) given: Given,
}

impl Satellite {
    /// Whether the leader has to tell us how everything stands.
    pub(super) fn is_behind(&self) -> bool {
        self.missed || self.lost.is_some()
    }
}

impl Director {
    /// Joins an ensemble that another director leads: the one that drew this number when it began.
    pub fn join(&mut self, now: Duration, own: HostName, leader: u64, welcome: Welcome, others: Others) {
        for bot in &others.elsewhere {
            self.mixer.channel(bot.id.as_str(), bot.gain, bot.group.as_deref());
        }
        let satellite = Satellite {
            leader: welcome.leader.clone(),
            instance: leader,
            anew: false,
            time: None,
            reckoning: None,
            link: None,
            pings: welcome.pings,
            bent: Tick(0),
            lost: None,
            asked: now,
            joined: now,
            missed: false,
            unheard: Unheard::default(),
            given: Given::of(others.spare),
        };
        self.networking = Some(Networking::new(own, Role::Satellite(Box::new(satellite))));
        if !others.cannot.is_empty() {
            self.tell(Some(welcome.leader.clone()), Word::Cannot(others.cannot));
        }
        self.take_over(now, welcome);
    }

    pub(super) fn satellite(&mut self) -> Option<&mut Satellite> {
        match &mut self.networking.as_mut()?.role {
            Role::Satellite(satellite) => Some(satellite),
            Role::Leader { .. } => None,
        }
    }

    /// Whether a word of the leader comes from a director that has taken its place, and does not concern us before we have
    /// joined that one.
    pub(super) fn is_another_leader(&mut self, host: &HostName, from: u64, word: &Word) -> bool {
        let Some(satellite) = self.satellite().filter(|s| s.leader == *host) else { return false };
        match word {
            // Anybody may ask, also somebody who takes the leader's name by mistake.
            Word::Hello { .. } | Word::Welcome(_) | Word::Refused(_) => false,
            Word::State(_) => satellite.instance != from && satellite.lost.is_none(),
            _ => satellite.instance != from,
        }
    }

    /// Whether the leader was started again, and is to be joined anew.
    pub(crate) fn joins_anew(&self) -> bool {
        matches!(&self.networking, Some(Networking { role: Role::Satellite(satellite), .. }) if satellite.anew)
    }

    /// The leader's words have come: at the beginning, or when the link is back.
    pub(super) fn welcomed(&mut self, now: Duration, host: &HostName, from: u64, welcome: Welcome) {
        let Some(satellite) = self.satellite() else { return };
        if satellite.leader != *host {
            return;
        }
        if satellite.instance != from {
            // Its ticks begin at 0, and its sheet may be another one: nothing of ours goes on in it.
            if !std::mem::replace(&mut satellite.anew, true) && self.quitting.is_none() {
                self.say(Tone::Loud, format!("{host} has been started again: fading out, and joining it anew"));
                self.quit(now);
            }
            return;
        }
        satellite.missed = false;
        let (moved, mark) = (satellite.unheard.moved(), satellite.unheard.mark());
        if let Some(since) = satellite.lost.take() {
            let away = now.saturating_sub(since).as_secs();
            self.say(Tone::Note, format!("{host} is back after {away} s: in time again within a few beats"));
        }
        self.take_over(now, welcome);
        self.say_again(now, &moved, mark);
    }

    /// How things stand with the leader is how they stand here.
    fn take_over(&mut self, now: Duration, welcome: Welcome) {
        let leader = welcome.leader.clone();
        self.mixer.take_word(&welcome.mix);
        self.remember_all(&welcome.memory);
        if self.origin.is_none() {
            self.score.resume(welcome.section, welcome.jump);
            self.density = welcome.density.or(self.density);
        } else {
            self.agree_about_the_music(&leader, &welcome);
        }
        self.plays(now, &leader, &welcome.yours);
        if let Some(map) = &welcome.map {
            self.leader_map(now, &leader, map);
        }
    }

    /// What has been said on other hosts; what is new, everybody here is told. What was said here is known better here.
    fn remember_all(&mut self, memory: &[Remembered]) {
        let Some(own) = self.networking.as_ref().map(|n| n.own.clone()) else { return };
        for Remembered { host, bytes } in memory.iter().filter(|said| said.host != own) {
            for message in messages(bytes).flatten() {
                let Some(topic) = message.topic() else { continue };
                let speaker = Broadcast::decode(&message).map(|said| said.speaker).unwrap_or_default();
                if speaker == CONDUCTOR {
                    // Of one that conducts already, all is said by itself, or when it agrees with the leader.
                    if self.origin.is_none() {
                        self.memory.remember(Voice::Director, topic, message.bytes);
                    }
                } else if self.memory.remember(Voice::Far(host.clone(), speaker), topic, message.bytes) {
                    self.tell_everybody_here(message.bytes);
                }
            }
        }
    }

    fn tell_everybody_here(&mut self, bytes: &[u8]) {
        for to in self.roster.iter().filter(|b| b.is_here()).filter_map(|b| b.to) {
            self.out.push(Action::Send { to, bytes: bytes.to_vec() });
        }
    }

    /// Whatever was conducted meanwhile.
    fn agree_about_the_music(&mut self, leader: &HostName, welcome: &Welcome) {
        if self.score.agree(welcome.section, welcome.jump)
            && let Some(section) = self.score.section().map(|section| section.name.clone())
        {
            self.say(Tone::Note, format!("section {section}, as on {leader}"));
            self.conduct_now(&Said::Section(section));
        }
        if let Some(density) = welcome.density.filter(|density| self.density != Some(*density)) {
            self.conduct_now(&Said::Density(density));
        }
    }

    /// What was said and moved here while the leader may not have heard it holds for all, now that it hears us.
    fn say_again(&mut self, now: Duration, moved: &[Vec<u8>], mark: u64) {
        for command in moved {
            self.mix_as(now, command);
            self.tell(None, Word::Mix(command.clone()));
        }
        let words = self.memory.said_here_since(mark).map(|(topic, bytes)| (topic.to_owned(), bytes.to_vec()));
        self.out.extend(words.map(|(topic, bytes)| Action::SayAfar { topic, bytes }).collect::<Vec<_>>());
    }

    pub(super) fn refused(&mut self, now: Duration, host: &HostName, why: &str) {
        let Some(satellite) = self.satellite().filter(|s| s.leader == *host) else { return };
        let leader = satellite.leader.clone();
        self.say(Tone::Loud, format!("{leader} does not let us in again: {why}"));
        self.exit_code = 1;
        if self.quitting.is_none() {
            self.quit(now);
        }
    }

    /// The leader's tempo map has changed.
    pub(super) fn leader_map(&mut self, now: Duration, host: &HostName, map: &Map) {
        let Ok(tempo_map) = TempoMap::from_wire(&map.segments) else { return };
        let Some(satellite) = self.satellite().filter(|s| s.leader == *host) else { return };
        satellite.time = Some((map.origin, tempo_map));
        satellite.bent = Tick(0);
        self.score.end_before(map.end);
        self.keep_with_leader(now);
    }

    /// What is known of the leader's clock.
    pub(in crate::director) fn reckoned(&mut self, now: Duration, reckoning: Reckoning) {
        let Some(satellite) = self.satellite() else { return };
        let before = satellite.link.replace(reckoning.link).is_some_and(|link| link.in_link);
        satellite.reckoning = Some(reckoning);
        if reckoning.anew {
            satellite.bent = Tick(0);
        }
        let (leader, port) = (satellite.leader.clone(), satellite.pings);
        match (before, reckoning.link.in_link) {
            (false, true) => self.say(
                Tone::Warning,
                format!(
                    "pings to {leader} go through the link, because UDP port {port} does not answer there, and its clock is \
                     known less exactly: open that port for UDP on {leader} (`director doctor` there says how)"
                ),
            ),
            (true, false) => self.say(Tone::Note, format!("UDP port {port} of {leader} answers: pings go there again")),
            _ => {}
        }
        self.keep_with_leader(now);
    }

    /// Once a beat, our tempo map is bent towards the leader's.
    pub(super) fn keep_with_leader(&mut self, now: Duration) {
        let Some(Networking { role: Role::Satellite(satellite), .. }) = &self.networking else { return };
        let (Some((origin, map)), Some(clock)) = (&satellite.time, satellite.reckoning.and_then(|r| r.estimate)) else {
            return;
        };
        let leader = bend::Leader { origin: *origin, map, clock };
        let Some(origin) = self.origin else {
            let long = now.saturating_sub(satellite.joined.max(self.begun)) >= LONGEST_SEARCH;
            if clock.sigma <= GOOD_ENOUGH || long {
                let map = bend::begin(&leader, now + LEAD_IN);
                self.begin_with_leader(now, map);
            }
            return;
        };
        let next = self.next_tick(now);
        if next < satellite.bent {
            return;
        }
        let earliest = now + ON_ITS_WAY;
        let (map, how) = bend::bend(&leader, &bend::Satellite { origin, map: &self.map, next, earliest });
        if let Some(satellite) = self.satellite() {
            satellite.bent = next + i64::from(TICKS_PER_BEAT);
        }
        match how {
            Move::Waits { .. } => self.halt_clocks(next, self.instant(next)),
            Move::Skips { from, .. } => self.halt_clocks(from, now),
            Move::Bent { .. } | Move::Sooner { .. } => {}
        }
        self.map = map;
        self.has_moved(now, how);
    }

    fn begin_with_leader(&mut self, now: Duration, map: TempoMap) {
        if self.roster.iter().any(|b| self.is_awaited(now, b)) {
            return;
        }
        self.map = map;
        self.origin = Some(now + LEAD_IN);
        self.complete.get_or_insert(now);
        self.catch_up(now + LEAD_IN);
        self.roster_changed = true;
    }

    /// How our map was moved, and what else that means. Whoever follows the same leader sees it by itself.
    fn has_moved(&mut self, now: Duration, how: Move) {
        match how {
            Move::Bent { .. } => self.send_map(),
            Move::Waits { by } => {
                let long = if by < FOR_EVER { format!(" {by:.2} s") } else { String::new() };
                self.say_here(Tone::Warning, format!("waiting{long} for the leader"));
                self.send_map();
            }
            Move::Sooner { by } => {
                let what = match by < FOR_EVER {
                    true => format!("{by:.2} s behind the leader: catching up"),
                    false => "the leader goes on, and we with it".to_owned(),
                };
                self.say_here(Tone::Warning, what);
                self.send_map();
            }
            Move::Skips { from, to } => {
                let beats = (to.0 - from.0) as f64 / f64::from(TICKS_PER_BEAT);
                self.say_here(
                    Tone::Warning,
                    format!("{beats:.1} beats behind the leader: going on where the others are"),
                );
                self.catch_up(now);
            }
        }
    }

    /// Goes on at the tick that is due now; those in between have passed without us.
    pub(in crate::director) fn catch_up(&mut self, now: Duration) {
        self.skip_to(now);
        self.map.begin_at(self.unplanned);
        self.send_map();
    }

    /// What lies before an instant is planned no more; the score goes through it.
    fn skip_to(&mut self, to: Duration) {
        let tick = self.map.first_tick_from(self.since_origin(to));
        if tick <= self.unplanned {
            return;
        }
        let last = self.position(tick - 1).bar;
        let first = self.score.next_bar().max(last.saturating_sub(Length::MAX_BARS));
        for bar in first..=last {
            let _ = self.score.bar_line(bar);
        }
        self.unplanned = tick;
    }

    pub(super) fn lost_leader(&mut self, now: Duration) {
        let ends = self.on_leader_loss() == LeaderLoss::End;
        let Some(satellite) = self.satellite() else { return };
        satellite.lost.get_or_insert(now);
        let leader = satellite.leader.clone();
        if ends {
            self.say_here(Tone::Loud, format!("{leader} is out of reach: fading out (on-leader-loss = \"end\")"));
            if self.quitting.is_none() {
                self.quit(now);
            }
        } else {
            let by_address = self.networking.as_ref().is_some_and(|networking| networking.by_address);
            let elsewhere = if by_address {
                " (joined by its address: at another one it is found again only by a name, or with --announce there)"
            } else {
                ""
            };
            self.say_here(
                Tone::Loud,
                format!("{leader}, which leads, is out of reach: playing on, in time{elsewhere}"),
            );
        }
    }

    /// A leader that is out of reach, or has said something that was missed, is asked again and again.
    pub(super) fn ask_again(&mut self, now: Duration) {
        let Some(satellite) = self.satellite() else { return };
        if !satellite.is_behind() || now.saturating_sub(satellite.asked) < ASK_EVERY {
            return;
        }
        satellite.asked = now;
        let leader = satellite.leader.clone();
        self.tell(Some(leader), Word::hello());
    }

    /// What the leader conducts.
    pub(super) fn conducted(&mut self, _now: Duration, host: &HostName, what: Conduct) {
        if self.satellite().is_none_or(|s| s.leader != *host) {
            return;
        }
        match what {
            Conduct::Section { name, bar } => drop(self.score.go_to_at(&name, bar)),
            Conduct::Density(density) => self.conduct_now(&musebot_protocol::Said::Density(density)),
            Conduct::Panic => self.panic(),
        }
    }

    /// The gain of everything, as the leader's desk has it.
    #[must_use]
    pub fn master(&self, now: Duration) -> Gain {
        self.mixer.master(self.when(now))
    }
}
