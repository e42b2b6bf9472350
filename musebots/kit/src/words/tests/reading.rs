//! How a line is taken apart.

use super::{letters, one, sounds};
use crate::words::{Language, Pause, Phone, Stress, Word, read};

const ENGLISH: Language = Language::English;

fn texts(words: &[Word]) -> Vec<&str> {
    words.iter().map(|word| word.text.as_str()).collect()
}

fn pauses(line: &str) -> Vec<Pause> {
    read(line, ENGLISH).iter().map(|word| word.pause).collect()
}

#[test]
fn a_comma_is_a_short_rest() {
    assert_eq!(pauses("come, night"), [Pause::Comma, Pause::None]);
}

#[test]
fn punctuation_says_what_follows() {
    assert_eq!(pauses("Who? Me! Yes; no: (well) so."), {
        use Pause::{Comma, Exclamation, Question, Stop};
        [Question, Exclamation, Comma, Comma, Comma, Stop]
    });
    assert_eq!(pauses("what?!"), [Pause::Question]);
    assert_eq!(pauses("and then..."), [Pause::None, Pause::Comma]);
    assert_eq!(pauses("\"Go.\""), [Pause::Stop]);
    assert_eq!(pauses("the king (my lord) said"), [Pause::None, Pause::Comma, Pause::None, Pause::Comma, Pause::None]);
}

#[test]
fn a_dash_parts_words_and_a_hyphen_joins_them() {
    let words = read("death—ay, soft-hearted--man", ENGLISH);
    assert_eq!(texts(&words), ["death—", "ay,", "soft-hearted--", "man"]);
    assert_eq!(words[0].pause, Pause::Comma);
    assert_eq!(letters(&words[2]), "soft-|hear|ted--");
}

#[test]
fn punctuation_alone_belongs_to_the_word_before_or_the_first() {
    assert_eq!(texts(&read("— well — well", ENGLISH)), ["— well —", "well"]);
    assert_eq!(pauses("well — well"), [Pause::Comma, Pause::None]);
    assert!(read("... — !", ENGLISH).is_empty());
    assert!(read("", ENGLISH).is_empty());
}

#[test]
fn speakers_in_capitals_are_read_like_others() {
    let words = read("KING RICHARD III:", ENGLISH);
    assert_eq!(words.iter().map(|word| sounds(word, ENGLISH)).collect::<Vec<_>>(), ["'kIN", "'rI-c3d", "D@-'T3d"]);
    assert_eq!(texts(&words), ["KING", "RICHARD", "III:"]);
    assert_eq!(sounds(&read("I am", ENGLISH)[0], ENGLISH), "Y");
    assert_eq!(sounds(&read("Felipe II", Language::Spanish)[1], Language::Spanish), "se-'Gun-do");
}

#[test]
fn apostrophes_shorten_and_quotes_do_not() {
    let said = |text| sounds(&one(text, ENGLISH), ENGLISH);
    assert_eq!(said("'tis"), "tIz");
    assert_eq!(said("’Tis"), "tIz");
    assert_eq!(said("o'er"), "'Or");
    assert_eq!(said("know't?"), "'not");
    assert_eq!(said("is't"), "'Izt");
    assert_eq!(said("banish'd;"), "'ba-nISt");
    assert_eq!(said("'love'"), "'lVv");
    assert_eq!(said("‘love’"), "'lVv");
    assert_eq!(said("lords'"), "'lOrdz");
    assert_eq!(said("summer's"), "'sV-m3z");
    assert_eq!(said("o'erthrown"), ",Or-'Tron");
    assert_eq!(said("banishèd"), "'ba-nI-SId");
    assert_eq!(said("thou'rt"), "DWrt");
}

#[test]
fn numbers_are_spoken_and_shown_as_written() {
    let number = |text, language| {
        let word = one(text, language);
        assert_eq!(word.syllables[0].text, text);
        assert_eq!(letters(&word).replace('|', ""), text);
        sounds(&word, language).replace(['\'', ','], "")
    };
    assert_eq!(number("0", ENGLISH), "zI-ro");
    assert_eq!(number("12", ENGLISH), "twelv");
    assert_eq!(number("45", ENGLISH), "fOr-ti-fYv");
    assert_eq!(number("1603", ENGLISH), "wVn-TW-z@nd-sIks-hVn-dr@d-Tri");
    assert_eq!(number("1,234", ENGLISH), "wVn-TW-z@nd-tu-hVn-dr@d-T3-ti-fOr");
    assert_eq!(number("3rd", ENGLISH), "T3d");
    assert_eq!(number("21st", ENGLISH), "twen-ti-f3st");
    assert_eq!(number("22", Language::Spanish), "bein-ti-Dos");
    assert_eq!(number("100", Language::Spanish), "syen");
    assert_eq!(number("1999", Language::Spanish), "mil-no-Be-syen-tos-no-Ben-ta-i-nwe-Be");
    assert_eq!(number("21000", Language::Spanish), "bein-tyun-mil");
    assert_eq!(number("007", ENGLISH), "zI-ro-zI-ro-se-v@n");
}

#[test]
fn every_number_to_a_million_is_spoken() {
    for language in [ENGLISH, Language::Spanish] {
        for number in (0..1_200).chain((1_200..1_000_000).step_by(997)) {
            let word = one(&number.to_string(), language);
            assert!(
                !word.syllables.iter().any(|syllable| syllable.nucleus == [Phone::Ax] && syllable.onset.is_empty()),
                "{number}"
            );
        }
    }
}

#[test]
fn titles_stop_nothing() {
    let words = read("Mr. Brown", ENGLISH);
    assert_eq!((sounds(&words[0], ENGLISH).as_str(), words[0].pause), ("'mIs-t3", Pause::None));
    assert_eq!(sounds(&read("Sr. Juan", Language::Spanish)[0], Language::Spanish), "se-'ñor");
}

#[test]
fn initials_are_spelled_out() {
    assert_eq!(sounds(&one("BBC", ENGLISH), ENGLISH), "'bi-'bi-'si");
    assert_eq!(sounds(&one("R2D2", ENGLISH), ENGLISH), "'Ar-'tu-'di-'tu");
    assert_eq!(sounds(&read("you & me", ENGLISH)[1], ENGLISH), "@nd");
}

#[test]
fn other_alphabets_are_read_as_far_as_they_are_known() {
    assert_eq!(sounds(&one("naïve", ENGLISH), ENGLISH), sounds(&one("naive", ENGLISH), ENGLISH));
    assert_eq!(one("Ελλάδα", ENGLISH).syllables.len(), 3);
    assert_eq!(one("Москва", ENGLISH).syllables.len(), 2);
    assert_eq!(one("你好", ENGLISH).syllables.len(), 1);
    assert_eq!(sounds(&one("nin\u{303}o", Language::Spanish), Language::Spanish), "'ni-ño");
    assert_eq!(sounds(&one("cancio\u{301}n", Language::Spanish), Language::Spanish), "kan-'syon");
}

#[test]
fn rhymes_are_heard_and_not_seen() {
    let word = |text| one(text, ENGLISH);
    assert!(word("love").rhymes_with(&word("dove")));
    assert!(word("great").rhymes_with(&word("late")));
    assert!(word("daughter").rhymes_with(&word("water")));
    assert!(word("blood").rhymes_with(&word("mud")));
    assert!(!word("love").rhymes_with(&word("move")));
    assert!(!word("food").rhymes_with(&word("good")));
    assert!(!word("love").rhymes_with(&word("Love")), "a word with itself");
    assert_eq!(word("nation").rhyme(), [Phone::E, Phone::Ih, Phone::Sh, Phone::Ax, Phone::N]);
}

#[test]
fn alliteration_is_heard_and_not_seen() {
    let word = |text| one(text, ENGLISH);
    assert!(word("knight").alliterates_with(&word("never")));
    assert!(word("philosophy").alliterates_with(&word("fool")));
    assert!(!word("king").alliterates_with(&word("knight")));
    assert!(!word("apple").alliterates_with(&word("ocean")), "vowels");
}

#[test]
fn words_of_a_sentence_are_light_and_its_names_are_not() {
    let words = read("The lord of the castle", ENGLISH);
    let heaviest = |word: &Word| word.syllables.iter().map(|syllable| syllable.stress).max().unwrap();
    let stresses: Vec<Stress> = words.iter().map(heaviest).collect();
    assert_eq!(stresses, [Stress::Weak, Stress::Full, Stress::Weak, Stress::Weak, Stress::Full]);
}
