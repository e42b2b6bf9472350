//! Which frame of a stream is at which instant: callbacks tell, each wrong by some milliseconds;
//! the middle of many is right. Pure.

/// What the callbacks of a stream told.
#[derive(Debug, Clone)]
pub(super) struct Timeline {
    rate: f64,
    /// A frame, and its time in seconds since any epoch.
    told: Vec<(u64, f64)>,
}

/// While a stream starts up, its first callbacks come in a hurry and tell nothing (seconds).
const SETTLING: f64 = 0.3;
/// What is told within so many seconds counts: a device drifts by 50 millionths or so.
const NEAR: f64 = 3.0;

impl Timeline {
    pub(super) fn new(rate: u32) -> Self {
        Self { rate: f64::from(rate), told: Vec::new() }
    }

    /// A callback has told when a frame is.
    pub(super) fn tell(&mut self, frame: u64, seconds: f64) {
        if frame as f64 >= SETTLING * self.rate {
            self.told.push((frame, seconds));
        }
    }

    /// When a frame is; `None` when nothing is known near it.
    pub(super) fn time_of(&self, frame: u64) -> Option<f64> {
        let near = |told: &&(u64, f64)| told.0.abs_diff(frame) as f64 <= NEAR * self.rate;
        let begun = |told: &(u64, f64)| told.1 - told.0 as f64 / self.rate;
        let begun = middle(self.told.iter().filter(near).map(begun).collect())?;
        Some(begun + frame as f64 / self.rate)
    }

    /// Which frame is at a time.
    pub(super) fn frame_at(&self, seconds: f64) -> Option<u64> {
        let (frame, at) = self.told.iter().min_by(|a, b| (a.1 - seconds).abs().total_cmp(&(b.1 - seconds).abs()))?;
        let guess = *frame as f64 + (seconds - at) * self.rate;
        let guess = guess.max(0.0) as u64;
        let off = seconds - self.time_of(guess)?;
        Some((guess as f64 + off * self.rate).round().max(0.0) as u64)
    }
}

/// The one in the middle.
pub(super) fn middle(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[odd / 2]),
        even => Some((values[even / 2 - 1] + values[even / 2]) / 2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_many_callbacks_is_right_though_each_is_wrong() {
        let mut line = Timeline::new(48_000);
        for n in 0..1000_u64 {
            let late = [0.0, 0.001, 0.0, -0.001, 0.004, 0.0, 0.0002][n as usize % 7];
            line.tell(n * 512, 100.0 + (n * 512) as f64 / 48_000.0 + late);
        }
        let time = line.time_of(240_000).unwrap();
        assert!((time - 105.0).abs() < 0.0003, "{time}");
        assert!(line.frame_at(105.0).unwrap().abs_diff(240_000) < 15);
    }

    #[test]
    fn nothing_told_is_nothing_known() {
        let mut line = Timeline::new(48_000);
        line.tell(0, 1.0);
        assert_eq!((line.time_of(0), line.frame_at(1.0)), (None, None), "the first callbacks tell nothing");
    }
}
