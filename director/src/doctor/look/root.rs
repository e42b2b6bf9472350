//! Files under `/`, or under a folder that stands for it in a test.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where `/` is.
#[derive(Debug, Clone)]
pub(super) struct Root(PathBuf);

/// Files of the kernel are short; what is longer is cut.
const MOST: u64 = 4 << 20;

impl Root {
    pub(super) fn of_the_system() -> Self {
        Self("/".into())
    }

    #[cfg(test)]
    pub(super) fn at(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// A path, written without the first `/`.
    pub(super) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.0.join(path)
    }

    pub(super) fn has(&self, path: impl AsRef<Path>) -> bool {
        self.path(path).exists()
    }

    /// A file's text, without the space around it; nothing if it cannot be read.
    pub(super) fn read(&self, path: impl AsRef<Path>) -> Option<String> {
        use std::io::Read;
        let mut bytes = Vec::new();
        fs::File::open(self.path(path)).ok()?.take(MOST).read_to_end(&mut bytes).ok()?;
        Some(String::from_utf8_lossy(&bytes).trim().to_owned())
    }

    /// The names in a folder, in order; none if it cannot be read.
    pub(super) fn names(&self, folder: impl AsRef<Path>) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

/// A root with these files, for tests.
#[cfg(test)]
pub(super) fn with_files(files: &[(&str, &str)]) -> (tempfile::TempDir, Root) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let root = Root::at(folder.path());
    (folder, root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_nothing() {
        let (_folder, root) = with_files(&[("sys/a", " text\n"), ("sys/b", "")]);
        assert_eq!(root.read("sys/a").as_deref(), Some("text"));
        assert_eq!(root.read("sys/c"), None);
        assert_eq!(root.names("sys"), ["a", "b"]);
        assert!(root.names("proc").is_empty() && root.has("sys/b") && !root.has("proc"));
    }
}
