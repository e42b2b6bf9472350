//! Where calls for the leader arrive: whoever calls is connected with the link's own port on loopback, and strangers are
//! kept from crowding it.
//!
//! The link lets in who has the ensemble's key, but a call that comes to nothing costs it a tenth of a second in
//! which it takes no other. So a machine whose calls keep ending soon is not put through for a while, and
//! nobody has more than a few calls at once that have not lasted yet. What passes is encrypted; the porch cannot read it.

mod callers;

use super::door::pass_both_ways;
use callers::Callers;
use std::{
    io,
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

/// Loopback answers at once, or not at all.
const PATIENCE: Duration = Duration::from_secs(1);

/// A porch that takes calls as long as this lives.
#[derive(Debug)]
pub(super) struct Porch {
    address: SocketAddr,
    closed: Arc<AtomicBool>,
}

struct Shared {
    inside: SocketAddr,
    callers: Mutex<Callers>,
    begun: Instant,
}

impl Porch {
    /// Takes calls at a listener, for the port `inside`.
    ///
    /// # Errors
    /// When the system gives us no thread.
    pub(super) fn open(listener: TcpListener, inside: SocketAddr) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let closed = Arc::<AtomicBool>::default();
        let shared = Arc::new(Shared { inside, callers: Mutex::default(), begun: Instant::now() });
        let stop = closed.clone();
        std::thread::Builder::new().name("porch".into()).spawn(move || receive(&listener, &shared, &stop))?;
        Ok(Self { address, closed })
    }
}

impl Drop for Porch {
    fn drop(&mut self) {
        self.closed.store(true, Relaxed);
        // Whoever waits for a call gets one.
        let mut at = self.address;
        if at.ip().is_unspecified() {
            at.set_ip(if at.is_ipv4() { [127, 0, 0, 1].into() } else { [0, 0, 0, 0, 0, 0, 0, 1_u16].into() });
        }
        let _ = TcpStream::connect_timeout(&at, PATIENCE);
    }
}

impl Shared {
    fn callers(&self) -> std::sync::MutexGuard<'_, Callers> {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        self.begun.elapsed()
    }
}

fn receive(listener: &TcpListener, shared: &Arc<Shared>, closed: &AtomicBool) {
    loop {
        let call = listener.accept();
        if closed.load(Relaxed) {
            return;
        }
        let Ok((outside, from)) = call else {
            // No descriptors left, most likely: somebody has to give some back first.
            std::thread::sleep(Duration::from_millis(100));
            continue;
        };
        let ip = from.ip().to_canonical();
        let Some(call) = shared.callers().takes(ip, shared.now()) else { continue };
        let ours = Arc::clone(shared);
        let put_through = move || {
            if let Ok(inside) = TcpStream::connect_timeout(&ours.inside, PATIENCE) {
                pass_both_ways(&outside, &inside);
            }
            ours.callers().ends(call, ours.now());
        };
        if std::thread::Builder::new().name("porch".into()).spawn(put_through).is_err() {
            shared.callers().ends(call, shared.now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};

    #[test]
    fn who_calls_is_put_through_and_a_stranger_who_calls_again_and_again_is_not() {
        let inside = TcpListener::bind("127.0.0.1:0").unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let porch = Porch::open(listener, inside.local_addr().unwrap()).unwrap();
        let mut outside = TcpStream::connect(at).unwrap();
        let (mut answers, _) = inside.accept().unwrap();
        outside.write_all(b"hello").unwrap();
        let mut heard = [0; 5];
        answers.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"hello");
        inside.set_nonblocking(true).unwrap();
        for _ in 0..200 {
            let mut call = TcpStream::connect(at).unwrap();
            let _ = call.write_all(b"x");
        }
        // All have been taken by the time that one more is hung up on.
        let mut last = TcpStream::connect(at).unwrap();
        assert_eq!(last.read(&mut heard).unwrap_or(0), 0);
        let through = std::iter::from_fn(|| inside.accept().ok()).count();
        assert!(through <= callers::AT_ONCE, "{through} calls have been put through");
        outside.write_all(b"still").unwrap();
        answers.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"still");
        drop(porch);
    }
}
