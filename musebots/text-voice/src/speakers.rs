//! Who speaks: the names that a section's voice takes on, each with the heat that suits it.

use musebot_kit::{music::Dice, words::Language};

/// Shakespeare's, as plays print them, from the calm to the furious.
const ENGLISH: [(&str, f64); 18] = [
    ("PROSPERO", 0.15),
    ("HORATIO", 0.2),
    ("DESDEMONA", 0.25),
    ("OLIVIA", 0.3),
    ("VIOLA", 0.35),
    ("BRUTUS", 0.4),
    ("ROSALIND", 0.45),
    ("BEATRICE", 0.5),
    ("HAMLET", 0.5),
    ("ROMEO", 0.55),
    ("JULIET", 0.55),
    ("FALSTAFF", 0.6),
    ("CLEOPATRA", 0.65),
    ("MACBETH", 0.7),
    ("OTHELLO", 0.75),
    ("KING RICHARD", 0.8),
    ("HOTSPUR", 0.85),
    ("LEAR", 0.95),
];

/// Of the old Spanish books.
const SPANISH: [(&str, f64); 6] = [
    ("MELIBEA", 0.2),
    ("SANCHO", 0.35),
    ("LAZARILLO", 0.5),
    ("SEGISMUNDO", 0.6),
    ("CELESTINA", 0.75),
    ("QUIJOTE", 0.9),
];

/// Poets of Rome.
const LATIN: [(&str, f64); 5] =
    [("VERGILIUS", 0.25), ("HORATIUS", 0.35), ("OVIDIUS", 0.5), ("CATULLUS", 0.75), ("SIBYLLA", 0.9)];

/// Chooses a speaker for a section, by its heat (0–1), other than the one before. The same
/// section at the same heat has the same one.
#[must_use]
pub fn speaker(language: Language, section: &str, heat: f64, before: Option<&str>, dice: &Dice) -> &'static str {
    let all: &[(&str, f64)] = match language {
        Language::English => &ENGLISH,
        Language::Spanish => &SPANISH,
        Language::Latin => &LATIN,
    };
    let weighted: Vec<(&'static str, f64)> = all
        .iter()
        .filter(|(name, _)| Some(*name) != before)
        .map(|(name, at)| (*name, (-((at - heat) / 0.16).powi(2)).exp() + 1e-4))
        .collect();
    dice.about(section).weighted::<&'static str>(&weighted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_follows_on_themselves() {
        for seed in 0..300 {
            let dice = Dice::new(seed);
            let first = speaker(Language::English, "verse", 0.5, None, &dice);
            assert_ne!(speaker(Language::English, "verse", 0.5, Some(first), &dice), first);
        }
    }

    #[test]
    fn the_hotter_it_is_the_hotter_they_are() {
        let mean = |heat: f64| {
            let of = |seed| {
                let name = speaker(Language::English, "chorus", heat, None, &Dice::new(seed));
                ENGLISH.iter().find(|(known, _)| *known == name).unwrap().1
            };
            (0..200).map(of).sum::<f64>() / 200.0
        };
        assert!(mean(0.1) < 0.3 && (0.4..0.6).contains(&mean(0.5)) && mean(0.95) > 0.75);
    }
}
