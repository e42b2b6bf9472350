//! From the clicks one by one to what is said of them. Pure.

use super::timeline::middle;

/// How late the clicks were.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tally {
    /// The middle of all, in milliseconds.
    pub(super) late_ms: f64,
    /// Half of them are within so many milliseconds of it.
    pub(super) spread_ms: f64,
    /// How many were heard.
    pub(super) heard: usize,
    /// How many there were.
    pub(super) played: usize,
}

/// Fewer heard than this share of all prove nothing.
const ENOUGH: f64 = 0.5;
/// Half of them further apart than this, and something moves between the clicks.
const UNSTEADY_MS: f64 = 5.0;

impl Tally {
    /// From how late each was that was heard, in seconds; `None` when that proves nothing.
    pub(super) fn of(late: &[f64], played: usize) -> Option<Self> {
        if late.is_empty() || (late.len() as f64) < ENOUGH * played as f64 {
            return None;
        }
        let late_ms = middle(late.iter().map(|s| s * 1000.0).collect())?;
        let spread_ms = middle(late.iter().map(|s| (s * 1000.0 - late_ms).abs()).collect())?;
        Some(Self { late_ms, spread_ms, heard: late.len(), played })
    }

    /// What to write for an output that has this offset already.
    pub(super) fn offset_ms(&self, already: f64) -> f64 {
        let offset = already - self.late_ms;
        // No hand or ear tells less than a tenth apart; and no minus before a nought.
        (offset * 10.0).round() / 10.0 + 0.0
    }

    /// Whether the clicks are too far apart from each other to be believed.
    pub(super) fn is_unsteady(&self) -> bool {
        self.spread_ms > UNSTEADY_MS
    }

    /// In words.
    pub(super) fn words(&self) -> String {
        let (ms, word) = (self.late_ms.abs(), if self.late_ms < 0.0 { "early" } else { "late" });
        format!(
            "{} of {} heard, {ms:.1} ms {word}, half of them within {:.1} ms of that",
            self.heard, self.played, self.spread_ms
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_is_what_makes_a_late_output_early_enough() {
        let tally = Tally::of(&[0.0120, 0.0123, 0.0121, 0.5], 4).unwrap();
        assert!((tally.late_ms - 12.2).abs() < 0.01, "{tally:?}");
        assert_eq!((tally.offset_ms(0.0), tally.offset_ms(-12.2).abs() - 24.4), (-12.2, 0.0));
        assert_eq!(Tally::of(&[0.0; 4], 4).unwrap().offset_ms(0.0).to_string(), "0");
    }

    #[test]
    fn too_few_clicks_prove_nothing() {
        assert_eq!(Tally::of(&[0.01; 7], 16), None);
        assert_eq!(Tally::of(&[], 0), None);
        assert!(Tally::of(&[0.01; 8], 16).is_some());
    }

    #[test]
    fn what_wanders_is_said() {
        let wanders: Vec<f64> = (0..16).map(|n| f64::from(n) * 0.003).collect();
        assert!(Tally::of(&wanders, 16).unwrap().is_unsteady());
        assert!(Tally::of(&[0.012, 0.0125], 2).unwrap().words().starts_with("2 of 2 heard, 12.2 ms late"));
    }
}
