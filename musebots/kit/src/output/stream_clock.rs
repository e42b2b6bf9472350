//! Which frame is heard when: follows a stream by what its callbacks tell, through their jitter.
//!
//! Each callback tells when its first frame will be heard, wrong by milliseconds: threads wake
//! late, and sound servers guess. But the device itself plays evenly, a few millionths faster or
//! slower than it says. So a Kalman filter with two unknowns, the time of a frame and the
//! device's drift, averages over some seconds. It decides nothing by the wall clock.

/// How uneven the callbacks are thought to be at first, in seconds, and at least and at most.
const JITTER: f64 = 2e-3;
const JITTER_BOUNDS: (f64, f64) = (20e-6, 5e-3);
/// How many observations the jitter is averaged over.
const JITTER_MEMORY: f64 = 200.0;
/// A device's drift is 50 millionths or so, and wanders by a fraction of one in a second.
const DRIFT: f64 = 50e-6;
const DRIFT_WANDERS: f64 = 0.3e-6;
const MOST_DRIFT: f64 = 2e-3;
/// An observation that is this many deviations off counts only as much as one at this distance.
const FAR: f64 = 3.0;
/// When observations agree for a while that we are off on one side, the stream has jumped: a gap in the sound, or the
/// server changed its buffer. They have to be off by this much (seconds), and as much as one differs from the next.
const LEAST_JUMP: f64 = 0.5e-3;
/// A jump by this much, or by [`FAR`] deviations, is believed after a quarter of a second; a smaller one takes
/// longer in proportion, to be told from a buffer that wobbles.
const JUMP: f64 = 4e-3;
const JUMP_AFTER: f64 = 0.25;
const JUMP_AFTER_BOUNDS: (f64, f64) = (0.2, 0.6);
/// One in so many may disagree: a thread that woke late.
const DISAGREE: f64 = 10.0;
/// While a stream starts up, its first callbacks come in a hurry and tell nothing (seconds).
const SETTLING: f64 = 0.1;

/// The clock of one stream. Times are seconds since any epoch.
pub(crate) struct StreamClock {
    rate: f64,
    /// When `frame` is heard, and by what share of itself a second of the stream is too long.
    heard: f64,
    drift: f64,
    frame: u64,
    /// How uncertain the two are, and together.
    p_heard: f64,
    p_both: f64,
    p_drift: f64,
    /// The variance of the observations, and what of it is from one to the next: what has jumped or wobbles slowly is
    /// in the first alone.
    jitter: f64,
    unevenness: f64,
    last_off: f64,
    /// Since which frame observations have been off on one side, which, and how far.
    suspect: Option<Suspicion>,
    observed: u64,
}

#[derive(Clone, Copy)]
struct Suspicion {
    since: u64,
    late: bool,
    sum: f64,
    count: f64,
    /// How many disagreed.
    against: f64,
    /// The variance of the observations before.
    jitter: f64,
}

impl StreamClock {
    pub(crate) fn new(rate: u32) -> Self {
        Self {
            rate: f64::from(rate),
            heard: 0.0,
            drift: 0.0,
            frame: 0,
            p_heard: JITTER * JITTER,
            p_both: 0.0,
            p_drift: DRIFT * DRIFT,
            jitter: JITTER * JITTER,
            unevenness: JITTER * JITTER,
            last_off: 0.0,
            suspect: None,
            observed: 0,
        }
    }

    /// Takes what a callback told: its first frame, and when that is heard. By how many seconds the stream has jumped,
    /// if that is found now.
    pub(crate) fn observe(&mut self, frame: u64, heard: f64) -> Option<f64> {
        self.observed += 1;
        if self.observed == 1 || (frame as f64) < SETTLING * self.rate {
            (self.frame, self.heard) = (frame, heard);
            return None;
        }
        if frame <= self.frame {
            return None;
        }
        let dt = (frame - self.frame) as f64 / self.rate;
        self.frame = frame;
        self.heard += dt * (1.0 + self.drift);
        self.p_heard += 2.0 * dt * self.p_both + dt * dt * self.p_drift;
        self.p_both += dt * self.p_drift;
        self.p_drift += DRIFT_WANDERS * DRIFT_WANDERS * dt;

        let off = heard - self.heard;
        let deviations = [self.jitter, self.unevenness].map(|variance| (self.p_heard + variance).sqrt());
        let step = (off - self.last_off).clamp(-FAR * 1.5 * deviations[1], FAR * 1.5 * deviations[1]);
        self.last_off = off;
        self.unevenness = averaged(self.unevenness, step * step / 2.0);
        let [spread, _] = deviations;
        if let Some(jump) = self.has_jumped(off, deviations) {
            return Some(jump);
        }
        let off = off.clamp(-FAR * spread, FAR * spread);
        self.jitter = averaged(self.jitter, off * off);

        let (k_heard, k_drift) = (self.p_heard / (spread * spread), self.p_both / (spread * spread));
        self.heard += k_heard * off;
        self.drift = (self.drift + k_drift * off).clamp(-MOST_DRIFT, MOST_DRIFT);
        self.p_drift -= k_drift * self.p_both;
        self.p_both -= k_heard * self.p_both;
        self.p_heard -= k_heard * self.p_heard;
        None
    }

    /// Notices that the stream has jumped, and follows; by how much.
    fn has_jumped(&mut self, off: f64, [spread, unevenness]: [f64; 2]) -> Option<f64> {
        let is_off = off.abs() >= LEAST_JUMP.max(unevenness);
        let late = off > 0.0;
        let suspicion = match self.suspect {
            Some(s) if is_off && s.late == late => Suspicion { sum: s.sum + off, count: s.count + 1.0, ..s },
            Some(s) if s.against + 1.0 <= s.count / DISAGREE => Suspicion { against: s.against + 1.0, ..s },
            _ if is_off => {
                Suspicion { since: self.frame, late, sum: off, count: 1.0, against: 0.0, jitter: self.jitter }
            }
            _ => {
                self.suspect = None;
                return None;
            }
        };
        self.suspect = Some(suspicion);
        let jump = suspicion.sum / suspicion.count;
        let (soonest, latest) = JUMP_AFTER_BOUNDS;
        let after = (JUMP_AFTER * JUMP.max(FAR * spread) / jump.abs()).clamp(soonest, latest);
        if self.seconds_since(suspicion.since) < after {
            return None;
        }
        // Where we are now is known as well as the average of what told us so; the drift stays, and what was taken for
        // jitter was none.
        self.heard += jump;
        self.jitter = self.jitter.min(suspicion.jitter);
        self.p_heard = self.jitter.max(JITTER * JITTER) / suspicion.count;
        self.p_both = 0.0;
        self.last_off = off - jump;
        self.suspect = None;
        Some(jump)
    }

    /// How much of the stream there has been since a frame.
    fn seconds_since(&self, frame: u64) -> f64 {
        (self.frame - frame) as f64 / self.rate
    }

    /// How uneven the callbacks are, in seconds.
    pub(crate) fn jitter(&self) -> f64 {
        self.jitter.sqrt()
    }

    /// Whether anything is known yet.
    pub(crate) fn is_running(&self) -> bool {
        self.observed > 0
    }

    /// The frame that is heard at an instant; before frame 0 it is 0.
    pub(crate) fn frame_at(&self, instant: f64) -> u64 {
        let frames = (instant - self.heard) / (1.0 + self.drift) * self.rate;
        (self.frame as f64 + frames).round().max(0.0) as u64
    }

    /// When a frame is heard.
    pub(crate) fn heard_at(&self, frame: u64) -> f64 {
        self.heard + (frame as f64 - self.frame as f64) / self.rate * (1.0 + self.drift)
    }
}

/// A variance with one more deviation in it.
fn averaged(variance: f64, squared: f64) -> f64 {
    let (low, high) = JITTER_BOUNDS;
    (variance + (squared - variance) / JITTER_MEMORY).clamp(low * low, high * high)
}

#[cfg(test)]
#[expect(clippy::print_stdout, reason = "the figures are worth reading")]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// A stream with a drift, whose callbacks tell a time that is wrong by `jitter(rng, seconds)`.
    fn errors(
        seed: u64,
        buffer: u64,
        drift: f64,
        from: f64,
        mut told: impl FnMut(&mut ChaCha8Rng, f64) -> f64,
    ) -> Vec<f64> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut clock = StreamClock::new(48_000);
        let mut errors = Vec::new();
        for n in 0.. {
            let frame = n * buffer;
            let truth = 5.0 + frame as f64 / 48_000.0 * (1.0 + drift);
            if truth - 5.0 > 60.0 {
                break;
            }
            clock.observe(frame, truth + told(&mut rng, truth - 5.0));
            // A note is placed 50 ms ahead.
            if truth - 5.0 > from {
                errors.push((clock.heard_at(frame + 2400) - (truth + 0.05 * (1.0 + drift))).abs() * 1000.0);
            }
        }
        errors.sort_unstable_by(f64::total_cmp);
        errors
    }

    fn p99(errors: &[f64]) -> f64 {
        errors[errors.len() * 99 / 100]
    }

    fn assert_known(jitter: f64, from: f64) {
        for (buffer, drift) in [(256, 60e-6), (512, -90e-6), (512, 0.0)] {
            let run = |seed| errors(seed, buffer, drift, from, |rng, _| rng.random_range(-jitter..jitter));
            let mut all: Vec<f64> = (0..20).flat_map(run).collect();
            all.sort_unstable_by(f64::total_cmp);
            let worst = all[all.len() - 1];
            println!("±{jitter} s, buffer {buffer}, drift {drift}: p99 {:.3} ms, worst {worst:.3}", p99(&all));
            assert!(p99(&all) <= 0.2 && worst < 0.5, "buffer {buffer}: p99 {:.3} ms, worst {worst:.3}", p99(&all));
        }
    }

    #[test]
    fn two_bars_after_the_start_it_knows_the_stream_to_a_fifth_of_a_millisecond_through_two_of_jitter() {
        assert_known(2e-3, 4.0);
    }

    #[test]
    fn a_little_later_it_does_so_through_three() {
        assert_known(3e-3, 12.0);
    }

    #[test]
    fn callbacks_that_come_far_too_late_now_and_then_do_not_move_it() {
        for seed in 0..10 {
            let errors = errors(seed, 512, 40e-6, 4.0, |rng, _| {
                let late = if rng.random_bool(0.02) { rng.random_range(0.0..30e-3) } else { 0.0 };
                rng.random_range(-0.5e-3..0.5e-3) + late
            });
            println!("seed {seed}: p99 {:.3} ms", p99(&errors));
            assert!(p99(&errors) <= 0.2, "seed {seed}: p99 {:.3} ms", p99(&errors));
        }
    }

    #[test]
    fn a_buffer_that_wobbles_is_averaged() {
        // A server that reports its fill by whole packets: a sawtooth of 5 ms, three times a second.
        let errors =
            errors(1, 512, 20e-6, 4.0, |rng, t| ((t * 3.1).fract() - 0.5) * 5e-3 + rng.random_range(-0.5e-3..0.5e-3));
        println!("p99 {:.3} ms", p99(&errors));
        assert!(p99(&errors) <= 0.2, "p99 {:.3} ms", p99(&errors));
    }

    #[test]
    fn after_a_gap_it_follows_within_a_second() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mut clock = StreamClock::new(48_000);
        let mut heard = 0.0;
        for n in 0..2000u64 {
            heard = n as f64 * 512.0 / 48_000.0 + if n > 1900 { 0.0213 } else { 0.0 };
            clock.observe(n * 512, heard + rng.random_range(-0.5e-3..0.5e-3));
        }
        let error = (clock.heard_at(1999 * 512) - heard).abs();
        assert!(error < 0.3e-3, "{:.3} ms off", error * 1000.0);
    }

    /// A server that is held up now and then, so that all its streams go on later by some milliseconds.
    #[test]
    fn two_streams_of_a_server_that_is_held_up_again_and_again_stay_together() {
        for seed in 0..20 {
            let mut server = ChaCha8Rng::seed_from_u64(seed);
            let mut held_up = 0.0;
            let mut next = 3.0;
            let mut streams =
                [30e-6, 0.3e-3].map(|jitter| (StreamClock::new(48_000), jitter, ChaCha8Rng::seed_from_u64(seed + 100)));
            let (mut apart, mut off) = (Vec::new(), Vec::new());
            for n in 0..30 * 48_000 / 256 {
                let frame = n * 256;
                let at = frame as f64 / 48_000.0;
                if at > next {
                    held_up += server.random_range(0.3e-3..16e-3);
                    next += server.random_range(0.3..3.0);
                }
                for (clock, jitter, rng) in &mut streams {
                    // Threads wake late, and never early.
                    let late = rng.random_range(0.0..*jitter) + if rng.random_bool(0.01) { 2e-3 } else { 0.0 };
                    clock.observe(frame, at + held_up + late);
                }
                let [a, b] = [0, 1].map(|n| streams[n].0.heard_at(frame + 2400) - (at + 0.05 + held_up));
                if at > 3.0 {
                    apart.push((a - b).abs() * 1000.0);
                    off.push(a.abs().max(b.abs()) * 1000.0);
                }
            }
            [&mut apart, &mut off].into_iter().for_each(|all| all.sort_unstable_by(f64::total_cmp));
            let middle = off[off.len() / 2];
            println!("seed {seed}: p99 {:.3} ms apart, in the middle {middle:.3} ms off", p99(&apart));
            // Each finds out by itself, and for a moment one knows it and the other does not.
            assert!(p99(&apart) < 4.0 && middle < 0.4, "{:.3} ms apart, {middle:.3} ms off", p99(&apart));
        }
    }

    #[test]
    fn a_buffer_that_wobbles_slowly_is_averaged_too() {
        let errors = errors(1, 512, 20e-6, 6.0, |rng, t| (t * 6.0).sin() * 2.5e-3 + rng.random_range(-0.5e-3..0.5e-3));
        println!("p99 {:.3} ms", p99(&errors));
        assert!(p99(&errors) <= 0.3, "p99 {:.3} ms", p99(&errors));
    }

    #[test]
    fn frames_and_instants_are_each_others_inverse() {
        let mut clock = StreamClock::new(44_100);
        for n in 0..1000 {
            clock.observe(n * 256, 100.0 + n as f64 * 256.0 / 44_100.0);
        }
        for frame in [0, 12_345, 300_000] {
            assert_eq!(clock.frame_at(clock.heard_at(frame)), frame);
        }
        assert_eq!(clock.frame_at(0.0), 0);
    }
}
