//! Tells satellites what time it is: the leader's end.

use super::Clock;
use crate::{
    clock,
    network::{
        breath::Breath,
        ping::{Datagram, Key, LENGTH, Pong, Sealed, once::Answered},
        thread::{Thread, trouble},
    },
};
use std::{
    collections::HashMap,
    io,
    net::UdpSocket,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

/// Sessions at most.
const SESSIONS: usize = 1024;
/// So many answers a session gets in a second: five times what a pinger asks for.
const ANSWERS: u32 = 50;
/// So often the thread looks whether it is to end.
const LOOK: Duration = Duration::from_millis(100);

/// There are as many sessions as there can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("failed to admit one more machine: {SESSIONS} are here already")]
pub struct Full;

/// What has come in so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Pings that were answered.
    pub answered: u64,
    /// What was none, of nobody who was admitted, or made with another key.
    pub garbage: u64,
    /// Pings that had been answered before, or were too many.
    pub replays: u64,
}

/// Answers the pings of those that are admitted, until it is dropped.
pub struct Answerer {
    desk: Arc<Desk>,
    _thread: Thread,
}

/// What the thread shares with us.
#[derive(Default)]
struct Desk {
    sessions: Mutex<HashMap<u64, Session>>,
    answered: AtomicU64,
    garbage: AtomicU64,
    replays: AtomicU64,
}

struct Session {
    key: Key,
    answered: Answered,
    /// Since when, and how many since then.
    lately: (Duration, u32),
}

impl Answerer {
    /// Starts answering. At first nobody is admitted.
    ///
    /// # Errors
    /// When the socket cannot be set up, or the system gives us no thread.
    pub fn start(socket: UdpSocket) -> io::Result<Self> {
        Self::by_clock(socket, Box::new(clock::now))
    }

    pub(super) fn by_clock(socket: UdpSocket, clock: Clock) -> io::Result<Self> {
        socket.set_nonblocking(false)?;
        socket.set_read_timeout(Some(LOOK))?;
        let desk = Arc::new(Desk::default());
        let shared = desk.clone();
        let thread = Thread::start("answerer", move |stop| run(&socket, &clock, &shared, stop))?;
        Ok(Self { desk, _thread: thread })
    }

    /// From now on, whoever has this key is answered. A session that is here already begins anew.
    ///
    /// # Errors
    /// When too many are here.
    pub fn admit(&self, session: u64, key: [u8; 32]) -> Result<(), Full> {
        let mut sessions = self.desk.sessions();
        if sessions.len() >= SESSIONS && !sessions.contains_key(&session) {
            return Err(Full);
        }
        let new = Session { key: Key::new(&key), answered: Answered::default(), lately: (Duration::ZERO, 0) };
        sessions.insert(session, new);
        Ok(())
    }

    /// From now on it is not.
    pub fn dismiss(&self, session: u64) {
        self.desk.sessions().remove(&session);
    }

    /// What answers pings that arrive some other way than at our socket, by the same rules.
    pub fn elsewhere(&self) -> impl Fn(&[u8]) -> Option<[u8; LENGTH]> + Send + Sync + use<> {
        let desk = self.desk.clone();
        move |bytes| desk.answer(clock::now(), clock::now, bytes)
    }

    /// What has come in so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let Desk { answered, garbage, replays, .. } = &*self.desk;
        Counts { answered: answered.load(Relaxed), garbage: garbage.load(Relaxed), replays: replays.load(Relaxed) }
    }
}

impl Desk {
    fn sessions(&self) -> MutexGuard<'_, HashMap<u64, Session>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer to what was received at `t2`, if there is one.
    fn answer(&self, t2: Duration, clock: impl Fn() -> Duration, bytes: &[u8]) -> Option<[u8; LENGTH]> {
        let wasted = |count: &AtomicU64| {
            count.fetch_add(1, Relaxed);
            None
        };
        let Some(sealed) = Sealed::read(bytes) else { return wasted(&self.garbage) };
        let mut sessions = self.sessions();
        let Some(session) = sessions.get_mut(&sealed.session()) else { return wasted(&self.garbage) };
        let Some(Datagram::Ping(ping)) = sealed.open(&session.key) else { return wasted(&self.garbage) };
        if !session.answered.is_new(ping.sequence) || !session.may_ask(t2) {
            return wasted(&self.replays);
        }
        self.answered.fetch_add(1, Relaxed);
        Some(Datagram::Pong(Pong { ping, t2, t3: clock() }).encode(&session.key))
    }
}

impl Session {
    fn may_ask(&mut self, now: Duration) -> bool {
        let (since, many) = &mut self.lately;
        if now.saturating_sub(*since) >= Duration::from_secs(1) {
            (*since, *many) = (now, 0);
        }
        *many += 1;
        *many <= ANSWERS
    }
}

fn run(socket: &UdpSocket, clock: &Clock, desk: &Desk, stop: &AtomicBool) {
    let mut buffer = [0; LENGTH + 1];
    let mut breath = Breath::default();
    while !stop.load(Relaxed) {
        let heard = socket.recv_from(&mut buffer);
        let t2 = clock();
        match heard {
            Ok((length, from)) => match desk.answer(t2, clock, &buffer[..length]) {
                // Who has gone meanwhile does not hear it.
                Some(pong) => drop(socket.send_to(&pong, from)),
                None => breath.wasted(t2),
            },
            Err(e) => trouble(&e),
        }
    }
}
