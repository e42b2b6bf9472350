//! Waves without aliasing that the ear would notice: sharp edges are rounded by polyBLEP.

/// A phase that runs from 0 to 1.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Oscillator {
    phase: f32,
}

impl Oscillator {
    /// Begins at a phase of 0–1.
    pub(super) fn new(phase: f32) -> Self {
        Self { phase }
    }

    #[inline]
    fn advance(&mut self, step: f32) -> f32 {
        let phase = self.phase;
        self.phase += step;
        if self.phase >= 1.0 {
            self.phase -= 1.0;
        }
        phase
    }

    /// Falling from 1 to −1; `step` is frequency over sample rate.
    #[inline]
    pub(super) fn saw(&mut self, step: f32) -> f32 {
        let phase = self.advance(step);
        1.0 - 2.0 * phase + edge(phase, step)
    }

    /// No overtones.
    #[inline]
    pub(super) fn sine(&mut self, step: f32) -> f32 {
        sine(self.advance(step))
    }
}

/// What rounds a rising edge at phase 0, over one frame on each side of it.
#[inline]
fn edge(phase: f32, step: f32) -> f32 {
    if phase < step {
        let t = phase / step;
        2.0 * t - t * t - 1.0
    } else if phase > 1.0 - step {
        let t = (phase - 1.0) / step;
        t * t + 2.0 * t + 1.0
    } else {
        0.0
    }
}

/// sin(2π phase) for a phase of 0–1, to five digits.
#[inline]
pub(super) fn sine(phase: f32) -> f32 {
    // Fold onto −0.25..0.25, where an odd polynomial does it.
    let x = phase - 0.5;
    let x = if x > 0.25 {
        0.5 - x
    } else if x < -0.25 {
        -0.5 - x
    } else {
        x
    };
    let x2 = x * x;
    -x * (std::f32::consts::TAU - x2 * (41.341_64 - x2 * (81.601_2 - x2 * 74.5)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sine_is_a_sine() {
        for n in 0..1000 {
            let phase = n as f32 / 1000.0;
            let error = sine(phase) - (std::f32::consts::TAU * phase).sin();
            assert!(error.abs() < 1e-4, "{phase}: {error}");
        }
    }

    #[test]
    fn no_wave_has_a_dc_offset() {
        for wave in [Oscillator::saw, Oscillator::sine] {
            let mut oscillator = Oscillator::default();
            // 100 whole periods.
            let sum: f32 = (0..48_000).map(|_| wave(&mut oscillator, 100.0 / 48_000.0)).sum();
            assert!((sum / 48_000.0).abs() < 2e-3, "{}", sum / 48_000.0);
        }
    }

    #[test]
    fn a_high_saw_has_little_that_is_folded_back() {
        // 5 kHz at 48 kHz: overtones at 10, 15, 20; folded ones would be at 23 (25), 18 (30), 13 (35), 8 (40), 3 (45).
        let mut oscillator = Oscillator::default();
        let wave: Vec<f32> = (0..48_000).map(|_| oscillator.saw(5000.0 / 48_000.0)).collect();
        let level = |hz: f32| {
            let (re, im) = wave.iter().enumerate().fold((0.0f64, 0.0f64), |(re, im), (n, x)| {
                let angle = std::f64::consts::TAU * f64::from(hz) * n as f64 / 48_000.0;
                (re + f64::from(*x) * angle.cos(), im + f64::from(*x) * angle.sin())
            });
            re.hypot(im) / 24_000.0
        };
        let fundamental = level(5000.0);
        for folded in [3000.0, 8000.0, 13_000.0] {
            assert!(level(folded) < fundamental * 0.03, "{folded}: {}", level(folded) / fundamental);
        }
    }
}
