//! What a word costs where, what there is of everything, and how much of it a network takes.

use crate::shape::{AtHome, Network, Node};

/// Bytes and microseconds, each with where it comes from.
pub(crate) struct Costs {
    /// A broadcast: an `/onset` with its id and four numbers is 60 to 68 bytes.
    pub(crate) word: f64,
    /// What zenoh puts around it: header, key, attachment.
    pub(crate) envelope: f64,
    /// What a director says of itself, for each bot of its own and besides.
    pub(crate) state_bot: f64,
    pub(crate) state: f64,
    /// TLS record, TCP with timestamps, IP, Ethernet with gap: once a packet.
    pub(crate) packet: f64,
    /// Packets a second on a link at most: what comes meanwhile travels with the next.
    pub(crate) packets: f64,
    /// Processor time of a director for a word that comes in over a link, in seconds: the bench `hosts`, at 5,000 a second.
    pub(crate) word_in: f64,
    /// And for each copy that goes out over one: a record of TLS and a system call. Taken, not measured.
    pub(crate) word_out: f64,
    /// For reading what another director says of itself.
    pub(crate) state_read: f64,
    /// Of a host for one datagram to one of its bots: the bench `relay` passes on 480,000 a second.
    pub(crate) datagram: f64,
    /// Of a bot for a word that it receives.
    pub(crate) heard: f64,
    /// Memory of a link: one buffer in, two out, of 64 KiB each, and TLS.
    pub(crate) link: f64,
    /// A name on agentList with its padding.
    pub(crate) name: f64,
}

impl Default for Costs {
    fn default() -> Self {
        Self {
            word: 64.0,
            envelope: 40.0,
            state_bot: 110.0,
            state: 150.0,
            packet: 112.0,
            packets: 20_000.0,
            word_in: 90e-6,
            word_out: 10e-6,
            state_read: 20e-6,
            datagram: 2.1e-6,
            heard: 4e-6,
            link: 250e3,
            name: 20.0,
        }
    }
}

/// Bits a second of an uplink.
const UPLINK: f64 = 1e9;
/// The same where a laptop is on Wi-Fi.
const WIFI: f64 = 1e8;
/// Memory that a director may take for its links.
const MEMORY: f64 = 1e9;
/// What a datagram holds.
const DATAGRAM: f64 = 65_507.0;

impl Costs {
    /// What goes out of a node, in megabits a second: broadcasts, and what directors say of themselves.
    pub(crate) fn megabits(&self, node: &Node, bots: usize) -> [f64; 2] {
        let links = node.links.max(1) as f64;
        let packets = node.words_out.min(links * self.packets);
        let state = self.state + self.state_bot * bots as f64 + self.envelope + self.packet;
        [node.words_out * (self.word + self.envelope) + packets * self.packet, node.states_out * state]
            .map(|b| 8e-6 * b)
    }

    /// Cores that a node needs to pass on.
    pub(crate) fn cores_of_node(&self, node: &Node) -> f64 {
        (node.words_in + node.states_in) * self.word_in + (node.words_out + node.states_out) * self.word_out
    }

    /// Cores that a host needs to take in what is for it and to hand it to its bots.
    pub(crate) fn cores_of_host(&self, host: &AtHome) -> f64 {
        let states = host.states_in * (self.word_in + self.state_read);
        host.words_in * self.word_in + host.datagrams * self.datagram + states
    }
}

/// What there is only so much of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Resource {
    NodesUplink,
    NodesWifi,
    NodesCore,
    NodesMemory,
    HostsCore,
    BotsCore,
    AgentList,
}

pub(crate) const RESOURCES: [Resource; 7] = [
    Resource::NodesWifi,
    Resource::NodesUplink,
    Resource::NodesCore,
    Resource::NodesMemory,
    Resource::HostsCore,
    Resource::BotsCore,
    Resource::AgentList,
];

impl Resource {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NodesUplink => "the busiest node's gigabit",
            Self::NodesWifi => "the busiest node's Wi-Fi, 100 Mbit/s",
            Self::NodesCore => "one core of the busiest node",
            Self::NodesMemory => "a gigabyte for its links",
            Self::HostsCore => "one core of a host, for its bots",
            Self::BotsCore => "one core of a bot, for reading",
            Self::AgentList => "the datagram of agentList",
        }
    }

    /// How much of it is taken; 1 is all.
    pub(crate) fn load(self, costs: &Costs, network: &Network) -> f64 {
        let node = &network.busiest;
        let bits = || costs.megabits(node, network.bots_a_host).iter().sum::<f64>() * 1e6;
        match self {
            Self::NodesUplink => bits() / UPLINK,
            Self::NodesWifi => bits() / WIFI,
            Self::NodesCore => costs.cores_of_node(node),
            Self::NodesMemory => node.links as f64 * costs.link / MEMORY,
            Self::HostsCore => costs.cores_of_host(&network.host),
            Self::BotsCore => network.host.heard * costs.heard,
            Self::AgentList => network.bots as f64 * costs.name / DATAGRAM,
        }
    }
}
