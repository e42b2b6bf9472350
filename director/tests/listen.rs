//! `director listen` and `director say` as processes, beside a real director and bots that are sockets.

#[path = "support/hello.rs"]
mod hello;
#[path = "support/live.rs"]
mod live;
#[path = "support/socket_bot.rs"]
mod socket_bot;

use live::{Live, ask, number};
use musebot_protocol::{Broadcast, Control, Reply};
use signals::{interrupt, kill};
use socket_bot::{Bot, PATIENCE};
use std::{
    io::{BufRead, BufReader, Read},
    net::{SocketAddr, UdpSocket},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread::JoinHandle,
    time::Instant,
};

/// A band of socket bots in 3/4; ticks begin with `a`.
const BAND: &str = "name = \"trial\"\nwait = 60\ntempo = 120\nmeter = \"3/4\"\n[[bot]]\nid = \"a\"\nprogram = \"./puppet\"\noutput = \"null\"\n";

/// Signals, by the system's own command.
mod signals {
    use std::process::{Child, Command};

    fn signal(child: &Child, name: &str) {
        assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
    }

    /// As Ctrl-C does.
    pub(crate) fn interrupt(child: &Child) {
        signal(child, "-INT");
    }

    /// Without a chance to say goodbye.
    pub(crate) fn kill(child: &Child) {
        signal(child, "-KILL");
    }
}

/// Lines that somebody prints, as they come.
#[derive(Clone, Default)]
struct Lines(Arc<(Mutex<Vec<String>>, Condvar)>);

impl Lines {
    fn of(from: impl Read + Send + 'static) -> (Self, JoinHandle<()>) {
        let lines = Self::default();
        let sink = lines.clone();
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(from).lines().map_while(Result::ok) {
                sink.0.0.lock().unwrap().push(line);
                sink.0.1.notify_all();
            }
        });
        (lines, reader)
    }

    fn all(&self) -> Vec<String> {
        self.0.0.lock().unwrap().clone()
    }

    /// Waits for a line with these words.
    #[track_caller]
    fn wait(&self, words: &str) -> String {
        self.wait_from(0, words)
    }

    /// The same among those after the first so many.
    #[track_caller]
    fn wait_from(&self, first: usize, words: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut lines = self.0.0.lock().unwrap();
        loop {
            if let Some(line) = lines.iter().skip(first).find(|line| line.contains(words)) {
                return line.clone();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "`{words}` did not come; what came:\n{}", lines.join("\n"));
            lines = self.0.1.wait_timeout(lines, left).unwrap().0;
        }
    }
}

/// A running `director listen`. Ends with this.
struct Ears {
    child: Child,
    out: Lines,
    err: Lines,
    readers: Vec<JoinHandle<()>>,
}

impl Ears {
    fn at(port: u16, control: u16, flags: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_director"))
            .arg("listen")
            .args(["--port", &port.to_string(), "--control", &control.to_string()])
            .args(flags)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (out, one) = Lines::of(child.stdout.take().unwrap());
        let (err, two) = Lines::of(child.stderr.take().unwrap());
        Self { child, out, err, readers: vec![one, two] }
    }

    fn on(live: &Live, flags: &[&str]) -> Self {
        let ears = Self::at(live.address.port(), live.control.port(), flags);
        ears.err.wait("listening to trial, 3/4");
        ears
    }

    /// Ctrl-C, and its end.
    fn stop(&mut self) -> ExitStatus {
        interrupt(&self.child);
        let status = self.child.wait().unwrap();
        self.readers.drain(..).for_each(|reader| reader.join().unwrap());
        status
    }
}

impl Drop for Ears {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn director(words: &[&str], port: u16, control: u16) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_director"));
    let (verb, words) = words.split_first().unwrap();
    let ports = ["--port", &port.to_string(), "--control", &control.to_string()].map(str::to_owned);
    let output = command.arg(verb).args(ports).args(words).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

/// What a line says of its place: `3.2+05` as a tick of 3/4.
fn tick_of(line: &str) -> i64 {
    let place = line.split_whitespace().next().unwrap();
    let (beat, after) = place.split_once('+').unwrap_or((place, "0"));
    let (bar, beat) = beat.split_once('.').unwrap();
    let n = |text: &str| text.parse::<i64>().unwrap();
    (n(bar) - 1) * 48 + (n(beat) - 1) * 16 + n(after)
}

/// A bot that answers forty ticks at once; the lines stand where it said it. Slow ticks, so that there is time for each.
fn answers_ticks(timetags: bool) {
    let live = Live::play(&BAND.replace("tempo = 120", "tempo = 60"));
    let mut ears = Ears::on(&live, &[]);
    let a = live.bot("a");
    if timetags {
        a.hello("timetags");
        while !a.hear_ticks(1)[0].starts_with(b"#bundle") {}
    }
    let said: Vec<(i32, i64)> = (0..40)
        .map(|n| {
            let tick = number(&a.hear_ticks(1)[0]);
            a.say(&Broadcast::new("reply", "a", vec![n, tick]).encode());
            (n, i64::from(tick))
        })
        .collect();
    let mut exact = 0;
    for (n, tick) in &said {
        let line = ears.out.wait(&format!(" {n} {tick}"));
        // Where the machine was busy elsewhere, the bot was late itself.
        let behind = tick_of(&line) - tick;
        assert!((-1..=8).contains(&behind), "said at tick {tick}: {line}");
        exact += usize::from(behind == 0);
    }
    assert!(exact >= 20, "most stand exactly where they were said: {exact} of 40");
    let replies = ears.out.all().iter().filter(|line| line.contains(" reply ")).count();
    assert_eq!(replies, 40, "one line each");
    assert!(ears.stop().success());
    let sums = ears.err.all().join("\n");
    assert!(sums.contains("a  reply 40 ("), "{sums}");
}

#[test]
fn what_a_bot_says_is_printed_with_the_tick_that_it_heard_last() {
    answers_ticks(true);
}

#[test]
fn what_an_older_bot_says_is_too_though_it_gets_its_ticks_late() {
    answers_ticks(false);
}

#[test]
fn say_is_heard_by_bots_and_by_who_listens() {
    let live = Live::play(BAND);
    let ears = Ears::on(&live, &[]);
    let (a, b) = (live.bot("a"), live.bot("guest"));
    b.hear_one(b"/mc/time\0");
    let (port, control) = (live.address.port(), live.control.port());
    let say = |words: &[&str]| director(&[&["say"], words].concat(), port, control);
    let (ok, out, err) = say(&["/broadcast/hdensity", "me", "0.7"]);
    assert!(ok && err.is_empty(), "{err}");
    assert_eq!(out, "trial: /broadcast/hdensity ,sf me 0.7\n");
    let meant = Broadcast::new("hdensity", "me", 0.7).encode();
    assert_eq!(a.hear_one(b"/broadcast/hdensity"), meant);
    assert_eq!(b.hear_one(b"/broadcast/hdensity"), meant);
    let line = ears.out.wait("hdensity");
    assert!(line.ends_with("me             hdensity           0.70 ███████···"), "{line}");
    tick_of(&line);
    let (ok, _, err) = say(&["/broadcast/plan/chords", "me", "0 3 7", "--", "-odd"]);
    assert!(ok && err.contains("warning") && err.contains("one text for each chord"), "{err}");
    assert_eq!(a.hear_one(b"/broadcast/plan"), Broadcast::new("plan/chords", "me", vec!["0 3 7", "-odd"]).encode());
    let (ok, _, err) = say(&["/agent/gain", "a", "0.5"]);
    assert!(!ok && err.contains("director gain"), "{err}");
}

#[test]
fn say_without_a_director_says_so() {
    let nobody = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let (ok, out, err) = director(&["say", "/broadcast/hdensity", "me", "0.7"], port, port);
    assert!(!ok && out.is_empty() && err.contains(&format!("no director answers on port {port}")), "{err}");
}

#[test]
fn filters_leave_out_what_nobody_asked_for() {
    let live = Live::play(BAND);
    let mut by_topic = Ears::on(&live, &["--topic", "notepool"]);
    let mut by_name = Ears::on(&live, &["--from", "a"]);
    let (a, b) = (live.bot("a"), live.bot("b"));
    for bot in [&a, &b] {
        bot.say(&Broadcast::new("notepool", bot.id.as_str(), vec![60, 64, 67]).encode());
        bot.say(&Broadcast::new("hdensity", bot.id.as_str(), 0.5).encode());
    }
    a.say(&Broadcast::new("notepool", "a", vec![57, 60, 64]).encode());
    by_topic.out.wait("(57 60 64)  Am");
    by_name.out.wait("(57 60 64)  Am");
    by_topic.stop();
    by_name.stop();
    let (topic, name) = (by_topic.out.all(), by_name.out.all());
    assert!(topic.len() == 3 && topic.iter().all(|line| line.contains(" notepool ")), "{topic:#?}");
    assert!(topic.iter().any(|line| line.contains(" b ")), "{topic:#?}");
    let said = name.iter().filter(|line| !line.contains(" joins")).count();
    assert!(said == 3 && name.iter().all(|line| line.contains(" a ")), "{name:#?}");
}

#[test]
fn who_comes_and_goes_and_what_the_conductor_says_is_shown() {
    let live = Live::play(BAND);
    let ears = Ears::on(&live, &[]);
    let a = live.bot("a");
    a.hear_one(b"/mc/time\0");
    ears.out.wait("a              joins");
    live.ask(&Control::Density { density: 0.25 });
    let line = ears.out.wait("density");
    assert!(line.contains("Conductor      density            0.25 ███·······"), "{line}");
    let guest = live.bot("guest");
    guest.hear_one(b"/mc/time\0");
    ears.out.wait("guest          joins");
    drop(guest);
    // It falls silent, and is dropped after 6 to 10 s.
    let deadline = Instant::now() + PATIENCE;
    while !ears.out.all().iter().any(|line| line.contains("guest          leaves")) {
        a.hear_ticks(10);
        assert!(Instant::now() < deadline, "{:#?}", ears.out.all());
    }
}

#[test]
fn a_recording_is_one_json_object_a_line_with_types() {
    let live = Live::play(BAND);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("band.jsonl");
    let mut ears = Ears::on(&live, &["--record", file.to_str().unwrap()]);
    let a = live.bot("a");
    a.hear_ticks(1);
    a.say(&Broadcast::new("plan/chords", "a", vec!["0 3 7", "5 9 12"]).encode());
    a.say(&Broadcast::new("hdensity", "a", 0.7).encode());
    let line = ears.out.wait("hdensity");
    let tick = tick_of(&line);
    // It is on disk while the listener still listens.
    let objects = objects(&file);
    let density = objects.iter().find(|o| o["topic"] == "hdensity").unwrap();
    assert_eq!((density["tick"].as_i64(), density["from"].as_str()), (Some(tick), Some("a")));
    assert_eq!((density["bar"].as_i64(), density["beat"].as_i64()), (Some(tick / 48 + 1), Some(tick % 48 / 16 + 1)));
    assert_eq!((density["types"].as_str(), &density["args"]), (Some("f"), &serde_json::json!([0.7])));
    assert!(density["seconds"].as_f64().is_some_and(|s| s > 0.0 && s < 60.0));
    let chords = objects.iter().find(|o| o["topic"] == "plan/chords").unwrap();
    assert_eq!((chords["types"].as_str(), &chords["args"]), (Some("ss"), &serde_json::json!(["0 3 7", "5 9 12"])));
    assert!(objects.iter().any(|o| o["event"] == "joins" && o["from"] == "a"));
    assert!(ears.stop().success());
}

fn objects(file: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_the_recording_and_not_the_listening() {
    let live = Live::play(BAND);
    let mut ears = Ears::on(&live, &["--record", "/dev/full"]);
    let a = live.bot("a");
    a.hear_ticks(1);
    ears.err.wait("the recording ends here: failed to write to /dev/full");
    a.say(&Broadcast::new("hdensity", "a", 0.7).encode());
    ears.out.wait("hdensity");
    assert_eq!(ears.stop().code(), Some(1), "the exit code tells that something is missing");
}

#[test]
fn a_listener_that_stands_still_slows_nobody() {
    let live = Live::play(BAND);
    let still = UdpSocket::bind("127.0.0.1:0").unwrap();
    still.send_to(&Control::Listen { on: true }.encode(), live.control).unwrap();
    let a = live.bot("a");
    a.hear_ticks(1);
    for round in 0..60 {
        // More than the one that does not read has room for, and as much as the bot has.
        for n in 0..50 {
            a.say(&Broadcast::new("flood", "a", vec![round, n]).encode());
        }
        let last = Broadcast::new("flood", "a", vec![round, 49]).encode();
        let heard = a.hear(|heard| heard.last() == Some(&last));
        let floods = heard.iter().filter(|d| d.starts_with(b"/broadcast/flood")).count();
        assert_eq!(floods, 50, "every word comes back");
    }
    live::in_order(&a.hear_ticks(40));
}

#[test]
fn a_listener_that_is_killed_is_forgotten() {
    let live = Live::play(BAND);
    let mut ears = Ears::on(&live, &[]);
    let listen = Control::Listen { on: true }.encode();
    let others: Vec<UdpSocket> = (0..16).map(|_| UdpSocket::bind("127.0.0.1:0").unwrap()).collect();
    for socket in &others[..15] {
        assert_eq!(says(socket, live.control, &listen), Reply::Ok("listen".into()));
    }
    assert!(matches!(says(&others[15], live.control, &listen), Reply::Error(..)), "sixteen listen");
    kill(&ears.child);
    ears.child.wait().unwrap();
    let deadline = Instant::now() + PATIENCE;
    while says(&others[15], live.control, &listen) != Reply::Ok("listen".into()) {
        for socket in &others[..15] {
            says(socket, live.control, &listen);
        }
        assert!(Instant::now() < deadline, "the dead one still has its place");
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    assert!(matches!(ask(live.control, &listen).last(), Some(Reply::Error(..))), "only its place has become free");
}

/// Sends it and waits for the answer, whatever else arrives.
fn says(socket: &UdpSocket, to: SocketAddr, datagram: &[u8]) -> Reply {
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.send_to(datagram, to).unwrap();
    let mut buffer = [0; 2048];
    loop {
        let length = socket.recv(&mut buffer).expect("an answer");
        let message = musebot_protocol::messages(&buffer[..length]).next().unwrap().unwrap();
        match Reply::decode(&message) {
            Ok(reply @ (Reply::Ok(_) | Reply::Error(..))) => return reply,
            _ => continue,
        }
    }
}

/// A director as a process, at these ports. Ends with this.
struct Playing(Child);

impl Playing {
    fn at(port: u16, control: u16, file: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_director"));
        command.args(["play", "--listen", &port.to_string(), "--control", &control.to_string()]).arg(file);
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_waits_for_a_director_and_for_its_return() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trial.toml");
    std::fs::write(&file, "name = \"trial\"\nmeter = \"3/4\"\n").unwrap();
    let free = || UdpSocket::bind("127.0.0.1:0").unwrap();
    let (one, two) = (free(), free());
    let (port, control) = (one.local_addr().unwrap().port(), two.local_addr().unwrap().port());
    drop((one, two));
    let ears = Ears::at(port, control, &[]);
    ears.err.wait(&format!("no director answers on port {port} yet: waiting for one"));
    let mut first = Playing::at(port, control, &file);
    ears.err.wait("listening to trial, 3/4");
    let bot = Bot::new("x", SocketAddr::from(([127, 0, 0, 1], port)));
    bot.beat();
    bot.hear_one(b"/mc/time\0");
    bot.say(&Broadcast::new("hdensity", "x", 0.5).encode());
    ears.out.wait("hdensity");
    // Without a goodbye: it is missed after a while.
    kill(&first.0);
    first.0.wait().unwrap();
    ears.err.wait("the director has gone: waiting for it to return");
    let said = ears.err.all().len();
    let mut second = Playing::at(port, control, &file);
    ears.err.wait_from(said, "listening to trial, 3/4");
    let said = ears.err.all().len();
    // With one: at once.
    interrupt(&second.0);
    ears.err.wait_from(said, "the director has gone");
    second.0.wait().unwrap();
}
