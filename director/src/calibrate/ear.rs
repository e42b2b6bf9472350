//! The edge that hears: an audio input, recorded with its instants.

use super::{onset::Sound, timeline::Timeline};
use anyhow::Context;
use musebot_devices::{AudioIn, AudioWish};
use std::time::{Duration, Instant};

/// Room for so many samples between the audio thread and us: seconds, even at high rates.
const ROOM: usize = 1 << 20;
/// What a recording holds at most: a few minutes.
const LONGEST: usize = 48_000 * 60 * 10;

/// An open input that is recorded.
pub(super) struct Ear {
    input: AudioIn,
    arrives: rtrb::Consumer<f32>,
    told: rtrb::Consumer<(u64, Instant)>,
    epoch: Instant,
    line: Timeline,
    samples: Vec<f32>,
}

impl Ear {
    /// Opens the input.
    pub(super) fn open(wish: AudioWish, epoch: Instant) -> anyhow::Result<Self> {
        let (mut samples, arrives) = rtrb::RingBuffer::new(ROOM);
        let (mut tells, told) = rtrb::RingBuffer::new(ROOM / 64);
        let mut frame = 0_u64;
        // Realtime-safe: rings alone. What there is no room for is silence, so that the time stays right.
        let input = AudioIn::open(wish, move |part: &[f32], first: Instant| {
            let _ = tells.push((frame, first));
            for sample in part {
                let _ = samples.push(*sample);
            }
            frame += part.len() as u64;
        })
        .context("failed to open an input that hears the clicks (--tap does without)")?;
        let line = Timeline::new(input.sample_rate());
        Ok(Self { input, arrives, told, epoch, line, samples: Vec::new() })
    }

    pub(super) fn name(&self) -> &str {
        self.input.name()
    }

    pub(super) fn rate(&self) -> u32 {
        self.input.sample_rate()
    }

    /// Takes what has arrived; to be called often.
    pub(super) fn listen(&mut self) {
        while let Ok((frame, at)) = self.told.pop() {
            self.line.tell(frame, at.saturating_duration_since(self.epoch).as_secs_f64());
        }
        let many = self.arrives.slots();
        if let Ok(part) = self.arrives.read_chunk(many) {
            let room = LONGEST.saturating_sub(self.samples.len());
            self.samples.extend(part.into_iter().take(room));
        }
    }

    /// Whether anything has been heard, be it silence.
    pub(super) fn is_open(&self) -> bool {
        !self.samples.is_empty()
    }

    /// How late a sound is that was to be heard at `due` (seconds since the epoch), if it was.
    pub(super) fn lateness(&self, due: f64, within: (Duration, Duration), sound: Sound<'_>) -> Option<f64> {
        let from = self.line.frame_at(due - within.0.as_secs_f64())? as usize;
        let until = self.line.frame_at(due + within.1.as_secs_f64())? as usize;
        let part = self.samples.get(from..until.min(self.samples.len()))?;
        let at = from + sound.find(part, self.rate())?;
        Some(self.line.time_of(at as u64)? - due)
    }
}
