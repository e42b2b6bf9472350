//! The alphabet of a model: which characters it knows, in order, and the number of each. In names, the newline is the token
//! before the first and after the last letter.

mod letters;

use std::fmt::Write as _;

/// Sorted, each character once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vocab(Vec<char>);

/// Why a list of characters is no alphabet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VocabError {
    /// A model needs at least two characters to have a choice.
    #[error("an alphabet needs at least two characters, this one has {0}")]
    TooFew(usize),
    /// Out of order or twice.
    #[error("line {0}: characters must be sorted, each once")]
    Order(usize),
    /// A line with no character, more than one, or a false escape.
    #[error("line {0}: {1:?} is not one character")]
    Line(usize, String),
}

impl Vocab {
    /// The alphabet of a text.
    pub fn of(text: &str) -> Result<Self, VocabError> {
        let mut all: Vec<char> = text.chars().collect();
        all.sort_unstable();
        all.dedup();
        Self::checked(all)
    }

    fn checked(all: Vec<char>) -> Result<Self, VocabError> {
        if all.len() < 2 {
            return Err(VocabError::TooFew(all.len()));
        }
        match all.windows(2).position(|pair| pair[0] >= pair[1]) {
            Some(at) => Err(VocabError::Order(at + 2)),
            None => Ok(Self(all)),
        }
    }

    /// The characters, by their numbers.
    pub fn chars(&self) -> &[char] {
        &self.0
    }

    /// How many there are: at least two.
    #[allow(clippy::len_without_is_empty, reason = "an alphabet is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The number of a character.
    pub fn id(&self, character: char) -> Option<u32> {
        self.0.binary_search(&character).ok().map(|id| id as u32)
    }

    /// The character of a number.
    pub fn char(&self, id: u32) -> Option<char> {
        self.0.get(id as usize).copied()
    }

    /// A text in numbers. What the alphabet lacks is written with its nearest relative (other quotes, the other case, no accent)
    /// and left out only where there is none.
    pub fn read(&self, text: &str) -> Vec<u32> {
        let mut ids = Vec::with_capacity(text.len());
        let mut coming = text.chars().peekable();
        while let Some(mut letter) = coming.next() {
            while let Some(joined) = coming.peek().and_then(|mark| letters::join(letter, *mark)) {
                letter = joined;
                coming.next();
            }
            if let Some(id) = self.id(letter) {
                ids.push(id);
                continue;
            }
            let fits = |relative: &String| relative.chars().map(|c| self.id(c)).collect::<Option<Vec<u32>>>();
            ids.extend(letters::relatives(letter).iter().find_map(fits).into_iter().flatten());
        }
        ids
    }

    /// A file of one character a line, in their order.
    pub fn to_txt(&self) -> String {
        self.0.iter().fold(String::new(), |mut text, character| {
            match character {
                '\n' => text.push_str("\\n"),
                '\\' => text.push_str("\\\\"),
                c if c.is_control() || (c.is_whitespace() && *c != ' ') || letters::is_mark(*c) => {
                    let _ = write!(text, "\\u{{{:x}}}", u32::from(*c));
                }
                c => text.push(*c),
            }
            text.push('\n');
            text
        })
    }

    /// Reads what `to_txt` wrote.
    pub fn from_txt(text: &str) -> Result<Self, VocabError> {
        let text = text.strip_suffix('\n').unwrap_or(text);
        let character = |(at, line): (usize, &str)| {
            let line = line.strip_suffix('\r').unwrap_or(line);
            unescape(line).ok_or_else(|| VocabError::Line(at + 1, line.chars().take(12).collect()))
        };
        Self::checked(text.split('\n').enumerate().map(character).collect::<Result<_, _>>()?)
    }
}

fn unescape(line: &str) -> Option<char> {
    match line {
        "\\n" => return Some('\n'),
        "\\\\" => return Some('\\'),
        "\\" => return None,
        _ => {}
    }
    if let Some(hex) = line.strip_prefix("\\u{").and_then(|rest| rest.strip_suffix('}')) {
        return u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
    }
    let mut all = line.chars();
    all.next().filter(|_| all.next().is_none())
}

/// Joins accents to their letters, so that one letter is one character however the file was written.
pub(crate) fn composed(text: &str) -> String {
    let mut out: Vec<char> = Vec::with_capacity(text.len());
    for letter in text.chars() {
        match out.last().and_then(|last| letters::join(*last, letter)) {
            Some(joined) => *out.last_mut().expect("there is a letter to join to") = joined,
            None => out.push(letter),
        }
    }
    out.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(alphabet: &str, text: &str) -> String {
        let vocab = Vocab::of(alphabet).unwrap();
        vocab.read(text).iter().map(|id| vocab.char(*id).unwrap()).collect()
    }

    #[test]
    fn what_is_known_is_read_as_it_is() {
        assert_eq!(read("año ÁÑ", "año Ñ"), "año Ñ");
    }

    #[test]
    fn an_unknown_letter_gives_way_to_its_relative() {
        assert_eq!(read("abcen '\n", "Ñandé’\tÇ"), "nane' c");
        assert_eq!(read("ABÑ", "añb"), "AÑB");
        assert_eq!(read("n~ñ", "n\u{303}"), "ñ");
        assert_eq!(read("ab.", "a…b"), "a...b");
    }

    #[test]
    fn what_has_no_relative_is_left_out() {
        assert_eq!(read("ab", "a漢b🎵"), "ab");
    }

    #[test]
    fn an_accent_of_its_own_is_joined() {
        assert_eq!(composed("n\u{303}o sen\u{303}or e\u{301}"), "ño señor é");
        assert_eq!(composed("\u{303}x"), "\u{303}x");
    }

    #[test]
    fn a_false_file_is_refused_by_its_line() {
        assert_eq!(Vocab::from_txt("a\n"), Err(VocabError::TooFew(1)));
        assert_eq!(Vocab::from_txt("b\na\n"), Err(VocabError::Order(2)));
        assert_eq!(Vocab::from_txt("a\nbc\n"), Err(VocabError::Line(2, "bc".into())));
        assert_eq!(Vocab::from_txt("a\n\\u{d800}\n"), Err(VocabError::Line(2, "\\u{d800}".into())));
    }

    proptest! {
        #[test]
        fn every_alphabet_survives_its_file(text in ".{2,80}") {
            if let Ok(vocab) = Vocab::of(&text) {
                prop_assert_eq!(Vocab::from_txt(&vocab.to_txt()), Ok(vocab));
            }
        }

        #[test]
        fn any_text_is_read_by_any_alphabet(alphabet in ".{2,30}", text in any::<String>()) {
            if let Ok(vocab) = Vocab::of(&alphabet) {
                prop_assert!(vocab.read(&text).iter().all(|id| vocab.char(*id).is_some()));
                for (id, character) in vocab.chars().iter().enumerate() {
                    prop_assert_eq!(vocab.read(&character.to_string()), vec![id as u32]);
                }
            }
        }

        #[test]
        fn no_file_panics(text in any::<String>()) {
            let _ = Vocab::from_txt(&text);
        }
    }
}
