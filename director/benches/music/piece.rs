//! A piece as it is measured: who played which pitch at which sixteenth, and which chord was
//! going on.

/// One note.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Played {
    /// Ticks (16 to the beat) since the beginning, fractions included.
    pub(crate) tick: f64,
    /// MIDI pitch.
    pub(crate) pitch: u8,
    /// In ticks.
    pub(crate) length: f64,
    /// 0–1.
    pub(crate) velocity: f64,
}

impl Played {
    /// The sixteenth it is nearest to.
    pub(crate) fn step(&self) -> i64 {
        (self.tick / 4.0).round() as i64
    }
}

/// What a band played.
#[derive(Debug, Clone, Default)]
pub(crate) struct Piece {
    /// In the order of their ticks, as are the others.
    pub(crate) melody: Vec<Played>,
    pub(crate) bass: Vec<Played>,
    pub(crate) drums: Vec<Played>,
    /// From which tick on which pitches were the chord's, root first.
    pub(crate) chords: Vec<(i64, Vec<u8>)>,
    /// Sixteenths in a bar.
    pub(crate) steps: i64,
    /// Bars in the piece.
    pub(crate) bars: i64,
    /// The steps of a bar that carry weight.
    pub(crate) strong: Vec<i64>,
    /// The pitch classes of the declared scale.
    pub(crate) scale: Vec<u8>,
}

impl Piece {
    /// Brings all notes into order.
    pub(crate) fn sorted(mut self) -> Self {
        for notes in [&mut self.melody, &mut self.bass, &mut self.drums] {
            notes.sort_by(|a, b| a.step().cmp(&b.step()).then(a.pitch.cmp(&b.pitch)));
        }
        self.chords.sort_by_key(|(tick, _)| *tick);
        self
    }

    /// The chord at a step.
    pub(crate) fn chord_at(&self, step: i64) -> Option<&[u8]> {
        // A chord that is told on a beat holds for what is played on it.
        self.chords.iter().take_while(|(tick, _)| *tick <= step * 4 + 1).last().map(|(_, chord)| chord.as_slice())
    }

    /// All parts.
    pub(crate) fn parts(&self) -> [&[Played]; 3] {
        [&self.melody, &self.bass, &self.drums]
    }
}
