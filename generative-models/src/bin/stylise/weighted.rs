//! `NAME=WEIGHT`.

use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A name, of a style or a layer, and the weight that was given to it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Weighted {
    pub(crate) name: String,
    pub(crate) weight: Option<f64>,
}

impl Weighted {
    /// Its weight, or another.
    pub(crate) fn weight_or(&self, other: f64) -> f64 {
        self.weight.unwrap_or(other)
    }
}

impl FromStr for Weighted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, weight) = match text.rsplit_once('=') {
            Some((name, weight)) => (name, Some(number(weight)?)),
            None => (text, None),
        };
        if name.is_empty() {
            return Err("a name is missing; write NAME or NAME=WEIGHT, such as relu4_2=0.5".into());
        }
        Ok(Self { name: name.to_owned(), weight })
    }
}

fn number(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|n: &f64| n.is_finite() && *n >= 0.0);
    number.ok_or_else(|| format!("a weight is a number of 0 or more, such as 0.5, not `{text}`"))
}

/// A path and its weight: the whole is a path if there is such a file, or if what follows the last `=` is no weight.
pub(crate) fn path(whole: &Path) -> (PathBuf, f64) {
    let split = whole.to_str().and_then(|text| text.rsplit_once('='));
    match split.and_then(|(path, weight)| Some((path, number(weight).ok()?))) {
        Some((path, weight)) if !path.is_empty() && !whole.exists() => (path.into(), weight),
        _ => (whole.to_owned(), 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_have_weights_if_one_likes() {
        assert_eq!("relu4_2".parse(), Ok(Weighted { name: "relu4_2".into(), weight: None }));
        assert_eq!("a=b=0.5".parse(), Ok(Weighted { name: "a=b".into(), weight: Some(0.5) }));
        for bad in ["=1", "", "a=", "a=-1", "a=NaN", "a=inf", "a=1,5"] {
            assert!(bad.parse::<Weighted>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_file_whose_name_looks_like_a_weight_is_still_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let odd = folder.path().join("x=2");
        assert_eq!(path(&odd), (folder.path().join("x"), 2.0));
        std::fs::write(&odd, "").unwrap();
        assert_eq!(path(&odd), (odd.clone(), 1.0));
        assert_eq!(path(&odd.with_file_name("x=2=0.25")), (odd, 0.25));
        assert_eq!(path(Path::new("a=b.png")), ("a=b.png".into(), 1.0));
        assert_eq!(path(Path::new("=3")), ("=3".into(), 1.0));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = text.parse::<Weighted>();
            let (_, weight) = path(Path::new(&text));
            prop_assert!(weight >= 0.0 && weight.is_finite());
        }
    }
}
