//! What a render leaves behind: the mix, the MIDI file, the session's log, the piano roll, and films of what was painted.
//!
//! Everything here is made from the bots' own files and musical time alone, so that the same
//! files give the same bytes.

pub mod film;
pub mod midi;
pub mod mix;
pub mod piano_roll;
pub mod pictures;
pub mod session;

mod canvas;
mod font;
mod limiter;
mod song;
mod stem;

pub use song::{Part, Song};

use std::{
    io,
    path::{Path, PathBuf},
};

/// Why an artefact could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ArtefactError {
    /// A file could not be read.
    #[error("failed to read {}: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// A file was read, but is not what it should be.
    #[error("failed to use {}: {what}", path.display())]
    Odd {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A file could not be written.
    #[error("failed to write {}: {}", path.display(), why_not(error))]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
}

impl ArtefactError {
    fn read(path: &Path, error: io::Error) -> Self {
        Self::Read { path: path.to_owned(), error }
    }

    fn odd(path: &Path, what: impl Into<String>) -> Self {
        Self::Odd { path: path.to_owned(), what: what.into() }
    }

    fn write(path: &Path, error: io::Error) -> Self {
        Self::Write { path: path.to_owned(), error }
    }
}

fn why_not(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::StorageFull => "the disk is full: free some space, or choose another folder".to_owned(),
        io::ErrorKind::PermissionDenied => "this is not allowed: choose another folder".to_owned(),
        _ => error.to_string(),
    }
}
