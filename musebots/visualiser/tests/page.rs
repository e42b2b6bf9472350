//! The page as its viewers meet it: real sockets, each rule by itself.

use proptest::prelude::*;
use std::{
    io::{ErrorKind, Read, Write},
    net::{Shutdown, TcpStream},
    sync::mpsc::{Receiver, channel, sync_channel},
    thread,
    time::{Duration, Instant},
};
use visualiser::{Frame, Mode, Page, Patience, Screen, Status, Wish};

/// Longer than anything here takes.
const DEADLINE: Duration = Duration::from_secs(20);
/// So long does the page wait: whoever has an answer by the deadline has not had it for somebody's time being over.
const FOR_EVER: Patience = {
    let long = Duration::from_secs(300);
    Patience { asking: long, taking: long, frame: long }
};

struct Served {
    screen: Screen,
    wishes: Receiver<Wish>,
    page: Page,
    port: u16,
}

impl Served {
    fn new() -> Self {
        Self::with(FOR_EVER)
    }

    fn with(patience: Patience) -> Self {
        let screen = Screen::default();
        let (sender, wishes) = sync_channel(4);
        let page = Page::serve_with(patience, screen.clone(), sender, 0).unwrap();
        let port = port(&page);
        Self { screen, wishes, page, port }
    }

    fn show(&self, number: u64) {
        let rgb = (0..64 * 48 * 3).map(|n| (n % 251) as u8).collect();
        self.screen.show(Frame { number, width: 64, height: 48, rgb });
    }

    fn viewer(&self) -> Viewer {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        Viewer { stream, host: format!("localhost:{}", self.port) }
    }

    /// What a new viewer gets for this.
    fn get(&self, target: &str) -> Answer {
        self.viewer().get(target)
    }

    fn asks(&self, first: &str, headers: &[&str], body: &str) -> Answer {
        let mut viewer = self.viewer();
        viewer.send(first, headers, body);
        viewer.answer().expect("there is an answer")
    }

    fn wishes(&self, words: &str) -> u16 {
        let (host, origin) =
            (format!("Host: 127.0.0.1:{}", self.port), format!("Origin: http://127.0.0.1:{}", self.port));
        let headers = [&*host, &*origin, "Content-Type: application/x-musebot-wish"];
        self.asks("POST /wish", &headers, words).status
    }
}

fn port(page: &Page) -> u16 {
    page.address().trim_end_matches('/').rsplit(':').next().unwrap().parse().unwrap()
}

struct Viewer {
    stream: TcpStream,
    host: String,
}

impl Viewer {
    fn send(&mut self, first: &str, headers: &[&str], body: &str) {
        let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
        let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        self.stream.write_all(format!("{first} HTTP/1.1\r\n{lines}{length}\r\n{body}").as_bytes()).unwrap();
    }

    fn ask(&mut self, target: &str) {
        let host = format!("Host: {}", self.host);
        self.send(&format!("GET {target}"), &[&host], "");
    }

    fn get(&mut self, target: &str) -> Answer {
        self.ask(target);
        self.answer().expect("there is an answer")
    }

    /// The next answer; `None` when the page hangs up.
    fn answer(&mut self) -> Option<Answer> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            match self.stream.read(&mut byte) {
                Ok(1) => head.push(byte[0]),
                _ => return None,
            }
        }
        let head = String::from_utf8(head).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut answer = Answer { status, head, body: Vec::new() };
        let length = answer.header("Content-Length").map_or(0, |length| length.parse().unwrap());
        answer.body.resize(length, 0);
        self.stream.read_exact(&mut answer.body).ok()?;
        Some(answer)
    }
}

#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    fn frame(&self) -> Option<u64> {
        self.header("X-Frame").map(|number| number.parse().unwrap())
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

#[track_caller]
fn wait_until(what: &str, so: impl Fn() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !so() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn the_page_and_its_parts_come_from_here_alone() {
    let served = Served::new();
    for (target, kind) in
        [("/", "text/html"), ("/page.js", "text/javascript"), ("/page.css", "text/css"), ("/icon.svg", "image/svg+xml")]
    {
        let part = served.get(target);
        assert_eq!(part.status, 200, "{target}");
        assert!(part.header("Content-Type").unwrap().starts_with(kind), "{target}");
        assert!(part.header("Content-Security-Policy").unwrap().contains("default-src 'none'"));
        assert!(part.header("Content-Security-Policy").unwrap().contains("frame-ancestors 'none'"));
        assert_eq!(part.header("Cache-Control"), Some("no-store"));
        assert_eq!(part.header("Cross-Origin-Resource-Policy"), Some("same-origin"));
        assert_eq!(part.header("X-Content-Type-Options"), Some("nosniff"));
        assert_eq!(part.header("X-Frame-Options"), Some("DENY"));
        // A name space is no resource.
        let text = part.text().replace("http://www.w3.org/2000/svg", "");
        assert!(!text.contains("http:") && !text.contains("https:") && !text.contains("//cdn"), "{target}");
        assert!(!text.contains("<style") && !text.contains(" style=") && !text.contains(" onclick"), "{target}");
    }
    assert_eq!(served.get("/other").status, 404);
    assert_eq!(served.get("/../page.rs").status, 404);
}

#[test]
fn a_viewer_gets_the_newest_frame_and_then_waits_for_a_newer_one() {
    let served = Served::new();
    for number in 1..=5 {
        served.show(number);
    }
    let mut viewer = served.viewer();
    let frame = viewer.get("/frame?after=1");
    assert_eq!((frame.status, frame.frame()), (200, Some(5)));
    assert_eq!(frame.header("Content-Type"), Some("image/jpeg"));
    assert_eq!(image::load_from_memory(&frame.body).unwrap().width(), 64);
    viewer.ask("/frame?after=5");
    served.show(6);
    assert_eq!(viewer.answer().unwrap().frame(), Some(6));
}

#[test]
fn a_viewer_who_was_slow_gets_fewer_frames_not_older_ones() {
    let served = Served::new();
    served.show(1);
    let mut viewer = served.viewer();
    viewer.ask("/frame?after=0");
    // Its answer is there, and it does not read yet; painting goes on.
    assert_eq!(viewer.stream.peek(&mut [0]).unwrap(), 1);
    let fast = |after| served.get(&format!("/frame?after={after}")).frame();
    assert_eq!(fast(0), Some(1));
    for number in 2..=9 {
        served.show(number);
        assert_eq!(fast(number - 1), Some(number));
    }
    assert_eq!(viewer.answer().unwrap().frame(), Some(1));
    assert_eq!(viewer.get("/frame?after=1").frame(), Some(9));
}

#[test]
fn a_viewer_who_has_outlived_the_bot_gets_the_frames_of_the_next() {
    let served = Served::new();
    let mut early = served.viewer();
    early.ask("/frame?after=1000");
    served.show(1);
    assert_eq!(early.answer().unwrap().frame(), Some(1));
    assert_eq!(served.get("/frame?after=1000").frame(), Some(1));
}

#[test]
fn a_viewer_who_has_waited_long_enough_hears_that_there_is_nothing_newer() {
    let served = Served::with(Patience { frame: Duration::from_millis(50), ..FOR_EVER });
    served.show(1);
    let answer = served.get("/frame?after=1");
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    assert_eq!(answer.header("Content-Length"), None);
}

#[test]
fn a_frame_that_is_no_picture_is_our_own_fault() {
    let served = Served::new();
    served.screen.show(Frame { number: 1, width: 10, height: 10, rgb: vec![0; 3] });
    assert_eq!(served.get("/frame").status, 500);
    served.show(2);
    assert_eq!(served.get("/frame").status, 200);
}

#[test]
fn the_state_is_what_the_painter_told() {
    let served = Served::new();
    served.screen.tell(Status { mode: Mode::Paint, style: "wa\"ves\n".into(), auto: true, strength: 0.5, rate: 12.0 });
    let state = served.get("/state");
    assert_eq!(state.header("Content-Type"), Some("application/json"));
    let state: serde_json::Value = serde_json::from_slice(&state.body).unwrap();
    assert_eq!(state["mode"], "paint");
    assert_eq!(state["style"], "wa\"ves\n");
    assert_eq!(state["auto"], true);
    assert_eq!(state["strength"], 0.5);
    assert_eq!(state["frame"], serde_json::Value::Null);
}

#[test]
fn wishes_come_out_and_other_words_do_not() {
    let served = Served::new();
    assert_eq!(served.wishes("style 3"), 204);
    assert_eq!(served.wishes("mode paint"), 204);
    for words in ["", "style", "sudo reboot", "style 3; next", "\u{1F3A8}"] {
        assert_eq!(served.wishes(words), 400, "{words}");
    }
    assert_eq!(served.wishes(&"x".repeat(300)), 413);
    assert_eq!(served.wishes.try_iter().collect::<Vec<_>>(), [Wish::Style(3), Wish::Mode(Mode::Paint)]);
    // Nobody takes them: they are dropped, and nothing waits.
    assert_eq!((0..6).map(|_| served.wishes("next")).collect::<Vec<_>>(), [204, 204, 204, 204, 503, 503]);
}

#[test]
fn nobody_else_may_ask() {
    let served = Served::new();
    served.show(1);
    let port = served.port;
    let host = format!("Host: localhost:{port}");
    let refused = |first: &str, headers: &[&str], status: u16| {
        let answer = served.asks(first, headers, "");
        assert_eq!(answer.status, status, "{first} {headers:?}");
        assert!(answer.frame().is_none() && answer.header("Access-Control-Allow-Origin").is_none());
    };
    for target in ["GET /", "GET /frame", "GET /state", "GET /page.js"] {
        refused(target, &[&format!("Host: rebound.example:{port}")], 403);
        refused(target, &["Host: localhost"], 403);
        refused(target, &[&host, "Origin: http://elsewhere.example"], 403);
        refused(target, &[&host, "Origin: null"], 403);
        refused(
            target,
            &[&host, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image"],
            403,
        );
        refused(target, &[&host, "Sec-Fetch-Site: same-site"], 403);
        refused(target, &[], 400);
    }
    for method in ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"] {
        refused(&format!("{method} /frame"), &[&host], 405);
    }
    refused("GET /wish", &[&host], 405);
    let kind = "Content-Type: application/x-musebot-wish";
    let origin = format!("Origin: http://localhost:{port}");
    refused("POST /wish", &[&host, kind], 403);
    refused("POST /wish", &[&host, &origin, "Content-Type: text/plain"], 415);
    refused("POST /wish", &[&host, &origin], 415);
    refused("POST /frame", &[&host, &origin, kind], 405);
    assert_eq!(served.wishes.try_iter().count(), 0);
}

#[test]
fn long_requests_are_refused() {
    let served = Served::new();
    let host = format!("Host: localhost:{}", served.port);
    let long = format!("X: {}", "x".repeat(40_000));
    assert_eq!(served.asks("GET /", &[&host, &long], "").status, 431);
    assert_eq!(served.asks(&format!("GET /{}", "x".repeat(1000)), &[&host], "").status, 414);
    let many = vec!["X: y"; 200];
    assert_eq!(served.asks("GET /", &[&[&*host], &many[..]].concat(), "").status, 431);
    assert_eq!(served.asks("GET /", &[&host, "Content-Length: 99999999999"], "").status, 413);
    assert_eq!(served.asks("POST /wish", &[&host, "Transfer-Encoding: chunked"], "").status, 411);
}

#[test]
fn fifty_who_say_nothing_stop_no_viewer() {
    let served = Served::new();
    served.show(1);
    let mut watching = served.viewer();
    watching.ask("/frame?after=1");
    wait_until("the page has heard that somebody looks", || served.screen.looked_within(DEADLINE));
    let silent: Vec<_> = (0..50).map(|_| served.viewer()).collect();
    let mut half: Vec<_> = (0..50).map(|_| served.viewer()).collect();
    for viewer in &mut half {
        // The page may have hung up already.
        let _ = viewer.stream.write_all(b"GET /frame HT");
    }
    assert_eq!(served.get("/frame").frame(), Some(1));
    served.show(2);
    assert_eq!(watching.answer().unwrap().frame(), Some(2), "who is waiting for an answer keeps the place");
    drop((silent, half));
}

#[test]
fn one_who_says_nothing_or_only_half_of_it_is_let_go() {
    let served = Served::with(Patience { asking: Duration::from_millis(50), ..FOR_EVER });
    for words in ["", "GET /frame HT"] {
        let mut viewer = served.viewer();
        // The page may have hung up already, and says so in one of two ways.
        let _ = viewer.stream.write_all(words.as_bytes());
        let mut answer = Vec::new();
        if let Err(e) = viewer.stream.read_to_end(&mut answer) {
            assert_eq!(e.kind(), ErrorKind::ConnectionReset, "{words}");
        }
        assert!(answer.is_empty(), "{words}");
    }
}

#[test]
fn one_who_stops_reading_stops_nobody() {
    let served = Served::new();
    // Noise, so that the frame is large.
    let mut seed = 1_u32;
    let mut noise = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    };
    let rgb: Vec<u8> = (0..700 * 700 * 3).map(|_| noise()).collect();
    served.screen.show(Frame { number: 1, width: 700, height: 700, rgb: rgb.clone() });
    let mut stuck: Vec<_> = (0..3).map(|_| served.viewer()).collect();
    for viewer in &mut stuck {
        for _ in 0..40 {
            viewer.ask("/frame");
        }
        assert_eq!(viewer.stream.peek(&mut [0]).unwrap(), 1, "it is being answered");
    }
    for number in 2..6 {
        served.screen.show(Frame { number, width: 700, height: 700, rgb: rgb.clone() });
        assert_eq!(served.get(&format!("/frame?after={}", number - 1)).frame(), Some(number));
    }
}

#[test]
fn sixteen_may_look_at_once_and_the_next_is_told() {
    let served = Served::new();
    served.show(1);
    let (sender, answers) = channel();
    for _ in 0..17 {
        let (mut viewer, sender) = (served.viewer(), sender.clone());
        thread::spawn(move || {
            viewer.ask("/frame?after=1");
            let _ = sender.send(viewer.answer().unwrap());
        });
    }
    let first = answers.recv_timeout(DEADLINE).unwrap();
    assert_eq!((first.status, first.header("Retry-After")), (503, Some("1")));
    served.show(2);
    for _ in 0..16 {
        assert_eq!(answers.recv_timeout(DEADLINE).unwrap().frame(), Some(2));
    }
}

#[test]
fn a_connection_carries_many_requests_unless_somebody_says_close() {
    let served = Served::new();
    served.show(1);
    let mut viewer = served.viewer();
    for _ in 0..3 {
        assert_eq!(viewer.get("/frame").header("Connection"), Some("keep-alive"));
        assert_eq!(viewer.get("/other").status, 404);
    }
    let host = format!("Host: {}", viewer.host);
    viewer.send("GET /frame", &[&host, "Connection: close"], "");
    assert_eq!(viewer.answer().unwrap().header("Connection"), Some("close"));
    assert!(viewer.answer().is_none());
    let mut old = served.viewer();
    old.stream.write_all(format!("GET /frame HTTP/1.0\r\n{host}\r\n\r\n").as_bytes()).unwrap();
    assert_eq!(old.answer().unwrap().status, 200);
    assert!(old.answer().is_none());
}

#[test]
fn the_page_ends_when_it_is_dropped() {
    /// A number that no other frame here has.
    const MARK: u64 = 386_218;
    let served = Served::new();
    served.show(MARK);
    let (mut waiting, mut silent) = (served.viewer(), served.viewer());
    assert_eq!(waiting.get("/frame").frame(), Some(MARK));
    waiting.ask(&format!("/frame?after={MARK}"));
    let began = Instant::now();
    drop(served.page);
    assert!(waiting.answer().is_none() && silent.answer().is_none());
    assert!(began.elapsed() < DEADLINE, "nobody waits for a frame any more");
    // Where somebody else has taken the port by now, that is not us.
    let Ok(mut next) = TcpStream::connect(("127.0.0.1", served.port)) else { return };
    next.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    let ask = format!("GET /frame HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n\r\n", served.port);
    let mut answer = Vec::new();
    let _ = next.write_all(ask.as_bytes()).and_then(|()| next.read_to_end(&mut answer));
    let answer = String::from_utf8_lossy(&answer);
    assert!(!answer.contains(&format!("X-Frame: {MARK}")), "{answer}");
}

#[test]
fn a_port_that_is_taken_is_an_error_that_names_it() {
    let served = Served::new();
    let taken = Page::serve(Screen::default(), sync_channel(1).0, served.port).unwrap_err().to_string();
    assert!(taken.contains(&served.port.to_string()) && taken.contains("any free one"), "{taken}");
    let other = Page::serve(Screen::default(), sync_channel(1).0, 0).unwrap();
    assert_ne!(other.address(), served.page.address());
}

#[test]
fn where_nobody_says_at_which_port_it_is_the_usual_one_or_any_that_is_free() {
    let somewhere = || Page::serve_somewhere(Screen::default(), sync_channel(1).0).unwrap();
    // Whoever has the usual one, after the first of these it is taken.
    let (first, second) = (somewhere(), somewhere());
    assert_ne!(port(&second), 8626);
    assert_ne!(first.address(), second.address());
    let any = Page::serve(Screen::default(), sync_channel(1).0, 0).unwrap();
    assert_ne!(port(&any), 8626, "a free one is none that is usual");
    drop(first);
}

#[test]
fn no_bytes_stop_the_page() {
    let served = Served::new();
    served.show(1);
    let bytes = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..400),
        "(GET|POST|PUT) /[a-z?=%&0-9]{0,20} HTTP/1\\.[01]\r\n([A-Z][a-z-]{0,14}: [ -~]{0,30}\r\n){0,5}\r\n.{0,40}"
            .prop_map(String::into_bytes),
    ];
    proptest!(ProptestConfig::with_cases(200), |(bytes in bytes)| {
        let mut viewer = served.viewer();
        // The page may hang up before it has heard all.
        let _ = viewer.stream.write_all(&bytes);
        let _ = viewer.stream.shutdown(Shutdown::Write);
        let _ = viewer.stream.read_to_end(&mut Vec::new());
        prop_assert_eq!(served.get("/frame").frame(), Some(1));
    });
}
