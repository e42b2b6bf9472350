//! What was found, as plain values: nothing here is good or bad yet.

use serde::Serialize;
use std::net::IpAddr;

/// All of it.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Findings {
    pub(super) machine: Machine,
    pub(super) time: Time,
    pub(super) sound: Sound,
    pub(super) midi: Midi,
    pub(super) network: Network,
    pub(super) ports: Ports,
    /// The director that plays here.
    pub(super) director: Option<Director>,
    /// The host that was asked for.
    pub(super) to: Option<To>,
}

/// What this is about, for who keeps it.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Machine {
    pub(super) director_version: String,
    pub(super) system: String,
    pub(super) processors: usize,
    /// When, in seconds since 1970.
    pub(super) unix_seconds: u64,
}

/// Clock, priority and punctuality.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Time {
    pub(super) clock_source: Option<ClockSource>,
    /// What it costs to read the clock once.
    pub(super) clock_read_ns: Option<f64>,
    /// Whether a thread got real-time priority; nothing if it could not be tried.
    pub(super) real_time: Option<bool>,
    /// The highest real-time priority that our user may have; nothing where the system has no such limit.
    pub(super) real_time_limit: Option<u64>,
    pub(super) wakes: Option<Wakes>,
    pub(super) governor: Option<Governor>,
    pub(super) limits: Limits,
}

/// What the kernel counts time with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct ClockSource {
    pub(super) current: String,
    pub(super) available: Vec<String>,
}

/// How late a thread woke after absolute deadlines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(super) struct Wakes {
    pub(super) count: usize,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    pub(super) worst_ms: f64,
}

/// Who decides how fast the processors run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Governor {
    pub(super) driver: String,
    /// Each that some processor has, once.
    pub(super) governors: Vec<String>,
}

/// What our user may have at most; nothing where there is no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Limits {
    pub(super) open_files: Option<u64>,
    pub(super) processes: Option<u64>,
}

/// Audio hosts, and what stands behind them.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Sound {
    /// Nothing if they did not answer in time.
    pub(super) hosts: Option<Vec<AudioHost>>,
    /// Sound servers that take our call.
    pub(super) servers: Vec<String>,
    /// Cards that the kernel knows.
    pub(super) cards: Vec<String>,
    /// Whether there are sound devices that we may not open.
    pub(super) locked: bool,
}

/// One audio host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct AudioHost {
    pub(super) name: String,
    /// Whether it is the one that is used if nobody names one.
    pub(super) is_usual: bool,
    pub(super) outputs: usize,
    pub(super) inputs: usize,
    /// Where sound goes if nobody names a device.
    pub(super) default_output: Option<String>,
    pub(super) why_not: Option<String>,
}

/// MIDI systems.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Midi {
    /// Nothing if they did not answer in time.
    pub(super) systems: Option<Vec<MidiSystem>>,
    /// Whether the sequencer is there and we may not open it.
    pub(super) locked: bool,
}

/// One MIDI system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct MidiSystem {
    pub(super) name: String,
    pub(super) outputs: Vec<String>,
    pub(super) inputs: Vec<String>,
    pub(super) why_not: Option<String>,
}

/// Interfaces, and which of them a packet would take.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Network {
    /// Whether this director can play with other machines.
    pub(super) is_built_in: bool,
    pub(super) interfaces: Vec<Interface>,
    pub(super) gateway: Option<Gateway>,
    /// Where a packet to the rest of the world would go.
    pub(super) way_out: Option<Way>,
    pub(super) firewalls: Vec<Firewall>,
}

/// One network interface.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(super) struct Interface {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Whether it is switched on and has a cable or a partner.
    pub(super) is_up: bool,
    pub(super) addresses: Vec<Address>,
    pub(super) megabits: Option<u32>,
    /// How strong the radio is heard.
    pub(super) signal_dbm: Option<i32>,
}

/// An address and how many of its bits are the network's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Address {
    pub(super) ip: IpAddr,
    pub(super) prefix: u8,
}

/// What an interface is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// This machine itself.
    Loopback,
    /// Hardware that is no radio.
    Cable,
    /// Radio.
    WiFi,
    /// A telephone network.
    Mobile,
    /// A VPN or the like.
    Tunnel,
    /// Made of software: bridges, containers.
    #[default]
    Virtual,
}

/// Who passes packets on to the rest of the world.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Gateway {
    pub(super) ip: IpAddr,
    pub(super) interface: String,
}

/// The way that a packet would take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Way {
    pub(super) to: IpAddr,
    /// Our address on it.
    pub(super) from: IpAddr,
    pub(super) interface: Option<String>,
}

/// Something that lets packets in or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Firewall {
    pub(super) kind: FirewallKind,
    pub(super) state: FirewallState,
}

/// Which firewall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FirewallKind {
    Ufw,
    Firewalld,
    /// With the chain that packets to us pass through, such as `inet filter input`.
    Nftables(Option<String>),
    Iptables,
    /// macOS' own.
    Application,
}

/// Whether it lets the network's port in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FirewallState {
    Open,
    Closed,
    /// It is on, and does not tell us what it lets in.
    Untold,
}

/// The director's ports.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Ports {
    pub(super) bots: Port,
    pub(super) control: Port,
    pub(super) network_udp: Port,
    pub(super) network_tcp: Port,
}

/// One port.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Port {
    pub(super) number: u16,
    pub(super) state: PortState,
    /// Who has it: a program's name and process number.
    pub(super) owner: Option<(String, u32)>,
    /// Whether who has it listens to other machines too.
    pub(super) is_public: bool,
}

/// Whether it is to be had.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum PortState {
    #[default]
    Free,
    Taken,
    /// The system does not let us have it.
    Forbidden,
    /// It could not be tried.
    Untold(String),
}

/// A director that answers on this machine.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(super) struct Director {
    /// Of its ensemble.
    pub(super) name: String,
    /// Nothing if it plays without a network.
    pub(super) peers: Option<Vec<Peer>>,
}

/// A director on another machine, as ours knows it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(super) struct Peer {
    pub(super) name: String,
    /// `here`: it is this one. Nothing: it is reached through the leader.
    pub(super) address: String,
    pub(super) round_trip_ms: Option<f64>,
    pub(super) jitter_ms: f64,
    pub(super) loss_percent: f64,
    pub(super) clock_error_ms: Option<f64>,
    pub(super) bots: u32,
    /// `here`, `lost`, `joining`.
    pub(super) state: String,
    /// What the pings travel on: `udp`, `link`, `-`.
    pub(super) way: String,
    /// What carries what bots say: `udp` (and the link), `link` (alone), `-`.
    pub(super) words_by: String,
    /// Which way packets to it take from here, where its address says so.
    pub(super) route: Option<Way>,
}

/// One way out, to a host that was asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(super) struct To {
    pub(super) host: String,
    pub(super) port: u16,
    /// What its name means, or why that is not known.
    pub(super) addresses: Vec<IpAddr>,
    pub(super) why_no_address: Option<String>,
    pub(super) way: Option<Way>,
    pub(super) tcp: Tcp,
}

/// What became of opening TCP connections.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Tcp {
    /// None was tried.
    #[default]
    Untried,
    /// How long each took, in milliseconds.
    Answers(Vec<f64>),
    /// The machine is there, and nobody listens; after so many milliseconds.
    Refuses(f64),
    /// Nothing came back in time.
    Silent,
    /// There is no way there, or something else went wrong.
    Fails(String),
}
