//! Who may call the leader now. Pure.
//!
//! A machine from which a host has proved itself before has places that no stranger elsewhere takes. Strangers may be on it, too, or
//! behind one address with it, so that it may miss far more often, but not without end: each try costs us some work.

use std::{
    collections::{BTreeMap, VecDeque},
    net::{IpAddr, Ipv6Addr},
    time::Duration,
};

/// Bounds of those who are strange, and of those who are not.
struct Bounds {
    /// Calls of one machine at once that have proved nothing yet.
    at_once: usize,
    /// And of all such machines together.
    all_at_once: usize,
    /// So many calls of one machine may come to nothing within ten seconds; then it waits until the first is that long ago.
    misses: usize,
}

const STRANGE: Bounds = Bounds { at_once: 8, all_at_once: 48, misses: 8 };
const KNOWN: Bounds = Bounds { at_once: 16, all_at_once: 48, misses: 500 };
const WITHIN: Duration = Duration::from_secs(10);
/// When all places are taken, a call that has proved nothing for so long gives its own up; a host needs a few round trips.
const SLOW: Duration = Duration::from_millis(500);
/// Who hangs up so soon, without a byte, only looks whether somebody is here (`director doctor` does).
const LOOKS: Duration = Duration::from_millis(100);
/// Strange machines that are kept in mind, at most,
const MOST: usize = 4096;
/// and known ones.
const MOST_KNOWN: usize = 1024;

/// A call that has been taken, and has to prove that it is a host's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Call {
    /// Counted from the first.
    pub(super) number: u64,
    from: IpAddr,
    /// Whom it counts for.
    machine: IpAddr,
    known: bool,
    at: Duration,
}

/// How a call ends to be one that has proved nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It is a host's.
    Proved,
    /// It was hung up without a byte.
    Silent,
    /// It has the key, and does not say whose it is, or is one too many.
    Useless,
    /// It is nobody's.
    Missed,
}

/// Who calls.
#[derive(Debug, Default)]
pub(super) struct Callers {
    taken: u64,
    open: Vec<Call>,
    /// When calls of a machine have come to nothing.
    misses: BTreeMap<IpAddr, VecDeque<Duration>>,
    /// From where hosts have proved themselves, and when last.
    known: BTreeMap<IpAddr, Duration>,
}

impl Callers {
    /// The call, if it is taken, and the one that is hung up for it.
    pub(super) fn takes(&mut self, from: IpAddr, now: Duration) -> Option<(Call, Option<u64>)> {
        self.misses.retain(|_, misses| {
            misses.retain(|at| now.saturating_sub(*at) < WITHIN);
            !misses.is_empty()
        });
        let known = self.known.contains_key(&from);
        let bounds = if known { KNOWN } else { STRANGE };
        let machine = if known { from } else { network(from) };
        let is_its = |call: &&Call| call.machine == machine && call.known == known;
        let is_alike = |call: &&Call| call.known == known;
        let its = self.open.iter().filter(is_its).count();
        let missed = self.misses.get(&machine).map_or(0, VecDeque::len);
        if missed + its >= bounds.misses {
            return None;
        }
        let slow = |call: &&Call| now.saturating_sub(call.at) >= SLOW;
        let in_the_way = if its >= bounds.at_once {
            Some(self.open.iter().filter(is_its).find(slow).copied()?)
        } else if self.open.iter().filter(is_alike).count() >= bounds.all_at_once {
            Some(self.open.iter().filter(is_alike).find(slow).copied()?)
        } else {
            None
        };
        if let Some(call) = in_the_way {
            self.ends(call, End::Missed, now);
        }
        self.taken += 1;
        let call = Call { number: self.taken, from, machine, known, at: now };
        self.open.push(call);
        Some((call, in_the_way.map(|call| call.number)))
    }

    /// A call has proved that it is a host's, or come to nothing.
    pub(super) fn ends(&mut self, call: Call, end: End, now: Duration) {
        let Some(at) = self.open.iter().position(|open| *open == call) else { return };
        // The oldest stay first.
        self.open.remove(at);
        if matches!(end, End::Proved | End::Useless) {
            self.knows(call.from, now);
        }
        let looks = end == End::Silent && now.saturating_sub(call.at) < LOOKS;
        let room = call.known || self.misses.len() < MOST || self.misses.contains_key(&call.machine);
        if end != End::Proved && !looks && room {
            self.misses.entry(call.machine).or_default().push_back(now);
        }
    }

    /// Whether a call has proved nothing yet.
    pub(super) fn is_open(&self, number: u64) -> bool {
        self.open.iter().any(|call| call.number == number)
    }

    fn knows(&mut self, from: IpAddr, now: Duration) {
        if self.known.len() >= MOST_KNOWN && !self.known.contains_key(&from) {
            let oldest = self.known.iter().min_by_key(|(_, at)| **at).map(|(from, _)| *from);
            oldest.map(|oldest| self.known.remove(&oldest));
        }
        self.known.insert(from, now);
    }
}

/// What a stranger counts as: whoever has one address of IPv6 has all that begin with the same 64 bits.
fn network(from: IpAddr) -> IpAddr {
    match from {
        IpAddr::V4(_) => from,
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn machine(number: u8) -> IpAddr {
        [10, 0, 0, number].into()
    }

    /// Calls, and whether it is taken.
    fn calls(callers: &mut Callers, from: IpAddr, now: Duration) -> Option<Call> {
        callers.takes(from, now).map(|(call, _)| call)
    }

    /// Calls, and ends so at once; whether it was taken.
    fn ends(callers: &mut Callers, from: IpAddr, end: End, now: Duration) -> bool {
        calls(callers, from, now).map(|call| callers.ends(call, end, now)).is_some()
    }

    /// Those who call when a host has proved itself from the first machine.
    fn knowing() -> Callers {
        let mut callers = Callers::default();
        assert!(ends(&mut callers, machine(1), End::Proved, SECOND));
        callers
    }

    #[test]
    fn hosts_do_not_count_however_many_they_are_and_however_often_they_come() {
        let mut callers = Callers::default();
        for n in 0..100 {
            assert!(ends(&mut callers, machine(1), End::Proved, SECOND), "host {n}");
        }
    }

    #[test]
    fn a_machine_whose_calls_come_to_nothing_waits_and_others_do_not() {
        let mut callers = Callers::default();
        let taken = (0..100).filter(|n| ends(&mut callers, machine(1), End::Missed, SECOND * *n / 100));
        assert_eq!(taken.count(), STRANGE.misses);
        assert!(calls(&mut callers, machine(2), SECOND).is_some());
        assert!(calls(&mut callers, machine(1), SECOND * 9).is_none());
        assert!(calls(&mut callers, machine(1), SECOND * 11).is_some());
    }

    #[test]
    fn calls_that_are_held_open_without_a_word_take_the_place_of_no_other_machine() {
        let mut callers = Callers::default();
        let held = (0..100).filter(|_| calls(&mut callers, machine(1), SECOND).is_some()).count();
        assert_eq!(held, STRANGE.at_once);
        assert!(calls(&mut callers, machine(2), SECOND).is_some());
    }

    #[test]
    fn strangers_that_hold_every_place_take_none_from_a_machine_that_is_known() {
        let mut callers = knowing();
        let held = (0..100).filter(|n| calls(&mut callers, machine(100 + n), SECOND).is_some()).count();
        assert_eq!(held, STRANGE.all_at_once);
        assert!(calls(&mut callers, machine(99), SECOND).is_none());
        assert!(ends(&mut callers, machine(1), End::Proved, SECOND));
    }

    #[test]
    fn when_every_place_is_taken_the_slowest_makes_room_and_who_has_just_called_does_not() {
        let mut callers = Callers::default();
        let held: Vec<_> = (0..48).map(|n| calls(&mut callers, machine(n), SECOND + MS(n.into())).unwrap()).collect();
        assert_eq!(callers.takes(machine(99), SECOND + SLOW - MS(1)), None);
        let (call, instead_of) = callers.takes(machine(99), SECOND + SLOW).unwrap();
        assert_eq!(instead_of, Some(held[0].number));
        assert!(callers.is_open(call.number) && !callers.is_open(held[0].number) && callers.is_open(held[1].number));
        assert_eq!(callers.misses[&machine(0)].len(), 1, "it has missed");
        // What it does from now on counts for nothing.
        callers.ends(held[0], End::Proved, SECOND * 2);
        assert!(callers.known.is_empty() && callers.open.len() == STRANGE.all_at_once);
    }

    #[test]
    fn strangers_where_a_host_is_do_not_lock_it_out() {
        let mut callers = knowing();
        for n in 0..100 {
            let now = SECOND * 2 + MS(n * 60);
            assert!(calls(&mut callers, machine(1), now).is_some(), "held open, call {n}");
            assert!(ends(&mut callers, machine(1), End::Missed, now), "comes to nothing, call {n}");
        }
        assert!(ends(&mut callers, machine(1), End::Proved, SECOND * 8));
    }

    #[test]
    fn there_is_an_end_also_to_what_comes_to_nothing_where_a_host_is() {
        let mut callers = knowing();
        let taken = (0..5000).filter(|_| ends(&mut callers, machine(1), End::Missed, SECOND)).count();
        assert_eq!(taken, KNOWN.misses);
        let held = (0..100).filter(|_| calls(&mut callers, machine(1), SECOND * 12).is_some()).count();
        assert_eq!(held, KNOWN.at_once);
    }

    #[test]
    fn who_has_the_key_and_makes_nothing_of_it_is_known_and_comes_to_an_end_too() {
        let mut callers = Callers::default();
        let taken = (0..5000).filter(|_| ends(&mut callers, machine(1), End::Useless, SECOND)).count();
        assert_eq!(taken, KNOWN.misses);
    }

    #[test]
    fn who_only_looks_misses_nothing_but_takes_a_place_while_it_does() {
        let mut callers = Callers::default();
        for n in 0..100 {
            assert!(ends(&mut callers, machine(1), End::Silent, SECOND), "look {n}");
        }
        let open: Vec<_> = (0..8).map(|_| calls(&mut callers, machine(1), SECOND).unwrap()).collect();
        assert!(calls(&mut callers, machine(1), SECOND).is_none());
        open.into_iter().for_each(|call| callers.ends(call, End::Silent, SECOND + LOOKS));
        assert!(calls(&mut callers, machine(1), SECOND + LOOKS).is_none(), "that was more than a look");
    }

    #[test]
    fn strangers_in_one_network_of_ipv6_are_one_and_a_host_in_it_is_another() {
        let mut callers = Callers::default();
        let at = |n: u128| IpAddr::from((0x2001_0db8_u128 << 96 | n).to_be_bytes());
        assert!(ends(&mut callers, at(1), End::Proved, SECOND));
        let taken = (2..100).filter(|n| ends(&mut callers, at(*n), End::Missed, SECOND)).count();
        assert_eq!(taken, STRANGE.misses);
        assert!(calls(&mut callers, at(1 << 64), SECOND).is_some(), "the network beside it");
        assert!(calls(&mut callers, at(1), SECOND).is_some());
    }

    #[test]
    fn there_is_an_end_to_what_is_kept_in_mind() {
        let mut callers = Callers::default();
        for n in 0..20_000_u32 {
            let from = IpAddr::from(n.to_be_bytes());
            ends(&mut callers, from, if n < 2000 { End::Proved } else { End::Missed }, SECOND + MS(n.into()));
        }
        assert!(callers.misses.len() <= MOST && callers.open.is_empty());
        assert_eq!(callers.known.len(), MOST_KNOWN);
        assert!(callers.known.contains_key(&IpAddr::from(1999_u32.to_be_bytes())), "the last that has proved itself");
    }
}
