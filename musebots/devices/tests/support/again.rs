//! A test that runs once more in a process of its own, whose environment names a sound server.

use std::process::Command;

/// Set in the process that is run.
const INSIDE: &str = "MUSEBOT_TEST_INSIDE";

/// Whether we are that process.
pub(crate) fn inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// Runs the test of that name again, and fails as it does. What it writes on stderr is returned.
pub(crate) fn run_again(test: &str, variables: &[(&str, &str)]) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(INSIDE, "1")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    assert!(out.contains("1 passed"), "no test is called {test}: {out}");
    err.into_owned()
}
