//! Runs the examiner, and reads what it found.

use crate::process::{build, wait_until};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Once,
};

/// What an examination has found.
pub(crate) struct Examined {
    pub(crate) code: Option<i32>,
    pub(crate) report: serde_json::Value,
}

/// The examiner with these arguments.
pub(crate) fn examiner(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_director"));
    command.arg("check-bot").args(args).env_remove("RUST_BACKTRACE").stdin(Stdio::null());
    command
}

/// Examines, and reads the report as programs do. Where the machine was too busy for a fair judgement, and the
/// examiner says so, it is asked again.
#[track_caller]
pub(crate) fn examine(args: &[&str]) -> Examined {
    let mut examined = examine_once(args);
    for _ in 0..2 {
        if examined.report["late_milliseconds"].is_null() {
            break;
        }
        examined = examine_once(args);
    }
    examined
}

#[track_caller]
fn examine_once(args: &[&str]) -> Examined {
    let output = examiner(&["--json"]).args(args).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let report = serde_json::from_str(&text)
        .unwrap_or_else(|e| panic!("{e} in:\n{text}\n{}", String::from_utf8_lossy(&output.stderr)));
    Examined { code: output.status.code(), report }
}

impl Examined {
    /// Name and verdict of each fact.
    pub(crate) fn verdicts(&self) -> Vec<(&str, &str)> {
        let facts = self.report["facts"].as_array().unwrap();
        facts.iter().map(|f| (f["fact"].as_str().unwrap(), f["verdict"].as_str().unwrap())).collect()
    }

    /// The facts with this verdict.
    pub(crate) fn with(&self, verdict: &str) -> Vec<&str> {
        self.verdicts().into_iter().filter(|(_, v)| *v == verdict).map(|(fact, _)| fact).collect()
    }
}

/// A folder with a whole bot in it, which starts `examples/broken_bot.rs`.
pub(crate) struct Folder(tempfile::TempDir);

const INFO: &str = "## name ##\nbroken\n## version ##\n1\n## instrumentation ##\ntype:\n@utility\n## platform ##\nany\n\
    ## behaviour ##\nsays a chord for every bar\n## messages ##\nsends:\n@notepool\n@hdensity\nreceives:\n@tala\n@onoff\n\
    ## license ##\nMIT\n## credits ##\nnobody\n";

impl Folder {
    pub(crate) fn new(flags: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        fs::write(folder.file("config.txt"), "id broken\nmy_listen_port 7499\n").unwrap();
        fs::write(folder.file("info.txt"), INFO).unwrap();
        let run = format!("#!/bin/bash\ncd \"$(dirname \"$0\")\"\nexec {} {flags}\n", broken_bot().display());
        fs::write(folder.file("run.command"), run).unwrap();
        fs::set_permissions(folder.file("run.command"), fs::Permissions::from_mode(0o755)).unwrap();
        folder
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn path(&self) -> &str {
        self.0.path().to_str().unwrap()
    }
}

/// The breakable bot's program. `cargo test --test` builds no examples.
pub(crate) fn broken_bot() -> PathBuf {
    static BUILT: Once = Once::new();
    BUILT.call_once(|| build(&["-p", "director", "--example", "broken_bot"]));
    beside_director("examples/broken_bot")
}

/// What is built beside the director.
pub(crate) fn beside_director(name: &str) -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_director")).parent().unwrap().join(name)
}

/// Waits for the end of an examiner.
#[track_caller]
pub(crate) fn ends(child: &mut Child) -> Option<i32> {
    let mut status = None;
    wait_until("the examiner ends", || {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    status.unwrap().code()
}
