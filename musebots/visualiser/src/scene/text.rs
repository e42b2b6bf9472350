//! Words as they can be lettered: of bounded length, on one line.

/// A text of at most `most` characters, each stretch of white space and control characters a single space.
pub(super) fn plain(text: &str, most: usize) -> String {
    // What is farther on than any text that could be shown is not even looked at.
    let read: String = text.chars().take(4 * most + 64).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let plain: String = read.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(most).collect();
    plain.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_becomes_one_line() {
        assert_eq!(plain("  to\tbe,\r\n or\u{0} not ", 40), "to be, or not");
        assert_eq!(plain("Hadrosaurus", 5), "Hadro");
    }

    proptest! {
        #[test]
        fn no_text_is_too_much(text in ".{0,300}", most in 0_usize..40) {
            let plain = plain(&text, most);
            prop_assert!(plain.chars().count() <= most);
            prop_assert!(!plain.chars().any(char::is_control));
        }
    }
}
