//! A chord: a root and what stands on it.

use super::Scale;

/// A chord as a plan writes it: semitones above C, the root first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chord(Vec<i32>);

impl Chord {
    /// A chord of these tones, the first of which is the root. `None` without any.
    #[must_use]
    pub fn new(tones: &[i32]) -> Option<Self> {
        (!tones.is_empty()).then(|| Self(tones.to_vec()))
    }

    /// The chord that stacks thirds on a degree of the scale (from 0): three tones make a triad.
    #[must_use]
    pub fn on(scale: Scale, degree: i32, tones: i32) -> Self {
        let root = scale.pitch(degree.rem_euclid(7)) % 12;
        let lift = root - scale.pitch(degree.rem_euclid(7));
        Self((0..tones.max(1)).map(|n| scale.pitch(degree.rem_euclid(7) + 2 * n) + lift).collect())
    }

    /// The tones as a plan writes them.
    #[must_use]
    pub fn tones(&self) -> &[i32] {
        &self.0
    }

    /// The root's pitch class.
    #[must_use]
    pub fn root(&self) -> u8 {
        self.0[0].rem_euclid(12) as u8
    }

    /// The fifth's pitch class; the root's where the chord has none.
    #[must_use]
    pub fn fifth(&self) -> u8 {
        self.above(&[7, 6, 8])
    }

    /// The third's pitch class; the fifth's where the chord has none.
    #[must_use]
    pub fn third(&self) -> u8 {
        let third = self.above(&[4, 3, 5, 2]);
        if third == self.root() { self.fifth() } else { third }
    }

    /// Whether a pitch is one of its tones, in any octave.
    #[must_use]
    pub fn has(&self, pitch: i32) -> bool {
        self.0.iter().any(|tone| (tone - pitch).rem_euclid(12) == 0)
    }

    /// Its tone nearest to a pitch; of two equally near ones the lower.
    #[must_use]
    pub fn nearest(&self, pitch: i32) -> i32 {
        (pitch - 6..=pitch + 6).filter(|p| self.has(*p)).min_by_key(|p| (p - pitch).abs()).unwrap_or(pitch)
    }

    /// Its tones as MIDI pitches around middle C, the root first: what `notepool` carries.
    #[must_use]
    pub fn pool(&self) -> Vec<u8> {
        let root = i32::from(self.root());
        self.0.iter().map(|tone| (60 + root + tone - self.0[0]).clamp(0, 127) as u8).collect()
    }

    fn above(&self, intervals: &[i32]) -> u8 {
        let found = intervals.iter().find_map(|i| self.0.iter().find(|tone| (**tone - self.0[0]).rem_euclid(12) == *i));
        found.unwrap_or(&self.0[0]).rem_euclid(12) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Key, Mode};

    #[test]
    fn the_fifth_degree_of_c_major_is_a_g_chord() {
        let chord = Chord::on(Scale::new(Key::default(), Mode::Major), 4, 4);
        assert_eq!(chord.tones(), [7, 11, 14, 17]);
        assert_eq!((chord.root(), chord.third(), chord.fifth()), (7, 11, 2));
        assert_eq!(chord.pool(), [67, 71, 74, 77]);
    }

    #[test]
    fn the_nearest_tone_is_a_tone_of_the_chord() {
        let chord = Chord::new(&[0, 4, 7]).unwrap();
        assert_eq!(chord.nearest(61), 60);
        assert_eq!(chord.nearest(66), 67);
        assert_eq!(chord.nearest(71), 72);
    }

    #[test]
    fn roots_stay_within_an_octave_above_c() {
        for (mode, _) in Mode::ALL {
            for key in 0..12 {
                for degree in 0..7 {
                    let chord = Chord::on(Scale::new(Key::from_pitch_class(key), mode), degree, 3);
                    assert!((0..12).contains(&chord.tones()[0]), "{chord:?}");
                    assert!(chord.tones().windows(2).all(|w| w[0] < w[1]), "{chord:?}");
                }
            }
        }
    }
}
