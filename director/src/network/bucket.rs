//! How much is under way, as far as it can be told without asking, or how much may be: a bucket that drains steadily. Pure.

use std::time::Duration;

/// What every message takes beside its bytes: its topic, its number, its frame.
const AROUND: f64 = 128.0;

/// Bytes that are under way, at a guess.
#[derive(Debug)]
pub(super) struct Bucket {
    /// What is little.
    little: f64,
    /// What leaves in a second.
    leaves: f64,
    bytes: f64,
    at: Duration,
}

impl Bucket {
    /// So many bytes are little, and so many leave within a second.
    pub(super) fn new(little: f64, leaves: f64) -> Self {
        Self { little, leaves, bytes: 0.0, at: Duration::ZERO }
    }

    /// A message of so many bytes is on its way now (since any instant). Whether all that is under way is little.
    pub(super) fn takes(&mut self, bytes: usize, now: Duration) -> bool {
        // Of the longest flood no more is remembered than leaves soon.
        self.bytes = self.with(bytes, now).min(2.0 * self.little);
        self.bytes <= self.little
    }

    /// The same for one that is not on its way when it would be too much: of a flood, part is.
    pub(super) fn lets(&mut self, bytes: usize, now: Duration) -> bool {
        let with = self.with(bytes, now);
        let lets = with <= self.little;
        if lets {
            self.bytes = with;
        }
        lets
    }

    /// What is under way now, and this.
    fn with(&mut self, bytes: usize, now: Duration) -> f64 {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.at = self.at.max(now);
        self.bytes = (self.bytes - passed * self.leaves).max(0.0);
        self.bytes + bytes as f64 + AROUND
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LITTLE: f64 = 16.0 * 1024.0;

    fn bucket() -> Bucket {
        Bucket::new(LITTLE, LITTLE / 2.0)
    }

    #[test]
    fn a_band_is_little_and_a_flood_is_not() {
        let little = |messages: u64, a_second: u64| {
            let mut bucket = bucket();
            (0..messages).all(|n| bucket.takes(64, Duration::from_micros(n * 1_000_000 / a_second)))
        };
        assert!(little(10_000, 40), "forty words a second for ever");
        assert!(little(80, 100_000), "eighty at once");
        assert!(!little(200, 100_000), "two hundred at once");
        assert!(!little(10_000, 100), "a hundred a second for ever");
    }

    #[test]
    fn after_the_longest_flood_it_is_little_again_in_two_seconds_and_not_sooner() {
        let mut bucket = bucket();
        for n in 0..100_000 {
            bucket.takes(200, Duration::from_micros(n * 100));
        }
        assert!(!bucket.takes(0, Duration::from_millis(11_900)));
        assert!(bucket.takes(0, Duration::from_millis(12_050)));
    }

    #[test]
    fn of_a_flood_as_much_is_let_through_as_leaves() {
        let mut bucket = bucket();
        let let_through = (0..100_000).filter(|n| bucket.lets(72, Duration::from_micros(n * 100))).count();
        // The bucket, and ten seconds of what leaves it, at 200 bytes each.
        assert!((480..500).contains(&let_through), "{let_through}");
    }

    proptest! {
        #[test]
        fn whatever_is_said_no_more_than_twice_little_is_called_so_in_any_two_seconds(
            said in prop::collection::vec((0_u64..300, 0_usize..5_000), 1..200),
        ) {
            let (mut bucket, mut now) = (bucket(), Duration::ZERO);
            let mut little: Vec<(Duration, f64)> = Vec::new();
            for (wait, bytes) in said {
                now += Duration::from_millis(wait);
                if bucket.takes(bytes, now) {
                    little.push((now, bytes as f64 + AROUND));
                }
            }
            for (from, _) in &little {
                let within = little.iter().filter(|(at, _)| at >= from && (*at - *from).as_secs_f64() <= 2.0);
                let sum: f64 = within.map(|(_, bytes)| bytes).sum();
                prop_assert!(sum <= 2.0 * LITTLE + 1.0, "{sum}");
            }
        }
    }
}
