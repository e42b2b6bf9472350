//! The page: the screen for any browser on this machine. It is served by threads of its own, each of which waits for
//! one viewer, so that none waits for another and the painter waits for nobody.
//!
//! A viewer asks for the first frame later than the one it has shown (`/frame?after=N`) and gets the newest there is:
//! frames never queue up for it.

mod answer;
mod conversation;
mod guests;
mod jpeg;
mod manners;
mod patience;
mod request;
mod service;
mod wish;

pub use patience::Patience;
pub use wish::NoWish;

use crate::{Screen, Wish};
use guests::Guests;
use rustix::event::{PollFd, PollFlags, poll};
use service::Service;
use std::{
    io::{self, ErrorKind},
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::net::UnixStream,
    sync::{Arc, mpsc::SyncSender},
    thread::{self, JoinHandle},
    time::Duration,
};

/// Where the page is when nobody says where and nobody else is there.
const USUAL_PORT: u16 = 8626;
/// How far its threads stand back: behind the music, before the painter.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;
/// What a conversation needs of a stack: it encodes a frame and parses a head, both on the heap.
const STACK: usize = 512 * 1024;

/// A page that is being served, until this is dropped.
#[derive(Debug)]
pub struct Page {
    address: String,
    guests: Guests,
    /// Closing it ends the thread at the door.
    door: Option<UnixStream>,
    doorkeeper: Option<JoinHandle<()>>,
}

impl Page {
    /// Serves the screen on loopback, at `port` and nowhere else (0: any free one). What viewers want comes out of
    /// `wishes`; when nobody takes it, it is dropped, and the viewer is told.
    ///
    /// # Errors
    /// When the port is taken, or nobody may have it.
    pub fn serve(screen: Screen, wishes: SyncSender<Wish>, port: u16) -> io::Result<Self> {
        Self::serve_with(Patience::default(), screen, wishes, port)
    }

    /// The same where nobody says at which port: the usual one, 8626, so that a browser that waits for the bot finds
    /// it again, or any free one where that is taken.
    ///
    /// # Errors
    /// When no port is free.
    pub fn serve_somewhere(screen: Screen, wishes: SyncSender<Wish>) -> io::Result<Self> {
        Self::open(listen(USUAL_PORT).or_else(|_| listen(0))?, Patience::default(), screen, wishes)
    }

    /// Like [`serve`](Self::serve), with another patience: for who has no time to wait, or more than a stage has.
    ///
    /// # Errors
    /// When the port is taken, or nobody may have it.
    pub fn serve_with(patience: Patience, screen: Screen, wishes: SyncSender<Wish>, port: u16) -> io::Result<Self> {
        Self::open(listen(port)?, patience, screen, wishes)
    }

    fn open(listener: TcpListener, patience: Patience, screen: Screen, wishes: SyncSender<Wish>) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let service = Arc::new(Service::new(screen, wishes, port, patience));
        let guests = Guests::default();
        let (door, closing) = UnixStream::pair()?;
        let seats = guests.clone();
        let doorkeeper = thread::Builder::new()
            .name("page".into())
            .spawn(move || keep_the_door(&listener, &closing, &seats, &service))?;
        let address = format!("http://127.0.0.1:{port}/");
        Ok(Self { address, guests, door: Some(door), doorkeeper: Some(doorkeeper) })
    }

    /// Where a browser finds it.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.door = None;
        if let Some(doorkeeper) = self.doorkeeper.take() {
            let _ = doorkeeper.join();
        }
        self.guests.close();
    }
}

fn listen(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|e| {
        let what = if port == 0 {
            "failed to find a free port for the page".into()
        } else {
            format!("failed to serve the page on port {port}")
        };
        let advice = match e.kind() {
            ErrorKind::AddrInUse if port != 0 => " (another port, or 0 for any free one?)",
            ErrorKind::PermissionDenied => " (a port from 1024 on, or 0 for any free one?)",
            _ => "",
        };
        io::Error::new(e.kind(), format!("{what}: {e}{advice}"))
    })
}

/// Lets viewers in until `closing` hangs up.
fn keep_the_door(listener: &TcpListener, closing: &UnixStream, guests: &Guests, service: &Arc<Service>) {
    // Its own priority, which the threads that it starts take over; elsewhere this would be that of all threads.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(NICE);
    loop {
        let mut watched = [PollFd::new(listener, PollFlags::IN), PollFd::new(closing, PollFlags::IN)];
        match poll(&mut watched, None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(e) => return tracing::warn!("the page is gone: failed to wait for viewers: {e}"),
        }
        if !watched[1].revents().is_empty() {
            return;
        }
        match listener.accept() {
            Ok((stream, _)) => let_in(stream, guests, service),
            // Whoever knocked has gone.
            Err(e)
                if matches!(
                    e.kind(),
                    ErrorKind::WouldBlock | ErrorKind::Interrupted | ErrorKind::ConnectionAborted
                ) => {}
            // Too many open files: it may get better, but not by asking at once.
            Err(_) => thread::sleep(Duration::from_millis(100)),
        }
    }
}

/// A thread for a viewer. Whom there is no place for, is let go.
fn let_in(stream: TcpStream, guests: &Guests, service: &Arc<Service>) {
    // Where accepted sockets inherit it, as they do on macOS, it is not wanted.
    if stream.set_nonblocking(false).is_err() {
        return;
    }
    let Some(guest) = guests.seat(&stream) else { return };
    let service = Arc::clone(service);
    let talk = move || conversation::talk(stream, &guest, &service);
    let _ = thread::Builder::new().name("viewer".into()).stack_size(STACK).spawn(talk);
}
