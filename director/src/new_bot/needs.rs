//! What a language needs on this machine, and what of it is not there.

use crate::cli::Lang;
use std::{env, path::PathBuf};

/// Programs, and what to install for them, in the words of Debian unless it says otherwise.
const fn programs(lang: Lang) -> &'static [(&'static str, &'static str)] {
    match lang {
        Lang::Rust => &[("cargo", "install Rust from https://rustup.rs")],
        Lang::Python => &[("python3", "install python3 and python3-venv")],
        Lang::Node => &[("node", "install nodejs"), ("npm", "install npm")],
        Lang::Supercollider => {
            &[("sclang", "install supercollider-language"), ("scsynth", "install supercollider-server")]
        }
        Lang::Puredata => &[("pd", "install puredata-core")],
    }
}

/// What is missing, each as a person is told.
pub(crate) fn missing(lang: Lang) -> Vec<String> {
    let folders: Vec<PathBuf> = env::var_os("PATH").iter().flat_map(env::split_paths).collect();
    let there = |program: &str| folders.iter().any(|folder| folder.join(program).is_file());
    let lacks = programs(lang).iter().filter(|(program, _)| !there(program));
    lacks.map(|(program, remedy)| format!("`{program}`, which is not on PATH: {remedy}")).collect()
}
