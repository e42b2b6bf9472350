//! How a stream is doing: written on the audio thread, read by whoever wants to know.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

/// The state of a stream. A lost device stops the sound, never the bot.
#[derive(Debug, Default)]
pub struct Health {
    lost: AtomicBool,
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
    /// Whether the device has gone. Realtime-safe: yes.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.lost.load(Relaxed)
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
        let health = Health::default();
        assert_eq!(health.take(), None);
        health.note(cpal::ErrorKind::Xrun);
        health.note(cpal::ErrorKind::Xrun);
        health.note(cpal::ErrorKind::BackendError);
        assert_eq!(health.take(), Some(Trouble { lost: false, gaps: 2, complaints: 1 }));
        assert_eq!(health.take(), None);
        health.note(cpal::ErrorKind::DeviceNotAvailable);
        assert!(health.take().is_some_and(|t| t.lost) && health.take().is_some_and(|t| t.lost));
    }
}
