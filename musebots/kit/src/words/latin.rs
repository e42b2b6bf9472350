//! Names of science, as English speakers say them: `Tyrannosaurus` leans on its third and, less, on its second syllable.
//! What a name ends in is known from a list, the rest is spelled and stressed as Latin is.

use std::sync::LazyLock;

use super::{
    Phone, Stress,
    rules::{Rules, Spelled},
    sound::{Sound, sounds},
};

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::parse(include_str!("latin/rules.txt")));
/// Longest first.
static FORMS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let lines = include_str!("latin/forms.txt").lines().filter(|line| !line.starts_with('#'));
    let mut forms: Vec<_> = lines.flat_map(str::split_whitespace).filter_map(|pair| pair.split_once('=')).collect();
    forms.sort_by_key(|(form, _)| std::cmp::Reverse(form.len()));
    forms
});

/// The sounds of a name in small letters.
pub(super) fn say(name: &str) -> Vec<Sound> {
    for (form, code) in FORMS.iter() {
        let Some(rest) = name.strip_suffix(form) else { continue };
        let end: Vec<Sound> = sounds(code).collect();
        if rest.is_empty() {
            return whole(end);
        }
        let leans = end.iter().any(|sound| sound.stress == Stress::Full);
        let mut rest = RULES.apply(rest.as_bytes());
        if !rest.iter().any(|spelled| spelled.sound.is_vowel()) && !leans {
            break;
        }
        let joins = leans && end.first().is_some_and(|first| !first.is_vowel());
        let light = end.iter().filter(|sound| sound.is_vowel()).count();
        if leans {
            place(&mut rest, Stress::Half, usize::from(joins))
        } else {
            place(&mut rest, Stress::Full, light)
        }
        let mut said: Vec<Sound> = rest.iter().map(|spelled| spelled.sound).collect();
        said.extend(end);
        return said;
    }
    let mut spelled = RULES.apply(name.as_bytes());
    let vowels = spelled.iter().filter(|spelled| spelled.sound.is_vowel()).count();
    if vowels == 0 {
        let at = spelled.len().saturating_sub(1);
        spelled.insert(at, Spelled { sound: Sound::new(Phone::Ax), at: 0, letters: 0 });
    }
    place(&mut spelled, Stress::Full, 0);
    spelled.iter().map(|spelled| spelled.sound).collect()
}

/// A form that is a name by itself leans somewhere.
fn whole(mut said: Vec<Sound>) -> Vec<Sound> {
    if said.iter().all(|sound| sound.stress != Stress::Full)
        && let Some(first) = said.iter_mut().find(|sound| sound.is_vowel())
    {
        first.stress = Stress::Full;
    }
    said
}

/// Leans as Latin does: on the last syllable but one if it is heavy, else on the one before, where so many light ones follow.
fn place(spelled: &mut [Spelled], stress: Stress, light: usize) {
    let vowels: Vec<usize> = (0..spelled.len()).filter(|&place| spelled[place].sound.is_vowel()).collect();
    let count = vowels.len();
    if count == 0 {
        return;
    }
    let half = stress == Stress::Half;
    let main = match (half, light) {
        // The lesser stress falls on every other syllable.
        (true, 1) if count == 4 => 2,
        (true, _) => latin(spelled, &vowels, count - usize::from(light > 0)),
        (false, 0) => latin(spelled, &vowels, count - 1),
        (false, 1) => latin(spelled, &vowels, count),
        (false, _) => count - 1,
    };
    let all = count + light * usize::from(!half);
    let sounds = spelled.len();
    for (nth, &at) in vowels.iter().enumerate() {
        let vowel = &mut spelled[at];
        let single = vowel.letters == 1;
        if nth == main {
            // The o between two stems is short where the word leans on it.
            let link = !half && light > 1 && at + 1 == sounds && vowel.sound.first == Phone::O;
            vowel.sound = if link { Sound::new(Phone::Aa) } else { vowel.sound }.stressed(stress);
        } else if nth == 0 && main >= 2 {
            vowel.sound.stress = Stress::Half;
        } else if single {
            vowel.sound = dulled(vowel.sound, at + 1 == sounds);
        }
        // An open last vowel but one is long where the word leans on it, and so is one before i and a vowel: -ania, -onia.
        let before_ia = main + 3 == all && spelled[at].sound.first != Phone::Ih && is_before_ia(spelled, &vowels, nth);
        let long = !half && nth == main && single && (main + 2 == all || before_ia);
        if long && !is_closed(spelled, &vowels, nth) {
            spelled[at].sound = lengthened(spelled[at].sound.first).stressed(stress);
        }
    }
}

/// Which vowel Latin leans on, if the one at `last` is the last.
fn latin(spelled: &[Spelled], vowels: &[usize], last: usize) -> usize {
    match last {
        0 | 1 => 0,
        _ if is_heavy(spelled, vowels, last - 1) => last - 1,
        _ => last - 2,
    }
}

fn is_before_ia(spelled: &[Spelled], vowels: &[usize], nth: usize) -> bool {
    let next = vowels.get(nth + 1).copied();
    next.is_some_and(|next| spelled[next].sound.first == Phone::Iy && vowels.get(nth + 2) == Some(&(next + 1)))
}

fn is_closed(spelled: &[Spelled], vowels: &[usize], nth: usize) -> bool {
    let next = vowels.get(nth + 1).copied().unwrap_or(spelled.len());
    let between: Vec<Phone> = spelled[vowels[nth] + 1..next].iter().map(|spelled| spelled.sound.first).collect();
    // A double letter closes a syllable as well.
    let letters = spelled.get(vowels[nth] + 1).map_or(0, |after| after.letters);
    (between.len() > 1 && !super::english::begins(&between)) || letters > 1
}

fn is_heavy(spelled: &[Spelled], vowels: &[usize], nth: usize) -> bool {
    let digraph = spelled[vowels[nth]].letters > 1 && spelled[vowels[nth]].sound.second.is_some();
    digraph || is_closed(spelled, vowels, nth)
}

fn dulled(sound: Sound, last: bool) -> Sound {
    match sound.first {
        Phone::Aa if last => Sound::glide(Phone::O, Phone::Uh),
        Phone::Ae | Phone::Eh | Phone::Ah | Phone::Aa if sound.second.is_none() => Sound::new(Phone::Ax),
        _ => sound,
    }
}

fn lengthened(phone: Phone) -> Sound {
    use Phone::{A, Aa, Ae, E, Eh, Ih, Iy, O, Uh};
    match phone {
        Ae => Sound::glide(E, Ih),
        Eh => Sound::new(Iy),
        Ih => Sound::glide(A, Ih),
        Aa => Sound::glide(O, Uh),
        other => Sound::new(other),
    }
}
