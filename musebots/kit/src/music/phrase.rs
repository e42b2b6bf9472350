//! Where a bar stands in its phrase.

/// The phrase that a bar belongs to. Phrases are counted from bar 1 on, so that a bot that comes
/// late finds itself at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phrase {
    /// Which phrase of the piece, from 0.
    pub index: u32,
    /// Which of its bars, from 0.
    pub bar: u32,
    /// How many bars it has.
    pub bars: u32,
}

impl Phrase {
    /// The phrase of a bar (from 1), where phrases have `bars` bars.
    #[must_use]
    pub fn of(bar: u32, bars: u32) -> Self {
        let (bar, bars) = (bar.max(1) - 1, bars.max(1));
        Self { index: bar / bars, bar: bar % bars, bars }
    }

    /// Whether it begins with this bar.
    #[must_use]
    pub fn begins(self) -> bool {
        self.bar == 0
    }

    /// Whether it ends with this bar.
    #[must_use]
    pub fn ends(self) -> bool {
        self.bar + 1 == self.bars
    }

    /// How far through the phrase this bar begins, 0 to below 1.
    #[must_use]
    pub fn share(self) -> f64 {
        f64::from(self.bar) / f64::from(self.bars)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bar_five_begins_the_second_phrase_of_four() {
        let phrase = Phrase::of(5, 4);
        assert_eq!((phrase.index, phrase.bar), (1, 0));
        assert!(phrase.begins() && !phrase.ends());
        assert!(Phrase::of(8, 4).ends());
    }
}
