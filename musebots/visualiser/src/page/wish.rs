//! What viewers write when they want something: a word, and for some a value.

use crate::{Mode, Wish};
use std::str::FromStr;

/// By how much `stronger` and `weaker` change the painting.
const STEP: f32 = 0.1;
/// More styles than any network has.
const MOST_STYLES: usize = 1000;

/// It is no wish.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no wish: the wishes are `mode living|paint|plain`, `style N` (from 0), `next`, `back`, `auto`, `stronger`, `weaker`"
)]
pub struct NoWish(String);

impl FromStr for Wish {
    type Err = NoWish;

    fn from_str(text: &str) -> Result<Self, NoWish> {
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        match words[..] {
            ["mode", "living"] => Some(Self::Mode(Mode::Living)),
            ["mode", "paint"] => Some(Self::Mode(Mode::Paint)),
            ["mode", "plain"] => Some(Self::Mode(Mode::Plain)),
            ["style", place] => place.parse().ok().filter(|place| *place < MOST_STYLES).map(Self::Style),
            ["next"] => Some(Self::Next(1)),
            ["back"] => Some(Self::Next(-1)),
            ["auto"] => Some(Self::Auto),
            ["stronger"] => Some(Self::Stronger(STEP)),
            ["weaker"] => Some(Self::Stronger(-STEP)),
            _ => None,
        }
        .ok_or_else(|| NoWish(text.chars().filter(|c| !c.is_control()).take(40).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wish(text: &str) -> Option<Wish> {
        text.parse().ok()
    }

    #[test]
    fn wishes_are_words() {
        assert_eq!(wish("style 3"), Some(Wish::Style(3)));
        assert_eq!(wish("mode paint"), Some(Wish::Mode(Mode::Paint)));
        assert_eq!(wish("next"), Some(Wish::Next(1)));
        assert_eq!(wish("back"), Some(Wish::Next(-1)));
        assert_eq!(wish("  auto\r\n"), Some(Wish::Auto));
        assert_eq!(wish("weaker"), Some(Wish::Stronger(-STEP)));
    }

    #[test]
    fn other_words_are_none() {
        for text in ["", "style", "style x", "style -1", "style 99999999999999999999", "style 1 2", "mode", "rm -rf"] {
            let no = text.parse::<Wish>().unwrap_err().to_string();
            assert!(no.contains("stronger"), "it says what there is: {no}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_wish_or_none(text in ".{0,80}") {
            let _ = text.parse::<Wish>();
        }
    }
}
