//! How dense, heated and bright it is: what is said of it, or else what can be guessed from what is played.

/// In how many seconds a change is two thirds through.
const SLOWNESS: f64 = 1.0;
/// For how many seconds an onset counts.
const MEMORY: f64 = 2.0;

#[derive(Debug, Clone)]
pub(super) struct Mood {
    pub(super) asked_density: Option<f64>,
    pub(super) said_arousal: Option<f64>,
    pub(super) said_valence: Option<f64>,
    /// Onsets a second, of late.
    rate: f64,
    /// How loud they were.
    loudness: f64,
    /// Density, arousal and valence as shown.
    shown: [f64; 3],
}

impl Default for Mood {
    fn default() -> Self {
        let nothing = None;
        let shown = [0.0, 0.25, 0.5];
        Self { asked_density: nothing, said_arousal: nothing, said_valence: nothing, rate: 0.0, loudness: 0.5, shown }
    }
}

impl Mood {
    /// Somebody began notes, so loud.
    pub(super) fn onset(&mut self, velocity: f64) {
        self.rate = (self.rate + 1.0 / MEMORY).min(100.0);
        self.loudness += (velocity - self.loudness) * 0.15;
    }

    /// So many seconds on: density, arousal, valence. `busy` is what players say of themselves, on average.
    pub(super) fn advance(&mut self, passed: f64, busy: Option<f64>, tempo: f64, harmony: u16) -> [f64; 3] {
        self.rate *= (-passed / MEMORY).exp();
        let played = 1.0 - (-self.rate / 6.0).exp();
        let density = self.asked_density.or(busy).unwrap_or(played);
        let fast = if tempo > 0.0 { ((tempo - 50.0) / 130.0).clamp(0.0, 1.0) } else { 0.0 };
        let arousal = self.said_arousal.unwrap_or(0.35 * fast + 0.35 * density + 0.3 * self.loudness * played);
        let valence = self.said_valence.unwrap_or(0.4 + 0.2 * fast + 0.25 * thirds(harmony));
        let step = 1.0 - (-passed / SLOWNESS).exp();
        for (shown, target) in self.shown.iter_mut().zip([density, arousal, valence]) {
            *shown += (target.clamp(0.0, 1.0) - *shown) * step;
        }
        self.shown
    }
}

/// Whether a harmony has more major thirds than minor ones above its fifths' roots: 1 major, −1 minor, 0 neither.
fn thirds(harmony: u16) -> f64 {
    let has = |class: u32| harmony >> (class % 12) & 1 == 1;
    let chords = |third: u32| (0..12).filter(|&root| has(root) && has(root + third) && has(root + 7)).count() as f64;
    let (major, minor) = (chords(4), chords(3));
    if major + minor > 0.0 { (major - minor) / (major + minor) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_goes_before_what_is_guessed() {
        let mut mood = Mood { asked_density: Some(0.9), said_arousal: Some(0.1), ..Mood::default() };
        let [density, arousal, _] = mood.advance(20.0, Some(0.2), 120.0, 0);
        assert!((density - 0.9).abs() < 1e-6 && (arousal - 0.1).abs() < 1e-6);
    }

    #[test]
    fn more_onsets_are_denser() {
        let after = |onsets: usize| {
            let mut mood = Mood::default();
            for _ in 0..40 {
                (0..onsets).for_each(|_| mood.onset(0.8));
                mood.advance(0.25, None, 120.0, 0);
            }
            mood.advance(0.01, None, 120.0, 0)
        };
        let (few, many) = (after(1), after(4));
        assert!(few[0] > 0.2 && many[0] > few[0] + 0.2, "{few:?} {many:?}");
        assert!(many[1] > few[1], "and more heated");
    }

    #[test]
    fn c_major_is_brighter_than_c_minor() {
        assert_eq!(thirds(1 | 1 << 4 | 1 << 7), 1.0);
        assert_eq!(thirds(1 | 1 << 3 | 1 << 7), -1.0);
        assert_eq!(thirds(0), 0.0);
    }
}
