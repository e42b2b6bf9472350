//! The source: puffs of air. The derivative of the flow through the glottis after Rosenberg and
//! Klatt, its closing made free of aliases, then darkened by how softly one sings; breath rides
//! on it.

use super::super::noise::Noise;

/// Periods differ by up to so much in length, and in strength.
const JITTER: f32 = 0.004;
const SHIMMER: f32 = 0.03;

/// The glottis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glottis {
    phase: f32,
    /// This period's own deviation, and strength.
    pace: f32,
    strength: f32,
    noise: Noise,
    tilted: f32,
    dark: f32,
}

/// What a block of sound is made with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blow {
    /// Periods a frame.
    pub(super) pace: f32,
    /// How much of a period it is open.
    pub(super) open: f32,
    /// How much of the step is taken by the low-pass of effort, 0–1.
    pub(super) bright: f32,
    /// The same for the murmur through closed lips.
    pub(super) murmur: f32,
}

impl Glottis {
    pub(super) fn new() -> Self {
        Self { phase: 0.0, pace: 1.0, strength: 1.0, noise: Noise::new(7), tilted: 0.0, dark: 0.0 }
    }

    /// The next frame: the tone, and what is left of it behind closed lips; and how wide it is open
    /// for breath.
    #[inline]
    pub(super) fn next(&mut self, blow: &Blow) -> (f32, f32, f32) {
        let pace = (blow.pace * self.pace).min(0.4);
        let past = (self.phase - blow.open) / pace;
        let mut x = if self.phase < blow.open {
            let t = self.phase / blow.open;
            t * (2.0 - 3.0 * t)
        } else {
            0.0
        };
        // It closes at once: a step, spread over the two frames beside it.
        if (-1.0..0.0).contains(&past) {
            x += 0.5 * (1.0 + past) * (1.0 + past);
        } else if (0.0..1.0).contains(&past) {
            x -= 0.5 * (1.0 - past) * (1.0 - past);
        }
        let gate = if self.phase < blow.open { 1.0 } else { 0.45 };
        let x = x * self.strength;
        self.phase += pace;
        if self.phase >= 1.0 {
            self.phase -= 1.0;
            self.pace = 1.0 + JITTER * self.noise.next();
            self.strength = 1.0 + SHIMMER * self.noise.next();
        }
        self.tilted += (x - self.tilted) * blow.bright;
        self.dark += (x - self.dark) * blow.murmur;
        (self.tilted, self.dark, gate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blow(hz: f32) -> Blow {
        Blow { pace: hz / 48_000.0, open: 0.6, bright: 1.0, murmur: 0.05 }
    }

    #[test]
    fn it_has_no_offset() {
        for hz in [80.0, 220.0, 900.0] {
            let mut glottis = Glottis::new();
            let sum: f64 = (0..96_000).map(|_| f64::from(glottis.next(&blow(hz)).0)).sum();
            assert!((sum / 96_000.0).abs() < 2e-3, "{hz}: {}", sum / 96_000.0);
        }
    }

    /// What is between the harmonics of a high note (where aliases would be) is soft.
    #[test]
    fn a_high_note_has_no_aliases_to_speak_of() {
        let mut glottis = Glottis { pace: 1.0, ..Glottis::new() };
        // Without jitter every period is the same.
        let wave: Vec<f64> = (0..48_000)
            .map(|_| {
                (glottis.pace, glottis.strength) = (1.0, 1.0);
                f64::from(glottis.next(&blow(1031.0)).0)
            })
            .collect();
        let level = |hz: f64| {
            let (mut re, mut im) = (0.0, 0.0);
            for (n, x) in wave.iter().enumerate() {
                let window = 0.5 - 0.5 * (std::f64::consts::TAU * n as f64 / 48_000.0).cos();
                let (sin, cos) = (std::f64::consts::TAU * hz * n as f64 / 48_000.0).sin_cos();
                (re, im) = (re + x * window * cos, im + x * window * sin);
            }
            20.0 * (re.hypot(im) / 12_000.0).log10()
        };
        let first = level(1031.0);
        for hz in (300..8000).step_by(97).filter(|hz| (hz % 1031).min(1031 - hz % 1031) > 60) {
            let between = level(f64::from(hz)) - first;
            assert!(between < -45.0, "{hz} Hz: {between:.1} dB");
        }
    }
}
