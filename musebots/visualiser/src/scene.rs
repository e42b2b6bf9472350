//! Who plays what right now, as it is to be seen: a function of what happened and of the time. Pure, and bounded: a flood of
//! happenings pushes out older ones.

mod cast;
mod mood;
mod pulse;
mod queue;
mod text;

use crate::{Happening, What};
pub use cast::Player;
use mood::Mood;
use pulse::Pulse;
pub(crate) use queue::Queue;
use text::plain;

/// Seconds for which a mark is seen.
pub(crate) const MARK_LIFE: f64 = 6.0;
/// Seconds for which a word is seen.
pub(crate) const WORD_LIFE: f64 = 3.0;
const MARKS: usize = 320;
const WORDS: usize = 6;
const LINES: usize = 3;
/// Of notes that begin together, so many are seen.
const CHORD: usize = 12;

/// A note as a mark.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// Whose: place in [`Scene::players`].
    pub player: usize,
    /// When it began.
    pub due: f64,
    /// The same in beats, as the scene counts them.
    pub beat: f64,
    /// 0–127.
    pub pitch: u8,
    /// 0–1.
    pub velocity: f32,
    /// Whether it is percussion.
    pub percussion: bool,
}

/// A word on the scene.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// Whose: place in [`Scene::players`].
    pub player: usize,
    /// When it began.
    pub due: f64,
    /// What.
    pub text: String,
}

/// A line that a voice is saying.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Whose: place in [`Scene::players`].
    pub player: usize,
    /// When it began.
    pub due: f64,
    /// What.
    pub text: String,
    /// When its last word so far began.
    pub said: f64,
}

/// The scene.
#[derive(Debug, Clone, Default)]
pub struct Scene {
    /// Now, in seconds.
    pub now: f64,
    /// Beats a minute; 0 when none are known.
    pub tempo: f64,
    /// Beats since the first, with their fraction. Without any that arrive it goes on, slowly, like a breath.
    pub beat: f64,
    /// The beat with which the bar began.
    pub downbeat: f64,
    /// Beats in a bar; 0 when no bar is known.
    pub beats: u32,
    /// Who is here.
    pub players: Vec<Player>,
    /// Notes of the last seconds, oldest first.
    pub marks: Vec<Mark>,
    /// Words of the last seconds, oldest first.
    pub words: Vec<Word>,
    /// The lines that are being said, at most one of a player.
    pub lines: Vec<Line>,
    /// The section.
    pub section: String,
    /// How dense, 0–1: what the conductor asks for, or what is played.
    pub density: f64,
    /// How heated, 0–1.
    pub arousal: f64,
    /// How bright, 0–1.
    pub valence: f64,
    /// The pitch classes of the harmony (bit 0 is C).
    pub harmony: u16,
    queue: Queue,
    pulse: Pulse,
    mood: Mood,
}

impl Scene {
    /// Something has happened, or will: it is seen once the time is there.
    pub fn happen(&mut self, happening: &Happening) {
        self.queue.put(happening);
    }

    /// Time goes on.
    pub fn advance(&mut self, now: f64) {
        if !now.is_finite() {
            return;
        }
        if now < self.now {
            // The clock has been set back: what is ahead of it now never was.
            self.marks.retain(|mark| mark.due <= now);
            self.words.retain(|word| word.due <= now);
            self.lines.retain(|line| line.said <= now);
            self.pulse.restart(now);
        }
        let passed = (now - self.now).max(0.0);
        while let Some(happening) = self.queue.due_by(now) {
            self.begin(happening.due, happening.what);
        }
        self.now = now;
        self.beat = self.pulse.advance(now);
        cast::advance(&mut self.players, now, passed);
        while let Some(gone) = cast::gone(&self.players) {
            self.part_with(gone);
        }
        [self.density, self.arousal, self.valence] =
            self.mood.advance(passed, cast::busy(&self.players), self.tempo, self.harmony);
        self.marks.retain(|mark| now - mark.due < MARK_LIFE);
        self.words.retain(|word| now - word.due < WORD_LIFE);
        // A line stays for as long as it takes to be read, and while its words still come.
        self.lines.retain(|line| now - line.said < 3.0 || now - line.due < 2.0 + 0.06 * line.text.len() as f64);
    }

    fn begin(&mut self, due: f64, what: What) {
        match what {
            What::Beat { tempo, beat, beats, .. } => self.beat(due, tempo, beat, beats),
            What::Roster(names) => cast::roster(&mut self.players, &names),
            What::Onsets { player, percussion, notes } => self.onsets(due, &player, percussion, &notes),
            What::Section(name) => self.section = plain(&name, 48),
            What::Density(density) => self.mood.asked_density = share(density),
            What::Busy { player, density } => {
                if let (Some(place), Some(busy)) = (cast::place(&mut self.players, &player), share(density)) {
                    self.players[place].say_busy(busy);
                }
            }
            What::Arousal(arousal) => self.mood.said_arousal = share(arousal),
            What::Valence(valence) => self.mood.said_valence = share(valence),
            What::Harmony(pitches) => {
                self.harmony = pitches.iter().fold(0, |classes, pitch| classes | 1 << (pitch % 12));
            }
            What::Line { player, text } => self.line(due, &player, &text),
            What::Word { player, text } => self.word(due, &player, &text),
            What::Playing(true) => {}
            What::Playing(false) => self.pulse.rest(due),
        }
    }

    fn beat(&mut self, due: f64, tempo: f64, beat: u32, beats: u32) {
        let tempo = if tempo.is_finite() { tempo.clamp(10.0, 400.0) } else { 120.0 };
        if let Some(count) = self.pulse.beat(due, tempo) {
            self.tempo = tempo;
            self.beats = beats.clamp(1, 64);
            self.downbeat = count - f64::from(beat.clamp(1, 64) - 1);
        }
    }

    fn onsets(&mut self, due: f64, player: &str, percussion: bool, notes: &[(u8, f32)]) {
        let Some(place) = cast::place(&mut self.players, player) else { return };
        let beat = self.pulse.at(due);
        let notes: Vec<_> = notes.iter().filter(|(_, velocity)| *velocity > 0.0).take(CHORD).collect();
        for &&(pitch, velocity) in &notes {
            let mark =
                Mark { player: place, due, beat, pitch: pitch.min(127), velocity: velocity.min(1.0), percussion };
            let after = self.marks.partition_point(|other| other.due <= due);
            self.marks.insert(after, mark);
        }
        self.marks.drain(..self.marks.len().saturating_sub(MARKS));
        let hardest = notes.iter().map(|note| note.1.min(1.0)).fold(0.0, f32::max);
        let highest = notes.iter().map(|note| note.0.min(127)).max();
        if let Some(highest) = highest {
            self.players[place].strike(due, hardest.into(), highest.into(), percussion);
            self.mood.onset(hardest.into());
        }
    }

    fn line(&mut self, due: f64, player: &str, text: &str) {
        let Some(player) = cast::place(&mut self.players, player) else { return };
        self.lines.retain(|line| line.player != player);
        let text = plain(text, 120);
        if !text.is_empty() {
            self.lines.push(Line { player, due, text, said: due });
        }
        self.lines.drain(..self.lines.len().saturating_sub(LINES));
    }

    fn word(&mut self, due: f64, player: &str, text: &str) {
        let Some(player) = cast::place(&mut self.players, player) else { return };
        for line in self.lines.iter_mut().filter(|line| line.player == player) {
            line.said = line.said.max(due);
        }
        let text = plain(text, 24);
        if !text.is_empty() {
            let after = self.words.partition_point(|other| other.due <= due);
            self.words.insert(after, Word { player, due, text });
        }
        self.words.drain(..self.words.len().saturating_sub(WORDS));
    }

    /// Takes a player off, and what is its; those after it move up.
    fn part_with(&mut self, gone: usize) {
        self.players.remove(gone);
        self.marks.retain(|mark| mark.player != gone);
        self.words.retain(|word| word.player != gone);
        self.lines.retain(|line| line.player != gone);
        let places = self.marks.iter_mut().map(|mark| &mut mark.player);
        let places = places.chain(self.words.iter_mut().map(|word| &mut word.player));
        let places = places.chain(self.lines.iter_mut().map(|line| &mut line.player));
        places.filter(|place| **place > gone).for_each(|place| *place -= 1);
    }
}

fn share(number: f64) -> Option<f64> {
    number.is_finite().then_some(number.clamp(0.0, 1.0))
}

#[cfg(test)]
pub(crate) mod tests;
