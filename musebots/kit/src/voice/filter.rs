//! A state-variable filter (Simper's trapezoidal form): steady at any cutoff, cheap to move.

/// Coefficients for one cutoff and resonance.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tuning {
    a1: f32,
    a2: f32,
    a3: f32,
    k: f32,
}

impl Tuning {
    /// `resonance` 0 is gentle (no peak), 1 is all but singing. Realtime-safe: yes.
    pub(super) fn new(cutoff_hz: f32, resonance: f32, sample_rate: f32) -> Self {
        let g = (std::f32::consts::PI * (cutoff_hz / sample_rate).clamp(0.0002, 0.46)).tan();
        let k = 1.42 - 1.36 * resonance.clamp(0.0, 1.0);
        let a1 = 1.0 / (1.0 + g * (g + k));
        Self { a1, a2: g * a1, a3: g * g * a1, k }
    }

    /// What to add per frame to come to `to` in `frames`.
    pub(super) fn step_to(&self, to: &Self, frames: f32) -> Self {
        let step = |a: f32, b: f32| (b - a) / frames;
        Self { a1: step(self.a1, to.a1), a2: step(self.a2, to.a2), a3: step(self.a3, to.a3), k: step(self.k, to.k) }
    }

    #[inline]
    pub(super) fn add(&mut self, step: &Self) {
        self.a1 += step.a1;
        self.a2 += step.a2;
        self.a3 += step.a3;
        self.k += step.k;
    }
}

/// The filter's memory.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Filter {
    first: f32,
    second: f32,
}

impl Filter {
    #[inline]
    fn turn(&mut self, input: f32, t: &Tuning) -> (f32, f32) {
        let v3 = input - self.second;
        let band = t.a1 * self.first + t.a2 * v3;
        let low = self.second + t.a2 * self.first + t.a3 * v3;
        self.first = 2.0 * band - self.first;
        self.second = 2.0 * low - self.second;
        (low, band)
    }

    /// What is below the cutoff.
    #[inline]
    pub(super) fn low(&mut self, input: f32, t: &Tuning) -> f32 {
        self.turn(input, t).0
    }

    /// What is around the cutoff, at unity gain there.
    #[inline]
    pub(super) fn band(&mut self, input: f32, t: &Tuning) -> f32 {
        t.k * self.turn(input, t).1
    }

    /// What is above the cutoff.
    #[inline]
    pub(super) fn high(&mut self, input: f32, t: &Tuning) -> f32 {
        let (low, band) = self.turn(input, t);
        input - t.k * band - low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gain_at(hz: f32, pass: fn(&mut Filter, f32, &Tuning) -> f32) -> f32 {
        let tuning = Tuning::new(1000.0, 0.0, 48_000.0);
        let mut filter = Filter::default();
        let out = (0..48_000).map(|n| {
            let x = (std::f32::consts::TAU * hz * n as f32 / 48_000.0).sin();
            pass(&mut filter, x, &tuning)
        });
        // By its power: the peaks of a high sine fall between the samples.
        (out.skip(24_000).map(|y| y * y).sum::<f32>() / 12_000.0).sqrt()
    }

    #[test]
    fn low_keeps_the_low_and_high_keeps_the_high() {
        assert!(gain_at(50.0, Filter::low) > 0.98 && gain_at(8000.0, Filter::low) < 0.03);
        assert!(gain_at(50.0, Filter::high) < 0.03 && gain_at(8000.0, Filter::high) > 0.95);
        assert!((gain_at(1000.0, Filter::band) - 1.0).abs() < 0.02 && gain_at(50.0, Filter::band) < 0.1);
    }

    #[test]
    fn a_cutoff_beyond_all_bounds_stays_finite() {
        for cutoff in [0.0, 1e9, f32::NAN] {
            let tuning = Tuning::new(cutoff, 1.0, 48_000.0);
            let mut filter = Filter::default();
            let y = (0..1000).map(|n| filter.low(if n % 7 == 0 { 1.0 } else { -1.0 }, &tuning)).last().unwrap();
            assert!(cutoff.is_nan() || y.abs() < 100.0, "{cutoff}: {y}");
        }
    }
}
