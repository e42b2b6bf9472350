//! The two ends of the pings, each one thread with a UDP socket of its own: [`Answerer`] at the leader, [`Pinger`] at a
//! satellite. They only send, receive and read the clock; what it means is `ping` and `offset`.

mod answerer;
mod way;

pub use answerer::{Answerer, Counts, Full};

use super::{
    breath::Breath,
    families,
    offset::{Estimate, News, Offset, Quality, Sample},
    ping::{Datagram, Key, LENGTH, Ping, Pong, Sealed, once::Asked},
    thread::{Thread, trouble},
};
use crate::clock;
use std::{
    io,
    net::{SocketAddr, UdpSocket},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc::Receiver,
    },
    time::Duration,
};
use way::{By, Way};

/// A clock, as [`clock::now`].
type Clock = Box<dyn Fn() -> Duration + Send>;
/// Gives a ping to the link, and does not wait.
type Sends = Box<dyn Fn(&[u8; LENGTH]) + Send>;

/// Pings come so often,
const EVERY: Duration = Duration::from_millis(100);
/// and the first ones faster, so that something is known soon.
const BURST: u32 = 10;
const BURST_EVERY: Duration = Duration::from_millis(20);
/// When nothing comes back for so long, that is reported.
const SILENCE: Duration = Duration::from_secs(1);

/// What is known, after each pong, and once a second while none comes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Report {
    /// Where the leader's clock is; none before the first pong.
    pub estimate: Option<Estimate>,
    /// How well the link does.
    pub quality: Quality,
    /// What the pong has told us; none: nothing has come back for a second.
    pub news: Option<News>,
    /// Whether pings take the link, because no datagram gets through.
    pub in_link: bool,
}

/// The way through the link, for pings that do not get through as datagrams.
pub struct Detour {
    /// Gives one to the link, and does not wait.
    pub send: Sends,
    /// What the link has brought, and when; taken when the next ping is due at the latest.
    pub heard: Receiver<(Duration, [u8; LENGTH])>,
}

/// Asks a leader for the time, until it is dropped.
pub struct Pinger {
    call: Arc<Mutex<Call>>,
    thread: Thread,
}

/// Whom to ask, and as whom.
struct Call {
    leader: SocketAddr,
    session: u64,
    key: Key,
}

impl Pinger {
    /// Starts asking. `report` is called on the pinger's thread and has to be quick. A session has one pinger at a time.
    ///
    /// # Errors
    /// When the socket cannot be set up, or the system gives us no thread.
    pub fn start(
        socket: UdpSocket,
        leader: SocketAddr,
        session: u64,
        key: [u8; 32],
        detour: Option<Detour>,
        report: impl FnMut(Report) + Send + 'static,
    ) -> io::Result<Self> {
        Self::by_clock(socket, leader, session, key, detour, report, Box::new(clock::now))
    }

    fn by_clock(
        socket: UdpSocket,
        leader: SocketAddr,
        session: u64,
        key: [u8; 32],
        detour: Option<Detour>,
        report: impl FnMut(Report) + Send + 'static,
        clock: Clock,
    ) -> io::Result<Self> {
        socket.set_nonblocking(false)?;
        let key = Key::new(&key);
        let call = Arc::new(Mutex::new(Call { leader, session, key: key.clone() }));
        let (now, own) = (clock(), socket.local_addr()?);
        let mut asking = Asking {
            socket,
            own,
            call: call.clone(),
            session,
            key,
            detour,
            way: Way::new(now),
            report,
            clock,
            // Higher than all that an earlier pinger of this session has used.
            sequence: now.as_nanos() as u64,
            sent: 0,
            next: now,
            reported: now,
            asked: Asked::default(),
            asked_in_link: Asked::default(),
            offset: Offset::default(),
        };
        let thread = Thread::start("pinger", move |stop| asking.run(stop))?;
        Ok(Self { call, thread })
    }

    /// The leader is at another address now.
    pub fn aim(&self, leader: SocketAddr) {
        locked(&self.call).leader = leader;
    }

    /// The leader has let us in again: another session, and what we know of its clock stays.
    pub fn renew(&self, leader: SocketAddr, session: u64, key: [u8; 32]) {
        *locked(&self.call) = Call { leader, session, key: Key::new(&key) };
    }

    /// Whether the thread runs with real-time priority.
    #[must_use]
    pub fn is_realtime(&self) -> bool {
        self.thread.is_realtime()
    }
}

struct Asking<R> {
    socket: UdpSocket,
    /// Where that is bound: of which family it is.
    own: SocketAddr,
    call: Arc<Mutex<Call>>,
    session: u64,
    key: Key,
    detour: Option<Detour>,
    way: Way,
    report: R,
    clock: Clock,
    sequence: u64,
    /// How many pings have been sent, as far as the burst is concerned.
    sent: u32,
    /// When the next one is due.
    next: Duration,
    reported: Duration,
    asked: Asked,
    asked_in_link: Asked,
    offset: Offset,
}

impl<R: FnMut(Report)> Asking<R> {
    fn run(&mut self, stop: &AtomicBool) {
        let mut buffer = [0; LENGTH + 1];
        let mut breath = Breath::default();
        while !stop.load(Relaxed) {
            let now = (self.clock)();
            if now >= self.next {
                self.hear_from_link();
                self.ping(now);
                self.next = next(self.next, self.sent, now);
                continue;
            }
            if now.saturating_sub(self.reported) >= SILENCE {
                self.tell(now, None);
            }
            // A timeout is coarse, which hurts nobody: when a ping leaves is read when it leaves.
            let patience = (self.next - now).max(Duration::from_millis(1));
            let heard = self.socket.set_read_timeout(Some(patience)).and_then(|()| self.socket.recv_from(&mut buffer));
            let now = (self.clock)();
            match heard {
                Ok((length, _)) => {
                    if !self.hear(By::Datagram, now, &buffer[..length]) {
                        breath.wasted(now);
                    }
                }
                Err(e) => trouble(&e),
            }
        }
    }

    fn ping(&mut self, now: Duration) {
        let call = locked(&self.call);
        let leader = families::as_taken_by(self.own, call.leader);
        if call.session != self.session {
            (self.session, self.key) = (call.session, call.key.clone());
            self.sent = 0;
            (self.asked, self.asked_in_link) = Default::default();
            self.way.renewed(now);
        }
        drop(call);
        self.sent = self.sent.saturating_add(1);
        if self.way.takes_datagram(now) {
            let (sequence, t1, ping) = self.question();
            // A network that is away for a while is what loss is counted for.
            let _ = self.socket.send_to(&ping, leader);
            self.asked.ask(sequence, t1);
        }
        if self.way.takes_link(now) && self.detour.is_some() {
            let (sequence, t1, ping) = self.question();
            if let Some(detour) = &self.detour {
                (detour.send)(&ping);
            }
            self.asked_in_link.ask(sequence, t1);
        }
    }

    /// The next ping: its number, when it is sent, and as it travels.
    fn question(&mut self) -> (u64, Duration, [u8; LENGTH]) {
        self.sequence += 1;
        let t1 = (self.clock)();
        let ping = Ping { session: self.session, sequence: self.sequence, t1 };
        (self.sequence, t1, Datagram::Ping(ping).encode(&self.key))
    }

    fn hear_from_link(&mut self) {
        while let Some(Ok((t4, bytes))) = self.detour.as_ref().map(|detour| detour.heard.try_recv()) {
            self.hear(By::Link, t4, &bytes);
        }
    }

    /// Something has arrived. Whether it was of any use.
    fn hear(&mut self, by: By, t4: Duration, bytes: &[u8]) -> bool {
        let Some(sealed) = Sealed::read(bytes).filter(|sealed| sealed.session() == self.session) else { return false };
        let Some(Datagram::Pong(Pong { ping, t2, t3 })) = sealed.open(&self.key) else { return false };
        let asked = match by {
            By::Datagram => &mut self.asked,
            By::Link => &mut self.asked_in_link,
        };
        let Some(t1) = asked.answer(ping.sequence) else { return false };
        let Some(sample) = Sample::new(t1, t2, t3, t4) else { return false };
        if self.way.answered(by, t4) && by == By::Datagram {
            // Those that were tried meanwhile are no loss.
            self.asked = Asked::default();
        }
        let news = self.offset.hear(sample);
        self.tell(t4, Some(news));
        true
    }

    fn tell(&mut self, now: Duration, news: Option<News>) {
        self.reported = now;
        let in_link = self.way.is_in_link();
        let loss = if in_link { &self.asked_in_link } else { &self.asked }.loss(now);
        let quality = self.offset.quality(now, loss);
        (self.report)(Report { estimate: self.offset.estimate(now), quality, news, in_link });
    }
}

/// When the ping after the one of `last` is due, `sent` having been sent; those that have been missed are left out.
fn next(last: Duration, sent: u32, now: Duration) -> Duration {
    let step = if sent < BURST { BURST_EVERY } else { EVERY };
    let missed = now.saturating_sub(last).as_nanos() / step.as_nanos();
    last + step * u32::try_from(missed + 1).unwrap_or(u32::MAX)
}

fn locked(call: &Mutex<Call>) -> MutexGuard<'_, Call> {
    call.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
