//! The one line at the bottom of the screen while an ensemble plays, and the log above it.
//!
//! It needs nothing of the terminal but a carriage return, and is not there when stdout is none.

use crate::director::View;
use musebot_protocol::State;
use std::{
    fmt::Write as _,
    io::{self, IsTerminal, Write},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

/// Columns that the line on the screen takes up now; the log wipes them before it writes.
static DRAWN: AtomicUsize = AtomicUsize::new(0);

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
        let columns = rustix::termios::tcgetwinsize(io::stdout()).map_or(80, |size| usize::from(size.ws_col).max(20));
        let line: String = text(view).chars().take(columns - 1).collect();
        let width = line.chars().count();
        let wipe = DRAWN.swap(width, Relaxed).saturating_sub(width);
        let mut out = io::stdout().lock();
        let _ = write!(out, "\r{line}{:wipe$}", "");
        let _ = out.flush();
    }

    /// Leaves the last line standing and goes below it.
    pub fn end(&self) {
        if self.shown && DRAWN.swap(0, Relaxed) > 0 {
            let _ = writeln!(io::stdout());
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

fn decibels(linear: f32) -> Option<f32> {
    (linear > 1e-4).then(|| 20.0 * linear.log10())
}

/// Where the log is written: stderr, with the status line out of the way.
#[derive(Debug, Clone, Copy)]
pub struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let drawn = DRAWN.swap(0, Relaxed);
        if drawn > 0 {
            let mut out = io::stdout().lock();
            let _ = write!(out, "\r{:drawn$}\r", "");
            let _ = out.flush();
        }
        io::stderr().write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::director::BotView;
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
        };
        assert_eq!(
            text(&view),
            "112.0 bpm  5.3 of 32  verse | bass -12 dB 0.2 ms | melody muted | drums backing-off | restarts 3"
        );
    }
}
