//! The click that is played and looked for: a burst of many tones, so that it is like nothing
//! else in a room and its beginning can be told to a sample. Pure.

use std::f64::consts::TAU;

/// How long it is, in seconds.
pub(super) const LENGTH: f64 = 0.008;
/// The tones in it, in hertz: what any loudspeaker and microphone pass on.
const LOWEST: f64 = 600.0;
const BETWEEN: f64 = 171.0;
const TONES: usize = 32;

/// Its sample at a time from its beginning; at most about 1.
pub(super) fn click(seconds: f64) -> f32 {
    if !(0.0..LENGTH).contains(&seconds) {
        return 0.0;
    }
    let way = seconds / LENGTH;
    // It begins at once and dies away, as a click does.
    let swell = (way * 40.0).min(1.0) * (1.0 - way).powi(2);
    let mut sum = 0.0;
    for tone in 0..TONES {
        // Phases that repeat nowhere: with equal ones it would be a row of spikes.
        let phase = (tone * tone) as f64 * 0.618_034;
        sum += (TAU * ((LOWEST + BETWEEN * tone as f64) * seconds + phase)).sin();
    }
    (swell * sum / (TONES as f64).sqrt() / 2.0) as f32
}

/// The whole click at a rate.
pub(super) fn samples(rate: u32) -> Vec<f32> {
    let many = (LENGTH * f64::from(rate)).ceil() as usize;
    (0..many).map(|n| click(n as f64 / f64::from(rate))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_fits_into_any_output_and_ends() {
        for rate in [22_050, 44_100, 48_000, 96_000] {
            let click = samples(rate);
            let peak = click.iter().fold(0.0_f32, |peak, s| peak.max(s.abs()));
            assert!((0.3..=1.0).contains(&peak), "{peak} at {rate}");
            assert!(click.last().unwrap().abs() < 0.01);
        }
    }
}
