//! What makes a name an answer to another: that it rhymes, or begins alike.

use musebot_kit::words::{self, Language, Word};

/// How a name answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kinship {
    /// It ends alike.
    Rhyme,
    /// It begins alike.
    Alliteration,
}

/// A name as it sounds. `None` for what is no name.
#[must_use]
pub fn sound(name: &str, language: Language) -> Option<Word> {
    words::read(name, language).into_iter().next().filter(|word| !word.syllables.is_empty())
}

/// How good an answer a name is; `None` where it is none.
#[must_use]
pub fn answers(call: &Word, name: &Word, kinship: Kinship) -> Option<f64> {
    if call.text.to_lowercase() == name.text.to_lowercase() {
        return None;
    }
    let kin = match kinship {
        Kinship::Rhyme => call.rhymes_with(name),
        Kinship::Alliteration => begin_alike(call, name),
    };
    // Names of a length make verses; both ways alike is better than one.
    let uneven = call.syllables.len().abs_diff(name.syllables.len()) as f64;
    let both = call.rhymes_with(name) && begin_alike(call, name);
    kin.then(|| 4.0 - uneven + f64::from(u8::from(both)))
}

/// Whether both begin with the same consonant, or both with the same vowel.
fn begin_alike(call: &Word, name: &Word) -> bool {
    let (Some(one), Some(other)) = (call.syllables.first(), name.syllables.first()) else { return false };
    let vowels = one.onset.is_empty() && other.onset.is_empty();
    call.alliterates_with(name) || (vowels && one.nucleus.first() == other.nucleus.first())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kin(call: &str, name: &str, kinship: Kinship) -> Option<f64> {
        let of = |name| sound(name, Language::Latin).unwrap();
        answers(&of(call), &of(name), kinship)
    }

    #[test]
    fn stegosaurus_answers_nodosaurus_by_its_end_and_spinosaurus_by_its_beginning() {
        assert!(kin("Nodosaurus", "Stegosaurus", Kinship::Rhyme).is_some());
        assert!(kin("Nodosaurus", "Troodon", Kinship::Rhyme).is_none());
        assert!(kin("Maiasaura", "Megalosaurus", Kinship::Alliteration).is_some());
        assert!(kin("Maiasaura", "Troodon", Kinship::Alliteration).is_none());
    }

    #[test]
    fn nobody_answers_themselves() {
        assert_eq!(kin("Troodon", "troodon", Kinship::Rhyme), None);
    }
}
