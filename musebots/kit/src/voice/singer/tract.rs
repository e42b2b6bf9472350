//! The way from the glottis to the lips: formants one after the other, the nose beside them, and
//! the noise that is made at the teeth.

use super::pose::{NOSE, Pose};
use super::resonator::{Band, Resonator};
use super::timbre::Timbre;

/// Formants above the third, that belong to the throat and not to the vowel: Hz and width.
const UPPER: [(f32, f32); 5] = [(3450.0, 220.0), (4350.0, 320.0), (5300.0, 420.0), (6400.0, 560.0), (7600.0, 700.0)];
/// Where the fourth and fifth gather in a trained voice.
const GATHERED: [f32; 2] = [2950.0, 3350.0];
const NOSE_WIDTH: f32 = 100.0;
/// The first formant is never lower than the note, and a little above it.
const ABOVE_NOTE: f32 = 1.04;

/// The tract.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tract {
    rate: f32,
    stretch: f32,
    /// How strongly the upper formants gather.
    ring: f32,
    lower: [Resonator; 3],
    upper: [Resonator; UPPER.len()],
    nose: Resonator,
    hole: Resonator,
    bands: [Band; 2],
}

impl Tract {
    pub(super) fn new(timbre: Timbre, ring: f32, rate: f32) -> Self {
        let mut tract = Self {
            rate,
            stretch: timbre.stretch(),
            ring,
            lower: Default::default(),
            upper: Default::default(),
            nose: Resonator::default(),
            hole: Resonator::default(),
            bands: Default::default(),
        };
        for (n, (formant, (hz, width))) in tract.upper.iter_mut().zip(UPPER).enumerate() {
            let gathered = GATHERED.get(n).map_or(hz, |to| hz + ring * (to - hz));
            formant.tune((gathered * tract.stretch).min(0.45 * rate), width, rate);
        }
        tract.nose.tune(NOSE, NOSE_WIDTH, rate);
        tract
    }

    /// Takes up a position, while a note of `hz` sounds.
    pub(super) fn shape(&mut self, pose: &Pose, hz: f32) {
        let mut least = hz * ABOVE_NOTE;
        let vowel = pose.voice > 0.3 && pose.murmur < 0.5;
        for (n, formant) in self.lower.iter_mut().enumerate() {
            let mut at = pose.formants[n] * self.stretch;
            if n == 2 {
                at += 0.5 * self.ring * (2650.0 - at).clamp(-300.0, 300.0);
            }
            if vowel || n > 0 {
                at = at.max(least);
            }
            least = at + 150.0;
            // What is high is wide.
            formant.tune(at, pose.widths[n].max(0.045 * at), self.rate);
        }
        self.hole.tune_zero(pose.nose, NOSE_WIDTH, self.rate);
        // A longer tract does not make the teeth much duller.
        let stretch = self.stretch.sqrt();
        for (band, (hz, width)) in self.bands.iter_mut().zip(pose.bands) {
            band.tune(hz * stretch, width, self.rate);
        }
    }

    /// What comes out of the lips for what the glottis gives and what hisses in the mouth.
    #[inline]
    pub(super) fn next(&mut self, glottis: f32, hiss: f32, mix: &[f32; 3]) -> f32 {
        let mut x = self.hole.zero(self.nose.pole(glottis));
        for formant in &mut self.lower {
            x = formant.pole(x);
        }
        for formant in &mut self.upper {
            x = formant.pole(x);
        }
        x + self.bands[0].next(hiss) * mix[0] + self.bands[1].next(hiss) * mix[1] + hiss * mix[2] * 0.3
    }

    /// Between two blocks: lets what has died away be nothing.
    pub(super) fn settle(&mut self) {
        self.lower.iter_mut().chain(&mut self.upper).for_each(Resonator::settle);
        self.nose.settle();
    }
}
