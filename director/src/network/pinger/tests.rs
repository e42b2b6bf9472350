//! Both ends with real sockets on loopback. What a thread does in its own time is waited for, with a deadline.

use super::*;
use crate::network::offset::two_clocks::percentile;
use std::{
    sync::mpsc::{Receiver, channel},
    time::Instant,
};

const KEY: [u8; 32] = [7; 32];
const SESSION: u64 = 99;
/// What a test waits for takes no longer, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(20);

fn socket() -> UdpSocket {
    UdpSocket::bind("127.0.0.1:0").unwrap()
}

/// A clock that is 37 ms ahead and 80 millionths fast.
fn skewed() -> Clock {
    Box::new(|| {
        let now = clock::now();
        now + Duration::from_millis(37) + now.mul_f64(80e-6)
    })
}

/// An answerer with a clock, and where it is.
fn leader(clock: Clock) -> (Answerer, SocketAddr) {
    let socket = socket();
    let at = socket.local_addr().unwrap();
    let answerer = Answerer::by_clock(socket, clock).unwrap();
    answerer.admit(SESSION, KEY).unwrap();
    (answerer, at)
}

fn pinger(leader: SocketAddr, key: [u8; 32]) -> (Pinger, Receiver<Report>) {
    let (tell, reports) = channel();
    let pinger = Pinger::start(socket(), leader, SESSION, key, None, move |report| _ = tell.send(report)).unwrap();
    (pinger, reports)
}

/// The first report of which something is true.
fn wait(reports: &Receiver<Report>, mut is: impl FnMut(&Report) -> bool) -> Report {
    let until = Instant::now() + PATIENCE;
    loop {
        let report = reports.recv_timeout(until - Instant::now()).expect("a report that has what is waited for");
        if is(&report) {
            return report;
        }
    }
}

/// What a report is wrong by about the skewed clock, in milliseconds.
fn error(report: &Report) -> f64 {
    let estimate = report.estimate.unwrap();
    let true_offset = 0.037 + estimate.at.as_secs_f64() * 80e-6;
    (estimate.offset - true_offset).abs() * 1000.0
}

#[test]
fn a_skewed_peer_is_known_within_a_third_of_a_millisecond() {
    let (answerer, at) = leader(skewed());
    let (_pinger, reports) = pinger(at, KEY);
    let known: Vec<f64> =
        (0..30).map(|_| wait(&reports, |report| report.quality.answered > 5)).map(|r| error(&r)).collect();
    let median = percentile(known, 0.5);
    eprintln!("loopback: median error {median:.4} ms");
    assert!(median <= 0.3, "{median} ms");
    assert!(answerer.counts().answered >= 30 && answerer.counts().garbage == 0);
}

#[test]
fn the_wrong_key_gets_nothing_and_silence_is_reported() {
    let (answerer, at) = leader(skewed());
    let (_pinger, reports) = pinger(at, [8; 32]);
    let report = wait(&reports, |_| true);
    assert_eq!((report.estimate, report.news, report.quality.answered), (None, None, 0));
    assert!(wait(&reports, |report| report.quality.loss > 0.0).quality.loss > 0.99);
    assert_eq!(answerer.counts().answered, 0);
    assert!(answerer.counts().garbage >= 10);
}

#[test]
fn who_is_dismissed_gets_nothing_any_more_and_who_is_admitted_again_does() {
    let (answerer, at) = leader(skewed());
    let (_pinger, reports) = pinger(at, KEY);
    wait(&reports, |report| report.news.is_some());
    answerer.dismiss(SESSION);
    let silent = wait(&reports, |report| report.news.is_none());
    assert!(silent.estimate.is_some(), "what was known is still known");
    answerer.admit(SESSION, KEY).unwrap();
    wait(&reports, |report| report.news.is_some());
}

#[test]
fn a_leader_whose_address_has_changed_is_found_there() {
    let nobody = socket();
    let (pinger, reports) = pinger(nobody.local_addr().unwrap(), KEY);
    wait(&reports, |report| report.news.is_none());
    let (_answerer, at) = leader(skewed());
    pinger.aim(at);
    wait(&reports, |report| report.news.is_some());
}

#[test]
fn who_is_let_in_again_still_knows_the_clock() {
    let (answerer, at) = leader(skewed());
    let (pinger, reports) = pinger(at, KEY);
    wait(&reports, |report| report.quality.answered > 5);
    answerer.dismiss(SESSION);
    wait(&reports, |report| report.news.is_none());
    answerer.admit(SESSION + 1, [9; 32]).unwrap();
    pinger.renew(at, SESSION + 1, [9; 32]);
    let back = wait(&reports, |report| report.news.is_some());
    assert_eq!(back.news, Some(News::Steady), "nothing is begun anew");
}

/// A link to an answerer that takes a while, and a socket that nobody answers.
fn through_the_link(answerer: &Answerer, answers: &Arc<AtomicBool>) -> (Pinger, Receiver<Report>, UdpSocket) {
    let (arrived, heard) = std::sync::mpsc::sync_channel(64);
    let (answer, answers) = (answerer.elsewhere(), answers.clone());
    let send = move |ping: &[u8; LENGTH]| {
        if let Some(pong) = answer(ping).filter(|_| answers.load(Relaxed)) {
            let _ = arrived.try_send((clock::now(), pong));
        }
    };
    let (nobody, (tell, reports)) = (socket(), channel());
    let at = nobody.local_addr().unwrap();
    let detour = Some(Detour { send: Box::new(send), heard });
    let report = move |report| _ = tell.send(report);
    (Pinger::start(socket(), at, SESSION, KEY, detour, report).unwrap(), reports, nobody)
}

#[test]
fn where_no_datagram_is_answered_the_clock_is_known_through_the_link_and_datagrams_take_over_again() {
    let (answerer, at) = leader(Box::new(clock::now));
    let (pinger, reports, _nobody) = through_the_link(&answerer, &Arc::new(AtomicBool::new(true)));
    wait(&reports, |report| report.estimate.is_some_and(|estimate| estimate.offset.abs() < 0.001) && !report.in_link);
    let fallen = wait(&reports, |report| report.in_link);
    assert!(fallen.quality.loss < 0.2, "what is lost by the other way is not counted: {fallen:?}");
    pinger.aim(at);
    let mut last = fallen.estimate.unwrap();
    let back = wait(&reports, |report| {
        let jump = report.estimate.unwrap().offset - last.offset;
        last = report.estimate.unwrap();
        assert!(jump.abs() < 0.001, "{jump} s at once");
        !report.in_link
    });
    assert!(back.quality.loss < 0.2, "{back:?}");
}

#[test]
fn while_neither_way_answers_no_way_is_preferred() {
    let (answerer, _) = leader(Box::new(clock::now));
    let answers = Arc::new(AtomicBool::new(false));
    let (_pinger, reports, nobody) = through_the_link(&answerer, &answers);
    for _ in 0..4 {
        assert!(!wait(&reports, |report| report.news.is_none()).in_link);
    }
    nobody.set_nonblocking(true).unwrap();
    let tried = std::iter::from_fn(|| nobody.recv(&mut [0; LENGTH]).ok()).count();
    assert!(tried >= 20, "datagrams are tried as often as ever, not {tried} times in 4 s");
}

#[test]
fn a_flood_of_garbage_is_counted_and_does_not_stop_it() {
    let (answerer, at) = leader(skewed());
    let stop = Arc::new(AtomicBool::new(false));
    let flood = std::thread::spawn({
        let stop = stop.clone();
        move || {
            let socket = socket();
            let mut bytes =
                Datagram::Ping(Ping { session: SESSION, sequence: 1, t1: Duration::ZERO }).encode(&Key::new(&[1; 32]));
            while !stop.load(Relaxed) {
                for length in [0, 1, LENGTH, 20] {
                    bytes[30] = bytes[30].wrapping_add(1);
                    let _ = socket.send_to(&bytes[..length], at);
                }
                std::thread::yield_now();
            }
        }
    });
    let (_pinger, reports) = pinger(at, KEY);
    let report = wait(&reports, |report| report.quality.answered >= 10);
    stop.store(true, Relaxed);
    flood.join().unwrap();
    eprintln!("flood: {:?}, loss {:.2}, error {:.3} ms", answerer.counts(), report.quality.loss, error(&report));
    assert!(answerer.counts().garbage > 100 && error(&report) < 5.0);
}

#[test]
fn a_ping_that_is_sent_again_is_not_answered_again() {
    let (answerer, at) = leader(skewed());
    let socket = socket();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let ping = Ping { session: SESSION, sequence: 5, t1: Duration::ZERO };
    let bytes = Datagram::Ping(ping).encode(&Key::new(&KEY));
    let next = Datagram::Ping(Ping { sequence: 6, ..ping }).encode(&Key::new(&KEY));
    for bytes in [&bytes, &bytes, &bytes, &next] {
        socket.send_to(bytes, at).unwrap();
    }
    let mut buffer = [0; 100];
    for sequence in [5, 6] {
        let length = socket.recv(&mut buffer).unwrap();
        let pong = Sealed::read(&buffer[..length]).unwrap().open(&Key::new(&KEY));
        assert!(matches!(pong, Some(Datagram::Pong(pong)) if pong.ping.sequence == sequence && pong.t3 >= pong.t2));
    }
    assert_eq!(answerer.counts(), Counts { answered: 2, garbage: 0, replays: 2 });
    // Nor is its own answer answered.
    socket.send_to(&buffer[..LENGTH], at).unwrap();
    let until = Instant::now() + PATIENCE;
    while answerer.counts().garbage == 0 && Instant::now() < until {
        std::thread::yield_now();
    }
    assert_eq!(answerer.counts().garbage, 1);
}

#[test]
fn a_session_that_asks_too_often_is_answered_fifty_times_a_second() {
    let (answerer, at) = leader(Box::new(|| Duration::from_secs(100)));
    let socket = socket();
    for sequence in 0..80 {
        let ping = Ping { session: SESSION, sequence, t1: Duration::ZERO };
        socket.send_to(&Datagram::Ping(ping).encode(&Key::new(&KEY)), at).unwrap();
    }
    let until = Instant::now() + PATIENCE;
    let heard = |counts: Counts| counts.answered + counts.replays;
    while heard(answerer.counts()) < 80 && Instant::now() < until {
        std::thread::yield_now();
    }
    assert_eq!(answerer.counts(), Counts { answered: 50, garbage: 0, replays: 30 });
}

#[test]
fn no_more_sessions_are_admitted_than_there_is_room_for() {
    let answerer = Answerer::start(socket()).unwrap();
    assert!((0..1024).all(|session| answerer.admit(session, KEY).is_ok()));
    assert!(answerer.admit(5000, KEY).unwrap_err().to_string().contains("1024"));
    assert_eq!(answerer.admit(3, KEY), Ok(()), "who is here already may begin anew");
    answerer.dismiss(3);
    assert_eq!(answerer.admit(5000, KEY), Ok(()));
}

#[test]
fn pings_keep_to_their_grid_and_what_was_missed_is_left_out() {
    let ms = Duration::from_millis;
    assert_eq!(next(ms(1000), 1, ms(1003)), ms(1020), "the burst");
    assert_eq!(next(ms(1180), 10, ms(1181)), ms(1280));
    assert_eq!(next(ms(1180), 11, ms(1279)), ms(1280));
    assert_eq!(next(ms(1180), 11, ms(31_190)), ms(31_280), "after a sleep");
}

#[test]
fn a_leader_that_is_found_again_under_the_other_family_is_asked_there() {
    let Ok(six) = UdpSocket::bind("[::1]:0") else {
        eprintln!("left out: pings over IPv6, which this machine has not");
        return;
    };
    let (four, at) = leader(skewed());
    let there = six.local_addr().unwrap();
    let other = Answerer::by_clock(six, skewed()).unwrap();
    other.admit(SESSION, KEY).unwrap();
    let (tell, reports) = channel();
    let socket = families::udp().unwrap();
    let pinger = Pinger::start(socket, at, SESSION, KEY, None, move |report| _ = tell.send(report)).unwrap();
    wait(&reports, |report| report.quality.answered > 5);
    pinger.aim(there);
    wait(&reports, |_| other.counts().answered > 5);
    pinger.aim(at);
    let before = four.counts().answered;
    wait(&reports, |_| four.counts().answered > before + 5);
}
