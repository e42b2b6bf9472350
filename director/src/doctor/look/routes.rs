//! Which way a packet would take. Nothing is sent: a UDP socket that is connected knows its own end.

use super::root::Root;
use crate::doctor::findings::{Gateway, Interface, Way};
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket},
};

/// Somewhere outside, set aside for examples, so that nobody is meant.
const OUTSIDE: [IpAddr; 2] =
    [IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1)), IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1))];

/// The way to the rest of the world, if there is one.
pub(super) fn way_out(interfaces: &[Interface]) -> Option<Way> {
    OUTSIDE.into_iter().find_map(|to| way(to, interfaces).ok())
}

/// The way to an address.
pub(super) fn way(to: IpAddr, interfaces: &[Interface]) -> io::Result<Way> {
    let any: IpAddr = if to.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0))?;
    // Port 9 is nobody's.
    socket.connect((to, 9))?;
    let from = socket.local_addr()?.ip();
    let has = |interface: &&Interface| interface.addresses.iter().any(|address| address.ip == from);
    Ok(Way { to, from, interface: interfaces.iter().find(has).map(|interface| interface.name.clone()) })
}

/// Who passes on what is for elsewhere (Linux, IPv4).
pub(super) fn gateway(root: &Root) -> Option<Gateway> {
    gateway_in(&root.read("proc/net/route")?)
}

/// Of several default routes that of the lowest metric is taken.
fn gateway_in(routes: &str) -> Option<Gateway> {
    let of = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [interface, "00000000", gateway, _, _, _, metric, "00000000", ..] = fields[..] else { return None };
        // In the machine's own order of bytes.
        let ip = Ipv4Addr::from(u32::from_str_radix(gateway, 16).ok()?.to_ne_bytes());
        let found = Gateway { ip: ip.into(), interface: interface.to_owned() };
        (!ip.is_unspecified()).then_some((metric.parse::<u32>().ok()?, found))
    };
    routes.lines().filter_map(of).min_by_key(|(metric, _)| *metric).map(|(_, gateway)| gateway)
}

#[cfg(test)]
mod tests {
    use super::super::root::with_files;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_gateway_is_that_of_the_default_route_with_the_lowest_metric() {
        let hex = |ip: [u8; 4]| format!("{:08X}", u32::from_ne_bytes(ip));
        let head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";
        let routes = format!(
            "{head}wlan0\t00000000\t{}\t0003\t0\t0\t600\t00000000\t0\t0\t0\neth0\t00000000\t{}\t0003\t0\t0\t100\t00000000\t0\t0\t0\n\
             eth0\t{}\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n",
            hex([10, 0, 0, 1]),
            hex([192, 0, 2, 1]),
            hex([192, 0, 2, 0])
        );
        let (_folder, root) = with_files(&[("proc/net/route", &routes)]);
        let found = gateway(&root).unwrap();
        assert_eq!((found.ip.to_string().as_str(), found.interface.as_str()), ("192.0.2.1", "eth0"));
        assert_eq!(gateway_in(head), None);
    }

    #[test]
    fn the_way_to_this_machine_is_loopback() {
        let interfaces = super::super::interfaces::look(&Root::of_the_system());
        let way = way("127.0.0.1".parse().unwrap(), &interfaces).unwrap();
        assert!(way.from.is_loopback() && way.interface.is_some(), "{way:?}");
    }

    proptest! {
        #[test]
        fn nothing_that_is_read_panics(text in "(?s)([ \t\n0-9A-Fa-z]|.){0,300}") {
            let _ = gateway_in(&text);
        }
    }
}
