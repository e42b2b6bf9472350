//! Early copies: what bots say to everybody, once more as sealed datagrams that run ahead of the link.
//!
//! The link brings everything, in order, and is what counts. But on its way each machine wakes one thread after the other, and
//! a packet that is lost holds up all that come after it until TCP has sent it again. A copy is sent by whoever has heard the bot
//! and wakes one thread where it arrives; it is sent twice, since what is lost is not sent again. What no copy brings (one that
//! was lost both times, most of a flood, what is too long for a datagram), the link does. `link/heard.rs` sees to it that all is heard
//! once and in order.
//!
//! Each end tells the other by the link at which UDP port it hears, and says there twice a second that it is here: both speak first,
//! so that nothing has to be opened in a firewall that lets answers in. Where no datagram gets through, there are no copies.
//! Copies go to everybody, whatever topics it wants: among many satellites there are none.

mod peer;
mod sealed;

pub(super) use sealed::EarlyCopy;

use super::{
    HostName,
    breath::Breath,
    bucket::Bucket,
    families,
    number::Attached,
    thread::{Thread, trouble},
};
use crate::clock;
use peer::{Brings, Peer, Who};
use rustix::net::{SendFlags, sendto};
use sealed::{LONGEST, To};
use std::{
    collections::BTreeMap,
    io,
    net::{SocketAddr, UdpSocket},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

/// Where there are more satellites than this, there are no copies: they would go to all of them from all of them.
const MOST_PEERS: usize = 8;
/// So many bytes of copies we make at once, and in a second, each of which is sent twice to each: what a host's bots say, and little of a
/// flood.
const AT_ONCE: f64 = 16.0 * 1024.0;
const A_SECOND: f64 = 16.0 * 1024.0;
/// And so many of all datagrams that carry copies, ours and those that a leader passes on: two megabits in a second, a thousand
/// datagrams, so that the radio of a hall has room for the rest.
const ALL: f64 = 256.0 * 1024.0;
/// What is around the text of a copy: the seal, and what UDP and IP add.
const AROUND: usize = 96;
/// So often the thread looks whether it is to end, and who has to hear that we are here.
const LOOK: Duration = Duration::from_millis(100);

/// Who gets a copy as soon as it is there. It has to be quick.
type Ear = Box<dyn Fn(&EarlyCopy<'_>) + Send>;

/// Sends early copies, and hears others', until it is dropped.
pub(super) struct Early {
    post: Arc<Post>,
    _thread: Thread,
}

/// What sends copies. Cheap to clone.
#[derive(Clone)]
pub(super) struct Voice(Arc<Post>);

/// What the thread shares with us.
struct Post {
    socket: UdpSocket,
    /// Where that is bound: of which family it is.
    own: SocketAddr,
    leads: bool,
    peers: Mutex<Peers>,
}

struct Peers {
    all: BTreeMap<u64, Peer>,
    /// What we say.
    says: Bucket,
    /// What we send.
    sends: Bucket,
}

impl Peers {
    /// Whether so many are heard that there are no copies, and none is told that we are here.
    fn are_many(&self, now: Duration) -> bool {
        self.all.values().filter(|peer| peer.is_heard(now)).count() > MOST_PEERS
    }
}

impl Early {
    /// At first there is nobody at the other end.
    ///
    /// # Errors
    /// When the socket cannot be set up, or the system gives us no thread.
    pub(super) fn start(socket: UdpSocket, leads: bool, ear: Ear) -> io::Result<Self> {
        socket.set_nonblocking(false)?;
        socket.set_read_timeout(Some(LOOK))?;
        let own = socket.local_addr()?;
        let (says, sends) = (Bucket::new(AT_ONCE, A_SECOND), Bucket::new(ALL, ALL));
        let peers = Mutex::new(Peers { all: BTreeMap::new(), says, sends });
        let post = Arc::new(Post { socket, own, leads, peers });
        let shared = post.clone();
        let thread = Thread::start("early", move |stop| shared.run(&ear, stop))?;
        Ok(Self { post, _thread: thread })
    }

    /// The port at which copies arrive here.
    pub(super) fn port(&self) -> u16 {
        self.post.own.port()
    }

    /// Whether anybody hears us, and we it.
    pub(super) fn is_open(&self) -> bool {
        let now = clock::now();
        self.post.peers().all.values().any(|peer| peer.hears_at(now).is_some())
    }

    pub(super) fn voice(&self) -> Voice {
        Voice(self.post.clone())
    }

    /// A satellite has been let in, perhaps again, and says that it hears at this address.
    pub(super) fn admit(&self, host: &HostName, session: u64, key: &[u8; 32], at: Option<SocketAddr>) {
        self.post.meets(Who::Satellite(host.clone()), session, key, at);
    }

    /// It has gone.
    pub(super) fn dismiss(&self, session: u64) {
        self.post.peers().all.remove(&session);
    }

    /// The leader has let us in, perhaps again.
    pub(super) fn call(&self, leader: SocketAddr, session: u64, key: &[u8; 32]) {
        self.hangs_up_but(Some(session));
        self.post.meets(Who::Leader, session, key, Some(leader));
    }

    /// Nobody hears us any more, but perhaps by one session.
    pub(super) fn hangs_up_but(&self, session: Option<u64>) {
        self.post.peers().all.retain(|known, _| Some(*known) == session);
    }

    /// The leader is at another address now, most likely.
    pub(super) fn aim(&self, leader: SocketAddr) {
        let now = clock::now();
        for peer in self.post.peers().all.values_mut() {
            peer.aim(leader, now);
        }
    }
}

impl Voice {
    /// Sends what a bot of ours says to whoever hears us; `topic` is escaped. Never waits.
    pub(super) fn say(&self, host: &HostName, attached: &Attached, topic: &str, bytes: &[u8]) {
        let copy = EarlyCopy { host: host.as_str(), attached, topic, bytes };
        let (now, mut peers) = (clock::now(), self.0.peers());
        if peers.all.is_empty() || !peers.says.lets(topic.len() + bytes.len(), now) {
            return;
        }
        if let Some(text) = copy.encode() {
            self.0.send(&mut peers, &text, None, now);
        }
    }
}

impl Post {
    fn peers(&self) -> MutexGuard<'_, Peers> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn meets(&self, who: Who, session: u64, key: &[u8; 32], at: Option<SocketAddr>) {
        let (now, mut peers) = (clock::now(), self.peers());
        // Who is known keeps what it has counted: no number is sealed twice.
        match (peers.all.get_mut(&session), at) {
            (Some(peer), Some(at)) => peer.aim(at, now),
            (Some(_), None) => {}
            (None, _) => {
                // Without chance numbers nothing else would be here either.
                if let Ok(peer) = Peer::new(who, session, key, at, now) {
                    peers.all.insert(session, peer);
                }
            }
        }
    }

    /// Sends a copy to all that hear us but one, and once more.
    fn send(&self, peers: &mut Peers, text: &[u8], but: Option<u64>, now: Duration) {
        let hears = |peer: &Peer| Some(peer.session()) != but && peer.hears_at(now).is_some();
        let datagrams = 2 * peers.all.values().filter(|peer| hears(peer)).count();
        let all = datagrams * (text.len() + AROUND);
        if datagrams == 0 || peers.are_many(now) || !peers.sends.lets(all, now) {
            return;
        }
        let others = peers.all.values_mut().filter(|peer| hears(peer));
        let sealed: Vec<_> = others
            .filter_map(|peer| {
                let (at, datagram) = (peer.hears_at(now)?, peer.seal(text));
                self.give(&datagram, at);
                Some((at, datagram))
            })
            .collect();
        for (at, datagram) in sealed {
            self.give(&datagram, at);
        }
    }

    /// Gives a datagram to the system, if it has room for it.
    fn give(&self, datagram: &[u8], at: SocketAddr) {
        let _ = sendto(&self.socket, datagram, SendFlags::DONTWAIT, &families::as_taken_by(self.own, at));
    }

    fn run(&self, ear: &Ear, stop: &AtomicBool) {
        let mut buffer = [0; LONGEST + 1];
        let (mut breath, mut looks) = (Breath::default(), Duration::ZERO);
        while !stop.load(Relaxed) {
            let heard = self.socket.recv_from(&mut buffer);
            let now = clock::now();
            match heard {
                Ok((length, from)) => {
                    if !self.hear(&mut buffer[..length], from, now, ear) {
                        breath.wasted(now);
                    }
                }
                Err(e) => trouble(&e),
            }
            if now >= looks {
                looks = now + LOOK;
                self.say_that_we_are_here(now);
            }
        }
    }

    /// A datagram has come. Whether it was of any use.
    fn hear(&self, datagram: &mut [u8], from: SocketAddr, now: Duration, ear: &Ear) -> bool {
        let us = if self.leads { To::Leader } else { To::Satellite };
        let Some(session) = sealed::session(datagram, us) else { return false };
        let mut peers = self.peers();
        let Some(peer) = peers.all.get_mut(&session) else { return false };
        match peer.opens(datagram, from, now) {
            Some(Brings::Copy(copy, text)) => {
                if self.leads {
                    self.send(&mut peers, text, Some(session), now);
                }
                drop(peers);
                ear(&copy);
                true
            }
            Some(Brings::Itself) => true,
            // Of a band, half is this; without end, it is somebody who has recorded it.
            Some(Brings::Again | Brings::Nothing) | None => false,
        }
    }

    fn say_that_we_are_here(&self, now: Duration) {
        let mut peers = self.peers();
        if peers.are_many(now) {
            return;
        }
        for peer in peers.all.values_mut() {
            if let Some(at) = peer.is_due(now) {
                let datagram = peer.seal_word(now);
                self.give(&datagram, at);
            }
        }
    }
}

#[cfg(test)]
mod tests;
