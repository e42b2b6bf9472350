//! English endings, beginnings and compounds: what is left of a word without them, and how both sound together.

use crate::words::{
    Phone, Stress,
    rules::is_vowel,
    sound::{Sound, sounds},
};

use super::{known, say};

/// Endings that come off whatever is left, and their sounds.
const LOOSE: [(&str, &str); 10] = [
    ("wise", ",wYz"),
    ("ness", "n@s"),
    ("less", "l@s"),
    ("ful", "f@l"),
    ("ship", "SIp"),
    ("hood", "hUd"),
    ("wards", "w3dz"),
    ("ward", "w3d"),
    ("some", "s@m"),
    ("ing", "IN"),
];
/// Endings that come off where a word of the table is left.
const TIED: [(&str, &str); 15] = [
    ("est", "@st"),
    ("er", "3"),
    ("or", "3"),
    ("y", "i"),
    ("ish", "IS"),
    ("ess", "@s"),
    ("able", "@b@l"),
    ("ance", "@ns"),
    ("ment", "m@nt"),
    ("en", "@n"),
    ("age", "Ij"),
    ("man", "m@n"),
    ("men", "m@n"),
    ("dom", "d@m"),
    ("ty", "ti"),
];
/// Second parts of compounds.
const SECOND: [&str; 81] = [
    "like", "time", "times", "thing", "house", "work", "land", "stone", "self", "side", "night", "day", "light",
    "fall", "head", "heart", "blood", "mother", "father", "child", "daughter", "son", "brother", "sister", "life",
    "hand", "foot", "where", "body", "one", "how", "what", "way", "ways", "in", "on", "out", "up", "down", "off",
    "over", "under", "with", "within", "upon", "after", "before", "fore", "man", "woman", "room", "door", "king",
    "place", "word", "craft", "maker", "keeper", "bearer", "wife", "yard", "hold", "forth", "groom", "wind", "fire",
    "weed", "guard", "looked", "seen", "born", "told", "brow", "sight", "lid", "mark", "bell", "berry", "dressed",
    "minded", "hearted",
];
/// First parts that lean on what follows.
const FIRST: [(&str, &str); 15] = [
    ("mis", ",mIs"),
    ("over", ",ov3"),
    ("under", ",Vnd3"),
    ("un", ",Vn"),
    ("inter", ",Int3"),
    ("up", ",Vp"),
    ("im", "Im"),
    ("out", ",Wt"),
    ("o'er", ",Or"),
    ("fore", ",fOr"),
    ("dis", ",dIs"),
    ("re", "ri"),
    ("be", "bI"),
    ("for", "fOr"),
    ("arch", ",Arc"),
];

/// A word with an ending.
pub(super) fn inflected(word: &str) -> Option<Vec<Sound>> {
    past(word)
        .or_else(|| plural(word))
        .or_else(|| compared(word))
        .or_else(|| archaic(word))
        .or_else(|| adverb(word))
        .or_else(|| LOOSE.iter().find_map(|(end, code)| loose(word, end, code)))
        .or_else(|| TIED.iter().find_map(|(end, code)| tied(word, end, code)))
        .map(leaning)
}

/// A word that is light by itself is not so with an ending: `doing`, `willing`.
fn leaning(mut said: Vec<Sound>) -> Vec<Sound> {
    let leans = said.iter().any(|sound| sound.stress == Stress::Full);
    if let Some(first) = said.iter_mut().find(|sound| sound.is_vowel()).filter(|_| !leans) {
        first.stress = Stress::Full;
    }
    said
}

/// `heavier`, `prettiest`, `dearest`.
fn compared(word: &str) -> Option<Vec<Sound>> {
    for (end, code) in [("ier", "3"), ("iest", "@st")] {
        if let Some(stem) = word.strip_suffix(end).filter(|stem| stem.len() > 2 && has_vowel(stem)) {
            return Some(say(&format!("{stem}y")).into_iter().chain(sounds(code)).collect());
        }
    }
    let stem = word.strip_suffix("est").filter(|stem| stem.len() > 2 && has_vowel(stem))?;
    let base = stem_of(stem, true).unwrap_or_else(|| guessed(stem, true));
    Some(joined(say(&base), &sounds("@st").collect::<Vec<_>>()))
}

/// A word that an apostrophe has shortened.
pub(super) fn contracted(word: &str) -> Option<Vec<Sound>> {
    let at = word.rfind('\'')?;
    let (stem, end) = (&word[..at], &word[at + 1..]);
    if stem.is_empty() {
        return Some(known(end).unwrap_or_else(|| say(end)));
    }
    if let Some(rest) = word.strip_prefix("o'er").filter(|rest| !rest.is_empty()) {
        return Some(joined(sounds(",Or").collect(), &say(rest)));
    }
    let said = || say(stem);
    match end {
        "s" => Some(with_s(said())),
        "d" if matches!(stem.as_bytes().last(), Some(b'e' | b'i' | b'o' | b'u' | b'w' | b'y')) || !ed_stem(stem) => {
            Some(with_d(said()))
        }
        "d" | "dst" => {
            let base = stem_of(stem, true).map_or_else(|| say(&guessed(stem, true)), |base| say(&base));
            let mut said = with_d(base);
            said.extend(sounds(&end[1..]));
            Some(said)
        }
        "st" | "t" | "n" => {
            let base = stem_of(stem, true).map_or_else(|| say(&guessed(stem, true)), |base| say(&base));
            let heavy = end == "n" && base.last().is_some_and(|last| !last.is_vowel());
            Some(joined(base, &sounds(if heavy { "@n" } else { end }).collect::<Vec<_>>()))
        }
        "ll" => Some(after(said(), "l", "@l")),
        "ve" => Some(after(said(), "v", "@v")),
        "re" => Some(after(said(), "r", "3")),
        "er" => Some(joined(said(), &sounds("3").collect::<Vec<_>>())),
        "" => Some(said()),
        _ => Some(joined(say(stem), &say(end).into_iter().map(lighter).collect::<Vec<_>>())),
    }
}

/// A word with a beginning that does not lean.
pub(super) fn prefixed(word: &str) -> Option<Vec<Sound>> {
    FIRST.iter().find_map(|(first, code)| {
        let rest = word.strip_prefix(first).filter(|rest| rest.len() > 2)?;
        let sure = matches!(*first, "un" | "over" | "under" | "out" | "o'er") && rest.len() > 3 && has_vowel(rest);
        if sure && !rest.starts_with('i') {
            return Some(sounds(code).chain(say(rest)).collect());
        }
        // `reached` has no re-.
        if first.ends_with('e') && rest.starts_with(['a', 'e', 'i', 'o', 'u']) {
            return None;
        }
        let said = known(rest).or_else(|| if stem_is_known(rest) { inflected(rest) } else { None })?;
        Some(sounds(code).chain(said).collect())
    })
}

/// Two words in one.
pub(super) fn compound(word: &str) -> Option<Vec<Sound>> {
    SECOND.iter().find_map(|second| {
        let first = word.strip_suffix(second).filter(|first| first.len() > 2)?;
        let mut said = known(first)?;
        said.extend(known(second).unwrap_or_else(|| say(second)).into_iter().map(lighter));
        Some(said)
    })
}

fn lighter(sound: Sound) -> Sound {
    sound.stressed(if sound.stress == Stress::Full { Stress::Half } else { sound.stress })
}

fn past(word: &str) -> Option<Vec<Sound>> {
    let stem = word.strip_suffix("ed").filter(|stem| has_vowel(stem) && !stem.ends_with('e'))?;
    Some(with_d(say(&stem_of(stem, true).unwrap_or_else(|| guessed(stem, true)))))
}

/// `banishèd`, with its last syllable sounded.
pub(super) fn syllabic(stem: &str) -> Vec<Sound> {
    let base = stem_of(stem, true).unwrap_or_else(|| guessed(stem, true));
    say(&base).into_iter().chain(sounds("Id")).collect()
}

fn plural(word: &str) -> Option<Vec<Sound>> {
    let stem = word.strip_suffix('s').filter(|stem| stem.len() > 2)?;
    if ["s", "u", "i"].iter().any(|end| stem.ends_with(end)) {
        return None;
    }
    if let Some(stem) = stem.strip_suffix("ie") {
        return Some(with_s(say(&format!("{stem}y"))));
    }
    let bare = stem.strip_suffix('e');
    let hissing = bare.filter(|bare| ["s", "x", "z", "ch", "sh", "o"].iter().any(|end| bare.ends_with(end)));
    if let Some(bare) = hissing
        .filter(|bare| known(stem).is_none() && (known(bare).is_some() || !bare.ends_with("s") || bare.ends_with("ss")))
    {
        return Some(with_s(say(bare)));
    }
    Some(with_s(say(stem)))
}

/// `knoweth`, `sayest`.
fn archaic(word: &str) -> Option<Vec<Sound>> {
    let stem = word.strip_suffix("eth").filter(|stem| stem.len() > 2 && has_vowel(stem))?;
    if stem.ends_with(['a', 'e']) {
        return None;
    }
    let base = stem_of(stem, true).unwrap_or_else(|| guessed(stem, true));
    Some(say(&base).into_iter().chain(sounds("IT")).collect())
}

fn adverb(word: &str) -> Option<Vec<Sound>> {
    let stem = word.strip_suffix("ly").filter(|stem| stem.len() > 2 && has_vowel(stem))?;
    let li = |stem: &str| Some(joined_l(say(stem)));
    if let Some(y) = stem.strip_suffix('i') {
        return li(&format!("{y}y"));
    }
    if known(stem).is_some() || !stem.ends_with('l') {
        let short = stem.len() >= 2 && stem.as_bytes()[stem.len() - 1] == b'b';
        return if short { li(&format!("{stem}le")) } else { li(stem) };
    }
    if stem.len() > 4 { li(stem) } else { None }
}

/// `-ly` after what ends in l has one l.
fn joined_l(mut said: Vec<Sound>) -> Vec<Sound> {
    let ends_in_l = said.last().is_some_and(|last| last.first == Phone::L);
    if ends_in_l {
        said.pop();
        let bare = said.last().is_some_and(|last| last.first == Phone::Ax)
            && said.len() > 1
            && said[said.len() - 2].first == Phone::B;
        if bare {
            said.pop();
        }
    }
    said.extend(sounds("li"));
    said
}

fn loose(word: &str, end: &str, code: &str) -> Option<Vec<Sound>> {
    let stem = word.strip_suffix(end).filter(|stem| stem.len() > 1 && has_vowel(stem))?;
    let vowel = is_vowel(end.as_bytes()[0]);
    let base = stem_of(stem, vowel).unwrap_or_else(|| guessed(stem, vowel));
    Some(joined(say(&base), &sounds(code).collect::<Vec<_>>()))
}

fn tied(word: &str, end: &str, code: &str) -> Option<Vec<Sound>> {
    let stem = word.strip_suffix(end).filter(|stem| stem.len() > 2 && has_vowel(stem))?;
    let long = matches!(end, "ment" | "able") && stem.len() > 4 && !stem.ends_with(['a', 'i', 'o', 'u']);
    let base = stem_of(stem, is_vowel(end.as_bytes()[0])).or_else(|| long.then(|| guessed(stem, false)))?;
    Some(joined(say(&base), &sounds(code).collect::<Vec<_>>()))
}

fn has_vowel(stem: &str) -> bool {
    stem.bytes().any(is_vowel)
}

/// Whether a past can be made of it at all.
fn ed_stem(stem: &str) -> bool {
    stem_of(stem, true).is_some() || has_vowel(stem)
}

/// Whether what an ending leaves is in the table.
fn stem_is_known(word: &str) -> bool {
    ["s", "ed", "ing", "ly", "ness", "eth", "er", "able"].iter().any(|end| {
        word.strip_suffix(end)
            .is_some_and(|stem| stem.len() > 2 && stem_of(stem, is_vowel(end.as_bytes()[0])).is_some())
    })
}

/// The word of the table that an ending was put to.
fn stem_of(stem: &str, before_vowel: bool) -> Option<String> {
    let is_known = |stem: &String| known(stem).is_some();
    let bytes = stem.as_bytes();
    let [.., before, last] = bytes else { return None };
    let with_e = Some(format!("{stem}e")).filter(|_| before_vowel && !is_vowel(*last));
    let y = stem.strip_suffix('i').map(|stem| format!("{stem}y"));
    let short = before_vowel
        && !is_vowel(*last)
        && !matches!(last, b'w' | b'x' | b'y')
        && is_vowel(*before)
        && bytes.iter().filter(|&&letter| is_vowel(letter)).count() == 1;
    let single = Some(stem[..stem.len() - 1].to_owned()).filter(|_| before_vowel && before == last);
    with_e
        .filter(is_known)
        .or_else(|| Some(stem.to_owned()).filter(|stem| !short && is_known(stem)))
        .or_else(|| single.filter(is_known))
        .or_else(|| y.filter(is_known))
}

/// The word that an ending was most likely put to.
fn guessed(stem: &str, before_vowel: bool) -> String {
    let bytes = stem.as_bytes();
    if let Some(stem) = stem.strip_suffix('i').filter(|stem| !stem.is_empty()) {
        return format!("{stem}y");
    }
    let (Some(&last), true) = (bytes.last(), before_vowel) else { return stem.to_owned() };
    let at = |back: usize| bytes.len().checked_sub(back).map_or(b' ', |place| bytes[place]);
    let vowels = bytes.iter().filter(|&&letter| is_vowel(letter)).count();
    if last == at(2) && !matches!(last, b'l' | b's' | b'f' | b'z' | b'e' | b'o') {
        return stem[..stem.len() - 1].to_owned();
    }
    let single = !is_vowel(last) && is_vowel(at(2)) && (!is_vowel(at(3)) || at(4) == b'q');
    let silent = match last {
        b'c' | b'v' | b'u' | b'z' => true,
        b'g' => at(2) != b'n' || matches!(at(3), b'a'),
        b's' => at(2) != b's',
        _ if single && vowels == 1 && !matches!(last, b'w' | b'y' | b'x' | b'h') => true,
        b'l' => !is_vowel(at(2)) && !matches!(at(2), b'l' | b'r' | b'w'),
        b'w' | b'y' | b'x' | b'h' => false,
        b't' => single && matches!(at(2), b'a' | b'u' | b'o'),
        b'r' => single && matches!(at(2), b'i' | b'u' | b'a' | b'o') && !stem.ends_with("our"),
        b'n' => single && matches!(at(2), b'i'),
        b'd' => single && matches!(at(2), b'i' | b'u'),
        b'm' => single && matches!(at(2), b'u'),
        _ => false,
    };
    if silent { format!("{stem}e") } else { stem.to_owned() }
}

/// `-ing` after a syllable of l alone makes that l a consonant: `trem-bling`.
fn joined(mut said: Vec<Sound>, end: &[Sound]) -> Vec<Sound> {
    let length = said.len();
    let l = length > 2 && said[length - 1].first == Phone::L && said[length - 2].first == Phone::Ax;
    if l && end.first().is_some_and(|first| first.is_vowel())
        && !said[length - 3].is_vowel()
        && said[length - 3].first != Phone::R
    {
        said.remove(length - 2);
    }
    let r =
        said.last().is_some_and(|last| last.first == Phone::Er) && end.first().is_some_and(|first| first.is_vowel());
    said.extend(r.then(|| Sound::new(Phone::R)));
    said.extend_from_slice(end);
    said
}

fn after(said: Vec<Sound>, vowel: &str, consonant: &str) -> Vec<Sound> {
    let end = if said.last().is_some_and(|last| last.is_vowel()) { vowel } else { consonant };
    said.into_iter().chain(sounds(end)).collect()
}

fn with_s(said: Vec<Sound>) -> Vec<Sound> {
    use Phone::{Ch, F, Jh, K, P, S, Sh, T, Th, Z, Zh};
    let end = match said.last().map(|last| last.first) {
        Some(S | Z | Sh | Zh | Ch | Jh) => "Iz",
        Some(P | T | K | F | Th) => "s",
        _ => "z",
    };
    said.into_iter().chain(sounds(end)).collect()
}

fn with_d(said: Vec<Sound>) -> Vec<Sound> {
    use Phone::{Ch, D, F, K, P, S, Sh, T, Th};
    let end = match said.last().map(|last| last.first) {
        Some(T | D) => "Id",
        Some(P | K | F | Th | S | Sh | Ch) => "t",
        _ => "d",
    };
    said.into_iter().chain(sounds(end)).collect()
}
