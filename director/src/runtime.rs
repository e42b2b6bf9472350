//! The folder that all directors of this user share: port locks, and private folders for bots.

use rustix::process::{Pid, test_kill_process};
use std::{
    io,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// The shared folder.
///
/// # Errors
/// When it cannot be made.
pub fn folder() -> io::Result<PathBuf> {
    let folder = match std::env::var_os("XDG_RUNTIME_DIR") {
        Some(dir) if !dir.is_empty() => PathBuf::from(dir).join("musebots"),
        _ => std::env::temp_dir().join(format!("musebots-{}", rustix::process::getuid().as_raw())),
    };
    let explain =
        |e: io::Error| io::Error::new(e.kind(), format!("failed to make the folder {}: {e}", folder.display()));
    std::fs::create_dir_all(&folder).map_err(explain)?;
    Ok(folder)
}

/// A folder of this director alone, which goes with it.
///
/// # Errors
/// When it cannot be made.
pub fn private_folder() -> io::Result<TempDir> {
    let shared = folder()?;
    sweep(&shared);
    let explain =
        |e: io::Error| io::Error::new(e.kind(), format!("failed to make a folder in {}: {e}", shared.display()));
    tempfile::Builder::new().prefix(&format!("{PREFIX}{}-", std::process::id())).tempdir_in(&shared).map_err(explain)
}

const PREFIX: &str = "director-";

/// Removes what directors left behind that were killed.
fn sweep(shared: &Path) {
    for entry in std::fs::read_dir(shared).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|n| n.strip_prefix(PREFIX)?.split('-').next()?.parse::<i32>().ok());
        let Some(pid) = owner.and_then(Pid::from_raw) else { continue };
        if test_kill_process(pid) == Err(rustix::io::Errno::SRCH) {
            // Another director may be sweeping too: whoever comes second finds nothing.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_director_left_is_swept_and_what_a_living_one_uses_stays() {
        let shared = tempfile::tempdir().unwrap();
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let dead = shared.path().join(format!("director-{}-abc", child.id()));
        child.wait().unwrap();
        let living = shared.path().join(format!("director-{}-abc", std::process::id()));
        let other = shared.path().join("port-7475.lock");
        for folder in [&dead, &living, &other] {
            std::fs::create_dir(folder).unwrap();
        }
        sweep(shared.path());
        assert!(!dead.exists() && living.exists() && other.exists());
    }
}
