//! What the bot hears, as what is to be seen. Pure.

use crate::{Happening, What};
use musebot_kit::{
    Broadcast, Said, Stage, TICKS_PER_BEAT,
    music::{Band, Chord},
};

/// The channel of percussion, as General MIDI has it.
const PERCUSSION: u8 = 10;

/// Listens to the conductor and the band.
#[derive(Debug, Default)]
pub(crate) struct Ears {
    band: Band,
    bar: Option<u32>,
    roster: Vec<String>,
    chord: Option<Chord>,
    density: Option<f64>,
    playing: Option<bool>,
}

impl Ears {
    /// What a tick brings.
    pub(crate) fn tick(&mut self, stage: &Stage, happened: &mut Vec<Happening>) {
        let due = stage.due(stage.tick());
        let mut happen = |what| happened.push(Happening { due, what });
        if self.bar != Some(stage.bar()) {
            self.bar = Some(stage.bar());
            self.band.bar(stage);
        }
        let others = stage.who().iter().filter(|name| *name != stage.id());
        if !self.roster.iter().eq(others.clone()) {
            self.roster = others.cloned().collect();
            happen(What::Roster(self.roster.clone()));
        }
        if self.playing != Some(stage.playing()) {
            self.playing = Some(stage.playing());
            happen(What::Playing(stage.playing()));
        }
        if let Some(density) = stage.density().filter(|density| self.density != Some(*density)) {
            self.density = Some(density);
            happen(What::Density(density));
        }
        if stage.tick_in_bar() % i64::from(TICKS_PER_BEAT) == 0 {
            happen(What::Beat {
                tempo: stage.tempo(),
                bar: stage.bar(),
                beat: stage.beat(),
                beats: (stage.ticks_per_bar() as u32).div_ceil(TICKS_PER_BEAT as u32),
                phrase: self.band.phrase(stage).bars,
                left: stage.bars_left(),
            });
        }
        if let Some(step) = stage.sixteenth() {
            let chord = self.band.harmony.at(self.band.phrase(stage), stage.sixteenths_per_bar(), step);
            if chord.is_some() && chord != self.chord {
                self.chord = chord;
                let pitches = self.chord.iter().flat_map(Chord::tones);
                happen(What::Harmony(pitches.map(|tone| 60 + tone.rem_euclid(12) as u8).collect()));
            }
        }
    }

    /// What somebody's words bring.
    pub(crate) fn heard(&mut self, said: &Broadcast, stage: &Stage, happened: &mut Vec<Happening>) {
        self.band.heard(said, stage);
        let player = || said.speaker.clone();
        let mut due = stage.due(stage.tick());
        let what = match said.said() {
            Some(Said::Onset { tick, channel, notes }) => {
                due = stage.due(tick);
                What::Onsets { player: player(), percussion: channel == PERCUSSION, notes }
            }
            Some(Said::Section(name)) => What::Section(name),
            Some(Said::HDensity(density)) => What::Busy { player: player(), density },
            Some(Said::Arousal(arousal)) => What::Arousal(arousal),
            Some(Said::Valence(valence)) => What::Valence(valence),
            Some(Said::Line(text)) => What::Line { player: player(), text },
            Some(Said::Text(text)) => What::Word { player: player(), text },
            _ => return,
        };
        happened.push(Happening { due, what });
    }
}
