//! The datagrams by which clocks are compared, and what keeps strangers out of them. Pure.
//!
//! ```text
//!  0  "MBPG"         16  sequence                    48  the first 16 bytes of HMAC-SHA256
//!  4  version 1      24  t1: sent                        over all before them, with the session's key
//!  5  0 ping, 1 pong 32  t2: received      (0 in a ping)
//!  6  0 0            40  t3: answered      (0 in a ping)
//!  8  session        48  …
//! ```
//!
//! Numbers are big-endian, instants are nanoseconds of the sender's monotonic clock. A pong is as long as a ping: nobody
//! gets more out of us than was put in. The key of a session is agreed over the link, which knows who is who.

pub mod once;

use ring::hmac;
use std::time::Duration;

/// The length of every datagram.
pub const LENGTH: usize = 64;
/// Where the seal begins.
const SEAL: usize = 48;
const MAGIC: [u8; 4] = *b"MBPG";
const VERSION: u8 = 1;
const PING: u8 = 0;
const PONG: u8 = 1;

/// What the two ends of a session share.
#[derive(Debug, Clone)]
pub struct Key(hmac::Key);

impl Key {
    /// From 32 bytes that nobody else knows.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    fn seal(&self, bytes: &[u8]) -> [u8; LENGTH - SEAL] {
        let whole = hmac::sign(&self.0, bytes);
        std::array::from_fn(|i| whole.as_ref()[i])
    }
}

/// A question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ping {
    /// Whose it is.
    pub session: u64,
    /// Its number; each is higher than the one before.
    pub sequence: u64,
    /// When it was sent, by the clock of who asks.
    pub t1: Duration,
}

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pong {
    /// To what.
    pub ping: Ping,
    /// When that was received, by the clock of who answers,
    pub t2: Duration,
    /// and when it was answered.
    pub t3: Duration,
}

/// What a datagram can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Datagram {
    /// A question.
    Ping(Ping),
    /// An answer.
    Pong(Pong),
}

impl Datagram {
    /// As it travels.
    #[must_use]
    pub fn encode(&self, key: &Key) -> [u8; LENGTH] {
        let (kind, ping, t2, t3) = match *self {
            Self::Ping(ping) => (PING, ping, Duration::ZERO, Duration::ZERO),
            Self::Pong(Pong { ping, t2, t3 }) => (PONG, ping, t2, t3),
        };
        let mut bytes = [0; LENGTH];
        bytes[..4].copy_from_slice(&MAGIC);
        bytes[4] = VERSION;
        bytes[5] = kind;
        let numbers = [ping.session, ping.sequence, nanoseconds(ping.t1), nanoseconds(t2), nanoseconds(t3)];
        for (place, number) in bytes[8..SEAL].chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&number.to_be_bytes());
        }
        let seal = key.seal(&bytes[..SEAL]);
        bytes[SEAL..].copy_from_slice(&seal);
        bytes
    }
}

/// A datagram that has the right form, and that nobody has vouched for yet.
#[derive(Debug, Clone, Copy)]
pub struct Sealed<'a>(&'a [u8; LENGTH]);

impl<'a> Sealed<'a> {
    /// Looks at the form alone, which costs nothing.
    #[must_use]
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let bytes: &[u8; LENGTH] = bytes.try_into().ok()?;
        (bytes[..4] == MAGIC && bytes[4] == VERSION && bytes[5] <= PONG && bytes[6..8] == [0, 0]).then_some(Self(bytes))
    }

    /// Whose it says it is.
    #[must_use]
    pub fn session(self) -> u64 {
        self.number(0)
    }

    /// What it says, if it was made with this key.
    #[must_use]
    pub fn open(self, key: &Key) -> Option<Datagram> {
        let (said, seal) = self.0.split_at(SEAL);
        if !equal(&key.seal(said), seal) {
            return None;
        }
        let instant = |place| Duration::from_nanos(self.number(place));
        let ping = Ping { session: self.session(), sequence: self.number(1), t1: instant(2) };
        Some(match said[5] {
            PING => Datagram::Ping(ping),
            _ => Datagram::Pong(Pong { ping, t2: instant(3), t3: instant(4) }),
        })
    }

    fn number(self, place: usize) -> u64 {
        u64::from_be_bytes(std::array::from_fn(|i| self.0[8 + place * 8 + i]))
    }
}

/// As it travels: enough for 584 years.
fn nanoseconds(at: Duration) -> u64 {
    u64::try_from(at.as_nanos()).unwrap_or(u64::MAX)
}

/// Whether two seals are the same, which takes as long wherever they differ.
fn equal(a: &[u8], b: &[u8]) -> bool {
    let differ = a.iter().zip(b).fold(0, |differ, (a, b)| std::hint::black_box(differ | (a ^ b)));
    a.len() == b.len() && differ == 0
}

#[cfg(test)]
mod tests;
