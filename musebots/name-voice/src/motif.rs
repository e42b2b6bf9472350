//! A name as a motif: its vowels are a contour, bright ones high and dark ones low, on the chords
//! that sound.

use musebot_kit::{
    music::{Chord, Dice, Scale, Script},
    words::{Phone, Stress},
};

/// How bright a vowel is, in steps of the scale.
#[must_use]
pub fn brightness(vowel: Phone) -> f64 {
    match vowel {
        Phone::Iy => 2.5,
        Phone::Ih | Phone::E => 1.5,
        Phone::Eh | Phone::Ae => 0.8,
        Phone::A | Phone::Er | Phone::Ax => 0.0,
        Phone::Ah | Phone::Aa => -0.7,
        Phone::Ao | Phone::O => -1.5,
        Phone::Uh | Phone::Uw => -2.2,
        _ => 0.0,
    }
}

/// The contour of a name, around 0.
#[must_use]
pub fn contour(script: &Script) -> Vec<f64> {
    let bright = |syllable: &musebot_kit::words::Syllable| {
        let accent = if syllable.stress == Stress::Full { 0.8 } else { 0.0 };
        syllable.nucleus.first().map_or(0.0, |vowel| brightness(*vowel)) + accent
    };
    let all: Vec<f64> = script.syllables().map(bright).collect();
    let mean = all.iter().sum::<f64>() / all.len().max(1) as f64;
    all.iter().map(|one| one - mean).collect()
}

/// What a syllable of a motif stands on.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The chord there.
    pub chord: Chord,
    /// Whether it has to be a tone of the chord.
    pub firm: bool,
}

/// A voice that calls.
#[derive(Debug, Clone)]
pub struct Caller {
    scale: Scale,
    range: (i32, i32),
    last: i32,
}

impl Caller {
    /// A voice that feels well between these pitches.
    #[must_use]
    pub fn new(scale: Scale, range: (i32, i32)) -> Self {
        Self { scale, range, last: (range.0 + range.1) / 2 }
    }

    /// Sings a contour, `lift` steps above the middle, as wide as `reach` says.
    pub fn call(&mut self, contour: &[f64], places: &[Place], lift: f64, reach: f64, dice: &mut Dice) -> Vec<i32> {
        let middle = self.scale.step_near((self.range.0 + self.range.1) / 2);
        let mut pitches = Vec::with_capacity(contour.len());
        for (n, (rise, place)) in contour.iter().zip(places).enumerate() {
            let wanted = self.scale.pitch(middle + (lift + rise * reach).round() as i32);
            // Two syllables on one pitch are a chant; now and then the second gives way.
            let same = if n > 0 && dice.chance(0.5) { 3 } else { 0 };
            let cost = |p: i32| {
                let leap = ((p - self.last).abs() - 7).max(0) * 4;
                let foreign = if self.scale.has(p) { 0 } else { 5 };
                (p - wanted).abs() * 2 + leap + foreign + if p == self.last { same } else { 0 }
            };
            let fits = |p: &i32| place.chord.has(*p) || (!place.firm && self.scale.has(*p));
            let range = self.range.0..=self.range.1;
            self.last = range.filter(fits).min_by_key(|p| cost(*p)).unwrap_or(self.last);
            pitches.push(self.last);
        }
        pitches
    }

    /// The last note of all: the tonic's or its fifth, whichever is nearer.
    #[must_use]
    pub fn ending(&self, home: &Chord) -> i32 {
        let at_home = |p: &i32| [home.root(), home.fifth()].iter().any(|c| (p - i32::from(*c)).rem_euclid(12) == 0);
        let range = self.range.0..=self.range.1;
        range.filter(at_home).min_by_key(|p| (p - self.last).abs()).unwrap_or(self.last)
    }
}

/// A motif as `notepool` carries it: the chord's root first, because it is taken for one, and then
/// those of its pitches that fit the chord.
#[must_use]
pub fn pool(pitches: &[i32], chord: &Chord) -> Vec<u8> {
    let lowest = pitches.iter().copied().min().unwrap_or(60);
    let root = lowest - (lowest - i32::from(chord.root())).rem_euclid(12);
    let mut pool = vec![root];
    for pitch in pitches.iter().filter(|pitch| chord.has(**pitch)) {
        if !pool.contains(pitch) {
            pool.push(*pitch);
        }
    }
    pool.into_iter().filter_map(|pitch| u8::try_from(pitch).ok()).filter(|pitch| *pitch < 128).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use musebot_kit::{Key, Mode, words::Language};

    const RANGE: (i32, i32) = (57, 74);

    fn called(name: &str, seed: u64) -> (Vec<i32>, Chord) {
        let scale = Scale::new(Key::default(), Mode::Major);
        let chord = Chord::on(scale, (seed % 7) as i32, 3);
        let contour = contour(&Script::read(name, Language::Latin).unwrap());
        let places: Vec<Place> =
            (0..contour.len()).map(|n| Place { chord: chord.clone(), firm: n.is_multiple_of(2) }).collect();
        (Caller::new(scale, RANGE).call(&contour, &places, 0.0, 1.0, &mut Dice::new(seed)), chord)
    }

    #[test]
    fn bright_vowels_are_high_and_dark_ones_low() {
        assert!(brightness(Phone::Iy) > brightness(Phone::Aa) && brightness(Phone::Aa) > brightness(Phone::Uw));
    }

    #[test]
    fn a_motif_fits_its_chord_and_its_scale() {
        for seed in 0..100 {
            for name in ["Tyrannosaurus", "Diplodocus", "Troodon", "Archaeopteryx"] {
                let (pitches, chord) = called(name, seed);
                let scale = Scale::new(Key::default(), Mode::Major);
                assert!(pitches.iter().all(|p| scale.has(*p) && (RANGE.0..=RANGE.1).contains(p)));
                assert!(pitches.iter().step_by(2).all(|p| chord.has(*p)));
                let pool = pool(&pitches, &chord);
                assert_eq!(pool[0] % 12, chord.root());
                assert!(pool.iter().all(|p| chord.has(i32::from(*p))));
            }
        }
    }

    #[test]
    fn different_names_are_different_motifs() {
        assert_ne!(called("Tyrannosaurus", 1).0, called("Diplodocus", 1).0);
    }
}
