//! A bot playing live, as a function: datagrams and time go in, actions come out. No sockets,
//! no threads, no sound, so that half a minute takes no time to test.

use crate::{
    Musebot, Setup,
    agenda::Cue,
    clock::{Clock, Turn},
    life::{Life, Step, Why},
    options::OnExiting,
    player::{Player, makes_sense},
    voice::Prompter,
};
use musebot_protocol::{BotId, Broadcast, Gain, Said, Tempo, Tick, TimeTag, ToBot, messages};
use std::time::SystemTime;

/// What is to be done in the world.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    /// Send this to the director.
    Send(Vec<u8>),
    /// A note begins or ends.
    Cue(Cue),
    /// From then on, this is the tempo. For what is written down.
    Tempo { due: f64, tempo: Tempo },
    /// Get to this gain in so many milliseconds.
    Gain(f32, f32),
    /// Fade out in so many milliseconds, because of this.
    Fade(f32, Why),
    /// Tell the director how loud it is.
    Level,
    /// See how late it is, and tell the director if it wants to know.
    Late { tell: bool },
    /// Tell the user.
    Warn(String),
    /// End the process.
    Exit,
}

/// What of a live session is set from outside.
#[derive(Debug, Clone)]
pub(crate) struct Manner {
    pub(crate) id: BotId,
    /// How long after its arrival a bare tick sounds, in seconds.
    pub(crate) latency: f64,
    /// What to do when another bot ends its form.
    pub(crate) on_exiting: OnExiting,
}

/// Notes that would begin later than this after they were due are not played at all: a rush of
/// stale notes is worse than a hole.
const STALE: f64 = 0.1;
/// A bot that was busy (loading, say) for longer than this comes in again on a bar line.
const MISSED: f64 = 1.0;
/// Broadcasts longer than this (in bytes) are not listened to.
const LONGEST_HEARD: usize = 8192;
/// How often we say how loud and how late we are.
const LEVEL_EVERY: f64 = 0.125;
const LATE_EVERY: f64 = 1.0;
/// Gain without a time of its own moves within this many milliseconds.
const GAIN_RAMP_MS: f64 = 10.0;
/// What bare ticks get on top of the output's own latency, in seconds: room for their unevenness.
const MARGIN: f64 = 0.006;
/// What ticks are to come earlier than the output needs them, in seconds.
const ROOM: f64 = 0.020;
/// Bars in a phrase when nobody says otherwise.
const PHRASE: u32 = 4;

/// The session.
pub(crate) struct Session<B> {
    manner: Manner,
    player: Player<B>,
    clock: Clock,
    life: Life,
    /// When we next report, once a director of ours has said hello.
    level_at: Option<f64>,
    late_at: f64,
    /// Another bot has ended its form: we end at the next phrase.
    ending: bool,
    tempo: Option<Tempo>,
    /// How long the slowest output takes, until it has been compared to how early ticks come.
    takes: Option<f64>,
    turns: Vec<Turn>,
    cues: Vec<Cue>,
}

impl<B: Musebot> Session<B> {
    /// Builds the bot. The watchdog counts from `started`.
    pub(crate) fn new(setup: &Setup, manner: Manner, started: f64) -> anyhow::Result<Self> {
        Ok(Self {
            player: Player::new(setup)?,
            clock: Clock::new(manner.latency),
            manner,
            life: Life::new(started),
            level_at: None,
            late_at: started + LATE_EVERY,
            ending: false,
            tempo: None,
            takes: None,
            turns: Vec::new(),
            cues: Vec::new(),
        })
    }

    /// From now on, a voice is told its words as soon as they are played.
    pub(crate) fn prompt(&mut self, prompter: Option<Prompter>) {
        self.player.prompt(prompter);
    }

    /// An output needs this long: bare ticks sound no earlier, because a note that comes too late
    /// for its place is uneven, and a constant delay is not heard.
    pub(crate) fn allow_for(&mut self, latency: f64) {
        self.clock.set_latency(self.manner.latency.max(latency + MARGIN));
        self.takes = Some(latency);
    }

    /// Stamped ticks have to come early enough for the output, and for notes that are to sound
    /// before their tick (X3). Said once, when we know.
    fn compare_latency(&mut self, tick: Tick, out: &mut Vec<Action>) {
        let (Some(takes), Some(lead)) = (self.takes, self.clock.lead()) else { return };
        if tick.0 % 64 != 63 {
            return;
        }
        self.takes = None;
        if lead < takes + ROOM {
            out.push(Action::Warn(format!(
                "ticks come {:.0} ms before they sound, and the output takes {:.0} ms: notes may come late; \
                 set `latency-ms` in the ensemble file to {:.0} or more",
                lead * 1000.0,
                takes * 1000.0,
                ((takes + ROOM) * 100.0).ceil() * 10.0,
            )));
        }
    }

    /// Takes in one datagram that arrived at `arrival`, when the wall clock said `wall`.
    pub(crate) fn receive(&mut self, arrival: f64, wall: SystemTime, now: f64, datagram: &[u8], out: &mut Vec<Action>) {
        for message in messages(datagram).flatten() {
            if message.topic().is_some() && message.bytes.len() > LONGEST_HEARD {
                continue;
            }
            let Ok(decoded) = ToBot::decode(&message) else { continue };
            if !makes_sense(&decoded) {
                continue;
            }
            match &decoded {
                ToBot::Time { tempo, tick } => {
                    let tag = message.timetag.and_then(TimeTag::to_system_time).map(|t| arrival + apart(t, wall));
                    self.clock.hear(arrival, *tempo, *tick, tag, &mut self.turns);
                    self.work(now, out);
                }
                ToBot::Gain(gain, ramp) if !self.life.leaves() => {
                    let (gain, ramp_ms) = gain_and_ramp(*gain, *ramp);
                    self.player.gain(gain);
                    out.push(Action::Gain(gain, ramp_ms));
                }
                ToBot::Gain(..) => {}
                ToBot::Off { .. } => self.leave(now, Why::ToldOff, out),
                ToBot::Hello => {
                    self.level_at.get_or_insert(now);
                }
                ToBot::AgentList(_) => {
                    self.life.listed(now);
                    self.player.receive(&decoded);
                }
                ToBot::Broadcast(said) if said.speaker != self.manner.id.as_str() => {
                    if said.said() == Some(Said::Exiting) {
                        self.other_exits(now, out);
                    }
                    self.player.receive(&decoded);
                }
                ToBot::Broadcast(_) => {}
                _ => self.player.receive(&decoded),
            }
        }
        self.speak(now, out);
    }

    /// Goes, for a reason of its own or of the world's.
    pub(crate) fn leave(&mut self, now: f64, why: Why, out: &mut Vec<Action>) {
        let step = self.life.leave(now, why);
        Self::take_step(step, out);
    }

    /// Does what time itself demands.
    pub(crate) fn advance(&mut self, now: f64, out: &mut Vec<Action>) {
        self.clock.make_up(now, &mut self.turns);
        self.work(now, out);
        self.speak(now, out);
        if let Some(at) = self.level_at.filter(|at| *at <= now) {
            self.level_at = Some((at + LEVEL_EVERY).max(now));
            out.push(Action::Level);
        }
        if self.late_at <= now {
            self.late_at = (self.late_at + LATE_EVERY).max(now);
            out.push(Action::Late { tell: self.level_at.is_some() });
        }
        let step = self.life.check(now);
        Self::take_step(step, out);
    }

    /// When [`Self::advance`] next has something to do.
    pub(crate) fn wake(&self) -> f64 {
        [self.clock.wake(), self.player.speech.wake(), self.level_at]
            .into_iter()
            .flatten()
            .fold(self.life.wake(), f64::min)
    }

    fn take_step(step: Option<Step>, out: &mut Vec<Action>) {
        match step {
            Some(Step::Fade(seconds, why)) => out.push(Action::Fade(seconds as f32 * 1000.0, why)),
            Some(Step::Exit) => out.push(Action::Exit),
            None => {}
        }
    }

    fn work(&mut self, now: f64, out: &mut Vec<Action>) {
        let mut turns = std::mem::take(&mut self.turns);
        for turn in turns.drain(..) {
            match turn {
                Turn::Beat(beat) => {
                    if self.tempo != Some(beat.tempo) {
                        self.tempo = Some(beat.tempo);
                        out.push(Action::Tempo { due: beat.due, tempo: beat.tempo });
                    }
                    self.player.beat(&beat, &mut self.cues);
                    if now - beat.due > STALE {
                        self.player.missed();
                    }
                    self.compare_latency(beat.tick, out);
                    if now - beat.due > MISSED {
                        self.player.wait_for_bar_line();
                    }
                    if self.ending && self.at_phrase_end() {
                        self.end_form(now, out);
                    }
                }
                Turn::Stall => self.player.ring_off(&mut self.cues),
                Turn::ClockOff(by) => out.push(Action::Warn(format!(
                    "your clock is {:.0} s off the director's: its ticks are taken as they come (set both by NTP)",
                    by.abs()
                ))),
                Turn::ClockStepped(by) => {
                    out.push(Action::Warn(format!("a clock was stepped by {by:.2} s; the music goes on as before")));
                }
            }
        }
        self.turns = turns;
        out.extend(self.cues.drain(..).filter(|cue| cue.velocity.is_none() || now - cue.due <= STALE).map(Action::Cue));
    }

    fn speak(&mut self, now: f64, out: &mut Vec<Action>) {
        out.extend(self.player.speech.take(now).into_iter().map(Action::Send));
    }

    /// Another bot ends its form. A director that says hello decides itself who goes when.
    fn other_exits(&mut self, now: f64, out: &mut Vec<Action>) {
        match self.manner.on_exiting {
            OnExiting::Auto if self.level_at.is_some() => {}
            OnExiting::Ignore => {}
            OnExiting::Off => self.end_form(now, out),
            OnExiting::Auto | OnExiting::Phrase if self.clock.runs() => self.ending = true,
            OnExiting::Auto | OnExiting::Phrase => self.end_form(now, out),
        }
    }

    fn at_phrase_end(&self) -> bool {
        let stage = self.player.stage();
        let bars = match stage.last("phraselength").and_then(Broadcast::said) {
            Some(Said::PhraseLength(bars)) => bars.max(1),
            _ => PHRASE,
        };
        stage.is_bar_line() && (stage.bar() - 1).is_multiple_of(bars)
    }

    fn end_form(&mut self, now: f64, out: &mut Vec<Action>) {
        if self.life.leaves() {
            return;
        }
        self.ending = false;
        self.player.say(Said::Exiting.by(self.manner.id.as_str()));
        self.leave(now, Why::FormEnded, out);
    }
}

/// Seconds from `from` to `to`.
fn apart(to: SystemTime, from: SystemTime) -> f64 {
    match to.duration_since(from) {
        Ok(later) => later.as_secs_f64(),
        Err(earlier) => -earlier.duration().as_secs_f64(),
    }
}

/// The gain of a message, for whoever applies it at a fixed place.
pub(crate) fn gain_and_ramp(gain: Gain, ramp: Option<f64>) -> (f32, f32) {
    (gain.linear(), ramp.unwrap_or(GAIN_RAMP_MS) as f32)
}

#[cfg(test)]
mod tests;
