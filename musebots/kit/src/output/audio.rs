//! Sound on a device: notes that are due at an instant go through a ring to the audio thread,
//! stamped with the frame that is heard then.

use super::callback::{Callback, Report};
use super::lateness::{Lateness, LatenessCollector};
use super::stream_clock::StreamClock;
use crate::gain::{GainControl, Meters};
use crate::sounding::{Sound, Sounding, Stamped};
use crate::voice::Voice;
use musebot_devices::{AudioDevice, DeviceError, OutputStream};
use rtrb::{Consumer, Producer, RingBuffer};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Events on their way to the audio thread, at most; what does not fit waits on our side.
const EVENTS: usize = 4096;
/// Reports on their way back: ten seconds of them, if nobody asks.
const REPORTS: usize = 4096;
/// Notes whose beginning has not been reported yet, at most.
const MOST_DUE: usize = 1024;
/// How long a device may take until it first asks for sound.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between two lines about the same trouble.
const SAY_AGAIN: Duration = Duration::from_secs(20);

/// An audio device that plays a voice.
pub(crate) struct AudioOutput {
    stream: OutputStream,
    name: String,
    events: Producer<Stamped>,
    backlog: VecDeque<Stamped>,
    reports: Consumer<Report>,
    clock: StreamClock,
    epoch: Instant,
    due: VecDeque<(u32, f64)>,
    lateness: LatenessCollector,
    /// From a callback to the ear, averaged, and from one callback to the next, in seconds.
    to_ear: f64,
    between: f64,
    said: Option<Instant>,
    gaps: u32,
    said_lost: bool,
}

impl AudioOutput {
    /// Opens the default device or the one that is named, and waits until it runs.
    ///
    /// # Errors
    /// When there is no such device, or it does not open or never starts.
    pub(crate) fn open(
        device: Option<&str>,
        voice: Box<dyn Voice>,
        gain: Arc<GainControl>,
        meters: Arc<Meters>,
    ) -> Result<Self, DeviceError> {
        let device = AudioDevice::find(device)?;
        let rate = device.sample_rate();
        let (events, events_out) = RingBuffer::new(EVENTS);
        let (reports_in, reports) = RingBuffer::new(REPORTS);
        let sounding = Sounding::new(voice, rate, gain, meters);
        let mut callback = Callback { sounding, events: events_out, reports: reports_in };
        let epoch = Instant::now();
        let stream = OutputStream::open(&device, move |out: &mut [[f32; 2]], time| callback.fill(out, time))?;
        let between = f64::from(stream.buffer()) / f64::from(rate);
        let mut output = Self {
            stream,
            name: device.name().to_owned(),
            events,
            backlog: VecDeque::new(),
            reports,
            clock: StreamClock::new(rate),
            epoch,
            due: VecDeque::with_capacity(MOST_DUE),
            lateness: LatenessCollector::new(),
            to_ear: 2.0 * between,
            between,
            said: None,
            gaps: 0,
            said_lost: false,
        };
        output.wait_until_running()?;
        Ok(output)
    }

    fn wait_until_running(&mut self) -> Result<(), DeviceError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.hear_reports();
            if self.clock.is_running() {
                tracing::debug!(
                    "audio device `{}`: buffers of {} frames, {}",
                    self.name,
                    self.stream.buffer(),
                    if self.stream.health().is_realtime() { "real-time priority" } else { "no real-time priority" }
                );
                return Ok(());
            }
            if Instant::now() > deadline {
                let reason = format!("it opened, but has not asked for sound in {PATIENCE:?}");
                return Err(DeviceError::Open { device: self.name.clone(), reason });
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Plays a sound that is to be heard at `due`.
    pub(crate) fn play(&mut self, due: Instant, sound: Sound) {
        self.hear_reports();
        if self.stream.health().is_lost() {
            return;
        }
        let seconds = self.since_epoch(due);
        let event = Stamped { frame: self.clock.frame_at(seconds), sound };
        if let Sound::On { id, .. } = sound {
            if self.due.len() == MOST_DUE {
                self.due.pop_front();
            }
            self.due.push_back((id, seconds));
        }
        self.backlog.push_back(event);
        // Never more than the audio thread takes in one callback, unless it has stopped.
        if self.backlog.len() > EVENTS {
            self.backlog.pop_front();
        }
        self.hand_over();
    }

    fn hand_over(&mut self) {
        while let Some(event) = self.backlog.pop_front() {
            if let Err(rtrb::PushError::Full(event)) = self.events.push(event) {
                self.backlog.push_front(event);
                return;
            }
        }
    }

    /// How far notes were placed from where they belonged, since the last call: by what is known
    /// of the stream now, which is more than was known when they were placed.
    pub(crate) fn lateness(&mut self) -> Option<Lateness> {
        self.hear_reports();
        self.hand_over();
        self.say_troubles();
        self.lateness.take()
    }

    /// How far ahead of its being heard a note must be played.
    pub(crate) fn latency(&self) -> Duration {
        Duration::from_secs_f64((self.to_ear + self.between).max(0.0))
    }

    /// The device's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    fn since_epoch(&self, instant: Instant) -> f64 {
        match instant.checked_duration_since(self.epoch) {
            Some(after) => after.as_secs_f64(),
            None => -self.epoch.duration_since(instant).as_secs_f64(),
        }
    }

    fn hear_reports(&mut self) {
        while let Ok(report) = self.reports.pop() {
            match report {
                Report::Called { frame, time } => {
                    let to_ear = time.latency.as_secs_f64();
                    self.clock.observe(frame, self.since_epoch(time.at) + to_ear);
                    self.to_ear += (to_ear - self.to_ear) * 0.05;
                }
                Report::Begun { id, frame } => {
                    if let Some(n) = self.due.iter().position(|(due, _)| *due == id)
                        && let Some((_, due)) = self.due.remove(n)
                    {
                        self.lateness.add(((self.clock.heard_at(frame) - due) * 1000.0) as f32);
                    }
                }
            }
        }
    }

    fn say_troubles(&mut self) {
        let Some(trouble) = self.stream.health().take() else { return };
        self.gaps += trouble.gaps;
        if trouble.lost && !self.said_lost {
            self.said_lost = true;
            tracing::error!("audio device `{}` has gone: nothing is heard from now on", self.name);
        }
        if self.gaps > 0 && self.said.is_none_or(|said| said.elapsed() > SAY_AGAIN) {
            tracing::warn!("the sound had {} gap(s): the machine is too busy", self.gaps);
            self.said = Some(Instant::now());
            self.gaps = 0;
        }
        if trouble.complaints > 0 {
            tracing::debug!("audio device `{}` complained {} time(s)", self.name, trouble.complaints);
        }
    }
}
