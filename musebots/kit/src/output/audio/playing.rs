//! One life of an audio device: from its opening until it is closed or lost.

use super::super::callback::{Callback, Report};
use super::super::lateness::LatenessCollector;
use super::super::stream_clock::StreamClock;
use crate::sounding::{Sound, Stamped};
use musebot_devices::OutputStream;
use rtrb::{Consumer, Producer, RingBuffer};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Events on their way to the audio thread, at most; what does not fit waits on our side.
const EVENTS: usize = 4096;
/// Reports on their way back: ten seconds of them, if nobody asks.
const REPORTS: usize = 4096;
/// Notes whose beginning has not been reported yet, at most.
const MOST_DUE: usize = 1024;

/// A device that plays.
pub(super) struct Playing {
    pub(super) stream: OutputStream,
    pub(super) name: String,
    events: Producer<Stamped>,
    backlog: VecDeque<Stamped>,
    reports: Consumer<Report>,
    clock: StreamClock,
    epoch: Instant,
    due: VecDeque<(u32, f64)>,
    /// From a callback to the ear, averaged, and from one callback to the next, in seconds.
    to_ear: f64,
    between: f64,
}

/// The two ends of a device's rings that are ours.
pub(super) struct Ends {
    events: Producer<Stamped>,
    reports: Consumer<Report>,
}

impl Ends {
    /// Both rings; `sounding` is what the audio thread plays.
    pub(super) fn of(sounding: crate::sounding::Sounding) -> (Self, Callback) {
        let (events, events_out) = RingBuffer::new(EVENTS);
        let (reports_in, reports) = RingBuffer::new(REPORTS);
        (Self { events, reports }, Callback { sounding, events: events_out, reports: reports_in })
    }
}

impl Playing {
    pub(super) fn new(stream: OutputStream, name: String, rate: u32, ends: Ends) -> Self {
        let between = f64::from(stream.buffer()) / f64::from(rate);
        Self {
            stream,
            name,
            events: ends.events,
            backlog: VecDeque::new(),
            reports: ends.reports,
            clock: StreamClock::new(rate),
            epoch: Instant::now(),
            due: VecDeque::with_capacity(MOST_DUE),
            to_ear: 2.0 * between,
            between,
        }
    }

    /// Waits until it first asks for sound; `false` when it does not in `patience`.
    pub(super) fn runs_within(&mut self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        let mut late = LatenessCollector::new();
        while !self.clock.is_running() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
            self.hear_reports(&mut late);
        }
        tracing::debug!(
            "audio device `{}`: buffers of {} frames, {}",
            self.name,
            self.stream.buffer(),
            if self.stream.health().is_realtime() { "real-time priority" } else { "no real-time priority" }
        );
        self.clock.is_running()
    }

    /// Plays a sound that is to be heard at `due`.
    pub(super) fn play(&mut self, due: Instant, sound: Sound) {
        let seconds = self.since_epoch(due);
        let event = Stamped { frame: self.clock.frame_at(seconds), sound };
        if let Sound::On { id, .. } | Sound::Sing { id, .. } = sound {
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

    pub(super) fn hand_over(&mut self) {
        while let Some(event) = self.backlog.pop_front() {
            if let Err(rtrb::PushError::Full(event)) = self.events.push(event) {
                self.backlog.push_front(event);
                return;
            }
        }
    }

    /// How far ahead of its being heard a note must be played.
    pub(super) fn latency(&self) -> Duration {
        Duration::from_secs_f64((self.to_ear + self.between).max(0.0))
    }

    fn since_epoch(&self, instant: Instant) -> f64 {
        match instant.checked_duration_since(self.epoch) {
            Some(after) => after.as_secs_f64(),
            None => -self.epoch.duration_since(instant).as_secs_f64(),
        }
    }

    /// Takes in what the audio thread tells: by what is known of the stream now, which is more
    /// than was known when notes were placed, it says how far off they were.
    pub(super) fn hear_reports(&mut self, lateness: &mut LatenessCollector) {
        while let Ok(report) = self.reports.pop() {
            match report {
                Report::Called { frame, time } => {
                    let to_ear = time.latency.as_secs_f64();
                    let heard = self.since_epoch(time.at) + to_ear;
                    if let Some(jump) = self.clock.observe(frame, heard) {
                        tracing::debug!(
                            "audio device `{}` goes on {:+.2} ms from where it was (its callbacks are uneven by {:.2} ms)",
                            self.name,
                            jump * 1000.0,
                            self.clock.jitter() * 1000.0
                        );
                    }
                    self.to_ear += (to_ear - self.to_ear) * 0.05;
                }
                Report::Begun { id, frame } => {
                    if let Some(n) = self.due.iter().position(|(due, _)| *due == id)
                        && let Some((_, due)) = self.due.remove(n)
                    {
                        lateness.add(((self.clock.heard_at(frame) - due) * 1000.0) as f32);
                    }
                }
            }
        }
    }
}
