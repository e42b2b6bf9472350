//! Where notes begin in a recording, and how far apart those of two recordings are. Pure.

/// Frames a second.
pub(crate) const RATE: f64 = 48_000.0;
/// What is louder than this begins a note.
const FLOOR: f32 = 0.002;

/// Where notes begin, in seconds: the first sound after 50 ms of less.
pub(crate) fn onsets(sound: &[f32]) -> Vec<f64> {
    let loudest = sound.iter().fold(0.0_f32, |most, s| most.max(s.abs()));
    let floor = FLOOR.max(loudest * 0.05);
    let (mut found, mut quiet) = (Vec::new(), 0_usize);
    for (n, sample) in sound.iter().enumerate() {
        if sample.abs() < floor {
            quiet += 1;
        } else {
            if quiet as f64 > 0.05 * RATE {
                found.push(n as f64 / RATE);
            }
            quiet = 0;
        }
    }
    found
}

/// How much later than each onset of the first the nearest of the second is, in ms; none where none is near.
pub(crate) fn apart(first: &[f64], second: &[f64]) -> Vec<f64> {
    let nearest = |at: &f64| second.iter().map(|b| (b - at) * 1000.0).min_by(|a, b| a.abs().total_cmp(&b.abs()));
    first.iter().filter_map(nearest).filter(|ms| ms.abs() < 100.0).collect()
}
