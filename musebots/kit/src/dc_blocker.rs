//! Takes out what does not swing: an offset that a voice may have costs headroom and clicks.

/// Far below what can be heard.
const HZ: f32 = 6.0;

/// One for left and right. Realtime-safe: yes.
pub(crate) struct DcBlocker {
    keep: f32,
    before: [f32; 2],
    out: [f32; 2],
}

impl DcBlocker {
    pub(crate) fn new(sample_rate: f32) -> Self {
        Self { keep: (-std::f32::consts::TAU * HZ / sample_rate).exp(), before: [0.0; 2], out: [0.0; 2] }
    }

    pub(crate) fn apply(&mut self, frames: &mut [[f32; 2]]) {
        for frame in frames {
            for ((x, before), out) in frame.iter_mut().zip(&mut self.before).zip(&mut self.out) {
                let y = *x - *before + self.keep * *out;
                *before = *x;
                // A number too small to matter is made 0 before it becomes too small to be fast;
                // and one bad number must not stay for ever.
                *out = if y.abs() > 1e-15 && y.is_finite() { y } else { 0.0 };
                *x = *out;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_goes_and_the_bass_stays() {
        let wave = |n: usize| (std::f32::consts::TAU * 41.0 * n as f32 / 48_000.0).sin();
        let mut frames: Vec<[f32; 2]> = (0..96_000).map(|n| [0.5 + wave(n), 0.5]).collect();
        DcBlocker::new(48_000.0).apply(&mut frames);
        let last = &frames[48_000..];
        let peak = last.iter().fold(0.0f32, |peak, f| peak.max(f[0].abs()));
        assert!((peak - 1.0).abs() < 0.02, "{peak}");
        assert!(last.iter().all(|f| f[1].abs() < 1e-4));
    }

    #[test]
    fn a_bad_number_does_not_stay() {
        let mut blocker = DcBlocker::new(48_000.0);
        blocker.apply(&mut [[f32::NAN, f32::INFINITY]; 2]);
        let mut frames = [[0.1, 0.1]; 10];
        blocker.apply(&mut frames);
        assert!(frames[9].iter().all(|x| x.is_finite()));
    }
}
