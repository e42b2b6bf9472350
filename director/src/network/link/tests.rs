//! Two ends of a link in one process, without the porch and the door.

use super::*;
use crate::network::early::Early;
use std::{net::UdpSocket, time::Instant};
use tokio::sync::mpsc::{Receiver, channel};

const PATIENCE: Duration = Duration::from_secs(30);

struct Pair {
    leader: Link,
    satellite: Link,
    /// What the satellite hears.
    news: Receiver<In>,
    /// What the leader hears.
    leaders: Receiver<In>,
    folder: tempfile::TempDir,
}

fn pair() -> Pair {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("link");
    let open = |end, name: &str| {
        let (sender, news) = channel(1 << 16);
        let link = Link::open(&end, &HostName::new(name).unwrap(), sender, Box::new(|_: &[u8]| None)).unwrap();
        (link, news)
    };
    let (leader, leaders) = open(End::Leader(socket.clone()), "studio");
    let (satellite, news) = open(End::Satellite(socket), "left");
    Pair { leader, satellite, news, leaders, folder }
}

impl Pair {
    /// The next broadcast that is heard, if one is within so long.
    fn hears(&mut self, within: Duration) -> Option<String> {
        let deadline = Instant::now() + within;
        while Instant::now() < deadline {
            match self.news.try_recv() {
                Ok(In::Said { bytes, .. }) => return Some(String::from_utf8(bytes).unwrap()),
                Ok(In::Word { .. }) => {}
                Err(_) => std::thread::sleep(Duration::from_millis(1)),
            }
        }
        None
    }

    /// Says a word on a topic until it is heard: then what was asked for has got around.
    fn is_heard_on(&mut self, topic: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.leader.say(topic, Tick(1), b"heard");
            if self.hears(Duration::from_millis(50)).is_some() {
                break;
            }
            assert!(Instant::now() < deadline, "{topic} is not heard");
        }
        // One or two more may be on their way.
        self.leader.say(topic, Tick(1), b"last");
        while self.hears(PATIENCE).expect("the last") != "last" {}
    }
}

#[test]
fn what_nobody_asks_for_does_not_travel() {
    let mut pair = pair();
    pair.satellite.listen_to(Some(vec!["wanted".to_owned()]));
    pair.is_heard_on("wanted");
    for n in 0..100 {
        pair.leader.say("unwanted", Tick(n), b"unwanted");
    }
    pair.leader.say("wanted", Tick(1), b"wanted");
    assert_eq!(pair.hears(PATIENCE).as_deref(), Some("wanted"));
    pair.satellite.listen_to(None);
    pair.is_heard_on("unwanted");
}

#[test]
fn while_it_changes_what_is_asked_for_nothing_is_lost_and_nothing_is_heard_twice() {
    const MANY: usize = 3_000;
    let mut pair = pair();
    pair.satellite.listen_to(Some(vec!["wanted".to_owned()]));
    pair.is_heard_on("wanted");
    for n in 0..MANY {
        if n % 50 == 0 {
            let everything = n % 100 == 0;
            pair.satellite.listen_to((!everything).then(|| vec!["wanted".to_owned(), "more".to_owned()]));
        }
        pair.leader.say("wanted", Tick(1), n.to_string().as_bytes());
        std::thread::sleep(Duration::from_micros(100));
    }
    for n in 0..MANY {
        assert_eq!(pair.hears(PATIENCE), Some(n.to_string()));
    }
}

#[test]
fn who_passes_on_what_is_said_gets_it_first_and_in_order() {
    let mut pair = pair();
    let heard = Arc::<Mutex<Vec<Vec<u8>>>>::default();
    let sink = heard.clone();
    pair.satellite.heard_by(move |bytes| {
        sink.lock().unwrap().push(bytes.to_vec());
        true
    });
    pair.satellite.listen_to(None);
    pair.is_heard_on("topic");
    heard.lock().unwrap().clear();
    for n in 0..100_u8 {
        pair.leader.say(&format!("topic/{}", n % 3), Tick(n.into()), &[n]);
    }
    for n in 0..100 {
        let Some(In::Said { host, tick, bytes, relayed }) = pair.news.blocking_recv() else { panic!("no broadcast") };
        assert_eq!((host.as_str(), tick, bytes.as_slice(), relayed), ("studio", Tick(n.into()), &[n][..], true));
    }
    assert_eq!(*heard.lock().unwrap(), (0..100).map(|n| vec![n]).collect::<Vec<_>>());
}

#[test]
fn what_somebody_says_who_is_called_as_we_are_is_neither_heard_nor_taken_for_nonsense() {
    let mut pair = pair();
    let socket = pair.folder.path().join("link");
    let join = |name: &str| {
        let (sender, news) = channel(16);
        let end = End::Satellite(socket.clone());
        (Link::open(&end, &HostName::new(name).unwrap(), sender, Box::new(|_: &[u8]| None)).unwrap(), news)
    };
    let ((namesake, _), (_right, mut news)) = (join("left"), join("right"));
    let deadline = Instant::now() + PATIENCE;
    let is_told = |link: &Link, news: &mut Receiver<In>, from: &str| {
        loop {
            link.tell(None, b"hello".to_vec());
            std::thread::sleep(Duration::from_millis(20));
            match news.try_recv() {
                Ok(In::Word { host, .. }) => break assert_eq!(host.as_str(), from),
                _ => assert!(Instant::now() < deadline, "nobody hears {from}"),
            }
        }
    };
    is_told(&namesake, &mut news, "left");
    is_told(&pair.leader, &mut pair.news, "studio");
    assert_eq!(pair.satellite.dropped().nonsense.load(Relaxed), 0);
}

#[test]
fn what_a_satellite_says_at_once_and_what_waits_for_the_link_stay_in_order() {
    const MANY: i64 = 3_000;
    let mut pair = pair();
    pair.leader.listen_to(None);
    // What was said before the satellite knows that somebody listens is heard by nobody.
    let deadline = Instant::now() + PATIENCE;
    while pair.leaders.try_recv().is_err() {
        assert!(Instant::now() < deadline, "the leader hears nothing");
        pair.satellite.say("topic", Tick(-1), b"heard?");
        std::thread::sleep(Duration::from_millis(10));
    }
    // Time for what is under way to be little again; then bursts of which the first are little and the rest are not, and
    // topics that are new.
    std::thread::sleep(Duration::from_secs(2));
    for n in 0..MANY {
        pair.satellite.say(&format!("topic/{}", n / 100), Tick(n), &[0; 64]);
        if n % 500 == 499 {
            std::thread::sleep(Duration::from_millis(300));
        }
    }
    let mut ticks = Vec::new();
    while ticks.last() != Some(&(MANY - 1)) {
        let Some(In::Said { tick, .. }) = pair.leaders.blocking_recv() else { panic!("no broadcast") };
        ticks.extend((tick.0 >= 0).then_some(tick.0));
    }
    assert_eq!(ticks, (0..MANY).collect::<Vec<_>>());
}

/// Makes both ends of a pair speak early, too.
fn with_copies(pair: &Pair) -> (Early, Early) {
    let early = |link: &Link, leads| {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let early = Early::start(socket, leads, Box::new(link.hears_early())).unwrap();
        link.speaks_early(early.voice());
        early
    };
    let (leader, satellite) = (early(&pair.leader, true), early(&pair.satellite, false));
    let at = |early: &Early| ([127, 0, 0, 1], early.port()).into();
    leader.admit(&HostName::new("left").unwrap(), 7, &[9; 32], Some(at(&satellite)));
    satellite.call(at(&leader), 7, &[9; 32]);
    (leader, satellite)
}

#[test]
fn what_is_said_is_heard_early_and_a_flood_as_well_once_and_in_order() {
    const MANY: i64 = 3_000;
    let mut pair = pair();
    let _copies = with_copies(&pair);
    pair.satellite.listen_to(None);
    pair.is_heard_on("topic");
    let deadline = Instant::now() + PATIENCE;
    while pair.satellite.heard_early() < 20 {
        assert!(Instant::now() < deadline, "nothing is heard early");
        pair.leader.say("topic", Tick(-1), b"early?");
        std::thread::sleep(Duration::from_millis(25));
    }
    for n in 0..MANY {
        pair.leader.say(&format!("topic/{}", n / 100), Tick(n), &[0; 64]);
        if n % 500 == 499 {
            std::thread::sleep(Duration::from_millis(300));
        }
    }
    let mut ticks = Vec::new();
    while ticks.last() != Some(&(MANY - 1)) {
        let Some(In::Said { tick, .. }) = pair.news.blocking_recv() else { panic!("no broadcast") };
        ticks.extend((tick.0 >= 0).then_some(tick.0));
    }
    assert_eq!(ticks, (0..MANY).collect::<Vec<_>>());
}

#[test]
fn of_copies_too_only_what_is_asked_for_is_heard() {
    let mut pair = pair();
    let _copies = with_copies(&pair);
    pair.satellite.listen_to(Some(vec!["wanted".to_owned()]));
    pair.is_heard_on("wanted");
    let deadline = Instant::now() + PATIENCE;
    while pair.satellite.heard_early() < 20 {
        assert!(Instant::now() < deadline, "nothing is heard early");
        pair.leader.say("unwanted", Tick(1), b"unwanted");
        pair.leader.say("wanted", Tick(1), b"wanted");
        std::thread::sleep(Duration::from_millis(25));
    }
    pair.leader.say("wanted", Tick(1), b"last");
    loop {
        match pair.hears(PATIENCE).as_deref() {
            Some("last") => break,
            heard => assert_eq!(heard, Some("wanted")),
        }
    }
}
