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
use callers::{Call, Callers, End};
use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, TcpListener},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::{
    net::{TcpStream, UnixStream},
    sync::oneshot,
    task::{AbortHandle, JoinSet},
    time::timeout,
};
use tokio_rustls::TlsStream;
use told::Told;

/// After a call that could not be taken: no descriptors are left, most likely, and somebody has to give some back first.
const TROUBLE: Duration = Duration::from_millis(100);

/// Calls of hosts that are open at once, at most: one for each host that there can be, and some more.
const CALLS: usize = 1100;
/// Descriptors that are left for everything else; each call takes two.
const SPARE: u64 = 200;

/// Whoever calls says something within so long.
const SPEAKS_WITHIN: Duration = Duration::from_secs(3);

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
            addresses: Mutex::new(Addresses::with_at_most(most_calls())),
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

    async fn put_through(&self, outside: TcpStream, from: IpAddr, call: Call) {
        let begun = self.proves(outside).await.and_then(|(outside, host)| {
            let begun = self.addresses().begins(host, from, self.now()).ok_or(End::Useless)?;
            Ok((outside, begun))
        });
        let end = begun.as_ref().err().copied().unwrap_or(End::Proved);
        self.callers().ends(call, end, self.now());
        let Ok((outside, begun)) = begun else { return };
        if let Ok(inside) = UnixStream::connect(&self.inside).await {
            pass(outside, inside).await;
        }
        self.addresses().ends(begun);
    }

    /// Whoever calls has to prove itself, and to say who it is.
    async fn proves(&self, outside: TcpStream) -> Result<(TlsStream<TcpStream>, HostName), End> {
        match timeout(SPEAKS_WITHIN, outside.peek(&mut [0])).await {
            Ok(Ok(0) | Err(_)) => return Err(End::Silent),
            Ok(Ok(_)) => {}
            Err(_) => return Err(End::Missed),
        }
        let mut outside = self.seal.answers(outside).await.map_err(|_| End::Missed)?;
        let theirs = greeting::hear(&mut outside).await.map_err(|_| End::Useless)?;
        greeting::say(&mut outside, &self.own).await.map_err(|_| End::Useless)?;
        if !self.own.understands(&theirs) {
            self.turns_away(&theirs);
            hang_up(outside).await;
            return Err(End::Useless);
        }
        Ok((outside, theirs.name))
    }
}

/// As many calls as the system gives us descriptors for.
fn most_calls() -> usize {
    let ours = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let calls = ours.map_or(u64::MAX, |all| all.saturating_sub(SPARE) / 2);
    usize::try_from(calls).unwrap_or(CALLS).min(CALLS)
}

async fn receive(listener: &tokio::net::TcpListener, shared: &Arc<Shared>, mut stopped: oneshot::Receiver<()>) {
    let mut calls = JoinSet::new();
    let mut proving = BTreeMap::<u64, AbortHandle>::new();
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
        let Some((call, instead_of)) = taken else { continue };
        if let Some(slow) = instead_of.and_then(|number| proving.remove(&number)) {
            slow.abort();
        }
        let host = shared.clone();
        proving.insert(call.number, calls.spawn(async move { host.put_through(outside, from, call).await }));
        let callers = shared.callers();
        proving.retain(|number, _| callers.is_open(*number));
    }
    see_off(calls).await;
}

#[cfg(test)]
mod tests {
    use super::{super::key::Key, *};
    use std::{
        io::{Read as _, Write as _},
        net::{SocketAddr, TcpStream},
        os::unix::net::{UnixListener, UnixStream},
    };
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    fn named(name: &str) -> HostName {
        HostName::new(name).unwrap()
    }

    /// A call that has proved itself; while strangers crowd the porch, not necessarily the first.
    async fn proved(seal: &Seal, at: SocketAddr) -> TlsStream<tokio::net::TcpStream> {
        let begun = Instant::now();
        loop {
            let called = seal.calls(tokio::net::TcpStream::connect(at).await.unwrap()).await;
            match called {
                Ok(call) => return call,
                Err(why) => assert!(begun.elapsed() < Duration::from_secs(30), "{why}"),
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// A host that calls, says hello, and stays until this is dropped.
    fn calls_as(key: &Key, at: SocketAddr, name: &'static str) -> Room {
        let seal = Seal::new(key).unwrap();
        let host = Room::open("host", move |stopped| async move {
            let mut call = proved(&seal, at).await;
            greeting::say(&mut call, &Greeting::of(&named(name))).await.unwrap();
            assert_eq!(greeting::hear(&mut call).await.unwrap().name.as_str(), "studio");
            call.write_all(b"hello").await.unwrap();
            call.flush().await.unwrap();
            let _ = stopped.await;
            let _ = call.shutdown().await;
        });
        host.unwrap()
    }

    /// A porch, what it is open for, and where it is.
    fn porch(key: &Key, folder: &tempfile::TempDir) -> (Porch, UnixListener, SocketAddr) {
        let socket = folder.path().join("link");
        let inside = UnixListener::bind(&socket).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        (Porch::open(listener, Seal::new(key).unwrap(), &named("studio"), &socket).unwrap(), inside, at)
    }

    /// Somebody has been put through, who says hello.
    #[track_caller]
    fn answers(inside: &UnixListener) -> UnixStream {
        let mut call = inside.accept().unwrap().0;
        let mut heard = [0; 5];
        call.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"hello", "a stranger has been put through");
        call
    }

    #[test]
    fn who_has_the_key_is_put_through_while_strangers_call_and_no_stranger_is() {
        let (key, folder) = (Key::make().unwrap(), tempfile::tempdir().unwrap());
        let (porch, inside, at) = porch(&key, &folder);
        let host = calls_as(&key, at, "left");
        let mut call = answers(&inside);
        assert_eq!(porch.address(&named("left")), Some(at.ip()));
        for _ in 0..200 {
            let mut call = TcpStream::connect(at).unwrap();
            let _ = call.write_all(b"x");
        }
        // All have been taken by the time that the next host is put through.
        let next = calls_as(&key, at, "right");
        drop(answers(&inside));
        drop((host, next));
        assert_eq!(call.read(&mut [0]).unwrap(), 0, "an end is an end");
    }

    #[test]
    fn a_host_that_calls_again_and_again_is_hung_up_on_and_others_are_not() {
        let (key, folder) = (Key::make().unwrap(), tempfile::tempdir().unwrap());
        let (_porch, inside, at) = porch(&key, &folder);
        let _hosts: Vec<_> = (0..8).map(|_| (calls_as(&key, at, "left"), answers(&inside))).collect();
        let seal = Seal::new(&key).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let heard = runtime.block_on(async {
            let mut call = proved(&seal, at).await;
            greeting::say(&mut call, &Greeting::of(&named("left"))).await.unwrap();
            greeting::hear(&mut call).await.unwrap();
            call.read(&mut [0]).await.unwrap_or(0)
        });
        assert_eq!(heard, 0);
        let _other = calls_as(&key, at, "right");
        answers(&inside);
    }

    #[test]
    fn who_only_looks_whether_somebody_is_here_may_do_so_as_often_as_it_likes() {
        let (key, folder) = (Key::make().unwrap(), tempfile::tempdir().unwrap());
        let (_porch, inside, at) = porch(&key, &folder);
        for _ in 0..20 {
            // As the doctor does, and one after the other.
            let mut call = TcpStream::connect(at).unwrap();
            call.shutdown(std::net::Shutdown::Write).unwrap();
            assert_eq!(call.read(&mut [0]).unwrap_or(0), 0);
        }
        let _host = calls_as(&key, at, "left");
        answers(&inside);
    }
}
