//! What a bot left in its folder: the sound, to be asked how loud it was when, and the notes.

use std::{
    path::Path,
    time::{Duration, Instant},
};

/// The WAV and the MIDI file of a bot.
pub(crate) struct Stem {
    /// The louder channel of every frame.
    frames: Vec<f32>,
    rate: f64,
    /// How many notes the MIDI file holds.
    pub(crate) notes: usize,
}

impl Stem {
    pub(crate) fn read(folder: &Path, id: &str) -> Self {
        let wav = hound::WavReader::open(folder.join(format!("{id}.wav"))).unwrap();
        let (spec, channels) = (wav.spec(), usize::from(wav.spec().channels));
        let samples: Vec<f32> = match spec.sample_format {
            hound::SampleFormat::Float => wav.into_samples::<f32>().map(Result::unwrap).collect(),
            hound::SampleFormat::Int => {
                let full = f64::from(1_u32 << (spec.bits_per_sample - 1)) as f32;
                wav.into_samples::<i32>().map(|s| s.unwrap() as f32 / full).collect()
            }
        };
        let louder = |frame: &[f32]| frame.iter().fold(0.0, |peak: f32, s| peak.max(s.abs()));
        let midi = std::fs::read(folder.join(format!("{id}.mid"))).unwrap();
        let midi = midly::Smf::parse(&midi).unwrap();
        let notes = midi.tracks.iter().flatten().filter(|event| {
            use midly::{MidiMessage::NoteOn, TrackEventKind::Midi};
            matches!(event.kind, Midi { message: NoteOn { vel, .. }, .. } if vel > 0)
        });
        let notes = notes.count();
        Self { frames: samples.chunks(channels).map(louder).collect(), rate: f64::from(spec.sample_rate), notes }
    }

    /// The loudest sample between two instants, `margin` seconds within; the file begins when the
    /// bot first beats.
    pub(crate) fn peak(&self, began: Instant, from: Instant, to: Instant, margin: f64) -> f32 {
        let frame = |at: Instant| (at.saturating_duration_since(began).as_secs_f64() * self.rate) as usize;
        let margin = Duration::from_secs_f64(margin);
        let (from, to) = (frame(from + margin), frame(to - margin));
        assert!(
            from < to && from < self.frames.len(),
            "the file is too short: {} frames, {from}..{to}",
            self.frames.len()
        );
        self.frames[from..to.min(self.frames.len())].iter().copied().fold(0.0, f32::max)
    }
}
