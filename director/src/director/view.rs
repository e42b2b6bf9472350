//! How things stand, for the status line and for terminals that ask.

use super::{ClockOutView, Director, LeaderView};
use musebot_protocol::{State, TICKS_PER_BEAT, Tempo, Tick};
use std::{sync::Arc, time::Duration};

/// How things stand at one instant.
#[derive(Debug, Clone)]
pub struct View {
    /// What is sent with the current tick.
    pub tempo: Tempo,
    /// Whether the clock runs.
    pub running: bool,
    /// From 1.
    pub bar: u32,
    /// From 1.
    pub beat: u32,
    /// The current tick.
    pub tick: Tick,
    /// Bars until the end, if there is one.
    pub end: Option<u32>,
    /// The section that plays.
    pub section: Option<String>,
    /// Everybody, in the roster's order.
    pub bots: Vec<BotView>,
    /// Whether we are leaving.
    pub quitting: bool,
    /// The machine whose clock leads.
    pub leader: Option<LeaderView>,
    /// The ports that get our clock.
    pub clock_outs: Vec<ClockOutView>,
    /// What is sung right now.
    pub words: Vec<VoiceView>,
}

/// What one voice sings right now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoiceView {
    /// Whose it is.
    pub name: String,
    /// What has sounded of its line.
    pub text: String,
}

/// How one bot is doing.
#[derive(Debug, Clone)]
pub struct BotView {
    /// Its name here.
    pub name: Arc<str>,
    /// In one word.
    pub state: State,
    /// Its fader, 0–1.
    pub gain: f32,
    /// Whether a mute, a group or another's solo silences it.
    pub silenced: bool,
    /// Linear peak and RMS.
    pub level: (f32, f32),
    /// p50 and p99 of its lateness, ms.
    pub late: Option<(f32, f32)>,
    /// Gaps in its sound since it was started.
    pub xruns: u32,
    /// How often it has been started again.
    pub restarts: u32,
    /// What it calls itself, such as `drums`.
    pub kinds: String,
    /// Where it shows itself.
    pub page: Option<String>,
}

impl Director {
    /// Whether the piece has come to its end.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over.is_some()
    }

    /// How things stand at `now`.
    #[must_use]
    pub fn view(&self, now: Duration) -> View {
        let when = self.when(now);
        let seconds = self.since_origin(now);
        let tick = self.current_tick(now);
        let position = self.position(tick);
        View {
            tempo: self.map.tempo(tick),
            running: seconds >= 0.0,
            bar: position.bar,
            beat: (tick.0.rem_euclid(i64::from(position.ticks_per_bar)) / i64::from(TICKS_PER_BEAT)) as u32 + 1,
            tick,
            end: self.score.end(),
            section: self.score.section().map(|s| s.name.clone()),
            bots: self
                .roster
                .iter()
                .map(|b| BotView {
                    name: b.name.clone(),
                    state: b.state(),
                    gain: self.mixer.fader(&b.name, when).linear(),
                    silenced: self.mixer.is_silenced(&b.name),
                    level: b.level,
                    late: b.late,
                    xruns: b.xruns,
                    restarts: b.restarts.count,
                    page: b.page.clone().filter(|_| b.is_here()),
                    kinds: b.hello.as_ref().map(|h| h.kinds.join(" ")).unwrap_or_default(),
                })
                .chain(self.far_views(now))
                .collect(),
            quitting: self.quitting.is_some(),
            leader: self.following.as_ref().map(|following| following.view(now)),
            clock_outs: self.clock_outs.clone(),
            words: self.surtitles.shown(tick),
        }
    }

    /// Whether a word has sounded that nobody has seen yet.
    pub fn has_new_words(&mut self) -> bool {
        self.surtitles.take_news()
    }

    /// The last tick that was due at `now`; 0 before the first.
    pub(super) fn current_tick(&self, now: Duration) -> Tick {
        let seconds = self.since_origin(now);
        let next = self.map.first_tick_from(seconds);
        if self.map.seconds(next) > seconds { Tick((next.0 - 1).max(0)) } else { next }
    }
}
