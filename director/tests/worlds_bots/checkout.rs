//! A checkout of the world's public musebots, if the user has one and says where: `MUSEBOTS=PATH`.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Deeper than this nobody nests bots.
const DEEPEST: usize = 12;

/// Where the public bots are.
pub(crate) struct Checkout {
    pub(crate) root: PathBuf,
}

impl Checkout {
    /// The one that the variable names.
    pub(crate) fn here() -> Option<Self> {
        let root = PathBuf::from(std::env::var_os("MUSEBOTS")?);
        assert!(root.is_dir(), "MUSEBOTS names {}, which is no folder", root.display());
        Some(Self { root })
    }

    /// All files whose name is so.
    pub(crate) fn files(&self, wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
        let mut found = Vec::new();
        search(&self.root, DEEPEST, &wanted, &mut found);
        found.sort();
        found
    }

    /// The first file whose name is so.
    pub(crate) fn file(&self, wanted: impl Fn(&str) -> bool) -> Option<PathBuf> {
        self.files(wanted).into_iter().next()
    }
}

/// Which of these files there are none of.
pub(crate) fn lacking(files: &[(&str, Option<PathBuf>)]) -> String {
    let names: Vec<&str> = files.iter().filter(|(_, found)| found.is_none()).map(|(name, _)| *name).collect();
    let are = if names.len() == 1 { "is" } else { "are" };
    format!("{} {are} not in the checkout", names.join(" and "))
}

#[test]
fn only_the_file_that_is_missing_is_named() {
    let there = || Some(PathBuf::from("there"));
    assert_eq!(lacking(&[("a.java", there()), ("b.jar", None)]), "b.jar is not in the checkout");
    assert_eq!(lacking(&[("a.java", None), ("b.jar", None)]), "a.java and b.jar are not in the checkout");
}

fn search(folder: &Path, deep: usize, wanted: &impl Fn(&str) -> bool, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        let (path, name) = (entry.path(), entry.file_name());
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.') && *name != "__MACOSX") else { continue };
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) && deep > 0 {
            search(&path, deep - 1, wanted, found);
        } else if wanted(name) {
            found.push(path);
        }
    }
}

/// Copies a bot's folder: what is tested must not write into the user's checkout.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, copied) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &copied);
        } else {
            fs::copy(&path, &copied).unwrap();
        }
    }
}
