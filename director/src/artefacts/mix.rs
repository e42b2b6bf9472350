//! The mix: the sum of the stems times master, 48 kHz, 24 bit, stereo.
//!
//! Only when that would come above −1 dBTP does the limiter touch it; else every sample is the
//! rounded sum. There is no dither: silence stays silence, and the same stems give the same bytes.

use super::{ArtefactError, limiter::Limiter, stem::Stem};
use hound::{SampleFormat, WavSpec, WavWriter};
use musebot_protocol::Gain;
use std::path::{Path, PathBuf};

/// Samples a second of all sound files.
pub const SAMPLE_RATE: u32 = 48_000;

const FULL_SCALE: f64 = 8_388_608.0;
const BLOCK: usize = 16_384;
/// What a WAV file can hold: its length is counted in bytes, in 32 bits.
const MOST_FRAMES: u64 = (u32::MAX as u64 - 1024) / 6;

/// One stem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StemIn {
    /// Its WAV file, 48 kHz, mono or stereo.
    pub path: PathBuf,
}

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MixReport {
    /// How long the mix is: as long as the longest stem.
    pub frames: u64,
    /// How far the limiter turned it down at most, in dB; 0 when it had nothing to do.
    pub reduction_db: f64,
}

/// Mixes the stems into the file `out`. `progress` hears of the share that is done, 0 to 1.
///
/// # Errors
/// When a stem cannot be read or is of another kind, or the mix cannot be written.
pub fn mix(
    stems: &[StemIn],
    master: Gain,
    out: &Path,
    progress: &mut dyn FnMut(f64),
) -> Result<MixReport, ArtefactError> {
    let mut stems = stems.iter().map(|stem| Stem::open(&stem.path, SAMPLE_RATE)).collect::<Result<Vec<_>, _>>()?;
    let frames = stems.iter().map(Stem::frames).max().unwrap_or(0);
    if frames > MOST_FRAMES {
        return Err(ArtefactError::odd(out, "a WAV file holds no more than 4 hours: render fewer bars"));
    }
    let spec = WavSpec { channels: 2, sample_rate: SAMPLE_RATE, bits_per_sample: 24, sample_format: SampleFormat::Int };
    let failed = |error: hound::Error| write_error(out, error);
    let mut writer = WavWriter::create(out, spec).map_err(failed)?;

    let master = f64::from(master.linear());
    let mut limiter = Limiter::new();
    let mut sum = vec![[0.0; 2]; BLOCK];
    let mut ready = Vec::with_capacity(2 * BLOCK);
    let mut done = 0;
    while done < frames {
        let count = (frames - done).min(BLOCK as u64) as usize;
        let block = &mut sum[..count];
        block.fill([0.0; 2]);
        for stem in &mut stems {
            stem.add_to(block)?;
        }
        block.iter_mut().for_each(|[left, right]| (*left, *right) = (*left * master, *right * master));
        limiter.process(block, &mut ready);
        write(&mut writer, &mut ready).map_err(failed)?;
        done += count as u64;
        progress(done as f64 / frames as f64);
    }
    let reduction_db = limiter.finish(&mut ready);
    write(&mut writer, &mut ready).map_err(failed)?;
    writer.finalize().map_err(failed)?;
    Ok(MixReport { frames, reduction_db })
}

fn write<W: std::io::Write + std::io::Seek>(
    writer: &mut WavWriter<W>,
    frames: &mut Vec<[f64; 2]>,
) -> Result<(), hound::Error> {
    for sample in frames.as_flattened() {
        writer.write_sample(round(*sample))?;
    }
    frames.clear();
    Ok(())
}

fn round(sample: f64) -> i32 {
    let scaled = sample * FULL_SCALE;
    ((scaled + 0.5f64.copysign(scaled)) as i32).clamp(-8_388_608, 8_388_607)
}

fn write_error(path: &Path, error: hound::Error) -> ArtefactError {
    match error {
        hound::Error::IoError(error) => ArtefactError::write(path, error),
        other => ArtefactError::odd(path, other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hound::WavReader;
    use tempfile::TempDir;

    struct Studio(TempDir);

    impl Studio {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn stem(&self, name: &str, channels: u16, samples: impl IntoIterator<Item = i32>) -> StemIn {
            let path = self.0.path().join(name);
            let spec = WavSpec { channels, sample_rate: 48_000, bits_per_sample: 24, sample_format: SampleFormat::Int };
            let mut writer = WavWriter::create(&path, spec).unwrap();
            samples.into_iter().for_each(|sample| writer.write_sample(sample).unwrap());
            writer.finalize().unwrap();
            StemIn { path }
        }

        fn mix(&self, stems: &[StemIn], master: f64) -> (Vec<i32>, MixReport) {
            let out = self.0.path().join("mix.wav");
            let report = mix(stems, Gain::new(master).unwrap(), &out, &mut |_| {}).unwrap();
            let mut reader = WavReader::open(out).unwrap();
            assert_eq!(
                (reader.spec().channels, reader.spec().sample_rate, reader.spec().bits_per_sample),
                (2, 48_000, 24)
            );
            (reader.samples::<i32>().collect::<Result<_, _>>().unwrap(), report)
        }
    }

    /// Loud enough to be heard, soft enough that three of them stay below the ceiling.
    fn noise(seed: u32, count: usize) -> Vec<i32> {
        let mut state = seed;
        let mut next = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 11) as i32 - (1 << 20)
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn the_mix_is_exactly_the_sum_of_its_stems() {
        let studio = Studio::new();
        let (a, b, c) = (noise(1, 80_000), noise(2, 60_002), noise(3, 80_000));
        let stems = [
            studio.stem("a.wav", 2, a.clone()),
            studio.stem("b.wav", 2, b.clone()),
            studio.stem("c.wav", 2, c.clone()),
        ];
        let (mixed, report) = studio.mix(&stems, 1.0);
        let sum: Vec<i32> = (0..80_000).map(|i| a[i] + b.get(i).unwrap_or(&0) + c[i]).collect();
        assert!(mixed == sum);
        assert_eq!(report, MixReport { frames: 40_000, reduction_db: 0.0 });
    }

    #[test]
    fn master_turns_the_sum_down_and_rounds_it() {
        let studio = Studio::new();
        let stem = studio.stem("a.wav", 2, [100, -100, 101, -101, 0, 8_388_607]);
        assert_eq!(studio.mix(&[stem], 0.5).0, [50, -50, 51, -51, 0, 4_194_304]);
    }

    #[test]
    fn a_mono_stem_sounds_on_both_sides() {
        let studio = Studio::new();
        let stem = studio.stem("a.wav", 1, [1, -2, 3]);
        assert_eq!(studio.mix(&[stem], 1.0).0, [1, 1, -2, -2, 3, 3]);
    }

    #[test]
    fn silence_stays_silence() {
        let studio = Studio::new();
        let stem = studio.stem("a.wav", 2, vec![0; 100_000]);
        let (mixed, report) = studio.mix(&[stem], 0.7);
        assert!(mixed.len() == 100_000 && mixed.iter().all(|sample| *sample == 0));
        assert_eq!(report.reduction_db, 0.0);
        assert_eq!(studio.mix(&[], 1.0).1.frames, 0);
    }

    #[test]
    fn stems_that_are_too_loud_together_are_limited_and_reported() {
        let studio = Studio::new();
        let stem = studio.stem("a.wav", 2, noise(1, 100_000).into_iter().map(|sample| sample * 7));
        let (mixed, report) = studio.mix(&[stem.clone(), stem], 1.0);
        assert!(report.reduction_db > 3.0, "{report:?}");
        assert!(mixed.iter().all(|sample| sample.abs() < 7_476_355), "−1 dBFS and less");
    }

    #[test]
    fn progress_ends_at_one() {
        let studio = Studio::new();
        let stem = studio.stem("a.wav", 2, vec![0; 200_000]);
        let mut heard = Vec::new();
        mix(&[stem], Gain::FULL, &studio.0.path().join("mix.wav"), &mut |share| heard.push(share)).unwrap();
        assert!(heard.is_sorted() && heard.last() == Some(&1.0) && heard.len() > 3);
    }

    #[test]
    fn a_stem_of_another_kind_is_named() {
        let studio = Studio::new();
        let path = studio.0.path().join("cd.wav");
        let spec = WavSpec { channels: 2, sample_rate: 44_100, bits_per_sample: 16, sample_format: SampleFormat::Int };
        WavWriter::create(&path, spec).unwrap().finalize().unwrap();
        let says = |path: PathBuf| {
            let out = studio.0.path().join("mix.wav");
            mix(&[StemIn { path }], Gain::FULL, &out, &mut |_| {}).unwrap_err().to_string()
        };
        assert!(says(path).ends_with("cd.wav: it has 44100 samples a second, not 48000"));
        assert!(says(studio.0.path().join("none.wav")).contains("failed to read"));
        let cut = studio.stem("cut.wav", 2, noise(1, 10_000)).path;
        std::fs::OpenOptions::new().write(true).open(&cut).unwrap().set_len(20_000).unwrap();
        assert!(says(cut).ends_with("cut.wav: it ends before its header says"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told_plainly() {
        let studio = Studio::new();
        let stem = studio.stem("a.wav", 2, noise(1, 100_000));
        let error = mix(&[stem], Gain::FULL, Path::new("/dev/full"), &mut |_| {}).unwrap_err();
        assert_eq!(
            error.to_string(),
            "failed to write /dev/full: the disk is full: free some space, or choose another folder"
        );
    }
}
