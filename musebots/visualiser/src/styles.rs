//! The style pictures that the visualiser brings, and which of them a section is painted in.
//!
//! They are made by `generative-models/examples/paint_styles`; `styles/README.md` says more.

mod measure;

pub use measure::Character;

use generative_models::Picture;

/// A picture whose manner others can be painted in.
#[derive(Debug)]
pub struct StylePicture {
    /// What it looks like.
    pub name: &'static str,
    /// The picture, as a JPEG file.
    pub jpeg: &'static [u8],
    /// How much more red there is than blue, −1 to 1.
    pub warmth: f64,
    /// How strong its colours and contrasts are, 0 to 1.
    pub energy: f64,
}

macro_rules! pictures {
    ($($name:literal warmth $warmth:literal energy $energy:literal,)*) => {
        &[$(StylePicture {
            name: $name,
            jpeg: include_bytes!(concat!("../styles/", $name, ".jpg")),
            warmth: $warmth,
            energy: $energy,
        }),*]
    };
}

/// What [`Character::of`] measures in them, to two digits.
static PICTURES: &[StylePicture] = pictures! {
    "chalk" warmth 0.13 energy 0.43,
    "dots" warmth -0.03 energy 0.55,
    "embers" warmth 1.00 energy 0.85,
    "facets" warmth 0.22 energy 0.16,
    "geometry" warmth 0.29 energy 0.77,
    "ink-wash" warmth 0.13 energy 0.29,
    "marbling" warmth 0.35 energy 0.67,
    "mosaic" warmth 0.24 energy 0.67,
    "stained-glass" warmth 0.17 energy 0.80,
    "swirls" warmth -0.46 energy 0.62,
    "watercolour" warmth 0.23 energy 0.26,
    "woodcut" warmth 0.36 energy 0.90,
};

/// All of them, in alphabetical order.
#[must_use]
pub fn all() -> &'static [StylePicture] {
    PICTURES
}

/// The one of a name.
#[must_use]
pub fn named(name: &str) -> Option<&'static StylePicture> {
    all().iter().find(|style| style.name == name)
}

/// The style of a section, in a piece of this seed: the same section looks the same when it comes again as heated as before
/// (`arousal`, 0–1), and not like the section `before` it.
#[must_use]
pub fn choose(section: &str, arousal: f64, seed: u64, before: Option<&StylePicture>) -> &'static StylePicture {
    // A style that fits less well needs more luck.
    let score = |style: &StylePicture| luck(section, style.name, seed) - 1.5 * (style.energy - arousal).abs();
    all()
        .iter()
        .filter(|style| before.is_none_or(|before| before.name != style.name))
        .max_by(|a, b| score(a).total_cmp(&score(b)))
        .expect("there is more than one style")
}

/// A number from 0 to 1 (FNV-1a: the same on every machine and in every version).
fn luck(section: &str, style: &str, seed: u64) -> f64 {
    let bytes = section.bytes().chain([0]).chain(style.bytes()).chain(seed.to_le_bytes());
    let mut hash =
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    // Its last bytes alone would hardly reach the upper bits.
    hash = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (hash >> 11) as f64 / (1_u64 << 53) as f64
}

impl StylePicture {
    /// The picture itself.
    ///
    /// # Panics
    /// Never: the pictures are part of the program.
    #[must_use]
    pub fn picture(&self) -> Picture {
        Picture::decode(self.jpeg).expect("the pictures are JPEG files")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn what_is_written_about_the_pictures_is_what_is_measured_in_them() {
        for style in all() {
            let Character { warmth, energy } = Character::of(&style.picture());
            let off = (warmth - style.warmth).abs().max((energy - style.energy).abs());
            assert!(off < 0.01, "\"{}\" warmth {warmth:.2} energy {energy:.2},", style.name);
        }
    }

    #[test]
    fn there_are_calm_and_wild_cold_and_warm_styles() {
        let found = |fits: &dyn Fn(&StylePicture) -> bool| all().iter().filter(|style| fits(style)).count();
        assert!(all().len() >= 8);
        assert!(found(&|style| style.energy < 0.35) >= 2);
        assert!(found(&|style| style.energy > 0.65) >= 2);
        assert!(found(&|style| style.warmth > 0.3) >= 1);
        assert!(found(&|style| style.warmth < -0.3) >= 1);
    }

    #[test]
    fn every_picture_is_found_by_its_name() {
        for style in all() {
            assert_eq!(named(style.name).unwrap().name, style.name);
            assert!(style.jpeg.len() < 90 * 1024, "{} is small", style.name);
        }
        assert!(named("none").is_none());
    }

    #[test]
    fn a_section_has_its_style_and_the_next_has_another() {
        for seed in 0..50 {
            let verse = choose("verse", 0.5, seed, None);
            let chorus = choose("chorus", 0.5, seed, Some(verse));
            assert_ne!(verse.name, chorus.name);
            let again = choose("verse", 0.5, seed, Some(chorus));
            assert_eq!(verse.name, again.name);
        }
    }

    #[test]
    fn all_styles_come_to_be_seen_and_heat_brings_the_wild_ones() {
        let chosen = |arousal: f64| (0..300).map(move |seed| choose("verse", arousal, seed, None));
        let mean = |arousal: f64| chosen(arousal).map(|style| style.energy).sum::<f64>() / 300.0;
        assert!(mean(1.0) > mean(0.0) + 0.2, "{} {}", mean(0.0), mean(1.0));
        let seen: BTreeSet<&str> = [0.0, 0.5, 1.0].into_iter().flat_map(chosen).map(|style| style.name).collect();
        assert_eq!(seen.len(), all().len());
    }
}
