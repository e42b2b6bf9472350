//! Asking what may never answer: on a thread of its own, with a deadline.

use std::{
    io::Read,
    path::PathBuf,
    process::{Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

/// Where programs are that a user's own path leaves out.
const FOLDERS: [&str; 8] = [
    "/usr/sbin",
    "/sbin",
    "/usr/bin",
    "/bin",
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/libexec/ApplicationFirewall",
    "/opt/homebrew/bin",
];

/// A question that has been asked.
pub(super) struct Asked<T> {
    told: Receiver<T>,
    deadline: Instant,
}

/// Asks. A thread that never comes back is left behind: we do not live long.
pub(super) fn ask<T: Send + 'static>(
    name: &str,
    patience: Duration,
    question: impl FnOnce() -> T + Send + 'static,
) -> Asked<T> {
    let (tell, told) = channel();
    let deadline = Instant::now() + patience;
    let asking = std::thread::Builder::new().name(format!("asking {name}"));
    // Without a thread there is no answer.
    let _ = asking.spawn(move || _ = tell.send(question()));
    Asked { told, deadline }
}

impl<T> Asked<T> {
    /// The answer; nothing if it does not come in time, or whoever was asked has fallen over.
    pub(super) fn answer(self) -> Option<T> {
        self.told.recv_timeout(self.deadline.saturating_duration_since(Instant::now())).ok()
    }
}

/// Where a program of the system is, if it is there.
pub(super) fn program(name: &str) -> Option<PathBuf> {
    FOLDERS.iter().map(|folder| PathBuf::from(folder).join(name)).find(|path| path.is_file())
}

/// What a program of the system prints, if it is there, ends well and in time.
pub(super) fn printed(name: &str, args: &[&str], patience: Duration) -> Option<String> {
    let mut child = Command::new(program(name)?)
        .args(args)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut out = child.stdout.take()?;
    let reading = ask(name, patience, move || {
        let mut text = Vec::new();
        out.read_to_end(&mut text).map(|_| text)
    });
    let text = reading.answer();
    if text.is_none() {
        let _ = child.kill();
    }
    let ended_well = child.wait().is_ok_and(|status| status.success());
    text.and_then(Result::ok).filter(|_| ended_well).map(|text| String::from_utf8_lossy(&text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_answer_in_time_has_not_answered() {
        assert_eq!(ask("quick", Duration::from_secs(60), || 7).answer(), Some(7));
        let (_held, never) = channel::<()>();
        assert_eq!(ask("slow", Duration::from_millis(1), move || never.recv().is_ok()).answer(), None);
    }

    #[test]
    fn who_falls_over_has_not_answered() {
        assert_eq!(ask("clumsy", Duration::from_secs(60), || -> i32 { panic!("on purpose") }).answer(), None);
    }

    #[test]
    fn a_program_is_heard_if_it_ends_well_and_in_time() {
        let patience = Duration::from_secs(60);
        assert_eq!(printed("echo", &["hello"], patience).as_deref(), Some("hello\n"));
        assert_eq!(printed("sh", &["-c", "echo hello; exit 1"], patience), None);
        assert_eq!(printed("sleep", &["1000"], Duration::from_millis(1)), None);
        assert_eq!(printed("a-program-that-nobody-has", &[], patience), None);
    }
}
