//! The conductor's ear in one session: everything that arrives, with its time. It can be shut for a while,
//! as if nobody listened on its port.

use super::record::Heard;
use std::{
    io,
    net::{SocketAddr, UdpSocket},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// How long a receive waits before it looks at what is wanted.
const LOOK: Duration = Duration::from_millis(20);
/// A bot that floods us fills no more memory than this many messages.
const MOST: usize = 100_000;

/// What it does.
pub(crate) struct Listening {
    pub(crate) open: bool,
    /// Where broadcasts are sent back to, as every conductor does.
    pub(crate) echo: Option<SocketAddr>,
    pub(crate) heard: Vec<Heard>,
    /// When something last arrived.
    pub(crate) last: Option<Instant>,
    stop: bool,
}

/// The ear.
pub(crate) struct Ear {
    shared: Arc<Mutex<Listening>>,
    thread: Option<JoinHandle<()>>,
}

impl Ear {
    /// Listens at an address from now on, or once it is opened.
    pub(crate) fn open(at: SocketAddr, began: Instant, open: bool) -> io::Result<Self> {
        let socket = if open { Some(bind(at)?) } else { None };
        let listening = Listening { open, echo: None, heard: Vec::new(), last: None, stop: false };
        let shared = Arc::new(Mutex::new(listening));
        let theirs = Arc::clone(&shared);
        let run = move || listen(&theirs, at, socket, began);
        let thread = std::thread::Builder::new().name("ear".into()).spawn(run)?;
        Ok(Self { shared, thread: Some(thread) })
    }

    pub(crate) fn listening(&self) -> MutexGuard<'_, Listening> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many heartbeats have come.
    pub(crate) fn beats(&self) -> usize {
        self.listening().heard.iter().filter(|h| h.is_beat()).count()
    }

    /// Ends it; all that was heard.
    pub(crate) fn finish(mut self) -> Vec<Heard> {
        self.stop();
        std::mem::take(&mut self.listening().heard)
    }

    fn stop(&mut self) {
        self.listening().stop = true;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.stop();
    }
}

fn bind(at: SocketAddr) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(at)?;
    socket.set_read_timeout(Some(LOOK))?;
    Ok(socket)
}

fn listen(shared: &Mutex<Listening>, at: SocketAddr, mut socket: Option<UdpSocket>, began: Instant) {
    let mut buffer = vec![0; musebot_protocol::MAX_DATAGRAM];
    loop {
        let arrived = match &socket {
            // An error is a timeout, or the system's word that a bot is not there.
            Some(socket) => socket.recv(&mut buffer).ok(),
            None => {
                std::thread::sleep(LOOK);
                None
            }
        };
        let now = Instant::now();
        let mut listening = shared.lock().unwrap_or_else(PoisonError::into_inner);
        if listening.stop {
            return;
        }
        if !listening.open {
            socket = None;
        } else if socket.is_none() {
            socket = bind(at).ok();
        }
        let Some(datagram) = arrived.map(|length| &buffer[..length]) else { continue };
        listening.last = Some(now);
        if let (Some(bot), Some(socket)) = (listening.echo, &socket)
            && datagram.starts_with(b"/broadcast/")
        {
            let _ = socket.send_to(datagram, bot);
        }
        if listening.heard.len() < MOST {
            listening.heard.extend(Heard::read(now.saturating_duration_since(began), datagram));
        }
    }
}
