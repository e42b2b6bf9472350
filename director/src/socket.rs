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
    /// Anything else.
    #[error("failed to listen on {0}: {1}")]
    Other(SocketAddr, io::Error),
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
        _ => OpenError::Other(at, e),
    })
}
