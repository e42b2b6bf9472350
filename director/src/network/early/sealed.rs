//! Early copies as they travel: sealed for one machine, so that nobody else reads, makes or changes one. Pure but for the four bytes
//! of chance that each who seals draws.
//!
//! ```text
//!  0  "MBEC"        6  0 0           16  four bytes of chance of who seals   28  sealed: "I am here" (0 bytes;
//!  4  version 1     8  session       20  number: each is higher than             1, the byte 1: "and hear you"), or
//!  5  0 up, 1 down                       the one before                          a copy; then the tag, 16 bytes
//! ```
//!
//! A copy: what every broadcast carries (`number.rs`, 24 bytes); the length of the host's name (1 byte) and the name; the length of
//! the topic (2 bytes) and the topic, as part of a key; the broadcast's own bytes. Numbers are big-endian. The seal is
//! ChaCha20-Poly1305 (RFC 8439) over what is sealed and the first 16 bytes. The number and the chance are its nonce; each way has a
//! key of its own, made (HKDF-SHA256, RFC 5869) of the session's, which the link has agreed and no two sessions share.

use crate::network::number::{Attached, Number, Numbered};
use musebot_protocol::Tick;
use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey},
    error::Unspecified,
    hkdf,
    rand::{SecureRandom, SystemRandom},
};

const MAGIC: [u8; 4] = *b"MBEC";
const VERSION: u8 = 1;
/// Where the nonce begins, and what is sealed.
const NONCE: usize = 16;
const SEALED: usize = 28;
/// The longest datagram: one that no network cuts into pieces.
pub(in crate::network) const LONGEST: usize = 1200;

/// Which way it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    /// Up.
    Leader,
    /// Down.
    Satellite,
}

impl To {
    fn byte(self) -> u8 {
        match self {
            Self::Leader => 0,
            Self::Satellite => 1,
        }
    }
}

/// One end's keys.
pub(super) struct Keys {
    session: u64,
    to: To,
    seals: LessSafeKey,
    opens: LessSafeKey,
    chance: [u8; 4],
    next: u64,
}

impl Keys {
    /// Those of the end that sends `to` the other, for a session and its key.
    pub(super) fn new(session: u64, key: &[u8; 32], to: To) -> Result<Self, Unspecified> {
        let secret = hkdf::Salt::new(hkdf::HKDF_SHA256, b"musebot early copies").extract(key);
        let of = |to: To| {
            let way: [&[u8]; 1] = [&[to.byte()]];
            secret.expand(&way, &CHACHA20_POLY1305).map(|key| LessSafeKey::new(UnboundKey::from(key)))
        };
        let back = match to {
            To::Leader => To::Satellite,
            To::Satellite => To::Leader,
        };
        let mut chance = [0; 4];
        SystemRandom::new().fill(&mut chance)?;
        Ok(Self { session, to, seals: of(to)?, opens: of(back)?, chance, next: 0 })
    }

    pub(super) fn session(&self) -> u64 {
        self.session
    }

    /// Seals a text.
    pub(super) fn seal(&mut self, text: &[u8]) -> Vec<u8> {
        let mut datagram = Vec::with_capacity(SEALED + text.len() + CHACHA20_POLY1305.tag_len());
        datagram.extend(MAGIC);
        datagram.extend([VERSION, self.to.byte(), 0, 0]);
        datagram.extend(self.session.to_be_bytes());
        datagram.extend(self.chance);
        datagram.extend(self.next.to_be_bytes());
        self.next += 1;
        datagram.extend(text);
        let (head, text) = datagram.split_at_mut(SEALED);
        match self.seals.seal_in_place_separate_tag(nonce(head), Aad::from(&head[..NONCE]), text) {
            Ok(tag) => datagram.extend(tag.as_ref()),
            // Only what is longer than 256 GiB cannot be sealed.
            Err(Unspecified) => datagram.clear(),
        }
        datagram
    }

    /// The number and the text of a datagram of this session, if the other end has sealed it.
    pub(super) fn open<'a>(&self, datagram: &'a mut [u8]) -> Option<(u64, &'a [u8])> {
        let (head, text) = datagram.split_at_mut_checked(SEALED)?;
        let text = self.opens.open_in_place(nonce(head), Aad::from(&head[..NONCE]), text).ok()?;
        Some((number(&head[20..]), text))
    }
}

fn nonce(head: &[u8]) -> Nonce {
    Nonce::assume_unique_for_key(std::array::from_fn(|i| head[NONCE + i]))
}

fn number(bytes: &[u8]) -> u64 {
    bytes[..8].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// The session that a datagram says it belongs to, if it looks like one of these and goes `to` us; nobody has vouched for it yet.
pub(super) fn session(datagram: &[u8], to: To) -> Option<u64> {
    let head = datagram.get(..SEALED)?;
    (head[..8] == [b"MBEC".as_slice(), &[VERSION, to.byte(), 0, 0]].concat()).then(|| number(&head[8..]))
}

/// A broadcast, early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::network) struct EarlyCopy<'a> {
    /// On which host it was said.
    pub(in crate::network) host: &'a str,
    /// What it carries beside its bytes.
    pub(in crate::network) attached: &'a Attached,
    /// Its topic, escaped.
    pub(in crate::network) topic: &'a str,
    /// Its own bytes.
    pub(in crate::network) bytes: &'a [u8],
}

impl<'a> EarlyCopy<'a> {
    /// As a text to be sealed; `None`: it is too long to travel early.
    pub(super) fn encode(&self) -> Option<Vec<u8>> {
        let length = self.attached.len() + 3 + self.host.len() + self.topic.len() + self.bytes.len();
        let around = SEALED + CHACHA20_POLY1305.tag_len();
        if length + around > LONGEST {
            return None;
        }
        let mut text = Vec::with_capacity(length);
        text.extend(self.attached);
        text.push(u8::try_from(self.host.len()).ok()?);
        text.extend(self.host.as_bytes());
        text.extend(u16::try_from(self.topic.len()).ok()?.to_be_bytes());
        text.extend(self.topic.as_bytes());
        text.extend(self.bytes);
        Some(text)
    }

    pub(super) fn decode(text: &'a [u8]) -> Option<Self> {
        let (attached, text) = text.split_first_chunk()?;
        let (length, text) = text.split_first()?;
        let (host, text) = text.split_at_checked((*length).into())?;
        let (length, text) = text.split_first_chunk()?;
        let (topic, bytes) = text.split_at_checked(u16::from_be_bytes(*length).into())?;
        Some(Self { host: std::str::from_utf8(host).ok()?, attached, topic: std::str::from_utf8(topic).ok()?, bytes })
    }

    /// Its number, and the tick at which it was said.
    pub(in crate::network) fn number(&self) -> Option<(Number, Tick)> {
        Numbered::read(self.attached)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: [u8; 32] = [9; 32];

    fn ends() -> (Keys, Keys) {
        (Keys::new(7, &KEY, To::Leader).unwrap(), Keys::new(7, &KEY, To::Satellite).unwrap())
    }

    #[test]
    fn the_other_end_opens_what_was_sealed_and_nobody_else_does() {
        let (mut satellite, mut leader) = ends();
        let up = satellite.seal(b"up");
        assert_eq!((session(&up, To::Leader), session(&up, To::Satellite)), (Some(7), None));
        assert_eq!(leader.open(&mut up.clone()), Some((0, b"up".as_slice())));
        assert_eq!(satellite.open(&mut up.clone()), None, "its own, sent back");
        assert_eq!(leader.seal(b"").len(), SEALED + 16);
        let down = leader.seal(b"down");
        assert_eq!(satellite.open(&mut down.clone()), Some((1, b"down".as_slice())));
        let others = [Keys::new(7, &[8; 32], To::Satellite), Keys::new(8, &KEY, To::Satellite)];
        assert_eq!(others[0].as_ref().unwrap().open(&mut up.clone()), None, "another key");
        assert!(!up.windows(2).any(|two| two == b"up"), "nobody can read it");
    }

    #[test]
    fn no_two_are_sealed_alike() {
        let (mut satellite, _) = ends();
        let (mut again, _) = ends();
        let all = [satellite.seal(b"same"), satellite.seal(b"same"), again.seal(b"same")];
        let nonces = all.each_ref().map(|datagram| &datagram[NONCE..SEALED]);
        assert!(nonces[0] != nonces[1] && nonces[0] != nonces[2]);
    }

    proptest! {
        #[test]
        fn whatever_is_changed_on_its_way_is_not_opened(text in prop::collection::vec(any::<u8>(), 0..100), at: usize, bit in 0..8_u8) {
            let (mut satellite, leader) = ends();
            let mut datagram = satellite.seal(&text);
            let at = at % datagram.len();
            datagram[at] ^= 1 << bit;
            prop_assert!(session(&datagram, To::Leader) != Some(7) || leader.open(&mut datagram).is_none());
        }

        #[test]
        fn junk_is_nothing_and_never_panics(mut junk in prop::collection::vec(any::<u8>(), 0..200)) {
            let (_, leader) = ends();
            prop_assert_eq!(session(&junk, To::Leader), None);
            let _ = EarlyCopy::decode(&junk);
            prop_assert!(leader.open(&mut junk).is_none());
        }

        #[test]
        fn a_copy_comes_back_as_it_went_or_is_too_long(
            host in "[a-z0-9]{1,63}", topic in ".{0,300}", bytes in prop::collection::vec(any::<u8>(), 0..1200), tick: i64,
        ) {
            let attached = Numbered::begin().next(Tick(tick));
            let copy = EarlyCopy { host: &host, attached: &attached, topic: &topic, bytes: &bytes };
            match copy.encode() {
                Some(text) => {
                    prop_assert_eq!(EarlyCopy::decode(&text), Some(copy));
                    prop_assert_eq!(copy.number().unwrap().1, Tick(tick));
                    let (mut satellite, _) = ends();
                    prop_assert!(satellite.seal(&text).len() <= LONGEST);
                }
                None => prop_assert!(host.len() + topic.len() + bytes.len() > LONGEST - 100),
            }
        }
    }
}
