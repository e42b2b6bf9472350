//! Leaders that are called by addresses of either family.

use crate::{
    player::{Player, in_order},
    process::{Director, wait_until},
    stage::{Stage, address, asks, does, duo},
};
use std::net::UdpSocket;

/// Whether `director hosts` on a leader shows a host at this address, whose pings come as datagrams, and what its bots say.
fn is_at(studio: &Director, host: &str, at: &str) -> bool {
    let table = does(studio, &["hosts"]);
    let mut lines = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines.any(|words| words.starts_with(&[host, "here", at]) && words.ends_with(&["udp", "udp"]))
}

#[test]
fn over_ipv6_a_satellite_joins_and_its_pings_travel_as_datagrams() {
    if let Err(why) = UdpSocket::bind("[::1]:0") {
        eprintln!("left out: directors over IPv6, which this machine has not ({why})");
        return;
    }
    let stage = Stage::new();
    let studio = stage.lead_at("[::1]:0", &duo(""));
    let left = stage.join(&studio, "left", &["b"], &[]);
    let (a, b) = (Player::new(&studio, "a@studio"), Player::new(&left, "b@left"));
    a.knows(&["a@studio", "b@left"]);
    wait_until("it is shown at ::1", || is_at(&studio, "left", "::1"));
    b.hears_ticks(40);
    in_order(&b.ticks());
}

#[test]
fn a_leader_that_is_open_everywhere_shows_hosts_of_ipv4_at_their_usual_addresses() {
    let stage = Stage::new();
    let studio = stage.lead_at("[::]:0", &duo(""));
    let port = address(&studio).rsplit_once(':').unwrap().1.to_owned();
    let left = Director::start(asks(&format!("127.0.0.1:{port}"), "left", &stage.key));
    left.says("studio leads");
    wait_until("it is shown at 127.0.0.1", || is_at(&studio, "left", "127.0.0.1"));
}
