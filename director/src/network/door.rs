//! The satellite's way out: a port on loopback, and whoever connects there is connected with the leader.
//!
//! The link verifies that the other end is the ensemble's by its certificate, which is for `localhost` (`key.rs`):
//! so the link connects to this door, whatever the leader is called and however it is reached. Each
//! connection looks its name up anew, so that a leader whose address has changed is found again. What
//! passes is encrypted from one director to the other; the door cannot read it.

use std::{
    io,
    net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

/// How long the leader may take to answer a call.
const PATIENCE: Duration = Duration::from_secs(2);
/// Connections at once: there is one link, and one that is being made anew.
const MOST: usize = 8;

/// A door that is open as long as this lives.
#[derive(Debug)]
pub struct Door {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    leader: String,
    /// Where the leader was reached last, or why it was not.
    last: Mutex<Result<SocketAddr, String>>,
    open: AtomicUsize,
    closed: AtomicBool,
}

impl Door {
    /// Opens a door to `leader` (`HOST:PORT`). Nothing is connected yet.
    ///
    /// # Errors
    /// When loopback has no port for us, or the system no thread.
    pub fn open(leader: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            leader: leader.to_owned(),
            last: Mutex::new(Err("nobody has called it yet".to_owned())),
            open: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        });
        let ours = Arc::clone(&shared);
        std::thread::Builder::new().name("door".into()).spawn(move || receive(&listener, &ours))?;
        Ok(Self { address, shared })
    }

    /// Where to connect.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the leader was reached last, or why it was not.
    ///
    /// # Errors
    /// What was in the way.
    pub fn leader(&self) -> Result<SocketAddr, String> {
        self.shared.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.shared.closed.store(true, Relaxed);
        // Whoever waits for a call gets one.
        let _ = TcpStream::connect_timeout(&self.address, PATIENCE);
    }
}

fn receive(listener: &TcpListener, shared: &Arc<Shared>) {
    for inside in listener.incoming() {
        if shared.closed.load(Relaxed) {
            return;
        }
        let Ok(inside) = inside else {
            // No descriptors left, most likely: somebody has to give some back first.
            std::thread::sleep(Duration::from_millis(100));
            continue;
        };
        if shared.open.fetch_add(1, Relaxed) >= MOST {
            shared.open.fetch_sub(1, Relaxed);
            continue;
        }
        let shared = Arc::clone(shared);
        let thread = std::thread::Builder::new().name("door".into());
        let _ = thread.spawn(move || {
            connect(&inside, &shared);
            shared.open.fetch_sub(1, Relaxed);
        });
    }
}

fn connect(inside: &TcpStream, shared: &Shared) {
    let outside = call(&shared.leader);
    let last = outside.as_ref().map(|(_, at)| *at).map_err(Clone::clone);
    *shared.last.lock().unwrap_or_else(PoisonError::into_inner) = last;
    let Ok((outside, _)) = outside else { return };
    pass_both_ways(inside, &outside);
}

/// Connects two streams until one of them ends.
pub(super) fn pass_both_ways(one: &TcpStream, other: &TcpStream) {
    let _ = one.set_nodelay(true);
    let _ = other.set_nodelay(true);
    std::thread::scope(|scope| {
        scope.spawn(|| pass(other, one));
        pass(one, other);
    });
}

/// Connects with the first address of a name that answers.
fn call(leader: &str) -> Result<(TcpStream, SocketAddr), String> {
    let found = leader.to_socket_addrs().map_err(|e| format!("the name {leader} is not known here ({e})"))?;
    let mut why = format!("the name {leader} has no address");
    for at in found {
        match TcpStream::connect_timeout(&at, PATIENCE) {
            Ok(stream) => return Ok((stream, at)),
            Err(e) => why = format!("{at} does not answer ({e})"),
        }
    }
    Err(why)
}

/// Passes on what comes until one side has had enough; then neither side gets anything more.
fn pass(mut from: &TcpStream, mut to: &TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    #[test]
    fn what_goes_in_comes_out_both_ways_and_an_end_is_an_end() {
        let leader = TcpListener::bind("127.0.0.1:0").unwrap();
        let door = Door::open(&leader.local_addr().unwrap().to_string()).unwrap();
        let mut inside = TcpStream::connect(door.address()).unwrap();
        let (mut outside, _) = leader.accept().unwrap();
        inside.write_all(b"hello").unwrap();
        let mut heard = [0; 5];
        outside.read_exact(&mut heard).unwrap();
        outside.write_all(&heard).unwrap();
        inside.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"hello");
        assert_eq!(door.leader(), Ok(leader.local_addr().unwrap()));
        drop(outside);
        assert_eq!(inside.read(&mut heard).unwrap(), 0);
    }

    #[test]
    fn a_leader_that_is_not_there_is_said_to_be_missing() {
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let door = Door::open(&nobody.to_string()).unwrap();
        let mut inside = TcpStream::connect(door.address()).unwrap();
        assert_eq!(inside.read(&mut [0]).unwrap_or(0), 0);
        assert!(door.leader().unwrap_err().contains("does not answer"));
    }
}
