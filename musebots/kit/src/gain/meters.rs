//! How loud a bot is: measured on the audio thread, read on the control thread.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Peak and power since they were last taken.
pub(crate) struct Meters {
    /// The bits of an f32; of positive numbers they are in the numbers' own order.
    peak: AtomicU32,
    /// The sum of squares (an f32's bits) above, the number of samples below.
    power: AtomicU64,
}

impl Meters {
    pub(crate) fn new() -> Self {
        Self { peak: AtomicU32::new(0), power: AtomicU64::new(0) }
    }

    /// Adds what was heard. Realtime-safe: yes.
    pub(crate) fn hear(&self, out: &[[f32; 2]]) {
        let (mut peak, mut sum) = (0.0f32, 0.0f32);
        for frame in out {
            for x in frame {
                peak = peak.max(x.abs());
                sum += x * x;
            }
        }
        self.peak.fetch_max(peak.to_bits(), Ordering::Relaxed);
        let count = 2 * out.len() as u32;
        // Tries again only if the meters were taken at this very moment.
        let _ = self.power.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |old| {
            let total = f32::from_bits((old >> 32) as u32) + sum;
            Some(u64::from(total.to_bits()) << 32 | u64::from((old as u32).saturating_add(count)))
        });
    }

    /// Peak and RMS since the last call, linear.
    pub(crate) fn take(&self) -> (f32, f32) {
        let peak = f32::from_bits(self.peak.swap(0, Ordering::Relaxed));
        let power = self.power.swap(0, Ordering::Relaxed);
        let (sum, count) = (f32::from_bits((power >> 32) as u32), power as u32);
        (peak, if count == 0 { 0.0 } else { (sum / count as f32).sqrt() })
    }
}

impl Default for Meters {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_tell_the_peak_and_the_rms_since_the_last_call() {
        let meters = Meters::new();
        meters.hear(&[[0.5, -0.5]; 100]);
        meters.hear(&[[0.0, 0.0]; 100]);
        let (peak, rms) = meters.take();
        assert_eq!(peak, 0.5);
        assert!((rms - 0.5 / 2f32.sqrt()).abs() < 1e-4);
        assert_eq!(meters.take(), (0.0, 0.0));
    }
}
