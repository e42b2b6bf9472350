//! The files that are written: none of those that are read, and checked before the work and not after it.

use anyhow::{Context as _, bail};
use generative_models::Picture;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Where a painting goes.
#[derive(Debug)]
pub(crate) struct Outputs {
    pub(crate) out: PathBuf,
    pub(crate) curve: Option<PathBuf>,
}

impl Outputs {
    /// Checks that all can be written; `curve`, if it is wanted, with a name of its own or without.
    pub(crate) fn new(out: Option<&Path>, curve: Option<Option<&Path>>, inputs: &[&Path]) -> anyhow::Result<Self> {
        let out = out.context("where shall it go? -o OUT.png")?.to_owned();
        check(&out, inputs)?;
        Picture::can_save(&out)?;
        let curve = curve.map(|named| named.map_or_else(|| beside(&out, "losses", "png"), Path::to_owned));
        if let Some(curve) = &curve {
            if is_same(curve, &out) {
                bail!("the loss curve would be written over the painting `{}`; give it another name", out.display());
            }
            if curve.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("png")) {
                bail!("the loss curve is a PNG; let `{}` end in .png", curve.display());
            }
            check(curve, inputs)?;
        }
        Ok(Self { out, curve })
    }

    /// The painting's file after so many evaluations: OUT-0010.png.
    pub(crate) fn numbered(&self, iteration: usize) -> PathBuf {
        let extension = self.out.extension().unwrap_or_default().to_string_lossy();
        beside(&self.out, &format!("{iteration:04}"), &extension)
    }

    /// Checks that none of the numbered files is an input.
    pub(crate) fn check_numbered(&self, every: usize, until: usize, inputs: &[&Path]) -> anyhow::Result<()> {
        (every..until).step_by(every).try_for_each(|n| is_input(&self.numbered(n), inputs))
    }
}

/// `OUT-WORD.EXTENSION`, in the folder of `OUT.png`.
fn beside(out: &Path, word: &str, extension: &str) -> PathBuf {
    let mut name = out.file_stem().unwrap_or_default().to_os_string();
    name.push(format!("-{word}.{extension}"));
    out.with_file_name(name)
}

fn check(path: &Path, inputs: &[&Path]) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        bail!("failed to write `{}`: there is no folder `{}`; make it first", path.display(), folder.display());
    }
    if path.is_dir() {
        bail!("failed to write `{}`: it is a folder; name a file in it", path.display());
    }
    is_input(path, inputs)?;
    let tried = match File::create_new(path) {
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            File::options().append(true).open(path).map(drop)
        }
        Err(error) => Err(error),
    };
    tried.with_context(|| format!("failed to write `{}`", path.display()))
}

fn is_input(path: &Path, inputs: &[&Path]) -> anyhow::Result<()> {
    match inputs.iter().find(|input| is_same(path, input)) {
        Some(input) => {
            bail!("`{}` would be written over `{}`, which is read; name another", path.display(), input.display())
        }
        None => Ok(()),
    }
}

/// Whether both are one file, however they are named.
fn is_same(a: &Path, b: &Path) -> bool {
    #[cfg(unix)]
    if let (Ok(a), Ok(b)) = (fs::metadata(a), fs::metadata(b)) {
        use std::os::unix::fs::MetadataExt as _;
        return (a.dev(), a.ino()) == (b.dev(), b.ino());
    }
    match (fs::canonicalize(a), fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(out: &Path, curve: Option<Option<&Path>>, inputs: &[&Path]) -> String {
        format!("{:#}", Outputs::new(Some(out), curve, inputs).unwrap_err())
    }

    #[test]
    fn no_picture_that_is_read_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("a.png"), "a").unwrap();
        fs::hard_link(at("a.png"), at("b.png")).unwrap();
        for same in [at("a.png"), at("b.png"), folder.path().join("./a.png")] {
            assert!(refused(&same, None, &[&at("a.png")]).contains("which is read"));
        }
        assert!(refused(&at("new.png"), Some(Some(&at("b.png"))), &[&at("a.png")]).contains("which is read"));
        assert!(refused(&at("new.png"), Some(Some(&at("new.png"))), &[]).contains("over the painting"));
        assert_eq!(fs::read(at("a.png")).unwrap(), b"a");
        fs::write(at("o-0010.png"), "").unwrap();
        let outputs = Outputs::new(Some(&at("o.png")), None, &[]).unwrap();
        assert!(outputs.check_numbered(10, 20, &[&at("o-0010.png")]).is_err());
        assert!(outputs.check_numbered(7, 20, &[&at("o-0010.png")]).is_ok());
    }

    #[test]
    fn what_cannot_be_written_is_known_before_the_work() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        assert!(refused(&at("no/a.png"), None, &[]).contains("make it first"));
        assert!(refused(folder.path(), None, &[]).contains("it is a folder"));
        assert!(refused(&at("a.gif"), None, &[]).contains("let it end in .png"));
        assert!(refused(&at("a.png"), Some(Some(&at("a.csv"))), &[]).contains("the loss curve is a PNG"));
        assert!(format!("{:#}", Outputs::new(None, None, &[]).unwrap_err()).contains("-o OUT.png"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "looking leaves nothing behind");
    }

    #[test]
    fn files_beside_it_are_named_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let outputs = Outputs::new(Some(&folder.path().join("a.b.jpg")), Some(None), &[]).unwrap();
        assert_eq!(outputs.numbered(10), folder.path().join("a.b-0010.jpg"));
        assert_eq!(outputs.curve, Some(folder.path().join("a.b-losses.png")));
    }
}
