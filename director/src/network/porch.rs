//! Where calls for the leader arrive: whoever proves that it has the ensemble's key (`seal.rs`) is connected with the link,
//! which listens at a socket in a folder of its own. Strangers never get that far, and are kept from crowding the porch.

mod addresses;
mod callers;
mod told;

use super::{
    HostName,
    greeting::{self, Greeting},
    room::{Room, see_off},
    seal::{Seal, hang_up, pass},
};
use addresses::Addresses;
use callers::Callers;
use std::{
    io,
    net::{IpAddr, TcpListener},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::{
    net::{TcpStream, UnixStream},
    sync::oneshot,
    task::JoinSet,
};
use told::Told;

/// After a call that could not be taken: no descriptors are left, most likely, and somebody has to give some back first.
const TROUBLE: Duration = Duration::from_millis(100);

/// A porch that takes calls as long as this lives.
pub(super) struct Porch {
    shared: Arc<Shared>,
    _room: Room,
}

struct Shared {
    seal: Seal,
    /// What we say of ourselves.
    own: Greeting,
    inside: std::path::PathBuf,
    callers: Mutex<Callers>,
    addresses: Mutex<Addresses>,
    /// Who speaks another vocabulary.
    told: Mutex<Told>,
    begun: Instant,
}

impl Porch {
    /// Takes calls at a listener, for the link at the socket `inside`.
    ///
    /// # Errors
    /// When the system gives us no thread.
    pub(super) fn open(listener: TcpListener, seal: Seal, own: &HostName, inside: &Path) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let inside = inside.to_owned();
        let shared = Arc::new(Shared {
            seal,
            own: Greeting::of(own),
            inside,
            callers: Mutex::default(),
            addresses: Mutex::default(),
            told: Mutex::default(),
            begun: Instant::now(),
        });
        let calls = shared.clone();
        let room = Room::open("porch", move |stopped| async move {
            match tokio::net::TcpListener::from_std(listener) {
                Ok(listener) => receive(&listener, &calls, stopped).await,
                Err(e) => tracing::error!("no machine can join any more: {e}"),
            }
        });
        Ok(Self { shared, _room: room? })
    }

    /// From where a host calls, or has called last.
    pub(super) fn address(&self, host: &HostName) -> Option<IpAddr> {
        self.shared.addresses().of(host)
    }
}

impl Shared {
    fn callers(&self) -> std::sync::MutexGuard<'_, Callers> {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn addresses(&self) -> std::sync::MutexGuard<'_, Addresses> {
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Whose words we do not know is told so by our greeting; the person at the screen by this.
    fn turns_away(&self, theirs: &Greeting) {
        if self.told.lock().unwrap_or_else(PoisonError::into_inner).is_new(&theirs.name) {
            tracing::warn!("{} is not let in: it {}", theirs.name, theirs.and_ours());
        }
    }

    async fn put_through(&self, outside: TcpStream, from: IpAddr, call: callers::Call) {
        let proved = self.seal.answers(outside).await;
        self.callers().ends(call, proved.is_ok(), self.now());
        let Ok(mut outside) = proved else { return };
        let Ok(theirs) = greeting::hear(&mut outside).await else { return };
        if greeting::say(&mut outside, &self.own).await.is_err() {
            return;
        }
        if !self.own.understands(&theirs) {
            self.turns_away(&theirs);
            return hang_up(outside).await;
        }
        if let Ok(inside) = UnixStream::connect(&self.inside).await {
            let call = self.addresses().begins(theirs.name, from);
            pass(outside, inside).await;
            self.addresses().ends(call);
        }
    }
}

async fn receive(listener: &tokio::net::TcpListener, shared: &Arc<Shared>, mut stopped: oneshot::Receiver<()>) {
    let mut calls = JoinSet::new();
    loop {
        let call = tokio::select! {
            _ = &mut stopped => break,
            Some(_) = calls.join_next() => continue,
            call = listener.accept() => call,
        };
        let Ok((outside, from)) = call else {
            tokio::time::sleep(TROUBLE).await;
            continue;
        };
        let from = from.ip().to_canonical();
        let taken = shared.callers().takes(from, shared.now());
        let Some(call) = taken else { continue };
        let shared = shared.clone();
        calls.spawn(async move { shared.put_through(outside, from, call).await });
    }
    see_off(calls).await;
}

#[cfg(test)]
mod tests {
    use super::{super::key::Key, *};
    use std::{
        io::{Read as _, Write as _},
        net::TcpStream,
        os::unix::net::UnixListener,
    };

    #[test]
    fn who_has_the_key_is_put_through_while_strangers_call_and_no_stranger_is() {
        let (key, folder) = (Key::make().unwrap(), tempfile::tempdir().unwrap());
        let socket = folder.path().join("link");
        let inside = UnixListener::bind(&socket).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let porch =
            Porch::open(listener, Seal::new(&key).unwrap(), &HostName::new("studio").unwrap(), &socket).unwrap();
        let seal = Seal::new(&key).unwrap();
        // The first caller of all, who stays.
        let host = Room::open("host", move |stopped| async move {
            use tokio::io::AsyncWriteExt;
            let mut call = seal.calls(tokio::net::TcpStream::connect(at).await.unwrap()).await.unwrap();
            greeting::say(&mut call, &Greeting::of(&HostName::new("left").unwrap())).await.unwrap();
            assert_eq!(greeting::hear(&mut call).await.unwrap().name.as_str(), "studio");
            call.write_all(b"hello").await.unwrap();
            call.flush().await.unwrap();
            let _ = stopped.await;
            let _ = call.shutdown().await;
        });
        let (mut answers, _) = inside.accept().unwrap();
        let mut heard = [0; 5];
        answers.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"hello");
        assert_eq!(porch.address(&HostName::new("left").unwrap()), Some(at.ip()));
        inside.set_nonblocking(true).unwrap();
        for _ in 0..200 {
            let mut call = TcpStream::connect(at).unwrap();
            let _ = call.write_all(b"x");
        }
        // All have been taken by the time that one more is hung up on.
        let mut last = TcpStream::connect(at).unwrap();
        assert_eq!(last.read(&mut heard).unwrap_or(0), 0);
        assert!(inside.accept().is_err(), "a stranger has been put through");
        drop(host);
        assert_eq!(answers.read(&mut heard).unwrap(), 0, "an end is an end");
        drop(porch);
    }
}
