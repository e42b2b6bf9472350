//! Network interfaces: their addresses from the system, what they are from the kernel's files.

use super::root::Root;
use crate::doctor::findings::{Address, Interface, Kind};
use nix::{ifaddrs::getifaddrs, net::if_::InterfaceFlags, sys::socket::SockaddrStorage};
use std::net::IpAddr;

/// All of them, in the system's order; none if it does not say.
pub(super) fn look(root: &Root) -> Vec<Interface> {
    let signals = root.read("proc/net/wireless").unwrap_or_default();
    let radios = radios();
    let mut interfaces: Vec<Interface> = Vec::new();
    for entry in getifaddrs().into_iter().flatten() {
        let name = entry.interface_name;
        let n = interfaces.iter().position(|interface| interface.name == name).unwrap_or_else(|| {
            let is_loopback = entry.flags.contains(InterfaceFlags::IFF_LOOPBACK);
            interfaces.push(Interface {
                kind: if radios.contains(&name) { Kind::WiFi } else { kind(root, &name, is_loopback) },
                is_up: entry.flags.contains(InterfaceFlags::IFF_UP | InterfaceFlags::IFF_RUNNING),
                addresses: Vec::new(),
                megabits: megabits(root, &name),
                signal_dbm: signal(&signals, &name),
                name,
            });
            interfaces.len() - 1
        });
        if let Some(ip) = entry.address.as_ref().and_then(ip) {
            let prefix = entry.netmask.as_ref().and_then(self::ip).map_or(0, ones);
            interfaces[n].addresses.push(Address { ip, prefix });
        }
    }
    interfaces
}

fn ip(address: &SockaddrStorage) -> Option<IpAddr> {
    let four = address.as_sockaddr_in().map(|four| four.ip().into());
    four.or_else(|| address.as_sockaddr_in6().map(|six| six.ip().into()))
}

/// How many bits of an address are the network's.
fn ones(mask: IpAddr) -> u8 {
    let ones = match mask {
        IpAddr::V4(four) => u32::from(four).leading_ones(),
        IpAddr::V6(six) => u128::from(six).leading_ones(),
    };
    ones as u8
}

/// What an interface is, by what the kernel keeps in its folder (Linux).
fn kind(root: &Root, name: &str, is_loopback: bool) -> Kind {
    let folder = format!("sys/class/net/{name}");
    let has = |file: &str| root.has(format!("{folder}/{file}"));
    let uevent = root.read(format!("{folder}/uevent")).unwrap_or_default();
    let kind = uevent.lines().find_map(|line| line.strip_prefix("DEVTYPE=")).unwrap_or_default();
    match kind {
        _ if is_loopback => Kind::Loopback,
        "wlan" => Kind::WiFi,
        _ if has("wireless") || has("phy80211") => Kind::WiFi,
        "wwan" => Kind::Mobile,
        "wireguard" => Kind::Tunnel,
        _ if has("tun_flags") => Kind::Tunnel,
        // They stand for cables that are behind them.
        "bond" | "vlan" => Kind::Cable,
        _ if has("device") => Kind::Cable,
        // Where there are no such files, the name is all there is.
        _ if !root.has("sys/class/net") => by_name(name),
        _ => Kind::Virtual,
    }
}

/// macOS' names; which of `en…` is a radio is asked elsewhere.
fn by_name(name: &str) -> Kind {
    let word = name.trim_end_matches(|c: char| c.is_ascii_digit());
    match word {
        "en" | "eth" => Kind::Cable,
        "utun" | "ipsec" | "ppp" | "tun" | "wg" => Kind::Tunnel,
        "pdp_ip" | "wwan" => Kind::Mobile,
        _ => Kind::Virtual,
    }
}

fn megabits(root: &Root, name: &str) -> Option<u32> {
    // -1 or 4294967295 where the speed is not known.
    let speed: i64 = root.read(format!("sys/class/net/{name}/speed"))?.parse().ok()?;
    u32::try_from(speed).ok().filter(|speed| (1..10_000_000).contains(speed))
}

/// The signal level in /proc/net/wireless.
fn signal(text: &str, name: &str) -> Option<i32> {
    let values = text.lines().find_map(|line| line.trim_start().strip_prefix(name)?.strip_prefix(':'))?;
    let level = values.split_whitespace().nth(2)?;
    let level: i32 = level.trim_end_matches('.').parse().ok()?;
    // Drivers that do not know it say 0 or -256.
    (-120..0).contains(&level).then_some(level)
}

/// Which interfaces are radios, where only a program knows.
#[cfg(target_os = "macos")]
fn radios() -> Vec<String> {
    let ports = super::asking::printed("networksetup", &["-listallhardwareports"], std::time::Duration::from_secs(2));
    wifi_ports(&ports.unwrap_or_default())
}

#[cfg(not(target_os = "macos"))]
fn radios() -> Vec<String> {
    Vec::new()
}

/// The devices of `Hardware Port: Wi-Fi` (older: AirPort).
#[cfg(any(target_os = "macos", test))]
fn wifi_ports(text: &str) -> Vec<String> {
    let mut is_wifi = false;
    let mut names = Vec::new();
    for line in text.lines() {
        if let Some(port) = line.strip_prefix("Hardware Port: ") {
            is_wifi = ["Wi-Fi", "AirPort"].contains(&port.trim());
        } else if let Some(device) = line.strip_prefix("Device: ").filter(|_| is_wifi) {
            names.push(device.trim().to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::super::root::with_files;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_interface_is_what_its_folder_says() {
        let (_folder, root) = with_files(&[
            ("sys/class/net/wlan0/wireless/beacon", ""),
            ("sys/class/net/wlan0/device/vendor", ""),
            ("sys/class/net/wlp3s0/uevent", "DEVTYPE=wlan\nINTERFACE=wlp3s0\nIFINDEX=3\n"),
            ("sys/class/net/wlp3s0/device/vendor", ""),
            ("sys/class/net/eth0/device/vendor", ""),
            ("sys/class/net/wwan0/uevent", "DEVTYPE=wwan\n"),
            ("sys/class/net/tun0/tun_flags", "0x1001"),
            ("sys/class/net/wg0/uevent", "DEVTYPE=wireguard\n"),
            ("sys/class/net/docker0/uevent", "DEVTYPE=bridge\n"),
            ("sys/class/net/eth0.5/uevent", "DEVTYPE=vlan\n"),
            ("sys/class/net/veth1/mtu", "1500"),
        ]);
        for (name, meant) in [
            ("wlan0", Kind::WiFi),
            ("wlp3s0", Kind::WiFi),
            ("eth0", Kind::Cable),
            ("wwan0", Kind::Mobile),
            ("tun0", Kind::Tunnel),
            ("wg0", Kind::Tunnel),
            ("docker0", Kind::Virtual),
            ("eth0.5", Kind::Cable),
            ("veth1", Kind::Virtual),
        ] {
            assert_eq!(kind(&root, name, false), meant, "{name}");
        }
        assert_eq!(kind(&root, "lo", true), Kind::Loopback);
    }

    #[test]
    fn where_there_are_no_files_the_name_must_do() {
        let (_folder, root) = with_files(&[]);
        for (name, meant) in [("en0", Kind::Cable), ("utun3", Kind::Tunnel), ("awdl0", Kind::Virtual)] {
            assert_eq!(kind(&root, name, false), meant, "{name}");
        }
    }

    #[test]
    fn the_speed_of_a_cable_is_read_and_an_unknown_one_is_none() {
        let (_folder, root) = with_files(&[
            ("sys/class/net/a/speed", "1000\n"),
            ("sys/class/net/b/speed", "-1\n"),
            ("sys/class/net/c/speed", "4294967295\n"),
        ]);
        assert_eq!(["a", "b", "c", "d"].map(|name| megabits(&root, name)), [Some(1000), None, None, None]);
    }

    const WIRELESS: &str = "\
Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
 wlan0: 0000   54.  -56.  -256        0      0      0      0     55        0
wlan01: 0000   54.  -256  -256        0      0      0      0     55        0
";

    #[test]
    fn the_signal_is_read_where_the_driver_knows_it() {
        assert_eq!(["wlan0", "wlan01", "wlan"].map(|name| signal(WIRELESS, name)), [Some(-56), None, None]);
    }

    #[test]
    fn macos_says_which_port_is_the_radio() {
        let text = "\nHardware Port: Ethernet\nDevice: en1\nEthernet Address: 00:00:00:00:00:00\n\n\
                    Hardware Port: Wi-Fi\nDevice: en0\nEthernet Address: 00:00:00:00:00:00\n";
        assert_eq!(wifi_ports(text), ["en0"]);
    }

    #[test]
    fn netmasks_are_counted() {
        assert_eq!(["255.255.255.0", "0.0.0.0", "ffff:ffff::"].map(|mask| ones(mask.parse().unwrap())), [24, 0, 32]);
    }

    #[test]
    fn this_machine_has_loopback() {
        let found = look(&Root::of_the_system());
        assert!(found.iter().any(|interface| interface.kind == Kind::Loopback), "{found:?}");
    }

    proptest! {
        #[test]
        fn nothing_that_is_read_panics(text in "(?s).{0,300}", name in "[a-z0-9:]{0,8}") {
            let _ = (signal(&text, &name), wifi_ports(&text), by_name(&name));
        }
    }
}
