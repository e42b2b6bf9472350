//! A bot's program, and where it is found.

use super::nearest::nearest;
use std::{
    env,
    ffi::OsString,
    fmt, fs, io,
    path::{Path, PathBuf, absolute},
};

/// What is run for a bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Program {
    /// A name: beside the director's own binary, else on PATH.
    Name(String),
    /// A path, relative to the ensemble file's folder.
    Path(PathBuf),
    /// A musebot folder: its name or its path, to be looked for as `musebot_folder` says.
    Folder(PathBuf),
}

impl Program {
    /// A name, or a path when it holds a slash.
    #[must_use]
    pub fn new(text: &str) -> Self {
        if text.contains('/') { Self::Path(text.into()) } else { Self::Name(text.to_owned()) }
    }

    /// Finds the file to run. `home` is the ensemble file's folder, `beside` the one that
    /// holds the director's own binary.
    ///
    /// # Errors
    /// When there is none, or it cannot be executed.
    pub fn find(&self, home: &Path, beside: &Path) -> Result<PathBuf, NotFound> {
        self.find_in(home, beside, env::var_os("PATH"))
    }

    fn find_in(&self, home: &Path, beside: &Path, path: Option<OsString>) -> Result<PathBuf, NotFound> {
        let (folders, file) = match self {
            Self::Path(path) | Self::Folder(path) => (Vec::new(), home.join(path)),
            Self::Name(name) => {
                let on_path = path.iter().flat_map(env::split_paths).filter(|p| !p.as_os_str().is_empty());
                let mut folders = vec![beside.to_owned()];
                folders.extend(on_path);
                (folders, PathBuf::from(name))
            }
        };
        let places =
            if folders.is_empty() { vec![file.clone()] } else { folders.iter().map(|f| f.join(&file)).collect() };
        let mut not_executable = None;
        // Bots run in folders of their own, where a relative path would lead elsewhere.
        for place in places.into_iter().map(|place| absolute(&place).unwrap_or(place)) {
            match look(&place) {
                Look::Runs => return Ok(place),
                Look::DoesNotRun => not_executable = not_executable.or(Some(place)),
                Look::Folder if matches!(self, Self::Path(_)) => return Err(NotFound::Folder { path: place }),
                Look::Nothing | Look::Folder => {}
            }
        }
        if let Some(path) = not_executable {
            return Err(NotFound::NotExecutable { program: self.to_string(), path });
        }
        let meant = match self {
            Self::Name(name) => similar(name, beside),
            Self::Path(_) | Self::Folder(_) => None,
        };
        Err(NotFound::Missing { program: self.to_string(), file, folders, meant })
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Path(path) | Self::Folder(path) => path.display().fmt(f),
        }
    }
}

/// Why a program cannot be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotFound {
    /// There is no such file.
    Missing {
        /// As the ensemble file names it.
        program: String,
        /// The file that was looked for.
        file: PathBuf,
        /// The folders it was looked for in; none for a path.
        folders: Vec<PathBuf>,
        /// A program beside the director with a similar name.
        meant: Option<String>,
    },
    /// There is one, but it is not executable.
    NotExecutable {
        /// As the ensemble file names it.
        program: String,
        /// Where it is.
        path: PathBuf,
    },
    /// It is a folder.
    Folder {
        /// Where it is.
        path: PathBuf,
    },
}

impl std::error::Error for NotFound {}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { program, file, folders, meant } => {
                write!(f, "the program `{program}` was not found")?;
                if let Some(meant) = meant {
                    write!(f, " (did you mean `{meant}`?)")?;
                }
                match folders.split_first() {
                    None => write!(f, ": there is no file {}", file.display()),
                    Some((beside, [])) => write!(f, ": looked in {} (PATH is empty)", beside.display()),
                    Some((beside, path)) => {
                        let path = env::join_paths(path).unwrap_or_default();
                        write!(f, ": looked in {} and on PATH ({})", beside.display(), path.display())
                    }
                }
            }
            Self::NotExecutable { program, path } => {
                let path = path.display();
                write!(f, "the program `{program}` is not executable: try `chmod +x {path}`")
            }
            Self::Folder { path } => write!(f, "{} is a folder, not a program", path.display()),
        }
    }
}

enum Look {
    Runs,
    DoesNotRun,
    Folder,
    Nothing,
}

fn look(path: &Path) -> Look {
    match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => Look::Folder,
        Ok(meta) if executable(&meta) => Look::Runs,
        Ok(_) => Look::DoesNotRun,
        Err(_) => Look::Nothing,
    }
}

#[cfg(unix)]
fn executable(meta: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn executable(_: &fs::Metadata) -> bool {
    true
}

/// A program in `folder` whose name is close to `name`.
fn similar(name: &str, folder: &Path) -> Option<String> {
    let programs = || -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if let (Look::Runs, Ok(name)) = (look(&entry.path()), entry.file_name().into_string()) {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    };
    let names = programs().unwrap_or_default();
    nearest(name, names.iter().map(String::as_str)).map(str::to_owned)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn file(path: &Path, mode: u32) {
        fs::write(path, "#!/bin/sh\n").unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_name_is_found_beside_the_director_before_path() {
        let (beside, path) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        file(&path.path().join("bass"), 0o755);
        let find = || Program::new("bass").find_in(Path::new("/nowhere"), beside.path(), Some(path.path().into()));
        assert_eq!(find().unwrap(), path.path().join("bass"));
        file(&beside.path().join("bass"), 0o755);
        assert_eq!(find().unwrap(), beside.path().join("bass"));
    }

    #[test]
    fn a_path_is_relative_to_the_ensembles_home() {
        let home = tempfile::tempdir().unwrap();
        file(&home.path().join("mine"), 0o755);
        let found = Program::new("./mine").find_in(home.path(), Path::new("/nowhere"), None).unwrap();
        assert_eq!(found, home.path().join("./mine"));
        let missing = Program::new("bots/mine").find_in(home.path(), Path::new("/nowhere"), None).unwrap_err();
        let path = home.path().join("bots/mine");
        assert_eq!(
            missing.to_string(),
            format!("the program `bots/mine` was not found: there is no file {}", path.display())
        );
    }

    #[test]
    fn a_missing_program_says_where_it_was_looked_for_and_what_was_meant() {
        let beside = tempfile::tempdir().unwrap();
        file(&beside.path().join("bass"), 0o755);
        let error = Program::new("bsas").find_in(Path::new("/"), beside.path(), Some("/a:/b".into())).unwrap_err();
        let here = beside.path().display();
        assert_eq!(
            error.to_string(),
            format!("the program `bsas` was not found (did you mean `bass`?): looked in {here} and on PATH (/a:/b)")
        );
    }

    #[test]
    fn a_program_that_cannot_be_executed_is_not_called_missing() {
        let beside = tempfile::tempdir().unwrap();
        file(&beside.path().join("bass"), 0o644);
        let error = Program::new("bass").find_in(Path::new("/"), beside.path(), None).unwrap_err();
        assert!(error.to_string().contains("not executable: try `chmod +x "), "{error}");
    }

    #[test]
    fn a_folder_is_not_a_program() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("bot")).unwrap();
        let error = Program::new("./bot").find_in(home.path(), Path::new("/"), None).unwrap_err();
        assert!(matches!(error, NotFound::Folder { .. }), "{error}");
    }
}
