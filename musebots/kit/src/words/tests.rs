//! What the tables say a word sounds like, written as in `sound.rs` with a hyphen between syllables. Spanish sounds have signs of
//! their own: a e i o u; B D G soft, r and R, ñ, x; ai au … for what ends in a glide.

mod english;
mod names;
mod properties;
mod reading;
mod shakespeare;
mod spanish;

use super::{Language, Phone, Stress, Syllable, Word, read};

fn sign(phone: Phone, language: Language) -> char {
    use Phone::{
        A, Aa, Ae, Ah, Ao, Ax, B, Beta, Ch, D, Delta, Dh, E, Eh, Er, F, G, Gamma, Hh, Ih, Iy, Jh, K, L, M, N, Ng, Ny,
    };
    use Phone::{O, P, R, S, Sh, T, Tap, Th, Trill, Uh, Uw, V, W, X, Y, Z, Zh};
    match phone {
        Iy => 'i',
        Ih => 'I',
        E | Eh => 'e',
        Ae | A => 'a',
        Aa => 'A',
        Ah => 'V',
        Ax => '@',
        Ao => 'O',
        O => 'o',
        Uh => 'U',
        Uw => 'u',
        Er => '3',
        Y => 'y',
        W => 'w',
        L => 'l',
        R | Tap => 'r',
        Trill => 'R',
        M => 'm',
        N => 'n',
        Ng => 'N',
        Ny => 'ñ',
        P => 'p',
        B => 'b',
        T => 't',
        D => 'd',
        K => 'k',
        G => 'g',
        Beta => 'B',
        Delta => 'D',
        Gamma => 'G',
        F => 'f',
        V => 'v',
        Th => 'T',
        Dh if language != Language::Spanish => 'D',
        Dh => '?',
        S => 's',
        Z => 'z',
        Sh => 'S',
        Zh => 'Z',
        Hh => 'h',
        X => 'x',
        Ch => 'c',
        Jh => 'j',
    }
}

fn shown(syllable: &Syllable, language: Language) -> String {
    let signs = |phones: &[Phone]| phones.iter().map(|&phone| sign(phone, language)).collect::<String>();
    let nucleus = match (syllable.nucleus.as_slice(), language) {
        (pair @ [_, _], Language::Spanish) => signs(pair),
        ([Phone::E, Phone::Ih], _) => "E".to_owned(),
        ([Phone::A, Phone::Ih], _) => "Y".to_owned(),
        ([Phone::A, Phone::Uh], _) => "W".to_owned(),
        ([Phone::O, Phone::Uh], _) => "o".to_owned(),
        ([Phone::Ao, Phone::Ih], _) => "Q".to_owned(),
        ([one], _) => sign(*one, language).to_string(),
        (other, _) => format!("{other:?}"),
    };
    let stress = match syllable.stress {
        Stress::Full => "'",
        Stress::Half => ",",
        Stress::Weak => "",
    };
    format!("{stress}{}{nucleus}{}", signs(&syllable.onset), signs(&syllable.coda))
}

/// The sounds of a word as the tables of the tests write them.
fn sounds(word: &Word, language: Language) -> String {
    word.syllables.iter().map(|syllable| shown(syllable, language)).collect::<Vec<_>>().join("-")
}

/// The letters of a word in syllables.
fn letters(word: &Word) -> String {
    word.syllables.iter().map(|syllable| syllable.text.as_str()).collect::<Vec<_>>().join("|")
}

/// The only word of a text.
fn one(text: &str, language: Language) -> Word {
    let words = read(text, language);
    assert_eq!(words.len(), 1, "{text}");
    words.into_iter().next().unwrap()
}

/// Each line of a table is a word in syllables and its sounds; a table has no fewer lines than it says.
fn check(table: &str, language: Language, at_least: usize) {
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    let pairs: Vec<(&str, &str)> = rows.iter().flat_map(|row| row.chunks(2).map(|pair| (pair[0], pair[1]))).collect();
    assert!(pairs.len() >= at_least, "{} words", pairs.len());
    let wrong: Vec<String> = pairs
        .iter()
        .filter_map(|(written, expected)| {
            let word = one(&written.replace('|', ""), language);
            let found = (letters(&word), sounds(&word, language));
            (found != ((*written).to_owned(), (*expected).to_owned()))
                .then(|| format!("{written} {expected}, but {} {}", found.0, found.1))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
