//! JACK's time and ours: which frame of a cycle an instant is, and when a frame is. Pure, but for
//! the one look at both clocks when a client is opened. Realtime-safe: yes, after that.

use ::jack::{Client, Port, ProcessScope};
use std::time::{Duration, Instant};

/// How JACK's clock lies to ours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JackClock {
    instant: Instant,
    micros: u64,
}

impl JackClock {
    /// Looks at both, and believes the quickest look.
    pub(crate) fn new(client: &Client) -> Self {
        let look = || {
            let before = Instant::now();
            let micros = client.time();
            let took = before.elapsed();
            (took, Self { instant: before + took / 2, micros })
        };
        (0..20).map(|_| look()).min_by_key(|(took, _)| *took).map_or_else(|| look().1, |(_, clock)| clock)
    }

    fn instant(self, micros: u64) -> Instant {
        match micros.checked_sub(self.micros) {
            Some(later) => self.instant + Duration::from_micros(later),
            None => self.instant.checked_sub(Duration::from_micros(self.micros - micros)).unwrap_or(self.instant),
        }
    }
}

/// One cycle: when its first frame is, and how long they are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cycle {
    start: Instant,
    frames: u32,
    nanos_per_frame: f64,
}

impl Cycle {
    /// The cycle that is being processed.
    pub(crate) fn now(clock: JackClock, client: &Client, scope: &ProcessScope) -> Self {
        let frames = scope.n_frames();
        let nominal = 1e9 / f64::from(client.sample_rate().max(1));
        match scope.cycle_times() {
            Ok(times) => {
                let measured =
                    times.next_usecs.saturating_sub(times.current_usecs) as f64 * 1000.0 / f64::from(frames.max(1));
                // The server's filter needs some cycles until it is right.
                let believable = (measured / nominal - 1.0).abs() < 0.1;
                let nanos_per_frame = if believable { measured } else { nominal };
                Self { start: clock.instant(times.current_usecs), frames, nanos_per_frame }
            }
            Err(_) => {
                let start = clock.instant(client.frames_to_time(scope.last_frame_time()));
                Self { start, frames, nanos_per_frame: nominal }
            }
        }
    }

    pub(crate) fn frames(&self) -> u32 {
        self.frames
    }

    /// How long it takes.
    pub(crate) fn length(&self) -> Duration {
        self.span(self.frames)
    }

    fn span(&self, frames: u32) -> Duration {
        Duration::from_nanos((f64::from(frames) * self.nanos_per_frame) as u64)
    }

    /// When a frame begins.
    pub(crate) fn instant(&self, frame: u32) -> Instant {
        self.start + self.span(frame)
    }

    /// The last instant that still belongs to a frame.
    pub(crate) fn end(&self, frame: u32) -> Instant {
        self.instant(frame + 1) - Duration::from_nanos(1)
    }

    /// The frame that an instant belongs to: the first for one that is past, `None` after the cycle.
    pub(crate) fn frame(&self, at: Instant) -> Option<u32> {
        let into = at.saturating_duration_since(self.start);
        let near = (into.as_nanos() as f64 / self.nanos_per_frame) as u32;
        // The division may be off by a hair; `instant` has the last word.
        let frame = if self.span(near.saturating_add(1)) <= into { near.saturating_add(1) } else { near };
        (frame < self.frames).then_some(frame)
    }
}

/// How long what is at this port takes to or from the ear, or the machine, in the middle.
/// Realtime-safe: yes.
pub(crate) fn latency<P>(port: &Port<P>, kind: ::jack::LatencyType, cycle: &Cycle) -> Duration {
    let (least, most) = port.get_latency_range(kind);
    cycle.span(least / 2 + most / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instant_of_a_cycle_has_its_frame_and_no_other_has() {
        let start = Instant::now() + Duration::from_secs(1);
        let cycle = Cycle { start, frames: 64, nanos_per_frame: 1e9 / 48_000.0 };
        for frame in 0..64 {
            assert_eq!(cycle.frame(cycle.instant(frame)), Some(frame));
            assert_eq!(cycle.frame(cycle.end(frame)), Some(frame));
        }
        assert_eq!(cycle.frame(start - Duration::from_millis(5)), Some(0));
        assert_eq!(cycle.frame(cycle.instant(64)), None);
        assert_eq!(cycle.length(), Duration::from_nanos(1_333_333));
    }

    #[test]
    fn jacks_time_is_told_on_both_sides_of_the_look() {
        let now = Instant::now();
        let clock = JackClock { instant: now, micros: 5_000_000 };
        assert_eq!(clock.instant(5_001_000), now + Duration::from_millis(1));
        assert_eq!(clock.instant(4_999_000), now - Duration::from_millis(1));
    }
}
