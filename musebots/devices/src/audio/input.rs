//! A device that listens: what a microphone or a cable brings, in mono, with its instants.

use super::device::{AudioDevice, Way, first_line};
use super::error::DeviceError;
use super::format;
use super::health::Health;
use super::host::AudioHost;
use super::stream::{MOST_FRAMES, PATIENCE};
use super::wish::{AudioWish, Pair};
use crate::quietly::quietly;
use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{BufferSize, Data, InputCallbackInfo};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

/// Hears samples, and when the first of them was in the air; runs on the audio thread, so it must
/// be realtime-safe.
pub trait Hear: FnMut(&[f32], Instant) + Send + 'static {}
impl<F: FnMut(&[f32], Instant) + Send + 'static> Hear for F {}

/// An input that is open. Dropping it closes it.
pub struct AudioIn {
    _stream: cpal::Stream,
    health: Arc<Health>,
    device: AudioDevice,
}

impl AudioIn {
    /// Opens the input that is wished: the host's default one, or the one that has this identifier
    /// or name, or a part of either. Two channels are heard in their middle.
    ///
    /// # Errors
    /// When there is none, or it does not open.
    pub fn open(wish: impl Into<AudioWish>, hear: impl Hear) -> Result<Self, DeviceError> {
        let wish = wish.into();
        quietly(|| {
            let device = AudioDevice::ask(&wish, Way::In)?;
            let failed = |reason| DeviceError::Open { device: device.name.clone(), reason };
            let mut reason = String::new();
            for size in device.choice.sizes.iter().copied() {
                let (give, take) = sync_channel::<Box<dyn Hear>>(1);
                let health = Arc::new(Health::new(Instant::now()));
                match build(&device, size, take, Arc::clone(&health)) {
                    Ok(stream) => {
                        // Cannot fail: the other end lives in the stream, and there is room for one.
                        let _ = give.send(Box::new(hear));
                        stream.play().map_err(|e| failed(first_line(&e)))?;
                        return Ok(Self { _stream: stream, health, device });
                    }
                    Err(error) => reason = format!("with buffers of {size} frames: {}", first_line(&error)),
                }
            }
            Err(failed(reason))
        })
    }

    /// Samples a second.
    #[must_use]
    pub fn sample_rate(&self) -> u32 {
        self.device.sample_rate()
    }

    /// The device's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.device.name()
    }

    /// The audio system that it belongs to.
    #[must_use]
    pub fn host(&self) -> AudioHost {
        self.device.host()
    }

    /// How it is doing.
    #[must_use]
    pub fn health(&self) -> &Health {
        &self.health
    }
}

fn build(
    device: &AudioDevice,
    size: u32,
    take: Receiver<Box<dyn Hear>>,
    health: Arc<Health>,
) -> Result<cpal::Stream, cpal::Error> {
    let config = cpal::StreamConfig { buffer_size: BufferSize::Fixed(size), ..device.config() };
    let noting = Arc::clone(&health);
    let mut ear = Ear {
        take,
        hear: None,
        mono: vec![0.0; MOST_FRAMES].into_boxed_slice(),
        channels: usize::from(config.channels.max(1)),
        pair: device.choice.pair,
        rate: f64::from(config.sample_rate),
        health,
    };
    device.device.build_input_stream_raw(
        config,
        device.choice.format,
        move |data, info| ear.callback(data, info),
        move |error| noting.note(error.kind()),
        Some(PATIENCE),
    )
}

/// What lives on the audio thread.
struct Ear {
    take: Receiver<Box<dyn Hear>>,
    hear: Option<Box<dyn Hear>>,
    mono: Box<[f32]>,
    channels: usize,
    pair: Pair,
    rate: f64,
    health: Arc<Health>,
}

impl Ear {
    /// Realtime-safe: yes.
    fn callback(&mut self, data: &Data, info: &InputCallbackInfo) {
        let now = Instant::now();
        self.health.asked(now);
        if self.hear.is_none() {
            match self.take.try_recv() {
                Ok(hear) => self.hear = Some(hear),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => return,
            }
        }
        let Some(hear) = &mut self.hear else { return };
        let timestamp = info.timestamp();
        let ago = timestamp.callback.saturating_duration_since(timestamp.capture);
        let first = now.checked_sub(ago).unwrap_or(now);
        let frames = data.len() / self.channels;
        let mut done = 0;
        while done < frames {
            let count = self.mono.len().min(frames - done);
            let part = &mut self.mono[..count];
            format::read(data, done, self.channels, self.pair, part);
            hear(part, first + Duration::from_secs_f64(done as f64 / self.rate));
            done += count;
        }
    }
}
