//! The one line at the bottom of the screen while an ensemble plays.
//!
//! It needs nothing of the terminal but a carriage return, and is not there when stdout is none.

use crate::{
    director::{View, VoiceView},
    screen,
};
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
        screen::status(Status { text: text(view), words: view.words.clone() });
    }

    /// Whether there is such a line.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.shown
    }

    /// Leaves the last line standing and goes below it.
    pub fn end(&self) {
        if self.shown {
            screen::below();
        }
    }
}

/// What the line holds, before anybody knows how wide the terminal is.
#[derive(Debug)]
pub struct Status {
    /// How things stand.
    pub text: String,
    /// What voices sing.
    pub words: Vec<VoiceView>,
}

impl Status {
    /// As much of it as so many columns hold. Words that sound have room before the state of
    /// things has, but leave it half the line; of each voice, what it has sung last.
    #[must_use]
    pub fn in_columns(&self, most: usize) -> String {
        let free = most.saturating_sub(columns(&self.text)).max(most / 2);
        let room = free.checked_div(self.words.len()).unwrap_or(0);
        let words: String = self.words.iter().map(|voice| sung(voice, room)).collect();
        let mut line = head(&self.text, most - columns(&words).min(most)).to_owned();
        line.push_str(&words);
        line
    }
}

/// ` ♪ poet: or not to be`, or what is left of it in so many columns; nothing where not even a word has room.
fn sung(voice: &VoiceView, room: usize) -> String {
    const LEAST: usize = 8;
    let name = format!(" ♪ {}: ", voice.name);
    let name = if columns(&name) + LEAST <= room { name } else { " ♪ ".to_owned() };
    let Some(left) = room.checked_sub(columns(&name)).filter(|left| *left >= LEAST) else { return String::new() };
    if columns(&voice.text) <= left {
        return name + &voice.text;
    }
    let mut taken = 1;
    let tail = voice.text.char_indices().rev().take_while(|(_, c)| {
        taken += width(*c);
        taken <= left
    });
    let at = tail.last().map_or(voice.text.len(), |(at, _)| at);
    format!("{name}…{}", &voice.text[at..])
}

/// The beginning of a text, in so many columns.
fn head(text: &str, most: usize) -> &str {
    let mut taken = 0;
    let fits = text.char_indices().find(|(_, c)| {
        taken += width(*c);
        taken > most
    });
    &text[..fits.map_or(text.len(), |(at, _)| at)]
}

/// How many columns of a terminal a text takes up, at most.
#[must_use]
pub fn columns(text: &str) -> usize {
    text.chars().map(width).sum()
}

/// East Asian letters and pictures are two columns wide, marks on letters none.
fn width(c: char) -> usize {
    match c {
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200d}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff01}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
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
                if bot.xruns > 0 {
                    let _ = write!(line, " {} gaps", bot.xruns);
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
            xruns: if name == "bass" { 3 } else { 0 },
            restarts: 1,
            kinds: String::new(),
            page: None,
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
            words: Vec::new(),
        };
        assert_eq!(
            text(&view),
            "112.0 bpm  5.3 of 32  verse | bass -12 dB 0.2 ms 3 gaps | melody muted | drums backing-off | restarts 3"
        );
    }

    fn status(text: &str, words: &[(&str, &str)]) -> Status {
        let voice = |(name, text): &(&str, &str)| VoiceView { name: (*name).into(), text: (*text).into() };
        Status { text: text.into(), words: words.iter().map(voice).collect() }
    }

    #[test]
    fn words_stand_behind_how_things_are_and_have_half_the_line_where_it_is_short() {
        let poet = ("poet", "To be, or not to be, that is the question");
        let state = "120.0 bpm  5.3 of 32 | bass -12 dB | drums -9 dB";
        let line = |columns, words: &[(&str, &str)]| status(state, words).in_columns(columns);
        assert_eq!(line(100, &[]), state);
        assert_eq!(line(20, &[]), "120.0 bpm  5.3 of 32");
        assert_eq!(line(100, &[poet]), format!("{state} ♪ poet: To be, or not to be, that is the question"));
        assert_eq!(line(60, &[poet]), "120.0 bpm  5.3 of 32 | bass -1 ♪ poet: …that is the question");
        let both = line(80, &[poet, ("caller", "Maiasaura")]);
        assert_eq!(both, "120.0 bpm  5.3 of 32 | bass -12 dB | dru ♪ poet: …e question ♪ caller: Maiasaura");
        assert_eq!(line(19, &[poet, poet]), "120.0 bpm  5.3 of 3", "where nothing fits there are no words");
    }

    proptest::proptest! {
        #[test]
        fn the_line_is_never_wider_than_the_terminal(
            text in ".{0,200}", words in proptest::collection::vec((".{0,24}", ".{0,160}"), 0..9), most in 0..300usize
        ) {
            let words: Vec<_> = words.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            let line = status(&text, &words).in_columns(most);
            proptest::prop_assert!(columns(&line) <= most, "{} of {most}: {line:?}", columns(&line));
        }
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
            words: Vec::new(),
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
