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
    hear_each_other(leader, &[(satellite, session)]);
}

/// Waits until all hear their leader, and it hears them.
fn hear_each_other(leader: &Early, satellites: &[(&Early, u64)]) {
    let is_open = |early: &Early, session| {
        let peers = early.post.peers();
        peers.all.get(&session).is_some_and(|peer| peer.hears_at(clock::now()).is_some())
    };
    let begun = Instant::now();
    while !satellites.iter().all(|(satellite, session)| is_open(leader, *session) && is_open(satellite, *session)) {
        assert!(begun.elapsed() < PATIENCE, "they do not hear each other");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// As many satellites as get copies.
fn many(leader: &Early) -> Vec<(Early, Words)> {
    let meets = |n| {
        let (satellite, words) = begin(false);
        meet(leader, &satellite, &format!("h{n}"), n);
        (satellite, words)
    };
    (1..=MOST_PEERS as u64).map(meets).collect()
}

fn all_hear(leader: &Early, all: &[(Early, Words)]) {
    hear_each_other(leader, &all.iter().zip(1..).map(|((satellite, _), n)| (satellite, n)).collect::<Vec<_>>());
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
    // Each word comes after both copies of the one before.
    for word in [b"one", b"two", b"end"] {
        says(&left, "left", word);
        hears(&studio, "left", word);
        hears(&rights, "left", word);
        says(&leader, "studio", word);
        hears(&lefts, "studio", word);
        hears(&rights, "studio", word);
        says(&right, "right", word);
        hears(&lefts, "right", word);
        hears(&studio, "right", word);
    }
}

#[test]
fn what_a_stranger_records_changes_or_sends_back_is_nothing_and_moves_nobody() {
    let ((leader, studio), stranger) = (begin(true), socket());
    // Two satellites whose datagrams are made here.
    let own = socket();
    let at_own = own.local_addr().unwrap();
    let [mut left, mut right] = [(1, "left"), (2, "right")].map(|(session, name)| {
        leader.admit(&named(name), session, &[session as u8; 32], None);
        Peer::new(Who::Leader, session, &[session as u8; 32], None, Duration::ZERO).unwrap()
    });
    let word = |host, word: &[u8]| {
        let attached = Numbered::begin().next(Tick(0));
        EarlyCopy { host, attached: &attached, topic: "topic", bytes: word }.encode().unwrap()
    };
    let first = left.seal(&word("left", b"one"));
    own.send_to(&first, at(&leader)).unwrap();
    hears(&studio, "left", b"one");
    // Recorded, and sent from elsewhere; cut, changed, longer than anything.
    let mut second = left.seal(&word("left", b"two"));
    second[40] ^= 1;
    for datagram in [&first[..], &first[..20], &second, &[7; 3000], &[]] {
        stranger.send_to(datagram, at(&leader)).unwrap();
    }
    // All of that has been read when this is heard.
    own.send_to(&right.seal(&word("right", b"one")), at(&leader)).unwrap();
    hears(&studio, "right", b"one");
    assert!(leader.post.peers().all[&1].is_at(at_own), "where it is was learnt from its own datagrams alone");
    own.send_to(&left.seal(&word("left", b"three")), at(&leader)).unwrap();
    hears(&studio, "left", b"three");
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
    // Whoever is let in anew hears this first.
    meet(&leader, &left, "left", 3);
    says(&leader, "studio", b"three");
    hears(&lefts, "studio", b"three");
}

#[test]
fn of_many_satellites_none_gets_copies() {
    let (leader, _studio) = begin(true);
    let all = many(&leader);
    let (late, lates) = begin(false);
    leader.admit(&named("late"), 99, &[9; 32], Some(at(&late)));
    late.call(at(&leader), 99, &[9; 32]);
    let begun = Instant::now();
    while !leader.post.peers().are_many(clock::now()) {
        assert!(begun.elapsed() < PATIENCE, "the last one is not heard");
        std::thread::sleep(Duration::from_millis(5));
    }
    says(&leader, "studio", b"to many");
    leader.dismiss(99);
    all_hear(&leader, &all);
    says(&leader, "studio", b"to few");
    for (_, words) in &all {
        hears(words, "studio", b"to few");
    }
    assert!(lates.try_recv().is_err());
    leader.admit(&named("late"), 98, &[8; 32], Some(at(&late)));
    late.call(at(&leader), 98, &[8; 32]);
    let begun = Instant::now();
    while all.iter().any(|(satellite, _)| satellite.is_open()) {
        assert!(begun.elapsed() < PATIENCE, "satellites take the leader for one that sends copies");
        std::thread::sleep(Duration::from_millis(20));
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

#[test]
fn what_many_say_to_many_is_little_altogether() {
    const EACH: usize = 80;
    let (leader, _studio) = begin(true);
    let all = many(&leader);
    all_hear(&leader, &all);
    let begun = Instant::now();
    for _ in 0..EACH {
        for ((satellite, _), n) in all.iter().zip(1..) {
            says(satellite, &format!("h{n}"), &[0; 64]);
        }
    }
    // When it is over, what the leader says is heard after all that it has passed on.
    let (_, words) = &all[0];
    let mut passed_on = 0;
    loop {
        says(&leader, "studio", b"over");
        match words.recv_timeout(Duration::from_millis(50)) {
            Ok((_, word)) if word == b"over" => break,
            Ok(_) => passed_on += 1,
            Err(_) => assert!(begun.elapsed() < PATIENCE, "nothing is early again"),
        }
    }
    // To all but who said it, twice; the text alone.
    let bytes = passed_on as f64 * 2.0 * (MOST_PEERS - 1) as f64 * 100.0;
    assert!(passed_on > 20 && bytes <= ALL * (1.0 + begun.elapsed().as_secs_f64()), "{passed_on} were passed on");
}
