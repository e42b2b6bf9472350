//! Reading a bot's sound in blocks: sample by sample would take longer than mixing it.

use super::ArtefactError;
use hound::{SampleFormat, WavReader, WavSpec};
use std::{
    fs::File,
    io::{BufReader, ErrorKind, Read},
    path::{Path, PathBuf},
};

/// A WAV file that is being read, from its beginning to its end.
pub(crate) struct Stem {
    path: PathBuf,
    file: BufReader<File>,
    spec: WavSpec,
    frames: u64,
    read: u64,
    bytes: Vec<u8>,
}

impl Stem {
    /// Opens a file of `rate` samples a second, mono or stereo, of 16, 24 or 32 bits or floats.
    pub(crate) fn open(path: &Path, rate: u32) -> Result<Self, ArtefactError> {
        let reader = WavReader::open(path).map_err(|error| match error {
            hound::Error::IoError(error) => ArtefactError::read(path, error),
            other => ArtefactError::odd(path, other.to_string()),
        })?;
        let (spec, frames) = (reader.spec(), u64::from(reader.duration()));
        if spec.sample_rate != rate {
            let what = format!("it has {} samples a second, not {rate}", spec.sample_rate);
            return Err(ArtefactError::odd(path, what));
        }
        if !matches!(spec.channels, 1 | 2) {
            return Err(ArtefactError::odd(path, format!("it has {} channels, not 1 or 2", spec.channels)));
        }
        match (spec.sample_format, spec.bits_per_sample) {
            (SampleFormat::Int, 16 | 24 | 32) | (SampleFormat::Float, 32) => {}
            (_, bits) => return Err(ArtefactError::odd(path, format!("it has {bits} bits a sample"))),
        }
        Ok(Self { path: path.to_owned(), file: reader.into_inner(), spec, frames, read: 0, bytes: Vec::new() })
    }

    /// How many frames it holds.
    pub(crate) fn frames(&self) -> u64 {
        self.frames
    }

    /// Adds the next frames to `sum`. After the end of the file there is silence.
    pub(crate) fn add_to(&mut self, sum: &mut [[f64; 2]]) -> Result<(), ArtefactError> {
        let count = (self.frames - self.read).min(sum.len() as u64) as usize;
        let width = usize::from(self.spec.bits_per_sample / 8);
        self.bytes.resize(count * width * usize::from(self.spec.channels), 0);
        self.file.read_exact(&mut self.bytes).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => ArtefactError::odd(&self.path, "it ends before its header says"),
            _ => ArtefactError::read(&self.path, error),
        })?;
        self.read += count as u64;
        match (self.spec.sample_format, width) {
            (SampleFormat::Float, _) => self.add::<4>(sum, |b| f64::from(f32::from_le_bytes(b))),
            (_, 2) => self.add::<2>(sum, |b| f64::from(i16::from_le_bytes(b)) / 32_768.0),
            (_, 3) => {
                self.add::<3>(sum, |[a, b, c]| f64::from(i32::from_le_bytes([0, a, b, c])) / 2_147_483_648.0);
            }
            _ => self.add::<4>(sum, |b| f64::from(i32::from_le_bytes(b)) / 2_147_483_648.0),
        }
        Ok(())
    }

    fn add<const N: usize>(&self, sum: &mut [[f64; 2]], decode: impl Fn([u8; N]) -> f64) {
        let (samples, _) = self.bytes.as_chunks::<N>();
        if self.spec.channels == 1 {
            for (frame, sample) in sum.iter_mut().zip(samples) {
                let sample = decode(*sample);
                frame[0] += sample;
                frame[1] += sample;
            }
        } else {
            let (pairs, _) = samples.as_chunks::<2>();
            for (frame, [left, right]) in sum.iter_mut().zip(pairs) {
                frame[0] += decode(*left);
                frame[1] += decode(*right);
            }
        }
    }
}
