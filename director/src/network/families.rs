//! Sockets that speak both families of addresses, IPv4 and IPv6, where this machine has both.

use socket2::{Domain, Socket, Type};
use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket},
};

/// How many calls wait until they are taken, at most; as the standard library has it.
const BACKLOG: i32 = 128;

/// A UDP socket at a port of the system's choice.
pub(super) fn udp() -> io::Result<UdpSocket> {
    let both = of_both(Type::DGRAM, 0).map(UdpSocket::from);
    both.or_else(|_| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)))
}

/// A UDP socket at an address of ours; at all of both families, where that is `[::]`.
pub(super) fn udp_at(at: SocketAddr) -> io::Result<UdpSocket> {
    if is_everywhere(at) { of_both(Type::DGRAM, at.port()).map(UdpSocket::from) } else { UdpSocket::bind(at) }
}

/// Takes calls at an address of ours; at all of both families where that is `[::]`, or of IPv4 where there is no other.
pub(super) fn calls_at(at: SocketAddr) -> io::Result<TcpListener> {
    if !is_everywhere(at) {
        return TcpListener::bind(at);
    }
    match of_both(Type::STREAM, at.port()).and_then(|socket| socket.listen(BACKLOG).map(|()| socket.into())) {
        Err(e) if e.kind() != io::ErrorKind::AddrInUse => TcpListener::bind((Ipv4Addr::UNSPECIFIED, at.port())),
        calls => calls,
    }
}

fn is_everywhere(at: SocketAddr) -> bool {
    at.ip() == Ipv6Addr::UNSPECIFIED
}

fn of_both(kind: Type, port: u16) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV6, kind, None)?;
    socket.set_only_v6(false)?;
    if kind == Type::STREAM {
        // As the standard library does: who is started again finds its port free.
        socket.set_reuse_address(true)?;
    }
    socket.bind(&SocketAddr::from((Ipv6Addr::UNSPECIFIED, port)).into())?;
    Ok(socket)
}

/// The same machine at another port. An address of IPv6 keeps the interface that it belongs to.
pub(super) fn at_port(mut at: SocketAddr, port: u16) -> SocketAddr {
    at.set_port(port);
    at
}

/// An address as a socket at `own` has to be given it.
pub(super) fn as_taken_by(own: SocketAddr, to: SocketAddr) -> SocketAddr {
    match (own, to) {
        (SocketAddr::V6(_), SocketAddr::V4(to)) => SocketAddr::new(to.ip().to_ipv6_mapped().into(), to.port()),
        _ => to,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        net::{IpAddr, SocketAddrV6, TcpStream},
        time::Duration,
    };

    /// The addresses of this machine's own that there are.
    fn own_addresses() -> Vec<IpAddr> {
        let mut own: Vec<IpAddr> = vec![Ipv4Addr::LOCALHOST.into()];
        match UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)) {
            Ok(_) => own.push(Ipv6Addr::LOCALHOST.into()),
            Err(why) => eprintln!("left out: IPv6, which this machine has not ({why})"),
        }
        own
    }

    #[test]
    fn one_socket_reaches_and_hears_both_families() {
        for there in own_addresses() {
            let (one, other) = (udp().unwrap(), UdpSocket::bind((there, 0)).unwrap());
            other.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            one.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            let to = as_taken_by(one.local_addr().unwrap(), other.local_addr().unwrap());
            one.send_to(b"ping", to).unwrap();
            let mut heard = [0; 4];
            let (_, from) = other.recv_from(&mut heard).unwrap();
            assert_eq!((&heard, from.ip().to_canonical()), (b"ping", there));
            other.send_to(b"pong", from).unwrap();
            let (_, from) = one.recv_from(&mut heard).unwrap();
            assert_eq!((&heard, from.ip().to_canonical()), (b"pong", there));
        }
    }

    #[test]
    fn who_is_open_everywhere_is_called_by_both_families_at_one_port() {
        let calls = calls_at((Ipv6Addr::UNSPECIFIED, 0).into()).unwrap();
        let port = calls.local_addr().unwrap().port();
        for there in own_addresses() {
            let call = TcpStream::connect((there, port)).unwrap();
            let (_, from) = calls.accept().unwrap();
            assert_eq!((from.ip().to_canonical(), from.port()), (there, call.local_addr().unwrap().port()));
        }
        assert_eq!(calls_at((Ipv6Addr::UNSPECIFIED, port).into()).unwrap_err().kind(), io::ErrorKind::AddrInUse);
    }

    #[test]
    fn an_address_that_belongs_to_an_interface_keeps_it_at_another_port() {
        let at = SocketAddr::from(SocketAddrV6::new("fe80::1".parse().unwrap(), 4750, 0, 3));
        assert_eq!(at_port(at, 99).to_string(), "[fe80::1%3]:99");
        assert_eq!(as_taken_by((Ipv6Addr::UNSPECIFIED, 0).into(), at), at);
        assert_eq!(at_port("10.0.0.1:1".parse().unwrap(), 2), "10.0.0.1:2".parse().unwrap());
    }
}
