//! Who is reached at which address, how each wire is, and what has gone over it. Time is an argument.

use super::link::{Link, Way};
use std::{net::Ipv4Addr, time::Duration};

/// What has happened to the packets of one way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Given to us.
    pub(crate) sent: u64,
    /// Handed over.
    pub(crate) delivered: u64,
    /// Lost because the wire loses some.
    pub(crate) lost: u64,
    /// Lost because the wire was cut.
    pub(crate) cut: u64,
    /// Lost because too many were under way.
    pub(crate) overflowed: u64,
}

/// What does not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    Nothing,
    /// TCP, whatever it carries.
    Calls,
    Everything,
}

impl Cut {
    fn takes(self, packet: &[u8]) -> bool {
        match self {
            Self::Nothing => false,
            Self::Calls => packet.get(9) == Some(&6),
            Self::Everything => true,
        }
    }
}

struct Wire {
    link: Link,
    cut: Cut,
    /// When the packet before this one arrives.
    last: Duration,
    counts: Counts,
}

/// All wires of all hosts.
pub(super) struct Switchboard {
    seed: u64,
    pub(super) addresses: Vec<Ipv4Addr>,
    /// From each to each, in the order of [`Switchboard::wire`].
    wires: Vec<Wire>,
    /// Packets for an address that nobody has.
    pub(super) nowhere: u64,
}

impl Switchboard {
    pub(super) fn new(seed: u64, addresses: Vec<Ipv4Addr>) -> Self {
        let wire = |_| Wire { link: Link::CLEAN, cut: Cut::Nothing, last: Duration::ZERO, counts: Counts::default() };
        let wires = (0..addresses.len().pow(2)).map(wire).collect();
        Self { seed, addresses, wires, nowhere: 0 }
    }

    fn wire(&mut self, way: Way) -> &mut Wire {
        let hosts = self.addresses.len();
        &mut self.wires[way.from * hosts + way.to]
    }

    pub(super) fn set(&mut self, way: Way, link: Link) {
        self.wire(way).link = link;
    }

    pub(super) fn cut(&mut self, way: Way, cut: Cut) {
        self.wire(way).cut = cut;
    }

    pub(super) fn counts(&mut self, way: Way) -> Counts {
        self.wire(way).counts
    }

    /// To whom a packet goes. What is for a group goes to all others, whoever listens.
    pub(super) fn receivers(&mut self, from: usize, packet: &[u8]) -> Vec<usize> {
        // Of IPv6 there is only what the system says by itself.
        let Some(to) = destination(packet) else { return Vec::new() };
        if to.is_multicast() || to.octets()[3] == 255 {
            return (0..self.addresses.len()).filter(|host| *host != from).collect();
        }
        let found: Vec<usize> = self.addresses.iter().position(|a| *a == to).into_iter().collect();
        self.nowhere += u64::from(found.is_empty());
        found
    }

    /// When a packet that is sent now arrives; `None`: it does not.
    pub(super) fn sent(&mut self, now: Duration, way: Way, packet: &[u8]) -> Option<Duration> {
        let seed = self.seed;
        let wire = self.wire(way);
        let number = wire.counts.sent;
        wire.counts.sent += 1;
        if wire.cut.takes(packet) {
            wire.counts.cut += 1;
            return None;
        }
        let Some(takes) = wire.link.fate(seed, way, number) else {
            wire.counts.lost += 1;
            return None;
        };
        let at = now + takes;
        let at = if wire.link.overtaking { at } else { at.max(wire.last) };
        wire.last = at;
        Some(at)
    }

    /// Whether a packet arrives that was under way: a wire that is cut takes with it what is on it.
    pub(super) fn arrives(&mut self, way: Way, packet: &[u8]) -> bool {
        let wire = self.wire(way);
        let cut = wire.cut.takes(packet);
        match cut {
            true => wire.counts.cut += 1,
            false => wire.counts.delivered += 1,
        }
        !cut
    }

    /// One that found no room.
    pub(super) fn overflowed(&mut self, way: Way) {
        self.wire(way).counts.overflowed += 1;
    }
}

fn destination(packet: &[u8]) -> Option<Ipv4Addr> {
    let four = packet.first()? >> 4 == 4;
    let bytes: [u8; 4] = packet.get(16..20)?.try_into().ok()?;
    four.then(|| bytes.into())
}
