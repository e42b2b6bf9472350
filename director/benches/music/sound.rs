//! What is measured of a mix: its loudness and peaks, and that it holds no offset and no clicks.

use anyhow::Context;
use ebur128::{EbuR128, Mode};
use std::path::Path;

/// What was measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sound {
    /// Integrated, in LUFS.
    pub(crate) loudness: f64,
    /// In dBTP.
    pub(crate) true_peak: f64,
    /// The mean of all samples, of the worse side.
    pub(crate) offset: f64,
    /// Samples that jump where no drum explains it.
    pub(crate) clicks: f64,
    /// How much softer it is when both sides are folded into one, in dB.
    pub(crate) fold: f64,
}

/// One measure of it.
pub(crate) struct Measure {
    pub(crate) name: &'static str,
    pub(crate) bounds: (f64, f64),
    pub(crate) of: fn(&Sound) -> f64,
}

/// All of them, in the order of the table.
pub(crate) const MEASURES: [Measure; 5] = [
    Measure { name: "loudness, LUFS", bounds: (-20.0, -14.0), of: |sound| sound.loudness },
    Measure { name: "true peak, dBTP", bounds: (-60.0, -1.0), of: |sound| sound.true_peak },
    Measure { name: "offset (DC)", bounds: (0.0, 0.001), of: |sound| sound.offset },
    Measure { name: "clicks", bounds: (0.0, 0.0), of: |sound| sound.clicks },
    Measure { name: "lost when folded to mono, dB", bounds: (-0.5, 2.0), of: |sound| sound.fold },
];

impl Sound {
    /// Measures a stereo file; `drums` are the onsets of the drums in seconds.
    pub(crate) fn read(file: &Path, drums: &[f64]) -> anyhow::Result<Self> {
        let mut wav = hound::WavReader::open(file).with_context(|| format!("failed to read {}", file.display()))?;
        let spec = wav.spec();
        anyhow::ensure!(spec.channels == 2, "{} is not stereo", file.display());
        let full = 2.0_f64.powi(i32::from(spec.bits_per_sample) - 1);
        let samples: Vec<f64> =
            wav.samples::<i32>().map(|s| s.map(|s| f64::from(s) / full)).collect::<Result<_, _>>()?;
        let rate = spec.sample_rate;
        let folded: Vec<f64> = samples.chunks_exact(2).flat_map(|frame| [(frame[0] + frame[1]) / 2.0; 2]).collect();
        let (loudness, true_peak) = loudness(&samples, rate)?;
        let near_drum = near(drums, rate, samples.len() / 2);
        let side = |n: usize| samples.iter().copied().skip(n).step_by(2).collect::<Vec<f64>>();
        let (left, right) = (side(0), side(1));
        Ok(Self {
            loudness,
            true_peak,
            offset: mean(&left).abs().max(mean(&right).abs()),
            clicks: (clicks(&left, rate, &near_drum) + clicks(&right, rate, &near_drum)) as f64,
            fold: loudness - self::loudness(&folded, rate)?.0,
        })
    }
}

fn loudness(samples: &[f64], rate: u32) -> anyhow::Result<(f64, f64)> {
    let mut meter = EbuR128::new(2, rate, Mode::I | Mode::TRUE_PEAK)?;
    meter.add_frames_f64(samples)?;
    let peak = meter.true_peak(0)?.max(meter.true_peak(1)?);
    Ok((meter.loudness_global()?, 20.0 * peak.log10()))
}

fn mean(samples: &[f64]) -> f64 {
    samples.iter().sum::<f64>() / samples.len().max(1) as f64
}

/// Which frames lie within the 2 ms after a drum's onset.
fn near(drums: &[f64], rate: u32, frames: usize) -> Vec<bool> {
    let mut near = vec![false; frames];
    for onset in drums {
        let first = (onset * f64::from(rate)).round().max(0.0) as usize;
        // One frame earlier, because the second difference looks ahead by one.
        let last = first + (f64::from(rate) * 0.002) as usize;
        if first < frames {
            near[first.saturating_sub(1)..=last.min(frames - 1)].fill(true);
        }
    }
    near
}

/// Samples whose second difference exceeds 0.5, and eight times its RMS in the 5 ms on each side.
fn clicks(side: &[f64], rate: u32, near_drum: &[bool]) -> usize {
    let bend: Vec<f64> = side.windows(3).map(|w| w[0] - 2.0 * w[1] + w[2]).collect();
    let reach = (f64::from(rate) * 0.005) as usize;
    let is_click = |n: usize| {
        if bend[n].abs() <= 0.5 || near_drum[n + 1] {
            return false;
        }
        let around = bend[n.saturating_sub(reach)..n].iter().chain(&bend[n + 1..(n + 1 + reach).min(bend.len())]);
        let (sum, count) = around.fold((0.0, 0), |(sum, count), b| (sum + b * b, count + 1));
        bend[n].abs() > 8.0 * (sum / f64::from(count.max(1))).sqrt()
    };
    (0..bend.len()).filter(|n| is_click(*n)).count()
}
