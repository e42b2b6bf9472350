//! How loud a bot is to be: set on the control thread, ramped per sample on the audio thread.

mod meters;

pub(crate) use meters::Meters;
use std::sync::atomic::{AtomicU64, Ordering};

/// No change is faster than this, in milliseconds: a faster one clicks.
pub(crate) const SHORTEST_RAMP_MS: f32 = 10.0;
/// None is slower: ten minutes.
const LONGEST_RAMP_MS: f32 = 600_000.0;

/// The gain and its ramp, in one atomic: the latest wins. Realtime-safe: yes.
pub(crate) struct GainControl(AtomicU64);

impl GainControl {
    pub(crate) fn new(gain: f32) -> Self {
        Self(AtomicU64::new(pack(gain, SHORTEST_RAMP_MS)))
    }

    /// Asks for a gain of 0–1, reached in `ramp_ms`.
    pub(crate) fn set(&self, gain: f32, ramp_ms: f32) {
        self.0.store(pack(gain, ramp_ms), Ordering::Release);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

fn pack(gain: f32, ramp_ms: f32) -> u64 {
    let gain = if gain.is_nan() { 1.0 } else { gain.clamp(0.0, 1.0) };
    let ramp = if ramp_ms.is_nan() { SHORTEST_RAMP_MS } else { ramp_ms.clamp(SHORTEST_RAMP_MS, LONGEST_RAMP_MS) };
    u64::from(gain.to_bits()) << 32 | u64::from(ramp.to_bits())
}

fn unpack(packed: u64) -> (f32, f32) {
    (f32::from_bits((packed >> 32) as u32), f32::from_bits(packed as u32))
}

/// The audio thread's side: follows a [`GainControl`] smoothly. Realtime-safe: yes.
pub(crate) struct GainRamp {
    asked: u64,
    from: f32,
    to: f32,
    done: u32,
    frames: u32,
    frames_per_ms: f32,
}

impl GainRamp {
    /// Begins at the gain that is set already.
    pub(crate) fn new(control: &GainControl, sample_rate: f32) -> Self {
        let asked = control.get();
        let (gain, _) = unpack(asked);
        Self { asked, from: gain, to: gain, done: 1, frames: 1, frames_per_ms: sample_rate / 1000.0 }
    }

    /// Comes up from silence to the gain that is asked for, in so many milliseconds.
    pub(crate) fn rise_from_silence(&mut self, ms: f32) {
        (self.from, self.done) = (0.0, 0);
        self.frames = (ms.clamp(SHORTEST_RAMP_MS, LONGEST_RAMP_MS) * self.frames_per_ms).max(1.0) as u32;
    }

    /// Applies the gain.
    pub(crate) fn apply(&mut self, control: &GainControl, out: &mut [[f32; 2]]) {
        let asked = control.get();
        if asked != self.asked {
            self.asked = asked;
            let (gain, ms) = unpack(asked);
            self.from = self.now();
            self.to = gain;
            self.done = 0;
            self.frames = (ms * self.frames_per_ms).max(1.0) as u32;
        }
        for frame in out {
            let gain = self.now();
            self.done = self.frames.min(self.done + 1);
            frame[0] *= gain;
            frame[1] *= gain;
        }
    }

    /// The gain at this frame: a ramp without corners at either end.
    #[inline]
    fn now(&self) -> f32 {
        if self.done >= self.frames {
            return self.to;
        }
        let t = self.done as f32 / self.frames as f32;
        self.from + (self.to - self.from) * t * t * (3.0 - 2.0 * t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramped(control: &GainControl, ramp: &mut GainRamp, frames: usize) -> Vec<f32> {
        let mut out = vec![[1.0; 2]; frames];
        ramp.apply(control, &mut out);
        out.into_iter().map(|[left, _]| left).collect()
    }

    #[test]
    fn a_mute_arrives_and_has_no_step() {
        let control = GainControl::new(1.0);
        let mut ramp = GainRamp::new(&control, 48_000.0);
        control.set(0.0, 0.0);
        let gains = ramped(&control, &mut ramp, 600);
        assert!(gains.windows(2).all(|w| w[0] - w[1] < 1.6 / 480.0 && w[0] >= w[1]));
        assert!(gains[240] > 0.4 && gains[479] < 0.01);
        assert_eq!(gains[480..], [0.0; 120]);
    }

    #[test]
    fn a_ramp_takes_the_time_it_was_given() {
        let control = GainControl::new(0.0);
        let mut ramp = GainRamp::new(&control, 48_000.0);
        control.set(0.5, 100.0);
        let gains = ramped(&control, &mut ramp, 4801);
        assert!((gains[2400] - 0.25).abs() < 1e-3);
        assert_eq!(gains[4800], 0.5);
    }

    #[test]
    fn a_new_gain_in_the_middle_of_a_ramp_goes_on_from_there() {
        let control = GainControl::new(0.0);
        let mut ramp = GainRamp::new(&control, 48_000.0);
        control.set(1.0, 100.0);
        let mut gains = ramped(&control, &mut ramp, 2000);
        control.set(0.0, 50.0);
        gains.extend(ramped(&control, &mut ramp, 3000));
        assert!(gains.windows(2).all(|w| (w[0] - w[1]).abs() < 0.002));
        assert_eq!(gains[4999], 0.0);
    }

    #[test]
    fn what_was_away_comes_up_from_silence_without_a_step() {
        let control = GainControl::new(0.8);
        let mut ramp = GainRamp::new(&control, 48_000.0);
        ramp.rise_from_silence(100.0);
        let gains = ramped(&control, &mut ramp, 4801);
        assert!(gains[0] == 0.0 && gains.windows(2).all(|w| (0.0..0.001).contains(&(w[1] - w[0]))));
        assert_eq!(gains[4800], 0.8);
    }

    #[test]
    fn what_is_no_gain_is_made_one() {
        for (asked, got) in [(2.0, 1.0), (-1.0, 0.0), (f32::NAN, 1.0)] {
            assert_eq!(unpack(pack(asked, f32::NAN)).0, got);
        }
    }
}
