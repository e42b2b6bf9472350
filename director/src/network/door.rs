//! The satellite's way out: a socket in a folder of its own, and whoever connects there is connected with the leader.
//!
//! The link (`link.rs`) knows nothing of names, addresses and keys: it talks to this door. Each call looks the leader's name
//! up anew, so that one whose address has changed is found again, and is sealed (`seal.rs`).

use super::{
    HostName,
    greeting::{self, Greeting},
    notice::{self, MDNS_PORT},
    room::{Room, see_off},
    seal::{Seal, is_another_key, pass},
};
use std::{
    io,
    net::SocketAddr,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc::sync_channel,
    },
    time::{Duration, Instant},
};
use tokio::{
    net::{TcpStream, UnixListener, lookup_host},
    sync::oneshot,
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::TlsStream;

/// How long the leader may take to answer a call.
const PATIENCE: Duration = Duration::from_secs(2);
/// One that does not answer is called again for so long: it may be starting, too.
const STARTS_WITHIN: Duration = Duration::from_secs(4);
const AGAIN_AFTER: Duration = Duration::from_millis(200);
/// Calls at once: there is one link, and one that is being made anew.
const MOST: usize = 8;

/// Why the leader was not reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unreached {
    /// It does not answer, or not as a director does.
    Why(String),
    /// It has another key.
    AnotherKey,
    /// It speaks another vocabulary.
    AnotherVocabulary(Greeting),
}

/// Whom a satellite calls.
#[derive(Debug, Clone)]
pub struct Whom {
    /// `HOST:PORT`.
    pub at: String,
    /// The fingerprint of the key by which it is announced, when it has been found by that: it may be elsewhere later.
    pub announced: Option<String>,
}

impl Whom {
    /// Whether this is an address, which nobody can look up anew when the leader has another one.
    #[must_use]
    pub fn is_bare_address(&self) -> bool {
        self.announced.is_none() && self.at.parse::<SocketAddr>().is_ok()
    }
}

/// A door that is open as long as this lives.
pub(super) struct Door {
    reached: Arc<Mutex<SocketAddr>>,
    _room: Room,
}

type Call = TlsStream<TcpStream>;

impl Door {
    /// Calls the leader, and opens the door: whoever connects to `socket` first gets that call, others one of their own.
    ///
    /// # Errors
    /// When the leader was not reached, or the system denies us a socket or a thread.
    pub(super) fn open(leader: &Whom, own: &HostName, seal: Seal, socket: &Path) -> Result<Self, Unreached> {
        let failed = |e: io::Error| Unreached::Why(format!("no door can be opened on this machine ({e})"));
        let (tell, hear) = sync_channel(1);
        let (leader, own, socket) = (leader.clone(), Greeting::of(own), socket.to_owned());
        let room = Room::open("door", move |stopped| async move {
            let first = first_call(&leader, &own, &seal).await;
            let inside = UnixListener::bind(&socket).map_err(failed);
            match first.and_then(|(call, at)| Ok((call, at, inside?))) {
                Ok((call, at, inside)) => {
                    let reached = Arc::new(Mutex::new(at));
                    let _ = tell.send(Ok(reached.clone()));
                    let outside = Outside { leader, own, seal, reached, told: AtomicBool::new(false) };
                    receive(&inside, &Arc::new(outside), call, stopped).await;
                }
                Err(why) => drop(tell.send(Err(why))),
            }
        });
        let room = room.map_err(failed)?;
        let gone = || Unreached::Why("the door's thread has failed".to_owned());
        Ok(Self { reached: hear.recv().map_err(|_| gone())??, _room: room })
    }

    /// Where the leader was reached last.
    pub(super) fn leader(&self) -> SocketAddr {
        *self.reached.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Outside {
    leader: Whom,
    own: Greeting,
    seal: Seal,
    reached: Arc<Mutex<SocketAddr>>,
    /// Whether it was said that another one leads now, whose words we do not know.
    told: AtomicBool,
}

impl Outside {
    /// The leader: by its name, which may lead elsewhere now, or where it was last.
    fn whom(&self) -> Whom {
        let last = || self.reached.lock().unwrap_or_else(PoisonError::into_inner).to_string();
        let at = if self.leader.announced.is_some() { last() } else { self.leader.at.clone() };
        Whom { at, ..self.leader.clone() }
    }
}

async fn receive(inside: &UnixListener, outside: &Arc<Outside>, first: Call, mut stopped: oneshot::Receiver<()>) {
    let mut first = Some(first);
    let mut calls = JoinSet::new();
    loop {
        let visitor = tokio::select! {
            _ = &mut stopped => break,
            Some(_) = calls.join_next() => continue,
            visitor = inside.accept() => visitor,
        };
        // No descriptors left, most likely, or too many calls: the link asks again.
        let Ok((visitor, _)) = visitor else {
            tokio::time::sleep(AGAIN_AFTER).await;
            continue;
        };
        if calls.len() >= MOST {
            continue;
        }
        let (ready, outside) = (first.take(), outside.clone());
        calls.spawn(async move {
            let call = match ready {
                Some(ready) => Ok((ready, None)),
                None => call(&outside.whom(), &outside.own, &outside.seal).await.map(|(call, at)| (call, Some(at))),
            };
            match call {
                Ok((call, at)) => {
                    if let Some(at) = at {
                        *outside.reached.lock().unwrap_or_else(PoisonError::into_inner) = at;
                    }
                    pass(call, visitor).await;
                }
                Err(Unreached::AnotherVocabulary(theirs)) if !outside.told.swap(true, Relaxed) => {
                    tracing::error!("{} {}", theirs.name, theirs.and_ours());
                }
                Err(why) => tracing::debug!("{} was not reached: {why:?}", outside.leader.at),
            }
        });
    }
    see_off(calls).await;
}

async fn first_call(leader: &Whom, own: &Greeting, seal: &Seal) -> Result<(Call, SocketAddr), Unreached> {
    let begun = Instant::now();
    loop {
        match call(leader, own, seal).await {
            Err(Unreached::Why(_)) if begun.elapsed() < STARTS_WITHIN => tokio::time::sleep(AGAIN_AFTER).await,
            first => return first,
        }
    }
}

/// Calls the leader, and says who we are. One that was found by its announcement is looked for again where it is no more.
async fn call(leader: &Whom, own: &Greeting, seal: &Seal) -> Result<(Call, SocketAddr), Unreached> {
    let there = call_at(&leader.at, own, seal).await;
    let (Err(_), Some(fingerprint)) = (&there, &leader.announced) else { return there };
    match announced(fingerprint.clone(), seal.clone()).await {
        Some(at) => call_at(&at.to_string(), own, seal).await,
        None => there,
    }
}

/// Where an ensemble is announced now. A thread looks: it cannot be told to stop, and nobody waits for it at the end.
async fn announced(fingerprint: String, seal: Seal) -> Option<SocketAddr> {
    let (tell, hear) = oneshot::channel();
    let look = move || {
        let has_key = move |at| seal.is_known_at(at);
        let _ = tell.send(notice::look(&fingerprint, notice::PATIENCE, MDNS_PORT, has_key).ok());
    };
    std::thread::Builder::new().name("looking".to_owned()).spawn(look).ok()?;
    Some(hear.await.ok()??.1)
}

/// Calls the first address of a name that answers.
async fn call_at(leader: &str, own: &Greeting, seal: &Seal) -> Result<(Call, SocketAddr), Unreached> {
    let found = timeout(PATIENCE, lookup_host(leader)).await.map_err(io::Error::from).and_then(|found| found);
    let found = found.map_err(|e| Unreached::Why(format!("the name {leader} is not known here ({e})")))?;
    let mut why = format!("the name {leader} has no address");
    for at in found {
        let stream = match timeout(PATIENCE, TcpStream::connect(at)).await.map_err(io::Error::from) {
            Ok(Ok(stream)) => stream,
            Ok(Err(e)) | Err(e) => {
                why = format!("{at} does not answer ({e})");
                continue;
            }
        };
        let call = async {
            let mut call = seal.calls(stream).await?;
            greeting::say(&mut call, own).await?;
            greeting::hear(&mut call).await.map(|theirs| (call, theirs))
        };
        match call.await {
            Ok((_, theirs)) if !own.understands(&theirs) => return Err(Unreached::AnotherVocabulary(theirs)),
            Ok((call, _)) => return Ok((call, at)),
            Err(e) if is_another_key(&e) => return Err(Unreached::AnotherKey),
            Err(e) => {
                why = format!("{at} answers, but not as a director does, or takes no more calls for ten seconds ({e})")
            }
        }
    }
    Err(Unreached::Why(why))
}

#[cfg(test)]
mod tests {
    use super::{super::key::Key, *};
    use std::{
        io::{Read, Write},
        os::unix::net::UnixStream,
    };

    fn left() -> HostName {
        HostName::new("left").unwrap()
    }

    fn whom(at: SocketAddr) -> Whom {
        Whom { at: at.to_string(), announced: None }
    }

    /// A leader that takes calls, and says what it hears in capitals.
    fn loud(key: &Key) -> (SocketAddr, Room) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        (listener.local_addr().unwrap(), loud_at(key, listener))
    }

    fn loud_at(key: &Key, listener: std::net::TcpListener) -> Room {
        let seal = Seal::new(key).unwrap();
        listener.set_nonblocking(true).unwrap();
        let room = Room::open("loud", move |stopped| async move {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let take = async {
                loop {
                    let Ok(mut call) = seal.answers(listener.accept().await.unwrap().0).await else { continue };
                    assert_eq!(greeting::hear(&mut call).await.unwrap().name.as_str(), "left");
                    greeting::say(&mut call, &Greeting::of(&HostName::new("studio").unwrap())).await.unwrap();
                    let mut heard = [0; 5];
                    let _ = call.read_exact(&mut heard).await;
                    let _ = call.write_all(&heard.to_ascii_uppercase()).await;
                    let _ = call.shutdown().await;
                }
            };
            tokio::select! { _ = stopped => {}, () = take => {} }
        });
        room.unwrap()
    }

    #[test]
    fn what_goes_in_comes_out_both_ways_and_an_end_is_an_end_call_after_call() {
        let (key, folder) = (Key::make().unwrap(), tempfile::tempdir().unwrap());
        let (at, _room) = loud(&key);
        let socket = folder.path().join("link");
        let door = Door::open(&whom(at), &left(), Seal::new(&key).unwrap(), &socket).ok().unwrap();
        assert_eq!(door.leader(), at);
        for _ in 0..3 {
            let mut inside = UnixStream::connect(&socket).unwrap();
            inside.write_all(b"hello").unwrap();
            let mut heard = Vec::new();
            inside.read_to_end(&mut heard).unwrap();
            assert_eq!(heard, b"HELLO");
        }
    }

    #[test]
    fn a_leader_that_has_a_name_or_is_announced_can_be_found_elsewhere() {
        let is_bare = |at: &str, announced: Option<&str>| {
            Whom { at: at.to_owned(), announced: announced.map(str::to_owned) }.is_bare_address()
        };
        assert!(is_bare("192.168.1.5:4750", None) && is_bare("[fd00::1]:4750", None));
        assert!(!is_bare("studio.local:4750", None) && !is_bare("192.168.1.5:4750", Some("ab-cd")));
    }

    #[test]
    fn a_leader_that_is_still_starting_is_waited_for() {
        let (key, folder) = (Key::make().unwrap(), tempfile::tempdir().unwrap());
        // A port that is ours, and where nobody listens yet.
        let port = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        port.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        let at = port.local_addr().unwrap().as_socket().unwrap();
        let (leader, seal) = (whom(at), Seal::new(&key).unwrap());
        let socket = folder.path().join("link");
        let satellite =
            std::thread::spawn(move || Door::open(&leader, &left(), seal, &socket).map(|door| door.leader()));
        // It is refused once or twice; were it not, it would be let in all the same.
        std::thread::sleep(AGAIN_AFTER * 2);
        port.listen(16).unwrap();
        let _room = loud_at(&key, port.into());
        assert_eq!(satellite.join().unwrap(), Ok(at));
    }

    #[test]
    fn why_a_leader_is_not_reached_is_known_before_anything_is_said() {
        let (key, folder) = (Key::make().unwrap(), tempfile::tempdir().unwrap());
        let open = |at: SocketAddr, key: &Key| {
            Door::open(&whom(at), &left(), Seal::new(key).unwrap(), &folder.path().join("link")).err().unwrap()
        };
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(matches!(open(nobody, &key), Unreached::Why(why) if why.contains("does not answer")));
        let (at, _room) = loud(&key);
        assert_eq!(open(at, &Key::make().unwrap()), Unreached::AnotherKey);
    }
}
