//! Which characters are learnt from at which iteration: pure, so that a training can be taken up anywhere.

use crate::chance::{Purpose, seeded, shuffle};
use crate::char_rnn::Chunk;
use crate::corpus::{Corpus, Parts};
use crate::recipe::{Batches, Recipe};
use rand::RngExt as _;

/// What one iteration reads.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Portion {
    inputs: Vec<u32>,
    targets: Vec<u32>,
    weights: Option<Vec<f32>>,
    steps: usize,
    pub(super) batch: usize,
    /// Whether it begins anew instead of going on from the portion before.
    pub(super) fresh: bool,
}

impl Portion {
    pub(super) fn chunk(&self) -> Chunk<'_> {
        let Self { inputs, targets, weights, steps, batch, .. } = self;
        Chunk { inputs, targets, weights: weights.as_deref(), steps: *steps, batch: *batch }
    }

    /// Characters that count.
    pub(super) fn characters(&self) -> usize {
        self.weights.as_ref().map_or(self.targets.len(), |weights| weights.iter().filter(|w| **w > 0.0).count())
    }

    /// Pieces of uneven length side by side, each a list of (read, to foresee, counts).
    pub(super) fn padded(rows: &[Vec<(u32, u32, bool)>]) -> Self {
        let steps = rows.iter().map(Vec::len).max().unwrap_or(0);
        let mut portion =
            Self { inputs: vec![], targets: vec![], weights: None, steps, batch: rows.len(), fresh: true };
        let mut weights = Vec::with_capacity(rows.len() * steps);
        for row in rows {
            for place in row.iter().copied().chain(std::iter::repeat((0, 0, false))).take(steps) {
                portion.inputs.push(place.0);
                portion.targets.push(place.1);
                weights.push(if place.2 { 1.0 } else { 0.0 });
            }
        }
        portion.weights = weights.contains(&0.0).then_some(weights);
        portion
    }
}

/// A name as it is read: after the end token its letters, and the end token to foresee at last.
pub(super) fn framed(name: &[u32], end: u32) -> Vec<(u32, u32, bool)> {
    let read = std::iter::once(end).chain(name.iter().copied());
    let foreseen = name.iter().copied().chain([end]);
    read.zip(foreseen).map(|(read, foreseen)| (read, foreseen, true)).collect()
}

/// Deals out a corpus.
pub(super) enum Feed {
    /// Every row reads its own stretch of the text, portion after portion. Each epoch cuts the text, taken as a ring, elsewhere.
    Text { text: Vec<u32>, rows: usize, steps: usize, seed: u64 },
    /// Every epoch deals the names anew.
    Names { names: Vec<Vec<u32>>, end: u32, batch: usize, seed: u64, dealt: (u64, Vec<usize>) },
}

impl Feed {
    pub(super) fn new(corpus: &Corpus, recipe: &Recipe) -> Self {
        let seed = recipe.seed;
        match &corpus.parts {
            Parts::Text { train, .. } => {
                let steps = recipe.steps.min(train.len() - 1).max(1);
                let rows = recipe.batch.min(train.len() / steps).max(1);
                Self::Text { text: train.clone(), rows, steps, seed }
            }
            Parts::Names { train, .. } => {
                let batch = match recipe.batches {
                    Batches::Padded => recipe.batch.min(train.len()),
                    Batches::OneAtATime => 1,
                };
                let end = corpus.end().expect("names have an end");
                Self::Names { names: train.clone(), end, batch, seed, dealt: (u64::MAX, Vec::new()) }
            }
        }
    }

    /// Iterations an epoch.
    pub(super) fn epoch(&self) -> u64 {
        match self {
            Self::Text { text, rows, steps, .. } => (text.len() / rows / steps).max(1) as u64,
            Self::Names { names, batch, .. } => names.len().div_ceil(*batch) as u64,
        }
    }

    /// Whether a portion goes on from the one before it.
    pub(super) fn goes_on(&self) -> bool {
        matches!(self, Self::Text { .. })
    }

    /// Pieces side by side; the last portion of an epoch of names may have fewer.
    pub(super) fn rows(&self) -> usize {
        match self {
            Self::Text { rows, .. } => *rows,
            Self::Names { batch, .. } => *batch,
        }
    }

    pub(super) fn portion(&mut self, iteration: u64) -> Portion {
        let (epoch, at) = (iteration / self.epoch(), (iteration % self.epoch()) as usize);
        match self {
            Self::Text { text, rows, steps, seed } => {
                let cut = seeded(*seed, Purpose::Order, epoch).random_range(0..text.len());
                let stretch = text.len() / *rows;
                let (rows, steps) = (*rows, *steps);
                let place = |row: usize, step: usize| text[(cut + row * stretch + at * steps + step) % text.len()];
                let all = |ahead: usize| (0..rows * steps).map(move |n| place(n / steps, n % steps + ahead));
                Portion {
                    inputs: all(0).collect(),
                    targets: all(1).collect(),
                    weights: None,
                    steps,
                    batch: rows,
                    fresh: at == 0,
                }
            }
            Self::Names { names, end, batch, seed, dealt } => {
                if dealt.0 != epoch {
                    *dealt = (epoch, (0..names.len()).collect());
                    shuffle(&mut dealt.1, &mut seeded(*seed, Purpose::Order, epoch));
                }
                let hand = &dealt.1[at * *batch..names.len().min((at + 1) * *batch)];
                Portion::padded(&hand.iter().map(|name| framed(&names[*name], *end)).collect::<Vec<_>>())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Mode, Reading};

    fn feed(text: &str, mode: Mode, recipe: &Recipe) -> Feed {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("corpus.txt");
        std::fs::write(&path, text).unwrap();
        let corpus = Corpus::open(&path, Reading { mode, lower_case: false, valid: 0.1, seed: 1 }).unwrap();
        Feed::new(&corpus, recipe)
    }

    #[test]
    fn rows_go_on_where_they_stopped_and_a_target_is_the_next_character() {
        // All characters are different, so that each says where it stands.
        let text: String = (0..520).filter_map(|n| char::from_u32(0x4e00 + n)).collect();
        let mut feed = feed(&text, Mode::Text, &Recipe { batch: 4, steps: 9, ..Recipe::new("x") });
        assert_eq!(feed.epoch(), 468 / 4 / 9);
        let (first, second) = (feed.portion(0), feed.portion(1));
        assert!(first.fresh && !second.fresh && feed.portion(13).fresh);
        for row in 0..4 {
            assert_eq!(first.targets[row * 9 + 8], second.inputs[row * 9], "row {row} goes on");
            assert_eq!(first.targets[row * 9..row * 9 + 8], first.inputs[row * 9 + 1..row * 9 + 9]);
        }
        assert_ne!(feed.portion(0), feed.portion(13), "another epoch is cut elsewhere");
        assert_eq!(feed.portion(0), first);
    }

    #[test]
    fn an_epoch_deals_every_name_once() {
        let names: String = (0..30).map(|n| format!("{n}\n")).collect();
        let mut feed = feed(&names, Mode::Names, &Recipe { batch: 7, ..Recipe::new("x") });
        assert_eq!(feed.epoch(), 4);
        let dealt: usize = (0..4).map(|n| feed.portion(n).batch).sum();
        assert_eq!(dealt, 24);
        let portion = feed.portion(2);
        assert!(portion.fresh && portion.steps >= 2);
        assert!(portion.inputs.chunks(portion.steps).all(|row| row[0] == 0), "each begins with the end token");
    }

    #[test]
    fn padding_does_not_count() {
        let portion = Portion::padded(&[framed(&[3], 0), framed(&[4, 5, 6], 0)]);
        assert_eq!(portion.inputs, [0, 3, 0, 0, 0, 4, 5, 6]);
        assert_eq!(portion.targets, [3, 0, 0, 0, 4, 5, 6, 0]);
        assert_eq!(portion.weights.as_deref(), Some(&[1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0][..]));
        assert_eq!(portion.characters(), 6);
    }
}
