//! Small programs for the director to launch, and a look at what becomes of them.

use super::process::{Director, Home, wait_until};
use std::{fs, os::unix::process::ExitStatusExt, path::Path};

impl Home {
    /// A script that beats as the historic bots do, from what its config.txt says.
    pub(crate) fn beating(&self, name: &str, then: &str) {
        self.script(
            name,
            &format!(
                "set -- $(cat config.txt)\nid=$2 port=$6\nbeat() {{ printf '/agent/alive\\0\\0\\0\\0,s\\0\\0%s\\0\\0\\0\\0' \
                 \"${{id:0:4}}\" > /dev/udp/127.0.0.1/$port; }}\nforever() {{ while :; do beat; sleep 0.4; done; }}\n{then}"
            ),
        );
    }

    /// Waits for a file that a program writes, and for all of it: its last line is `end`.
    #[track_caller]
    pub(crate) fn written(&self, name: &str) -> String {
        let path = self.path().join(name);
        let mut text = String::new();
        wait_until(&format!("{name} is written"), || {
            text = fs::read_to_string(&path).unwrap_or_default();
            text.ends_with("end\n")
        });
        text
    }
}

/// What a bot of a file is, with a script of ours.
pub(crate) fn bot(id: &str, more: &str) -> String {
    format!("[[bot]]\nid = \"{id}\"\nprogram = \"./{id}\"\noutput = \"null\"\n{more}\n")
}

impl Director {
    /// Plays an ensemble at ports of the system's choice.
    #[track_caller]
    pub(crate) fn play(file: &Path, more: &[&str]) -> Self {
        Self::play_in(file, more, &[])
    }

    pub(crate) fn signal(&self, signal: i32) {
        send_signal(self.child.id(), signal);
    }

    /// Waits for its end by a signal.
    #[track_caller]
    pub(crate) fn ends_by_signal(mut self, signal: i32) {
        assert_eq!(self.child.wait().unwrap().signal(), Some(signal));
    }
}

/// The processes that a process has started and that live.
pub(crate) fn children(pid: u32) -> Vec<u32> {
    let tasks = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    tasks.split_whitespace().map(|pid| pid.parse().unwrap()).collect()
}

/// Whether a process lives (a zombie does not).
pub(crate) fn lives(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, state)| !state.trim_start().starts_with('Z'))
}

/// Sends a signal to one process.
pub(crate) fn send_signal(pid: u32, signal: i32) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    let signal = rustix::process::Signal::from_named_raw(signal).unwrap();
    let _ = rustix::process::kill_process(pid, signal);
}
