//! The bot that is examined, and how one launch of it is made: a private working directory with the
//! config.txt of that launch, and the command to run there.

use super::shadow;
use crate::musebot_folder::MusebotFolder;
use anyhow::{Context, bail};
use std::{
    env, fs, io,
    path::{Path, PathBuf, absolute},
    process::Command,
};

/// What is examined.
#[derive(Debug)]
pub(crate) enum Bot {
    /// A folder, with the script that starts it.
    Folder { path: PathBuf, script: Option<PathBuf> },
    /// A command with its arguments.
    Command(Vec<String>),
}

impl Bot {
    /// The bot in a folder. Only that the folder is there has to be so; what it lacks is for the facts to say.
    pub(crate) fn in_folder(path: &Path) -> anyhow::Result<Self> {
        let path =
            path.canonicalize().with_context(|| format!("failed to find the bot's folder {}", path.display()))?;
        if !path.is_dir() {
            bail!("{} is no folder; to examine a program, write `director check-bot -- PROGRAM`", path.display());
        }
        let script = ["run.sh", "run.command"].into_iter().find(|name| path.join(name).is_file());
        Ok(Self::Folder { script: script.map(PathBuf::from), path })
    }

    /// A command. It runs in folders of its own: what is a file here must not depend on where it runs.
    pub(crate) fn command(words: &[String]) -> Self {
        let here = |(at, word): (usize, &String)| {
            // A program is looked for on PATH, unless it is written as a path.
            let is_path = Path::new(word).is_file() && (at > 0 || word.contains('/'));
            is_path.then(|| absolute(word).ok()?.into_os_string().into_string().ok()).flatten().unwrap_or(word.clone())
        };
        Self::Command(words.iter().enumerate().map(here).collect())
    }

    /// What it is called in the report.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Folder { path, .. } => path.display().to_string(),
            Self::Command(words) => words.join(" "),
        }
    }

    /// Its folder, if it has one.
    pub(crate) fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder { path, .. } => Some(path),
            Self::Command(_) => None,
        }
    }

    /// Why it cannot be started here, as far as can be seen without trying.
    pub(crate) fn cannot_start(&self) -> Option<String> {
        let Self::Folder { path, script } = self else { return None };
        if script.is_none() {
            return Some("its folder has neither run.sh nor run.command: there is nothing to start".to_owned());
        }
        MusebotFolder::read(path)?.runs_here().err().filter(|why| why.certain).map(|why| why.to_string())
    }

    /// Makes its working directory below `folder` and the command to run there.
    pub(crate) fn prepare(&self, folder: &Path, config_txt: &str, foreign: bool) -> io::Result<Command> {
        let (home, mut command) = match self {
            Self::Folder { path, script } => {
                let home = shadow::cast(path, folder)?;
                let mut command = Command::new("bash");
                command.args(script);
                (home, command)
            }
            Self::Command(words) => {
                let mut command = Command::new(words.first().map_or("", String::as_str));
                command.args(words.iter().skip(1));
                (folder.to_owned(), command)
            }
        };
        fs::write(home.join("config.txt"), config_txt)?;
        for (name, _) in env::vars_os() {
            if name
                .to_str()
                .is_some_and(|n| n.starts_with("MUSEBOT_") && !["MUSEBOT_LOG", "MUSEBOT_MODELS"].contains(&n))
            {
                command.env_remove(name);
            }
        }
        if !foreign {
            // Many of it run at once, and nobody wants to hear that; other bots do not know the variable.
            command.env("MUSEBOT_OUTPUT", "null");
        }
        command.env("RUST_LIB_BACKTRACE", "0").current_dir(home);
        Ok(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_file_here_is_one_everywhere() {
        let Bot::Command(words) = Bot::command(&["cargo".into(), "Cargo.toml".into(), "--x".into()]) else { panic!() };
        assert_eq!(words[0], "cargo");
        assert!(Path::new(&words[1]).is_absolute());
        assert_eq!(words[2], "--x");
    }

    #[test]
    fn a_folder_without_a_script_cannot_be_started() {
        let folder = tempfile::tempdir().unwrap();
        let why = Bot::in_folder(folder.path()).unwrap().cannot_start().unwrap();
        assert!(why.contains("run.command"), "{why}");
    }
}
