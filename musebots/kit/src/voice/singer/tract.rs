//! The way from the glottis to the lips: formants one after the other, the nose beside them, and
//! the noise that is made at the teeth.

use super::pose::{NOSE, Pose};
use super::resonator::{Band, Resonator};
use super::timbre::Timbre;
use std::f32::consts::TAU;

/// Formants above the third, that belong to the throat and not to the vowel: Hz and width.
const UPPER: [(f32, f32); 5] = [(3450.0, 220.0), (4350.0, 320.0), (5300.0, 420.0), (6400.0, 560.0), (7600.0, 700.0)];
/// Where the fourth and fifth gather in a trained voice.
const GATHERED: [f32; 2] = [2950.0, 3350.0];
/// A tract has formants without end. What those above ours would add to the heights: how many
/// times more, from so many Hz on.
const LIFT: f32 = 3.2;
const LIFT_FROM: f32 = 1700.0;
const NOSE_WIDTH: f32 = 100.0;
/// The first formant is never lower than the note, and a little above it.
const ABOVE_NOTE: f32 = 1.04;

/// How much of the difference is taken back (as a power of power: a half is all of it).
const EVENED: f32 = 0.45;

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
    /// What lies below the lift.
    low: f32,
    lift: f32,
    /// What evens out how loud different vowels are on different notes.
    level: f32,
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
            low: 0.0,
            lift: 1.0 - (-TAU * LIFT_FROM / rate).exp(),
            level: 1.0,
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
        let mut formants = [(0.0, 0.0); 3];
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
            least = at + 150.0 + 0.3 * hz;
            // What is high is wide.
            let width = pose.widths[n].max(0.045 * at);
            formant.tune(at, width, self.rate);
            formants[n] = (at, width);
        }
        let level = evening(hz, &formants);
        // Before anything sounds it is what it must be, and it is never too much for long.
        let way = match () {
            () if pose.voice < 1e-3 => 1.0,
            () if level < self.level => 0.4,
            () => 0.05,
        };
        self.level += (level - self.level) * way;
        self.hole.tune_zero(pose.nose, NOSE_WIDTH, self.rate);
        // A longer tract does not make the teeth much duller.
        let stretch = self.stretch.sqrt();
        for (band, (hz, width)) in self.bands.iter_mut().zip(pose.bands) {
            band.tune(hz * stretch, width, self.rate);
        }
    }

    /// What the glottis' sound is to be multiplied by.
    pub(super) fn level(&self) -> f32 {
        self.level
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
        self.low += (x - self.low) * self.lift;
        x += (x - self.low) * LIFT;
        x + self.bands[0].next(hiss) * mix[0] + self.bands[1].next(hiss) * mix[1] + hiss * mix[2] * 0.3
    }

    /// Between two blocks: lets what has died away be nothing.
    pub(super) fn settle(&mut self) {
        self.lower.iter_mut().chain(&mut self.upper).for_each(Resonator::settle);
        self.nose.settle();
    }
}

/// Most of what makes one vowel louder than another, or one note (a harmonic that meets a formant),
/// taken back: the strength of the lowest harmonics behind the formants, turned round.
fn evening(hz: f32, formants: &[(f32, f32); 3]) -> f32 {
    let mut power = 0.0;
    for n in 1..=10 {
        let f = hz * n as f32;
        let high = (f / LIFT_FROM) * (f / LIFT_FROM);
        let lifted = 1.0 + LIFT * high / (1.0 + high);
        let mut gain = lifted * lifted / (n * n) as f32;
        for (at, width) in formants {
            let apart = 1.0 - (f / at) * (f / at);
            let damped = width * f / (at * at);
            gain /= apart * apart + damped * damped;
        }
        power += gain;
    }
    power.max(1e-3).powf(-EVENED)
}
