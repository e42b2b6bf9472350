//! The one line at the bottom of the screen while an ensemble plays.
//!
//! It needs nothing of the terminal but a carriage return, and is not there when stdout is none.

use crate::{director::View, screen};
use musebot_protocol::State;
use std::{
    fmt::Write,
    io::{self, IsTerminal},
};

/// The status line.
#[derive(Debug)]
pub struct StatusLine {
    shown: bool,
}

impl StatusLine {
    /// A line on stdout, if that is a terminal and the line is wanted.
    #[must_use]
    pub fn new(wanted: bool) -> Self {
        Self { shown: wanted && io::stdout().is_terminal() }
    }

    /// Draws how things stand.
    pub fn draw(&self, view: &View) {
        if !self.shown {
            return;
        }
        screen::status(text(view));
    }

    /// Leaves the last line standing and goes below it.
    pub fn end(&self) {
        if self.shown {
            screen::below();
        }
    }
}

/// The line itself: tempo, bar.beat, section, each bot with level and lateness, restarts.
#[must_use]
pub fn text(view: &View) -> String {
    let mut line = String::new();
    if view.running {
        let _ = write!(line, "{:.1} bpm  {}.{}", view.tempo.bpm(), view.bar, view.beat);
        if let Some(end) = view.end {
            let _ = write!(line, " of {}", end.saturating_sub(1));
        }
    } else {
        let _ = write!(line, "{:.1} bpm  waiting", view.tempo.bpm());
    }
    if let Some(section) = &view.section {
        let _ = write!(line, "  {section}");
    }
    clocks(&mut line, view);
    for bot in &view.bots {
        let _ = write!(line, " | {}", bot.name);
        match bot.state {
            State::Playing if bot.silenced => line.push_str(" muted"),
            State::Playing | State::Waiting => {
                let _ = match decibels(bot.level.0) {
                    Some(db) => write!(line, " {db:.0} dB"),
                    None => write!(line, " -- dB"),
                };
                if let Some((_, p99)) = bot.late {
                    let _ = write!(line, " {p99:.1} ms");
                }
            }
            state => {
                let _ = write!(line, " {}", state.word());
            }
        }
    }
    let restarts: u32 = view.bots.iter().map(|b| b.restarts).sum();
    let _ = write!(line, " | restarts {restarts}");
    line
}

/// Whose clock leads and how well we follow it, and who gets ours.
fn clocks(line: &mut String, view: &View) {
    if let Some(leader) = &view.leader {
        let _ = write!(line, " | {} {}", leader.state, leader.name);
        if matches!(leader.state, "locked" | "holding") {
            let _ = write!(line, " {:+.1} ms, jitter {:.1} ms", leader.correction_ms, leader.jitter_ms);
        }
    }
    if !view.clock_outs.is_empty() {
        let outs = view
            .clock_outs
            .iter()
            .map(|out| if out.here { out.name.clone() } else { format!("({} absent)", out.name) });
        let _ = write!(line, " | clock to {}", outs.collect::<Vec<_>>().join(", "));
    }
}

fn decibels(linear: f32) -> Option<f32> {
    (linear > 1e-4).then(|| 20.0 * linear.log10())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::director::{BotView, ClockOutView, LeaderView};
    use musebot_protocol::{Tempo, Tick};

    #[test]
    fn the_line_has_tempo_place_and_each_bot_with_level_and_lateness() {
        let bot = |name: &str, state, silenced| BotView {
            name: name.into(),
            state,
            gain: 1.0,
            silenced,
            level: (0.25, 0.1),
            late: Some((0.05, 0.23)),
            restarts: 1,
            kinds: String::new(),
        };
        let view = View {
            tempo: Tempo::new(112.0).unwrap(),
            running: true,
            bar: 5,
            beat: 3,
            tick: Tick(0),
            end: Some(33),
            section: Some("verse".into()),
            bots: vec![
                bot("bass", State::Playing, false),
                bot("melody", State::Playing, true),
                bot("drums", State::BackingOff, false),
            ],
            quitting: false,
            leader: None,
            clock_outs: Vec::new(),
        };
        assert_eq!(
            text(&view),
            "112.0 bpm  5.3 of 32  verse | bass -12 dB 0.2 ms | melody muted | drums backing-off | restarts 3"
        );
    }

    #[test]
    fn the_line_says_whose_clock_leads_how_well_and_who_gets_ours() {
        let leader = LeaderView {
            name: "Digitakt".into(),
            state: "locked",
            bpm: Some(120.5),
            jitter_ms: 0.84,
            correction_ms: -0.26,
        };
        let outs = [("TR-8", true), ("Minilogue", false)];
        let mut view = View {
            tempo: Tempo::new(120.5).unwrap(),
            running: true,
            bar: 2,
            beat: 1,
            tick: Tick(64),
            end: None,
            section: None,
            bots: Vec::new(),
            quitting: false,
            leader: Some(leader),
            clock_outs: outs.map(|(name, here)| ClockOutView { name: name.into(), here }).into(),
        };
        assert_eq!(
            text(&view),
            "120.5 bpm  2.1 | locked Digitakt -0.3 ms, jitter 0.8 ms | clock to TR-8, (Minilogue absent) | restarts 0"
        );
        view.leader.as_mut().unwrap().state = "waiting";
        view.clock_outs.clear();
        assert_eq!(text(&view), "120.5 bpm  2.1 | waiting Digitakt | restarts 0");
    }
}
