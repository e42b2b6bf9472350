//! The link between directors: zenoh. It talks to a socket of this machine, and the porch (`porch.rs`) and the doors (`door.rs`)
//! carry what it says to the other machines, sealed: they read and write a call in turn, which zenoh's own TLS does not.
//!
//! The leader listens and passes on; satellites connect to it. What is said in public travels by topic, and a
//! director gets the topics that it has asked for; words between directors travel by name. The
//! link lives on a thread of its own: whoever gives it something never waits, and what does not fit is counted and
//! dropped.

mod pings;

pub use pings::Pings;

use super::{HostName, ping::LENGTH, topic, word};
use musebot_protocol::Tick;
use pings::Engine;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};
use zenoh::{
    Session, Wait,
    bytes::ZBytes,
    key_expr::KeyExpr,
    pubsub::{Publisher, Subscriber},
    qos::{CongestionControl, Priority},
    sample::{Locality, Sample},
};

/// What waits to be sent, at most; half a second of 8,000 messages a second.
const OUTBOX: usize = 4096;
/// When nothing has been heard for so long, a link is lost.
const LEASE_MS: u64 = 1500;
/// Topics that are spoken about, at most: each has a publisher of its own.
const MOST_TOPICS: usize = 512;
/// How long a satellite tries to reach the leader before it says why not.
const PATIENCE_MS: u64 = 6000;

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The engine refuses.
    #[error("{0}")]
    Zenoh(String),
    /// The system gives us no thread.
    #[error("failed to start the link's thread: {0}")]
    Thread(std::io::Error),
}

/// Which end of it we are.
#[derive(Debug, Clone)]
pub enum End {
    /// Listens at this socket.
    Leader(PathBuf),
    /// Connects to the leader's door.
    Satellite(PathBuf),
}

/// What arrives.
#[derive(Debug)]
pub enum In {
    /// A bot of another host has said something to everybody.
    Said {
        /// On which host.
        host: HostName,
        /// At which tick.
        tick: Option<Tick>,
        /// Its datagram.
        bytes: Vec<u8>,
    },
    /// Another director says something.
    Word {
        /// Which one.
        host: HostName,
        /// What, as JSON.
        bytes: Vec<u8>,
    },
}

enum Out {
    Said { topic: String, tick: Tick, bytes: Vec<u8> },
    Word { to: Option<HostName>, bytes: Vec<u8> },
    Topics(Option<Vec<String>>),
}

/// What the link has dropped.
#[derive(Debug, Default)]
pub struct Dropped {
    /// Because there was no room on the way out.
    pub out: AtomicU64,
    /// Because there was no room on the way in.
    pub incoming: AtomicU64,
    /// Because it was too long, came from nobody, or made no sense to whoever read it.
    pub nonsense: AtomicU64,
}

/// The link. Dropping it ends it.
#[derive(Debug)]
pub struct Link {
    outbox: Option<SyncSender<Out>>,
    engine: Engine,
    host: HostName,
    dropped: Arc<Dropped>,
    thread: Option<JoinHandle<()>>,
}

impl Link {
    /// Opens the link. For a satellite this takes until the leader has been reached, or could not be.
    ///
    /// # Errors
    /// When the socket is taken, or nobody answers.
    pub fn open(
        end: &End,
        host: &HostName,
        news: tokio::sync::mpsc::Sender<In>,
        pings: Pings,
    ) -> Result<Self, LinkError> {
        let config = zenoh::Config::from_json5(&config(end).to_string()).map_err(refused)?;
        let (outbox, orders) = sync_channel(OUTBOX);
        let (opened, ready) = sync_channel(1);
        let dropped = Arc::<Dropped>::default();
        let (own, counts) = (host.clone(), Arc::clone(&dropped));
        // The engine cannot be opened from the director's own runtime.
        let run = move || match Ends::open(config, own, news, counts, pings) {
            Ok(mut ends) => {
                let _ = opened.send(Ok(ends.engine.clone()));
                ends.run(&orders);
            }
            Err(e) => drop(opened.send(Err(e))),
        };
        let thread = std::thread::Builder::new().name("link".into()).spawn(run).map_err(LinkError::Thread)?;
        let failed = |_| Err(LinkError::Zenoh("the engine has failed".to_owned()));
        let engine = ready.recv().unwrap_or_else(failed)?;
        Ok(Self { outbox: Some(outbox), engine, host: host.clone(), dropped, thread: Some(thread) })
    }

    /// Passes on what a bot of ours has said to everybody at this tick. Never waits.
    pub fn say(&self, topic: &str, tick: Tick, bytes: &[u8]) {
        self.give(Out::Said { topic: topic::escaped(topic), tick, bytes: bytes.to_vec() });
    }

    /// Says something to one director, or to all. Never waits.
    pub fn tell(&self, to: Option<&HostName>, bytes: Vec<u8>) {
        self.give(Out::Word { to: to.cloned(), bytes });
    }

    /// What sends pings to a director by this link, at once.
    pub fn pings_to(&self, to: &HostName) -> impl Fn(&[u8; LENGTH]) + Send + use<> {
        let (engine, from, to) = (self.engine.clone(), self.host.clone(), to.clone());
        move |ping| engine.send(&from, &to, ping)
    }

    /// Which topics we want to hear from now on; `None`: all.
    pub fn listen_to(&self, topics: Option<Vec<String>>) {
        self.give(Out::Topics(topics));
    }

    /// What has been dropped.
    #[must_use]
    pub fn dropped(&self) -> &Dropped {
        &self.dropped
    }

    fn give(&self, what: Out) {
        let Some(outbox) = &self.outbox else { return };
        if let Err(TrySendError::Full(_)) = outbox.try_send(what) {
            self.dropped.out.fetch_add(1, Relaxed);
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.outbox = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What the thread has in its hands.
struct Ends {
    session: Session,
    /// The same, for pings.
    engine: Engine,
    host: HostName,
    words: BTreeMap<Option<HostName>, Publisher<'static>>,
    said: BTreeMap<String, Publisher<'static>>,
    hears: BTreeMap<String, Subscriber<()>>,
    _own: Vec<Subscriber<()>>,
    news: tokio::sync::mpsc::Sender<In>,
    dropped: Arc<Dropped>,
}

impl Ends {
    fn open(
        config: zenoh::Config,
        host: HostName,
        news: tokio::sync::mpsc::Sender<In>,
        dropped: Arc<Dropped>,
        pings: Pings,
    ) -> Result<Self, LinkError> {
        let session = zenoh::open(config).wait().map_err(refused)?;
        let engine = Engine::of(&session);
        let mut own = vec![pings::hear(&session, &engine, &host, pings)?];
        for to in ["all", host.as_str()] {
            let key = format!("{WORD}/*/{to}");
            own.push(subscribe(&session, &key, &host, &news, &dropped)?);
        }
        Ok(Self {
            session,
            engine,
            host,
            words: BTreeMap::new(),
            said: BTreeMap::new(),
            hears: BTreeMap::new(),
            _own: own,
            news,
            dropped,
        })
    }

    fn run(&mut self, orders: &Receiver<Out>) {
        loop {
            match orders.recv_timeout(Duration::from_secs(1)) {
                Ok(order) => {
                    if let Err(e) = self.carry_out(order) {
                        tracing::debug!("the link did not take a message: {e}");
                        self.dropped.out.fetch_add(1, Relaxed);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.said.clear();
        self.words.clear();
        self.engine.let_go();
        let _ = self.session.close().wait();
    }

    fn carry_out(&mut self, order: Out) -> Result<(), LinkError> {
        match order {
            Out::Said { topic, tick, bytes } => {
                if !self.said.contains_key(&topic) {
                    // Whoever makes up topics without end gets an old one's place.
                    if self.said.len() >= MOST_TOPICS {
                        self.said.pop_first();
                    }
                    let key = format!("{SAID}/{}/{topic}", self.host);
                    let publisher = publisher(&self.session, key, Priority::RealTime)?;
                    self.said.insert(topic.clone(), publisher);
                }
                self.said[&topic].put(bytes).attachment(tick.0.to_be_bytes()).wait().map_err(refused)
            }
            Out::Word { to, bytes } => {
                if !self.words.contains_key(&to) {
                    if self.words.len() >= MOST_TOPICS {
                        self.words.pop_first();
                    }
                    let key = format!("{WORD}/{}/{}", self.host, to.as_ref().map_or("all", HostName::as_str));
                    let publisher = publisher(&self.session, key, Priority::InteractiveHigh)?;
                    self.words.insert(to.clone(), publisher);
                }
                self.words[&to].put(bytes).wait().map_err(refused)
            }
            Out::Topics(topics) => self.listen_to(topics),
        }
    }

    fn listen_to(&mut self, topics: Option<Vec<String>>) -> Result<(), LinkError> {
        let wanted: Vec<String> = match topics {
            None => vec![format!("{SAID}/*/**")],
            Some(topics) => topics.iter().map(|topic| format!("{SAID}/*/{}", topic::escaped(topic))).collect(),
        };
        // New ones first: what is in both is never missed.
        for key in &wanted {
            if !self.hears.contains_key(key) {
                let subscriber = subscribe(&self.session, key, &self.host, &self.news, &self.dropped)?;
                self.hears.insert(key.clone(), subscriber);
            }
        }
        self.hears.retain(|key, _| wanted.contains(key));
        Ok(())
    }
}

/// Where broadcasts travel: `…/HOST/TOPIC`. The number stays as it is: who speaks another vocabulary does not get so far
/// (`greeting.rs`).
const SAID: &str = "musebots/1/said";
/// Where words between directors travel: `…/FROM/TO`.
const WORD: &str = "musebots/1/word";

fn publisher(session: &Session, key: String, priority: Priority) -> Result<Publisher<'static>, LinkError> {
    let key: KeyExpr<'static> = KeyExpr::try_from(key).map_err(refused)?;
    // Lost is lost only when the link is: nothing is dropped for want of room, and nothing waits to travel in company.
    let publisher = session.declare_publisher(key).congestion_control(CongestionControl::Block).priority(priority);
    publisher.express(true).allowed_destination(Locality::Remote).wait().map_err(refused)
}

fn subscribe(
    session: &Session,
    key: &str,
    host: &HostName,
    news: &tokio::sync::mpsc::Sender<In>,
    dropped: &Arc<Dropped>,
) -> Result<Subscriber<()>, LinkError> {
    let (host, news, dropped) = (host.clone(), news.clone(), Arc::clone(dropped));
    let callback = move |sample: Sample| {
        match read(&sample, &host) {
            Some(what) => match news.try_send(what) {
                Ok(()) => {}
                Err(_) => drop(dropped.incoming.fetch_add(1, Relaxed)),
            },
            None => drop(dropped.nonsense.fetch_add(1, Relaxed)),
        };
    };
    session
        .declare_subscriber(key.to_owned())
        .callback(callback)
        .allowed_origin(Locality::Remote)
        .wait()
        .map_err(refused)
}

fn read(sample: &Sample, own: &HostName) -> Option<In> {
    let key = sample.key_expr().as_str();
    let bytes = |payload: &ZBytes, most: usize| (payload.len() <= most).then(|| payload.to_bytes().into_owned());
    if let Some(rest) = key.strip_prefix(SAID).and_then(|rest| rest.strip_prefix('/')) {
        let host = other(rest.split_once('/')?.0, own)?;
        let tick = sample.attachment().and_then(|tick| tick.to_bytes().as_ref().try_into().ok());
        let tick = tick.map(|tick| Tick(i64::from_be_bytes(tick)));
        return Some(In::Said { host, tick, bytes: bytes(sample.payload(), musebot_protocol::MAX_DATAGRAM)? });
    }
    let rest = key.strip_prefix(WORD)?.strip_prefix('/')?;
    let host = other(rest.split_once('/')?.0, own)?;
    Some(In::Word { host, bytes: bytes(sample.payload(), word::LONGEST)? })
}

/// Another host; whoever calls itself as we do is none.
fn other(name: &str, own: &HostName) -> Option<HostName> {
    HostName::new(name).ok().filter(|host| host != own)
}

fn refused(e: impl std::fmt::Display) -> LinkError {
    LinkError::Zenoh(e.to_string())
}

fn config(end: &End) -> serde_json::Value {
    let at = |socket: &Path| vec![format!("unixsock-stream/{}", socket.display())];
    let (mode, listen, connect) = match end {
        End::Leader(socket) => ("router", at(socket), Vec::new()),
        End::Satellite(socket) => ("client", Vec::new(), at(socket)),
    };
    serde_json::json!({
        "mode": mode,
        "listen": { "endpoints": listen, "exit_on_failure": true },
        "connect": {
            "endpoints": connect,
            "timeout_ms": PATIENCE_MS,
            "exit_on_failure": true,
            "retry": { "period_init_ms": 200, "period_max_ms": 1000, "period_increase_factor": 1.5 },
        },
        // Nobody is found who was not asked for, and nobody finds us.
        "scouting": { "multicast": { "enabled": false }, "gossip": { "enabled": false } },
        "adminspace": { "enabled": false },
        "transport": {
            "unicast": { "open_timeout": PATIENCE_MS, "accept_timeout": 4000, "accept_pending": 64, "max_sessions": 1024 },
            "link": {
                "protocols": ["unixsock-stream"],
                "tx": {
                    "lease": LEASE_MS,
                    "keep_alive": 4,
                    "queue": { "congestion_control": { "block": { "wait_before_close": 2_000_000 } } },
                },
                "rx": { "max_message_size": 1 << 20 },
            },
        },
    })
}
