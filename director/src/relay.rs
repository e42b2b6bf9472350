//! The hot path: a broadcast's own bytes go out to every bot. No decoding, no allocation.

use crate::event::Listener;
use std::{
    io,
    net::{SocketAddr, UdpSocket},
};

/// Who hears broadcasts, and how many datagrams were lost on the way out.
#[derive(Debug, Default)]
pub struct Relay {
    /// Everybody who hears broadcasts.
    pub listeners: Vec<Listener>,
    /// Datagrams that the system had no room for.
    pub dropped: u64,
}

impl Relay {
    /// Sends one message to all listeners, its speaker included unless it wants no echo.
    /// Realtime-safe: yes, but for the system call.
    pub fn pass_on(&mut self, socket: &UdpSocket, from: SocketAddr, bytes: &[u8]) {
        for listener in &self.listeners {
            if listener.not_from == Some(from) {
                continue;
            }
            if let Err(e) = socket.send_to(bytes, listener.to)
                && e.kind() == io::ErrorKind::WouldBlock
            {
                // The rest of the band does not wait for one full buffer.
                self.dropped += 1;
            }
        }
    }
}
