//! The hot path: a broadcast's own bytes go out to every bot. No decoding, no allocation.

use crate::{ensemble::Exiting, event::Listener};
use musebot_protocol::messages;
use std::{
    io,
    net::{SocketAddr, UdpSocket},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

/// Where no bot of this machine speaks from.
pub const NOBODY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 0);

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

/// Whether broadcasts of a topic are passed on.
#[must_use]
pub fn forwards(topic: &str, exiting: Exiting) -> bool {
    topic != "exiting" || exiting == Exiting::Forward
}

/// The relay as it is shared with the threads of the link: what other machines say is passed on where it arrives, and the
/// event loop hears of it after.
#[derive(Debug)]
pub struct SharedRelay {
    relay: Mutex<Relay>,
    socket: UdpSocket,
    exiting: Exiting,
    /// Whether what other machines say is heard as soon as it comes.
    at_once: AtomicBool,
}

impl SharedRelay {
    /// One without listeners yet, that sends by a socket.
    #[must_use]
    pub fn new(socket: UdpSocket, exiting: Exiting) -> Self {
        Self { relay: Mutex::default(), socket, exiting, at_once: AtomicBool::new(true) }
    }

    /// Who hears broadcasts from now on.
    pub fn hears(&self, listeners: Vec<Listener>) {
        self.lock().listeners = listeners;
    }

    /// Whether what other machines say is heard as soon as it comes, from now on.
    pub fn at_once(&self, at_once: bool) {
        self.at_once.store(at_once, Relaxed);
    }

    /// Whether broadcasts of a topic are passed on.
    #[must_use]
    pub fn forwards(&self, topic: &str) -> bool {
        forwards(topic, self.exiting)
    }

    /// What a bot of this machine says, to all others.
    pub fn pass_on(&self, from: SocketAddr, bytes: &[u8]) {
        self.lock().pass_on(&self.socket, from, bytes);
    }

    /// What another machine's bot says, to everybody here; `false`: that is not heard at once.
    pub fn pass_on_from_afar(&self, bytes: &[u8]) -> bool {
        if !self.at_once.load(Relaxed) {
            return false;
        }
        for message in messages(bytes).flatten() {
            if message.topic().is_some_and(|topic| self.forwards(topic)) {
                self.pass_on(NOBODY, message.bytes);
            }
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, Relay> {
        self.relay.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use musebot_protocol::Said;
    use std::time::Duration;

    #[test]
    fn what_comes_from_afar_is_passed_on_at_once_unless_it_is_to_be_heard_later_or_not_at_all() {
        let ear = UdpSocket::bind("127.0.0.1:0").unwrap();
        ear.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let to = ear.local_addr().unwrap();
        let relay = SharedRelay::new(UdpSocket::bind("127.0.0.1:0").unwrap(), Exiting::OffOthers);
        relay.hears(vec![Listener { to, not_from: Some(to) }]);
        let word = |density| Said::HDensity(density).by("bass@left").encode();
        let exiting = musebot_protocol::Broadcast::new("exiting", "bass@left", 1).encode();
        relay.at_once(false);
        assert!(!relay.pass_on_from_afar(&word(0.1)));
        relay.at_once(true);
        assert!(relay.pass_on_from_afar(&exiting) && relay.pass_on_from_afar(&word(0.2)));
        let mut buffer = [0; 512];
        let length = ear.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], word(0.2), "the first of them that is heard at once, and no exiting");
    }
}
