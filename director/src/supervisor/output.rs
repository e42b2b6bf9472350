//! What children print: logged line by line under their names, and the last lines kept for their cards.

use crate::screen;
use std::{
    cell::RefCell,
    collections::VecDeque,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::io::{AsyncRead, AsyncReadExt};

/// Lines of a child's output that are kept for its card.
const LAST_LINES: usize = 20;
/// A longer line is cut.
const LONGEST_LINE: usize = 2048;
/// More lines than this in a second are counted, not shown.
const MOST_LINES_A_SECOND: u32 = 50;
/// What was printed so shortly before an end belongs to it.
const JUST_NOW: Duration = Duration::from_secs(1);

/// The last lines that a child has printed.
pub(super) type Lines = Rc<RefCell<VecDeque<Line>>>;

/// A line that a child has printed.
pub(super) struct Line {
    pub(super) text: String,
    at: Instant,
    /// Which of all lines of the log it is; none if it is not among them.
    number: Option<u64>,
}

/// Whether all that was printed shortly before an end stands as the last lines of the log, which has `logged`.
pub(super) fn just_shown(lines: &VecDeque<Line>, ended: Instant, logged: u64) -> bool {
    let last = || lines.iter().rev().take_while(|line| ended.saturating_duration_since(line.at) <= JUST_NOW);
    last().next().is_some() && last().zip(0..).all(|(line, above)| line.number == logged.checked_sub(above))
}

/// How much of what a child prints is shown.
struct Limit {
    /// When the second began that is counted.
    second: Instant,
    shown: u32,
    hidden: u32,
}

impl Limit {
    fn new(now: Instant) -> Self {
        Self { second: now, shown: 0, hidden: 0 }
    }

    /// Takes one more line: whether it is shown, and how many were not in a second that is over.
    fn takes(&mut self, now: Instant) -> (bool, u32) {
        let mut hidden = 0;
        if now.saturating_duration_since(self.second) >= Duration::from_secs(1) {
            hidden = self.rest();
            (self.second, self.shown) = (now, 0);
        }
        let show = self.shown < MOST_LINES_A_SECOND;
        if show {
            self.shown += 1
        } else {
            self.hidden += 1
        }
        (show, hidden)
    }

    /// How many were not shown, and have not been told of.
    fn rest(&mut self) -> u32 {
        std::mem::take(&mut self.hidden)
    }
}

/// Logs one line of a child; bots that say how serious it is are taken at their word.
fn log(name: &str, text: &str) {
    match text.trim_start().split_once(' ') {
        Some(("ERROR", rest)) => tracing::error!("{name}: {rest}"),
        Some(("WARN", rest)) => tracing::warn!("{name}: {rest}"),
        Some(("INFO", rest)) => tracing::info!("{name}: {rest}"),
        Some(("DEBUG" | "TRACE", rest)) => tracing::debug!("{name}: {rest}"),
        _ => tracing::info!("{name}: {text}"),
    }
}

fn log_hidden(name: &str, hidden: u32) {
    if hidden > 0 {
        tracing::warn!("{name}: … and {hidden} lines more");
    }
}

/// Logs a child's output line by line, and keeps the last lines.
pub(super) async fn read(name: Arc<str>, mut from: impl AsyncRead + Unpin, last: Lines) {
    let mut buffer = [0_u8; 4096];
    let mut line = Vec::new();
    let mut limit = Limit::new(Instant::now());
    let mut finish = |line: &mut Vec<u8>| {
        // Nobody's terminal is to be driven by what a bot prints.
        let text: String =
            String::from_utf8_lossy(line).trim_end().chars().filter(|c| !c.is_control() || *c == '\t').collect();
        line.clear();
        if text.is_empty() {
            return;
        }
        let at = Instant::now();
        let (show, hidden) = limit.takes(at);
        log_hidden(&name, hidden);
        let before = screen::logged();
        if show {
            log(&name, &text);
        }
        let number = Some(screen::logged()).filter(|number| *number == before + 1);
        let mut last = last.borrow_mut();
        if last.len() == LAST_LINES {
            last.pop_front();
        }
        last.push_back(Line { text, at, number });
    };
    while let Ok(n @ 1..) = from.read(&mut buffer).await {
        for byte in &buffer[..n] {
            match byte {
                b'\n' => finish(&mut line),
                byte if line.len() < LONGEST_LINE => line.push(*byte),
                _ => {}
            }
        }
        // A child that prints without end gets its turn like everybody else.
        tokio::task::yield_now().await;
    }
    finish(&mut line);
    log_hidden(&name, limit.rest());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_beyond_the_limit_are_counted_until_they_are_told_of() {
        let now = Instant::now();
        let at = |ms| now + Duration::from_millis(ms);
        let mut limit = Limit::new(now);
        let taken: Vec<_> = (0..60).map(|_| limit.takes(at(500))).collect();
        assert!(taken[..50].iter().all(|t| *t == (true, 0)) && taken[50..].iter().all(|t| *t == (false, 0)));
        assert_eq!(limit.takes(at(1000)), (true, 10), "a new second says what the last one has left out");
        assert_eq!(limit.takes(at(1001)), (true, 0), "once");
    }

    #[test]
    fn what_is_left_out_is_told_at_the_end_if_nothing_follows() {
        let mut limit = Limit::new(Instant::now());
        for _ in 0..53 {
            limit.takes(limit.second);
        }
        assert_eq!((limit.rest(), limit.rest()), (3, 0));
    }

    #[test]
    fn last_words_stand_right_above_if_nothing_was_logged_since_the_first_of_them() {
        let now = Instant::now();
        let shown = |lines: &[(u64, Option<u64>)], logged| {
            let line = |(s, number): &(u64, Option<u64>)| Line {
                text: String::new(),
                at: now + Duration::from_secs(*s),
                number: *number,
            };
            just_shown(&lines.iter().map(line).collect(), now + Duration::from_secs(10), logged)
        };
        assert!(shown(&[(10, Some(7)), (10, Some(8))], 8));
        assert!(shown(&[(1, Some(2)), (10, Some(8))], 8), "what it said long before is not of its death");
        assert!(!shown(&[(10, Some(6)), (10, Some(8))], 8), "another's line is between them");
        assert!(!shown(&[(10, Some(7)), (10, Some(8))], 9), "another's line is below them");
        assert!(!shown(&[(10, None), (10, Some(8))], 8), "one was left out");
        assert!(!shown(&[(1, Some(8))], 8), "it was long silent");
        assert!(!shown(&[], 8));
    }
}
