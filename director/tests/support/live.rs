//! A performance in this process, on real sockets at ports of the system's choice.

use super::{
    hello::hello,
    socket_bot::{Bot, PATIENCE},
};
use director::{
    ensemble::Ensemble,
    event_loop::{Options, Performance},
};
use musebot_protocol::{Control, MAX_DATAGRAM, Reply, messages};
use std::{
    fs,
    net::{SocketAddr, UdpSocket},
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::mpsc,
    thread::JoinHandle,
};

/// A running performance. It ends with this.
pub(crate) struct Live {
    pub(crate) address: SocketAddr,
    pub(crate) control: SocketAddr,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    _home: tempfile::TempDir,
}

/// A program that does nothing, as the process of a bot whose words are the test's.
pub(crate) fn puppet(home: &Path, name: &str) {
    let path = home.join(name);
    fs::write(&path, "#!/bin/sh\nexec sleep 1000\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

impl Live {
    /// Plays an ensemble. `./puppet` is a program that it may use.
    pub(crate) fn play(toml: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        puppet(home.path(), "puppet");
        let ensemble = Ensemble::parse(toml, home.path().join("band.toml")).unwrap_or_else(|faults| panic!("{faults}"));
        let options = Options {
            listen: ([127, 0, 0, 1], 0).into(),
            control: Some(0),
            seed: 7,
            status: false,
            death_signal: true,
        };
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            tokio::task::LocalSet::new().block_on(&runtime, async move {
                let performance = Performance::open(ensemble, &options).unwrap();
                tell.send((performance.address().unwrap(), performance.control_address().unwrap())).unwrap();
                tokio::select! {
                    code = performance.run() => drop(code.unwrap()),
                    _ = stopped => {}
                }
            });
        });
        let (address, control) = told.recv_timeout(PATIENCE).expect("the performance opens");
        Self { address, control, stop: Some(stop), thread: Some(thread), _home: home }
    }

    /// Asks the director; all answers, the last of them `ok` or an error.
    pub(crate) fn ask(&self, control: &Control) -> Vec<Reply> {
        ask(self.control, &control.encode())
    }

    /// A bot that has just been heard for the first time.
    pub(crate) fn bot(&self, id: &str) -> Bot {
        let bot = Bot::new(id, self.address);
        bot.beat();
        bot
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !std::thread::panicking()
        {
            panic!("the performance has panicked");
        }
    }
}

/// Sends a datagram to a control port and waits for the answers.
pub(crate) fn ask(to: SocketAddr, datagram: &[u8]) -> Vec<Reply> {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.send_to(datagram, to).unwrap();
    let mut buffer = vec![0; MAX_DATAGRAM];
    let mut replies = Vec::new();
    loop {
        let length = socket.recv(&mut buffer).expect("every command is answered");
        let message = messages(&buffer[..length]).next().unwrap().unwrap();
        replies.push(Reply::decode(&message).unwrap());
        if matches!(replies.last(), Some(Reply::Ok(_) | Reply::Error(..))) {
            return replies;
        }
    }
}

/// What a bot does that wants ticks.
impl Bot {
    /// Says what it accepts.
    pub(crate) fn hello(&self, accepts: &str) {
        self.say(&hello(self.id.as_str(), self.port(), accepts).encode());
    }

    /// Its next so many ticks, without anything else.
    #[track_caller]
    pub(crate) fn hear_ticks(&self, many: usize) -> Vec<Vec<u8>> {
        let is_tick = |d: &&Vec<u8>| d.starts_with(b"/mc/time\0") || d.get(20..29) == Some(b"/mc/time\0");
        let heard = self.hear(|heard| heard.iter().filter(is_tick).count() >= many);
        heard.into_iter().filter(|d| is_tick(&d)).collect()
    }
}

/// The number of a tick, from its datagram.
pub(crate) fn number(tick: &[u8]) -> i32 {
    i32::from_be_bytes(tick[tick.len() - 4..].try_into().unwrap())
}

/// Asserts that ticks come one after the other.
#[track_caller]
pub(crate) fn in_order(ticks: &[Vec<u8>]) {
    for pair in ticks.windows(2) {
        assert_eq!(number(&pair[1]), number(&pair[0]) + 1, "a tick is missing or out of order");
    }
}
