//! How much each speaker says about what.

use super::ear::Word;
use std::{collections::BTreeMap, fmt::Write, time::Duration};

/// Speakers and topics at most; what is beyond is counted as of others.
const MOST: usize = 256;

/// Counts of messages, in all and since the last summary.
#[derive(Debug, Default)]
pub struct Rates {
    counts: BTreeMap<(String, String), Count>,
    began: Duration,
    summed: Duration,
}

#[derive(Debug, Default, Clone, Copy)]
struct Count {
    all: u64,
    lately: u64,
}

impl Rates {
    /// Counts from this instant on.
    #[must_use]
    pub fn new(now: Duration) -> Self {
        Self { began: now, summed: now, ..Self::default() }
    }

    /// One more message.
    pub fn count(&mut self, word: &Word) {
        let mut key = (word.from.clone(), word.topic.clone());
        if self.counts.len() >= MOST && !self.counts.contains_key(&key) {
            key = ("others".to_owned(), "…".to_owned());
        }
        let count = self.counts.entry(key).or_default();
        count.all += 1;
        count.lately += 1;
    }

    /// When the last summary was, or when we began.
    #[must_use]
    pub fn summed(&self) -> Duration {
        self.summed
    }

    /// The rates since the last summary in one line: `drums hdensity 2.0/s tala 0.5/s · bass …`.
    pub fn lately(&mut self, now: Duration) -> Option<String> {
        let seconds = now.saturating_sub(self.summed).as_secs_f64().max(1e-3);
        self.summed = now;
        let counts: Vec<_> =
            self.counts.iter_mut().map(|(key, count)| (key, std::mem::take(&mut count.lately))).collect();
        let line = by_speaker(counts.into_iter().filter(|(_, n)| *n > 0), |n| rate(n, seconds));
        (!line.is_empty()).then(|| line.join(" · "))
    }

    /// All of it, a line for each speaker.
    #[must_use]
    pub fn all(&self, now: Duration) -> String {
        let seconds = now.saturating_sub(self.began).as_secs_f64().max(1e-3);
        let total: u64 = self.counts.values().map(|count| count.all).sum();
        let mut text = format!("{total} message{} in {seconds:.1} s\n", if total == 1 { "" } else { "s" });
        let counts = self.counts.iter().map(|(key, count)| (key, count.all));
        for line in by_speaker(counts, |n| format!("{n} ({})", rate(n, seconds))) {
            let _ = writeln!(text, "  {line}");
        }
        text
    }
}

fn rate(count: u64, seconds: f64) -> String {
    let rate = count as f64 / seconds;
    if rate < 0.95 { format!("{rate:.2}/s") } else { format!("{rate:.1}/s") }
}

fn by_speaker<'a>(
    counts: impl Iterator<Item = (&'a (String, String), u64)>,
    show: impl Fn(u64) -> String,
) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut last = None;
    for ((from, topic), n) in counts {
        if last.replace(from) != Some(from) {
            lines.push(if from.is_empty() { "?".to_owned() } else { super::reading::printable(from) });
        }
        if let Some(line) = lines.last_mut() {
            let _ = write!(line, "  {} {}", super::reading::printable(topic), show(n));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(from: &str, topic: &str) -> Word {
        Word { place: None, from: from.into(), to: None, topic: topic.into(), types: String::new(), args: vec![] }
    }

    fn seconds(s: u64) -> Duration {
        Duration::from_secs(s)
    }

    #[test]
    fn rates_are_by_speaker_and_topic_since_the_last_summary() {
        let mut rates = Rates::new(seconds(100));
        for _ in 0..20 {
            rates.count(&word("drums", "hdensity"));
        }
        rates.count(&word("drums", "tala"));
        rates.count(&word("bass", "notepool"));
        let line = rates.lately(seconds(110)).unwrap();
        assert_eq!(line, "bass  notepool 0.10/s · drums  hdensity 2.0/s  tala 0.10/s");
        assert_eq!(rates.lately(seconds(120)), None, "nobody has said anything since");
        rates.count(&word("drums", "tala"));
        assert_eq!(rates.lately(seconds(121)).unwrap(), "drums  tala 1.0/s");
        let all =
            "23 messages in 40.0 s\n  bass  notepool 1 (0.03/s)\n  drums  hdensity 20 (0.50/s)  tala 2 (0.05/s)\n";
        assert_eq!(rates.all(seconds(140)), all);
    }

    #[test]
    fn a_thousand_speakers_are_others() {
        let mut rates = Rates::new(seconds(0));
        for n in 0..5000 {
            rates.count(&word(&n.to_string(), "x"));
        }
        assert!(rates.counts.len() <= MOST + 1);
        assert!(rates.all(seconds(1)).starts_with("5000 messages"), "none is lost from the count");
    }
}
