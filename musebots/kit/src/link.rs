//! The bot's socket: who the director is, what we say to it, and what arrives, with the instant
//! at which it did.

use crate::inbox::{Arrival, Inbox, Kind};
use musebot_protocol::{MAX_DATAGRAM, messages};
use socket2::{Domain, Socket, Type};
use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs, UdpSocket},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

/// A burst of two thousand datagrams overflows the usual buffer. The system may give less.
const RECEIVE_BUFFER: usize = 4 << 20;

/// The link, shared by all threads of the bot.
pub(crate) struct Link {
    socket: UdpSocket,
    port: u16,
    host: (String, u16),
    director: OnceLock<SocketAddr>,
    /// Whether the conductor has shown that it knows us: by a tick or by `/mc/hello`.
    known: AtomicBool,
    /// What we say of ourselves, as it travels.
    hello: Mutex<Vec<u8>>,
}

impl Link {
    /// Binds `port`, or another if it is taken. While the director is on this machine, nobody
    /// else can reach us, unless `everywhere` says so.
    ///
    /// # Errors
    /// When no port can be bound at all.
    pub(crate) fn open(host: &(String, u16), port: u16, everywhere: bool) -> io::Result<Self> {
        let director = look_up(host);
        let local = director.is_some_and(|d| d.ip().is_loopback()) && !everywhere;
        let interface = if local { Ipv4Addr::LOCALHOST } else { Ipv4Addr::UNSPECIFIED };
        let socket = match bind(interface, port) {
            Err(e) if port != 0 => {
                let socket = bind(interface, 0)?;
                let other = socket.local_addr()?.port();
                tracing::warn!("port {port} cannot be had ({e}): listening on {other} instead");
                socket
            }
            other => other?,
        };
        let link = Self {
            port: socket.local_addr()?.port(),
            socket,
            host: host.clone(),
            director: director.map_or_else(OnceLock::new, OnceLock::from),
            known: AtomicBool::new(false),
            hello: Mutex::default(),
        };
        Ok(link)
    }

    /// Where we listen.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Looks the director up, unless that is done. Historic conductors write names that may not
    /// resolve yet, so it is tried again.
    pub(crate) fn resolve(&self) -> bool {
        if self.director.get().is_none()
            && let Some(address) = look_up(&self.host)
        {
            let _ = self.director.set(address);
        }
        self.director.get().is_some()
    }

    /// Whether the conductor has shown that it knows us.
    pub(crate) fn known(&self) -> bool {
        self.known.load(Ordering::Relaxed)
    }

    /// Sends to the director. A closed port there, or a network that is down, is no reason to
    /// stop: it may come back.
    pub(crate) fn send(&self, datagram: &[u8]) {
        if let Some(director) = self.director.get()
            && let Err(e) = self.socket.send_to(datagram, director)
        {
            tracing::debug!("failed to send to the director at {director}: {e}");
        }
    }

    /// From now on, this is what we say of ourselves.
    pub(crate) fn introduce(&self, hello: Vec<u8>) {
        *self.hello.lock().unwrap_or_else(PoisonError::into_inner) = hello;
    }

    /// Says it.
    pub(crate) fn say_hello(&self) {
        self.send(&self.hello.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Receives for ever, on a thread of its own. `/mc/hello` is answered at once, also while the bot is
    /// still loading.
    pub(crate) fn listen(self: &Arc<Self>, inbox: Arc<Inbox>) -> io::Result<()> {
        let link = Arc::clone(self);
        std::thread::Builder::new().name("link".into()).spawn(move || link.receive(&inbox))?;
        Ok(())
    }

    fn receive(&self, inbox: &Inbox) {
        let mut buffer = vec![0; MAX_DATAGRAM];
        let mut answered: Option<Instant> = None;
        loop {
            // Errors are those of the other side (nobody listens there): nothing to do with us.
            let Ok((length, _)) = self.socket.recv_from(&mut buffer) else {
                std::thread::sleep(Duration::from_millis(1));
                continue;
            };
            let (at, wall) = both_clocks();
            let datagram = &buffer[..length];
            let Some(kind) = kind(datagram) else { continue };
            if matches!(kind, Kind::Tick | Kind::Hello) {
                self.known.store(true, Ordering::Relaxed);
            }
            if kind == Kind::Hello && answered.is_none_or(|last| at - last > Duration::from_millis(50)) {
                answered = Some(at);
                self.say_hello();
            }
            inbox.put(kind, Arrival { at, wall, bytes: datagram.into() });
        }
    }
}

/// What a datagram is about, by its first message that is whole; `None` for what no bot needs.
fn kind(datagram: &[u8]) -> Option<Kind> {
    let message = messages(datagram).flatten().next()?;
    match message.address {
        "/mc/time" => Some(Kind::Tick),
        "/mc/hello" => Some(Kind::Hello),
        address if address.starts_with("/mc/") || address.starts_with("/agent/") => Some(Kind::Order),
        _ => message.topic().map(|_| Kind::Word),
    }
}

/// The monotonic and the wall clock at the same instant, as near as can be had.
fn both_clocks() -> (Instant, SystemTime) {
    let mut best = (Duration::MAX, Instant::now(), SystemTime::now());
    for _ in 0..3 {
        let before = Instant::now();
        let wall = SystemTime::now();
        let width = before.elapsed();
        if width < best.0 {
            best = (width, before + width / 2, wall);
        }
        if width < Duration::from_micros(5) {
            break;
        }
    }
    (best.1, best.2)
}

fn look_up(host: &(String, u16)) -> Option<SocketAddr> {
    (host.0.as_str(), host.1).to_socket_addrs().ok()?.find(SocketAddr::is_ipv4)
}

fn bind(interface: Ipv4Addr, port: u16) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
    // Best effort: without it, a burst may lose some.
    let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
    socket.bind(&SocketAddr::new(IpAddr::V4(interface), port).into())?;
    Ok(socket.into())
}
