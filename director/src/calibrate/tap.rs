//! Taps of a hand along with clicks: which tap was meant for which click. Pure, but for the keys.

use std::{
    io::BufRead,
    sync::mpsc::{Receiver, channel},
    time::Instant,
};

/// The first clicks are there to get into it.
pub(super) const WARM_UP: u32 = 4;

/// A tap that is this far from its click (seconds) was meant for none.
const FAR: f64 = 0.35;

/// How late each tap was against the click that is nearest to it; one tap for a click, and none
/// for those of the warm-up.
pub(super) fn lateness(clicks: &[f64], taps: &[f64]) -> Vec<f64> {
    let meant: Vec<f64> = clicks.iter().skip(WARM_UP as usize).copied().collect();
    let nearest = |tap: f64| clicks.iter().copied().min_by(|a, b| (a - tap).abs().total_cmp(&(b - tap).abs()));
    meant
        .iter()
        .filter_map(|click| taps.iter().find(|tap| nearest(**tap) == Some(*click)).map(|tap| tap - click))
        .filter(|late| late.abs() < FAR)
        .collect()
}

/// The instants at which Enter is pressed, from now on.
pub(super) fn keys() -> Receiver<Instant> {
    let (tell, told) = channel();
    // It ends with the program: nobody can be called back from a read.
    std::thread::spawn(move || {
        let mut line = Vec::new();
        let mut keys = std::io::stdin().lock();
        while keys.read_until(b'\n', &mut line).is_ok_and(|many| many > 0) && tell.send(Instant::now()).is_ok() {
            line.clear();
        }
    });
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tap_belongs_to_the_nearest_click_and_the_first_ones_do_not_count() {
        let clicks: Vec<f64> = (0..8).map(f64::from).collect();
        let taps = [0.3, 1.2, 3.97, 4.96, 5.97, 6.02, 7.95, 20.0];
        let late: Vec<i32> = lateness(&clicks, &taps).iter().map(|s| (s * 1000.0).round() as i32).collect();
        assert_eq!(late, [-30, -40, -30]);
        assert!(lateness(&clicks, &[]).is_empty() && lateness(&[], &taps).is_empty());
    }
}
