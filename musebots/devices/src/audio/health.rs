//! How a stream is doing: written on the audio thread, read by whoever wants to know.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// A device that has not asked for this long has gone, even if its system says nothing.
const SILENCE: Duration = Duration::from_secs(2);

/// The state of a stream. A lost device stops the sound, never the bot.
#[derive(Debug)]
pub struct Health {
    lost: AtomicBool,
    opened: Instant,
    /// The last callback, in milliseconds from the opening.
    asked: AtomicU64,
    gaps: AtomicU32,
    complaints: AtomicU32,
    realtime: AtomicBool,
}

/// What happened since it was last asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trouble {
    /// The device has gone: nothing is heard until the stream is opened anew.
    pub lost: bool,
    /// Times that the sound had a gap because we, or the machine, were too slow.
    pub gaps: u32,
    /// Other complaints of the audio system, most of them without consequence.
    pub complaints: u32,
}

impl Health {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            lost: AtomicBool::default(),
            opened: now,
            asked: AtomicU64::default(),
            gaps: AtomicU32::default(),
            complaints: AtomicU32::default(),
            realtime: AtomicBool::default(),
        }
    }

    /// Whether the device has gone: it was said so, or nothing was asked of us for two seconds.
    /// Realtime-safe: yes.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.is_lost_at(Instant::now())
    }

    fn is_lost_at(&self, now: Instant) -> bool {
        let asked = self.opened + Duration::from_millis(self.asked.load(Relaxed));
        self.lost.load(Relaxed) || now.saturating_duration_since(asked) > SILENCE
    }

    /// The device asks for sound, or brings some.
    pub(crate) fn asked(&self, now: Instant) {
        let since = now.saturating_duration_since(self.opened);
        self.asked.store(since.as_millis().try_into().unwrap_or(u64::MAX), Relaxed);
    }

    /// Whether the audio thread was given real-time priority.
    #[must_use]
    pub fn is_realtime(&self) -> bool {
        self.realtime.load(Relaxed)
    }

    /// What happened since the last call, if anything did.
    pub fn take(&self) -> Option<Trouble> {
        let trouble = Trouble {
            lost: self.is_lost(),
            gaps: self.gaps.swap(0, Relaxed),
            complaints: self.complaints.swap(0, Relaxed),
        };
        (trouble.lost || trouble.gaps > 0 || trouble.complaints > 0).then_some(trouble)
    }

    /// Counts an error of the stream. It may come thousands of times while all sounds well
    /// (ALSA over PulseAudio does that), so nothing is stopped or printed for it.
    pub(crate) fn note(&self, kind: cpal::ErrorKind) {
        match kind {
            cpal::ErrorKind::DeviceNotAvailable | cpal::ErrorKind::StreamInvalidated => self.lost.store(true, Relaxed),
            cpal::ErrorKind::Xrun => _ = self.gaps.fetch_add(1, Relaxed),
            // The system moved us to another device, or plays on without priority: all is well.
            cpal::ErrorKind::DeviceChanged | cpal::ErrorKind::RealtimeDenied => {}
            _ => _ = self.complaints.fetch_add(1, Relaxed),
        }
    }

    pub(crate) fn has_realtime(&self, granted: bool) {
        self.realtime.store(granted, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_told_once_and_a_lost_device_always() {
        let health = Health::new(Instant::now());
        assert_eq!(health.take(), None);
        health.note(cpal::ErrorKind::Xrun);
        health.note(cpal::ErrorKind::Xrun);
        health.note(cpal::ErrorKind::BackendError);
        assert_eq!(health.take(), Some(Trouble { lost: false, gaps: 2, complaints: 1 }));
        assert_eq!(health.take(), None);
        health.note(cpal::ErrorKind::DeviceNotAvailable);
        assert!(health.take().is_some_and(|t| t.lost) && health.take().is_some_and(|t| t.lost));
    }

    #[test]
    fn a_device_that_asks_for_nothing_for_two_seconds_has_gone_until_it_asks_again() {
        let start = Instant::now();
        let health = Health::new(start);
        let after = |seconds: f64| start + Duration::from_secs_f64(seconds);
        assert!(!health.is_lost_at(after(1.9)));
        health.asked(after(1.9));
        assert!(!health.is_lost_at(after(3.8)) && health.is_lost_at(after(4.0)));
        health.asked(after(4.1));
        assert!(!health.is_lost_at(after(4.2)));
    }
}
