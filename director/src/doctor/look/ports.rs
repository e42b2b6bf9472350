//! Whether the director's ports are to be had: by having each for a moment.

use super::{
    root::Root,
    sockets::{self, Listening},
};
use crate::doctor::findings::{Port, PortState};
use socket2::{Domain, Socket, Type};
use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
};

/// A UDP port: of all interfaces, or of loopback, as the director takes it.
pub(super) fn udp(root: &Root, number: u16, everywhere: bool) -> Port {
    let state = state(take(number, Type::DGRAM, everywhere));
    port(root, number, state, "udp")
}

/// A TCP port of all interfaces. Nothing is listened for: a firewall might ask what that means.
pub(super) fn tcp(root: &Root, number: u16) -> Port {
    let state = state(take(number, Type::STREAM, true));
    port(root, number, state, "tcp")
}

fn take(number: u16, kind: Type, everywhere: bool) -> io::Result<()> {
    let ip = if everywhere { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST };
    let socket = Socket::new(Domain::IPV4, kind, None)?;
    // What was closed a moment ago does not hold it.
    if kind == Type::STREAM {
        socket.set_reuse_address(true)?;
    }
    socket.bind(&SocketAddr::from((ip, number)).into())
}

fn state(taken: io::Result<()>) -> PortState {
    match taken {
        Ok(()) => PortState::Free,
        Err(e) => match e.kind() {
            io::ErrorKind::AddrInUse => PortState::Taken,
            io::ErrorKind::PermissionDenied => PortState::Forbidden,
            _ => PortState::Untold(e.to_string()),
        },
    }
}

fn port(root: &Root, number: u16, state: PortState, protocol: &str) -> Port {
    let holders: Vec<Listening> =
        if state == PortState::Taken { sockets::at(root, protocol, number) } else { Vec::new() };
    Port {
        number,
        state,
        is_public: holders.iter().any(|socket| !socket.ip.is_loopback()),
        owner: sockets::owner(root, &holders),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, UdpSocket};

    #[test]
    fn a_port_that_somebody_has_is_taken_and_its_owner_is_found() {
        let root = Root::of_the_system();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let number = socket.local_addr().unwrap().port();
        for everywhere in [false, true] {
            let port = udp(&root, number, everywhere);
            assert_eq!(port.state, PortState::Taken);
            assert!(!port.is_public);
            #[cfg(target_os = "linux")]
            assert_eq!(port.owner.map(|(_, process)| process), Some(std::process::id()));
        }
    }

    #[test]
    fn a_tcp_port_that_is_listened_at_is_taken() {
        let listener = TcpListener::bind("0.0.0.0:0").unwrap();
        let port = tcp(&Root::of_the_system(), listener.local_addr().unwrap().port());
        assert_eq!(port.state, PortState::Taken);
        #[cfg(target_os = "linux")]
        assert!(port.is_public);
    }
}
