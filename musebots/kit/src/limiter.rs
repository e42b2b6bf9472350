//! A gentle limiter on each bot's output, without latency: what is played normally passes
//! untouched, what is too loud is turned down at once and let up slowly.

/// No sample leaves a bot louder than this (−10.9 dBFS): three bots at their loudest at the same
/// instant sum to −1.4 dBFS, so that the mix of a trio keeps its true peak below −1 dBTP.
pub(crate) const CEILING: f32 = 0.285;
/// From here on (−14 dBFS) it works, softly at first.
const KNEE: f32 = 0.2;
/// How long it takes to let up, in seconds: not so short as to follow a bass wave's own shape.
const LET_UP: f32 = 0.09;
const ABSURD: f32 = 1e6;

/// The limiter; left and right are turned down together. Realtime-safe: yes.
pub(crate) struct Limiter {
    envelope: f32,
    fall: f32,
}

impl Limiter {
    pub(crate) fn new(sample_rate: f32) -> Self {
        Self { envelope: 0.0, fall: (-1.0 / (LET_UP * sample_rate)).exp() }
    }

    pub(crate) fn apply(&mut self, out: &mut [[f32; 2]]) {
        for frame in out {
            // A voice that goes wrong is silent, not a bang in somebody's ears.
            if !(frame[0].is_finite() && frame[1].is_finite()) {
                *frame = [0.0; 2];
            }
            // Beyond this no number stays exact enough to be turned down by.
            *frame = frame.map(|x| x.clamp(-ABSURD, ABSURD));
            let peak = frame[0].abs().max(frame[1].abs());
            self.envelope = peak.max(self.envelope * self.fall);
            if self.envelope > KNEE {
                let over = (self.envelope - KNEE) / (CEILING - KNEE);
                // Comes from KNEE at slope 1 and never quite reaches CEILING.
                let gain = (KNEE + (CEILING - KNEE) * (over / (1.0 + over))) / self.envelope;
                frame[0] *= gain;
                frame[1] *= gain;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(level: f32, hz: f32) -> Vec<[f32; 2]> {
        let wave = |n: usize| level * (std::f32::consts::TAU * hz * n as f32 / 48_000.0).sin();
        (0..48_000).map(|n| [wave(n), -wave(n)]).collect()
    }

    #[test]
    fn nothing_leaves_louder_than_the_ceiling() {
        for level in [0.3, 1.0, 100.0, f32::MAX, f32::INFINITY] {
            let mut out = sine(level, 997.0);
            out[100] = [f32::NAN; 2];
            Limiter::new(48_000.0).apply(&mut out);
            assert!(out.iter().flatten().all(|x| x.abs() <= CEILING), "at {level}");
        }
    }

    #[test]
    fn what_is_played_normally_passes_untouched() {
        let quiet = sine(0.199, 110.0);
        let mut out = quiet.clone();
        Limiter::new(48_000.0).apply(&mut out);
        assert_eq!(out, quiet);
    }

    #[test]
    fn a_loud_bass_keeps_its_shape() {
        let mut out = sine(0.3, 55.0);
        Limiter::new(48_000.0).apply(&mut out);
        let settled: Vec<f32> = out[24_000..].iter().map(|f| f[0]).collect();
        let level = |hz: f32| {
            let (re, im) = settled.iter().enumerate().fold((0.0f64, 0.0f64), |(re, im), (n, x)| {
                let angle = std::f64::consts::TAU * f64::from(hz) * n as f64 / 48_000.0;
                (re + f64::from(*x) * angle.cos(), im + f64::from(*x) * angle.sin())
            });
            re.hypot(im)
        };
        assert!(level(165.0) < 0.02 * level(55.0), "{} of third harmonic", level(165.0) / level(55.0));
    }
}
