//! What a person cannot read any more is left out and counted: the same again, and too much at once.

use super::ear::Word;
use musebot_protocol::Args;
use std::{collections::HashMap, time::Duration};

/// Between two lines of one speaker about one topic.
const AT_LEAST: Duration = Duration::from_millis(250);

/// The same is shown again after so long.
const SAME: Duration = Duration::from_secs(5);

/// What is remembered at most; beyond it everything is shown.
const MOST: usize = 1024;

/// What happens once, and matters each time.
const EVENTS: [&str; 6] = ["exiting", "initialize", "line", "onoff", "section", "text"];

/// What was shown last of each speaker and topic.
#[derive(Debug, Default)]
pub struct Thinning {
    last: HashMap<(String, String), Last>,
}

#[derive(Debug)]
struct Last {
    shown: Duration,
    args: Args,
    left_out: u64,
}

impl Thinning {
    /// Whether a word is to be shown, and how many have been left out before it.
    pub fn show(&mut self, now: Duration, word: &Word) -> Option<u64> {
        if EVENTS.contains(&word.topic.as_str()) {
            return Some(0);
        }
        let key = (word.from.clone(), word.topic.clone());
        if self.last.len() >= MOST && !self.last.contains_key(&key) {
            return Some(0);
        }
        let fresh = || Last { shown: now, args: word.args.clone(), left_out: 0 };
        let Some(last) = self.last.get_mut(&key) else {
            self.last.insert(key, fresh());
            return Some(0);
        };
        let since = now.saturating_sub(last.shown);
        if since < AT_LEAST || (since < SAME && last.args == word.args) {
            last.left_out += 1;
            return None;
        }
        let left_out = last.left_out;
        *last = fresh();
        Some(left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(topic: &str, value: f64) -> Word {
        Word {
            place: None,
            from: "drums".into(),
            to: None,
            topic: topic.into(),
            types: String::new(),
            args: vec![value.into()],
        }
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn what_comes_too_fast_is_counted_and_the_count_is_shown_with_the_next() {
        let mut thinning = Thinning::default();
        let shown: Vec<_> = (0..20).map(|n| thinning.show(ms(50 * n), &word("centroid", n as f64))).collect();
        let shown: Vec<_> = shown.into_iter().enumerate().filter_map(|(n, left)| Some((n, left?))).collect();
        assert_eq!(shown, [(0, 0), (5, 4), (10, 4), (15, 4)]);
    }

    #[test]
    fn the_same_again_is_shown_now_and_then() {
        let mut thinning = Thinning::default();
        let shown: Vec<_> = (0..12).map(|n| thinning.show(ms(1000 * n), &word("hdensity", 0.5))).collect();
        let shown: Vec<_> = shown.into_iter().enumerate().filter_map(|(n, left)| Some((n, left?))).collect();
        assert_eq!(shown, [(0, 0), (5, 4), (10, 4)]);
        assert_eq!(thinning.show(ms(11_100), &word("hdensity", 0.6)), Some(1), "something new at once");
    }

    #[test]
    fn events_are_always_shown() {
        let mut thinning = Thinning::default();
        for n in 0..5 {
            assert_eq!(thinning.show(ms(n), &word("exiting", 1.0)), Some(0));
        }
    }

    #[test]
    fn a_thousand_names_do_not_fill_the_memory() {
        let mut thinning = Thinning::default();
        for n in 0..5000 {
            thinning.show(ms(n), &Word { from: n.to_string(), ..word("x", 0.0) });
        }
        assert_eq!(thinning.last.len(), MOST);
    }
}
