//! A stream that plays.

use super::device::{AudioDevice, first_line};
use super::error::DeviceError;
use super::format;
use super::health::Health;
use super::wish::Pair;
use crate::priority::{Priority, promote};
use crate::quietly::quietly;
use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{BufferSize, Data, OutputCallbackInfo};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

/// Frames that are asked for at a time, at most; a longer buffer of the device is filled in parts.
pub const MOST_FRAMES: usize = 2048;
/// How long a sound server may take to open a stream.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);

/// When the audio system asked, and how long the first frame of the answer takes to the ear.
#[derive(Debug, Clone, Copy)]
pub struct CallbackTime {
    /// When it asked.
    pub at: Instant,
    /// From then until the first frame is heard.
    pub latency: Duration,
}

/// Fills frames (left, right) with sound; runs on the audio thread, so it must be realtime-safe.
/// The frames it gets are not cleared.
pub trait Fill: FnMut(&mut [[f32; 2]], CallbackTime) + Send + 'static {}
impl<F: FnMut(&mut [[f32; 2]], CallbackTime) + Send + 'static> Fill for F {}

/// A device that plays. Dropping it closes the device.
pub struct OutputStream {
    _stream: cpal::Stream,
    health: Arc<Health>,
    buffer: u32,
}

impl OutputStream {
    /// Opens the device and plays what `fill` makes.
    ///
    /// # Errors
    /// When it does not open with any buffer size.
    pub fn open(device: &AudioDevice, fill: impl Fill) -> Result<Self, DeviceError> {
        quietly(|| {
            let mut reason = String::new();
            for size in device.choice.sizes.iter().copied() {
                // What fills the stream is handed over when the stream exists, so that an attempt
                // that fails does not take it along.
                let (give, take) = sync_channel::<Box<dyn Fill>>(1);
                let health = Arc::new(Health::new(Instant::now()));
                match build(device, size, take, Arc::clone(&health)) {
                    Ok(stream) => {
                        // Cannot fail: the other end lives in the stream, and there is room for one.
                        let _ = give.send(Box::new(fill));
                        stream.play().map_err(|e| failed(device, first_line(&e)))?;
                        return Ok(Self { _stream: stream, health, buffer: size });
                    }
                    Err(error) => reason = format!("with buffers of {size} frames: {}", first_line(&error)),
                }
            }
            Err(failed(device, reason))
        })
    }

    /// How it is doing.
    #[must_use]
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// Frames between two callbacks.
    #[must_use]
    pub fn buffer(&self) -> u32 {
        self.buffer
    }
}

fn failed(device: &AudioDevice, reason: String) -> DeviceError {
    DeviceError::Open { device: device.name.clone(), reason }
}

fn build(
    device: &AudioDevice,
    size: u32,
    take: Receiver<Box<dyn Fill>>,
    health: Arc<Health>,
) -> Result<cpal::Stream, cpal::Error> {
    let config = cpal::StreamConfig { buffer_size: BufferSize::Fixed(size), ..device.config() };
    let noting = Arc::clone(&health);
    let mut feed = Feed {
        take,
        fill: None,
        scratch: vec![[0.0; 2]; MOST_FRAMES].into_boxed_slice(),
        channels: usize::from(config.channels.max(1)),
        pair: device.choice.pair,
        rate: f64::from(config.sample_rate),
        health,
        promote: device.is_hardware(),
    };
    device.device.build_output_stream_raw(
        config,
        device.choice.format,
        move |data, info| feed.callback(data, info),
        move |error| noting.note(error.kind()),
        Some(PATIENCE),
    )
}

/// What lives on the audio thread.
struct Feed {
    take: Receiver<Box<dyn Fill>>,
    fill: Option<Box<dyn Fill>>,
    scratch: Box<[[f32; 2]]>,
    channels: usize,
    pair: Pair,
    rate: f64,
    health: Arc<Health>,
    promote: bool,
}

impl Feed {
    /// Realtime-safe: yes, but for the first call, which may ask for real-time priority.
    fn callback(&mut self, data: &mut Data, info: &OutputCallbackInfo) {
        let at = Instant::now();
        self.health.asked(at);
        if self.promote {
            self.promote = false;
            self.health.has_realtime(promote(Priority::Sound));
        }
        if self.fill.is_none() {
            match self.take.try_recv() {
                Ok(fill) => self.fill = Some(fill),
                // Silence until there is something to play; the buffer holds it already.
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => return,
            }
        }
        let Some(fill) = &mut self.fill else { return };
        let timestamp = info.timestamp();
        let latency = timestamp.playback.saturating_duration_since(timestamp.callback);
        let frames = data.len() / self.channels;
        let mut done = 0;
        while done < frames {
            let count = self.scratch.len().min(frames - done);
            let ahead = Duration::from_secs_f64(done as f64 / self.rate);
            let part = &mut self.scratch[..count];
            fill(part, CallbackTime { at, latency: latency + ahead });
            format::write(data, done, self.channels, self.pair, part);
            done += count;
        }
    }
}
