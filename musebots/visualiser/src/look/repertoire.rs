//! Which styles a section is painted in. A name always finds the same style under the same seed, as long as no other section
//! that is known has it already.

use generative_models::fast_style::STYLES;

/// Sections whose styles are remembered; there are fewer styles than would make more of use.
const KNOWN: usize = STYLES - 2;

#[derive(Debug, Clone)]
pub(super) struct Repertoire {
    seed: u64,
    known: Vec<(String, usize)>,
}

impl Repertoire {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, known: Vec::new() }
    }

    /// The style of a section.
    pub(super) fn of(&mut self, section: &str) -> usize {
        if let Some((_, style)) = self.known.iter().find(|(name, _)| name == section) {
            return *style;
        }
        if self.known.len() >= KNOWN {
            self.known.remove(0);
        }
        let first = hash(self.seed, section.bytes().map(u64::from)) as usize % STYLES;
        let taken = |style: &usize| self.known.iter().any(|(_, other)| other == style);
        let style = (0..STYLES).map(|n| (first + n * 7) % STYLES).find(|style| !taken(style)).unwrap_or(first);
        self.known.push((section.to_owned(), style));
        style
    }

    /// A second style, for a phrase of a section: of some that are drawn for it, the one nearest to the mood.
    pub(super) fn beside(&self, style: usize, section: &str, phrase: u32, distance: impl Fn(usize) -> f64) -> usize {
        let draw = |n: u64| {
            let what = section.bytes().map(u64::from).chain([phrase.into(), n]);
            (style + 1 + hash(self.seed ^ 0x5eed, what) as usize % (STYLES - 1)) % STYLES
        };
        (0..5).map(draw).min_by(|a, b| distance(*a).total_cmp(&distance(*b))).unwrap_or(style)
    }
}

/// Splitmix64 over a row of numbers.
fn hash(seed: u64, numbers: impl Iterator<Item = u64>) -> u64 {
    numbers.fold(mixed(seed), |sum, number| mixed(sum ^ number))
}

fn mixed(number: u64) -> u64 {
    let z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_keeps_its_style_and_others_have_others() {
        let names = ["intro", "verse", "chorus", "bridge", "solo", "outro", "break", "coda"];
        let mut repertoire = Repertoire::new(7);
        let styles = names.map(|name| repertoire.of(name));
        assert_eq!(styles, names.map(|name| repertoire.of(name)));
        let different: std::collections::BTreeSet<_> = styles.into_iter().collect();
        assert_eq!(different.len(), names.len());
        assert_eq!(styles[0], Repertoire::new(7).of("intro"));
        assert!((0..9).any(|seed| Repertoire::new(seed).of("intro") != styles[0]), "the seed matters");
    }

    #[test]
    fn a_second_style_is_another_and_near_to_the_mood() {
        let repertoire = Repertoire::new(1);
        for phrase in 0..50 {
            assert_ne!(repertoire.beside(3, "verse", phrase, |_| 0.0), 3);
        }
        let mean = |distance: fn(usize) -> f64| {
            (0..200).map(|phrase| repertoire.beside(3, "a", phrase, distance) as f64).sum::<f64>() / 200.0
        };
        assert!(mean(|style| style as f64) + 8.0 < mean(|style| -(style as f64)));
    }

    #[test]
    fn endlessly_many_sections_are_not_all_remembered() {
        let mut repertoire = Repertoire::new(1);
        (0..1000).for_each(|n| assert!(repertoire.of(&format!("section {n}")) < STYLES));
        assert!(repertoire.known.len() <= KNOWN);
    }
}
