//! The director that plays here, if one does: what it is called, and whom it is connected to.

use super::routes;
use crate::{
    doctor::findings::{Director, Interface, Peer},
    remote,
};
use musebot_protocol::{Arg, Args, Control, MAX_DATAGRAM, Reply, messages};
use std::{
    net::{IpAddr, SocketAddr, UdpSocket},
    time::{Duration, Instant},
};

/// A director answers at once, unless its machine is very busy; where nobody listens, that is known at once.
const PATIENCE: Duration = Duration::from_secs(2);
/// More hosts than that are not told of.
const MOST: usize = 1000;

pub(super) fn look(port: u16, control: u16, interfaces: &[Interface]) -> Option<Director> {
    let socket = remote::connect(port, Some(control)).ok()?;
    let name = get(&socket, "name").ok()?;
    let name = name.first().and_then(|value| value.first()).and_then(Arg::text).unwrap_or_default().to_owned();
    let peers = get(&socket, "hosts").ok().map(|hosts| {
        let routed = |peer: Peer| {
            let route = ip(&peer.address).and_then(|to| routes::way(to, interfaces).ok());
            Peer { route, ..peer }
        };
        hosts.iter().filter_map(peer).map(routed).collect()
    });
    Some(Director { name, peers })
}

/// A value of the director's; an error if it has none of that name, or nobody answers.
fn get(socket: &UdpSocket, what: &str) -> Result<Vec<Args>, ()> {
    let deadline = Instant::now() + PATIENCE;
    let mut buffer = vec![0; MAX_DATAGRAM];
    let mut values = Vec::new();
    socket.send(&Control::Get { what: what.to_owned() }.encode()).map_err(drop)?;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(());
        }
        socket.set_read_timeout(Some(left)).map_err(drop)?;
        let length = remote::heard(|| socket.recv(&mut buffer)).map_err(drop)?;
        for message in messages(&buffer[..length]).flatten() {
            match Reply::decode(&message) {
                Ok(Reply::Value(of, value)) if of == what && values.len() < MOST => values.push(value),
                Ok(Reply::Ok(_)) => return Ok(values),
                Ok(Reply::Error(..)) => return Err(()),
                _ => {}
            }
        }
    }
}

/// `name address round-trip jitter loss clock-error bots state way words-by`, read leniently.
fn peer(host: &Args) -> Option<Peer> {
    let text = |n: usize| host.get(n).and_then(Arg::text).unwrap_or_default().to_owned();
    let number = |n: usize| host.get(n).and_then(Arg::number).filter(|value| value.is_finite() && *value >= 0.0);
    let name = text(0);
    (!name.is_empty()).then(|| Peer {
        name,
        address: Some(text(1)).filter(|address| address != "-").unwrap_or_default(),
        round_trip_ms: number(2),
        jitter_ms: number(3).unwrap_or_default(),
        loss_percent: number(4).unwrap_or_default(),
        clock_error_ms: number(5),
        bots: number(6).unwrap_or_default() as u32,
        state: text(7),
        way: text(8),
        words_by: text(9),
        route: None,
    })
}

/// Of an address with or without a port.
fn ip(address: &str) -> Option<IpAddr> {
    address.parse::<SocketAddr>().map(|at| at.ip()).or_else(|_| address.parse()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_host_is_read_and_minus_one_is_unknown() {
        let host: Args = vec![
            "laptop-2".into(),
            "192.0.2.7".into(),
            Arg::Float(-1.0),
            Arg::Float(0.5),
            Arg::Int(2),
            Arg::Float(0.25),
            Arg::Int(3),
            "here".into(),
            "udp".into(),
            "link".into(),
        ];
        let peer = peer(&host).unwrap();
        assert_eq!((peer.round_trip_ms, peer.jitter_ms, peer.loss_percent), (None, 0.5, 2.0));
        assert_eq!(ip(&peer.address), ip("192.0.2.7:4750"));
        assert_eq!((peer.way.as_str(), peer.words_by.as_str()), ("udp", "link"));
        assert_eq!((peer.clock_error_ms, peer.bots, peer.state.as_str()), (Some(0.25), 3, "here"));
    }

    #[test]
    fn nobody_there_is_no_director() {
        let closed = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        assert_eq!(look(closed, closed, &[]), None);
    }

    fn arg() -> impl Strategy<Value = Arg> {
        prop_oneof![any::<i32>().prop_map(Arg::Int), any::<f32>().prop_map(Arg::Float), ".*".prop_map(Arg::Text)]
    }

    proptest! {
        #[test]
        fn no_answer_of_a_director_panics(args in proptest::collection::vec(arg(), 0..12)) {
            let _ = peer(&args).map(|peer| ip(&peer.address));
        }
    }
}
