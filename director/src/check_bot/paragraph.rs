//! What PROTOCOL.md says about each fact: the paragraph that ends with its mark.

const PROTOCOL: &str = include_str!("../../../protocol/PROTOCOL.md");

/// The paragraph that ends with the mark `(B13)`, on one line, without the mark.
pub(crate) fn paragraph(number: u8) -> String {
    let mark = format!("(B{number})");
    let found = PROTOCOL.split("\n\n").find(|p| p.trim_end().ends_with(&mark)).unwrap_or_default();
    let words: Vec<&str> = found.split_whitespace().filter(|word| *word != mark).collect();
    words.join(" ").replace("**", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_has_its_paragraph() {
        for number in 1..=30 {
            assert!(!paragraph(number).is_empty(), "no paragraph of PROTOCOL.md ends with (B{number})");
        }
        assert!(paragraph(13).contains("/agent/off"));
    }
}
