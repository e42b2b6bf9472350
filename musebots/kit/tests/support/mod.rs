//! A conductor that is not there: it listens on a port of its own, starts real bots, and speaks
//! any dialect.
#![allow(dead_code, reason = "each test binary takes what it needs")]

use musebot_protocol::{BotId, Hello, Tempo, Tick, TimeTag, ToBot, ToDirector, messages, time_bundle};
use std::{
    io::Read,
    net::{SocketAddr, UdpSocket},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::OnceLock,
    time::{Duration, Instant, SystemTime},
};

/// Nothing in these tests may take longer than this.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// One datagram of a bot's.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) at: Instant,
    pub(crate) from: SocketAddr,
    pub(crate) bytes: Vec<u8>,
    pub(crate) said: Option<ToDirector>,
}

/// The conductor and its one bot.
pub(crate) struct Conductor {
    pub(crate) socket: UdpSocket,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) child: Option<Child>,
    pub(crate) started: Instant,
    pub(crate) bot: Option<SocketAddr>,
    pub(crate) heard: Vec<Heard>,
}

/// The bot that these tests drive. `cargo test` builds it along with them; when only one test
/// was asked for, and it is older than the kit, it is built here; not where `MUSEBOT_BUILT` says that all is there.
pub(crate) fn parrot() -> &'static Path {
    static PARROT: OnceLock<PathBuf> = OnceLock::new();
    PARROT.get_or_init(|| {
        let folder = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().to_owned();
        let parrot = folder.join("examples").join(format!("parrot{}", std::env::consts::EXE_SUFFIX));
        let kit = Path::new(env!("CARGO_MANIFEST_DIR"));
        let sources = ["src", "examples", "../devices/src", "../../protocol/src"].map(|s| newest(&kit.join(s)));
        let built = parrot.metadata().and_then(|m| m.modified()).ok();
        let stale = built.is_none() || built < sources.into_iter().max().flatten();
        if stale && std::env::var_os("MUSEBOT_BUILT").is_none() {
            let mut build = Command::new(env!("CARGO"));
            build.args(["build", "--quiet", "--package", "musebot-kit", "--example", "parrot"]);
            build.arg("--target-dir").arg(folder.parent().unwrap());
            if folder.file_name().is_some_and(|name| name == "release") {
                build.arg("--release");
            }
            assert!(build.status().unwrap().success(), "the parrot does not build");
        }
        parrot
    })
}

/// When anything in a folder was last changed.
fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = std::fs::read_dir(folder).ok()?.filter_map(Result::ok);
    entries
        .filter_map(|e| {
            let meta = e.metadata().ok()?;
            if meta.is_dir() { newest(&e.path()) } else { meta.modified().ok() }
        })
        .max()
}

impl Conductor {
    pub(crate) fn new() -> Self {
        parrot();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
        Self {
            socket,
            folder: tempfile::tempdir().unwrap(),
            child: None,
            started: Instant::now(),
            bot: None,
            heard: Vec::new(),
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.socket.local_addr().unwrap().port()
    }

    /// A port that is free just now.
    pub(crate) fn free_port() -> u16 {
        UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
    }

    /// Starts the bot in the private folder.
    pub(crate) fn start(&mut self, args: &[&str], variables: &[(&str, &str)]) {
        let mut command = Command::new(parrot());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MUSEBOT_")) {
            command.env_remove(name);
        }
        command.args(args).envs(variables.iter().copied()).current_dir(self.folder.path());
        command.stdin(Stdio::null()).stderr(Stdio::piped());
        self.started = Instant::now();
        self.child = Some(command.spawn().unwrap());
    }

    /// Starts it as our own director would: flags instead of config.txt.
    pub(crate) fn launch(&mut self, more: &[&str]) {
        let director = format!("127.0.0.1:{}", self.port());
        let mut args = vec!["--director", &director, "--id", "parrot"];
        if !more.contains(&"--output") {
            args.extend(["--output", "null"]);
        }
        args.extend(more);
        self.start(&args, &[]);
        self.wait("the first heartbeat and hello", |c| c.hello().is_some());
    }

    /// Starts it as a foreign conductor would: by config.txt alone.
    pub(crate) fn launch_by_config(&mut self, config: &str) {
        std::fs::write(self.folder.path().join("config.txt"), config).unwrap();
        self.start(&["--output", "null"], &[]);
    }

    /// Takes in what has come.
    pub(crate) fn listen(&mut self) {
        while self.listen_once() {}
    }

    /// Takes in one datagram, if one comes soon.
    fn listen_once(&mut self) -> bool {
        let mut buffer = [0; 65_535];
        let Ok((length, from)) = self.socket.recv_from(&mut buffer) else { return false };
        let bytes = buffer[..length].to_vec();
        let said = messages(&bytes).next().and_then(Result::ok).and_then(|m| ToDirector::decode(&m).ok());
        if let Some(ToDirector::Alive { port: Some(port), .. } | ToDirector::Hello { port, .. }) = &said {
            self.bot = Some(SocketAddr::new(from.ip(), *port));
        }
        self.heard.push(Heard { at: Instant::now(), from, bytes, said });
        true
    }

    /// Waits until something is so.
    pub(crate) fn wait(&mut self, what: &str, mut so: impl FnMut(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let more = self.listen_once();
            if so(self) {
                return;
            }
            if more {
                continue;
            }
            if let Some(child) = &mut self.child
                && let Some(status) = child.try_wait().unwrap()
            {
                self.listen();
                assert!(so(self), "while waiting for {what} the bot ended: {status}: {}", self.log());
                return;
            }
            assert!(Instant::now() < deadline, "waited for {what} in vain; heard {:?}", self.addresses());
        }
    }

    /// Listens for so long.
    pub(crate) fn listen_for(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.listen();
        }
    }

    pub(crate) fn send(&self, message: &ToBot) {
        self.send_bytes(&message.encode());
    }

    pub(crate) fn send_bytes(&self, bytes: &[u8]) {
        self.socket.send_to(bytes, self.bot.expect("the bot has not said where it listens")).unwrap();
    }

    /// Ticks in real time, listening in between. `make` says how each travels.
    pub(crate) fn ticks(&mut self, ticks: std::ops::Range<i32>, bpm: f64, make: impl Fn(i32) -> Vec<u8>) {
        let period = Tempo::new(bpm).unwrap().tick_period();
        let began = Instant::now();
        for (n, tick) in ticks.enumerate() {
            let at = began + period * n as u32;
            while Instant::now() < at {
                self.listen();
            }
            self.send_bytes(&make(tick));
        }
        self.listen();
    }

    pub(crate) fn hello(&self) -> Option<(BotId, u16, Hello)> {
        self.heard.iter().find_map(|h| match &h.said {
            Some(ToDirector::Hello { id, port, hello }) => Some((id.clone(), *port, hello.clone())),
            _ => None,
        })
    }

    /// When heartbeats came.
    pub(crate) fn beats(&self) -> Vec<Instant> {
        self.heard.iter().filter(|h| matches!(h.said, Some(ToDirector::Alive { .. }))).map(|h| h.at).collect()
    }

    /// What was said about a topic: all arguments after the id, as text and numbers.
    pub(crate) fn said(&self, topic: &str) -> Vec<musebot_protocol::Broadcast> {
        let words = self.heard.iter().filter_map(|h| match &h.said {
            Some(ToDirector::Broadcast(said)) if said.topic == topic => Some(said.clone()),
            _ => None,
        });
        words.collect()
    }

    /// Whether the parrot repeated a topic.
    pub(crate) fn repeated(&self, topic: &str) -> usize {
        self.said("heard").iter().filter(|s| s.args.first().and_then(|a| a.text()) == Some(topic)).count()
    }

    pub(crate) fn addresses(&self) -> Vec<String> {
        self.heard.iter().map(|h| h.bytes.iter().take_while(|b| **b != 0).map(|b| char::from(*b)).collect()).collect()
    }

    /// Waits until the process has ended.
    pub(crate) fn wait_for_exit(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.listen();
            if let Some(status) = self.child.as_mut().unwrap().try_wait().unwrap() {
                self.listen();
                return status;
            }
            assert!(Instant::now() < deadline, "the bot does not end");
        }
    }

    /// What it wrote to stderr, once it has ended.
    pub(crate) fn log(&mut self) -> String {
        let mut text = String::new();
        if let Some(mut stderr) = self.child.as_mut().and_then(|child| child.stderr.take()) {
            let _ = stderr.read_to_string(&mut text);
        }
        text
    }

    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }
}

impl Drop for Conductor {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A bare tick at 120.
pub(crate) fn bare(tick: i32) -> Vec<u8> {
    ToBot::Time { tempo: Tempo::default(), tick: tick.into() }.encode()
}

/// A tick with its timetag, 60 ms ahead.
pub(crate) fn stamped(tick: i32) -> Vec<u8> {
    let sounds = TimeTag::from_system_time(SystemTime::now() + Duration::from_millis(60));
    time_bundle(Tempo::default(), Tick::from(tick), sounds).to_vec()
}

/// Any OSC message by hand: `f` and `d` as numbers, `i` likewise, `s` as text.
pub(crate) fn osc(address: &str, tags: &str, values: &[f64], texts: &[&str]) -> Vec<u8> {
    let text = |s: &str| {
        let mut bytes = s.as_bytes().to_vec();
        bytes.resize((bytes.len() + 4) & !3, 0);
        bytes
    };
    let mut bytes = text(address);
    bytes.extend(text(&format!(",{tags}")));
    let (mut values, mut texts) = (values.iter(), texts.iter());
    for tag in tags.chars() {
        match tag {
            'i' => bytes.extend((*values.next().unwrap() as i32).to_be_bytes()),
            'f' => bytes.extend((*values.next().unwrap() as f32).to_be_bytes()),
            'd' => bytes.extend(values.next().unwrap().to_be_bytes()),
            'h' => bytes.extend((*values.next().unwrap() as i64).to_be_bytes()),
            's' => bytes.extend(text(texts.next().unwrap())),
            other => panic!("{other}"),
        }
    }
    bytes
}
