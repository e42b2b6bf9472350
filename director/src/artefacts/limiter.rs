//! Keeps the mix below −1 dBTP. It looks ahead and is compensated for that, so that nothing
//! moves in time, and what never comes near the ceiling passes through bit for bit.
//!
//! Peaks are looked for between the samples too, at four times the rate, as loudness meters do.

use std::collections::VecDeque;

/// −1 dBTP.
const CEILING: f64 = 0.891_250_938;
/// What a peak above the ceiling is brought down to: the moving gain itself may add a little.
const TARGET: f64 = 0.881;
/// How far ahead the gain begins to move: 5 ms at 48 kHz.
const AHEAD: usize = 240;
/// How fast it comes back: the share of the way to 1 that it goes in one sample, 80 ms in all.
const RELEASE: f64 = 1.0 / (0.080 * 48_000.0);
/// Samples on each side of the place where a value between them is computed.
const REACH: usize = 6;
const TAPS: usize = 2 * REACH;
/// How long a peak holds the gain down: long enough to cover every sample that makes it.
const HOLD: usize = AHEAD + 2 * REACH;
/// How many frames later a frame comes out.
const LATENCY: usize = AHEAD + 2 * REACH - 1;

pub(crate) struct Limiter {
    /// Frames that are yet to come out.
    waiting: VecDeque<[f64; 2]>,
    /// The last frames, for the values between them.
    recent: Vec<[f32; 2]>,
    phases: [[f32; TAPS]; 3],
    /// No value between samples is larger than the samples around it by more than this factor.
    most: f32,
    peaks: Vec<f32>,
    /// Frames that have gone in.
    seen: usize,
    /// Places and gains of the peaks in the window, the deepest first.
    lowest: VecDeque<(usize, f64)>,
    released: f64,
    smoothing: VecDeque<f64>,
    smoothing_sum: f64,
    /// How many gains in `smoothing` are not 1.
    working: usize,
    deepest: f64,
}

impl Limiter {
    pub(crate) fn new() -> Self {
        let phases = [0.25, 0.5, 0.75].map(interpolator);
        let most = phases.iter().map(|taps| taps.iter().map(|tap| tap.abs()).sum::<f32>()).fold(1.0, f32::max);
        Self {
            waiting: VecDeque::with_capacity(1 << 15),
            recent: vec![[0.0; 2]; TAPS - 1],
            phases,
            most,
            peaks: Vec::new(),
            seen: 0,
            lowest: VecDeque::new(),
            released: 1.0,
            smoothing: VecDeque::from(vec![1.0; AHEAD]),
            smoothing_sum: AHEAD as f64,
            working: 0,
            deepest: 1.0,
        }
    }

    /// Takes frames in and appends those that come out.
    pub(crate) fn process(&mut self, frames: &[[f64; 2]], out: &mut Vec<[f64; 2]>) {
        self.waiting.extend(frames);
        self.find_peaks(frames);
        for i in 0..frames.len() {
            let gain = self.gain(f64::from(self.peaks[i]));
            self.seen += 1;
            if self.seen > LATENCY
                && let Some([left, right]) = self.waiting.pop_front()
            {
                out.push(if gain < 1.0 { [left * gain, right * gain] } else { [left, right] });
            }
        }
    }

    /// Lets the last frames out.
    pub(crate) fn finish(mut self, out: &mut Vec<[f64; 2]>) -> f64 {
        let before = out.len();
        let left = self.waiting.len();
        self.process(&vec![[0.0; 2]; LATENCY], out);
        out.truncate(before + left);
        20.0 * (1.0 / self.deepest).log10()
    }

    /// The largest value in and after each frame; it belongs to the frame [`REACH`] before.
    fn find_peaks(&mut self, frames: &[[f64; 2]]) {
        self.recent.extend(frames.iter().map(|[left, right]| [*left as f32, *right as f32]));
        self.peaks.clear();
        self.peaks.resize(frames.len(), 0.0);
        // Whole stretches are too soft to matter: their samples alone tell.
        for (start, peaks) in (0..).step_by(64).zip(self.peaks.chunks_mut(64)) {
            let around = &self.recent[start..start + peaks.len() + TAPS - 1];
            let loudest = around.iter().fold(0.0f32, |most, [l, r]| most.max(l.abs()).max(r.abs()));
            if f64::from(loudest * self.most) <= CEILING {
                continue;
            }
            for (peak, around) in peaks.iter_mut().zip(around.windows(TAPS)) {
                let [left, right] = around[REACH - 1];
                *peak = left.abs().max(right.abs());
                for taps in &self.phases {
                    let (mut left, mut right) = (0.0, 0.0);
                    for (tap, [l, r]) in taps.iter().zip(around) {
                        left += tap * l;
                        right += tap * r;
                    }
                    *peak = peak.max(left.abs()).max(right.abs());
                }
            }
        }
        let keep = self.recent.len() - (TAPS - 1);
        self.recent.drain(..keep);
    }

    /// The gain for the frame that comes out when this peak goes in.
    fn gain(&mut self, peak: f64) -> f64 {
        let wanted = if peak > CEILING { TARGET / peak } else { 1.0 };
        if self.lowest.front().is_some_and(|(at, _)| at + HOLD <= self.seen) {
            self.lowest.pop_front();
        }
        if wanted < 1.0 {
            while self.lowest.back().is_some_and(|(_, gain)| *gain >= wanted) {
                self.lowest.pop_back();
            }
            self.lowest.push_back((self.seen, wanted));
        }
        let held = self.lowest.front().map_or(1.0, |(_, gain)| *gain);
        let rising = self.released + (1.0 - self.released) * RELEASE;
        // The way back never quite ends by itself.
        self.released = held.min(if rising > 0.999_99 { 1.0 } else { rising });

        let oldest = self.smoothing.pop_front().unwrap_or(1.0);
        self.smoothing.push_back(self.released);
        self.working = self.working + usize::from(self.released < 1.0) - usize::from(oldest < 1.0);
        if self.working == 0 {
            self.smoothing_sum = AHEAD as f64;
            return 1.0;
        }
        self.smoothing_sum += self.released - oldest;
        let gain = (self.smoothing_sum / AHEAD as f64).min(1.0);
        self.deepest = self.deepest.min(gain);
        gain
    }
}

/// A windowed sinc that computes the value `at` of the way from one sample to the next.
fn interpolator(at: f64) -> [f32; TAPS] {
    use std::f64::consts::PI;
    let taps: [f64; TAPS] = std::array::from_fn(|i| {
        let distance = i as f64 - (REACH as f64 - 1.0) - at;
        let window = 0.5 + 0.5 * (PI * distance / (REACH as f64 + 0.25)).cos();
        (PI * distance).sin() / (PI * distance) * window
    });
    let sum: f64 = taps.iter().sum();
    taps.map(|tap| (tap / sum) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(frames: &[[f64; 2]]) -> (Vec<[f64; 2]>, f64) {
        let mut limiter = Limiter::new();
        let mut out = Vec::new();
        for block in frames.chunks(1000) {
            limiter.process(block, &mut out);
        }
        let reduction = limiter.finish(&mut out);
        (out, reduction)
    }

    fn sine(frequency: f64, amplitude: f64, phase: f64, frames: usize) -> Vec<[f64; 2]> {
        (0..frames)
            .map(|n| amplitude * (std::f64::consts::TAU * (frequency * n as f64 / 48_000.0 + phase)).sin())
            .map(|x| [x, -0.5 * x])
            .collect()
    }

    fn true_peak(frames: &[[f64; 2]]) -> f64 {
        let mut meter = ebur128::EbuR128::new(2, 48_000, ebur128::Mode::TRUE_PEAK).unwrap();
        meter.add_frames_f64(frames.as_flattened()).unwrap();
        meter.true_peak(0).unwrap().max(meter.true_peak(1).unwrap())
    }

    #[test]
    fn what_stays_below_the_ceiling_passes_bit_for_bit() {
        for frames in [sine(440.0, 0.85, 0.0, 12_000), vec![[0.0; 2]; 3000], sine(97.0, 0.5, 0.0, 7), Vec::new()] {
            let (out, reduction) = limit(&frames);
            assert!(out == frames && reduction == 0.0);
        }
    }

    #[test]
    fn no_true_peak_exceeds_the_ceiling() {
        for (frequency, amplitude, phase) in
            [(40.0, 1.5, 0.0), (440.0, 3.0, 0.2), (5000.0, 1.2, 0.3), (12_000.0, 1.1, 0.125), (15_000.0, 2.0, 0.4)]
        {
            let (out, reduction) = limit(&sine(frequency, amplitude, phase, 48_000));
            let peak = true_peak(&out);
            assert!(peak <= CEILING, "{frequency} Hz: {:.2} dBTP", 20.0 * peak.log10());
            assert!(peak > 0.8, "{frequency} Hz: {:.2} dBTP is needlessly soft", 20.0 * peak.log10());
            assert!(reduction > 0.5);
        }
    }

    #[test]
    fn peaks_between_the_samples_are_found() {
        // A quarter of the sampling rate, sampled beside its peaks: 3 dB more than any sample.
        let frames = sine(12_000.0, 1.0, 0.125, 24_000);
        assert!(frames.iter().all(|[left, _]| left.abs() < 0.71));
        let (out, reduction) = limit(&frames);
        assert!(reduction > 0.9 && true_peak(&out) <= CEILING);
    }

    #[test]
    fn nothing_moves_in_time() {
        let mut frames = sine(440.0, 0.4, 0.0, 20_000);
        frames[10_000] = [2.0, -2.0];
        let (out, _) = limit(&frames);
        assert_eq!(out.len(), frames.len());
        let loudest = (0..out.len()).max_by(|a, b| out[*a][0].abs().total_cmp(&out[*b][0].abs())).unwrap();
        assert_eq!(loudest, 10_000);
        assert!(out[..9_700] == frames[..9_700], "nothing changes before the look-ahead");
        assert!(out[..9_990].iter().zip(&frames).any(|(a, b)| a != b), "the gain moves ahead of the peak");
    }

    #[test]
    fn the_gain_comes_back_to_exactly_one() {
        let mut frames = sine(440.0, 0.4, 0.0, 200_000);
        frames[1000] = [2.0, 2.0];
        let (out, reduction) = limit(&frames);
        assert!((6.0..8.0).contains(&reduction), "{reduction}");
        assert!(out[100_000..] == frames[100_000..]);
    }

    #[test]
    fn the_size_of_the_blocks_makes_no_difference() {
        let frames = sine(300.0, 1.4, 0.0, 5000);
        let (by_thousands, _) = limit(&frames);
        let mut limiter = Limiter::new();
        let mut out = Vec::new();
        for block in frames.chunks(7) {
            limiter.process(block, &mut out);
        }
        limiter.finish(&mut out);
        // Soft stretches are skipped by block, and a skipped frame is one that needs no gain.
        assert!(out == by_thousands);
    }
}
