//! Which letters a sound came from, so that a word can be written in syllables. The cheapest way to lay the letters along
//! the sounds wins.

use super::{Phone, sound::Sound};

/// What it costs that a letter does not look like its sound, that it is silent (in a usual pair, beside its like, beside others), and
/// that a sound has none.
const UNLIKE: u32 = 12;
const USUAL_PAIR: u32 = 1;
const SILENT: u32 = 2;
const SILENT_STRANGER: u32 = 6;
const UNWRITTEN: u32 = 8;
/// Letters to a sound, at most.
const MOST: usize = 4;

/// At which letter each sound begins.
pub(super) fn beginnings(letters: &[u8], sounds: &[Sound]) -> Vec<usize> {
    let (rows, columns) = (sounds.len() + 1, letters.len() + 1);
    // costs[sound][letter]: what it costs to have said so many sounds with so many letters, and how many the last one took.
    let mut costs = vec![(u32::MAX, 0_usize); rows * columns];
    costs[0] = (0, 0);
    for said in 0..sounds.len() {
        for used in 0..columns {
            let (cost, _) = costs[said * columns + used];
            if cost == u32::MAX {
                continue;
            }
            // The last sound takes all that is left.
            let left = letters.len() - used;
            let takes = if said + 1 == sounds.len() { left..=left } else { 0..=left.min(MOST) };
            for take in takes {
                let cost = cost + price(sounds[said], &letters[used..used + take]);
                let place = &mut costs[(said + 1) * columns + used + take];
                // Where it does not matter, earlier sounds take more.
                if cost <= place.0 {
                    *place = (cost, take);
                }
            }
        }
    }
    let mut beginnings = vec![0; sounds.len()];
    let mut at = letters.len();
    for said in (1..rows).rev() {
        at -= costs[said * columns + at].1;
        beginnings[said - 1] = at;
    }
    beginnings
}

/// What it costs to write a sound with these letters.
fn price(sound: Sound, letters: &[u8]) -> u32 {
    let Some((&first, rest)) = letters.split_first() else { return UNWRITTEN };
    let silent = |&letter: &u8| {
        let r = letter == b'r' && sound.first == Phone::Er;
        let kin = if sound.is_vowel() { r || b"aeiouywhg".contains(&letter) } else { !super::rules::is_vowel(letter) };
        if kin { SILENT } else { SILENT_STRANGER }
    };
    const CONSONANTS: [&[u8]; 14] =
        [b"kn", b"gn", b"wr", b"ps", b"pt", b"th", b"ph", b"ch", b"sh", b"wh", b"gh", b"ck", b"sc", b"rh"];
    const PAIRS: [&[u8]; 22] = [
        b"ae", b"ai", b"au", b"aw", b"ay", b"ea", b"ee", b"ei", b"eu", b"ew", b"ey", b"ie", b"oa", b"oe", b"oi", b"oo",
        b"ou", b"ow", b"oy", b"ue", b"ui", b"uy",
    ];
    let pairs = if sound.is_vowel() { PAIRS.as_slice() } else { CONSONANTS.as_slice() };
    let pair = letters.get(..2).is_some_and(|two| pairs.contains(&two));
    let discount = if pair { SILENT - USUAL_PAIR } else { 0 };
    u32::from(!looks_like(sound.first, first)) * UNLIKE + rest.iter().map(silent).sum::<u32>() - discount
}

/// Whether a sound may be written with this letter.
fn looks_like(phone: Phone, letter: u8) -> bool {
    use Phone::{B, Beta, Ch, D, Delta, Dh, F, G, Gamma, Hh, Jh, K, L, M, N, Ng, Ny, P, R, S, Sh, T, Tap, Th, Trill};
    use Phone::{V, W, X, Y, Z, Zh};
    let letters: &[u8] = match phone {
        B | Beta => b"bv",
        P => b"p",
        T => b"td",
        D | Delta => b"d",
        K => b"kcqx",
        G | Gamma => b"gx",
        F => b"fpg",
        V => b"vf",
        Th | Dh => b"t",
        S => b"scxzp",
        Z => b"zsx",
        Sh => b"scxt",
        Zh => b"szg",
        Hh => b"hw",
        X => b"jgxc",
        Ch => b"ctq",
        Jh => b"jgdz",
        M => b"mn",
        N => b"nkgm",
        Ng | Ny => b"n",
        L => b"l",
        R | Tap | Trill => b"rw",
        Y => b"yiule",
        W => b"wuo",
        _ => b"aeiouy",
    };
    letters.contains(&letter)
}

/// Where to cut before a syllable that begins with a sound: between the two letters of a double one, after a ck, and before an h
/// between vowels; else before its first letter.
pub(super) fn cut(letters: &[u8], beginnings: &[usize], sound: usize, doubles: bool) -> usize {
    let at = beginnings[sound];
    let vowel = |place: usize| letters.get(place).is_some_and(|&letter| super::rules::is_vowel(letter));
    if at > 1 && letters[at - 1] == b'h' && vowel(at) && vowel(at - 2) {
        return at - 1;
    }
    if at > 0 && letters[at - 1] == b'x' && beginnings.get(sound + 1) == Some(&at) {
        // An x is two sounds, of which this is the second.
        return at - 1;
    }
    let end = beginnings.get(sound + 1).copied().unwrap_or(letters.len());
    match letters.get(at..end) {
        Some([b'c', b'k', ..]) => at + 2,
        Some([b's', b't', ..]) => at + 1,
        Some([first, second, ..]) if first == second && doubles => at + 1,
        _ => at,
    }
}
