//! What holds of any text.

use proptest::prelude::*;

use crate::words::{Language, Lyric, MOST_PHONES, Then, Word, read};

const LANGUAGES: [Language; 3] = [Language::English, Language::Spanish, Language::Latin];

fn whole(word: &Word) -> String {
    word.syllables.iter().map(|syllable| syllable.text.as_str()).collect()
}

fn visible(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

fn holds(text: &str) {
    for language in LANGUAGES {
        let words = read(text, language);
        for word in &words {
            assert!(!word.syllables.is_empty(), "{word:?}");
            assert_eq!(whole(word), word.text);
            assert!(word.syllables.len() <= 200, "{} syllables in {}", word.syllables.len(), word.text);
            for syllable in &word.syllables {
                assert!(matches!(syllable.nucleus.len(), 1 | 2), "{syllable:?}");
                assert!(syllable.nucleus[0].is_vowel() && syllable.nucleus.iter().all(|phone| phone.is_vowel()));
                assert!(syllable.onset.iter().chain(&syllable.coda).all(|phone| !phone.is_vowel()), "{syllable:?}");
                assert!(syllable.phones().count() <= MOST_PHONES);
                assert!(Lyric::new(syllable, Then::Word).phones().eq(syllable.phones()));
            }
            assert!(word.rhyme().first().is_some_and(|first| first.is_vowel()));
        }
        let all: String = words.iter().map(|word| visible(&word.text)).collect();
        if !words.is_empty() {
            assert_eq!(all, visible(text), "nothing that was written is lost");
        } else {
            assert!(!text.chars().any(char::is_alphanumeric), "{text}");
        }
        assert_eq!(words, read(text, language), "the same again");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_can_be_read(text in "\\PC{0,60}") {
        holds(&text);
    }

    #[test]
    fn any_letters_can_be_read(text in "[a-zA-Z'’èñáü-]{1,30}( [a-z']{1,12}[,.!?—]{0,2}){0,4}") {
        holds(&text);
    }

    #[test]
    fn any_pile_of_endings_can_be_read(text in "(un|re|dis|o'er|for|over|inter){0,6}(lov|speak|b|ach|tr){1,2}(ing|ed|'d|ly|s|ness|er|eth|able|'st|'s){0,8}") {
        holds(&text);
    }

    #[test]
    fn any_consonants_can_be_read(text in "[bcdfghjklmnpqrstvwxz']{1,60}") {
        holds(&text);
    }

    #[test]
    fn any_vowels_can_be_read(text in "[aeiouyáéíóúüèh]{1,60}") {
        holds(&text);
    }

    #[test]
    fn any_signs_and_digits_can_be_read(text in "[0-9.,:;'&()¿¡ IVXa—–-]{0,40}") {
        holds(&text);
    }
}

#[test]
fn a_word_without_end_is_read_in_pieces() {
    for letters in ["a", "strengths", "'", "1", "-", "ß", "İ", "x", "\u{301}"] {
        holds(&letters.repeat(3_000));
    }
}
