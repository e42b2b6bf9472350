//! Where one syllable ends and the next begins: as many consonants as a syllable of the language may begin with go to the later one.

use std::ops::Range;

use super::{Phone, Stress, Syllable, sound::Sound};

/// Consonants before and after a vowel, at most; with a diphthong they fill a [`super::Lyric`].
const MOST_BEFORE: usize = 4;
const MOST_AFTER: usize = 6;

/// The sounds of each syllable. There is one for each vowel.
pub(super) fn split(sounds: &[Sound], begins: fn(&[Phone]) -> bool) -> Vec<Range<usize>> {
    let vowels: Vec<usize> = (0..sounds.len()).filter(|&place| sounds[place].is_vowel()).collect();
    let mut syllables = Vec::with_capacity(vowels.len());
    let mut start = 0;
    for pair in vowels.windows(2) {
        let cluster: Vec<Phone> = sounds[pair[0] + 1..pair[1]].iter().map(|sound| sound.first).collect();
        let mut cut = (0..cluster.len()).find(|&cut| begins(&cluster[cut..])).unwrap_or(cluster.len());
        if closes(sounds[pair[0]]) && cluster.len() > cut + 1 && cluster[cut] == Phone::S {
            cut += 1;
        }
        let next = pair[0] + 1 + cut;
        syllables.push(start..next);
        start = next;
    }
    if !vowels.is_empty() {
        syllables.push(start..sounds.len());
    }
    syllables
}

/// A short stressed vowel keeps an s: `sis-ter`.
fn closes(vowel: Sound) -> bool {
    use Phone::{Aa, Ae, Ah, Eh, Ih};
    vowel.stress != Stress::Weak && vowel.second.is_none() && matches!(vowel.first, Ih | Eh | Ae | Ah | Aa)
}

/// A syllable of these sounds. What no mouth could say is left out.
pub(super) fn syllable(sounds: &[Sound], text: &str) -> Syllable {
    let vowel = sounds.iter().position(|sound| sound.is_vowel()).unwrap_or(sounds.len());
    let consonants = |sounds: &[Sound], most| sounds.iter().take(most).map(|sound| sound.first).collect();
    Syllable {
        text: text.to_owned(),
        onset: consonants(&sounds[..vowel], MOST_BEFORE),
        nucleus: sounds.get(vowel).map_or_else(Vec::new, |v| std::iter::once(v.first).chain(v.second).collect()),
        coda: consonants(sounds.get(vowel + 1..).unwrap_or_default(), MOST_AFTER),
        stress: sounds.get(vowel).map_or(Stress::Weak, |vowel| vowel.stress),
    }
}
