//! What was said, once: its samples, where its periods begin, and where its vowel is.

use crate::words::Lyric;

/// Between two marks where there is no tone, in seconds.
const STEP: f32 = 0.005;
/// A frame is searched for its period every so often, in seconds.
const HOP: f32 = 0.008;
/// The lowest and highest tone that is looked for, in Hz.
const TONES: (f32, f32) = (65.0, 420.0);
/// How alike two periods must be to be a tone.
const ALIKE: f32 = 0.6;

/// A syllable that was said.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) lyric: Lyric,
    pub(super) rate: u32,
    pub(super) samples: Vec<f32>,
    /// Where its periods (or, without tone, mere steps) begin, and whether there is tone.
    pub(super) marks: Vec<(usize, bool)>,
    /// From where to where the vowel sounds.
    pub(super) vowel: (usize, usize),
}

impl Said {
    /// Takes apart what was said; `None` when it was nothing.
    pub(super) fn new(lyric: Lyric, samples: &[f32], rate: u32) -> Option<Self> {
        let loud = |x: &f32| x.abs() > 0.004;
        let from = samples.iter().position(loud)?;
        let to = samples.iter().rposition(loud)? + 1;
        let mut samples = samples[from..to].to_vec();
        let peak = samples.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
        samples.iter_mut().for_each(|x| *x /= peak);
        let marks = marks(&samples, rate as f32);
        let vowel = vowel(&samples, &marks, rate as f32);
        Some(Self { lyric, rate, samples, marks, vowel })
    }
}

/// How alike a wave is to itself `lag` later, around `at`.
fn alike(wave: &[f32], at: usize, lag: usize, width: usize) -> f32 {
    let (a, b) = (&wave[at..at + width], &wave[at + lag..at + lag + width]);
    let product: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
    let power: f32 = a.iter().map(|x| x * x).sum::<f32>() * b.iter().map(|x| x * x).sum::<f32>();
    if power > 1e-9 { product / power.sqrt() } else { 0.0 }
}

fn marks(wave: &[f32], rate: f32) -> Vec<(usize, bool)> {
    let (shortest, longest) = ((rate / TONES.1) as usize, (rate / TONES.0) as usize);
    let hop = ((HOP * rate) as usize).max(1);
    // The period at every hop, if there is one. A coarse look first, because all are looked at.
    let period = |at: usize| -> Option<usize> {
        if at + 2 * longest >= wave.len() {
            return None;
        }
        let best = |from: usize, to: usize, by: usize| {
            let all = (from..to).step_by(by).map(|lag| (lag, alike(wave, at, lag, longest)));
            all.max_by(|a, b| a.1.total_cmp(&b.1))
        };
        let (coarse, _) = best(shortest, longest, 4)?;
        let (lag, sure) = best(coarse.saturating_sub(5).max(shortest), (coarse + 5).min(longest + 1), 1)?;
        // Two periods are as alike as one.
        let half = lag / 2;
        let lag = if half >= shortest && alike(wave, at, half, longest) > 0.92 * sure { half } else { lag };
        (sure > ALIKE).then_some(lag)
    };
    let mut periods: Vec<Option<usize>> = (0..wave.len()).step_by(hop).map(period).collect();
    // At the end there is no room to look: it goes on as it was.
    for n in 1..periods.len() {
        if periods[n].is_none() && n * hop + 2 * longest >= wave.len() {
            periods[n] = periods[n - 1];
        }
    }
    let mut marks: Vec<(usize, bool)> = Vec::new();
    let mut at = 0;
    while at < wave.len() {
        let last_had_tone = marks.last().is_some_and(|(_, tone)| *tone);
        match periods[at / hop] {
            Some(period) => {
                // The strongest moment near where it is expected.
                let spread = if last_had_tone { period / 5 } else { period / 2 };
                let (from, to) = (at.saturating_sub(spread), (at + spread + 1).min(wave.len()));
                let peak = (from..to).max_by(|a, b| wave[*a].abs().total_cmp(&wave[*b].abs())).unwrap_or(at);
                let peak = marks.last().map_or(peak, |(last, _)| peak.max(last + period / 2));
                marks.push((peak.min(wave.len() - 1), true));
                at = peak + period;
            }
            None => {
                marks.push((at, false));
                at += ((STEP * rate) as usize).max(1);
            }
        }
    }
    marks.dedup_by_key(|(at, _)| *at);
    marks
}

/// The stretch of tone around the loudest moment that is nearly as loud.
fn vowel(wave: &[f32], marks: &[(usize, bool)], rate: f32) -> (usize, usize) {
    let width = (0.012 * rate) as usize;
    let power = |at: usize| -> f32 {
        let part = &wave[at.saturating_sub(width)..(at + width).min(wave.len())];
        part.iter().map(|x| x * x).sum::<f32>() / part.len().max(1) as f32
    };
    let powers: Vec<f32> = marks.iter().map(|(at, tone)| if *tone { power(*at) } else { 0.0 }).collect();
    let Some((top, most)) = powers.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)) else {
        return (0, wave.len());
    };
    let loud = |n: &usize| powers[*n] > 0.16 * most;
    let from = (0..=top).rev().take_while(loud).last().unwrap_or(top);
    let to = (top..marks.len()).take_while(loud).last().unwrap_or(top);
    (marks[from].0, marks.get(to + 1).map_or(wave.len(), |(at, _)| *at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{Phone, Then};
    use proptest::prelude::*;

    #[test]
    fn it_finds_the_periods_and_the_vowel() {
        let rate = 22_050;
        // Noise for 100 ms, pulses of 110 Hz for 300 ms, soft ones for 100 ms.
        let mut noise = 1u32;
        let wave: Vec<f32> = (0..11_025)
            .map(|n| {
                noise ^= noise << 13;
                noise ^= noise >> 17;
                noise ^= noise << 5;
                let pulse = (-((n % 200) as f32) / 30.0).exp() * ((n % 200) as f32 / 5.0).cos();
                match n {
                    0..2205 => noise as i32 as f32 / 2e10,
                    2205..8820 => pulse,
                    _ => pulse * 0.1,
                }
            })
            .collect();
        let said = Said::new(Lyric::of(Phone::A, Then::Word), &wave, rate).unwrap();
        let inside: Vec<usize> =
            said.marks.iter().filter(|(at, tone)| *tone && (3000..8000).contains(at)).map(|(at, _)| *at).collect();
        assert!(inside.windows(2).all(|pair| pair[1] - pair[0] == 200), "{inside:?}");
        assert!((2000..2700).contains(&said.vowel.0) && (8500..9300).contains(&said.vowel.1), "{:?}", said.vowel);
    }

    #[test]
    fn a_period_is_looked_for_no_farther_than_there_is_room() {
        let mut wave = vec![0.0; 1357];
        for at in [0, 677, 1356] {
            wave[at] = 1.0;
        }
        let said = Said::new(Lyric::of(Phone::A, Then::Word), &wave, 44_100).unwrap();
        assert!(said.vowel.1 <= 1357);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn whatever_is_said_marks_rise_and_the_vowel_is_within(
            wave in prop::collection::vec(-1.0..1.0f32, 0..3000),
            rate in prop::sample::select(vec![22_050, 44_100, 48_000, 88_200]),
        ) {
            if let Some(said) = Said::new(Lyric::of(Phone::A, Then::Word), &wave, rate) {
                prop_assert!(said.marks.windows(2).all(|pair| pair[0].0 < pair[1].0));
                prop_assert!(said.vowel.0 < said.vowel.1 && said.vowel.1 <= said.samples.len());
            }
        }
    }
}
