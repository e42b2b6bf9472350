//! A piece as it is measured: who played which pitch at which sixteenth, and which chord was
//! going on.

/// One note.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Played {
    /// Ticks (16 to the beat) since the beginning, fractions included.
    pub tick: f64,
    /// MIDI pitch.
    pub pitch: u8,
    /// In ticks.
    pub length: f64,
    /// 0–1.
    pub velocity: f64,
}

impl Played {
    /// The sixteenth it is nearest to.
    pub fn step(&self) -> i64 {
        (self.tick / 4.0).round() as i64
    }
}

/// What a band played.
#[derive(Debug, Clone, Default)]
pub struct Piece {
    /// In the order of their ticks, as are the others.
    pub melody: Vec<Played>,
    pub bass: Vec<Played>,
    pub drums: Vec<Played>,
    /// From which tick on which pitches were the chord's, root first.
    pub chords: Vec<(i64, Vec<u8>)>,
    /// Sixteenths in a bar.
    pub steps: i64,
    /// Bars in the piece.
    pub bars: i64,
    /// The steps of a bar that carry weight.
    pub strong: Vec<i64>,
    /// The pitch classes of the declared scale.
    pub scale: Vec<u8>,
}

impl Piece {
    /// Brings all notes into order.
    pub fn sorted(mut self) -> Self {
        for notes in [&mut self.melody, &mut self.bass, &mut self.drums] {
            notes.sort_by(|a, b| a.step().cmp(&b.step()).then(a.pitch.cmp(&b.pitch)));
        }
        self.chords.sort_by_key(|(tick, _)| *tick);
        self
    }

    /// The chord at a step.
    pub fn chord_at(&self, step: i64) -> Option<&[u8]> {
        // A chord that is told on a beat holds for what is played on it.
        self.chords.iter().take_while(|(tick, _)| *tick <= step * 4 + 1).last().map(|(_, chord)| chord.as_slice())
    }

    /// All parts.
    pub fn parts(&self) -> [&[Played]; 3] {
        [&self.melody, &self.bass, &self.drums]
    }
}
