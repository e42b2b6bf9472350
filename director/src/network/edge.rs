//! Where a director touches the network: the link, the door to it, the pings, and early copies.

mod error;
mod sessions;

pub use error::NetworkError;

use super::{
    HostName, Lost,
    door::{Door, Unreached, Whom},
    early::Early,
    families,
    key::Key,
    link::{End, In, Link},
    notice::{MDNS_PORT, Notice, NoticeError},
    offset,
    ping::LENGTH,
    pinger::{Answerer, Detour, Pinger, Report},
    porch::Porch,
    seal::Seal,
    word::{Letter, LinkState, Welcome, Word},
};
use crate::{clock, director::Reckoning, runtime};
use musebot_protocol::Tick;
use ring::rand::{SecureRandom, SystemRandom};
use sessions::{Session, Sessions};
use std::{
    io,
    net::{IpAddr, SocketAddr, TcpListener, UdpSocket},
    sync::{atomic::Ordering::Relaxed, mpsc::sync_channel},
    time::Duration,
};
use tokio::sync::mpsc;

/// The link's socket, in a folder of its own.
const SOCKET: &str = "link";
/// What has arrived and waits, at most.
const INBOX: usize = 8192;
/// Measurements of the clock that wait, at most.
const REPORTS: usize = 64;
/// Pongs that the link has brought and that wait for the pinger, at most.
const PONGS: usize = 64;
/// How long a leader may take to answer the first hello, each time it is said.
const ANSWERS_WITHIN: Duration = Duration::from_millis(800);
/// How often it is said.
const HELLOS: u32 = 8;

/// A director's end of the network.
pub struct Edge {
    link: Link,
    news: mpsc::Receiver<In>,
    /// Drawn when this director began.
    me: u64,
    way: Way,
    /// Where the system lets us.
    early: Option<Early>,
    dropped: Lost,
    notice: Option<Notice>,
    /// Where the link's socket is; nobody else of this machine can look into it.
    _folder: tempfile::TempDir,
}

enum Way {
    Leader {
        porch: Porch,
        answerer: Answerer,
        port: u16,
        sessions: Sessions,
    },
    Satellite {
        door: Door,
        leader: HostName,
        pinger: Option<Pinger>,
        /// The leader's UDP ports for pings, and for early copies; 0: none.
        pings: u16,
        copies: u16,
        /// What the pinger gets, when it begins.
        pongs: Option<Pongs>,
        reports: mpsc::Receiver<Report>,
        sender: mpsc::Sender<Report>,
    },
}

/// Pongs that the link has brought, and when.
type Pongs = std::sync::mpsc::Receiver<(Duration, [u8; LENGTH])>;

/// What the network brings.
#[derive(Debug)]
pub enum Brings {
    /// A bot's broadcast, and the tick at which it was said there.
    Said {
        /// On which host.
        host: HostName,
        /// The tick.
        tick: Tick,
        /// Its datagram.
        bytes: Vec<u8>,
        /// Whether everybody here has got it already.
        relayed: bool,
    },
    /// A director's word.
    Word {
        /// On which host.
        host: HostName,
        /// Who there says it.
        from: u64,
        /// Where that host is reached, as far as we see it.
        at: Option<IpAddr>,
        /// What.
        word: Box<Word>,
    },
    /// How the leader's clock stands.
    Reckoned(Reckoning),
}

impl Edge {
    /// Opens an ensemble to other machines.
    ///
    /// # Errors
    /// When the port is taken, or papers cannot be made.
    pub fn lead(key: &Key, own: &HostName, at: SocketAddr) -> Result<Self, NetworkError> {
        let (calls, socket) = both(at).map_err(|e| NetworkError::Port(at, e.to_string()))?;
        let own_end = socket.local_addr().map_err(|e| NetworkError::Port(at, e.to_string()))?;
        let answerer = Answerer::start(socket).map_err(|e| NetworkError::Other(e.to_string()))?;
        let (sender, news) = mpsc::channel(INBOX);
        let folder = runtime::private_folder()?;
        let inside = folder.path().join(SOCKET);
        let link = Link::open(&End::Leader(inside.clone()), own, sender, Box::new(answerer.elsewhere()));
        let link = link.map_err(|e| NetworkError::Other(e.to_string()))?;
        let porch = Porch::open(calls, Seal::new(key)?, own, &inside)?;
        let early = early(&link, true, families::udp_at(families::at_port(own_end, 0)));
        let way = Way::Leader { porch, answerer, port: own_end.port(), sessions: Sessions::default() };
        Ok(Self { link, news, me: draw()?, way, early, dropped: Lost::default(), notice: None, _folder: folder })
    }

    /// Where other machines reach the leader: its port, also where the system has chosen it.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        match &self.way {
            Way::Leader { port, .. } => Some(*port),
            Way::Satellite { .. } => None,
        }
    }

    /// Lets machines of the local network find the ensemble, for as long as this lives.
    ///
    /// # Errors
    /// When the system does not let us.
    pub fn announce(&mut self, own: &HostName, at: SocketAddr, fingerprint: &str) -> Result<(), NoticeError> {
        self.notice = Some(Notice::hang(own, at, fingerprint, MDNS_PORT)?);
        Ok(())
    }

    /// Reaches a leader and asks it to be let in: what it says of the ensemble, and what it drew when it began. Blocks for some seconds
    /// at most.
    ///
    /// # Errors
    /// When it cannot be reached, has another key, or does not want us.
    pub fn join(key: &Key, file: &str, own: &HostName, leader: &Whom) -> Result<(Self, Welcome, u64), NetworkError> {
        let folder = runtime::private_folder()?;
        let socket = folder.path().join(SOCKET);
        let not_reached = |why: String| NetworkError::NotReached { leader: leader.at.clone(), why };
        let door = Door::open(leader, own, Seal::new(key)?, &socket).map_err(|unreached| match unreached {
            Unreached::Why(why) => not_reached(why),
            Unreached::AnotherVocabulary(theirs) => {
                NetworkError::AnotherVocabulary(format!("{} {}", theirs.name, theirs.and_ours()))
            }
            Unreached::AnotherKey => NetworkError::WrongKey {
                leader: leader.at.clone(),
                fingerprint: key.fingerprint(),
                file: file.to_owned(),
            },
        })?;
        let (sender, news) = mpsc::channel(INBOX);
        let (arrived, pongs) = sync_channel(PONGS);
        // One that finds no room is as lost as any other.
        let keep = move |bytes: &[u8]| {
            let _ = arrived.try_send((clock::now(), bytes.try_into().ok()?));
            None
        };
        let link = Link::open(&End::Satellite(socket), own, sender, Box::new(keep));
        let link = link.map_err(|e| not_reached(format!("it took the call, but the link was not made ({e})")))?;
        let (reporter, reports) = mpsc::channel(REPORTS);
        let way = Way::Satellite {
            door,
            leader: own.clone(),
            pinger: None,
            pings: 0,
            copies: 0,
            pongs: Some(pongs),
            reports,
            sender: reporter,
        };
        let early = early(&link, false, families::udp());
        let mut edge =
            Self { link, news, me: draw()?, way, early, dropped: Lost::default(), notice: None, _folder: folder };
        let (welcome, from) = edge.ask_to_be_let_in(&leader.at)?;
        edge.measure(&welcome);
        Ok((edge, welcome, from))
    }

    fn ask_to_be_let_in(&mut self, leader: &str) -> Result<(Welcome, u64), NetworkError> {
        for _ in 0..HELLOS {
            self.tell(None, Word::hello());
            let until = std::time::Instant::now() + ANSWERS_WITHIN;
            while std::time::Instant::now() < until {
                match self.news.try_recv() {
                    Ok(In::Word { bytes, host }) => match self.open(&bytes).map(|letter| (letter.word, letter.from)) {
                        Some((Word::Welcome(welcome), from)) if welcome.leader == host => return Ok((*welcome, from)),
                        Some((Word::Refused(why), _)) => return Err(NetworkError::Refused(why)),
                        _ => {}
                    },
                    Ok(In::Said { .. }) => {}
                    Err(_) => std::thread::sleep(Duration::from_millis(2)),
                }
            }
        }
        let why =
            "it took the call, but does not answer (is this machine called as it is? `--name` gives it another name)";
        Err(NetworkError::NotReached { leader: leader.to_owned(), why: why.to_owned() })
    }

    /// Begins to measure the leader's clock, or goes on with a new session.
    fn measure(&mut self, welcome: &Welcome) {
        let Way::Satellite { door, leader, pinger, pings, copies, pongs, sender, .. } = &mut self.way else { return };
        *leader = welcome.leader.clone();
        (*pings, *copies) = (welcome.pings, welcome.early);
        match &self.early {
            Some(early) if *copies > 0 => {
                early.call(families::at_port(door.leader(), *copies), welcome.session, &welcome.key);
            }
            Some(early) => early.hangs_up_but(None),
            None => {}
        }
        let to = families::at_port(door.leader(), welcome.pings);
        if let Some(pinger) = pinger {
            return pinger.renew(to, welcome.session, welcome.key);
        }
        let Ok(socket) = families::udp() else { return };
        let detour = pongs.take().map(|heard| Detour { send: Box::new(self.link.pings_to(leader)), heard });
        let sender = sender.clone();
        // Whoever is too busy to hear of one measurement hears of the next.
        let report = move |report: Report| {
            let _ = sender.try_send(report);
        };
        match Pinger::start(socket, to, welcome.session, welcome.key, detour, report) {
            Ok(new) => *pinger = Some(new),
            Err(e) => tracing::warn!("the leader's clock cannot be measured: {e}"),
        }
    }

    /// Says something to one director, or to all.
    pub fn tell(&mut self, to: Option<&HostName>, mut word: Word) {
        let copies = self.early.as_ref().map_or(0, Early::port);
        match (&mut word, to) {
            (Word::Hello { early }, _) => *early = copies,
            (Word::Welcome(welcome), Some(host)) => {
                let Way::Leader { port, .. } = &self.way else { return };
                (welcome.pings, welcome.early) = (*port, copies);
                match self.admit(host) {
                    Ok(session) => (welcome.session, welcome.key) = session,
                    // It would play without knowing our clock.
                    Err(why) => word = Word::Refused(why),
                }
            }
            _ => {}
        }
        self.link.tell(to, Letter { from: self.me, to: None, word }.encode());
    }

    /// Lets a host ask for the time, and sends it early copies.
    fn admit(&mut self, host: &HostName) -> Result<Session, String> {
        let Way::Leader { answerer, sessions, .. } = &mut self.way else {
            return Err("this director does not lead".to_owned());
        };
        let session = match sessions.of(host) {
            Some(known) => known,
            None => {
                let new = new_session()?;
                let full = |full| format!("{full}: end `director join` on one that is not needed, and try again");
                answerer.admit(new.0, new.1).map_err(full)?;
                sessions.begins(host, new);
                new
            }
        };
        sessions.lets_in(host);
        self.says_early_to(host);
        Ok(session)
    }

    /// Sends early copies to a host that has been let in, where it says that it hears them.
    fn says_early_to(&self, host: &HostName) {
        let (Way::Leader { porch, sessions, .. }, Some(early)) = (&self.way, &self.early) else { return };
        let (Some(port), Some((session, key))) = (sessions.port(host), sessions.of(host)) else { return };
        early.admit(host, session, &key, porch.address(host).map(|address| SocketAddr::new(address, port)));
    }

    /// Tells one director that it is not let in; its namesake does not mind it.
    pub fn refuse(&self, host: &HostName, to: u64, why: String) {
        self.link.tell(Some(host), Letter { from: self.me, to: Some(to), word: Word::Refused(why) }.encode());
    }

    /// A host has gone: it is not told the time any more, and sent nothing early.
    pub fn dismiss(&mut self, host: &HostName) {
        let Way::Leader { answerer, sessions, .. } = &mut self.way else { return };
        if let Some((session, _)) = sessions.ends(host) {
            answerer.dismiss(session);
            self.early.iter().for_each(|early| early.dismiss(session));
        }
    }

    /// Passes on a broadcast of ours, said at this tick.
    pub fn say(&self, topic: &str, tick: Tick, bytes: &[u8]) {
        self.link.say(topic, tick, bytes);
    }

    /// Who hears what other hosts' bots say, as soon as it is there (`Link::heard_by`).
    pub fn heard_by(&self, ear: impl Fn(&[u8]) -> bool + Send + Sync + 'static) {
        self.link.heard_by(ear);
    }

    /// Which topics are wanted.
    pub fn listen_to(&self, topics: Option<Vec<String>>) {
        self.link.listen_to(topics);
    }

    /// The next thing that the network brings, when it is there.
    pub async fn next(&mut self) -> Brings {
        loop {
            let brings = match &mut self.way {
                Way::Satellite { reports, door, pinger, pings, copies, .. } => tokio::select! {
                    Some(news) = self.news.recv() => self.read(news),
                    Some(report) = reports.recv() => {
                        // The link may have found it at another address.
                        if let Some(pinger) = pinger {
                            pinger.aim(families::at_port(door.leader(), *pings));
                        }
                        if let Some(early) = self.early.as_ref().filter(|_| *copies > 0) {
                            early.aim(families::at_port(door.leader(), *copies));
                        }
                        let early = self.early.as_ref().is_some_and(Early::is_open);
                        Some(Brings::Reckoned(reckoning(&report, early)))
                    }
                    else => std::future::pending().await,
                },
                Way::Leader { .. } => match self.news.recv().await {
                    Some(news) => self.read(news),
                    None => std::future::pending().await,
                },
            };
            if let Some(brings) = brings {
                return brings;
            }
        }
    }

    /// What else is there already; nothing waits.
    pub fn more(&mut self) -> Option<Brings> {
        loop {
            let news = self.news.try_recv().ok()?;
            if let Some(brings) = self.read(news) {
                return Some(brings);
            }
        }
    }

    fn read(&mut self, news: In) -> Option<Brings> {
        match news {
            In::Said { host, tick, bytes, relayed } => Some(Brings::Said { host, tick, bytes, relayed }),
            In::Word { host, bytes } => {
                let letter = self.open(&bytes)?;
                match (&letter.word, &mut self.way) {
                    (Word::Welcome(welcome), _) => self.measure(welcome),
                    (Word::Hello { early }, Way::Leader { sessions, .. }) => sessions.hello(&host, *early),
                    // It may call from elsewhere now.
                    (Word::State(_), Way::Leader { .. }) => self.says_early_to(&host),
                    _ => {}
                }
                let at = self.address(&host);
                Some(Brings::Word { host, from: letter.from, at, word: Box::new(letter.word) })
            }
        }
    }

    /// Where a host is reached: satellites reach each other through the leader.
    fn address(&self, host: &HostName) -> Option<IpAddr> {
        match &self.way {
            Way::Leader { porch, .. } => porch.address(host),
            Way::Satellite { door, leader, .. } => (leader == host).then(|| door.leader().ip().to_canonical()),
        }
    }

    /// A letter that is for us.
    fn open(&self, bytes: &[u8]) -> Option<Letter> {
        let letter = Letter::decode(bytes);
        if letter.is_none() {
            self.link.dropped().nonsense.fetch_add(1, Relaxed);
        }
        letter.filter(|letter| letter.to.is_none_or(|to| to == self.me))
    }

    /// What was dropped since we last asked.
    pub fn newly_dropped(&mut self) -> Lost {
        let dropped = self.link.dropped();
        let no_room = dropped.out.load(Relaxed) + dropped.incoming.load(Relaxed);
        let all = Lost { no_room, nonsense: dropped.nonsense.load(Relaxed) };
        all.since(std::mem::replace(&mut self.dropped, all))
    }
}

fn reckoning(report: &Report, early: bool) -> Reckoning {
    let quality = &report.quality;
    let ms = |of: Duration| if quality.answered == 0 { -1.0 } else { of.as_secs_f32() * 1e3 };
    Reckoning {
        estimate: report.estimate,
        anew: matches!(report.news, Some(offset::News::Anew { .. })),
        link: LinkState {
            round_trip_ms: ms(quality.median),
            jitter_ms: ms(quality.jitter),
            loss: (quality.loss * 100.0) as f32,
            clock_ms: report.estimate.map_or(-1.0, |e| (e.sigma * 1e3) as f32),
            in_link: report.in_link,
            early,
        },
    }
}

/// One port number, for calls and for pings. Where the system chooses it, the other of the two may be somebody's already.
fn both(at: SocketAddr) -> io::Result<(TcpListener, UdpSocket)> {
    let mut tries = if at.port() == 0 { 16 } else { 1 };
    loop {
        let calls = families::calls_at(at)?;
        tries -= 1;
        match families::udp_at(calls.local_addr()?) {
            Ok(socket) => return Ok((calls, socket)),
            Err(e) if tries == 0 => return Err(e),
            Err(_) => {}
        }
    }
}

/// What sends and hears early copies, if there is a socket for them; without them all goes by the link alone.
fn early(link: &Link, leads: bool, socket: io::Result<UdpSocket>) -> Option<Early> {
    match socket.and_then(|socket| Early::start(socket, leads, Box::new(link.hears_early()))) {
        Ok(early) => {
            link.speaks_early(early.voice());
            Some(early)
        }
        Err(e) => {
            tracing::debug!("nothing is said early: {e}");
            None
        }
    }
}

fn new_session() -> Result<Session, String> {
    Ok((draw().map_err(|e| e.to_string())?, draw_key().map_err(|e| e.to_string())?))
}

fn draw() -> Result<u64, NetworkError> {
    let mut bytes = [0; 8];
    SystemRandom::new().fill(&mut bytes).map_err(|_| NetworkError::Other("no chance numbers".to_owned()))?;
    Ok(u64::from_ne_bytes(bytes))
}

fn draw_key() -> Result<[u8; 32], NetworkError> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| NetworkError::Other("no chance numbers".to_owned()))?;
    Ok(bytes)
}
