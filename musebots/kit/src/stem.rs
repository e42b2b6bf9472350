//! A bot's sound as a WAV file, 48 kHz, 24 bit, stereo: rendered frame by frame through the same
//! [`Sounding`] that plays live.

use crate::sounding::{Sounding, Stamped};
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use std::{
    fs::File,
    io::BufWriter,
    path::{Path, PathBuf},
};

/// Frames in a second of every file.
pub(crate) const SAMPLE_RATE: u32 = 48_000;
/// Frames rendered at a time, at most.
const BLOCK: usize = 512;
/// What still sounds when the file must end fades out within so many frames.
const CUT_FADE: u64 = 480;
/// A WAV file holds no more than 4 GiB.
const MOST_FRAMES: u64 = (u32::MAX as u64 - 1024) / 6;

const SPEC: WavSpec =
    WavSpec { channels: 2, sample_rate: SAMPLE_RATE, bits_per_sample: 24, sample_format: SampleFormat::Int };

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StemError {
    /// The disk is full, or the folder is gone.
    #[error("failed to write `{}`: {source} (is the disk full?)", path.display())]
    Write { path: PathBuf, source: hound::Error },
    /// It cannot be begun.
    #[error("failed to create `{}`: {source}", path.display())]
    Create { path: PathBuf, source: hound::Error },
    /// Four hours.
    #[error("`{}` is full: a WAV file holds four hours", path.display())]
    Full { path: PathBuf },
}

/// The file that is being written.
pub(crate) struct Stem {
    path: PathBuf,
    writer: WavWriter<BufWriter<File>>,
    sounding: Sounding,
    block: Vec<[f32; 2]>,
    /// From here to there, what sounds fades out.
    cut: Option<u64>,
}

impl Stem {
    /// Begins a file.
    pub(crate) fn create(path: &Path, sounding: Sounding) -> Result<Self, StemError> {
        let writer =
            WavWriter::create(path, SPEC).map_err(|source| StemError::Create { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), writer, sounding, block: vec![[0.0; 2]; BLOCK], cut: None })
    }

    /// The next frame to be written.
    pub(crate) fn frame(&self) -> u64 {
        self.sounding.frame()
    }

    /// Whether nothing sounds any more.
    pub(crate) fn is_silent(&self) -> bool {
        self.sounding.is_silent()
    }

    /// A note begins or ends.
    pub(crate) fn push(&mut self, event: Stamped) {
        self.sounding.push(event);
    }

    /// Renders and writes everything before `frame`.
    pub(crate) fn render_to(&mut self, frame: u64) -> Result<(), StemError> {
        if frame > MOST_FRAMES {
            return Err(StemError::Full { path: self.path.clone() });
        }
        while self.sounding.frame() < frame {
            let from = self.sounding.frame();
            let length = ((frame - from) as usize).min(BLOCK);
            let block = &mut self.block[..length];
            self.sounding.render(block);
            for (n, sample) in block.iter().enumerate() {
                let fade = self.cut.map_or(1.0, |end| {
                    let left = end.saturating_sub(from + n as u64 + 1);
                    if left < CUT_FADE { left as f32 / CUT_FADE as f32 } else { 1.0 }
                });
                for channel in sample {
                    self.writer
                        .write_sample(to_24_bit(channel * fade))
                        .map_err(|source| StemError::Write { path: self.path.clone(), source })?;
                }
            }
        }
        Ok(())
    }

    /// Makes the file on disk whole up to here, so that it plays even if we crash.
    pub(crate) fn flush(&mut self) -> Result<(), StemError> {
        self.writer.flush().map_err(|source| StemError::Write { path: self.path.clone(), source })
    }

    /// Ends the file.
    pub(crate) fn finish(self) -> Result<(), StemError> {
        let path = self.path;
        self.writer.finalize().map_err(|source| StemError::Write { path, source })
    }

    /// Ends the file at exactly `frames`; what still sounds there fades out just before.
    pub(crate) fn finish_at(mut self, frames: u64) -> Result<(), StemError> {
        if self.frame() > frames.saturating_sub(CUT_FADE) {
            // It is to end before what is written already: cut it.
            let path = self.path.clone();
            self.render_to(frames)?;
            self.finish()?;
            return cut(&path, frames);
        }
        self.render_to(frames - CUT_FADE)?;
        if !self.is_silent() {
            self.cut = Some(frames);
        }
        self.render_to(frames)?;
        self.finish()
    }
}

fn to_24_bit(sample: f32) -> i32 {
    (sample.clamp(-1.0, 1.0) * 8_388_607.0).round() as i32
}

/// Shortens a file to `frames`, with a short fade if anything sounds at its end.
fn cut(path: &Path, frames: u64) -> Result<(), StemError> {
    let fault = |source| StemError::Write { path: path.to_owned(), source };
    let shorter = path.with_extension("wav.part");
    let mut reader = WavReader::open(path).map_err(fault)?;
    let mut writer = WavWriter::create(&shorter, SPEC).map_err(fault)?;
    for (n, sample) in reader.samples::<i32>().take(frames as usize * 2).enumerate() {
        let left = frames - 1 - n as u64 / 2;
        let fade = if left < CUT_FADE { left as f64 / CUT_FADE as f64 } else { 1.0 };
        writer.write_sample((f64::from(sample.map_err(fault)?) * fade).round() as i32).map_err(fault)?;
    }
    writer.finalize().map_err(fault)?;
    std::fs::rename(&shorter, path).map_err(|e| fault(e.into()))
}
