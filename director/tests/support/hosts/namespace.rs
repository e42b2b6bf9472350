//! One network namespace: a machine's network, without a machine. It goes with this, and all that runs in it.

use super::NotAllowed;
use rustix::{
    io::Errno,
    process::{Pid, Signal, getpid, kill_process, test_kill_process},
    thread::{LinkNameSpaceType, move_into_link_name_space},
};
use std::{
    fs::{self, File},
    io::{self, Write as _},
    os::{fd::AsFd as _, unix::fs::MetadataExt as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

/// Where `ip netns` keeps them.
const FOLDER: &str = "/run/netns";
/// What ours are called: `mb-PROCESS-RIG-HOST`.
const PREFIX: &str = "mb-";
/// The name of the interface that leads to the others.
const WIRE: &str = "wire0";

pub(super) struct Namespace {
    name: String,
    file: File,
}

impl Namespace {
    /// The `host`th of the `rig`th rig of this process, with loopback and nothing else.
    pub(super) fn make(rig: u32, host: usize) -> Result<Self, NotAllowed> {
        let name = format!("{PREFIX}{}-{rig}-{host}", std::process::id());
        ip(&["netns", "add", &name], "")?;
        let file = File::open(path_of(&name));
        let file =
            file.map_err(|e| NotAllowed(format!("the network namespace {name} was made, and is not there: {e}")))?;
        let this = Self { name, file };
        this.ip("link set lo up\n")?;
        Ok(this)
    }

    /// Its end of the wire, with an address; ours is what it returns.
    pub(super) fn wire(&self, address: std::net::Ipv4Addr) -> Result<File, NotAllowed> {
        let tun = self.inside(|| super::tun::open(WIRE)).and_then(|tun| tun);
        let tun =
            tun.map_err(|e| NotAllowed(format!("a TUN interface in the network namespace {}: {e}", self.name)))?;
        // All that is not here goes to the wire, other networks and groups too. The queue is our part
        // of the bargain that bandwidth is unlimited.
        self.ip(&format!(
            "link set {WIRE} txqueuelen 10000\naddr add {address}/24 dev {WIRE}\nlink set {WIRE} up\n\
             route add default dev {WIRE}\n"
        ))?;
        Ok(tun)
    }

    /// Another address instead of the one it has.
    pub(super) fn readdress(&self, old: std::net::Ipv4Addr, new: std::net::Ipv4Addr) -> Result<(), NotAllowed> {
        self.ip(&format!(
            "addr del {old}/24 dev {WIRE}\naddr add {new}/24 dev {WIRE}\nroute replace default dev {WIRE}\n"
        ))
    }

    fn ip(&self, lines: &str) -> Result<(), NotAllowed> {
        ip(&["-n", &self.name, "-batch", "-"], lines)
    }

    /// What a process needs to enter it.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Does something on a thread that lives in it; a socket that was opened there stays there.
    pub(super) fn inside<T: Send>(&self, what: impl FnOnce() -> T + Send) -> io::Result<T> {
        let there = || {
            enter(&self.file)?;
            Ok(what())
        };
        thread::scope(|scope| scope.spawn(there).join()).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        remove(&self.name);
    }
}

/// Moves the calling thread into a namespace. One system call, and safe between fork and exec.
pub(super) fn enter(space: &File) -> io::Result<()> {
    Ok(move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network))?)
}

/// Removes what runs left behind that were killed.
pub(super) fn sweep() {
    for entry in fs::read_dir(FOLDER).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()?.parse().ok());
        if owner.and_then(Pid::from_raw).is_some_and(|owner| test_kill_process(owner) == Err(Errno::SRCH)) {
            remove(&name);
        }
    }
}

/// Ends what runs in a namespace, and it. Another run may be sweeping too: whoever comes second finds nothing.
fn remove(name: &str) {
    for process in processes(&path_of(name)) {
        let _ = kill_process(process, Signal::KILL);
    }
    let _ = ip(&["netns", "del", name], "");
}

/// Who lives in a namespace, except ourselves.
fn processes(space: &Path) -> Vec<Pid> {
    let Ok(space) = fs::metadata(space) else { return Vec::new() };
    let lives_there = |id: &i32| {
        fs::metadata(format!("/proc/{id}/ns/net")).is_ok_and(|its| (its.dev(), its.ino()) == (space.dev(), space.ino()))
    };
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter(lives_there).filter_map(Pid::from_raw).filter(|id| *id != getpid()).collect()
}

fn path_of(name: &str) -> PathBuf {
    Path::new(FOLDER).join(name)
}

/// Runs `ip`, with this at its standard input.
fn ip(arguments: &[&str], input: &str) -> Result<(), NotAllowed> {
    let failed = |why: String| NotAllowed(format!("`ip {}` failed: {}", arguments.join(" "), why.trim_end()));
    let mut child = Command::new("ip")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| failed(e.to_string()))?;
    // It may end without having read anything.
    let _ = child.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().map_err(|e| failed(e.to_string()))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(failed(String::from_utf8_lossy(&output.stderr).into_owned())),
    }
}
