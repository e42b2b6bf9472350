//! Strings, tines and other things that are struck once and ring: a sum of partials, each a
//! sine that dies away at its own pace. In tune at any pitch, free of aliasing and of DC.

use std::f32::consts::{PI, TAU};

/// Partials of a sound, at most; a multiple of four.
const PARTIALS: usize = 32;

/// What is struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Struck {
    /// A nylon string or a harp.
    Nylon,
    /// A string of an electric bass, under a finger.
    BassGuitar,
    /// A string of a double bass and its body.
    DoubleBass,
    /// A tine of an electric piano.
    Tine,
}

/// Partials that ring, four side by side as a vector register has them. Every method is
/// realtime-safe.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ringing {
    re: [[f32; 4]; PARTIALS / 4],
    im: [[f32; 4]; PARTIALS / 4],
    /// One frame further: a turn and a little loss.
    turn_re: [[f32; 4]; PARTIALS / 4],
    turn_im: [[f32; 4]; PARTIALS / 4],
    /// Fours in which something still rings.
    alive: [bool; PARTIALS / 4],
}

impl Ringing {
    /// Silence.
    pub(super) fn nothing() -> Self {
        let none = [[0.0; 4]; PARTIALS / 4];
        Self { re: none, im: none, turn_re: none, turn_im: none, alive: [false; PARTIALS / 4] }
    }

    /// A strike, about 1 at its peak when hard.
    pub(super) fn strike(what: Struck, hz: f32, velocity: f32, sample_rate: f32) -> Self {
        let mut ringing = Self::nothing();
        match what {
            Struck::Nylon => {
                let seconds = (3.2 * (220.0 / hz).sqrt()).clamp(0.7, 5.0);
                ringing.string(24, hz, 0.19, 1.75 - 0.55 * velocity, seconds, 0.3, 0.000_06, sample_rate);
            }
            Struck::BassGuitar => {
                ringing.string(28, hz, 0.16, 1.65 - 0.6 * velocity, 4.0, 0.28, 0.000_06, sample_rate);
                // The finger leaves the string.
                ringing.add(28, 1900.0, 0.04 * velocity, 0.02, sample_rate);
                ringing.add(29, 3100.0, 0.02 * velocity * velocity, 0.012, sample_rate);
            }
            Struck::DoubleBass => {
                ringing.string(24, hz, 0.23, 1.6 - 0.5 * velocity, 2.2, 0.42, 0.000_1, sample_rate);
                // The body answers with its own tones, and the fingerboard with a knock.
                ringing.add(24, 98.0, 0.22 * velocity, 0.18, sample_rate);
                ringing.add(25, 205.0, 0.12 * velocity, 0.1, sample_rate);
                ringing.add(26, 790.0, 0.09 * velocity, 0.04, sample_rate);
                ringing.add(27, 2350.0, 0.05 * velocity * velocity, 0.018, sample_rate);
            }
            Struck::Tine => {
                let long = (4.5 * (220.0 / hz).sqrt()).clamp(1.2, 6.0);
                let bark = velocity * velocity;
                let partials = [
                    (1.0, 0.75, long),
                    // A second, slightly sharp tone beats against the first.
                    (1.0016, 0.12, long * 0.8),
                    (2.0, 0.05 + 0.30 * bark, long * 0.4),
                    (3.0, 0.03 + 0.17 * bark, long * 0.3),
                    (4.0, 0.01 + 0.11 * bark, long * 0.22),
                    (5.0, 0.06 * bark, long * 0.16),
                    (6.0, 0.04 * bark, long * 0.12),
                    // The tine's own modes: a bell, gone at once.
                    (6.27, 0.035 + 0.05 * velocity, 0.5),
                    (17.55, 0.01 + 0.03 * velocity, 0.16),
                ];
                for (n, (ratio, level, seconds)) in partials.into_iter().enumerate() {
                    ringing.add(n, hz * ratio, level * 0.72, seconds, sample_rate);
                }
                // The hammer.
                ringing.add(9, 480.0, 0.05 * velocity, 0.03, sample_rate);
            }
        }
        ringing
    }

    /// A string plucked at `place` (0–1 of its length).
    #[expect(clippy::too_many_arguments, reason = "each is one property of the string, used here alone")]
    fn string(
        &mut self,
        count: usize,
        hz: f32,
        place: f32,
        tilt: f32,
        seconds: f32,
        damping: f32,
        stiffness: f32,
        sample_rate: f32,
    ) {
        let level = |n: f32| (n * PI * place).sin() / n.powf(tilt);
        let power: f32 = (1..=count).map(|n| level(n as f32).powi(2)).sum();
        for n in 1..=count {
            let x = n as f32;
            let ratio = x * (1.0 + stiffness * x * x).sqrt();
            let seconds = seconds / (1.0 + damping * (x - 1.0) + 0.02 * (x - 1.0).powi(2));
            self.add(n - 1, hz * ratio, level(x) * 0.75 / power.sqrt(), seconds, sample_rate);
        }
    }

    /// One partial; `seconds` is how long it takes to fall by 60 dB.
    fn add(&mut self, slot: usize, hz: f32, level: f32, seconds: f32, sample_rate: f32) {
        if hz < sample_rate * 0.42 {
            let loss = (-6.908 / (seconds * sample_rate)).exp();
            let (sin, cos) = (TAU * hz / sample_rate).sin_cos();
            let (four, one) = (slot / 4, slot % 4);
            // Each begins at zero and rises, so that there is no step.
            (self.re[four][one], self.im[four][one]) = (level, 0.0);
            (self.turn_re[four][one], self.turn_im[four][one]) = (cos * loss, sin * loss);
            self.alive[four] = true;
        }
    }

    /// The next frames, added to `out`.
    pub(super) fn render(&mut self, out: &mut [f32]) {
        for four in (0..PARTIALS / 4).filter(|four| self.alive[*four]) {
            let (turn_re, turn_im) = (self.turn_re[four], self.turn_im[four]);
            let (mut re, mut im) = (self.re[four], self.im[four]);
            for x in &mut *out {
                *x += (im[0] + im[1]) + (im[2] + im[3]);
                let before = re;
                for n in 0..4 {
                    re[n] = re[n] * turn_re[n] - im[n] * turn_im[n];
                    im[n] = before[n] * turn_im[n] + im[n] * turn_re[n];
                }
            }
            (self.re[four], self.im[four]) = (re, im);
        }
        self.tidy();
    }

    /// Ends partials that nobody can hear, before their numbers become too small to be fast.
    fn tidy(&mut self) {
        for four in 0..PARTIALS / 4 {
            let mut alive = false;
            for n in 0..4 {
                if self.re[four][n].abs() + self.im[four][n].abs() < 1e-7 {
                    (self.re[four][n], self.im[four][n]) = (0.0, 0.0);
                } else {
                    alive = true;
                }
            }
            self.alive[four] = alive;
        }
    }

    /// What is left to ring, at most.
    pub(super) fn loudness(&self) -> f32 {
        let all = |x: &[[f32; 4]; PARTIALS / 4]| x.iter().flatten().map(|x| x.abs()).sum::<f32>();
        all(&self.re) + all(&self.im)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_struck_thing_begins_softly_and_dies_away() {
        for what in [Struck::Nylon, Struck::BassGuitar, Struck::DoubleBass, Struck::Tine] {
            let mut ringing = Ringing::strike(what, 110.0, 1.0, 48_000.0);
            let mut out = vec![0.0; 4800];
            ringing.render(&mut out);
            assert_eq!(out[0], 0.0, "{what:?} begins with a step");
            let peak = out.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
            assert!((0.3..2.5).contains(&peak), "{what:?} peaks at {peak}");
            for _ in 0..8 * 48_000 / 64 {
                ringing.render(&mut [0.0; 64]);
            }
            assert!(ringing.loudness() < peak * 0.002, "{what:?} still has {}", ringing.loudness());
        }
    }

    #[test]
    fn a_hard_strike_is_brighter_than_a_soft_one() {
        let brightness = |velocity| {
            let mut ringing = Ringing::strike(Struck::Tine, 220.0, velocity, 48_000.0);
            let mut wave = vec![0.0; 9600];
            ringing.render(&mut wave);
            let slope: f32 = wave.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum();
            slope / wave.iter().map(|x| x * x).sum::<f32>()
        };
        assert!(brightness(1.0) > 1.5 * brightness(0.3), "{} {}", brightness(1.0), brightness(0.3));
    }
}
