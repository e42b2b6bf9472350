//! The scale an ensemble plays in, as a ladder of steps.

use crate::{Key, Mode};

/// A key and a mode. Its steps are numbered upwards through all octaves: step 0 is the lowest
/// tonic of MIDI, step 7 the tonic above it, step 35 the tonic at or above middle C.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    key: Key,
    mode: Mode,
}

impl Scale {
    /// The scale of a key and a mode.
    #[must_use]
    pub fn new(key: Key, mode: Mode) -> Self {
        Self { key, mode }
    }

    /// The mode.
    #[must_use]
    pub fn mode(self) -> Mode {
        self.mode
    }

    /// The tonic's pitch class.
    #[must_use]
    pub fn tonic(self) -> u8 {
        self.key.pitch_class()
    }

    /// The MIDI pitch of a step.
    #[must_use]
    pub fn pitch(self, step: i32) -> i32 {
        let degree = step.rem_euclid(7) as usize;
        i32::from(self.key.pitch_class()) + 12 * step.div_euclid(7) + i32::from(self.mode.degrees()[degree])
    }

    /// Whether a pitch belongs to the scale.
    #[must_use]
    pub fn has(self, pitch: i32) -> bool {
        let above = (pitch - i32::from(self.key.pitch_class())).rem_euclid(12);
        self.mode.degrees().iter().any(|d| i32::from(*d) == above)
    }

    /// The step nearest to a pitch; of two equally near ones the lower.
    #[must_use]
    pub fn step_near(self, pitch: i32) -> i32 {
        let guess = (pitch - i32::from(self.key.pitch_class())).div_euclid(12) * 7;
        (guess - 1..guess + 9).min_by_key(|step| (self.pitch(*step) - pitch).abs()).unwrap_or(guess)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_of_d_dorian_are_the_white_keys() {
        let scale = Scale::new("D".parse().unwrap(), Mode::Dorian);
        let octave: Vec<i32> = (35..43).map(|step| scale.pitch(step)).collect();
        assert_eq!(octave, [62, 64, 65, 67, 69, 71, 72, 74]);
        assert!(octave.iter().all(|p| scale.has(*p)));
        assert!(!scale.has(61));
    }

    #[test]
    fn every_pitch_of_the_scale_finds_its_own_step() {
        for (mode, _) in Mode::ALL {
            for key in 0..12 {
                let scale = Scale::new(Key::from_pitch_class(key), mode);
                for step in 10..60 {
                    assert_eq!(scale.step_near(scale.pitch(step)), step);
                }
            }
        }
    }
}
