//! Where in a recording a click or a note begins. Pure.

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Sound<'a> {
    /// Our own click, as it looks at the recording's rate.
    Click(&'a [f32]),
    /// Anything that begins suddenly: the note of a synthesiser.
    Note,
}

/// The click has to stand out from what else fits it by this much.
const CLEAR: f32 = 5.0;
/// The first sound, not the loudest: an echo may be louder by this factor.
const ECHO: f32 = 0.6;
/// How long before the loudest it may come, in seconds.
const ECHO_WITHIN: f64 = 0.03;

impl Sound<'_> {
    /// The sample at which it begins, if it is there.
    pub(super) fn find(&self, recording: &[f32], rate: u32) -> Option<usize> {
        match self {
            Self::Click(click) => find_click(recording, click, rate),
            Self::Note => find_note(recording, rate),
        }
    }
}

/// By how well it fits at every place (matched filter); which way round the loudspeaker is does not matter.
fn find_click(recording: &[f32], click: &[f32], rate: u32) -> Option<usize> {
    if click.is_empty() || recording.len() < 2 * click.len() {
        return None;
    }
    let fits: Vec<f32> = recording
        .windows(click.len())
        .map(|part| part.iter().zip(click).map(|(a, b)| a * b).sum::<f32>().abs())
        .collect();
    let (at, best) = fits.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    // What fits by chance: the loudest tenth of what is well away from it.
    let away = 2 * click.len();
    let mut chance: Vec<f32> =
        fits.iter().enumerate().filter(|(n, _)| n.abs_diff(at) > away).map(|(_, fit)| *fit).collect();
    chance.sort_by(f32::total_cmp);
    let chance = chance.get(chance.len() * 9 / 10).copied().unwrap_or_default();
    if best <= f32::EPSILON || best < CLEAR * chance {
        return None;
    }
    let from = at.saturating_sub((ECHO_WITHIN * f64::from(rate)) as usize);
    let first = (from..at).find(|n| fits[*n] >= ECHO * best && is_peak(&fits, *n, click.len() / 8));
    Some(first.unwrap_or(at))
}

fn is_peak(fits: &[f32], at: usize, around: usize) -> bool {
    let near = &fits[at.saturating_sub(around)..(at + around + 1).min(fits.len())];
    near.iter().all(|fit| *fit <= fits[at])
}

/// By where it becomes loud all of a sudden.
fn find_note(recording: &[f32], rate: u32) -> Option<usize> {
    /// Half a millisecond.
    const STEPS: u32 = 2000;
    /// So much at the beginning is the room without the note.
    const ROOM: f64 = 0.03;
    let step = (rate / STEPS).max(1) as usize;
    // The change from sample to sample: hum and rumble are slow.
    let change: Vec<f32> = recording.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let loud: Vec<f32> = change.chunks(step).map(|part| part.iter().fold(0.0, |m: f32, s| m.max(s.abs()))).collect();
    let room = (ROOM * f64::from(STEPS)) as usize;
    if loud.len() < 2 * room {
        return None;
    }
    let floor = loud[..room].iter().fold(0.0, |m: f32, s| m.max(*s));
    let peak = loud.iter().fold(0.0, |m: f32, s| m.max(*s));
    if peak <= 1e-4 || peak < 3.0 * floor {
        return None;
    }
    let threshold = (0.1 * peak).max(1.5 * floor);
    let rises = loud.iter().position(|s| *s > threshold)?;
    // Within the step, the first sample that is loud.
    let from = rises * step;
    change[from..].iter().position(|s| s.abs() > threshold).map(|n| from + n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibrate::click;
    use proptest::prelude::*;

    const RATE: u32 = 48_000;

    /// Noise between −1 and 1, the same every time.
    fn noise(seed: u32) -> impl Iterator<Item = f32> {
        let mut state = seed.wrapping_mul(2_654_435_761).max(1);
        std::iter::repeat_with(move || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as f32 / u32::MAX as f32 * 2.0 - 1.0
        })
    }

    /// Half a second with sounds in it: where, which, how loud.
    fn room(hiss: f32, seed: u32, sounds: &[(usize, &[f32], f32)]) -> Vec<f32> {
        let mut recording: Vec<f32> = noise(seed).take(24_000).map(|s| s * hiss).collect();
        for (at, sound, gain) in sounds {
            for (to, sample) in recording[*at..].iter_mut().zip(*sound) {
                *to += sample * gain;
            }
        }
        recording
    }

    proptest! {
        #[test]
        fn a_click_is_found_to_the_sample_through_noise(at in 1000_usize..20_000, seed: u32, gain in 0.05_f32..1.0, turned: bool) {
            let click = click::samples(RATE);
            let gain = if turned { -gain } else { gain };
            let recording = room(0.05 * gain.abs(), seed, &[(at, &click, gain)]);
            let found = Sound::Click(&click).find(&recording, RATE).unwrap();
            prop_assert!(found.abs_diff(at) <= 2, "{found}, not {at}");
        }

        #[test]
        fn noise_alone_is_no_click(seed: u32, hiss in 0.0_f32..1.0) {
            let click = click::samples(RATE);
            prop_assert_eq!(Sound::Click(&click).find(&room(hiss, seed, &[]), RATE), None);
        }

        #[test]
        fn no_recording_panics_it(samples in prop::collection::vec(any::<f32>(), 0..2000), rate in 1_u32..200_000) {
            let click = click::samples(RATE);
            let _ = Sound::Click(&click).find(&samples, rate);
            let _ = Sound::Note.find(&samples, rate);
        }
    }

    #[test]
    fn the_first_sound_counts_and_not_a_louder_echo() {
        let click = click::samples(RATE);
        let recording = room(0.01, 1, &[(5000, &click, 0.4), (5700, &click, 0.5)]);
        assert!(Sound::Click(&click).find(&recording, RATE).unwrap().abs_diff(5000) <= 2);
    }

    #[test]
    fn a_note_is_found_within_a_millisecond() {
        let note: Vec<f32> = (0..8000).map(|n| (n as f32 * 0.08).sin() * (-(n as f32) / 4000.0).exp()).collect();
        for at in [3000, 7777, 15_000] {
            let found = Sound::Note.find(&room(0.002, at as u32, &[(at, &note, 0.3)]), RATE).unwrap();
            assert!(found.abs_diff(at) < 48, "{found}, not {at}");
        }
        assert_eq!(Sound::Note.find(&room(0.1, 3, &[]), RATE), None, "noise is no note");
        assert_eq!(Sound::Note.find(&room(0.0, 3, &[]), RATE), None, "nor is silence");
    }
}
