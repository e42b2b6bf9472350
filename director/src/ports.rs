//! Which port each bot of ours is told to listen on.
//!
//! A port is ours while we hold an advisory lock on a file named after it in a folder that all
//! directors of this user share, and nobody else has it open.

use crate::runtime;
use musebot_protocol::{FIRST_BOT_PORT, LAST_BOT_PORT};
use std::{
    fs::{File, OpenOptions},
    io,
    net::UdpSocket,
    path::PathBuf,
};

/// A port that nobody else is given while this lives.
#[derive(Debug)]
pub struct Port {
    /// The number.
    pub number: u16,
    _lock: File,
}

/// Hands out ports.
#[derive(Debug)]
pub struct Ports {
    folder: PathBuf,
}

impl Ports {
    /// # Errors
    /// When the shared folder cannot be made.
    pub fn new() -> io::Result<Self> {
        Ok(Self { folder: runtime::folder()? })
    }

    /// The lowest port that is free.
    ///
    /// # Errors
    /// When a lock file cannot be made, or all ports are taken.
    pub fn allot(&self) -> io::Result<Port> {
        for number in FIRST_BOT_PORT..=LAST_BOT_PORT {
            let path = self.folder.join(format!("port-{number}.lock"));
            let lock = match OpenOptions::new().create(true).truncate(false).write(true).open(&path) {
                Ok(file) => file,
                Err(e) => {
                    return Err(io::Error::new(e.kind(), format!("failed to lock a port by {}: {e}", path.display())));
                }
            };
            if lock.try_lock().is_err() {
                continue; // another director's bot has it
            }
            // Somebody who knows nothing of our locks may have it.
            if UdpSocket::bind(("0.0.0.0", number)).is_ok() {
                return Ok(Port { number, _lock: lock });
            }
        }
        Err(io::Error::new(
            io::ErrorKind::AddrInUse,
            format!("all ports from {FIRST_BOT_PORT} to {LAST_BOT_PORT} are taken"),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d30_no_two_bots_are_given_one_port_even_by_two_directors() {
        let folder = tempfile::tempdir().unwrap();
        let ports = || Ports { folder: folder.path().to_owned() };
        let (first, second) = (ports().allot().unwrap(), ports().allot().unwrap());
        assert_ne!(first.number, second.number);
        assert!(first.number >= FIRST_BOT_PORT && second.number <= LAST_BOT_PORT);
        let freed = first.number;
        drop(first);
        assert_eq!(ports().allot().unwrap().number, freed, "a port is given again once its bot has gone");
    }

    #[test]
    fn d30_a_port_that_somebody_has_open_is_skipped() {
        let folder = tempfile::tempdir().unwrap();
        let ports = Ports { folder: folder.path().to_owned() };
        let free = ports.allot().unwrap().number;
        let _taken = UdpSocket::bind(("127.0.0.1", free)).unwrap();
        assert!(ports.allot().unwrap().number > free);
    }
}
