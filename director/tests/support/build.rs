//! Programs that tests need beside the director's own.

use std::{path::Path, process::Command};

/// Has cargo build something beside the director; `cargo test --test` alone does not. Where `MUSEBOT_BUILT` is set, all
/// is there: scripts/test builds everything at once, while each of these would choose the features of what is below it anew,
/// and build that once more.
pub(crate) fn build(what: &[&str]) {
    if std::env::var_os("MUSEBOT_BUILT").is_some() {
        return;
    }
    let folder = Path::new(env!("CARGO_BIN_EXE_director")).parent().unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet"]).args(what).arg("--target-dir").arg(folder.parent().unwrap());
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    assert!(cargo.status().unwrap().success(), "{what:?} cannot be built");
}
