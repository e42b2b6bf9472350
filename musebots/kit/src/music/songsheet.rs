//! The sheet a singer sings from: lines that reach over bars, planned ahead because consonants
//! sound before their beat; and the words, which are told as they sound.

use super::{Feel, Human};
use crate::{Note, Stage, TICKS_PER_SIXTEENTH, Tick, words::Lyric};
use std::collections::VecDeque;

/// One syllable of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Intoned {
    /// Its vowel's step, counted from the bar line that the line is written at; what is before it is negative.
    pub step: i64,
    /// How many steps it is held.
    pub steps: f64,
    /// Its MIDI pitch.
    pub pitch: i32,
    /// How hard, 0–1.
    pub velocity: f64,
    /// What is sung.
    pub lyric: Lyric,
    /// The word that begins with it, as written.
    pub word: Option<String>,
}

/// What is still to be sung and told.
#[derive(Debug, Clone)]
pub struct Songsheet {
    feel: Feel,
    human: Human,
    notes: VecDeque<(Tick, Note)>,
    told: VecDeque<(Tick, &'static str, String)>,
    /// Where syllables begin, the last few bars' included.
    onsets: VecDeque<Tick>,
    /// Where the last line ends.
    end: Option<Tick>,
    last: Option<Tick>,
}

/// How long before its beat a note is handed out, at least: the longest consonants and some more.
const AHEAD_MS: f64 = 400.0;
/// Onsets that are remembered.
const MOST_ONSETS: usize = 256;

impl Songsheet {
    /// An empty sheet.
    #[must_use]
    pub fn new(feel: Feel, human: Human) -> Self {
        Self {
            feel,
            human,
            notes: VecDeque::new(),
            told: VecDeque::new(),
            onsets: VecDeque::new(),
            end: None,
            last: None,
        }
    }

    /// Writes a line whose step 0 is at a bar line. The line itself is told with its first
    /// syllable (`line`), each word with its own (`text`). What would sound before `now` is left out;
    /// whether anything of it is there, and so the line told.
    pub fn write(&mut self, stage: &Stage, bar_line: Tick, line: &str, syllables: &[Intoned]) -> bool {
        let (bpm, steps) = (stage.tempo(), stage.sixteenths_per_bar().max(1) as i64);
        let ticks = |step: f64| {
            let bar = step.div_euclid(steps as f64);
            bar * steps as f64 * f64::from(TICKS_PER_SIXTEENTH) + self.feel.ticks(step.rem_euclid(steps as f64), bpm)
        };
        let mut first = true;
        for sung in syllables {
            let Some(pitch) = u8::try_from(sung.pitch).ok().filter(|pitch| *pitch < 128) else { continue };
            let (bar, within) = (sung.step.div_euclid(steps), sung.step.rem_euclid(steps));
            let (tick, ms) = self.feel.place(within as f64, bpm);
            let tick = bar_line + (bar * steps * i64::from(TICKS_PER_SIXTEENTH) + tick);
            if tick < stage.tick() {
                continue;
            }
            let from = sung.step as f64;
            let length = ticks(from + sung.steps) - ticks(from);
            let velocity = (sung.velocity as f32 * self.human.touch()).clamp(0.02, 1.0);
            let note = Note::new(pitch, velocity, length).deviating(ms + self.human.timing()).singing(sung.lyric);
            self.notes.push_back((tick, note));
            self.onsets.push_back(tick);
            self.end = Some(tick + length.ceil() as i64);
            if std::mem::take(&mut first) {
                self.told.push_back((tick, "line", line.to_owned()));
            }
            if let Some(word) = &sung.word {
                self.told.push_back((tick, "text", word.clone()));
            }
        }
        while self.onsets.len() > MOST_ONSETS {
            self.onsets.pop_front();
        }
        !first
    }

    /// Writes a syllable that sits exactly on the grid, as an ending needs it, in place of all
    /// that was to follow. One that is there already is made exact. A `line` that begins with it
    /// is told with it.
    pub fn write_exactly(&mut self, stage: &Stage, tick: Tick, line: Option<&str>, sung: &Intoned) {
        self.forget_from(tick);
        let Ok(pitch) = u8::try_from(sung.pitch.clamp(0, 127)) else { return };
        let length = sung.steps * f64::from(TICKS_PER_SIXTEENTH);
        if tick >= stage.tick() {
            self.notes.push_back((tick, Note::new(pitch, sung.velocity as f32, length).singing(sung.lyric)));
            self.onsets.push_back(tick);
            self.end = Some(tick + length.ceil() as i64);
            if let Some(line) = line {
                self.told.push_back((tick, "line", line.to_owned()));
            }
            if let Some(word) = &sung.word {
                self.told.push_back((tick, "text", word.clone()));
            }
        }
    }

    /// Once the end is in sight: what would go on beyond the last bar line is left out from there.
    pub fn end_with(&mut self, stage: &Stage) {
        let Some(left) = stage.bars_left().filter(|left| *left > 0) else { return };
        let per_bar = stage.ticks_per_bar();
        let last = stage.tick() - stage.tick_in_bar() + i64::from(left - 1) * per_bar;
        if self.end.is_some_and(|end| end > last) {
            self.forget_from(last);
        }
    }

    /// Forgets what was not handed out yet of a tick and later.
    pub fn forget_from(&mut self, tick: Tick) {
        self.notes.retain(|(at, _)| *at < tick);
        self.told.retain(|(at, ..)| *at < tick);
        self.onsets.retain(|at| *at < tick);
        self.end = self.end.map(|end| end.min(tick));
    }

    /// Hands out what sounds soon, and tells what sounds now.
    pub fn play(&mut self, stage: &mut Stage) {
        let now = stage.tick();
        // After a jump, or where it is not to play, what was planned belongs nowhere.
        if self.last.is_some_and(|last| now != last + 1) || !stage.playing() {
            self.forget_from(Tick(i64::MIN));
        }
        self.last = Some(now);
        let ahead = (stage.ticks_per_bar() / 2).max((AHEAD_MS / stage.tick_ms().max(0.1)).ceil() as i64);
        while let Some((tick, note)) = self.notes.front().copied().filter(|(tick, _)| *tick <= now + ahead) {
            self.notes.pop_front();
            stage.play_at(tick, note);
        }
        while self.told.front().is_some_and(|(tick, ..)| *tick <= now) {
            if let Some((_, topic, text)) = self.told.pop_front() {
                stage.say(topic, text.as_str());
            }
        }
    }

    /// Until when it is taken, if it is.
    #[must_use]
    pub fn end(&self) -> Option<Tick> {
        self.end
    }

    /// How many syllables begin between two ticks, the second not included.
    #[must_use]
    pub fn onsets(&self, from: Tick, to: Tick) -> usize {
        self.onsets.iter().filter(|tick| (from..to).contains(tick)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Meter, Style, Tempo,
        music::Dice,
        words::{Syllable, Then},
    };

    fn syllable(step: i64, word: Option<&str>) -> Intoned {
        let lyric = Lyric::new(&Syllable { text: "la".into(), ..Syllable::default() }, Then::Word);
        Intoned { step, steps: 2.0, pitch: 60, velocity: 0.5, lyric, word: word.map(str::to_owned) }
    }

    /// Plays three bars from a line written in the first for the second.
    fn played(style: Style) -> Stage {
        let mut stage = Stage::new("voice", Tempo::default(), Meter::default());
        let mut sheet = Songsheet::new(Feel::of(style), Human::new(Dice::new(1), 0.0, 0.0));
        for tick in 0..192 {
            stage.tick = Tick(tick);
            if tick == 16 {
                let line = [syllable(-2, Some("My")), syllable(0, Some("la-dy")), syllable(2, None)];
                sheet.write(&stage, Tick(64), "My lady", &line);
            }
            sheet.play(&mut stage);
            // What is told is told on the tick it sounds.
            for word in &mut stage.words {
                if word.args.len() == 1 {
                    word.topic = format!("{} {tick}", word.topic);
                    word.args.clear();
                }
            }
        }
        stage
    }

    #[test]
    fn words_are_told_as_they_sound_and_the_line_with_the_first_of_them() {
        let topics: Vec<String> = played(Style::Straight).words.iter().map(|w| w.topic.clone()).collect();
        assert_eq!(topics, ["line 56", "text 56", "text 64"]);
    }

    #[test]
    fn notes_are_handed_out_before_their_beat() {
        let notes = played(Style::Straight).notes;
        let ticks: Vec<i64> = notes.iter().map(|placed| placed.tick.0).collect();
        assert_eq!(ticks, [56, 64, 72]);
        assert!(notes.iter().all(|placed| placed.note.length == 8.0));
    }

    #[test]
    fn in_swing_a_syllable_ends_where_the_next_begins() {
        let notes = played(Style::Swing).notes;
        let ends: Vec<f64> = notes.iter().map(|placed| placed.note.length).collect();
        assert!((ends[0] - 16.0 / 3.0).abs() < 1e-9 && (ends[1] - 32.0 / 3.0).abs() < 1e-9, "{ends:?}");
    }

    #[test]
    fn a_line_of_one_syllable_is_told_with_its_ending() {
        let stage = Stage::new("voice", Tempo::default(), Meter::default());
        let mut sheet = Songsheet::new(Feel::of(Style::Straight), Human::new(Dice::new(1), 0.0, 0.0));
        let told = sheet.write(&stage, Tick(64), "O", &[]);
        assert!(!told && sheet.write(&stage, Tick(64), "la", &[syllable(0, Some("la"))]));
        sheet.write_exactly(&stage, Tick(64), Some("O"), &syllable(0, Some("O")));
        let told: Vec<_> = sheet.told.iter().map(|(tick, topic, text)| (tick.0, *topic, text.as_str())).collect();
        assert_eq!(told, [(64, "line", "O"), (64, "text", "O")], "in place of what was to be told");
    }

    #[test]
    fn who_is_told_to_be_silent_forgets_the_line() {
        let mut stage = Stage::new("voice", Tempo::default(), Meter::default());
        let mut sheet = Songsheet::new(Feel::of(Style::Straight), Human::new(Dice::new(1), 0.0, 0.0));
        sheet.write(&stage, Tick(64), "la", &[syllable(0, Some("la"))]);
        stage.playing = false;
        sheet.play(&mut stage);
        assert_eq!((sheet.notes.len(), sheet.told.len()), (0, 0));
    }
}
