//! From where hosts call, and how many calls of theirs are open. Pure.

use crate::network::HostName;
use std::{collections::BTreeMap, net::IpAddr, time::Duration};

/// Hosts that are kept in mind when they have hung up, at most.
const MOST: usize = 1024;
/// Calls of one host that are open at once: there is one link, and one that is being made anew, again and again at worst.
const OPEN: usize = 8;
/// Calls of one machine that have begun
const NEW: usize = 16;
/// so lately: the link greets no more than a few dozen at once, and gives each of them four seconds.
const LATELY: Duration = Duration::from_secs(4);
/// A machine, or all that are behind one address, has no more than this part of all calls.
const PART: usize = 4;

/// Calls that are open, and where hosts called from last.
#[derive(Debug)]
pub(super) struct Addresses {
    /// So many calls are open at most.
    most: usize,
    calls: Vec<Open>,
    begun: u64,
    last: BTreeMap<HostName, IpAddr>,
}

#[derive(Debug)]
struct Open {
    number: u64,
    host: HostName,
    from: IpAddr,
    at: Duration,
}

impl Addresses {
    /// So many calls are open at once, at most.
    pub(super) fn with_at_most(most: usize) -> Self {
        Self { most, calls: Vec::new(), begun: 0, last: BTreeMap::new() }
    }

    /// A host calls; its call's number, if it is not one too many.
    pub(super) fn begins(&mut self, host: HostName, from: IpAddr, now: Duration) -> Option<u64> {
        let count = |is: &dyn Fn(&Open) -> bool| self.calls.iter().filter(|call| is(call)).count();
        let new = |call: &Open| call.from == from && now.saturating_sub(call.at) < LATELY;
        let too_many = self.calls.len() >= self.most
            || count(&|call| call.host == host) >= OPEN
            || count(&|call| call.from == from) >= (self.most / PART).max(OPEN)
            || count(&new) >= NEW;
        if too_many {
            return None;
        }
        self.begun += 1;
        self.calls.push(Open { number: self.begun, host, from, at: now });
        Some(self.begun)
    }

    /// A call is over.
    pub(super) fn ends(&mut self, call: u64) {
        let Some(at) = self.calls.iter().position(|open| open.number == call) else { return };
        let Open { host, from, .. } = self.calls.remove(at);
        if self.last.len() < MOST || self.last.contains_key(&host) {
            self.last.insert(host, from);
        }
    }

    /// From where a host calls, or called last. When it seems to call from two places, it has moved.
    pub(super) fn of(&self, host: &HostName) -> Option<IpAddr> {
        let open = self.calls.iter().rev().find(|open| open.host == *host).map(|open| open.from);
        open.or_else(|| self.last.get(host).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn host(name: &str) -> HostName {
        HostName::new(name).unwrap()
    }

    fn machine(number: u8) -> IpAddr {
        [10, 0, 0, number].into()
    }

    #[test]
    fn a_host_is_where_it_calls_from_and_where_it_called_from_when_it_is_gone() {
        let mut addresses = Addresses::with_at_most(1000);
        assert_eq!(addresses.of(&host("left")), None);
        let call = addresses.begins(host("left"), machine(1), SECOND).unwrap();
        addresses.begins(host("right"), machine(2), SECOND).unwrap();
        assert_eq!(addresses.of(&host("left")), Some(machine(1)));
        addresses.ends(call);
        addresses.ends(call);
        assert_eq!((addresses.of(&host("left")), addresses.of(&host("right"))), (Some(machine(1)), Some(machine(2))));
    }

    #[test]
    fn a_host_that_has_moved_is_where_it_is_now_and_a_namesake_that_goes_leaves_no_trace() {
        let mut addresses = Addresses::with_at_most(1000);
        let before = addresses.begins(host("left"), machine(1), SECOND).unwrap();
        addresses.begins(host("left"), machine(2), SECOND).unwrap();
        assert_eq!(addresses.of(&host("left")), Some(machine(2)));
        addresses.ends(before);
        let namesake = addresses.begins(host("left"), machine(3), SECOND).unwrap();
        addresses.ends(namesake);
        assert_eq!(addresses.of(&host("left")), Some(machine(2)));
    }

    #[test]
    fn there_is_an_end_to_what_is_kept_in_mind() {
        let mut addresses = Addresses::with_at_most(1000);
        for n in 0..5000 {
            let call = addresses.begins(host(&format!("h{n}")), machine(1), SECOND).unwrap();
            addresses.ends(call);
        }
        assert!(addresses.last.len() <= MOST && addresses.calls.is_empty());
    }

    /// How many of so many calls are taken, a hundred in a second, each of this host, from this machine.
    fn taken(addresses: &mut Addresses, many: u32, call: impl Fn(u32) -> (HostName, IpAddr)) -> usize {
        let begins = |n: &u32| {
            let (host, from) = call(*n);
            addresses.begins(host, from, SECOND * *n / 100).is_some()
        };
        (0..many).filter(begins).count()
    }

    #[test]
    fn a_host_that_calls_again_and_again_has_a_few_calls_and_no_place_of_others() {
        let mut addresses = Addresses::with_at_most(1000);
        assert_eq!(taken(&mut addresses, 2000, |_| (host("left"), machine(1))), OPEN);
        assert!(addresses.begins(host("right"), machine(1), SECOND * 20).is_some());
        addresses.ends(1);
        assert!(addresses.begins(host("left"), machine(1), SECOND * 20).is_some(), "there is room again");
    }

    #[test]
    fn a_machine_that_calls_by_name_after_name_gets_no_more_than_its_part_and_not_all_at_once() {
        let mut addresses = Addresses::with_at_most(1000);
        assert_eq!(taken(&mut addresses, 400, |n| (host(&format!("h{n}")), machine(1))), NEW);
        assert!(addresses.begins(host("right"), machine(2), SECOND * 4).is_some());
        let in_an_hour = taken(&mut addresses, 360_000, |n| (host(&format!("i{n}")), machine(1)));
        assert_eq!(NEW + in_an_hour, 1000 / PART);
    }

    #[test]
    fn there_is_an_end_to_the_calls_of_all_hosts() {
        let mut addresses = Addresses::with_at_most(1000);
        let call = |n: u32| (host(&format!("h{n}")), IpAddr::from((n % 200).to_be_bytes()));
        assert_eq!(taken(&mut addresses, 5000, call), 1000);
    }
}
