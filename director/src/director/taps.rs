//! Taps of a tempo, by whatever hand or key.

use musebot_protocol::Tempo;
use std::time::Duration;

/// Longer than this, and a new series begins.
const PAUSE: Duration = Duration::from_secs(3);
/// Shorter than this, and a key has bounced.
const BOUNCE: Duration = Duration::from_millis(50);
/// The tempo is that of the last so many intervals.
const INTERVALS: usize = 8;
/// An interval that differs more than this from the others begins a new series.
const ODD: f64 = 0.4;

/// The taps of a series.
#[derive(Debug, Default)]
pub(super) struct Taps {
    last: Option<Duration>,
    intervals: Vec<f64>,
}

impl Taps {
    /// One more tap; from the second on they make a tempo: the median of their intervals, so that one
    /// that is early or late is not heard.
    pub(super) fn tap(&mut self, now: Duration) -> Option<Tempo> {
        let since = self.last.map(|last| now.saturating_sub(last));
        if since.is_some_and(|since| since < BOUNCE) {
            return None;
        }
        self.last = Some(now);
        let interval = since?.as_secs_f64();
        let odd = !self.intervals.is_empty() && (interval / median(&self.intervals) - 1.0).abs() > ODD;
        if odd || since > Some(PAUSE) {
            self.intervals.clear();
            return None;
        }
        if self.intervals.len() == INTERVALS {
            self.intervals.remove(0);
        }
        self.intervals.push(interval);
        Some(Tempo::clamped(60.0 / median(&self.intervals)))
    }
}

fn median(intervals: &[f64]) -> f64 {
    let mut sorted = intervals.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[half] } else { (sorted[half - 1] + sorted[half]) / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tempo after each tap, rounded.
    fn tempos(taps: &[u64]) -> Vec<Option<f64>> {
        let mut series = Taps::default();
        taps.iter().map(|ms| series.tap(Duration::from_millis(*ms)).map(|tempo| tempo.bpm().round())).collect()
    }

    #[test]
    fn two_taps_make_a_tempo_and_a_pause_begins_a_new_one() {
        let meant = [None, Some(120.0), Some(120.0), None, Some(60.0)];
        assert_eq!(tempos(&[1000, 1500, 2000, 9000, 10_000]), meant);
    }

    #[test]
    fn a_tap_that_is_off_by_a_little_does_not_move_the_tempo() {
        let meant = [None, Some(120.0), Some(120.0), Some(120.0), Some(120.0), Some(120.0)];
        assert_eq!(tempos(&[1000, 1500, 2000, 2560, 3000, 3500]), meant);
    }

    #[test]
    fn another_tempo_begins_a_new_series() {
        assert_eq!(tempos(&[1000, 1500, 2000, 3000, 4000]), [None, Some(120.0), Some(120.0), None, Some(60.0)]);
    }

    #[test]
    fn a_key_that_bounces_taps_once() {
        assert_eq!(tempos(&[1000, 1010, 1500, 1512, 2000]), [None, None, Some(120.0), None, Some(120.0)]);
    }
}
