//! The files that new bots begin with, as they lie in `director/templates`, by language.

use crate::cli::Lang;

/// A file of a new bot.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Template {
    /// Where it goes, in the bot's folder.
    pub(crate) path: &'static str,
    pub(crate) text: &'static str,
}

impl Template {
    /// Whether it is there to be run.
    pub(crate) fn is_script(self) -> bool {
        self.text.starts_with("#!")
    }
}

macro_rules! files {
    ($folder:literal: $($path:literal),+ $(,)?) => {
        &[$(Template { path: $path, text: include_str!(concat!("../../templates/", $folder, "/", $path)) }),+]
    };
}

/// What every bot has, whatever it is written in.
const EVERY: &[Template] = files!("every": "config.txt", "run.command", "try.toml");

const RUST: &[Template] =
    files!("rust": "Cargo.toml", "README.md", "info.txt", "run.sh", "src/main.rs", "src/tests.rs", "test.sh");

const PYTHON: &[Template] = files!("python":
    "README.md", "bot.py", "info.txt", "musebot.py", "requirements.txt", "run.sh", "test.sh", "test_bot.py");

const NODE: &[Template] = files!("node":
    "README.md", "bot.js", "bot.test.js", "info.txt", "musebot.js", "package.json", "run.sh", "start.js", "test.sh");

const SUPERCOLLIDER: &[Template] =
    files!("supercollider": "README.md", "bot.scd", "info.txt", "musebot.scd", "run.sh", "test.scd", "test.sh");

const PUREDATA: &[Template] = files!("puredata":
    "README.md", "bot.pd", "floats.pd", "heard.pd", "info.txt", "musebot.pd", "pluck.pd", "run.sh", "test.pd",
    "test.sh");

/// All files of a bot in this language.
pub(crate) fn of(lang: Lang) -> impl Iterator<Item = Template> {
    let own = match lang {
        Lang::Rust => RUST,
        Lang::Python => PYTHON,
        Lang::Node => NODE,
        Lang::Supercollider => SUPERCOLLIDER,
        Lang::Puredata => PUREDATA,
    };
    EVERY.iter().chain(own).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;
    use std::{collections::BTreeSet, fs, path::Path};

    #[test]
    fn every_file_of_the_templates_folder_belongs_to_a_language() {
        fn walk(folder: &Path, below: &Path, found: &mut BTreeSet<String>) {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                let path = below.join(entry.file_name());
                if entry.path().is_dir() {
                    walk(&entry.path(), &path, found);
                } else {
                    found.insert(path.to_str().unwrap().to_owned());
                }
            }
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        for lang in Lang::value_variants() {
            let (mut there, name) = (BTreeSet::new(), lang.to_possible_value().unwrap());
            walk(&root.join("every"), Path::new(""), &mut there);
            walk(&root.join(name.get_name()), Path::new(""), &mut there);
            let known: BTreeSet<String> = of(*lang).map(|file| file.path.to_owned()).collect();
            assert_eq!(known, there, "{lang:?}");
        }
    }

    /// The files that an author reads and changes.
    const OF_THE_AUTHOR: [&str; 6] = ["bot.py", "bot.js", "bot.scd", "bot.pd", "pluck.pd", "src/main.rs"];

    #[test]
    fn what_an_author_reads_has_under_100_lines() {
        for file in Lang::value_variants().iter().flat_map(|lang| of(*lang)) {
            if OF_THE_AUTHOR.contains(&file.path) {
                assert!(file.text.lines().count() < 100, "{} has {} lines", file.path, file.text.lines().count());
            }
        }
    }

    #[test]
    fn scripts_are_known_by_their_first_line() {
        for file in Lang::value_variants().iter().flat_map(|lang| of(*lang)) {
            let named = file.path.ends_with(".sh") || file.path.ends_with(".command");
            assert_eq!(file.is_script(), named, "{}", file.path);
        }
    }
}
