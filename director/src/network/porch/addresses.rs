//! From where hosts call. Pure.

use crate::network::HostName;
use std::{collections::BTreeMap, net::IpAddr};

/// Hosts that are kept in mind when they have hung up, at most.
const MOST: usize = 1024;

/// Calls that are open, and where hosts called from last.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    calls: Vec<(u64, HostName, IpAddr)>,
    begun: u64,
    last: BTreeMap<HostName, IpAddr>,
}

impl Addresses {
    /// A host calls; its call's number.
    pub(super) fn begins(&mut self, host: HostName, from: IpAddr) -> u64 {
        self.begun += 1;
        self.calls.push((self.begun, host, from));
        self.begun
    }

    /// A call is over.
    pub(super) fn ends(&mut self, call: u64) {
        let Some(at) = self.calls.iter().position(|(number, ..)| *number == call) else { return };
        let (_, host, from) = self.calls.remove(at);
        if self.last.len() < MOST || self.last.contains_key(&host) {
            self.last.insert(host, from);
        }
    }

    /// From where a host calls, or called last. When it seems to call from two places, it has moved.
    pub(super) fn of(&self, host: &HostName) -> Option<IpAddr> {
        let open = self.calls.iter().rev().find(|(_, name, _)| name == host).map(|(.., from)| *from);
        open.or_else(|| self.last.get(host).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(name: &str) -> HostName {
        HostName::new(name).unwrap()
    }

    fn machine(number: u8) -> IpAddr {
        [10, 0, 0, number].into()
    }

    #[test]
    fn a_host_is_where_it_calls_from_and_where_it_called_from_when_it_is_gone() {
        let mut addresses = Addresses::default();
        assert_eq!(addresses.of(&host("left")), None);
        let call = addresses.begins(host("left"), machine(1));
        addresses.begins(host("right"), machine(2));
        assert_eq!(addresses.of(&host("left")), Some(machine(1)));
        addresses.ends(call);
        addresses.ends(call);
        assert_eq!((addresses.of(&host("left")), addresses.of(&host("right"))), (Some(machine(1)), Some(machine(2))));
    }

    #[test]
    fn a_host_that_has_moved_is_where_it_is_now_and_a_namesake_that_goes_leaves_no_trace() {
        let mut addresses = Addresses::default();
        let before = addresses.begins(host("left"), machine(1));
        addresses.begins(host("left"), machine(2));
        assert_eq!(addresses.of(&host("left")), Some(machine(2)));
        addresses.ends(before);
        let namesake = addresses.begins(host("left"), machine(3));
        addresses.ends(namesake);
        assert_eq!(addresses.of(&host("left")), Some(machine(2)));
    }

    #[test]
    fn there_is_an_end_to_what_is_kept_in_mind() {
        let mut addresses = Addresses::default();
        for n in 0..5000 {
            let call = addresses.begins(host(&format!("h{n}")), machine(1));
            addresses.ends(call);
        }
        assert!(addresses.last.len() <= MOST && addresses.calls.is_empty());
    }
}
