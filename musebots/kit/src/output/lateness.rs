//! How far notes were placed from where they belonged: what a bot tells its director about its
//! own timing.

/// Notes that are remembered between two reports; of more, the latest.
const WINDOW: usize = 1024;

/// How far, in milliseconds, half and all but a hundredth of the last `n` notes were off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Lateness {
    pub(crate) p50_ms: f32,
    pub(crate) p99_ms: f32,
    pub(crate) n: u32,
}

/// Collects deviations; its memory is bounded and taken at the start.
pub(crate) struct LatenessCollector {
    window: Vec<f32>,
    at: usize,
}

impl LatenessCollector {
    pub(crate) fn new() -> Self {
        Self { window: Vec::with_capacity(WINDOW), at: 0 }
    }

    /// Adds one note's deviation in milliseconds, early or late.
    pub(crate) fn add(&mut self, ms: f32) {
        if !ms.is_finite() {
            return;
        }
        if self.window.len() < WINDOW {
            self.window.push(ms.abs());
        } else {
            self.window[self.at] = ms.abs();
            self.at = (self.at + 1) % WINDOW;
        }
    }

    /// What was collected since the last call; none if nothing was.
    pub(crate) fn take(&mut self) -> Option<Lateness> {
        if self.window.is_empty() {
            return None;
        }
        self.window.sort_unstable_by(f32::total_cmp);
        let n = self.window.len();
        let at = |share: f32| self.window[((n as f32 * share).ceil() as usize).clamp(1, n) - 1];
        let lateness = Lateness { p50_ms: at(0.5), p99_ms: at(0.99), n: n as u32 };
        self.window.clear();
        self.at = 0;
        Some(lateness)
    }
}

impl Default for LatenessCollector {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_the_middle_and_the_worst_of_what_came_since() {
        let mut collector = LatenessCollector::new();
        assert_eq!(collector.take(), None);
        (1..=100).for_each(|n| collector.add(if n % 2 == 0 { n as f32 } else { -(n as f32) }));
        assert_eq!(collector.take(), Some(Lateness { p50_ms: 50.0, p99_ms: 99.0, n: 100 }));
        assert_eq!(collector.take(), None);
    }

    #[test]
    fn of_too_many_it_keeps_the_latest() {
        let mut collector = LatenessCollector::new();
        (0..WINDOW * 2).for_each(|n| collector.add(if n < WINDOW { 99.0 } else { 1.0 }));
        assert_eq!(collector.take(), Some(Lateness { p50_ms: 1.0, p99_ms: 1.0, n: WINDOW as u32 }));
    }
}
