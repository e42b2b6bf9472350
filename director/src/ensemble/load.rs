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
    /// Reads and checks a file.
    ///
    /// # Errors
    /// When it cannot be read, or with all that is wrong in it.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let path = path.as_ref();
        let text = read(path)?;
        Self::parse(&text, path).map_err(LoadError::Faults)
    }
}

/// All ensembles of a folder (its `.toml` files), in the order of their names.
///
/// # Errors
/// When the folder cannot be read.
pub fn list(folder: impl AsRef<Path>) -> io::Result<Vec<(PathBuf, Result<Ensemble, LoadError>)>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") && !path.is_dir() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths.into_iter().map(|path| (path.clone(), Ensemble::load(&path))).collect())
}

fn read(path: &Path) -> Result<String, LoadError> {
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
    String::from_utf8(bytes)
        .map_err(|error| LoadError::NotText { path: path.to_owned(), at: error.utf8_error().valid_up_to() })
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
        .filter(|name| name.ends_with(".toml"))
        .collect();
    names.sort();
    names.truncate(12);
    if names.is_empty() { String::new() } else { format!(" (there are: {})", names.join(", ")) }
}
