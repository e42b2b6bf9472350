//! What words have in common to the ear.

use super::{Phone, Stress, Word};

impl Word {
    /// All from the vowel that the word leans on: what must be the same in a rhyme.
    #[must_use]
    pub fn rhyme(&self) -> Vec<Phone> {
        let heaviest = self.syllables.iter().map(|syllable| syllable.stress).max().unwrap_or_default();
        let from = match heaviest {
            Stress::Weak => self.syllables.len().saturating_sub(1),
            _ => self.syllables.iter().rposition(|syllable| syllable.stress == heaviest).unwrap_or(0),
        };
        let mut rhyme = Vec::new();
        for (place, syllable) in self.syllables.iter().enumerate().skip(from) {
            let onset = if place == from { &[] } else { syllable.onset.as_slice() };
            rhyme.extend(onset.iter().chain(&syllable.nucleus).chain(&syllable.coda).copied());
        }
        rhyme
    }

    /// Whether both end alike from that vowel on. A word does not rhyme with itself.
    #[must_use]
    pub fn rhymes_with(&self, other: &Self) -> bool {
        let phones = |word: &Self| {
            word.syllables.iter().flat_map(|syllable| syllable.phones().collect::<Vec<_>>()).collect::<Vec<_>>()
        };
        !self.syllables.is_empty() && self.rhyme() == other.rhyme() && phones(self) != phones(other)
    }

    /// Whether both begin with the same consonant.
    #[must_use]
    pub fn alliterates_with(&self, other: &Self) -> bool {
        let first =
            |word: &Self| word.syllables.first().and_then(|syllable| syllable.onset.first()).map(|&first| hard(first));
        first(self).is_some_and(|this| first(other) == Some(this))
    }
}

/// A Spanish b, d or g is the same sound to those who say it, soft or hard.
fn hard(phone: Phone) -> Phone {
    match phone {
        Phone::Beta => Phone::B,
        Phone::Delta => Phone::D,
        Phone::Gamma => Phone::G,
        other => other,
    }
}
