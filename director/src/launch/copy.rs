//! A private copy of a musebot folder: links stay links, histories of versions are left out, and
//! there is an end to how large it may be.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

/// The largest folder that is copied: it may go into memory.
const MOST_BYTES: u64 = 512 << 20;
/// Files and folders at most.
const MOST_ENTRIES: u32 = 20_000;
/// Folders in folders at most.
const DEEPEST: u32 = 32;
/// What no bot needs to play, and `config.txt.new`, which somebody else may be writing.
const LEFT_OUT: [&str; 6] = [".git", ".hg", ".svn", ".bzr", ".jj", "config.txt.new"];

/// What may be copied yet.
struct Budget {
    bytes: u64,
    entries: u32,
}

/// Copies a folder to a place that is not there yet.
///
/// # Errors
/// When something cannot be read or written, or it is too large.
pub(super) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    copy_within(from, to, &mut Budget { bytes: MOST_BYTES, entries: MOST_ENTRIES })
}

fn copy_within(from: &Path, to: &Path, budget: &mut Budget) -> io::Result<()> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    folder(&from.canonicalize()?, Path::new(""), to, DEEPEST, budget)
}

fn folder(root: &Path, inside: &Path, to: &Path, depth: u32, budget: &mut Budget) -> io::Result<()> {
    let Some(depth) = depth.checked_sub(1) else { return Err(too(format!("folders lie {DEEPEST} deep in it"))) };
    fs::create_dir(to)?;
    for entry in fs::read_dir(root.join(inside))? {
        let entry = entry?;
        let name = entry.file_name();
        if LEFT_OUT.iter().any(|left_out| name == *left_out) {
            continue;
        }
        let Some(entries) = budget.entries.checked_sub(1) else {
            return Err(too(format!("it holds more than {MOST_ENTRIES} files")));
        };
        budget.entries = entries;
        let (kind, inside, to) = (entry.file_type()?, inside.join(&name), to.join(&name));
        if kind.is_dir() {
            folder(root, &inside, &to, depth, budget)?;
        } else if kind.is_symlink() {
            let target = fs::read_link(entry.path())?;
            std::os::unix::fs::symlink(same_place(root, &inside, target), to)?;
        } else if kind.is_file() {
            let Some(bytes) = budget.bytes.checked_sub(entry.metadata()?.len()) else {
                return Err(too(format!("it is larger than {} MiB", MOST_BYTES >> 20)));
            };
            budget.bytes = bytes;
            fs::copy(entry.path(), to)?;
        }
        // Sockets, pipes and devices are nobody's files.
    }
    Ok(())
}

fn too(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, what)
}

/// Where a link has to point from the copy: within the folder as before, else to the same place.
fn same_place(root: &Path, link: &Path, target: PathBuf) -> PathBuf {
    let mut depth = link.components().count().saturating_sub(1);
    for step in target.components() {
        match step {
            Component::Normal(_) => depth += 1,
            Component::ParentDir => match depth.checked_sub(1) {
                Some(up) => depth = up,
                None => return root.join(link.parent().unwrap_or(link)).join(&target),
            },
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return target,
        }
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn house() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let house = tempfile::tempdir().unwrap();
        let (bot, copied) = (house.path().join("bots/bot"), house.path().join("a/copy"));
        fs::create_dir_all(bot.join("deep/er")).unwrap();
        fs::write(bot.join("deep/er/note"), "A").unwrap();
        (house, bot, copied)
    }

    #[test]
    fn a_copy_has_what_the_folder_has_but_no_history() {
        let (_house, bot, copied) = house();
        fs::create_dir_all(bot.join(".git/objects")).unwrap();
        fs::write(bot.join(".hidden"), "of use").unwrap();
        fs::write(bot.join("run"), "").unwrap();
        fs::set_permissions(bot.join("run"), fs::Permissions::from_mode(0o755)).unwrap();
        copy(&bot, &copied).unwrap();
        assert_eq!(fs::read_to_string(copied.join("deep/er/note")).unwrap(), "A");
        assert!(copied.join(".hidden").exists() && !copied.join(".git").exists());
        assert_eq!(fs::metadata(copied.join("run")).unwrap().permissions().mode() & 0o777, 0o755);
    }

    #[test]
    fn links_stay_links_and_those_that_lead_out_lead_to_the_same_place() {
        let (house, bot, copied) = house();
        fs::write(house.path().join("bots/shared"), "B").unwrap();
        symlink("deep/er/note", bot.join("inside")).unwrap();
        symlink("../../shared", bot.join("deep/outside")).unwrap();
        symlink("..", bot.join("deep/loop")).unwrap();
        copy(&bot, &copied).unwrap();
        assert_eq!(fs::read_link(copied.join("inside")).unwrap(), Path::new("deep/er/note"));
        assert_eq!(fs::read_to_string(copied.join("deep/outside")).unwrap(), "B");
        assert_eq!(fs::read_link(copied.join("deep/loop")).unwrap(), Path::new(".."));
    }

    #[test]
    fn what_is_too_large_is_said_and_not_copied() {
        let (_house, bot, copied) = house();
        fs::write(bot.join("film"), vec![0; 2000]).unwrap();
        let said =
            |bytes, entries, to: &Path| copy_within(&bot, to, &mut Budget { bytes, entries }).unwrap_err().to_string();
        assert!(said(1000, 100, &copied).contains("larger than"));
        assert!(said(10_000, 2, &copied.with_extension("2")).contains("more than 20000 files"));
    }
}
