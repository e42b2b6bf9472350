//! The sheet a player plays from: the notes of one bar, written at its bar line (or again, when
//! something new was heard) and played as their ticks come.

use super::{Feel, Human};
use crate::{Note, Stage};

/// One bar of one player, with the feel and the hands that play it.
#[derive(Debug, Clone)]
pub struct Sheet {
    feel: Feel,
    human: Human,
    bpm: f64,
    notes: Vec<(i64, Note)>,
}

impl Sheet {
    /// An empty sheet.
    #[must_use]
    pub fn new(feel: Feel, human: Human) -> Self {
        Self { feel, human, bpm: 120.0, notes: Vec::new() }
    }

    /// Takes a clean sheet for the bar that begins or goes on now.
    pub fn turn(&mut self, stage: &Stage) {
        self.notes.clear();
        self.bpm = stage.tempo();
    }

    /// Writes a note of `steps` sixteenths at a step of the bar. Pitches out of MIDI's range are
    /// left out.
    pub fn write(&mut self, step: f64, steps: f64, pitch: i32, velocity: f64) {
        let Some(pitch) = midi(pitch) else { return };
        let (tick, ms) = self.feel.place(step, self.bpm);
        let length = self.feel.ticks(step + steps, self.bpm) - self.feel.ticks(step, self.bpm);
        let velocity = (velocity as f32 * self.human.touch()).clamp(0.02, 1.0);
        self.notes.push((tick, Note::new(pitch, velocity, length).deviating(ms + self.human.timing())));
    }

    /// Writes a note that sits exactly on the grid, as an ending needs it.
    pub fn write_exactly(&mut self, step: f64, steps: f64, pitch: i32, velocity: f64) {
        let Some(pitch) = midi(pitch) else { return };
        self.notes.push(((step * 4.0).round() as i64, Note::new(pitch, velocity as f32, steps * 4.0)));
    }

    /// Plays what belongs to the current tick.
    pub fn play(&mut self, stage: &mut Stage) {
        let now = stage.tick_in_bar();
        for (_, note) in self.notes.iter().filter(|(tick, _)| *tick == now) {
            stage.play(*note);
        }
    }

    /// How many different ticks of the bar have a note.
    #[must_use]
    pub fn onsets(&self) -> usize {
        let mut ticks: Vec<i64> = self.notes.iter().map(|(tick, _)| *tick).collect();
        ticks.sort_unstable();
        ticks.dedup();
        ticks.len()
    }
}

/// A pitch as MIDI knows it.
fn midi(pitch: i32) -> Option<u8> {
    u8::try_from(pitch).ok().filter(|pitch| *pitch < 128)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Meter, Style, Tempo, Tick, music::Dice};

    fn machine(style: Style) -> Sheet {
        Sheet::new(Feel::of(style), Human::new(Dice::new(1), 0.0, 0.0))
    }

    /// What sounds when the bar is played through: the ticks and the pitches.
    fn played(sheet: &mut Sheet) -> Vec<(i64, u8)> {
        let mut stage = Stage::new("bot", Tempo::default(), Meter::default());
        for tick in 0..64 {
            stage.tick = Tick(tick);
            sheet.play(&mut stage);
        }
        stage.notes.iter().map(|placed| (placed.tick.0, placed.note.pitch)).collect()
    }

    #[test]
    fn notes_sound_on_their_ticks() {
        let mut sheet = machine(Style::Straight);
        sheet.write(6.0, 2.0, 62, 0.5);
        sheet.write(0.0, 2.0, 60, 0.5);
        sheet.write(0.0, 2.0, 200, 0.5);
        assert_eq!(played(&mut sheet), [(0, 60), (24, 62)]);
        assert_eq!(sheet.onsets(), 2);
    }

    #[test]
    fn a_swung_note_ends_where_the_next_begins() {
        let mut sheet = machine(Style::Swing);
        sheet.write(0.0, 2.0, 60, 0.5);
        sheet.write(2.0, 2.0, 62, 0.5);
        let lengths: Vec<f64> = sheet.notes.iter().map(|(_, note)| note.length).collect();
        assert!((lengths[0] - 32.0 / 3.0).abs() < 1e-9 && (lengths[1] - 16.0 / 3.0).abs() < 1e-9, "{lengths:?}");
    }
}
