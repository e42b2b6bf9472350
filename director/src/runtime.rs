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
    let usual = std::env::var_os("XDG_RUNTIME_DIR").filter(|dir| !dir.is_empty());
    let everywhere = std::env::temp_dir().join(format!("musebots-{}", rustix::process::getuid().as_raw()));
    first_of(usual.map(|dir| PathBuf::from(dir).join("musebots")), everywhere)
}

/// After a `su` the usual folder may be somebody else's, and in a container it may not be there.
fn first_of(usual: Option<PathBuf>, otherwise: PathBuf) -> io::Result<PathBuf> {
    if let Some(usual) = usual.filter(|folder| std::fs::create_dir_all(folder).is_ok() && is_ours(folder)) {
        return Ok(usual);
    }
    let explain =
        |e: io::Error| io::Error::new(e.kind(), format!("failed to make the folder {}: {e}", otherwise.display()));
    std::fs::create_dir_all(&otherwise).map_err(explain)?;
    Ok(otherwise)
}

/// Whether we may put something into a folder.
fn is_ours(folder: &Path) -> bool {
    rustix::fs::access(folder, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK).is_ok()
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
    fn a_usual_folder_that_cannot_be_had_is_no_reason_not_to_play() {
        let there = tempfile::tempdir().unwrap();
        std::fs::write(there.path().join("file"), "").unwrap();
        let (usual, otherwise) = (there.path().join("file/musebots"), there.path().join("otherwise"));
        assert_eq!(first_of(Some(usual), otherwise.clone()).unwrap(), otherwise);
        assert!(otherwise.is_dir());
        let usual = there.path().join("usual");
        assert_eq!(first_of(Some(usual.clone()), otherwise).unwrap(), usual);
    }

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
