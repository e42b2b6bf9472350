//! The pen: calls a name and invents its answers, with a model or by putting together parts of
//! names it knows. It works on a thread of its own and knows nothing of music.

use crate::kinship::{Kinship, answers, sound};
use generative_models::{Sampling, Writer};
use musebot_kit::{
    music::Dice,
    words::{Language, Word},
};
use std::path::PathBuf;

/// A round that is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wish {
    /// Which round of the piece.
    pub round: u32,
    /// How often new material was asked for.
    pub turn: u32,
    /// How daring to write.
    pub temperature: f64,
}

/// A name and those that answer it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// The turn it was wanted in.
    pub turn: u32,
    /// The name that is called.
    pub call: String,
    /// Inventions that rhyme with it or begin like it, in turn.
    pub answers: Vec<String>,
}

/// What writes.
pub struct Pen {
    language: Language,
    dice: Dice,
    source: Source,
}

enum Source {
    Model(Box<Writer>),
    /// The names that every bot has in its pocket.
    Pocket(Vec<&'static str>),
}

/// Answers to a name.
const ANSWERS: [Kinship; 5] =
    [Kinship::Rhyme, Kinship::Alliteration, Kinship::Rhyme, Kinship::Alliteration, Kinship::Rhyme];
/// Names that are thought of for one answer, at most.
const TRIES: u32 = 24;
/// Letters in a name.
const LETTERS: std::ops::RangeInclusive<usize> = 4..=22;

impl Pen {
    /// Opens a model, or, with one line that says why not, the pocket.
    #[must_use]
    pub fn open(model: Option<PathBuf>, language: Language, dice: Dice) -> Self {
        let text = match language {
            Language::English => include_str!("names/english.txt"),
            Language::Spanish => include_str!("names/spanish.txt"),
            Language::Latin => include_str!("names/latin.txt"),
        };
        let pocket = || Source::Pocket(text.lines().collect());
        let source = match model.map(|folder| (Writer::open(&folder), folder)) {
            None => pocket(),
            Some((Ok(writer), _)) => Source::Model(Box::new(writer)),
            Some((Err(e), folder)) => {
                tracing::warn!("the model in `{}` cannot be read: {e}; calling built-in names", folder.display());
                pocket()
            }
        };
        Self { language, dice, source }
    }

    /// Writes a round. `None` when nothing came that is a name.
    pub fn write(&mut self, wish: &Wish) -> Option<Round> {
        let mut dice = self.dice.about(&format!("round {} of {}", wish.round, wish.turn));
        let (call, sounds) = (0..TRIES).find_map(|_| self.name(wish, &mut dice, None))?;
        let mut round = Round { turn: wish.turn, call, answers: Vec::new() };
        for kinship in ANSWERS {
            // Of all that fit, the best; of equally good ones the first.
            let mut best: Option<(f64, String)> = None;
            for _ in 0..TRIES {
                let Some((name, word)) = self.name(wish, &mut dice, Some((&sounds, kinship))) else { continue };
                let fits = answers(&sounds, &word, kinship);
                let known = name == round.call || round.answers.contains(&name);
                if let Some(good) = fits.filter(|good| !known && best.as_ref().is_none_or(|(b, _)| good > b)) {
                    best = Some((good, name));
                }
                if best.as_ref().is_some_and(|(good, _)| *good >= 4.0) {
                    break;
                }
            }
            round.answers.extend(best.map(|(_, name)| name));
        }
        Some(round)
    }

    /// Thinks of a name, and how it sounds.
    fn name(&mut self, wish: &Wish, dice: &mut Dice, kin: Option<(&Word, Kinship)>) -> Option<(String, Word)> {
        let name = match &mut self.source {
            Source::Model(writer) => {
                writer.begin(dice.below(usize::MAX) as u64);
                let how = Sampling { temperature: wish.temperature as f32, top_k: None, top_p: Some(0.98) };
                let beginning = match kin {
                    Some((call, Kinship::Alliteration)) => beginning(&call.text),
                    _ => String::new(),
                };
                spell(&beginning, |allowed| writer.next_where(&how, allowed))?
            }
            Source::Pocket(names) => match kin {
                None => dice.pick::<&'static str>(names).to_string(),
                Some((call, kinship)) => {
                    graft(call, &sound(dice.pick::<&'static str>(names), self.language)?, kinship, dice)?
                }
            },
        };
        let word = sound(&name, self.language)?;
        Some((name, word))
    }
}

/// What a name begins with: the letters up to its first vowel, or that vowel.
fn beginning(name: &str) -> String {
    let vowel = |c: char| "aeiouyáéíóú".contains(c);
    let name = name.to_lowercase();
    let consonants: String = name.chars().take_while(|c| !vowel(*c)).take(3).collect();
    if consonants.is_empty() { name.chars().take(1).collect() } else { consonants }
}

/// Spells a name that begins so, as a model writes it.
fn spell(
    beginning: &str,
    mut next: impl FnMut(&dyn Fn(Option<char>) -> bool) -> Option<Option<char>>,
) -> Option<String> {
    let mut given = beginning.chars();
    let mut name = String::new();
    for count in 0..=*LETTERS.end() {
        let wanted = given.next();
        let welcome = |c: Option<char>| match (wanted, c) {
            (Some(wanted), Some(c)) => c.to_lowercase().eq(wanted.to_lowercase()),
            (Some(_), None) => false,
            (None, None | Some('\n')) => LETTERS.contains(&count),
            (None, Some(c)) => c.is_alphabetic(),
        };
        match next(&welcome)? {
            None | Some('\n') => return LETTERS.contains(&count).then(|| capital(&name)),
            Some(c) => name.push(c),
        }
    }
    // It never came to an end: no name.
    None
}

/// A new name from two: the end of one on the beginning of the other.
fn graft(call: &Word, other: &Word, kinship: Kinship, dice: &mut Dice) -> Option<String> {
    let (head, tail) = match kinship {
        Kinship::Rhyme => (other, call),
        Kinship::Alliteration => (call, other),
    };
    let (heads, tails) = (head.syllables.len(), tail.syllables.len());
    if heads < 2 || tails < 2 {
        return None;
    }
    // What rhymes keeps the stress and all behind it.
    let stress = tail.syllables.iter().rposition(|s| s.stress == musebot_kit::words::Stress::Full).unwrap_or(tails - 1);
    let from = match kinship {
        Kinship::Rhyme => stress.clamp(1, tails - 1),
        Kinship::Alliteration => 1 + dice.below(tails - 1),
    };
    let most = heads.min(1 + from).max(1);
    let upto = 1 + dice.below(most.min(heads - 1).max(1));
    let text = |word: &Word, range: std::ops::Range<usize>| {
        word.syllables[range].iter().map(|syllable| syllable.text.as_str()).collect::<String>()
    };
    let name = text(head, 0..upto) + &text(tail, from..tails);
    let letters: String = name.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect();
    LETTERS.contains(&letters.chars().count()).then(|| capital(&letters))
}

fn capital(name: &str) -> String {
    let mut chars = name.chars();
    // Some letters become two, of which the second may be a bare accent: they stay small.
    let large = |first: char| first.to_uppercase().next().filter(|_| first.to_uppercase().len() == 1).unwrap_or(first);
    chars.next().map(|first| std::iter::once(large(first)).chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round(language: Language, n: u32) -> Round {
        let mut pen = Pen::open(None, language, Dice::new(7));
        pen.write(&Wish { round: n, turn: 0, temperature: 0.8 }).unwrap()
    }

    #[test]
    fn answers_rhyme_or_begin_alike_and_are_new() {
        for language in [Language::Latin, Language::Spanish, Language::English] {
            let mut found = 0;
            for n in 0..40 {
                let round = round(language, n);
                let call = sound(&round.call, language).unwrap();
                for (n, answer) in round.answers.iter().enumerate() {
                    let word = sound(answer, language).unwrap();
                    let kin = [Kinship::Rhyme, Kinship::Alliteration].map(|kinship| answers(&call, &word, kinship));
                    assert!(kin.iter().any(Option::is_some), "{} {answer}", round.call);
                    assert!(!round.answers[..n].contains(answer));
                }
                found += round.answers.len();
            }
            assert!(found >= 40 * 3, "{language:?}: {found} answers to 40 names");
        }
    }

    #[test]
    fn a_round_depends_on_its_number_alone() {
        let mut pen = Pen::open(None, Language::Latin, Dice::new(7));
        let wish = |round| Wish { round, turn: 0, temperature: 0.8 };
        let first = pen.write(&wish(3));
        pen.write(&wish(9));
        assert_eq!(pen.write(&wish(3)), first);
        assert_ne!(pen.write(&wish(4)), first);
    }

    /// Spells off a text, as a model would that had no choice but to skip what is not welcome.
    fn spelt(beginning: &str, text: &str) -> Option<String> {
        let mut chars = text.chars().map(|c| (c != '.').then_some(c));
        spell(beginning, |welcome| chars.find(|c| welcome(*c)))
    }

    #[test]
    fn a_name_begins_as_it_has_to_and_ends_where_it_ends() {
        assert_eq!(spelt("", "troodon.rest").as_deref(), Some("Troodon"));
        assert_eq!(spelt("st", "nestegos.").as_deref(), Some("Stegos"));
        assert_eq!(spelt("", "ab.cd-9ef\n").as_deref(), Some("Abcdef"));
        assert_eq!(spelt("", &"a".repeat(99)), None);
        assert_eq!((beginning("Stegosaurus").as_str(), beginning("Iguanodon").as_str()), ("st", "i"));
    }

    #[test]
    fn a_broken_model_is_the_pocket() {
        let folder = tempfile::tempdir().unwrap();
        let mut pen = Pen::open(Some(folder.path().join("nothing")), Language::Latin, Dice::new(1));
        assert!(pen.write(&Wish { round: 0, turn: 0, temperature: 1.0 }).is_some());
    }

    #[test]
    fn a_letter_whose_capital_is_two_signs_stays_small() {
        assert_eq!(capital("ῖaῠº"), "ῖaῠº");
        assert_eq!(capital("ñandusaurus"), "Ñandusaurus");
    }

    proptest! {
        #[test]
        fn whatever_is_written_a_name_has_letters_only(text in any::<String>()) {
            if let Some(name) = spelt("", &text) {
                prop_assert!(name.chars().all(char::is_alphabetic) && name.chars().count() >= 4);
            }
        }
    }
}
