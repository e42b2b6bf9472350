//! What is made with the key is read, and nothing else.

use super::*;
use proptest::prelude::*;

fn key(secret: u8) -> Key {
    Key::new(&[secret; 32])
}

fn datagram() -> impl Strategy<Value = Datagram> {
    (any::<bool>(), any::<[u64; 5]>()).prop_map(|(answer, [session, sequence, t1, t2, t3])| {
        let ping = Ping { session, sequence, t1: Duration::from_nanos(t1) };
        let pong = Pong { ping, t2: Duration::from_nanos(t2), t3: Duration::from_nanos(t3) };
        if answer { Datagram::Pong(pong) } else { Datagram::Ping(ping) }
    })
}

/// As whoever receives it does.
fn decode(bytes: &[u8], key: &Key) -> Option<Datagram> {
    Sealed::read(bytes)?.open(key)
}

#[test]
fn a_pong_is_no_longer_than_a_ping_and_its_layout_is_fixed() {
    let ping = Ping { session: 0x0102_0304_0506_0708, sequence: 9, t1: Duration::from_nanos(10) };
    let bytes = Datagram::Ping(ping).encode(&key(7));
    assert_eq!(bytes[..8], *b"MBPG\x01\x00\x00\x00");
    assert_eq!(bytes[8..32], [1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 10]);
    assert_eq!(bytes[32..48], [0; 16]);
    let pong = Datagram::Pong(Pong { ping, t2: Duration::from_nanos(1), t3: Duration::from_nanos(2) });
    let bytes = pong.encode(&key(7));
    assert_eq!((bytes.len(), bytes[5], bytes[39], bytes[47]), (LENGTH, 1, 1, 2));
}

#[test]
fn the_seal_is_an_hmac_sha256_as_everybody_makes_it() {
    let bytes = Datagram::Ping(Ping { session: 1, sequence: 2, t1: Duration::from_nanos(3) }).encode(&key(0));
    let whole = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &[0; 32]), &bytes[..48]);
    assert_eq!(bytes[48..], whole.as_ref()[..16]);
}

proptest! {
    #[test]
    fn what_is_sent_is_what_is_read(said in datagram(), secret: [u8; 32]) {
        let key = Key::new(&secret);
        let bytes = said.encode(&key);
        prop_assert_eq!(decode(&bytes, &key), Some(said));
    }

    #[test]
    fn junk_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..130)) {
        prop_assert_eq!(decode(&bytes, &key(1)), None);
    }

    #[test]
    fn junk_in_the_right_form_is_refused(mut bytes in any::<[[u8; 32]; 2]>().prop_map(|halves| halves.concat()), kind in 0..2_u8) {
        bytes[..8].copy_from_slice(b"MBPG\x01\x00\x00\x00");
        bytes[5] = kind;
        prop_assert!(Sealed::read(&bytes).is_some());
        prop_assert_eq!(decode(&bytes, &key(1)), None);
    }

    #[test]
    fn the_wrong_key_opens_nothing(said in datagram(), right: [u8; 32], wrong: [u8; 32]) {
        prop_assume!(right != wrong);
        prop_assert_eq!(decode(&said.encode(&Key::new(&right)), &Key::new(&wrong)), None);
    }

    #[test]
    fn a_datagram_that_is_too_short_or_too_long_is_refused(said in datagram(), length in 0..200_usize) {
        prop_assume!(length != LENGTH);
        let mut bytes = said.encode(&key(1)).to_vec();
        bytes.resize(length, 0);
        prop_assert_eq!(decode(&bytes, &key(1)), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]
    #[test]
    fn any_flipped_bit_is_refused(said in datagram()) {
        let bytes = said.encode(&key(1));
        for bit in 0..LENGTH * 8 {
            let mut flipped = bytes;
            flipped[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(decode(&flipped, &key(1)), None, "bit {}", bit);
        }
    }
}
