//! The pen: writes one line after the other, with a model or without. It works on a thread of its
//! own and knows nothing of music.

use crate::Verses;
use generative_models::{Sampling, Writer};
use musebot_kit::{music::Dice, words::Language};
use std::path::PathBuf;

/// A line that is wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// Since how many changes of speaker: a line for an earlier one is not wanted any more.
    pub turn: u32,
    /// The speaker who begins with this line; `None` where one goes on.
    pub begins: Option<String>,
    /// How daring to write.
    pub temperature: f64,
}

/// A line that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The turn it was wanted in.
    pub turn: u32,
    /// What was written.
    pub text: String,
}

/// What writes.
pub enum Pen {
    /// A model, and the seed of its choices.
    Model(Box<Writer>, Dice),
    /// The verses that every bot has in its pocket.
    Verses(Verses),
}

/// Characters in a line, at most: longer ones end with a word.
const LONGEST: usize = 72;
/// How often a line that cannot be spoken is thrown away before the pocket's verses help out.
const TRIES: usize = 4;

impl Pen {
    /// Opens a model, or, with one line that says why not, the pocket.
    #[must_use]
    pub fn open(model: Option<PathBuf>, language: Language, dice: &Dice) -> Self {
        let verses = Verses::new(language, dice.about("verses"));
        let Some(folder) = model else { return Self::Verses(verses) };
        match Writer::open(&folder) {
            Ok(writer) => Self::Model(Box::new(writer), dice.about("model")),
            Err(e) => {
                tracing::warn!("the model in `{}` cannot be read: {e}; speaking built-in verses", folder.display());
                Self::Verses(verses)
            }
        }
    }

    /// Writes a line. `None` when nothing came that could be spoken.
    pub fn write(&mut self, wish: &Wish) -> Option<String> {
        match self {
            Self::Verses(verses) => {
                if let Some(speaker) = &wish.begins {
                    verses.begin(speaker);
                }
                Some(verses.line().to_owned())
            }
            Self::Model(writer, dice) => {
                // A model of sayings begins each anew, one of plays goes on where it was.
                let sayings = writer.writes_names();
                if let Some(speaker) = &wish.begins {
                    *dice = dice.about(&format!("{speaker} {}", wish.turn));
                    if !sayings {
                        writer.begin(dice.below(usize::MAX) as u64);
                        writer.prime(&format!("{speaker}:\n"));
                    }
                }
                let how = Sampling { temperature: wish.temperature as f32, top_k: None, top_p: Some(0.95) };
                (0..TRIES).find_map(|_| {
                    if sayings {
                        writer.begin(dice.below(usize::MAX) as u64);
                    }
                    read_line(|allowed| writer.next_where(&how, allowed))
                })
            }
        }
    }
}

/// Reads one line of what a model writes. What is no verse (names of speakers, stage directions,
/// empty lines) is not let in.
fn read_line(mut next: impl FnMut(&dyn Fn(Option<char>) -> bool) -> Option<Option<char>>) -> Option<String> {
    let mut line = String::new();
    for count in 0..LONGEST + 24 {
        let letters = line.chars().filter(|c| c.is_alphabetic()).count();
        let shouts = letters > 0 && !line.chars().any(char::is_lowercase);
        let welcome = |c: Option<char>| match c {
            None | Some('\n') => letters >= 4,
            // A speaker's name and a colon would be the next speech.
            Some(':') => letters > 0 && !shouts,
            Some(c) if c.is_alphabetic() => true,
            Some(c) if line.is_empty() => matches!(c, '¿' | '¡'),
            Some(c) => " ,;.!?'-’¿¡—".contains(c),
        };
        match next(&welcome) {
            Some(Some('\n') | None) | None => break,
            Some(Some(' ')) if count >= LONGEST => break,
            Some(Some(c)) => line.push(c),
        }
    }
    let line = line.trim().trim_start_matches(['\'', '-']).to_owned();
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    (letters >= 4 && line.chars().count() < LONGEST + 24).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads a line off a text, as a model would write it that had no choice but to skip what is
    /// not welcome.
    fn read(text: &str) -> Option<String> {
        let mut chars = text.chars();
        read_line(|welcome| chars.find(|c| welcome(Some(*c))).map(Some))
    }

    #[test]
    fn a_line_ends_where_it_ends() {
        assert_eq!(read("My lord, the king!\nAnd more").as_deref(), Some("My lord, the king!"));
    }

    #[test]
    fn empty_lines_brackets_and_numbers_are_not_let_in() {
        assert_eq!(read("\n\n[Exit 3]\nWell met.\n").as_deref(), Some("Exit"));
        assert_eq!(read("\nO, 12 times_ [yes].\n").as_deref(), Some("O,  times yes."));
    }

    #[test]
    fn a_speech_never_names_the_next_speaker() {
        assert!(!read("KING RICHARD:\nWhat now?\n").unwrap().contains(':'));
    }

    #[test]
    fn what_never_ends_is_cut_at_a_word_and_what_has_none_is_thrown_away() {
        let long = read(&"and so on ".repeat(100)).unwrap();
        assert!(long.len() <= LONGEST + 4 && long.ends_with(|c: char| "ndso".contains(c)), "{long}");
        assert_eq!(read(&"a".repeat(500)), None);
        assert_eq!(read(""), None);
        assert_eq!(read("...\n"), None);
    }

    #[test]
    fn a_broken_model_is_the_pocket() {
        let folder = tempfile::tempdir().unwrap();
        let mut pen = Pen::open(Some(folder.path().join("nothing")), Language::English, &Dice::new(1));
        let wish = Wish { turn: 1, begins: Some("LEAR".into()), temperature: 0.8 };
        assert!(matches!(pen, Pen::Verses(_)) && pen.write(&wish).is_some());
    }

    proptest! {
        #[test]
        fn whatever_is_written_a_line_is_short_and_begins_with_a_letter(text in any::<String>()) {
            if let Some(line) = read(&text) {
                prop_assert!(line.chars().count() <= LONGEST + 24);
                prop_assert!(line.starts_with(|c: char| c.is_alphabetic() || "¿¡".contains(c)), "{line}");
            }
        }
    }
}
