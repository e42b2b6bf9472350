//! Interfaces: which is used, why, and whether it is fit to carry music.

use super::listed;
use crate::doctor::{
    findings::{Address, Interface, Kind, Network, Way},
    line::Line,
};
use std::net::IpAddr;

const LOOPBACK_UP: &str = if cfg!(target_os = "linux") { "sudo ip link set lo up" } else { "sudo ifconfig lo0 up" };

pub(super) fn judge(found: &Network) -> Vec<Line> {
    let mut lines = vec![loopback(&found.interfaces)];
    let (up, down): (Vec<&Interface>, Vec<&Interface>) =
        found.interfaces.iter().filter(|i| i.kind != Kind::Loopback).partition(|i| i.is_up && !i.addresses.is_empty());
    let way_out = found.way_out.as_ref().and_then(|way| way.interface.as_deref());
    let (outward, inside): (Vec<&Interface>, Vec<&Interface>) =
        up.into_iter().partition(|i| i.kind != Kind::Virtual || way_out == Some(i.name.as_str()));
    lines.extend(outward.iter().map(|interface| {
        if way_out == Some(interface.name.as_str()) {
            the_way_out(interface, found)
        } else {
            another(interface, way_out)
        }
    }));
    if outward.is_empty() {
        lines.push(
            Line::note("no network: this machine plays alone")
                .advise("if others are to join, plug in a cable, or connect to a network"),
        );
    } else if way_out.is_none() {
        lines.push(
            Line::note(
                "no way out of this network: that is right for a cable between two machines, or a switch on stage",
            )
            .advise("tell the others to join one of the addresses above"),
        );
    }
    if !inside.is_empty() {
        let names: Vec<String> = inside.iter().map(|i| format!("{} {}", i.name, addresses(i))).collect();
        lines.push(
            Line::note(format!("inside this machine only: {}", listed(&names)))
                .advise("nothing: containers and virtual machines live there"),
        );
    }
    if !down.is_empty() {
        let names: Vec<String> = down.iter().map(|i| i.name.clone()).collect();
        lines.push(
            Line::note(format!("not connected: {}", listed(&names)))
                .advise("nothing, unless one of them is the one you meant to use"),
        );
    }
    lines
}

/// Bots and their director speak over it.
fn loopback(interfaces: &[Interface]) -> Line {
    match interfaces.iter().find(|i| i.kind == Kind::Loopback && i.is_up) {
        Some(lo) => Line::ok(format!(
            "{} {}: bots of this machine speak to the director here, and nobody else does unless `--open` or `--listen` \
             lets them in",
            lo.name,
            addresses(lo)
        )),
        None => Line::problem("loopback is down: no bot reaches the director").run("switch it on", LOOPBACK_UP),
    }
}

fn the_way_out(interface: &Interface, found: &Network) -> Line {
    let by = match &found.gateway {
        Some(gateway) if gateway.interface == interface.name => format!(" by the gateway {}", gateway.ip),
        _ => String::new(),
    };
    let what = format!("{}: the way out{by}", described(interface));
    let join = |line: Line| match interface.addresses.iter().map(|a| a.ip).find(IpAddr::is_ipv4) {
        Some(ip) => line.run(
            "with `director play … --open` other machines come in here, by",
            format!("director join {ip} --key FILE"),
        ),
        None => line.advise("with `director play … --open` other machines come in here"),
    };
    match warned(interface, &what) {
        Some(line) => line,
        None => join(Line::ok(what)),
    }
}

/// It carries only what is meant for its own network.
fn another(interface: &Interface, way_out: Option<&str>) -> Line {
    let what = described(interface);
    let Some(way_out) = way_out else {
        return warned(interface, &what).unwrap_or_else(|| {
            Line::ok(format!("{what}: leads to {}", networks(interface)))
                .advise("with `director play … --open` other machines on it come in here")
        });
    };
    let ip = interface.addresses.first().map_or("ADDRESS".to_owned(), |address| address.ip.to_string());
    let what = format!("{what}: leads to {} only, all else goes by {way_out}", networks(interface));
    match interface.kind {
        Kind::Cable | Kind::Virtual => {
            Line::ok(what).advise(format!("`director play … --open {ip}` lets in who is on it, and nobody else"))
        }
        _ => Line::note(what).advise("let the other machines use the cable: nothing need go by this one"),
    }
}

/// What is unfit to carry music, if it is, and what would be better.
pub(super) fn warned(interface: &Interface, what: &str) -> Option<Line> {
    Some(match interface.kind {
        Kind::WiFi => {
            let weak = interface.signal_dbm.filter(|dbm| *dbm < -67);
            let line = Line::warning(format!("{what}, over Wi-Fi: round trips vary by tens of milliseconds"))
                .advise("use a cable: nothing else helps as much");
            let line = match weak {
                Some(dbm) => line.advise(format!("the signal is weak ({dbm} dBm): go nearer to the access point")),
                None => line,
            };
            if cfg!(target_os = "linux") {
                line.run(
                    "if it must be Wi-Fi: 5 GHz, an access point of your own, and the radio always awake",
                    format!("sudo iw dev {} set power_save off", interface.name),
                )
            } else {
                line.advise("if it must be Wi-Fi: 5 GHz, an access point of your own, and AirDrop off")
            }
        }
        Kind::Mobile => {
            Line::warning(format!("{what}, over a telephone network: other machines hardly reach this one"))
                .advise("use a cable or a network of the house")
        }
        Kind::Tunnel => Line::warning(format!("{what}, through a tunnel (a VPN?): every packet takes a detour"))
            .advise("end it while you play, or let the others join an address of a cable"),
        Kind::Loopback | Kind::Cable | Kind::Virtual => return None,
    })
}

/// Its name, its addresses and what it is.
fn described(interface: &Interface) -> String {
    let speed = interface.megabits.map_or(String::new(), |megabits| format!(", {megabits} Mbit/s"));
    format!("{} {} ({}{speed})", interface.name, addresses(interface), kind(interface))
}

/// What it is, in a word.
pub(super) fn kind(interface: &Interface) -> &'static str {
    match interface.kind {
        Kind::Loopback => "loopback",
        Kind::Cable => "cable",
        Kind::WiFi => "Wi-Fi",
        Kind::Mobile => "mobile",
        Kind::Tunnel => "tunnel",
        Kind::Virtual => "virtual",
    }
}

/// Why a packet takes this way.
pub(super) fn why(way: &Way, found: &Network) -> String {
    if way.to.is_loopback() || way.to == way.from {
        return "that is this machine".to_owned();
    }
    let interface = found.interfaces.iter().find(|i| Some(&i.name) == way.interface.as_ref());
    let same = interface.and_then(|i| i.addresses.iter().find(|address| holds(address, way.to)));
    match (same, &found.gateway) {
        (Some(address), _) => format!("it is in the same network, {}", network(address)),
        (None, Some(gateway)) if Some(&gateway.interface) == way.interface.as_ref() => {
            format!("it is elsewhere, and the gateway {} passes packets on", gateway.ip)
        }
        _ => "the system's routes say so".to_owned(),
    }
}

/// IPv4 first; of IPv6, one that others can use, unless there is only the one of the link.
fn addresses(interface: &Interface) -> String {
    let (four, six): (Vec<IpAddr>, Vec<IpAddr>) = interface.addresses.iter().map(|a| a.ip).partition(IpAddr::is_ipv4);
    let global = six.iter().find(|ip| !is_of_the_link(ip)).or(six.first().filter(|_| four.is_empty()));
    let shown: Vec<String> = four.iter().chain(global).map(ToString::to_string).collect();
    shown.join(", ")
}

fn networks(interface: &Interface) -> String {
    let (four, six): (Vec<&Address>, Vec<&Address>) = interface.addresses.iter().partition(|a| a.ip.is_ipv4());
    let shown = if four.is_empty() { six } else { four };
    listed(&shown.into_iter().map(network).collect::<Vec<_>>())
}

fn is_of_the_link(ip: &IpAddr) -> bool {
    matches!(ip, IpAddr::V6(six) if six.is_unicast_link_local())
}

/// `192.0.2.0/24`.
fn network(address: &Address) -> String {
    let (bits, width) = bits(address.ip);
    let bits = bits & mask(address.prefix, width);
    let ip: IpAddr =
        if width == 32 { std::net::Ipv4Addr::from(bits as u32).into() } else { std::net::Ipv6Addr::from(bits).into() };
    format!("{ip}/{}", address.prefix)
}

/// Whether an address lies in the network of another.
fn holds(address: &Address, ip: IpAddr) -> bool {
    let ((ours, width), (theirs, other)) = (bits(address.ip), bits(ip));
    let mask = mask(address.prefix, width);
    width == other && ours & mask == theirs & mask
}

fn bits(ip: IpAddr) -> (u128, u8) {
    match ip {
        IpAddr::V4(four) => (u32::from(four).into(), 32),
        IpAddr::V6(six) => (u128::from(six), 128),
    }
}

/// So many ones from the left of so many bits.
fn mask(prefix: u8, width: u8) -> u128 {
    let zeros = u32::from(width.saturating_sub(prefix));
    let all = if width == 32 { u128::from(u32::MAX) } else { u128::MAX };
    all & u128::MAX.checked_shl(zeros).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{findings::Gateway, line::Mark};

    fn address(text: &str) -> Address {
        let (ip, prefix) = text.split_once('/').unwrap();
        Address { ip: ip.parse().unwrap(), prefix: prefix.parse().unwrap() }
    }

    fn interface(name: &str, kind: Kind, at: &[&str]) -> Interface {
        let addresses = at.iter().map(|text| address(text)).collect();
        Interface { name: name.into(), kind, is_up: !at.is_empty(), addresses, ..Interface::default() }
    }

    /// A machine whose packets leave by its first interface that is not loopback.
    fn machine(others: Vec<Interface>) -> Network {
        let first = others[0].name.clone();
        let from = others[0].addresses.first().map(|a| a.ip);
        let lo = interface("lo", Kind::Loopback, &["127.0.0.1/8", "::1/128"]);
        Network {
            interfaces: [vec![lo], others].concat(),
            gateway: Some(Gateway { ip: "192.0.2.1".parse().unwrap(), interface: first.clone() }),
            way_out: from.map(|from| Way { to: "203.0.113.1".parse().unwrap(), from, interface: Some(first) }),
            ..Network::default()
        }
    }

    #[test]
    fn a_wifi_interface_is_warned_of_and_says_what_to_do() {
        let mut wifi = interface("wlan0", Kind::WiFi, &["192.0.2.7/24"]);
        wifi.signal_dbm = Some(-80);
        let lines = judge(&machine(vec![wifi]));
        let line = &lines[1];
        assert_eq!(line.mark, Mark::Warning);
        assert!(line.found.starts_with("wlan0 192.0.2.7 (Wi-Fi): the way out by the gateway 192.0.2.1"), "{line:?}");
        assert!(line.todo[0].advice.contains("cable") && line.todo[1].advice.contains("-80 dBm"), "{line:?}");
        #[cfg(target_os = "linux")]
        assert_eq!(line.todo[2].command.as_deref(), Some("sudo iw dev wlan0 set power_save off"));
    }

    #[test]
    fn a_cable_that_leads_out_is_good_and_says_how_others_join() {
        let lines =
            judge(&machine(vec![interface("eth0", Kind::Cable, &["192.0.2.2/24", "fe80::1/64", "fd00::2/64"])]));
        assert_eq!(lines.iter().map(|line| line.mark).collect::<Vec<_>>(), [Mark::Ok, Mark::Ok]);
        assert!(lines[1].found.starts_with("eth0 192.0.2.2, fd00::2 (cable): the way out"), "{lines:?}");
        assert_eq!(lines[1].todo[0].command.as_deref(), Some("director join 192.0.2.2 --key FILE"));
    }

    #[test]
    fn a_radio_beside_a_cable_is_only_noted() {
        let wifi = interface("wlan0", Kind::WiFi, &["10.0.0.7/8"]);
        let lines = judge(&machine(vec![interface("eth0", Kind::Cable, &["192.0.2.2/24"]), wifi]));
        assert_eq!(lines[2].mark, Mark::Note);
        assert!(lines[2].found.contains("leads to 10.0.0.0/8 only, all else goes by eth0"), "{lines:?}");
    }

    #[test]
    fn a_tunnel_and_a_telephone_that_carry_everything_are_warned_of() {
        for kind in [Kind::Tunnel, Kind::Mobile] {
            assert_eq!(judge(&machine(vec![interface("x0", kind, &["192.0.2.2/24"])]))[1].mark, Mark::Warning);
        }
    }

    #[test]
    fn what_is_inside_or_unplugged_is_put_into_one_line_each() {
        let lines = judge(&machine(vec![
            interface("eth0", Kind::Cable, &["192.0.2.2/24"]),
            interface("docker0", Kind::Virtual, &["172.17.0.1/16"]),
            interface("veth1", Kind::Virtual, &["172.18.0.1/16"]),
            interface("eth1", Kind::Cable, &[]),
        ]));
        assert_eq!(lines.len(), 4, "{lines:?}");
        assert_eq!(lines[2].found, "inside this machine only: docker0 172.17.0.1 and veth1 172.18.0.1");
        assert_eq!(lines[3].found, "not connected: eth1");
    }

    #[test]
    fn a_machine_with_loopback_alone_plays_alone() {
        let lines = judge(&Network {
            interfaces: vec![interface("lo", Kind::Loopback, &["127.0.0.1/8"])],
            ..Network::default()
        });
        assert_eq!(lines.iter().map(|line| line.mark).collect::<Vec<_>>(), [Mark::Ok, Mark::Note]);
    }

    #[test]
    fn a_cable_between_two_machines_needs_no_way_out() {
        let network = Network {
            way_out: None,
            gateway: None,
            ..machine(vec![interface("eth0", Kind::Cable, &["169.254.3.4/16"])])
        };
        let lines = judge(&network);
        assert!(lines[1].mark == Mark::Ok && lines[1].found.ends_with("leads to 169.254.0.0/16"), "{lines:?}");
        assert!(lines[2].found.contains("no way out"), "{lines:?}");
    }

    #[test]
    fn it_is_said_why_a_packet_takes_its_way() {
        let network = machine(vec![interface("eth0", Kind::Cable, &["192.0.2.2/24", "fd00::2/64"])]);
        let why = |to: &str, from: &str, by: &str| {
            why(&Way { to: to.parse().unwrap(), from: from.parse().unwrap(), interface: Some(by.into()) }, &network)
        };
        assert_eq!(why("192.0.2.9", "192.0.2.2", "eth0"), "it is in the same network, 192.0.2.0/24");
        assert_eq!(why("fd00::9", "fd00::2", "eth0"), "it is in the same network, fd00::/64");
        assert!(why("8.8.8.8", "192.0.2.2", "eth0").contains("the gateway 192.0.2.1"));
        assert_eq!(why("192.0.2.2", "192.0.2.2", "lo"), "that is this machine");
        assert_eq!(why("8.8.8.8", "10.0.0.1", "tun0"), "the system's routes say so");
    }

    #[test]
    fn networks_of_every_width_are_written_and_hold_their_own() {
        for (text, meant) in [
            ("192.0.2.77/32", "192.0.2.77/32"),
            ("192.0.2.77/0", "0.0.0.0/0"),
            ("fd00::5/128", "fd00::5/128"),
            ("fd00::5/0", "::/0"),
        ] {
            assert_eq!(network(&address(text)), meant);
            assert!(holds(&address(text), address(text).ip));
        }
        assert!(!holds(&address("192.0.2.1/24"), "192.0.3.1".parse().unwrap()));
        assert!(!holds(&address("0.0.0.0/0"), "::1".parse().unwrap()), "another kind of address");
    }
}
