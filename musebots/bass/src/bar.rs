//! One bar as a bass player sees it: where the kick is, where chords change, and what comes next.

use musebot_kit::{
    Stage, Style,
    music::{Band, Chord, Phrase, backbeats},
};

/// What is known of a bar when its line is written.
#[derive(Debug, Clone)]
pub struct Bar {
    /// Sixteenths in the bar.
    pub steps: usize,
    /// Where the kick falls: the tala's groups but for those that are the snare's.
    pub kicks: Vec<usize>,
    /// Where a chord begins.
    pub changes: Vec<usize>,
    /// The chord at every step, and at the first of the next bar.
    pub chords: Vec<Chord>,
    /// Where in the phrase.
    pub phrase: Phrase,
    /// How dense to play, 0–1.
    pub density: f64,
}

impl Bar {
    /// What the band's words say about this bar. `missing` stands in where nobody said a chord.
    #[must_use]
    pub fn seen(band: &Band, stage: &Stage, phrase: Phrase, style: Style, density: f64, missing: &Chord) -> Self {
        let steps = stage.sixteenths_per_bar();
        let back = backbeats(stage.meter(), style);
        let kicks = band.tala(stage).starts().filter(|start| !back.contains(start)).collect();
        let chord = |step| band.harmony.at(phrase, steps, step).unwrap_or_else(|| missing.clone());
        Self {
            steps,
            kicks,
            changes: band.harmony.changes(phrase, steps),
            chords: (0..=steps).map(chord).collect(),
            phrase,
            density,
        }
    }

    /// The chord at a step; from the bar's end on, the next bar's first.
    #[must_use]
    pub fn chord(&self, step: usize) -> &Chord {
        &self.chords[step.min(self.steps)]
    }

    /// The first step after this one at which another root sounds; the next bar line at the latest.
    #[must_use]
    pub fn next_change(&self, step: usize) -> usize {
        let root = self.chord(step).root();
        (step + 1..=self.steps).find(|s| self.chord(*s).root() != root).unwrap_or(self.steps)
    }

    /// Whether a note at this step leads into another chord.
    #[must_use]
    pub fn leads(&self, step: usize, before: usize) -> bool {
        let change = self.next_change(step);
        change - step <= before && self.chord(change).root() != self.chord(step).root()
    }
}
