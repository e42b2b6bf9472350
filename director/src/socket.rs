//! Opening the director's UDP sockets.

use std::{
    io,
    net::{SocketAddr, UdpSocket},
};

/// Room for a burst of some ten thousand datagrams while we are busy elsewhere.
const RECEIVE_BUFFER: usize = 4 << 20;

/// Why a socket could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Somebody has the port.
    #[error(
        "failed to listen on {0}: the port is taken, most likely by another director (`director quit --port {port}` \
         ends it, `--listen {next}` takes another port)", port = .0.port(), next = .0.port().saturating_add(10)
    )]
    Taken(SocketAddr),
    /// Somebody has the port for terminals.
    #[error(
        "failed to listen on {0} for commands from other terminals: the port is taken (`--control {next}` takes \
         another one; then `director bots --control {next}` and so on)", next = .0.port().saturating_add(10)
    )]
    ControlTaken(SocketAddr),
    /// The system does not let us have this port.
    #[error("failed to listen on {0}: not allowed (ports below 1024 are the system's; `--listen 4747` takes another)")]
    Forbidden(SocketAddr),
    /// This machine has no such address.
    #[error("failed to listen on {0}: this machine has no such address (`--listen 0.0.0.0:{port}` takes all it has)", port = .0.port())]
    NotOurs(SocketAddr),
    /// Anything else.
    #[error("failed to listen on {0}: {1}")]
    Other(SocketAddr, io::Error),
}

/// Opens the socket for commands from other terminals: on loopback only, because whoever can
/// reach it can end the show.
///
/// # Errors
/// When the port is taken.
pub fn open_for_control(port: u16) -> Result<UdpSocket, OpenError> {
    open(SocketAddr::from(([127, 0, 0, 1], port))).map_err(|e| match e {
        OpenError::Taken(at) => OpenError::ControlTaken(at),
        e => e,
    })
}

/// Opens a socket with a large receive buffer. Port 0 takes any free port.
///
/// # Errors
/// When the address is taken or not ours.
pub fn open(at: SocketAddr) -> Result<UdpSocket, OpenError> {
    let open = || -> io::Result<UdpSocket> {
        let domain = socket2::Domain::for_address(at);
        let socket = socket2::Socket::new(domain, socket2::Type::DGRAM, None)?;
        // As much as the system allows; less is no reason to stop.
        let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
        let _ = socket.set_send_buffer_size(RECEIVE_BUFFER);
        socket.bind(&at.into())?;
        socket.set_nonblocking(true)?;
        Ok(socket.into())
    };
    open().map_err(|e| match e.kind() {
        io::ErrorKind::AddrInUse => OpenError::Taken(at),
        io::ErrorKind::PermissionDenied => OpenError::Forbidden(at),
        io::ErrorKind::AddrNotAvailable => OpenError::NotOurs(at),
        _ => OpenError::Other(at, e),
    })
}
