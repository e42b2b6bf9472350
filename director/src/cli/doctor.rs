//! What `director doctor` takes.

use super::Remote;
use crate::network::PORT;
use clap::Args;
use std::{net::Ipv6Addr, str::FromStr};

const DOCTOR: &str = "\
It looks at clock, sound, MIDI, network, ports and the other machines. Each line begins with how it is:

    ok  good
    -   not here, or not to be told; a band can do without
    !   it plays, and would play better
    x   something will not work

and whatever is not good says, after an arrow, what to do about it. It takes about a second, changes nothing and needs \
no rights. The exit code is 1 when there is an x, else 0.

    director doctor                       before the show
    director doctor --to studio.local     before joining: is it there, by which way, how far?
    director doctor --json > stage.json   to keep it with a recording or a measurement

While an ensemble plays on several machines it also tells round trip, jitter, loss and clock error of each.";

/// `doctor`.
#[derive(Debug, Args)]
#[command(after_long_help = DOCTOR)]
pub struct Doctor {
    /// Look at the way to this machine too: its name, our interface, whether it answers, how fast
    #[arg(long, value_name = "HOST[:PORT]")]
    pub to: Option<HostPort>,
    /// Where other machines come in, or are to come in (TCP and UDP)
    #[arg(long, value_name = "PORT", default_value_t = PORT)]
    pub network_port: u16,
    /// Print JSON, for programs: the lines, and all that was measured
    #[arg(long)]
    pub json: bool,
    /// Which director.
    #[command(flatten)]
    pub remote: Remote,
}

/// A machine, by name or address, and perhaps a port of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPort {
    /// Its name or address; an IPv6 address without brackets.
    pub host: String,
    /// Nothing if the usual one is meant.
    pub port: Option<u16>,
}

impl FromStr for HostPort {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const HOW: &str = "a name or an address, and a port if it is not the usual one: studio.local, 192.0.2.7:4750, \
                           [fd00::7]:4750";
        let (host, port) = match text.strip_prefix('[').map(|rest| rest.split_once(']')) {
            Some(Some((host, ""))) => (host, None),
            Some(Some((host, port))) => (host, Some(port.strip_prefix(':').ok_or(HOW)?)),
            Some(None) => return Err(HOW.to_owned()),
            None if is_ipv6(text) => (text, None),
            None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
        };
        let is_odd = |c: char| c.is_whitespace() || c.is_control() || "/[]@:".contains(c);
        if host.is_empty() || host.contains(is_odd) && !is_ipv6(host) {
            return Err(HOW.to_owned());
        }
        let port = port.map(|port| port.parse::<u16>().ok().filter(|port| *port > 0).ok_or(HOW)).transpose()?;
        Ok(Self { host: host.to_owned(), port })
    }
}

/// Perhaps of one link only: `fe80::7%eth0`.
fn is_ipv6(host: &str) -> bool {
    let (address, _) = host.split_once('%').unwrap_or((host, ""));
    address.parse::<Ipv6Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_machine_is_read_in_every_way_that_people_write_it() {
        for (text, host, port) in [
            ("studio.local", "studio.local", None),
            ("studio.local:4760", "studio.local", Some(4760)),
            ("192.0.2.7", "192.0.2.7", None),
            ("192.0.2.7:1", "192.0.2.7", Some(1)),
            ("fd00::7", "fd00::7", None),
            ("fe80::7%eth0", "fe80::7%eth0", None),
            ("[fd00::7]", "fd00::7", None),
            ("[fd00::7]:4750", "fd00::7", Some(4750)),
        ] {
            assert_eq!(text.parse(), Ok(HostPort { host: host.into(), port }), "{text}");
        }
    }

    #[test]
    fn what_is_no_machine_says_how_one_is_written() {
        for text in [
            "",
            ":4750",
            "a:",
            "a:0",
            "a:65536",
            "a:b",
            "[::1",
            "[::1]4750",
            "[]:1",
            "a b",
            "a:b:c",
            "[a:b]",
            "tcp/host:1",
            "x@y",
        ] {
            assert!(text.parse::<HostPort>().is_err_and(|e| e.contains("studio.local")), "{text}");
        }
    }

    proptest! {
        #[test]
        fn anything_is_read_or_refused(text in ".{0,30}") {
            let _ = text.parse::<HostPort>();
        }

        #[test]
        fn what_is_written_is_read_again(host in "[a-z0-9.-]{1,20}", port in 1_u16..) {
            prop_assert_eq!(format!("{host}:{port}").parse(), Ok(HostPort { host, port: Some(port) }));
        }
    }
}
