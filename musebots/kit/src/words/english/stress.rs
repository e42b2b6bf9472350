//! Where an English word that is not in the table leans, by its ending and its weight, and what becomes of its light vowels.

use crate::words::{
    Phone, Stress,
    rules::{Spelled, is_vowel},
    sound::{Sound, sounds},
};

/// Endings that want the stress on the syllable before them.
const BEFORE: [&str; 43] = [
    "tion", "sion", "cian", "gion", "nion", "lion", "ic", "ics", "ical", "ity", "ety", "ify", "efy", "isfy", "ial",
    "ian", "ious", "eous", "iour", "ior", "uous", "ual", "ient", "ience", "iant", "iance", "ium", "ius", "ia", "io",
    "iate", "logy", "graphy", "cracy", "nomy", "itude", "ible", "ular", "ulous", "ulent", "eum", "itious", "sive",
];
/// Endings that want it on themselves.
const LAST: [&str; 15] =
    ["ee", "eer", "oon", "ese", "ette", "esque", "ade", "ain", "oo", "self", "selves", "mend", "hend", "scend", "ique"];
/// Endings that want it two syllables before them.
const EARLIER: [&str; 5] = ["ate", "ise", "ize", "ude", "ute"];
/// What a word of two syllables may begin with without leaning on it.
const PREFIXES: [&str; 36] = [
    "be", "de", "re", "pre", "se", "ex", "en", "em", "in", "im", "con", "com", "dis", "mis", "per", "pro", "sub",
    "sup", "sur", "sus", "suc", "trans", "un", "ob", "op", "oc", "with", "for", "fore", "es", "col", "corr", "dif",
    "ef", "of", "di",
];
/// Prefixes that end in a vowel, which is not theirs before a double consonant.
const OPEN: [&str; 5] = ["be", "de", "re", "pre", "se"];
/// Last syllables that no word of two leans on.
const LIGHT: [&str; 24] = [
    "er", "or", "our", "y", "ow", "le", "el", "en", "et", "ot", "ish", "al", "om", "um", "us", "on", "an", "age",
    "ock", "il", "ond", "ant", "ance", "ar",
];

/// The sounds with their stresses.
pub(super) fn place(word: &[u8], mut spelled: Vec<Spelled>) -> Vec<Sound> {
    let mut vowels = places(&spelled);
    if vowels.is_empty() {
        give_a_vowel(&mut spelled);
        vowels = places(&spelled);
    }
    let main = main(word, &spelled, &vowels);
    let foreign: Vec<bool> = vowels
        .iter()
        .zip(vowels.iter().skip(1))
        .map(|(&this, &next)| spelled[this].letters == 1 && next == this + 2 && spelled[this + 1].letters == 1)
        .chain([false])
        .collect();
    for (nth, &place) in vowels.iter().enumerate() {
        let stress = if nth == main {
            Stress::Full
        } else if (nth == 0 && main >= 2) || is_second(word, &vowels, nth, main) {
            Stress::Half
        } else {
            Stress::Weak
        };
        let at = spelled[place].at;
        let spelled_e = spelled[place].letters == 1 && word.get(at) == Some(&b'e');
        let dull = stress == Stress::Weak && spelled[place].letters == 1;
        let sound = &mut spelled[place].sound;
        let open = nth + 2 == vowels.len() && matches!(word.last(), Some(b'a' | b'o' | b'i')) && foreign[nth];
        if dull && at == 0 && spelled_e {
            sound.first = Phone::Ih;
        } else if dull {
            *sound = if nth > main {
                ended(dulled(*sound), nth + 1 == vowels.len(), word.get(at + 1) == Some(&b'g'))
            } else {
                dulled(*sound)
            };
        } else if spelled_e && sound.first == Phone::Ih && word.get(at + 1) != Some(&b'r') {
            sound.first = Phone::Eh;
        } else if open && stress == Stress::Full {
            *sound = sung(*sound);
        }
        sound.stress = stress;
    }
    without_needless_glides(&spelled)
}

fn places(spelled: &[Spelled]) -> Vec<usize> {
    (0..spelled.len()).filter(|&place| spelled[place].sound.is_vowel()).collect()
}

/// A word of consonants gets a dull vowel before its last one.
fn give_a_vowel(spelled: &mut Vec<Spelled>) {
    let place = spelled.len().saturating_sub(1);
    let at = spelled.get(place).map_or(0, |last| last.at);
    spelled.insert(place, Spelled { sound: Sound::new(Phone::Ax), at, letters: 0 });
}

/// Which of the vowels carries the word.
fn main(word: &[u8], spelled: &[Spelled], vowels: &[usize]) -> usize {
    let count = vowels.len();
    if count == 1 {
        return 0;
    }
    let ends = |endings: &[&str]| endings.iter().filter(|end| word.ends_with(end.as_bytes())).map(|e| e.len()).max();
    let before = |letters: usize| {
        vowels.iter().rposition(|&place| spelled[place].at + spelled[place].letters <= word.len() - letters)
    };
    if let Some(main) = ends(&BEFORE).and_then(before) {
        return main;
    }
    if ends(&LAST).is_some() {
        return count - 1;
    }
    if count == 2 {
        return main_of_two(word);
    }
    if ends(&EARLIER).is_some() || word.ends_with(b"y") {
        let long = ["ary", "ory", "mony"].iter().any(|end| word.ends_with(end.as_bytes()));
        return count.saturating_sub(if long { 4 } else { 3 });
    }
    let verb = ["er", "ish", "it", "en", "le", "el"].iter().any(|end| word.ends_with(end.as_bytes()));
    let heavy = is_heavy(spelled, vowels, count - 2);
    let foreign = matches!(word.last(), Some(b'a' | b'o' | b'i'));
    if heavy || foreign || (count == 3 && verb && PREFIXES.iter().any(|prefix| word.starts_with(prefix.as_bytes()))) {
        count - 2
    } else {
        count - 3
    }
}

fn main_of_two(word: &[u8]) -> usize {
    let fer = word.ends_with(b"fer") && !word.ends_with(b"ffer");
    let light = !fer
        && LIGHT.iter().any(|end| {
            word.strip_suffix(end.as_bytes()).is_some_and(|stem| !stem.last().is_some_and(|&l| is_vowel(l)))
        });
    usize::from(!light && (is_prefixed(word) || word.ends_with(b"ate")))
}

fn is_prefixed(word: &[u8]) -> bool {
    let at = |place: usize| word.get(place).copied().unwrap_or(b' ');
    let before_open = |place: usize| {
        let next = at(place + 1);
        !is_vowel(at(place)) && next != at(place) && (is_vowel(next) || matches!(next, b'l' | b'r' | b'h' | b'w'))
    };
    let open = matches!(at(0), b'a' | b'e' | b'o') && before_open(1);
    let a = at(0) == b'a'
        && !is_vowel(at(1))
        && (at(1) == at(2) || at(1) == b'd' || (at(1) == b'c' && matches!(at(2), b'q' | b'k')));
    let double = |prefix: &str| at(prefix.len()) == at(prefix.len() + 1);
    let known = |prefix: &&str| {
        word.starts_with(prefix.as_bytes())
            && word.len() > prefix.len() + 2
            && !(OPEN.contains(prefix) && double(prefix))
            && (!matches!(*prefix, "se" | "di") || before_open(2))
    };
    a || open || PREFIXES.iter().any(known)
}

/// Whether a syllable is long by its vowel or closed by its consonants.
fn is_heavy(spelled: &[Spelled], vowels: &[usize], nth: usize) -> bool {
    let (this, next) = (vowels[nth], vowels[nth + 1]);
    let between: Vec<Phone> = spelled[this + 1..next].iter().map(|s| s.sound.first).collect();
    let r = spelled[this].sound.first == Phone::Er;
    let long = if r { between.first().is_some_and(|&next| next != Phone::R) } else { spelled[this].letters > 1 };
    let open = matches!(between[..], [] | [_] | [_, Phone::L | Phone::R | Phone::W | Phone::Y]);
    long || !open
}

/// Whether a vowel has the lesser stress: `-ate` and its like, two syllables after the main one.
fn is_second(word: &[u8], vowels: &[usize], nth: usize, main: usize) -> bool {
    let late = ["ate", "ise", "ize", "ify", "isfy", "ude", "ute"].iter().any(|end| word.ends_with(end.as_bytes()));
    let last = nth + 1 == vowels.len() - usize::from(word.ends_with(b"fy"));
    let ary = ["ary", "ory", "mony"].iter().any(|end| word.ends_with(end.as_bytes())) && vowels.len() >= 4;
    nth > main + 1 && ((late && last) || (ary && nth + 2 == vowels.len()))
}

/// What a vowel sounds like where nothing leans on it.
fn dulled(sound: Sound) -> Sound {
    use Phone::{Aa, Ae, Ah, Ao, Ax, Eh};
    match (sound.first, sound.second) {
        (Ae | Eh | Ah | Aa | Ao, None) => Sound::new(Ax),
        _ => sound,
    }
}

/// What a long vowel becomes after the stress: `courage`, `private`, `captive`, `violent`.
fn ended(sound: Sound, last: bool, before_g: bool) -> Sound {
    use Phone::{A, Ax, E, Ih, O};
    match (sound.first, sound.second) {
        (E, Some(_)) => Sound::new(if before_g { Ih } else { Ax }),
        (A, Some(Ih)) => Sound::new(Ih),
        (O, Some(_)) if !last => Sound::new(Ax),
        _ => sound,
    }
}

/// The stressed vowel of an Italian name.
fn sung(sound: Sound) -> Sound {
    use Phone::{Aa, Ae, Ih, Iy, O, Uh};
    match sound.first {
        Ae => Sound::new(Aa),
        Ih => Sound::new(Iy),
        Aa => Sound::glide(O, Uh),
        _ => sound,
    }
}

/// Without the glide of `use` where the tongue is there already: `rude`, `June`, `duke`.
fn without_needless_glides(spelled: &[Spelled]) -> Vec<Sound> {
    use Phone::{Ch, D, Jh, L, N, R, S, Sh, T, Th, Uh, Uw, Y, Z};
    let mut said: Vec<Sound> = Vec::with_capacity(spelled.len());
    for (place, this) in spelled.iter().enumerate() {
        let next = spelled.get(place + 1).map(|next| next.sound);
        let before = said.last().map(|before| before.first);
        let needless = this.sound.first == Y
            && next.is_some_and(|next| matches!(next.first, Uw | Uh))
            && match before {
                Some(R | Ch | Jh | Sh) => true,
                Some(T | D | S | Z | Th | N | L) => {
                    next.is_some_and(|next| next.stress != Stress::Weak) || said.len() == 1
                }
                _ => false,
            };
        if !needless {
            said.push(this.sound);
        }
    }
    if said.is_empty() { sounds("@").collect() } else { said }
}
