//! A command of the director on a machine where no sound server answers, so that it is the same on every machine.

use serde_json::Value;
use std::process::{Command, Output};

/// Runs a command. What a server needs is put over it.
pub(crate) fn director(command: &str, args: &[&str], variables: &[(&str, &str)]) -> Output {
    let nothing = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_director"))
        .arg(command)
        .args(args)
        .env("JACK_DEFAULT_SERVER", "musebots-nobody")
        .env("PULSE_SERVER", format!("unix:{}/nobody", nothing.path().display()))
        .env("PULSE_RUNTIME_PATH", nothing.path())
        .env("XDG_RUNTIME_DIR", nothing.path())
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "a library speaks up");
    output
}

pub(crate) fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", text(output)))
}
