//! What the bot hears, as what is to be seen. Pure.

use crate::{Happening, What};
use musebot_kit::{
    Broadcast, Said, Stage, TICKS_PER_BEAT,
    music::{Band, Chord},
};

/// What conductors call themselves.
const CONDUCTOR: &str = "Conductor";
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
        if stage.playing() && stage.tick_in_bar() % i64::from(TICKS_PER_BEAT) == 0 {
            happen(What::Beat {
                tempo: stage.tempo(),
                bar: stage.bar(),
                beat: stage.beat(),
                beats: (stage.ticks_per_bar() as u32).div_ceil(TICKS_PER_BEAT),
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
            // A conductor of another make asks for a density in the word that players use for theirs.
            Some(Said::HDensity(density)) if said.speaker == CONDUCTOR => What::Density(density),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Visualiser;
    use musebot_kit::{Musebot, Performer, Setup, Tempo, Tick, ToBot};

    /// Ears on a stage, and what they have heard.
    struct Listener(Ears, Vec<Happening>);

    impl Musebot for Listener {
        fn about() -> musebot_kit::About {
            Visualiser::about()
        }
        fn new(_: &Setup) -> anyhow::Result<Self> {
            Ok(Self(Ears::default(), Vec::new()))
        }
        fn tick(&mut self, _: Tick, stage: &mut Stage) {
            self.0.tick(stage, &mut self.1);
        }
        fn heard(&mut self, said: &Broadcast, stage: &mut Stage) {
            self.0.heard(said, stage, &mut self.1);
        }
    }

    fn heard(said: &[(i64, Broadcast)], ticks: i64) -> Vec<Happening> {
        let mut performer = Performer::<Listener>::new(&Setup::rehearsal("visualiser", 1)).unwrap();
        for tick in 0..ticks {
            performer.tick(Tempo::new(120.0).unwrap(), Tick(tick));
            for (_, said) in said.iter().filter(|(at, _)| *at == tick) {
                performer.receive(&ToBot::Broadcast(said.clone()));
            }
        }
        performer.bot().1.clone()
    }

    #[test]
    fn a_note_is_seen_when_its_tick_sounds_however_early_it_was_said() {
        let onset = Said::Onset { tick: Tick(40), channel: 10, notes: vec![(36, 0.9)] }.by("drums");
        let happened = heard(&[(3, onset)], 8);
        let seen = happened.iter().find(|happening| matches!(happening.what, What::Onsets { .. })).unwrap();
        assert!((seen.due - 40.0 * 60.0 / 120.0 / 16.0).abs() < 1e-9, "{seen:?}");
        assert!(matches!(&seen.what, What::Onsets { player, percussion: true, .. } if player == "drums"));
    }

    #[test]
    fn beats_come_while_it_plays_and_not_while_it_is_to_be_silent() {
        let beats = |happened: &[Happening]| happened.iter().filter(|h| matches!(h.what, What::Beat { .. })).count();
        assert_eq!(beats(&heard(&[], 64)), 4);
        assert_eq!(beats(&heard(&[(20, Said::OnOff(false).by(CONDUCTOR))], 64)), 2);
    }

    #[test]
    fn chords_are_seen_one_after_the_other() {
        let chords = Broadcast::new("plan/chords", "melody", ["0 4 7", "5 9 12"].map(str::to_owned).to_vec());
        let lengths = Broadcast::new("plan/chordDuration", "melody", [1, 1]);
        let happened = heard(&[(0, chords), (0, lengths)], 64 * 5);
        let seen: Vec<_> = happened
            .iter()
            .filter_map(|happening| match &happening.what {
                What::Harmony(pitches) => Some(pitches.clone()),
                _ => None,
            })
            .collect();
        assert!(seen.contains(&vec![60, 64, 67]) && seen.contains(&vec![65, 69, 60]), "{seen:?}");
    }

    #[test]
    fn a_conductors_density_is_nobodys() {
        let said = |by: &str| vec![(1, Broadcast::new("hdensity", by, 0.25))];
        assert!(heard(&said(CONDUCTOR), 4).iter().any(|h| h.what == What::Density(0.25)));
        assert!(
            heard(&said("bass"), 4).iter().any(|h| matches!(&h.what, What::Busy { player, .. } if player == "bass"))
        );
    }
}
