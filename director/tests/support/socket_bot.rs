//! A bot that is nothing but a socket: its words are the test's.

use musebot_protocol::{BotId, MAX_DATAGRAM, ToDirector};
use std::{
    net::{SocketAddr, UdpSocket},
    time::{Duration, Instant},
};

/// Longer than this, and what we wait for does not come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A bot that is nothing but a socket.
pub(crate) struct Bot {
    pub(crate) id: BotId,
    pub(crate) socket: UdpSocket,
    pub(crate) director: SocketAddr,
}

impl Bot {
    pub(crate) fn new(id: &str, director: SocketAddr) -> Self {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None).unwrap();
        let _ = socket.set_recv_buffer_size(8 << 20);
        // The system allows most of it to root alone.
        #[cfg(target_os = "linux")]
        let _ = nix::sys::socket::setsockopt(&socket, nix::sys::socket::sockopt::RcvBufForce, &(8 << 20));
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        Self { id: BotId::new(id).unwrap(), socket: socket.into(), director }
    }

    pub(crate) fn port(&self) -> u16 {
        self.socket.local_addr().unwrap().port()
    }

    /// One heartbeat.
    pub(crate) fn beat(&self) {
        self.say(&ToDirector::Alive { id: self.id.clone(), port: Some(self.port()) }.encode());
    }

    pub(crate) fn say(&self, datagram: &[u8]) {
        self.socket.send_to(datagram, self.director).unwrap();
    }

    /// What it hears until it has heard enough, beating all the while.
    #[track_caller]
    pub(crate) fn hear(&self, mut enough: impl FnMut(&[Vec<u8>]) -> bool) -> Vec<Vec<u8>> {
        let deadline = Instant::now() + PATIENCE;
        let mut heard = Vec::new();
        let mut beaten = Instant::now();
        let mut buffer = vec![0; MAX_DATAGRAM];
        self.socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        while !enough(&heard) {
            if beaten.elapsed() > Duration::from_millis(400) {
                beaten = Instant::now();
                self.beat();
            }
            if let Ok(length) = self.socket.recv(&mut buffer) {
                heard.push(buffer[..length].to_vec());
            }
            assert!(Instant::now() < deadline, "{} has heard {} datagrams and still waits", self.id, heard.len());
        }
        heard
    }

    /// Waits for one datagram that begins with these bytes.
    #[track_caller]
    pub(crate) fn hear_one(&self, begins: &[u8]) -> Vec<u8> {
        self.hear(|heard| heard.last().is_some_and(|d| d.starts_with(begins))).pop().unwrap()
    }
}
