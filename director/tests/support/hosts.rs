//! Several hosts on one machine (Linux, as root): each a network namespace with loopback and one interface,
//! between them wires that delay and lose whole IP packets as a seed decides.
//!
//! `mod hosts` belongs into a file under `#![cfg(target_os = "linux")]`. Everything is gone when a [`Hosts`] is
//! dropped, and what a killed run left is swept by the next.

#[path = "hosts/link.rs"]
mod link;
#[path = "hosts/namespace.rs"]
mod namespace;
#[path = "hosts/relay.rs"]
mod relay;
#[path = "hosts/switchboard.rs"]
mod switchboard;
#[path = "hosts/tun.rs"]
mod tun;

pub(crate) use link::{Link, Way};

use namespace::Namespace;
use relay::Relay;
use std::{
    ffi::OsStr,
    fmt,
    io::{self, Write as _},
    net::{Ipv4Addr, SocketAddr, UdpSocket},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

/// Why there are no hosts here.
#[derive(Debug)]
pub(crate) struct NotAllowed(String);

impl fmt::Display for NotAllowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Some hosts, counted from 0, and the wires between them.
pub(crate) struct Hosts {
    /// The wires: clean, until told otherwise.
    pub(crate) relay: Relay,
    hosts: Vec<Host>,
    _home: tempfile::TempDir,
}

struct Host {
    space: Namespace,
    folder: PathBuf,
}

/// Rigs of this process so far.
static RIGS: AtomicU32 = AtomicU32::new(0);

impl Hosts {
    /// So many hosts with clean wires.
    pub(crate) fn make(many: usize, seed: u64) -> Result<Self, NotAllowed> {
        assert!((1..=250).contains(&many), "{many} hosts");
        may()?;
        namespace::sweep();
        let home = tempfile::tempdir().map_err(|e| NotAllowed(format!("a folder for the hosts: {e}")))?;
        let rig = RIGS.fetch_add(1, Relaxed);
        // Only to tell them apart for who looks: no two rigs can reach each other.
        let net = (std::process::id().wrapping_add(rig) % 254 + 1) as u8;
        let (mut hosts, mut ends) = (Vec::new(), Vec::new());
        for number in 0..many {
            let space = Namespace::make(rig, number + 1)?;
            let address = Ipv4Addr::new(10, 98, net, number as u8 + 1);
            ends.push((address, space.wire(address)?));
            let folder = home.path().join(name_of(number));
            std::fs::create_dir(&folder).map_err(|e| NotAllowed(format!("a folder for a host: {e}")))?;
            hosts.push(Host { space, folder });
        }
        let relay = Relay::start(seed, ends).map_err(|e| NotAllowed(format!("the wires between the hosts: {e}")))?;
        Ok(Self { relay, hosts, _home: home })
    }

    /// The same, or `None` and a word of what is left out for want of them.
    pub(crate) fn or_leave_out(what: &str, many: usize, seed: u64) -> Option<Self> {
        Self::make(many, seed).map_err(|why| leave_out(&format!("{what}: {why}"))).ok()
    }

    /// How many there are.
    pub(crate) fn many(&self) -> usize {
        self.hosts.len()
    }

    /// Where a host is reached.
    pub(crate) fn address(&self, host: usize) -> Ipv4Addr {
        self.relay.address(host)
    }

    /// A folder of a host's own: what runs on it has this as its runtime folder.
    pub(crate) fn folder(&self, host: usize) -> &Path {
        &self.hosts[host].folder
    }

    /// A program that runs on a host, which it finds to be called `host-1` and so on. It does not outlive the hosts.
    #[expect(unsafe_code, reason = "pre_exec runs between fork and exec; all three calls are async-signal-safe")]
    pub(crate) fn command(&self, host: usize, program: impl AsRef<OsStr>) -> Command {
        let Host { space, folder } = &self.hosts[host];
        let space = space.file().try_clone().expect("another handle of a namespace");
        let name = name_of(host);
        let mut command = Command::new(program);
        command.env("XDG_RUNTIME_DIR", folder);
        // SAFETY: three system calls and nothing else: no memory is taken, no lock is waited for.
        unsafe {
            command.pre_exec(move || {
                namespace::enter(&space)?;
                let done =
                    libc::unshare(libc::CLONE_NEWUTS) == 0 && libc::sethostname(name.as_ptr().cast(), name.len()) == 0;
                if done { Ok(()) } else { Err(io::Error::last_os_error()) }
            });
        }
        command
    }

    /// Does something on a host, on a thread of its own; a socket that it opens stays there.
    #[track_caller]
    pub(crate) fn on<T: Send>(&self, host: usize, what: impl FnOnce() -> T + Send) -> T {
        self.hosts[host].space.inside(what).expect("a thread may enter a namespace that its process has made")
    }

    /// A UDP socket on a host, for us to use, at any free port of all its addresses.
    #[track_caller]
    pub(crate) fn socket(&self, host: usize) -> (UdpSocket, SocketAddr) {
        let socket = self.on(host, || UdpSocket::bind("0.0.0.0:0")).expect("a socket on a host");
        let port = socket.local_addr().expect("a socket's address").port();
        (socket, (self.address(host), port).into())
    }

    /// A host is given another address, as after a change of networks. What was sent to the old one goes nowhere.
    #[track_caller]
    pub(crate) fn readdress(&self, host: usize, new: Ipv4Addr) {
        let old = self.address(host);
        self.hosts[host].space.readdress(old, new).unwrap_or_else(|why| panic!("{why}"));
        self.relay.readdress(host, new);
    }
}

fn name_of(host: usize) -> String {
    format!("host-{}", host + 1)
}

/// Whether all is here that hosts need.
fn may() -> Result<(), NotAllowed> {
    let lacks = |what: &str| Err(NotAllowed(what.to_owned()));
    if !rustix::process::geteuid().is_root() {
        return lacks("hosts in network namespaces need root");
    }
    if Command::new("ip").arg("-V").output().is_err() {
        return lacks("hosts in network namespaces need the program `ip` (apt-get install iproute2)");
    }
    if let Err(why) = std::fs::OpenOptions::new().read(true).write(true).open(tun::DEVICE) {
        return Err(NotAllowed(format!("hosts in network namespaces need {}: {why}", tun::DEVICE)));
    }
    Ok(())
}

/// Says what is not tested here, and writes it where scripts/test looks for it.
fn leave_out(line: &str) {
    eprintln!("left out: {line}");
    if let Some(list) = std::env::var_os("MUSEBOT_LEFT_OUT") {
        let list = std::fs::OpenOptions::new().append(true).create(true).open(list);
        let _ = list.and_then(|mut list| writeln!(list, "{line}"));
    }
}
