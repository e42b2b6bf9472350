//! The other end of early copies: where it is, whether it hears us, and how much it may say. Pure.

use super::sealed::{EarlyCopy, Keys, To};
use crate::network::{HostName, bucket::Bucket, ping::once::Answered};
use ring::error::Unspecified;
use std::{net::SocketAddr, time::Duration};

/// Each end says so often that it is here.
const EVERY: Duration = Duration::from_millis(500);
/// Whose datagrams have not come for so long does not get ours, most likely.
const SILENT: Duration = Duration::from_millis(1700);
/// That whoever says that it is here hears the other.
const HEARD: &[u8] = &[1];
/// So much a satellite may send at once, and in a second: a few times what one ever does. A leader passes on what eight of them say.
const AT_ONCE: f64 = 128.0 * 1024.0;
const A_SECOND: f64 = 64.0 * 1024.0;
const LEADS: f64 = 8.0;

/// What is at the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Who {
    /// The leader, which passes on what anybody says.
    Leader,
    /// A satellite, which speaks for itself.
    Satellite(HostName),
}

pub(super) struct Peer {
    who: Who,
    keys: Keys,
    /// Where it is, as far as we know: where it said that it would be, then from where it is heard.
    at: Option<SocketAddr>,
    heard: Option<Duration>,
    /// Whether it has said that it hears us.
    hears_us: bool,
    seen: Answered,
    says: Bucket,
    /// When we have to say that we are here.
    due: Duration,
}

/// What a datagram of its is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Brings<'a> {
    /// It is here.
    Itself,
    /// A copy, and the text that it is.
    Copy(EarlyCopy<'a>, &'a [u8]),
    /// One that we had: each is sent twice.
    Again,
    /// More than it may, or no sense.
    Nothing,
}

impl Peer {
    pub(super) fn new(
        who: Who,
        session: u64,
        key: &[u8; 32],
        at: Option<SocketAddr>,
        now: Duration,
    ) -> Result<Self, Unspecified> {
        let (to, many) = match who {
            Who::Leader => (To::Leader, LEADS),
            Who::Satellite(_) => (To::Satellite, 1.0),
        };
        let keys = Keys::new(session, key, to)?;
        let says = Bucket::new(many * AT_ONCE, many * A_SECOND);
        Ok(Self { who, keys, at, heard: None, hears_us: false, seen: Answered::default(), says, due: now })
    }

    pub(super) fn session(&self) -> u64 {
        self.keys.session()
    }

    /// It says that it is elsewhere. Until it is heard from there, that may be so.
    pub(super) fn aim(&mut self, at: SocketAddr, now: Duration) {
        if !self.is_heard(now) && self.at != Some(at) {
            (self.at, self.due) = (Some(at), now);
        }
    }

    /// Where it is, if it hears us.
    pub(super) fn hears_at(&self, now: Duration) -> Option<SocketAddr> {
        self.at.filter(|_| self.hears_us && self.is_heard(now))
    }

    #[cfg(test)]
    pub(super) fn is_at(&self, at: SocketAddr) -> bool {
        self.at == Some(at)
    }

    pub(super) fn is_heard(&self, now: Duration) -> bool {
        self.heard.is_some_and(|heard| now.saturating_sub(heard) < SILENT)
    }

    /// Where to say that we are here, if that is due.
    pub(super) fn is_due(&mut self, now: Duration) -> Option<SocketAddr> {
        if now < self.due {
            return None;
        }
        self.due = now + EVERY;
        self.at
    }

    /// That we are here, and whether we hear it.
    pub(super) fn seal_word(&mut self, now: Duration) -> Vec<u8> {
        let word: &[u8] = if self.is_heard(now) { HEARD } else { b"" };
        self.seal(word)
    }

    pub(super) fn seal(&mut self, text: &[u8]) -> Vec<u8> {
        self.keys.seal(text)
    }

    /// A datagram of its session has come; `None`: it is not its.
    pub(super) fn opens<'a>(&mut self, datagram: &'a mut [u8], from: SocketAddr, now: Duration) -> Option<Brings<'a>> {
        let length = datagram.len();
        let (number, text) = self.keys.open(datagram)?;
        if !self.seen.is_new(number) {
            return Some(Brings::Again);
        }
        if !self.is_heard(now) || self.at != Some(from) {
            // It need not wait until it knows that.
            (self.due, self.hears_us) = (now, false);
        }
        (self.at, self.heard) = (Some(from), Some(now));
        if !self.says.takes(length, now) {
            return Some(Brings::Nothing);
        }
        if text.is_empty() || text == HEARD {
            self.hears_us = text == HEARD;
            return Some(Brings::Itself);
        }
        let copy = EarlyCopy::decode(text).filter(|copy| match &self.who {
            Who::Leader => true,
            Who::Satellite(host) => copy.host == host.as_str(),
        });
        Some(copy.map_or(Brings::Nothing, |copy| Brings::Copy(copy, text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::number::Numbered;
    use musebot_protocol::Tick;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn at(port: u16) -> SocketAddr {
        ([192, 0, 2, 7], port).into()
    }

    /// A satellite's leader, and the leader's satellite `left`.
    fn ends() -> (Peer, Peer) {
        let new = |who| Peer::new(who, 7, &[9; 32], Some(at(1)), ms(0)).unwrap();
        (new(Who::Leader), new(Who::Satellite(HostName::new("left").unwrap())))
    }

    fn copy_of(host: &str) -> Vec<u8> {
        let attached = Numbered::begin().next(Tick(3));
        EarlyCopy { host, attached: &attached, topic: "notes", bytes: b"here" }.encode().unwrap()
    }

    #[test]
    fn it_is_where_it_is_heard_from_until_it_falls_silent() {
        let (mut leader, mut left) = ends();
        assert_eq!((left.hears_at(ms(0)), left.is_due(ms(0)), left.is_due(ms(400))), (None, Some(at(1)), None));
        assert_eq!(left.opens(&mut leader.seal_word(ms(400)), at(2), ms(400)), Some(Brings::Itself));
        assert_eq!(
            (left.hears_at(ms(400)), left.is_due(ms(400))),
            (None, Some(at(2))),
            "it may not hear us, and is answered"
        );
        assert_eq!(leader.opens(&mut left.seal_word(ms(400)), at(9), ms(400)), Some(Brings::Itself));
        assert_eq!(leader.hears_at(ms(400)), Some(at(9)));
        assert_eq!(left.opens(&mut leader.seal_word(ms(500)), at(2), ms(500)), Some(Brings::Itself));
        assert_eq!((left.hears_at(ms(2_000)), left.is_due(ms(2_000))), (Some(at(2)), Some(at(2))));
        left.aim(at(3), ms(2_000));
        assert_eq!(left.hears_at(ms(2_000)), Some(at(2)), "it is heard from there");
        assert_eq!(left.hears_at(ms(2_300)), None);
        left.aim(at(3), ms(2_300));
        assert_eq!((left.hears_at(ms(2_300)), left.is_due(ms(2_300))), (None, Some(at(3))));
        left.aim(at(3), ms(2_400));
        assert_eq!(left.is_due(ms(2_400)), None, "it has just been told there");
    }

    #[test]
    fn what_comes_twice_counts_once_and_moves_nobody() {
        let (mut leader, mut left) = ends();
        let text = copy_of("left");
        let datagram = leader.seal(&text);
        assert!(
            matches!(left.opens(&mut datagram.clone(), at(2), ms(0)), Some(Brings::Copy(copy, _)) if copy.bytes == b"here")
        );
        assert_eq!(left.opens(&mut datagram.clone(), at(66), ms(0)), Some(Brings::Again));
        assert!(left.is_at(at(2)), "whoever has recorded it is not where it is");
    }

    #[test]
    fn a_satellite_speaks_for_itself_alone_and_the_leader_for_all() {
        let (mut leader, mut left) = ends();
        assert_eq!(left.opens(&mut leader.seal(&copy_of("right")), at(2), ms(0)), Some(Brings::Nothing));
        let down = left.seal(&copy_of("right"));
        assert!(matches!(leader.opens(&mut down.clone(), at(2), ms(0)), Some(Brings::Copy(..))));
        let mut own = left.seal(b"");
        assert_eq!(left.opens(&mut own, at(2), ms(0)), None, "its own, sent back");
    }

    #[test]
    fn a_flood_is_cut_short() {
        let (mut leader, mut left) = ends();
        let text = copy_of("left");
        let passed = (0..10_000).filter(|n| {
            let mut datagram = leader.seal(&text);
            matches!(left.opens(&mut datagram, at(2), Duration::from_micros(n * 100)), Some(Brings::Copy(..)))
        });
        let passed = passed.count();
        assert!((500..2_000).contains(&passed), "{passed} of 10,000 in a second");
    }
}
