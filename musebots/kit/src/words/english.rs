//! English: endings come off, words that are known are looked up, the others are spelled out by rules and stressed.

mod endings;
mod stress;

use std::{collections::HashMap, sync::LazyLock};

use super::{
    Stress,
    rules::Rules,
    sound::{Sound, sounds},
};

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::parse(include_str!("english/rules.txt")));
static WORDS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let lines = include_str!("english/words.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).filter_map(|pair| pair.split_once('=')).collect()
});

/// The sounds of a word in small letters and apostrophes.
pub(super) fn say(word: &str) -> Vec<Sound> {
    if let Some(stem) = word.strip_suffix("èd") {
        return endings::syllabic(stem);
    }
    // What begins or ends with a quotation mark looks like a shortened word.
    let bare = word.trim_matches('\'');
    known(word)
        .or_else(|| known(word.trim_end_matches('\'')).filter(|_| word.starts_with('\'')))
        .or_else(|| known(word.trim_start_matches('\'')).filter(|_| word.ends_with('\'')))
        .unwrap_or_else(|| say_bare(bare))
}

fn say_bare(word: &str) -> Vec<Sound> {
    known(word)
        .or_else(|| endings::contracted(word))
        .or_else(|| endings::prefixed(word))
        .or_else(|| endings::inflected(word))
        .or_else(|| endings::compound(word))
        .unwrap_or_else(|| spelled(word))
}

/// A word of the table.
fn known(word: &str) -> Option<Vec<Sound>> {
    let code = WORDS.get(word)?;
    let mut said: Vec<Sound> = sounds(code).collect();
    let unmarked = said.iter().all(|sound| sound.stress == Stress::Weak);
    if unmarked
        && !code.starts_with('.')
        && let Some(first) = said.iter_mut().find(|sound| sound.is_vowel())
    {
        first.stress = Stress::Full;
    }
    Some(said)
}

/// The name of a letter.
pub(super) fn letter(letter: u8) -> Vec<Sound> {
    const NAMES: [&str; 26] = [
        "'E", "b'i", "s'i", "d'i", "'i", "'ef", "j'i", "'Ec", "'Y", "j'E", "k'E", "'el", "'em", "'en", "'o", "p'i",
        "ky'u", "'Ar", "'es", "t'i", "y'u", "v'i", "d'Vb@lyu", "'eks", "w'Y", "z'i",
    ];
    letter
        .checked_sub(b'a')
        .and_then(|nth| NAMES.get(usize::from(nth)))
        .map_or_else(Vec::new, |name| sounds(name).collect())
}

/// A word by the rules, stressed, its light vowels made dull.
fn spelled(word: &str) -> Vec<Sound> {
    stress::place(word.as_bytes(), RULES.apply(word.as_bytes()))
}

/// Legal beginnings of a syllable of more than one consonant.
pub(super) fn begins(cluster: &[super::Phone]) -> bool {
    use super::Phone::{B, D, F, G, Hh, K, L, M, N, Ng, P, R, S, Sh, T, Th, V, W, Y};
    match cluster {
        [] => true,
        [one] => *one != Ng,
        [S, P | T | K, R] | [S, P, L] | [S, K, W] | [S, P | K | T, Y] => true,
        [S, P | T | K | M | N | L | W | F] | [Sh, R] => true,
        [P | B | K | G | F, L] => true,
        [P | B | T | D | K | G | F | Th, R] => true,
        [T | D | K | G | Th | Hh, W] => true,
        [P | B | K | G | F | V | M | Hh, Y] => true,
        [N | T | D | L, Y] => false,
        _ => false,
    }
}
