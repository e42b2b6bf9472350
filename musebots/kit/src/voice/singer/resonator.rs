//! Poles and zeros of a tract: second-order sections that let through the lowest frequencies as
//! they are (Klatt, "Software for a cascade/parallel formant synthesizer", 1980).

use std::f32::consts::{PI, TAU};

/// A pole pair (a formant) or, turned round, a zero pair.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Resonator {
    a: f32,
    b: f32,
    c: f32,
    one: f32,
    two: f32,
}

impl Resonator {
    /// A formant at `hz`, `width` Hz wide.
    #[inline]
    pub(super) fn tune(&mut self, hz: f32, width: f32, rate: f32) {
        let r = (-PI * width / rate).exp();
        self.c = -r * r;
        self.b = 2.0 * r * (TAU * (hz / rate).min(0.49)).cos();
        self.a = 1.0 - self.b - self.c;
    }

    /// The opposite: a hole at `hz`.
    #[inline]
    pub(super) fn tune_zero(&mut self, hz: f32, width: f32, rate: f32) {
        self.tune(hz, width, rate);
        let a = 1.0 / self.a;
        (self.a, self.b, self.c) = (a, -self.b * a, -self.c * a);
    }

    /// As a pole.
    #[inline]
    pub(super) fn pole(&mut self, x: f32) -> f32 {
        let y = self.a * x + self.b * self.one + self.c * self.two;
        (self.two, self.one) = (self.one, y);
        y
    }

    /// As a zero.
    #[inline]
    pub(super) fn zero(&mut self, x: f32) -> f32 {
        let y = self.a * x + self.b * self.one + self.c * self.two;
        (self.two, self.one) = (self.one, x);
        y
    }

    /// What it remembers becomes nothing before it becomes too small to be fast.
    pub(super) fn settle(&mut self) {
        if self.one.abs() + self.two.abs() < 1e-15 {
            (self.one, self.two) = (0.0, 0.0);
        }
    }
}

/// A band of noise: as loud at `hz`, whatever its width.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Band {
    a: f32,
    b: f32,
    c: f32,
    one: f32,
    two: f32,
    before: [f32; 2],
}

impl Band {
    #[inline]
    pub(super) fn tune(&mut self, hz: f32, width: f32, rate: f32) {
        let r = (-PI * (width / rate).min(0.45)).exp();
        self.c = -r * r;
        self.b = 2.0 * r * (TAU * (hz / rate).min(0.45)).cos();
        self.a = (1.0 - r * r) * 0.5;
    }

    #[inline]
    pub(super) fn next(&mut self, x: f32) -> f32 {
        let y = self.a * (x - self.before[1]) + self.b * self.one + self.c * self.two;
        self.before = [x, self.before[0]];
        (self.two, self.one) = (self.one, y);
        y
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f32 = 48_000.0;

    fn level(hz: f32, mut filter: impl FnMut(f32) -> f32) -> f32 {
        let wave = |n: usize| (TAU * hz * n as f32 / RATE).sin();
        (0..4800).for_each(|n| _ = filter(wave(n)));
        (4800..9600).map(|n| filter(wave(n)).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn a_formant_peaks_where_it_is_and_lets_the_lowest_through() {
        let formant = |hz| {
            let mut formant = Resonator::default();
            formant.tune(700.0, 80.0, RATE);
            level(hz, |x| formant.pole(x))
        };
        assert!((formant(20.0) - 1.0).abs() < 0.01);
        assert!(formant(700.0) > 8.0 && formant(3000.0) < 0.1, "{} {}", formant(700.0), formant(3000.0));
    }

    #[test]
    fn a_pole_and_a_zero_at_one_place_cancel() {
        let (mut pole, mut zero) = (Resonator::default(), Resonator::default());
        pole.tune(270.0, 100.0, RATE);
        zero.tune_zero(270.0, 100.0, RATE);
        for hz in [50.0, 270.0, 900.0, 5000.0] {
            let both = level(hz, |x| zero.zero(pole.pole(x)));
            assert!((both - 1.0).abs() < 0.01, "{hz}: {both}");
        }
    }

    #[test]
    fn a_band_is_as_loud_however_wide() {
        for width in [100.0, 1000.0, 3000.0] {
            let mut band = Band::default();
            band.tune(5000.0, width, RATE);
            let heard = level(5000.0, |x| band.next(x));
            assert!((heard - 1.0).abs() < 0.05, "{width}: {heard}");
        }
    }
}
