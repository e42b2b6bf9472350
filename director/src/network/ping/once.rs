//! Each ping is answered once, and each answer is taken once: what was recorded and is sent again does nothing. Pure.

use std::{collections::VecDeque, time::Duration};

/// So far behind the highest number one may come that has been overtaken.
const BEHIND: u64 = 64;

/// The numbers that have been answered.
#[derive(Debug, Clone, Default)]
pub struct Answered {
    /// The highest, and which of those below it: bit n is the one that lies n below.
    last: Option<(u64, u64)>,
}

impl Answered {
    /// Whether this number comes for the first time, as far as anybody still knows: who is too old is not answered.
    pub fn is_new(&mut self, sequence: u64) -> bool {
        let Some((highest, seen)) = &mut self.last else {
            self.last = Some((sequence, 1));
            return true;
        };
        if sequence > *highest {
            let ahead = sequence - *highest;
            *seen = if ahead < BEHIND { (*seen << ahead) | 1 } else { 1 };
            *highest = sequence;
            return true;
        }
        let behind = *highest - sequence;
        let new = behind < BEHIND && *seen & (1 << behind) == 0;
        if new {
            *seen |= 1 << behind;
        }
        new
    }
}

/// So long an answer is waited for, and so long a ping counts when it is asked how many are lost.
const REMEMBERED: Duration = Duration::from_secs(10);
/// A ping that is younger may still be on its way.
const ON_ITS_WAY: Duration = Duration::from_secs(1);
/// So many are remembered at most.
const MOST: usize = 512;

/// The pings that have been sent lately.
#[derive(Debug, Clone, Default)]
pub struct Asked(VecDeque<Question>);

#[derive(Debug, Clone)]
struct Question {
    sequence: u64,
    sent: Duration,
    answered: bool,
}

impl Asked {
    /// A ping is sent; its number is higher than all before.
    pub fn ask(&mut self, sequence: u64, now: Duration) {
        while self.0.len() >= MOST || self.0.front().is_some_and(|question| question.sent + REMEMBERED < now) {
            self.0.pop_front();
        }
        self.0.push_back(Question { sequence, sent: now, answered: false });
    }

    /// When the ping was sent that this answers, if one was, and it is the first answer to it.
    pub fn answer(&mut self, sequence: u64) -> Option<Duration> {
        let found = self.0.binary_search_by_key(&sequence, |question| question.sequence).ok()?;
        let question = &mut self.0[found];
        (!std::mem::replace(&mut question.answered, true)).then_some(question.sent)
    }

    /// Which share of the pings of the last ten seconds has not come back, 0 to 1.
    #[must_use]
    pub fn loss(&self, now: Duration) -> f64 {
        let counts = |question: &&Question| {
            question.sent + REMEMBERED >= now && (question.answered || question.sent + ON_ITS_WAY <= now)
        };
        let all = self.0.iter().filter(counts).count();
        let lost = self.0.iter().filter(counts).filter(|question| !question.answered).count();
        lost as f64 / all.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    #[test]
    fn a_number_is_new_once() {
        let mut answered = Answered::default();
        let news: Vec<bool> = [5, 6, 6, 9, 7, 7, 5, 200, 9, 199, 136, 137].map(|n| answered.is_new(n)).to_vec();
        assert_eq!(news, [true, true, false, true, true, false, false, true, false, true, false, true]);
    }

    #[test]
    fn a_ping_that_was_overtaken_is_answered_and_one_that_is_too_old_is_not() {
        let mut answered = Answered::default();
        assert!(answered.is_new(1000) && answered.is_new(1000 - BEHIND + 1) && !answered.is_new(1000 - BEHIND));
        assert!(answered.is_new(u64::MAX) && !answered.is_new(u64::MAX) && !answered.is_new(0));
    }

    proptest! {
        #[test]
        fn no_number_is_answered_twice(numbers in prop::collection::vec(0..300_u64, 0..300)) {
            let (mut answered, mut known) = (Answered::default(), HashSet::new());
            for number in numbers {
                prop_assert!(!answered.is_new(number) || known.insert(number));
            }
        }
    }

    #[test]
    fn an_answer_is_taken_once_and_only_to_what_was_asked() {
        let mut asked = Asked::default();
        asked.ask(3, Duration::from_secs(1));
        asked.ask(4, Duration::from_secs(2));
        assert_eq!(asked.answer(4), Some(Duration::from_secs(2)));
        assert_eq!(asked.answer(4), None);
        assert_eq!(asked.answer(5), None);
        assert_eq!(asked.answer(3), Some(Duration::from_secs(1)));
        asked.ask(5, Duration::from_secs(100));
        assert_eq!(asked.answer(3), None);
    }

    #[test]
    fn what_has_not_come_back_after_a_second_is_lost() {
        let mut asked = Asked::default();
        let at = |n: u64| Duration::from_millis(100 * n);
        for n in 0..100 {
            asked.ask(n, at(n));
            if n % 4 != 0 && n < 90 {
                asked.answer(n);
            }
        }
        let loss = asked.loss(at(99));
        assert!((loss - 0.25).abs() < 0.01, "{loss}");
        assert_eq!(asked.loss(at(500)), 0.0, "what is long ago counts no more");
        assert_eq!(Asked::default().loss(at(1)), 0.0);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut asked = Asked::default();
        (0..10_000).for_each(|n| asked.ask(n, Duration::ZERO));
        assert_eq!(asked.0.len(), MOST);
    }
}
