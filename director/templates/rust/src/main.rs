//! {{name}}: a musebot that plays what it hears, a chord broken into sixteenths, and leaves room.
//!
//! This file is yours. All that is not music is the kit's: see its documentation
//! (`cargo doc --open -p musebot-kit`).

use musebot_kit::{About, Broadcast, Musebot, Note, Patch, Poly, Said, Setup, Stage, TICKS_PER_SIXTEENTH, Tick};

/// What we play while nobody else tells a chord: one for each bar, as MIDI notes.
const CHORDS: [[u8; 3]; 4] = [[60, 64, 67], [57, 60, 64], [65, 69, 72], [55, 59, 62]];

/// Which sixteenths of a bar come first when there is room for few notes.
const ORDER: [usize; 16] = [0, 8, 4, 12, 6, 14, 10, 2, 3, 11, 7, 15, 5, 13, 1, 9];

struct Bot {
    /// The chord that somebody told.
    heard: Option<Vec<u8>>,
    /// How much the others play, 0 to 1.
    others: f64,
    /// The chord of this bar, and how many notes it gets.
    pool: Vec<u8>,
    notes: usize,
    /// Which of our chords comes first.
    first: usize,
}

impl Musebot for Bot {
    fn about() -> About {
        About {
            summary: "Plays what it hears, a chord broken into sixteenths, and leaves room",
            kinds: &["arpeggio"],
            sends: &["notepool", "hdensity"],
            receives: &["notepool", "hdensity", "onoff", "initialize"],
            ..About::default()
        }
    }

    fn new(setup: &Setup) -> anyhow::Result<Self> {
        setup.sounds_like(Poly::new(Patch::Pluck));
        Ok(Self { heard: None, others: 0.0, pool: Vec::new(), notes: 0, first: 0 })
    }

    /// Called for every tick, of which 16 are a beat. Notes and words go to the stage.
    fn tick(&mut self, _tick: Tick, stage: &mut Stage) {
        if stage.is_bar_line() || self.pool.is_empty() {
            self.begin_bar(stage);
        }
        let Some(n) = stage.sixteenth() else { return };
        if ORDER.iter().take(self.notes).any(|&first| first == n) {
            let pitch = self.pool[n % self.pool.len()] + 12;
            let velocity = if n % 4 == 0 { 0.8 } else { 0.6 };
            stage.play(Note::new(pitch, velocity, TICKS_PER_SIXTEENTH as f64));
        }
    }

    /// Called when another bot or the director speaks.
    fn heard(&mut self, said: &Broadcast, _stage: &mut Stage) {
        match said.said() {
            Some(Said::NotePool(pitches)) => self.heard = Some(pitches),
            Some(Said::HDensity(density)) => self.others = density,
            Some(Said::Initialize) => self.first += 1,
            _ => {}
        }
    }
}

impl Bot {
    fn begin_bar(&mut self, stage: &mut Stage) {
        let ours = &CHORDS[(stage.bar() as usize - 1 + self.first) % CHORDS.len()];
        if self.heard.is_none() {
            stage.tell(&Said::NotePool(ours.to_vec()));
        }
        self.pool = self.heard.clone().unwrap_or_else(|| ours.to_vec());
        // The busier the others are, the fewer notes we play.
        self.notes = (((1.0 - self.others) * 12.0).round() as usize).clamp(2, 12);
        stage.tell(&Said::HDensity(self.notes as f64 / 16.0));
    }
}

fn main() -> anyhow::Result<()> {
    musebot_kit::play::<Bot>()
}

#[cfg(test)]
mod tests;
