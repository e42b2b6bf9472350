//! A model that reads and writes text, one character at a time. This is the door for everybody else: nothing of how it works
//! shows outside.

use crate::chance::{Purpose, seeded};
use crate::checkpoint::{Checkpoint, OpenError};
use crate::corpus::Mode;
use crate::rng::Rng;
use crate::sampling::{self, Sampling};
use crate::stepper::{StepState, Stepper};
use crate::vocab::Vocab;
use std::path::Path;
use std::sync::Arc;

/// Reads, and writes on. Clones share the weights and go their own ways.
///
/// ```no_run
/// use generative_models::{Sampling, Writer};
///
/// let mut writer = Writer::open("models/dinosaurs")?;
/// writer.begin(7);
/// writer.prime("Tyr");
/// let mut name = String::from("Tyr");
/// while let Some(letter) = writer.next(&Sampling::default()) {
///     name.push(letter);
/// }
/// # Ok::<(), generative_models::OpenError>(())
/// ```
#[derive(Clone)]
pub struct Writer {
    stepper: Stepper,
    vocab: Arc<Vocab>,
    /// The token that ends a name; a text goes on for ever.
    end: Option<u32>,
    state: StepState,
    logits: Vec<f32>,
    rng: Rng,
    ended: bool,
}

impl Writer {
    /// Opens a checkpoint, and begins with seed 0.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, OpenError> {
        Ok(Self::of(Checkpoint::open(folder.as_ref())?))
    }

    pub(crate) fn of(checkpoint: Checkpoint) -> Self {
        let Checkpoint { recipe, vocab, weights } = checkpoint;
        let end = if recipe.mode == Mode::Names { vocab.id('\n') } else { None };
        let stepper = Stepper::new(&recipe.shape, vocab.len(), weights);
        let state = stepper.initial();
        let rng = seeded(0, Purpose::Sample, 0);
        let mut writer = Self { stepper, vocab: Arc::new(vocab), end, state, logits: Vec::new(), rng, ended: false };
        writer.begin(0);
        writer
    }

    /// The characters that it knows, in order. In names, the newline among them is the end.
    pub fn alphabet(&self) -> &[char] {
        self.vocab.chars()
    }

    /// Whether it writes names, which end, or a text, which does not.
    pub fn writes_names(&self) -> bool {
        self.end.is_some()
    }

    /// Forgets what it has read and written; `seed` decides the choices to come. A text begins as after a line's end.
    pub fn begin(&mut self, seed: u64) {
        self.state = self.stepper.initial();
        self.rng = seeded(seed, Purpose::Sample, 0);
        let opening = self.end.or_else(|| ['\n', ' ', '.'].iter().find_map(|c| self.vocab.id(*c))).unwrap_or(0);
        self.read(opening);
    }

    /// Reads a text, to go on from it. Characters that it does not know are read as their nearest relatives (`’` as `'`, another
    /// case, without the accent), and left out if there are none.
    pub fn prime(&mut self, text: &str) {
        for id in self.vocab.clone().read(text) {
            self.read(id);
        }
    }

    /// Writes a character. `None`: the name has ended, and stays so until it begins again or reads on.
    pub fn next(&mut self, how: &Sampling) -> Option<char> {
        self.next_where(how, |_| true).flatten()
    }

    /// Writes one of the characters that are `allowed` (`None` stands for the end of a name). The outer `None`: nothing allowed
    /// is possible, and nothing was written.
    pub fn next_where(&mut self, how: &Sampling, allowed: impl Fn(Option<char>) -> bool) -> Option<Option<char>> {
        if self.ended {
            return allowed(None).then_some(None);
        }
        let (vocab, end) = (&self.vocab, self.end);
        let may = |id| allowed(if Some(id) == end { None } else { vocab.char(id) });
        let id = how.choose(&self.logits, &mut self.rng, may)?;
        if Some(id) == self.end {
            self.ended = true;
            return Some(None);
        }
        self.read(id);
        Some(self.vocab.char(id))
    }

    /// How surprising it would be to read this now: the sum of −ln p over its characters, in nats. In names, a `\n` at the end
    /// asks for the end too. It stays where it is.
    pub fn nats(&mut self, text: &str) -> f64 {
        self.surprises(&self.vocab.read(text)).iter().sum()
    }

    /// The surprise of each.
    pub(crate) fn surprises(&mut self, ids: &[u32]) -> Vec<f64> {
        let before = (self.state.clone(), self.logits.clone(), self.ended);
        let mut surprise = |id: &u32| {
            let nats = sampling::nats(&self.logits, *id);
            self.read(*id);
            nats
        };
        let surprises = ids.iter().map(&mut surprise).collect();
        (self.state, self.logits, self.ended) = before;
        surprises
    }

    /// A whole name, or so many characters of a text.
    pub(crate) fn piece(&mut self, how: &Sampling, most: usize) -> String {
        (0..most).map_while(|_| self.next(how)).collect()
    }

    fn read(&mut self, id: u32) {
        self.ended = false;
        self.logits.clear();
        self.logits.extend_from_slice(self.stepper.step(&mut self.state, id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::char_rnn::{Cell, Shape};
    use crate::recipe::Recipe;
    use crate::weights::{Matrix, layout};
    use proptest::prelude::*;

    fn writer(mode: Mode) -> Writer {
        let shape = Shape { cell: Cell::Lstm, layers: 2, hidden: 5, embedding: None, dropout: 0.0 };
        let vocab = Vocab::of("\nabcñ").unwrap();
        let mut rng = seeded(3, Purpose::Weights, 0);
        let random = |(name, rows, columns): (String, usize, usize)| {
            (name, Matrix { rows, columns, values: (0..rows * columns).map(|_| rng.random_range(-1.0..1.0)).collect() })
        };
        let weights = layout(&shape, vocab.len()).into_iter().map(random).collect();
        Writer::of(Checkpoint { recipe: Recipe { mode, shape, ..Recipe::new("x") }, vocab, weights })
    }

    fn written(writer: &mut Writer, seed: u64) -> String {
        writer.begin(seed);
        writer.piece(&Sampling::default(), 100)
    }

    #[test]
    fn the_same_seed_writes_the_same() {
        let mut writer = writer(Mode::Text);
        let once = written(&mut writer, 1);
        assert_eq!(once.chars().count(), 100);
        assert_eq!(written(&mut writer.clone(), 1), once);
        assert_ne!(written(&mut writer, 2), once);
    }

    #[test]
    fn a_name_ends_and_stays_ended() {
        let mut writer = writer(Mode::Names);
        assert!(writer.writes_names());
        let name = written(&mut writer, 1);
        assert!(name.len() < 100 && !name.contains('\n'), "{name:?}");
        assert_eq!(writer.next(&Sampling::default()), None);
        assert_eq!(writer.next_where(&Sampling::default(), |c| c.is_some()), None);
        writer.begin(4);
        assert!((0..50).any(|seed| !written(&mut writer, seed).is_empty()));
    }

    #[test]
    fn only_what_is_allowed_is_written() {
        let mut writer = writer(Mode::Names);
        let how = Sampling { top_k: Some(1), ..Sampling::default() };
        for _ in 0..20 {
            assert_eq!(writer.next_where(&how, |c| c == Some('ñ')), Some(Some('ñ')));
        }
        assert_eq!(writer.next_where(&how, |c| c == Some('x')), None);
        assert_eq!(writer.next_where(&how, |c| c.is_none()), Some(None));
    }

    #[test]
    fn surprise_adds_up_and_moves_nothing() {
        let mut writer = writer(Mode::Names);
        writer.begin(5);
        writer.prime("ab");
        let both = writer.nats("ca\n");
        let first = writer.nats("c");
        let mut further = writer.clone();
        further.prime("c");
        assert!((first + further.nats("a\n") - both).abs() < 1e-6);
        assert!((writer.nats("ca\n") - both).abs() < 1e-12, "reading is undone");
        let all: f64 = writer.alphabet().to_vec().iter().map(|c| (-writer.nats(&c.to_string())).exp()).sum();
        assert!((all - 1.0).abs() < 1e-6, "{all}");
    }

    #[test]
    fn priming_reads_relatives_of_unknown_letters() {
        let (mut one, mut other) = (writer(Mode::Text), writer(Mode::Text));
        one.prime("Áb漢Ñ");
        other.prime("abñ");
        assert_eq!(one.logits, other.logits);
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in any::<String>()) {
            let mut writer = writer(Mode::Names);
            prop_assert!(writer.nats(&text).is_finite());
            writer.prime(&text);
            let _ = writer.next(&Sampling { temperature: 0.7, top_k: Some(3), top_p: Some(0.9) });
        }
    }
}
