//! Makes a musebot folder ready to run: it is its bot's working directory, and gets config.txt there.
//! Where another bot has it, or nothing can be written into it, the bot plays from a private copy.

use super::{Prepared, Terms, copy, write_config};
use crate::{musebot_folder::MusebotFolder, runtime};
use musebot_protocol::ConfigTxt;
use rustix::fs::{Access, access};
use std::{
    ffi::OsStr,
    fs::{File, OpenOptions},
    io,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};
use tokio::process::Command;

/// The right to a folder while its bot runs: nobody else writes a config.txt there.
#[derive(Debug)]
pub struct Tenancy {
    /// Held in the runtime folder; none for a private copy.
    _lock: Option<File>,
    /// The copy that goes with the bot.
    copy: Option<PathBuf>,
    /// Why it is a copy, for a person to read.
    why: Option<String>,
}

impl Tenancy {
    /// Why the bot plays from a copy, if it does.
    #[must_use]
    pub fn why_copied(&self) -> Option<&str> {
        self.why.as_deref()
    }
}

impl Drop for Tenancy {
    fn drop(&mut self) {
        if let Some(copy) = &self.copy {
            let _ = std::fs::remove_dir_all(copy);
        }
    }
}

/// Finds the folder, writes its config.txt, and says what to run in it.
pub(super) fn prepare(wanted: &Path, home: &Path, config: ConfigTxt, terms: &Terms) -> Result<Prepared, String> {
    let folder = MusebotFolder::find(wanted, home).map_err(|e| e.to_string())?;
    match folder.runs_here() {
        Err(why) if why.certain => return Err(format!("{} cannot run here: {why}", folder.path.display())),
        // What its words let us fear need not come true; if it does, its own last lines say so.
        Err(why) => tracing::warn!("{}: {why}; trying all the same", folder.path.display()),
        Ok(()) => {}
    }
    let Some(script) = folder.script.as_deref().and_then(Path::file_name) else {
        return Err(format!("{} has neither a run.sh nor a run.command", folder.path.display()));
    };
    let config = ConfigTxt { output_channels: folder.config.as_ref().map_or(2, |c| c.output_channels), ..config };
    let locks = runtime::folder().map_err(|e| e.to_string())?;
    let (place, tenancy) = move_in(&folder.path, &config, &locks, &terms.folder.join(&config.id))?;
    let mut command = match folder.translated_script() {
        Some(text) => as_text(script, &text),
        None => run(&place, script),
    };
    command.current_dir(&place);
    make_headless(&mut command);
    Ok(Prepared { command, manners: Some(folder.manners()), tenancy: Some(tenancy) })
}

/// Where the bot plays: in its folder, or in a copy of it.
fn move_in(folder: &Path, config: &ConfigTxt, locks: &Path, private: &Path) -> Result<(PathBuf, Tenancy), String> {
    let why = match lock(folder, locks).map_err(|e| format!("failed to lock {}: {e}", folder.display()))? {
        None => "another bot plays from it".to_owned(),
        Some(lock) => match write_config(folder, config) {
            Ok(()) => return Ok((folder.to_owned(), Tenancy { _lock: Some(lock), copy: None, why: None })),
            Err(e) => format!("its config.txt cannot be written ({e})"),
        },
    };
    let _ = std::fs::remove_dir_all(private);
    // Whatever goes wrong from here on, the copy goes.
    let tenancy =
        Tenancy { _lock: None, copy: Some(private.to_owned()), why: Some(format!("{}: {why}", folder.display())) };
    copy::copy(folder, private).and_then(|()| write_config(private, config)).map_err(|e| {
        format!("{}: {why}, and it cannot be copied: {e}; copy it to another place and name that", folder.display())
    })?;
    Ok((private.to_owned(), tenancy))
}

/// Takes the folder for us alone; `None` when another bot of this or another director has it.
fn lock(folder: &Path, locks: &Path) -> io::Result<Option<File>> {
    let real = folder.canonicalize()?;
    let name = real.as_os_str().as_bytes().iter().fold(0, |hash, byte| super::mix(hash ^ u64::from(*byte)));
    let path = locks.join(format!("folder-{name:016x}.lock"));
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
    Ok(file.try_lock().is_ok().then_some(file))
}

/// A script is run as the conductors run it; hardly one of the world's can be executed by itself.
fn run(place: &Path, script: &OsStr) -> Command {
    let path = place.join(script);
    if script == "run.sh" && access(&path, Access::EXEC_OK).is_ok() {
        return Command::new(path);
    }
    let mut command = Command::new("bash");
    command.arg(script);
    command
}

/// A script that is not run as it lies there; its own name is what it would be.
fn as_text(script: &OsStr, text: &str) -> Command {
    let mut command = Command::new("bash");
    command.arg("-c").arg(text).arg(script);
    command
}

/// Programs with windows, sclang among them, end at once where there is no screen unless they are told.
fn make_headless(command: &mut Command) {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if cfg!(target_os = "macos") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY") || is_set("QT_QPA_PLATFORM") {
        return;
    }
    command.env("QT_QPA_PLATFORM", "offscreen");
    if rustix::process::getuid().is_root() {
        command.env("QTWEBENGINE_DISABLE_SANDBOX", "1");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::PermissionsExt};

    fn config(port: u16) -> ConfigTxt {
        ConfigTxt {
            id: "ghost".into(),
            mc_hostname: "localhost".into(),
            mc_listen_port: 4747,
            my_listen_port: port,
            output_channels: 4,
        }
    }

    /// A folder with a script and some sound, and beside it where locks and copies go.
    fn house() -> (tempfile::TempDir, PathBuf) {
        let house = tempfile::tempdir().unwrap();
        let bot = house.path().join("Musebots/ghost");
        fs::create_dir_all(bot.join("sounds")).unwrap();
        fs::create_dir_all(house.path().join("locks")).unwrap();
        fs::write(bot.join("run.command"), "echo boo").unwrap();
        fs::write(bot.join("config.txt"), "id ghost_7481\nmy_listen_port 7481\nels 2\n\nx\n").unwrap();
        fs::write(bot.join("sounds/boo.wav"), "boo").unwrap();
        (house, bot)
    }

    fn moved_in(house: &Path, bot: &Path, port: u16) -> (PathBuf, Tenancy) {
        move_in(bot, &config(port), &house.join("locks"), &house.join(format!("private-{port}"))).unwrap()
    }

    #[test]
    fn d29_a_folder_gets_its_config_txt_where_it_is() {
        let (house, bot) = house();
        let (place, tenancy) = moved_in(house.path(), &bot, 7475);
        assert_eq!((place, tenancy.why_copied()), (bot.clone(), None));
        let text = fs::read_to_string(bot.join("config.txt")).unwrap();
        assert_eq!(text, config(7475).to_string());
        assert!(!bot.join("config.txt.new").exists());
    }

    #[test]
    fn two_bots_in_one_folder_get_a_copy_each_and_the_copy_goes_with_its_bot() {
        let (house, bot) = house();
        let first = moved_in(house.path(), &bot, 7475);
        let (place, tenancy) = moved_in(house.path(), &bot, 7476);
        assert_eq!(place, house.path().join("private-7476"));
        assert!(tenancy.why_copied().unwrap().contains("another bot plays from it"));
        assert_eq!(fs::read_to_string(place.join("sounds/boo.wav")).unwrap(), "boo");
        assert_eq!(fs::read_to_string(place.join("config.txt")).unwrap(), config(7476).to_string());
        assert_eq!(fs::read_to_string(bot.join("config.txt")).unwrap(), config(7475).to_string());
        drop(tenancy);
        assert!(!place.exists());
        drop(first);
        assert_eq!(moved_in(house.path(), &bot, 7477).0, bot, "it is free again");
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_played_from_a_copy() {
        let (house, bot) = house();
        // Not even the superuser writes a file where a folder is.
        fs::create_dir(bot.join("config.txt.new")).unwrap();
        let (place, tenancy) = moved_in(house.path(), &bot, 7475);
        assert_ne!(place, bot);
        assert!(tenancy.why_copied().unwrap().contains("cannot be written"));
        assert_eq!(fs::read_to_string(place.join("config.txt")).unwrap(), config(7475).to_string());
        assert!(fs::read_to_string(bot.join("config.txt")).unwrap().starts_with("id ghost_7481"), "it is untouched");
    }

    #[test]
    fn d35_a_script_is_executed_only_if_it_is_a_run_sh_that_can_be() {
        let (_house, bot) = house();
        fs::write(bot.join("run.sh"), "").unwrap();
        let words = |script: &str| {
            let command = run(&bot, OsStr::new(script));
            let words = [command.as_std().get_program()].into_iter().chain(command.as_std().get_args());
            words.map(|w| w.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(words("run.sh"), ["bash", "run.sh"]);
        assert_eq!(words("run.command"), ["bash", "run.command"]);
        for script in ["run.sh", "run.command"] {
            fs::set_permissions(bot.join(script), fs::Permissions::from_mode(0o755)).unwrap();
        }
        assert_eq!(words("run.sh"), [bot.join("run.sh").to_str().unwrap()]);
        assert_eq!(words("run.command"), ["bash", "run.command"]);
    }
}
