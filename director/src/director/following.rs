//! Another machine leads (`[clock] in`): when we begin, pause and go on with it, and how our tempo map is bent
//! towards its pulses.
//!
//! What we send sounds D later, so a tick is due D before the pulse that it sounds with. It never jumps:
//! while we play, the grid is moved by at most [`BEND`] of a beat in each beat, on top of the master's own
//! tempo. Where we are not in the same place of the bar, because the master was started, or sent
//! elsewhere, the next tick waits until we are: no tick is left out, and none comes twice.

use super::Director;
use crate::{
    clock_word::ClockWord,
    ensemble::ClockPort,
    event::{ClockNews, Tone},
    follower::Hold,
    master::{Master, Turn},
};
use musebot_devices::Wanted;
use musebot_protocol::{TICKS_PER_BEAT, Tempo, Tick};
use std::time::Duration;

/// Pulses in a tick.
const PULSES: f64 = 1.5;
/// The grid is moved by at most so much of a beat in a beat.
const BEND: f64 = 0.04;
/// What we are off by is spread over so many ticks: over fewer, more of the pulses' jitter is heard; over
/// more, we are late on a ramp.
const SPREAD: i64 = TICKS_PER_BEAT as i64 / 2;
/// How long before its instant it is decided which tick is the first.
const DECIDE: f64 = 0.150;
/// So much too late a first tick may be sent: every output has 20 ms to spare (X3).
const LATE: f64 = 0.010;
/// After so many seconds of silence a master leads no more.
const PATIENCE: f64 = 2.0;
/// We wait for so long to hear whether the master's port is there.
const OPENING: Duration = Duration::from_secs(5);

/// The master, and what we have made of it.
pub(super) struct Following {
    master: Master,
    name: String,
    port: Port,
    /// By how many seconds our music is later than its pulses.
    offset: f64,
    role: Role,
    /// What we were off by when we looked last, in seconds; positive: we are early.
    error: f64,
    /// The last tick that the map was bent for.
    bent: Tick,
    silence: Silence,
    /// Somebody was tired of waiting for its start.
    by_hand: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Port {
    /// Being opened for the first time.
    Asked,
    Here,
    Absent,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Role {
    /// We play on our own clock.
    Alone,
    /// This tick waits for the master to be where it is.
    Poised(Tick),
    /// Our tick 0 would sound with this pulse.
    With(f64),
}

/// What has been said about a silent master.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
enum Silence {
    Heard,
    Noted,
    Given,
}

/// How it stands with the master.
#[derive(Debug, Clone, PartialEq)]
pub struct LeaderView {
    /// What it is called.
    pub name: String,
    /// `absent`, `waiting` (for its start), `searching` (for its tempo), `locked`, or `holding` (it is silent).
    pub state: &'static str,
    /// Its tempo, once we know it.
    pub bpm: Option<f64>,
    /// By how much its pulses are early or late, one standard deviation.
    pub jitter_ms: f64,
    /// By how much we have yet to be moved to sound with it.
    pub correction_ms: f64,
}

impl Following {
    pub(super) fn new(port: &ClockPort) -> Self {
        let (Wanted::Named(name) | Wanted::Virtual(name)) = &port.address.port;
        Self {
            master: Master::default(),
            name: name.clone(),
            port: Port::Asked,
            offset: port.offset_ms / 1000.0,
            role: Role::Alone,
            error: 0.0,
            bent: Tick(-1),
            silence: Silence::Heard,
            by_hand: false,
        }
    }

    /// Its tempo at a pulse.
    fn tempo(&self, pulse: f64) -> Option<Tempo> {
        self.master.line().map(|line| Tempo::clamped(60.0 / (24.0 * line.period_at(pulse))))
    }

    fn bpm(&self) -> Option<f64> {
        self.tempo(f64::INFINITY).map(Tempo::bpm)
    }

    fn shown_tempo(&self) -> String {
        self.bpm().map_or_else(|| "no tempo yet".to_owned(), |bpm| format!("{bpm:.1} bpm"))
    }

    /// Whether the tempo is the master's business.
    fn leads(&self, now: f64) -> bool {
        self.port == Port::Here
            && match self.role {
                Role::Alone => false,
                Role::Poised(_) | Role::With(_) => self.master.silent_for(now) < PATIENCE,
            }
    }

    pub(super) fn view(&self, now: Duration) -> LeaderView {
        let hold = self.master.hold(now.as_secs_f64());
        let state = match (self.port, self.role, hold) {
            (_, Role::With(_), Hold::Holding) | (Port::Absent, Role::With(_), _) => "holding",
            (Port::Asked | Port::Absent, ..) => "absent",
            (Port::Here, Role::Poised(_), _) => "waiting",
            (Port::Here, Role::With(_), Hold::Locked) => "locked",
            (Port::Here, ..) => "searching",
        };
        let playing = matches!(self.role, Role::With(_));
        LeaderView {
            name: self.name.clone(),
            state,
            bpm: self.bpm(),
            jitter_ms: self.master.jitter() * 1000.0,
            correction_ms: if playing { self.error * 1000.0 } else { 0.0 },
        }
    }
}

impl Director {
    /// The master says something.
    pub(super) fn heard_master(&mut self, now: Duration, at: Duration, word: ClockWord) {
        let Some(following) = &mut self.following else { return };
        match following.master.hear(at.as_secs_f64(), word) {
            Some(Turn::Stops) => {
                let what = format!("{} has stopped", following.name);
                if self.pause(now) {
                    self.say(Tone::Note, what);
                }
            }
            // It is somewhere else now, and we wait until it comes to where we are.
            Some(Turn::Plays) => {
                self.pause(now);
            }
            None => {}
        }
        self.follow(now);
    }

    /// The master's port has come or gone.
    pub(super) fn master_port(&mut self, news: ClockNews) {
        let Some(following) = &mut self.following else { return };
        let first = following.port == Port::Asked;
        let (port, tone, what) = match news {
            ClockNews::Here(name) => {
                following.name = name;
                let what = if first { "leads with its MIDI clock" } else { "is here: we follow its clock" };
                (Port::Here, Tone::Note, format!("{} {what}", following.name))
            }
            ClockNews::Absent(why) => {
                let what = format!("playing on our own clock until {} is there: {why}", following.name);
                (Port::Absent, Tone::Warning, what)
            }
            ClockNews::Gone => {
                following.silence = Silence::Noted;
                let what = match following.role {
                    Role::With(_) => format!("keeping its tempo ({})", following.shown_tempo()),
                    Role::Alone => "playing on".to_owned(),
                    Role::Poised(_) => "waiting until it is back (`director tempo` plays without it)".to_owned(),
                };
                (Port::Absent, Tone::Warning, format!("{} has gone: {what}", following.name))
            }
        };
        following.port = port;
        self.say(tone, what);
    }

    /// The band is complete: whether we begin on our own clock, now.
    pub(super) fn begins_alone(&mut self, now: Duration) -> bool {
        let waited = now.saturating_sub(self.begun) >= OPENING;
        let Some(following) = &mut self.following else { return true };
        match (following.port, following.role) {
            (_, Role::Alone) if following.by_hand => true,
            (Port::Asked, _) => waited,
            (Port::Here, Role::Alone) => {
                following.role = Role::Poised(Tick(0));
                let what = format!("waiting for {} to start (`director tempo` begins without it)", following.name);
                self.say(Tone::Note, what);
                false
            }
            (_, Role::Alone) => true,
            _ => false,
        }
    }

    /// Keeps with the master, as time passes.
    pub(super) fn follow(&mut self, now: Duration) {
        if self.quitting.is_some() || self.over.is_some_and(|over| now >= self.instant(over)) {
            return;
        }
        let Some(following) = &self.following else { return };
        match following.role {
            Role::Alone => self.fall_in(now),
            Role::Poised(tick) => self.begin_with_master(now, tick),
            Role::With(seat) => {
                self.tell_of_silence(now);
                self.bend(now, seat);
            }
        }
    }

    /// From tick to the instant at which the master is there, in seconds.
    fn lead(&self, following: &Following) -> f64 {
        self.ensemble.latency.as_secs_f64() - following.offset
    }

    /// We play on our own, and the master's pulses are there: we join them at the nearest. Where in
    /// its bar it is nobody knows, so far.
    fn fall_in(&mut self, now: Duration) {
        let Some(following) = &self.following else { return };
        let locked = following.master.hold(now.as_secs_f64()) == Hold::Locked && following.port == Port::Here;
        let (true, Some(line), Some(_)) = (locked, following.master.line(), self.origin) else { return };
        let tick = self.next_tick(now);
        let sounds = self.instant(tick).as_secs_f64() + self.lead(following);
        let seat = (line.pulse(sounds) - PULSES * tick.0 as f64).round();
        let what = format!("playing with {} at {}", following.name, following.shown_tempo());
        self.say(Tone::Note, what);
        self.play_with(seat, tick - 1);
    }

    /// The next tick waits for the master to be where it is in the bar.
    fn begin_with_master(&mut self, now: Duration, tick: Tick) {
        let Some(following) = &self.following else { return };
        let at = now.as_secs_f64();
        let ready = following.master.hold(at) == Hold::Locked && following.master.knows_its_place();
        if self.complete.is_none() || !ready {
            return;
        }
        let bar = self.ensemble.meter.ticks_per_bar();
        let within = PULSES * tick.0.rem_euclid(bar) as f64;
        let lead = self.lead(following);
        let Some((pulse, sounds)) = following.master.place(within, bar * 3 / 2, at - LATE + lead) else { return };
        let due = sounds - lead;
        if due > at + DECIDE {
            return;
        }
        let tempo = following.tempo(pulse).unwrap_or_default();
        let what = format!("playing with {} at {}", following.name, following.shown_tempo());
        match self.origin {
            None => {
                self.origin = Some(Duration::from_secs_f64(due.max(0.0)));
                self.map = crate::metronome::TempoMap::new(tempo);
            }
            Some(origin) => self.resume(tick, due - origin.as_secs_f64(), tempo),
        }
        self.refit_length();
        self.send_map();
        self.say(Tone::Note, what);
        self.play_with(pulse - PULSES * tick.0 as f64, tick);
    }

    fn play_with(&mut self, seat: f64, bent: Tick) {
        if let Some(following) = &mut self.following {
            (following.role, following.bent) = (Role::With(seat), bent);
            (following.error, following.silence) = (0.0, Silence::Heard);
        }
    }

    /// Bends the map towards the master, once for each tick.
    fn bend(&mut self, now: Duration, seat: f64) {
        let tick = self.next_tick(now);
        let Some(following) = &self.following else { return };
        let (Some(origin), Some(line)) = (self.origin, following.master.line()) else { return };
        if tick <= following.bent {
            return;
        }
        let lead = self.lead(following) + origin.as_secs_f64();
        let due = |tick: Tick| line.instant(seat + PULSES * tick.0 as f64) - lead;
        let error = due(tick) - self.map.seconds(tick);
        let period = due(tick + 1) - due(tick);
        let most = BEND * period;
        let bent = period + (error / SPREAD as f64).clamp(-most, most);
        let tempo = |period: f64| Tempo::clamped(60.0 / (f64::from(TICKS_PER_BEAT) * period));
        self.map.steer(tick, tempo(bent), SPREAD, tempo(period));
        self.send_map();
        if let Some(following) = &mut self.following {
            (following.bent, following.error) = (tick, error);
        }
    }

    /// The next tick waits for the master. Whether one had been about to come.
    fn pause(&mut self, now: Duration) -> bool {
        let tick = self.next_tick(now);
        let at = self.instant(tick);
        let Some(following) = &mut self.following else { return false };
        let plays = self.origin.is_some() && !matches!(following.role, Role::Poised(_));
        if !plays || self.quitting.is_some() || self.over.is_some_and(|over| tick >= over) {
            return false;
        }
        following.role = Role::Poised(tick);
        self.halt_clocks(tick, at);
        self.map.pause(tick);
        self.send_map();
        true
    }

    /// The tick that has waited is due.
    fn resume(&mut self, tick: Tick, seconds: f64, tempo: Tempo) {
        if tick.0 > 0 {
            let before = self.map.seconds(tick - 1) + self.map.period(tick - 1);
            self.waited += (seconds - before).max(0.0);
        }
        self.map.resume(tick, seconds, tempo);
    }

    /// The whole process has stood still, and the master has not.
    pub(super) fn find_the_master_again(&mut self, now: Duration) {
        let Some(following) = &mut self.following else { return };
        if !matches!(following.role, Role::With(_)) {
            return;
        }
        if following.master.knows_its_place() {
            self.pause(now);
        } else {
            following.role = Role::Alone;
        }
    }

    /// What is said about a master that is silent while we play with it, and when it is back.
    fn tell_of_silence(&mut self, now: Duration) {
        let Some(following) = &mut self.following else { return };
        let now = now.as_secs_f64();
        let (name, tempo) = (following.name.clone(), following.shown_tempo());
        let (silence, tone, what) = match (following.master.hold(now), following.silence) {
            (Hold::Holding, Silence::Heard) => {
                (Silence::Noted, Tone::Warning, format!("no clock from {name}: keeping its tempo ({tempo})"))
            }
            (Hold::Holding, Silence::Noted) if following.master.silent_for(now) >= PATIENCE => {
                (Silence::Given, Tone::Warning, format!("still no clock from {name}: playing on at {tempo}"))
            }
            (Hold::Locked, Silence::Noted | Silence::Given) if following.port == Port::Here => {
                (Silence::Heard, Tone::Note, format!("{name} is heard again: playing with it at {tempo}"))
            }
            _ => return,
        };
        following.silence = silence;
        self.say(tone, what);
    }

    /// Somebody wants another tempo: not while another machine leads.
    pub(super) fn take_the_lead(&mut self, now: Duration) -> Result<(), String> {
        let Some(following) = &mut self.following else { return Ok(()) };
        if following.leads(now.as_secs_f64()) {
            return Err(format!(
                "{} leads: change the tempo there (`director nudge` moves us against it)",
                following.name
            ));
        }
        let role = std::mem::replace(&mut following.role, Role::Alone);
        following.by_hand |= matches!(role, Role::Poised(_));
        if let (Role::Poised(tick), Some(origin)) = (role, self.origin) {
            let seconds = (now + super::LEAD_IN).saturating_sub(origin).as_secs_f64();
            self.resume(tick, seconds, self.map.tempo(tick));
            self.send_map();
        }
        Ok(())
    }

    /// Moves us against the master, if there is one that leads.
    pub(super) fn nudge_against_master(&mut self, now: Duration, ms: f64) -> bool {
        let Some(following) = self.following.as_mut().filter(|f| f.leads(now.as_secs_f64())) else { return false };
        following.offset = (following.offset + ms / 1000.0).clamp(-2.0, 2.0);
        true
    }
}
