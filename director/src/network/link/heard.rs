//! What has been heard of each host's broadcasts, and what comes next. The link brings all that we have asked for, in order; an
//! early copy (`network/early.rs`) counts when it is just what comes next of its speaker, and one that has overtaken another is
//! kept until that is there. So everything is heard once, and in order, whichever way it comes. Pure.

use crate::network::{HostName, number::Number};
use std::collections::BTreeMap;

/// Hosts that are kept in mind, at most.
const MOST: usize = 1024;
/// Copies of one host that wait for what comes before them, at most; and so far ahead at most.
const AHEAD: u64 = 32;

/// The last that was heard of each host; `T` is what waits.
#[derive(Debug)]
pub(super) struct Heard<T>(BTreeMap<HostName, Speaker<T>>);

impl<T> Default for Heard<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

#[derive(Debug)]
struct Speaker<T> {
    last: Number,
    /// Where whoever had that name before was: two may have one name for a while.
    former: Option<Number>,
    ahead: BTreeMap<u64, T>,
}

impl<T> Heard<T> {
    /// The link has brought this one. `None`: it has been heard; else what comes before it, which has waited here: what a host says
    /// arrives in order there, so that nothing lower is new, and what is missing in between does not come any more.
    pub(super) fn by_link(&mut self, host: &HostName, number: Number) -> Option<Vec<T>> {
        let Some(speaker) = self.0.get_mut(host) else {
            if self.0.len() >= MOST {
                self.0.pop_first();
            }
            self.0.insert(host.clone(), Speaker { last: number, former: None, ahead: BTreeMap::new() });
            return Some(Vec::new());
        };
        let is_old = |last: Number| last.who == number.who && last.number >= number.number;
        if is_old(speaker.last) || speaker.former.is_some_and(is_old) {
            return None;
        }
        let mut before = Vec::new();
        if speaker.last.who == number.who {
            let after = speaker.ahead.split_off(&number.number);
            before.extend(std::mem::replace(&mut speaker.ahead, after).into_values());
            speaker.ahead.remove(&number.number);
        } else {
            speaker.former = Some(speaker.last);
            speaker.ahead.clear();
        }
        speaker.last = number;
        Some(before)
    }

    /// A copy has come early. What it is, if its turn has come. Only the link makes a host known: a copy of who it was before, recorded
    /// by anybody, is nothing.
    pub(super) fn early(&mut self, host: &HostName, number: Number, what: T) -> Option<T> {
        let speaker = self.0.get_mut(host).filter(|speaker| speaker.last.who == number.who)?;
        let ahead = number.number.checked_sub(speaker.last.number)?;
        match ahead {
            0 => None,
            1 => {
                speaker.last = number;
                speaker.ahead.remove(&number.number);
                Some(what)
            }
            2..=AHEAD => {
                speaker.ahead.entry(number.number).or_insert(what);
                None
            }
            _ => None,
        }
    }

    /// What has waited for what has just been heard of this host.
    pub(super) fn follows(&mut self, host: &HostName) -> Option<T> {
        let speaker = self.0.get_mut(host)?;
        let next = speaker.last.number.checked_add(1)?;
        let what = speaker.ahead.remove(&next)?;
        speaker.last.number = next;
        Some(what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOTHING: [u64; 0] = [];

    fn left() -> HostName {
        HostName::new("left").unwrap()
    }

    fn number(who: u64, number: u64) -> Number {
        Number { who, number }
    }

    /// Hears a number one way or the other: all that is passed on because of it.
    fn hears(heard: &mut Heard<u64>, n: u64, early: bool) -> Vec<u64> {
        let host = left();
        let mut all: Vec<u64> = match early {
            true => heard.early(&host, number(7, n), n).into_iter().collect(),
            false => heard.by_link(&host, number(7, n)).map(|before| [before, vec![n]].concat()).unwrap_or_default(),
        };
        if !all.is_empty() {
            all.extend(std::iter::from_fn(|| heard.follows(&host)));
        }
        all
    }

    #[test]
    fn what_is_heard_twice_is_known_and_who_is_started_again_is_heard() {
        let mut heard = Heard::<u64>::default();
        let mut by_link = |who, n| heard.by_link(&left(), number(who, n)).is_some();
        assert!(by_link(1, 0) && !by_link(1, 0) && by_link(1, 1) && !by_link(1, 1) && !by_link(1, 0));
        assert!(by_link(2, 0), "it counts from 0 again");
        assert!(!by_link(1, 1) && by_link(1, 2) && !by_link(2, 0), "of two that have one name, each is heard once");
    }

    #[test]
    fn a_copy_is_heard_when_its_turn_has_come_and_one_that_has_overtaken_another_waits() {
        let mut heard = Heard::default();
        assert_eq!(hears(&mut heard, 0, true), NOTHING, "nobody knows yet who that is");
        assert_eq!(hears(&mut heard, 4, false), [4]);
        assert_eq!(hears(&mut heard, 5, true), [5]);
        assert_eq!(hears(&mut heard, 5, false), NOTHING);
        assert_eq!(hears(&mut heard, 7, true), NOTHING);
        assert_eq!(hears(&mut heard, 8, true), NOTHING);
        assert_eq!(hears(&mut heard, 6, true), [6, 7, 8]);
        assert_eq!(hears(&mut heard, 10, true), NOTHING);
        assert_eq!(hears(&mut heard, 12, true), NOTHING);
        assert_eq!(hears(&mut heard, 13, true), NOTHING);
        assert_eq!(hears(&mut heard, 12, false), [10, 12, 13], "9 and 11 were not asked for, or the link was cut");
        assert_eq!(hears(&mut heard, 14 + AHEAD, true), NOTHING, "too far ahead");
        assert_eq!(hears(&mut heard, 14, false), [14]);
    }

    #[test]
    fn copies_of_a_former_life_are_nothing() {
        let mut heard = Heard::default();
        assert!(heard.by_link(&left(), number(1, 5)).is_some());
        assert_eq!(heard.early(&left(), number(1, 7), 'a'), None, "waits");
        assert!(heard.by_link(&left(), number(2, 5)).is_some());
        assert_eq!(heard.early(&left(), number(1, 6), 'b'), None);
        assert_eq!(heard.early(&left(), number(2, 6), 'c'), Some('c'));
        assert_eq!(heard.follows(&left()), None, "what waited is of another life");
    }

    proptest! {
        #[test]
        fn whatever_overtakes_whatever_all_is_heard_once_and_in_order(
            ways in prop::collection::vec((any::<bool>(), 0_u64..40, 0_u8..10, 0..20_u64), 1..300),
            cuts: bool,
        ) {
            // The link is a pointer that goes on, and leaves some out where it is cut; copies come from around it, lost, doubled and in
            // any order.
            let (mut heard, mut all, mut link, mut left_out) = (Heard::default(), Vec::new(), 0, 0);
            for (by_link, ahead, back, skips) in ways {
                if by_link && cuts && skips < 3 {
                    link += skips;
                    left_out += skips;
                }
                let n = if by_link { link } else { (link + ahead).saturating_sub(back.into()) };
                link += u64::from(by_link);
                all.extend(hears(&mut heard, n, !by_link));
                if by_link {
                    prop_assert!(all.contains(&n), "what the link has brought has been heard");
                }
            }
            prop_assert!(all.is_sorted_by(|one, next| one < next), "{:?}", all);
            prop_assert!(all.len() as u64 + left_out >= link, "only what the link has left out is missing");
        }
    }
}
