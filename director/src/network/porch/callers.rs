//! Who may call the leader now. Pure.

use std::{
    collections::{BTreeMap, VecDeque},
    net::IpAddr,
    time::Duration,
};

/// Calls of one machine at once that have proved nothing yet.
const AT_ONCE: usize = 8;
/// And of all machines together.
const ALL_AT_ONCE: usize = 48;
/// So many calls of one machine may come to nothing
const MISSES: usize = 8;
/// within so long; then it has to wait until the first of them is that long ago.
const WITHIN: Duration = Duration::from_secs(10);
/// Machines that are kept in mind, at most.
const MOST: usize = 4096;

/// A call that has been taken, and has to prove that it is a host's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Call {
    from: IpAddr,
    at: Duration,
}

/// Who calls.
#[derive(Debug, Default)]
pub(super) struct Callers {
    open: Vec<Call>,
    /// When calls of a machine have come to nothing.
    misses: BTreeMap<IpAddr, VecDeque<Duration>>,
}

impl Callers {
    /// Whether a call is taken.
    pub(super) fn takes(&mut self, from: IpAddr, now: Duration) -> Option<Call> {
        self.misses.retain(|_, misses| {
            misses.retain(|at| now.saturating_sub(*at) < WITHIN);
            !misses.is_empty()
        });
        let its = self.open.iter().filter(|call| call.from == from).count();
        let missed = self.misses.get(&from).map_or(0, VecDeque::len);
        if self.open.len() >= ALL_AT_ONCE || its >= AT_ONCE || missed + its >= MISSES {
            return None;
        }
        let call = Call { from, at: now };
        self.open.push(call);
        Some(call)
    }

    /// A call has proved that it is a host's, or come to nothing.
    pub(super) fn ends(&mut self, call: Call, proved: bool, now: Duration) {
        if let Some(at) = self.open.iter().position(|open| *open == call) {
            self.open.swap_remove(at);
        }
        if !proved && (self.misses.len() < MOST || self.misses.contains_key(&call.from)) {
            self.misses.entry(call.from).or_default().push_back(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn machine(number: u8) -> IpAddr {
        [10, 0, 0, number].into()
    }

    #[test]
    fn hosts_do_not_count_however_many_they_are_and_however_often_they_come() {
        let mut callers = Callers::default();
        for n in 0..100 {
            let call = callers.takes(machine(1), SECOND).unwrap_or_else(|| panic!("host {n}"));
            callers.ends(call, true, SECOND);
        }
    }

    #[test]
    fn a_machine_whose_calls_come_to_nothing_waits_and_others_do_not() {
        let mut callers = Callers::default();
        let taken = (0..100).filter_map(|n| {
            let now = SECOND * n / 100;
            callers.takes(machine(1), now).map(|call| callers.ends(call, false, now))
        });
        assert_eq!(taken.count(), MISSES);
        assert!(callers.takes(machine(2), SECOND).is_some());
        assert!(callers.takes(machine(1), SECOND * 9).is_none());
        assert!(callers.takes(machine(1), SECOND * 11).is_some());
    }

    #[test]
    fn calls_that_are_held_open_without_a_word_take_the_place_of_no_other_machine() {
        let mut callers = Callers::default();
        let held = (0..100).filter(|_| callers.takes(machine(1), SECOND).is_some()).count();
        assert_eq!(held, AT_ONCE);
        assert!(callers.takes(machine(2), SECOND).is_some());
    }

    #[test]
    fn there_is_an_end_to_what_is_kept_in_mind() {
        let mut callers = Callers::default();
        for n in 0..20_000_u32 {
            let from = IpAddr::from(n.to_be_bytes());
            if let Some(call) = callers.takes(from, SECOND) {
                callers.ends(call, false, SECOND);
            }
        }
        assert!(callers.misses.len() <= MOST && callers.open.is_empty());
    }
}
