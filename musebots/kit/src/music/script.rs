//! A line that is ready for its notes: its words, where they may be cut, and its syllables with
//! all that a singer needs.

use super::{Fall, Foot, Intoned, MOST_FEET, feet};
use crate::words::{self, Language, Lyric, Pause, Stress, Syllable, Then, Word};

/// A line as it is to be spoken.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    words: Vec<Word>,
    /// Its syllables as the metre sees them.
    pub feet: Vec<Foot>,
}

/// Syllables in the few words that are spoken where there is little room.
const FEW: std::ops::RangeInclusive<usize> = 3..=7;

impl Script {
    /// Reads a line. `None` if there is nothing in it to be spoken.
    #[must_use]
    pub fn read(line: &str, language: Language) -> Option<Self> {
        Self::of(words::read(line, language))
    }

    fn of(mut words: Vec<Word>) -> Option<Self> {
        words.retain(|word| !word.syllables.is_empty());
        let mut count = 0;
        words.retain(|word| {
            count += word.syllables.len();
            count <= MOST_FEET
        });
        let feet = feet(&words);
        (!feet.is_empty()).then_some(Self { words, feet })
    }

    /// Its first few words: up to a comma where one comes in time.
    #[must_use]
    pub fn clause(&self) -> Self {
        let mut count = 0;
        let mut end = 0;
        for (n, word) in self.words.iter().enumerate() {
            count += word.syllables.len();
            if n > 0 && count > *FEW.end() {
                break;
            }
            end = n + 1;
            if count >= *FEW.start() && word.pause != Pause::None {
                break;
            }
        }
        // It does not stop on a word that only leads on.
        let leads_on = |word: &Word| {
            word.pause == Pause::None && word.syllables.iter().all(|syllable| syllable.stress == Stress::Weak)
        };
        while end > 1 && leads_on(&self.words[end - 1]) {
            end -= 1;
        }
        Self::of(self.words[..end].to_vec()).unwrap_or_else(|| self.clone())
    }

    /// Its last word's heaviest syllable alone, for an ending in a hurry.
    #[must_use]
    pub fn echo(&self) -> Option<&Syllable> {
        self.words.last()?.syllables.iter().rev().max_by_key(|syllable| syllable.stress)
    }

    /// Its words.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// Its syllables, in order.
    pub fn syllables(&self) -> impl Iterator<Item = &Syllable> {
        self.words.iter().flat_map(|word| &word.syllables)
    }

    /// As it is written.
    #[must_use]
    pub fn text(&self) -> String {
        self.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// How it ends.
    #[must_use]
    pub fn end(&self) -> Pause {
        self.words.last().map_or(Pause::None, |word| word.pause)
    }

    /// Ends it as a sentence, because nothing follows.
    pub fn close(&mut self) {
        if let (Some(word), Some(foot)) = (self.words.last_mut(), self.feet.last_mut())
            && word.pause < Pause::Stop
        {
            (word.pause, foot.pause) = (Pause::Stop, Pause::Stop);
        }
    }

    /// Its syllables with their places, counted from step `from`, and what is asked of each.
    pub fn intone(&self, falls: &[Fall], from: i64, mut tone: impl FnMut(usize) -> (i32, f64)) -> Vec<Intoned> {
        let last = self.feet.len() - 1;
        let syllables = self.words.iter().flat_map(|word| {
            let count = word.syllables.len();
            word.syllables.iter().enumerate().map(move |(n, syllable)| (word, n, n + 1 == count, syllable))
        });
        let intoned = syllables.zip(falls).enumerate().map(|(n, ((word, within, ends, syllable), fall))| {
            let then = match (ends, n == last) {
                (_, true) => Then::Line,
                (true, false) => Then::Word,
                (false, false) => Then::More,
            };
            let (pitch, velocity) = tone(n);
            Intoned {
                step: fall.step as i64 + from,
                steps: fall.steps,
                pitch,
                velocity,
                lyric: Lyric::new(syllable, then),
                word: (within == 0).then(|| word.text.clone()),
            }
        });
        intoned.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(line: &str) -> Script {
        Script::read(line, Language::English).unwrap()
    }

    #[test]
    fn a_clause_ends_at_a_comma_or_with_a_word() {
        assert_eq!(script("To die, to sleep, no more.").clause().text(), "To die, to sleep,");
        assert_eq!(script("Out, out, brief candle!").clause().text(), "Out, out, brief candle!");
        assert_eq!(script("Who is already sick and pale with grief.").clause().text(), "Who is already sick");
        let clause = script("The cloud-capped towers the gorgeous palaces the solemn temples").clause();
        assert!(clause.feet.len() <= 7 && clause.text().starts_with("The cloud"));
    }

    #[test]
    fn what_has_no_letters_is_no_line() {
        assert_eq!(Script::read("... -- !", Language::English), None);
        assert_eq!(Script::read("", Language::Spanish), None);
    }

    #[test]
    fn every_word_is_told_once_and_the_last_syllable_ends_the_line() {
        let script = script("My lady sleeps.");
        let falls: Vec<Fall> = (0..script.feet.len()).map(|n| Fall { step: 2 * n, steps: 2.0 }).collect();
        let intoned = script.intone(&falls, -2, |_| (60, 0.5));
        let words: Vec<&str> = intoned.iter().filter_map(|one| one.word.as_deref()).collect();
        assert_eq!(words, ["My", "lady", "sleeps."]);
        assert_eq!((intoned[0].step, intoned.last().unwrap().lyric.then), (-2, Then::Line));
    }

    #[test]
    fn a_line_without_an_end_can_be_closed() {
        let mut open = script("And our little life,");
        open.close();
        assert_eq!((open.end(), open.feet.last().unwrap().pause), (Pause::Stop, Pause::Stop));
        let mut question = script("What is the question?");
        question.close();
        assert_eq!(question.end(), Pause::Question);
    }
}
