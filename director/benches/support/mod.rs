//! A real director process and bots that are sockets: what the benches measure with.
#![allow(dead_code, unreachable_pub, clippy::print_stdout, reason = "each bench uses its part")]

use musebot_protocol::{Accepts, BotId, Hello, Message, ToBot, ToDirector, messages};
use std::{
    io::{IoSliceMut, Write},
    net::{SocketAddr, UdpSocket},
    os::fd::AsRawFd,
    process::{Child, Command, Stdio},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// A director of an ensemble without any bot of its own.
pub struct Director {
    child: Child,
    pub port: u16,
    _home: tempfile::TempDir,
}

impl Director {
    pub fn start(ensemble: &str, port: u16) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let file = home.path().join("bench.toml");
        std::fs::File::create(&file).and_then(|mut f| f.write_all(ensemble.as_bytes())).expect("an ensemble file");
        let child = Command::new(env!("CARGO_BIN_EXE_director"))
            .args(["play", "--listen", &port.to_string()])
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the director");
        Self { child, port, _home: home }
    }

    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Director {
    fn drop(&mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let _ = self.child.wait();
    }
}

/// A guest: a socket that beats and keeps what it receives.
pub struct Guest {
    pub id: String,
    pub socket: UdpSocket,
}

impl Guest {
    pub fn new(id: String) -> Self {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None).expect("a socket");
        socket.set_recv_buffer_size(4 << 20).expect("a receive buffer");
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a port");
        let socket: UdpSocket = socket.into();
        #[cfg(target_os = "linux")]
        nix::sys::socket::setsockopt(&socket, nix::sys::socket::sockopt::ReceiveTimestampns, &true)
            .expect("receive timestamps");
        Self { id, socket }
    }

    pub fn port(&self) -> u16 {
        self.socket.local_addr().expect("an address").port()
    }

    pub fn beat(&self, to: SocketAddr) {
        let id = BotId::new(&self.id).expect("an id");
        let _ = self.socket.send_to(&ToDirector::Alive { id, port: Some(self.port()) }.encode(), to);
    }

    pub fn hello(&self, to: SocketAddr, accepts: Accepts) {
        let id = BotId::new(&self.id).expect("an id");
        let hello = Hello { accepts, ..Hello::default() };
        let _ = self.socket.send_to(&ToDirector::Hello { id, port: self.port(), hello }.encode(), to);
    }

    /// The next datagram and when it was seen, without waiting. (The kernel's own time is Linux's.)
    #[cfg(not(target_os = "linux"))]
    pub fn next(&self, buffer: &mut [u8]) -> Option<(usize, Duration)> {
        let (n, _) = rustix::net::recv(&self.socket, buffer, rustix::net::RecvFlags::DONTWAIT).ok()?;
        Some((n, wall()))
    }

    /// The next datagram and when the kernel took it, without waiting.
    #[cfg(target_os = "linux")]
    pub fn next(&self, buffer: &mut [u8]) -> Option<(usize, Duration)> {
        use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg};
        let mut space = nix::cmsg_space!(nix::sys::time::TimeSpec);
        let mut parts = [IoSliceMut::new(buffer)];
        let message =
            recvmsg::<SockaddrStorage>(self.socket.as_raw_fd(), &mut parts, Some(&mut space), MsgFlags::MSG_DONTWAIT)
                .ok()?;
        let at = message.cmsgs().ok()?.find_map(|c| match c {
            ControlMessageOwned::ScmTimestampns(t) => {
                Some(Duration::new(t.tv_sec().unsigned_abs(), t.tv_nsec().unsigned_abs() as u32))
            }
            _ => None,
        })?;
        Some((message.bytes, at))
    }
}

/// Starts beating for all guests, until the returned flag is dropped.
pub struct Hearts {
    stop: std::sync::Arc<std::sync::atomic::AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Hearts {
    pub fn start(guests: &[Guest], to: SocketAddr, accepts: Accepts) -> Self {
        let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let guests: Vec<_> =
            guests.iter().map(|g| Guest { id: g.id.clone(), socket: g.socket.try_clone().expect("a clone") }).collect();
        let flag = stop.clone();
        let thread = std::thread::spawn(move || {
            while !flag.load(std::sync::atomic::Ordering::Relaxed) {
                for guest in &guests {
                    guest.hello(to, accepts);
                }
                std::thread::sleep(Duration::from_millis(500));
            }
        });
        Self { stop, thread: Some(thread) }
    }
}

impl Drop for Hearts {
    fn drop(&mut self) {
        self.stop.store(true, std::sync::atomic::Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Threads that keep all cores busy.
pub struct Busy(std::sync::Arc<std::sync::atomic::AtomicBool>, Vec<std::thread::JoinHandle<()>>);

impl Busy {
    pub fn start() -> Self {
        let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let threads = (0..cores)
            .map(|_| {
                let stop = stop.clone();
                std::thread::spawn(move || {
                    let mut x = 1_u64;
                    while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                        for _ in 0..10_000 {
                            x = std::hint::black_box(x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
                        }
                    }
                })
            })
            .collect();
        Self(stop, threads)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.store(true, std::sync::atomic::Ordering::Relaxed);
        for thread in self.1.drain(..) {
            let _ = thread.join();
        }
    }
}

/// One `/mc/time`, bare or in its bundle: tick, tempo, and the instant that its timetag names.
pub fn time_of(datagram: &[u8]) -> Option<(i64, f64, Option<Duration>)> {
    let message: Message = messages(datagram).next()?.ok()?;
    let ToBot::Time { tempo, tick } = ToBot::decode(&message).ok()? else { return None };
    let tag = message.timetag.and_then(|t| t.to_system_time());
    Some((tick.0, tempo.bpm(), tag.and_then(|t| t.duration_since(UNIX_EPOCH).ok())))
}

/// Percentiles of some figures.
pub fn percentile(sorted: &[f64], p: f64) -> f64 {
    if sorted.is_empty() {
        return f64::NAN;
    }
    sorted[((sorted.len() - 1) as f64 * p).round() as usize]
}

pub fn sorted(mut figures: Vec<f64>) -> Vec<f64> {
    figures.sort_by(f64::total_cmp);
    figures
}

/// Waits until a condition holds.
pub fn until(what: &str, seconds: f64, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs_f64(seconds);
    while !condition() {
        assert!(Instant::now() < deadline, "{what}: not within {seconds} s");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn wall() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// A number from the environment, so that a quick look needs no edit.
pub fn setting(name: &str, otherwise: f64) -> f64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(otherwise)
}
