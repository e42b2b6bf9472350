//! The link between directors: zenoh. It talks to a socket of this machine, and the porch (`porch.rs`) and the doors (`door.rs`)
//! carry what it says to the other machines, sealed: they read and write a call in turn, which zenoh's own TLS does not.
//!
//! The leader listens and passes on; satellites connect to it. What is said in public travels by topic, and a
//! director gets the topics that it has asked for; words between directors travel by name. The
//! link lives on a thread of its own: whoever gives it something never waits, and what does not fit is counted and
//! dropped.

mod heard;
mod mouth;
mod pings;
mod sink;

pub use pings::Pings;

use super::{
    HostName,
    bucket::Bucket,
    early::{EarlyCopy, Voice},
    number::{Attached, Numbered},
    ping::LENGTH,
    topic,
};
use mouth::Mouth;
use musebot_protocol::Tick;
use pings::Engine;
use sink::Sink;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{
            AtomicU64,
            Ordering::{AcqRel, Acquire, Relaxed},
        },
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};
use zenoh::{
    Session, Wait,
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
        tick: Tick,
        /// Its datagram.
        bytes: Vec<u8>,
        /// Whether everybody here has got it already.
        relayed: bool,
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
    Said { topic: String, with: Attached, bytes: Vec<u8> },
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

/// Passes on at once what another host's bot says to everybody here; whether it has. Called on a thread of the engine, or of early
/// copies: it has to be quick.
type Ear = Box<dyn Fn(&[u8]) -> bool + Send + Sync>;

/// The link. Dropping it ends it.
pub struct Link {
    outbox: Option<SyncSender<Out>>,
    /// How much of that has not been carried out.
    waiting: Arc<AtomicU64>,
    mouth: Arc<Mutex<Option<Mouth>>>,
    number: Mutex<Numbered>,
    /// A satellite's.
    under_way: Option<Mutex<Bucket>>,
    begun: Instant,
    engine: Engine,
    sink: Sink,
    early: OnceLock<Voice>,
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
        let sink = Sink::new(host.clone(), news, dropped.clone());
        // The engine cannot be opened from the director's own runtime.
        let waiting = Arc::<AtomicU64>::default();
        let (left, hears) = (waiting.clone(), sink.clone());
        let run = move || match Ends::open(config, hears, pings) {
            Ok(mut ends) => {
                let _ = opened.send(Ok((ends.engine.clone(), ends.mouth.clone())));
                ends.run(&orders, &left);
            }
            Err(e) => drop(opened.send(Err(e))),
        };
        let thread = std::thread::Builder::new().name("link".into()).spawn(run).map_err(LinkError::Thread)?;
        let failed = |_| Err(LinkError::Zenoh("the engine has failed".to_owned()));
        let (engine, mouth) = ready.recv().unwrap_or_else(failed)?;
        let under_way = matches!(end, End::Satellite(_)).then(|| Mutex::new(mouth::under_way()));
        Ok(Self {
            outbox: Some(outbox),
            waiting,
            mouth,
            number: Mutex::new(Numbered::begin()),
            under_way,
            begun: Instant::now(),
            engine,
            sink,
            early: OnceLock::new(),
            host: host.clone(),
            dropped,
            thread: Some(thread),
        })
    }

    /// Passes on what a bot of ours has said to everybody at this tick. Never waits.
    pub fn say(&self, topic: &str, tick: Tick, bytes: &[u8]) {
        let topic = topic::escaped(topic);
        // Whoever speaks has it until that is under way: so all is in order.
        let mut number = self.number.lock().unwrap_or_else(PoisonError::into_inner);
        let with = number.next(tick);
        if let Some(early) = self.early.get() {
            early.say(&self.host, &with, &topic, bytes);
        }
        if self.is_little(topic.len() + bytes.len()) && self.say_at_once(&topic, with, bytes) {
            return;
        }
        self.give(Out::Said { topic, with, bytes: bytes.to_vec() });
    }

    /// Whether this and what is under way is so little that the engine has room for it.
    fn is_little(&self, bytes: usize) -> bool {
        self.under_way.as_ref().is_some_and(|under_way| {
            under_way.lock().unwrap_or_else(PoisonError::into_inner).takes(bytes, self.begun.elapsed())
        })
    }

    /// Says it without waking the link's thread, unless that has something to do first; whether it was said.
    fn say_at_once(&self, topic: &str, with: Attached, bytes: &[u8]) -> bool {
        if self.waiting.load(Acquire) > 0 {
            return false;
        }
        let Ok(mut mouth) = self.mouth.try_lock() else { return false };
        mouth
            .as_mut()
            .filter(|mouth| mouth.is_used_to(topic))
            .is_some_and(|mouth| mouth.say(topic, with, bytes.to_vec()).is_ok())
    }

    /// From now on what is said goes ahead of the link, too.
    pub(super) fn speaks_early(&self, voice: Voice) {
        let _ = self.early.set(voice);
    }

    /// What hears early copies.
    pub(super) fn hears_early(&self) -> impl Fn(&EarlyCopy<'_>) + Send + use<> {
        let sink = self.sink.clone();
        move |copy| sink.takes_early(copy)
    }

    /// How many broadcasts were heard by an early copy.
    #[must_use]
    pub fn heard_early(&self) -> u64 {
        self.sink.heard_early()
    }

    /// Says something to one director, or to all. Never waits.
    pub fn tell(&self, to: Option<&HostName>, bytes: Vec<u8>) {
        self.is_little(bytes.len());
        self.give(Out::Word { to: to.cloned(), bytes });
    }

    /// What sends pings to a director by this link, at once.
    pub fn pings_to(&self, to: &HostName) -> impl Fn(&[u8; LENGTH]) + Send + use<> {
        let (engine, from, to) = (self.engine.clone(), self.host.clone(), to.clone());
        move |ping| engine.send(&from, &to, ping)
    }

    /// Who hears what other hosts' bots say, as soon as it is there: it gets the datagram, and says whether it has passed it
    /// on. Whoever comes first stays.
    pub fn heard_by(&self, ear: impl Fn(&[u8]) -> bool + Send + Sync + 'static) {
        self.sink.heard_by(Box::new(ear));
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
        self.waiting.fetch_add(1, AcqRel);
        if let Err(e) = outbox.try_send(what) {
            self.waiting.fetch_sub(1, AcqRel);
            if let TrySendError::Full(_) = e {
                self.dropped.out.fetch_add(1, Relaxed);
            }
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
    sink: Sink,
    words: BTreeMap<Option<HostName>, Publisher<'static>>,
    mouth: Arc<Mutex<Option<Mouth>>>,
    hears: BTreeMap<String, Subscriber<()>>,
    _own: Vec<Subscriber<()>>,
}

impl Ends {
    fn open(config: zenoh::Config, sink: Sink, pings: Pings) -> Result<Self, LinkError> {
        let session = zenoh::open(config).wait().map_err(refused)?;
        let engine = Engine::of(&session);
        let mut own = vec![pings::hear(&session, &engine, &sink.own, pings)?];
        for to in ["all", sink.own.as_str()] {
            let key = format!("{WORD}/*/{to}");
            own.push(subscribe(&session, &key, &sink)?);
        }
        let mouth = Arc::new(Mutex::new(Some(Mouth::of(&session, &sink.own))));
        Ok(Self { session, engine, sink, words: BTreeMap::new(), mouth, hears: BTreeMap::new(), _own: own })
    }

    fn run(&mut self, orders: &Receiver<Out>, waiting: &AtomicU64) {
        loop {
            match orders.recv_timeout(Duration::from_secs(1)) {
                Ok(order) => {
                    if let Err(e) = self.carry_out(order) {
                        tracing::debug!("the link did not take a message: {e}");
                        self.sink.dropped.out.fetch_add(1, Relaxed);
                    }
                    waiting.fetch_sub(1, AcqRel);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.mouth.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.words.clear();
        self.engine.let_go();
        let _ = self.session.close().wait();
    }

    fn carry_out(&mut self, order: Out) -> Result<(), LinkError> {
        match order {
            Out::Said { topic, with, bytes } => {
                let mut mouth = self.mouth.lock().unwrap_or_else(PoisonError::into_inner);
                mouth.as_mut().map_or(Ok(()), |mouth| mouth.say(&topic, with, bytes))
            }
            Out::Word { to, bytes } => {
                if !self.words.contains_key(&to) {
                    if self.words.len() >= MOST_TOPICS {
                        self.words.pop_first();
                    }
                    let key = format!("{WORD}/{}/{}", self.sink.own, to.as_ref().map_or("all", HostName::as_str));
                    let publisher = publisher(&self.session, key, Priority::InteractiveHigh)?;
                    self.words.insert(to.clone(), publisher);
                }
                self.words[&to].put(bytes).wait().map_err(refused)
            }
            Out::Topics(topics) => self.listen_to(topics),
        }
    }

    fn listen_to(&mut self, topics: Option<Vec<String>>) -> Result<(), LinkError> {
        self.sink.wants(topics.as_deref());
        let wanted: Vec<String> = match topics {
            None => vec![format!("{SAID}/*/**")],
            Some(topics) => topics.iter().map(|topic| format!("{SAID}/*/{}", topic::escaped(topic))).collect(),
        };
        // New ones first: what is in both is never missed.
        for key in &wanted {
            if !self.hears.contains_key(key) {
                let subscriber = subscribe(&self.session, key, &self.sink)?;
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

fn subscribe(session: &Session, key: &str, sink: &Sink) -> Result<Subscriber<()>, LinkError> {
    let sink = sink.clone();
    session
        .declare_subscriber(key.to_owned())
        .callback(move |sample: Sample| sink.takes(&sample))
        .allowed_origin(Locality::Remote)
        .wait()
        .map_err(refused)
}

/// Another host, if the name is one; `Some(None)`: somebody calls itself as we do, and the leader tells it so.
fn other(name: &str, own: &HostName) -> Option<Option<HostName>> {
    HostName::new(name).ok().map(|host| (host != *own).then_some(host))
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
                    // Some broadcasts that come at once need not wait for each other.
                    "queue": { "size": { "real_time": 8 }, "congestion_control": { "block": { "wait_before_close": 2_000_000 } } },
                },
                "rx": { "max_message_size": 1 << 20 },
            },
        },
    })
}

#[cfg(test)]
mod tests;
