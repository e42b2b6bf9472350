//! Words for voices: from letters to the sounds of a language, in syllables, with their stress
//! and the pauses between them. No sound is made here.
//!
//! [`read`] takes a line of text. English is said as in America, with every r; the nucleus of a syllable is a vowel or the two of a
//! diphthong: `E Ih` in day, `A Ih` in my, `O Uh` in go, `A Uh` in how, `Ao Ih` in boy, and in Spanish `A Iy` in hay, `A Uw` in
//! causa and so on. A glide before a vowel is in the onset: `Y E` in Spanish bien.
//!
//! ```
//! use musebot_kit::words::{Language, Pause, Stress, read};
//!
//! let line = read("O, banish'd thus!", Language::English);
//! assert_eq!(line[0].pause, Pause::Comma);
//! assert_eq!(line[1].syllables[0].stress, Stress::Full);
//! assert_eq!(line[1].syllables[1].text, "nish'd");
//! ```

mod english;
mod latin;
mod letters;
mod lyric;
mod numbers;
mod phone;
mod read;
mod rhyme;
mod rules;
mod sound;
mod spanish;
mod syllables;
#[cfg(test)]
mod tests;

pub use lyric::{Lyric, MOST_PHONES, Then};
pub use phone::Phone;
pub use read::read;

/// How the letters of a text are meant to sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Spanish, as it is said in America: c before e and z are s.
    Spanish,
    /// Names in Latin and Greek, as English speakers of science say them.
    Latin,
}

/// How heavy a syllable is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Stress {
    /// Light.
    #[default]
    Weak,
    /// In between: the second stress of a long word, or a short word of one syllable that means something.
    Half,
    /// The syllable that a word leans on.
    Full,
}

/// What follows a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Pause {
    /// The next word.
    #[default]
    None,
    /// A comma, a dash, a colon, a semicolon.
    Comma,
    /// A full stop.
    Stop,
    /// A question.
    Question,
    /// An exclamation.
    Exclamation,
}

/// A syllable: its letters, and its sounds around a vowel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Syllable {
    /// As written, with the punctuation that belongs to it.
    pub text: String,
    /// Consonants before the vowel.
    pub onset: Vec<Phone>,
    /// The vowel, or the two of a diphthong.
    pub nucleus: Vec<Phone>,
    /// Consonants after it.
    pub coda: Vec<Phone>,
    /// How heavy it is.
    pub stress: Stress,
}

impl Syllable {
    /// All its sounds in order.
    pub fn phones(&self) -> impl Iterator<Item = Phone> + '_ {
        self.onset.iter().chain(&self.nucleus).chain(&self.coda).copied()
    }
}

/// A word and what follows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Word {
    /// As written.
    pub text: String,
    /// At least one.
    pub syllables: Vec<Syllable>,
    /// What follows.
    pub pause: Pause,
}
