//! What the commands for several machines take.

use crate::network::{HostName, PORT};
use clap::{Args, Subcommand, ValueHint};
use musebot_protocol::DIRECTOR_PORT;
use std::{net::SocketAddr, path::PathBuf};

/// Opening an ensemble to other machines.
#[derive(Debug, Args)]
pub struct Open {
    /// Let other machines with the ensemble's key join (`director join` there); on all interfaces, or on one ADDRESS
    #[arg(long, value_name = "ADDRESS[:PORT]", num_args = 0..=1, default_missing_value = "::", value_parser = address)]
    pub open: Option<SocketAddr>,
    /// Let machines of the local network find it (mDNS): `director join` needs no host there. Everybody can see that
    #[arg(long, requires = "open")]
    pub announce: bool,
    /// The ensemble's key [default: where `director key new` puts it]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub key: Option<PathBuf>,
    /// What this machine is called in the ensemble [default: its host name]
    #[arg(long, value_name = "NAME")]
    pub name: Option<HostName>,
    /// Milliseconds and parts per million by which this machine's clock is off: for trying out several hosts on one
    #[arg(long, hide = true, value_name = "MS,PPM", allow_hyphen_values = true, value_parser = skew)]
    pub clock_skew: Option<(f64, f64)>,
}

const JOIN: &str = "\
On the first machine:    director key new
                         director play set.toml --open
Carry the key file here, then:
                         director join studio.local --key ensemble.key

The leader says which bots play here (`host = \"NAME\"` or `host = \"any\"` in its ensemble file). Which program that is, with \
which arguments and outputs, says this machine alone: the [[bot]] tables of its own list (--bots, or configs/bots.toml), or \
its own musebot folders. Nothing that comes over the network can start anything else.";

/// `join`.
#[derive(Debug, Args)]
#[command(after_long_help = JOIN)]
pub struct Join {
    /// The leader: its name or address, with a port when it is not the usual one [default: who announces an ensemble with this
    /// key on the local network, see `play --announce`]
    #[arg(value_name = "HOST[:PORT]", value_hint = ValueHint::Hostname)]
    pub leader: Option<String>,
    /// The ensemble's key, carried here from the first machine [default: where `director key new` puts it]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub key: Option<PathBuf>,
    /// What this machine is called in the ensemble [default: its host name]
    #[arg(long, value_name = "NAME")]
    pub name: Option<HostName>,
    /// The bots that may be started here: an ensemble file's `[[bot]]` tables [default: configs/bots.toml]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub bots: Option<PathBuf>,
    /// Where bots of this machine reach the director: PORT, or HOST:PORT
    #[arg(long, value_name = "[HOST:]PORT", default_value_t = SocketAddr::from(([127, 0, 0, 1], DIRECTOR_PORT)), value_parser = super::listen)]
    pub listen: SocketAddr,
    /// The port for other terminals, on this machine only [default: the port after --listen]
    #[arg(long, value_name = "PORT")]
    pub control: Option<u16>,
    /// As for `play`
    #[arg(long, hide = true, value_name = "MS,PPM", allow_hyphen_values = true, value_parser = skew)]
    pub clock_skew: Option<(f64, f64)>,
}

/// `key`.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make the key of an ensemble: one file, to be carried to every machine that may take part
    New {
        /// Where it goes [default: ensemble.key in the musebots folder of your settings]
        #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
        out: Option<PathBuf>,
    },
    /// Print what tells this key from another: the same on all machines that have the same file
    Show {
        /// Which key [default: where `new` puts it]
        #[arg(value_hint = ValueHint::FilePath)]
        file: Option<PathBuf>,
    },
}

fn address(s: &str) -> Result<SocketAddr, String> {
    let s = s.replacen("localhost", "127.0.0.1", 1);
    let with_port = s.parse().or_else(|_| s.parse().map(|ip| SocketAddr::new(ip, PORT)));
    with_port.map_err(|_: std::net::AddrParseError| {
        "an address of this machine, such as 192.168.1.5 or 192.168.1.5:4750".to_owned()
    })
}

fn skew(s: &str) -> Result<(f64, f64), String> {
    let read = |s: &str| s.trim().parse::<f64>().ok().filter(|n| n.is_finite());
    let both = s.split_once(',').and_then(|(ms, ppm)| Some((read(ms)?, read(ppm)?)));
    both.ok_or_else(|| "milliseconds and parts per million, such as 37,80".to_owned())
}

/// The leader's address with its port.
#[must_use]
pub fn with_port(leader: &str) -> String {
    if leader.parse::<std::net::Ipv6Addr>().is_ok() {
        return format!("[{leader}]:{PORT}");
    }
    let has_port = leader.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    if has_port { leader.to_owned() } else { format!("{leader}:{PORT}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_port_gets_the_usual_one() {
        assert_eq!(with_port("studio.local"), "studio.local:4750");
        assert_eq!(with_port("studio.local:5000"), "studio.local:5000");
        assert_eq!(with_port("192.168.1.5"), "192.168.1.5:4750");
        assert_eq!(with_port("fe80::1"), "[fe80::1]:4750");
        assert_eq!(with_port("[fe80::1]:5000"), "[fe80::1]:5000");
        assert_eq!(address("::").unwrap(), "[::]:4750".parse().unwrap());
        assert_eq!(address("0.0.0.0").unwrap(), "0.0.0.0:4750".parse().unwrap());
        assert_eq!(address("127.0.0.1:1").unwrap(), "127.0.0.1:1".parse().unwrap());
        assert!(address("studio").is_err());
    }
}
