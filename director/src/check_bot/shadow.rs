//! A private copy of a bot's folder, so that several of it can run at once, each with a config.txt of its own,
//! and the folder itself is left as it is.

use std::{
    fs, io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

/// Larger files are linked: nobody writes to those.
const COPIED: u64 = 16 << 20;
/// So many folders above the bot's are made alike, for scripts that go to `../../target`.
const ABOVE: usize = 2;

/// Casts a shadow of `folder` somewhere below `into`; where it is. Its files are copied but for config.txt,
/// its folders linked; and what lies beside it, and beside the folder around it, is linked too.
pub(crate) fn cast(folder: &Path, into: &Path) -> io::Result<PathBuf> {
    let mut above: Vec<&Path> = folder.ancestors().take(ABOVE + 1).filter(|a| a.file_name().is_some()).collect();
    above.reverse();
    let mut home = into.to_owned();
    for (at, real) in above.iter().enumerate() {
        home.push(real.file_name().unwrap_or_default());
        fs::create_dir(&home)?;
        let next = above.get(at + 1);
        if let Some(next) = next {
            link_all(real, &home, next);
        }
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (from, to) = (entry.path(), home.join(entry.file_name()));
        let Ok(about) = fs::metadata(&from) else { continue };
        if entry.file_name() == "config.txt" {
            continue;
        } else if about.is_file() && about.len() <= COPIED {
            fs::copy(&from, &to)?;
            // What is built only when something is newer than it is not built again.
            if let Ok(modified) = about.modified() {
                let _ = fs::File::open(&to).and_then(|file| file.set_modified(modified));
            }
        } else {
            symlink(&from, &to)?;
        }
    }
    Ok(home)
}

/// Links all that is in a folder, but for one. What cannot be linked is not there: few need it.
fn link_all(real: &Path, shadow: &Path, but: &Path) {
    for entry in fs::read_dir(real).into_iter().flatten().flatten() {
        if entry.path() != but {
            let _ = symlink(entry.path(), shadow.join(entry.file_name()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shadow_has_all_but_config_txt_and_leads_to_what_lies_around() {
        let world = tempfile::tempdir().unwrap();
        let bot = world.path().join("a/b/bot");
        fs::create_dir_all(bot.join("data")).unwrap();
        fs::create_dir_all(world.path().join("a/target")).unwrap();
        for (file, text) in
            [("config.txt", "id x"), ("run.command", "#!/bin/bash"), ("data/d", "1"), ("../../target/t", "2")]
        {
            fs::write(bot.join(file), text).unwrap();
        }
        let into = tempfile::tempdir().unwrap();
        let home = cast(&bot, into.path()).unwrap();
        assert!(!home.join("config.txt").exists());
        assert_eq!(fs::read_to_string(home.join("data/d")).unwrap(), "1");
        assert_eq!(fs::read_to_string(home.join("../../target/t")).unwrap(), "2");
        let time = |file: &Path| fs::metadata(file).unwrap().modified().unwrap();
        assert_eq!(time(&home.join("run.command")), time(&bot.join("run.command")));
        fs::write(home.join("run.command"), "changed").unwrap();
        assert_eq!(fs::read_to_string(bot.join("run.command")).unwrap(), "#!/bin/bash");
    }
}
