//! A syllable as a note carries it: small and `Copy`, so that it travels through rings to the
//! audio thread.

use super::{Phone, Syllable};

/// Phones in a syllable, at most.
pub const MOST_PHONES: usize = 12;
/// Bytes of its text, at most.
const MOST_TEXT: usize = 27;

/// What a note sings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lyric {
    phones: [Option<Phone>; MOST_PHONES],
    text: [u8; MOST_TEXT],
    bytes: u8,
    /// What comes after it.
    pub then: Then,
}

/// What comes after a syllable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Then {
    /// More of the same word.
    More,
    /// Another word.
    #[default]
    Word,
    /// The next line.
    Line,
}

impl Lyric {
    /// A syllable and what comes after it. What is too long is cut off at its end.
    #[must_use]
    pub fn new(syllable: &Syllable, then: Then) -> Self {
        let mut phones = [None; MOST_PHONES];
        phones.iter_mut().zip(syllable.phones()).for_each(|(place, phone)| *place = Some(phone));
        let mut bytes = syllable.text.len().min(MOST_TEXT);
        while !syllable.text.is_char_boundary(bytes) {
            bytes -= 1;
        }
        let mut text = [0; MOST_TEXT];
        text[..bytes].copy_from_slice(&syllable.text.as_bytes()[..bytes]);
        Self { phones, text, bytes: bytes as u8, then }
    }

    /// One vowel and no letters: for a note that nobody gave words. Realtime-safe: yes.
    pub(crate) fn of(vowel: Phone, then: Then) -> Self {
        let mut phones = [None; MOST_PHONES];
        phones[0] = Some(vowel);
        Self { phones, text: [0; MOST_TEXT], bytes: 0, then }
    }

    /// Whether the other has the same sounds. Realtime-safe: yes.
    pub(crate) fn sounds_like(&self, other: &Self) -> bool {
        self.phones == other.phones
    }

    /// Its letters, with the punctuation that belongs to them.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.text[..usize::from(self.bytes)]).unwrap_or_default()
    }

    /// Its sounds: consonants, a vowel or two, consonants. Realtime-safe: yes.
    pub fn phones(&self) -> impl Iterator<Item = Phone> + '_ {
        self.phones.iter().map_while(|phone| *phone)
    }
}
