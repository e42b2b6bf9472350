//! Letters of many alphabets, brought to those that the rules know.

use crate::words::Language;

/// A word in small plain letters, and where each of them stands in what is written.
pub(super) struct Spelling {
    pub(super) letters: String,
    /// The byte of the written word where each letter begins.
    pub(super) at: Vec<usize>,
}

impl Spelling {
    /// A byte for each letter, accents aside.
    pub(super) fn plain(&self) -> Vec<u8> {
        self.letters
            .chars()
            .map(|letter| match letter {
                'á' => b'a',
                'é' | 'è' => b'e',
                'í' => b'i',
                'ó' => b'o',
                'ú' | 'ü' => b'u',
                'ñ' => b'n',
                other => u8::try_from(other).unwrap_or(b'\''),
            })
            .collect()
    }
}

/// The letters of a word. Those that the language tells apart by accents keep them.
pub(super) fn spelling(part: &str, language: Language) -> Spelling {
    let mut spelling = Spelling { letters: String::with_capacity(part.len()), at: Vec::with_capacity(part.len()) };
    let small = part.char_indices().flat_map(|(at, letter)| letter.to_lowercase().map(move |letter| (at, letter)));
    for (at, letter) in small {
        match letter {
            'a'..='z' => put(&mut spelling, at, letter),
            _ if is_apostrophe(letter) && language == Language::English => put(&mut spelling, at, '\''),
            'á' | 'é' | 'í' | 'ó' | 'ú' | 'ü' | 'ñ' if language == Language::Spanish => {
                put(&mut spelling, at, letter)
            }
            '\u{301}' if language == Language::Spanish => accent(&mut spelling.letters, "aeiou", "áéíóú"),
            '\u{303}' if language == Language::Spanish => accent(&mut spelling.letters, "n", "ñ"),
            '\u{308}' if language == Language::Spanish => accent(&mut spelling.letters, "u", "ü"),
            _ => plain(letter).chars().for_each(|plain| put(&mut spelling, at, plain)),
        }
    }
    // An accent that makes a verse: banishèd.
    let syllabic = ["èd", "éd", "ëd"].iter().any(|end| part.to_lowercase().ends_with(end));
    if language == Language::English && syllabic && spelling.letters.pop().is_some() && spelling.letters.pop().is_some()
    {
        spelling.letters.push_str("èd");
    }
    spelling
}

fn put(spelling: &mut Spelling, at: usize, letter: char) {
    spelling.letters.push(letter);
    spelling.at.push(at);
}

/// Puts an accent that was written as a sign of its own on the letter before it.
fn accent(letters: &mut String, plain: &str, accented: &str) {
    let Some(last) = letters.chars().last() else { return };
    if let Some(with) = plain.chars().position(|letter| letter == last).and_then(|nth| accented.chars().nth(nth)) {
        letters.pop();
        letters.push(with);
    }
}

pub(super) fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '’' | '‘' | 'ʼ' | '`' | '´')
}

pub(super) fn is_hyphen(letter: char) -> bool {
    matches!(letter, '-' | '‐' | '‑')
}

/// What is written over or into a letter and has no sound of its own.
pub(super) fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200b}'..='\u{200d}')
}

/// A letter in the letters of the rules; nothing where it is not known.
#[rustfmt::skip]
fn plain(letter: char) -> &'static str {
    match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' | 'ª' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ď' => "d", 'đ' => "d", 'ð' | 'þ' => "th",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' | 'ģ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' => "i",
        'ķ' => "k", 'ł' | 'ļ' => "l", 'ñ' | 'ń' | 'ň' | 'ņ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' | 'º' => "o",
        'ŕ' | 'ř' => "r", 'ś' | 'š' | 'ş' | 'ș' | 'ſ' => "s", 'ť' | 'ţ' | 'ț' => "t",
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' | 'ų' => "u",
        'ý' | 'ÿ' => "y", 'ź' | 'ž' | 'ż' => "z",
        'æ' => "ae", 'œ' => "oe", 'ß' => "ss", 'ﬁ' => "fi", 'ﬂ' => "fl",
        'α' | 'ά' => "a", 'β' => "v", 'γ' => "g", 'δ' => "d", 'ε' | 'έ' => "e", 'ζ' => "z", 'η' | 'ή' => "i", 'θ' => "th",
        'ι' | 'ί' | 'ϊ' => "i", 'κ' => "k", 'λ' => "l", 'μ' => "m", 'ν' => "n", 'ξ' => "x", 'ο' | 'ό' => "o", 'π' => "p",
        'ρ' => "r", 'σ' | 'ς' => "s", 'τ' => "t", 'υ' | 'ύ' => "y", 'φ' => "ph", 'χ' => "ch", 'ψ' => "ps", 'ω' | 'ώ' => "o",
        'а' => "a", 'б' => "b", 'в' => "v", 'г' => "g", 'д' => "d", 'е' | 'э' => "e", 'ё' => "yo", 'ж' => "zh", 'з' => "z",
        'и' | 'й' | 'і' => "i", 'к' => "k", 'л' => "l", 'м' => "m", 'н' => "n", 'о' => "o", 'п' => "p", 'р' => "r", 'с' => "s",
        'т' => "t", 'у' => "u", 'ф' => "f", 'х' => "h", 'ц' => "ts", 'ч' => "ch", 'ш' => "sh", 'щ' => "sh", 'ы' => "y",
        'ю' => "yu", 'я' => "ya",
        _ => "",
    }
}
