//! From a file, or a folder of files, to ensembles.

use super::{Ensemble, Faults};
use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// The longest file that is read.
pub const MAX_BYTES: u64 = 1024 * 1024;

/// Why an ensemble could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is no such file.
    #[error("there is no ensemble file {}{}", path.display(), hint(path))]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// It is a folder.
    #[error("{} is a folder, not an ensemble file: name one of the files in it", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// It is too long.
    #[error("{} is longer than 1 MiB: this is hardly an ensemble file", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// It is not text.
    #[error("{} is not text: byte {at} is not UTF-8 (save it as UTF-8)", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// The first byte that is wrong.
        at: usize,
    },
    /// It cannot be read.
    #[error("failed to read the ensemble file {}: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// It was read, but does not describe an ensemble.
    #[error("{0}")]
    Faults(Faults),
}

impl Ensemble {
    /// Reads and checks a file: one of ours, or a historic one if its name ends in `.txt`.
    ///
    /// # Errors
    /// When it cannot be read, or with all that is wrong in it.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let path = path.as_ref();
        if is_historic(path) {
            return Self::from_historic(&historic(path)?, path).map_err(LoadError::Faults);
        }
        let bytes = read(path)?;
        let text = String::from_utf8(bytes)
            .map_err(|error| LoadError::NotText { path: path.to_owned(), at: error.utf8_error().valid_up_to() })?;
        Self::parse(&text, path).map_err(LoadError::Faults)
    }

    /// Reads a historic file with all its bots that are found, whether they can run on this machine or not.
    ///
    /// # Errors
    /// When it cannot be read, or with what is wrong in it.
    pub fn load_for_anywhere(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let path = path.as_ref();
        Self::from_historic_for_anywhere(&historic(path)?, path).map_err(LoadError::Faults)
    }
}

/// The text of a historic file: comments in these are in any encoding; what counts is ASCII.
fn historic(path: &Path) -> Result<String, LoadError> {
    Ok(String::from_utf8_lossy(&read(path)?).into_owned())
}

/// Whether a file is an ensemble of the historic conductors.
#[must_use]
pub fn is_historic(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("txt"))
}

/// The ensemble files of a folder (`.toml` and `.txt`), in the order of their names. A `.txt` is one when it
/// begins like one.
///
/// # Errors
/// When the folder cannot be read.
pub fn files(folder: impl AsRef<Path>) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let ours = path.extension().is_some_and(|extension| extension == "toml");
        if !path.is_dir() && (ours || is_historic(&path) && begins_with_tempo(&path)) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// All ensembles of a folder, in the order of their names.
///
/// # Errors
/// When the folder cannot be read.
pub fn list(folder: impl AsRef<Path>) -> io::Result<Vec<(PathBuf, Result<Ensemble, LoadError>)>> {
    Ok(files(folder)?.into_iter().map(|path| (path.clone(), Ensemble::load(&path))).collect())
}

/// Folders hold notes and licences, too: these are no ensembles with faults.
fn begins_with_tempo(path: &Path) -> bool {
    let mut beginning = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(64).read_to_end(&mut beginning));
    let text = String::from_utf8_lossy(&beginning);
    read.is_ok() && text.trim_start_matches('\u{feff}').trim_start().to_lowercase().starts_with("tempo")
}

fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => LoadError::Missing { path: path.to_owned() },
        io::ErrorKind::IsADirectory => LoadError::Folder { path: path.to_owned() },
        _ => LoadError::Read { path: path.to_owned(), error },
    };
    if path.is_dir() {
        return Err(LoadError::Folder { path: path.to_owned() });
    }
    let mut bytes = Vec::new();
    // A pipe or a device has no length to ask for: read no more than one byte too many.
    fs::File::open(path).map_err(failed)?.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(LoadError::TooLong { path: path.to_owned() });
    }
    Ok(bytes)
}

/// The files that are there, when the folder is right and the name is not.
fn hint(path: &Path) -> String {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let Ok(entries) = fs::read_dir(folder) else {
        return format!(": there is no folder {}", folder.display());
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".toml") || is_historic(path) && is_historic(Path::new(name)))
        .collect();
    names.sort();
    names.truncate(12);
    if names.is_empty() { String::new() } else { format!(" (there are: {})", names.join(", ")) }
}
