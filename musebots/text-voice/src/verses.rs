//! Verses to speak when no model writes any: a few lines of old poets, in public domain, and
//! proverbs. Poems are kept together.

use musebot_kit::{music::Dice, words::Language};

/// Goes through poems, line by line.
#[derive(Debug, Clone)]
pub struct Verses {
    poems: Vec<Vec<&'static str>>,
    dice: Dice,
    poem: usize,
    line: usize,
}

impl Verses {
    /// The verses of a language, none of them read yet.
    #[must_use]
    pub fn new(language: Language, dice: Dice) -> Self {
        let text = match language {
            Language::English => include_str!("verses/english.txt"),
            Language::Spanish => include_str!("verses/spanish.txt"),
            Language::Latin => include_str!("verses/latin.txt"),
        };
        let poems = text.split("\n\n").map(|poem| poem.lines().filter(|line| !line.is_empty()).collect()).collect();
        let mut verses = Self { poems, dice, poem: 0, line: 0 };
        verses.begin("");
        verses
    }

    /// Opens the book somewhere else, always at the same poem for the same word.
    pub fn begin(&mut self, word: &str) {
        let other = self.dice.about(word).below(self.poems.len());
        // The same again would be no change.
        self.poem = if other == self.poem { (other + 1) % self.poems.len() } else { other };
        self.line = 0;
    }

    /// The next line; after a poem comes the next one.
    pub fn line(&mut self) -> &'static str {
        let poem = &self.poems[self.poem];
        let line = poem[self.line];
        self.line += 1;
        if self.line == poem.len() {
            (self.poem, self.line) = ((self.poem + 1) % self.poems.len(), 0);
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_a_few_dozen_lines_that_fit_into_a_breath() {
        for language in [Language::English, Language::Spanish, Language::Latin] {
            let verses = Verses::new(language, Dice::new(1));
            let lines: Vec<&str> = verses.poems.iter().flatten().copied().collect();
            assert!(lines.len() >= 15, "{language:?}");
            assert!(lines.iter().all(|line| (10..60).contains(&line.chars().count())), "{language:?}");
        }
    }

    #[test]
    fn a_poem_is_read_in_order_and_then_the_next() {
        let mut verses = Verses::new(Language::English, Dice::new(1));
        let count: usize = verses.poems.iter().map(Vec::len).sum();
        let read: Vec<&str> = (0..count).map(|_| verses.line()).collect();
        let at = read.iter().position(|line| line.starts_with("Tomorrow")).unwrap();
        assert_eq!(read[(at + 1) % count], "Creeps in this petty pace from day to day,");
        assert_eq!(verses.line(), read[0], "and round");
    }

    #[test]
    fn another_speaker_reads_another_poem() {
        let mut verses = Verses::new(Language::English, Dice::new(1));
        for word in ["ROMEO", "LEAR", "LEAR", "PUCK"] {
            let before = verses.poem;
            verses.begin(word);
            assert_ne!(verses.poem, before);
        }
    }
}
