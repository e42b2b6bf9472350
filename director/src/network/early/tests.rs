//! A leader's end and satellites' ends, on this machine.

use super::*;
use crate::network::number::Numbered;
use musebot_protocol::Tick;
use std::{
    net::Ipv4Addr,
    sync::mpsc::{Receiver, sync_channel},
    time::Instant,
};

const PATIENCE: Duration = Duration::from_secs(30);

/// What has been heard: on which host it was said, and what.
type Words = Receiver<(String, Vec<u8>)>;

fn socket() -> UdpSocket {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()
}

fn at(early: &Early) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, early.port()).into()
}

fn begin(leads: bool) -> (Early, Words) {
    let (sender, words) = sync_channel(1 << 12);
    let ear = move |copy: &EarlyCopy<'_>| {
        let _ = sender.try_send((copy.host.to_owned(), copy.bytes.to_vec()));
    };
    (Early::start(socket(), leads, Box::new(ear)).unwrap(), words)
}

fn named(name: &str) -> HostName {
    HostName::new(name).unwrap()
}

/// Makes them known to each other.
fn meet(leader: &Early, satellite: &Early, name: &str, session: u64) {
    let key = [session as u8; 32];
    leader.admit(&named(name), session, &key, Some(at(satellite)));
    satellite.call(at(leader), session, &key);
    let begun = Instant::now();
    let is_open = |early: &Early| {
        let peers = early.post.peers();
        peers.all.get(&session).is_some_and(|peer| peer.hears_at(clock::now()).is_some())
    };
    while !is_open(leader) || !is_open(satellite) {
        assert!(begun.elapsed() < PATIENCE, "{name} and its leader do not hear each other");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn says(early: &Early, host: &str, word: &[u8]) {
    early.voice().say(&named(host), &Numbered::begin().next(Tick(0)), "topic", word);
}

#[track_caller]
fn hears(words: &Words, host: &str, word: &[u8]) {
    assert_eq!(words.recv_timeout(PATIENCE), Ok((host.to_owned(), word.to_vec())));
}

#[test]
fn what_one_says_all_others_hear_once_and_the_leader_passes_it_on() {
    let ((leader, studio), (left, lefts), (right, rights)) = (begin(true), begin(false), begin(false));
    meet(&leader, &left, "left", 1);
    meet(&leader, &right, "right", 2);
    says(&left, "left", b"one");
    hears(&studio, "left", b"one");
    hears(&rights, "left", b"one");
    says(&leader, "studio", b"two");
    hears(&lefts, "studio", b"two");
    hears(&rights, "studio", b"two");
    says(&right, "right", b"three");
    hears(&lefts, "right", b"three");
    hears(&studio, "right", b"three");
    assert!([studio, lefts, rights].iter().all(|words| words.try_recv().is_err()), "each is heard once");
}

#[test]
fn what_a_stranger_records_changes_or_sends_back_is_nothing_and_moves_nobody() {
    let ((leader, studio), stranger) = (begin(true), socket());
    stranger.set_read_timeout(Some(PATIENCE)).unwrap();
    // A satellite whose datagrams all come by a stranger.
    let mut left = Peer::new(Who::Leader, 1, &[1; 32], None, Duration::ZERO).unwrap();
    leader.admit(&named("left"), 1, &[1; 32], None);
    let own = socket();
    let word = |word: &[u8]| {
        let attached = Numbered::begin().next(Tick(0));
        EarlyCopy { host: "left", attached: &attached, topic: "topic", bytes: word }.encode().unwrap()
    };
    let first = left.seal(&word(b"one"));
    own.send_to(&first, at(&leader)).unwrap();
    hears(&studio, "left", b"one");
    // Recorded, and sent from elsewhere; cut, changed, longer than anything.
    let second = left.seal(&word(b"two"));
    let mut changed = second.clone();
    changed[40] ^= 1;
    for datagram in [&first[..], &first[..20], &changed, &[7; 3000], &[]] {
        stranger.send_to(datagram, at(&leader)).unwrap();
    }
    own.send_to(&second, at(&leader)).unwrap();
    hears(&studio, "left", b"two");
    // Where it is was learnt from its own datagrams alone.
    own.set_read_timeout(Some(PATIENCE)).unwrap();
    says(&leader, "studio", b"three");
    let mut buffer = [0; LONGEST];
    let copies = std::iter::from_fn(|| {
        let length = own.recv(&mut buffer).unwrap();
        Some(matches!(left.opens(&mut buffer[..length], at(&leader), Duration::ZERO), Some(Brings::Copy(..))))
    });
    assert!(copies.take(1000).any(|is_copy| is_copy));
    assert!(studio.try_recv().is_err());
}

#[test]
fn who_is_dismissed_is_neither_heard_nor_told_anything() {
    let ((leader, studio), (left, lefts), (right, _rights)) = (begin(true), begin(false), begin(false));
    meet(&leader, &left, "left", 1);
    meet(&leader, &right, "right", 2);
    leader.dismiss(1);
    says(&left, "left", b"still here");
    says(&leader, "studio", b"one");
    says(&right, "right", b"two");
    hears(&studio, "right", b"two");
    assert!(lefts.try_recv().is_err());
}

#[test]
fn of_many_satellites_none_gets_copies() {
    let (leader, _studio) = begin(true);
    let all: Vec<_> = (1..=MOST_PEERS as u64 + 1)
        .map(|n| {
            let (satellite, words) = begin(false);
            meet(&leader, &satellite, &format!("h{n}"), n);
            (satellite, words)
        })
        .collect();
    says(&leader, "studio", b"to many");
    leader.dismiss(1);
    says(&leader, "studio", b"to few");
    for (_, words) in &all[1..] {
        hears(words, "studio", b"to few");
    }
}

#[test]
fn a_flood_is_left_to_the_link() {
    let ((leader, studio), (left, _lefts)) = (begin(true), begin(false));
    meet(&leader, &left, "left", 1);
    for _ in 0..1000 {
        says(&left, "left", &[0; 64]);
    }
    // What is said after it is over is early again.
    let (begun, mut early) = (Instant::now(), 0);
    loop {
        says(&left, "left", b"over");
        match studio.recv_timeout(Duration::from_millis(50)) {
            Ok((_, word)) if word == b"over" => break,
            Ok(_) => early += 1,
            Err(_) => assert!(begun.elapsed() < PATIENCE, "nothing is early again"),
        }
    }
    assert!((50..200).contains(&early), "{early} of 1,000");
}
