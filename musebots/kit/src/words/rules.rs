//! Rules that turn letters into sounds by what stands around them: `left[letters]right = sounds`.
//!
//! The first rule that fits wins, letter by letter from the left. In what stands around, V is a vowel, C a consonant,
//! F one of e, i, y, `:` any number of consonants, `<abc>` one of these, `_` the edge of the word.

use super::sound::{Sound, sounds};

/// A sound, and the letters it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spelled {
    pub(super) sound: Sound,
    pub(super) at: usize,
    pub(super) letters: usize,
}

struct Rule {
    left: &'static [u8],
    letters: &'static [u8],
    right: &'static [u8],
    sounds: Vec<Sound>,
}

/// The rules of a language, by their first letter.
pub(super) struct Rules(Vec<Vec<Rule>>);

impl Rules {
    /// Reads a table, a rule a line. `#` begins a remark.
    pub(super) fn parse(table: &'static str) -> Self {
        let mut by_letter: Vec<Vec<Rule>> = (0..=u8::MAX).map(|_| Vec::new()).collect();
        for line in table.lines().map(|line| line.split('#').next().unwrap_or_default().trim()) {
            let Some((where_, code)) = line.split_once('=') else { continue };
            let Some((left, rest)) = where_.trim().split_once('[') else { continue };
            let Some((letters, right)) = rest.split_once(']') else { continue };
            let Some(&first) = letters.as_bytes().first() else { continue };
            by_letter[usize::from(first)].push(Rule {
                left: left.as_bytes(),
                letters: letters.as_bytes(),
                right: right.as_bytes(),
                sounds: sounds(code.trim()).collect(),
            });
        }
        Self(by_letter)
    }

    /// The sounds of a word in small letters. A letter without a rule is silent.
    pub(super) fn apply(&self, word: &[u8]) -> Vec<Spelled> {
        let mut said = Vec::with_capacity(word.len() + 4);
        let mut at = 0;
        while at < word.len() {
            let fits = |rule: &&Rule| {
                word[at..].starts_with(rule.letters)
                    && precedes(rule.left, &word[..at])
                    && follows(rule.right, word, at + rule.letters.len())
            };
            let Some(rule) = self.0[usize::from(word[at])].iter().find(fits) else {
                at += 1;
                continue;
            };
            let letters = rule.letters.len();
            said.extend(rule.sounds.iter().map(|&sound| Spelled { sound, at, letters }));
            at += letters;
        }
        said
    }
}

/// Whether a letter is written as a vowel.
pub(super) fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

fn is_consonant(letter: u8) -> bool {
    letter.is_ascii_lowercase() && !is_vowel(letter)
}

fn is(class: u8, letter: u8) -> bool {
    match class {
        b'V' => is_vowel(letter),
        b'C' => is_consonant(letter),
        b'F' => matches!(letter, b'e' | b'i' | b'y'),
        _ => class == letter,
    }
}

/// Whether what stands before the letters is as the pattern says, read from its end.
fn precedes(pattern: &[u8], before: &[u8]) -> bool {
    let Some((&class, pattern)) = pattern.split_last() else { return true };
    match (class, before.split_last()) {
        (b'_', letter) => letter.is_none(),
        (b':', letter) => {
            precedes(pattern, before)
                || letter.is_some_and(|(&last, rest)| is_consonant(last) && precedes_many(pattern, rest))
        }
        (b'>', Some((last, rest))) => {
            let open = pattern.iter().rposition(|&c| c == b'<').unwrap_or(0);
            pattern[open..].contains(last) && precedes(&pattern[..open], rest)
        }
        (class, Some((&last, rest))) => is(class, last) && precedes(pattern, rest),
        (_, None) => false,
    }
}

/// As [`precedes`], where any number of consonants may be skipped.
fn precedes_many(pattern: &[u8], before: &[u8]) -> bool {
    precedes(pattern, before)
        || before.split_last().is_some_and(|(&last, rest)| is_consonant(last) && precedes_many(pattern, rest))
}

/// Whether the word goes on at `at` as the pattern says.
fn follows(pattern: &[u8], word: &[u8], at: usize) -> bool {
    let Some((&class, rest)) = pattern.split_first() else { return true };
    let next = word.get(at).copied();
    match (class, next) {
        (b'_', next) => next.is_none(),
        (b':', next) => follows(rest, word, at) || next.is_some_and(is_consonant) && follows(pattern, word, at + 1),
        (b'<', Some(letter)) => {
            let close = rest.iter().position(|&c| c == b'>').unwrap_or(rest.len());
            rest[..close].contains(&letter) && follows(rest.get(close + 1..).unwrap_or_default(), word, at + 1)
        }
        (class, Some(letter)) => is(class, letter) && follows(rest, word, at + 1),
        (_, None) => false,
    }
}
