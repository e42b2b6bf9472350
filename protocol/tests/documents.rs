//! The workspace's documents hold: their links lead somewhere, and their code is code that is run elsewhere.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is around us").to_owned()
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

const DOCUMENTS: [&str; 7] = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "NOTICE.md",
    "protocol/PROTOCOL.md",
    "protocol/REFERENCE.md",
];

/// What stands between `](` and `)` outside of code.
fn links(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2);
    prose.flat_map(|part| part.split("](").skip(1)).filter_map(|rest| rest.split_once(')')).map(|(to, _)| to).collect()
}

/// The anchor that a heading gets.
fn anchor(heading: &str) -> String {
    let kept =
        heading.trim().to_lowercase().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect::<String>();
    kept.replace(' ', "-")
}

#[test]
fn every_link_leads_somewhere() {
    let mut followed = 0;
    for document in DOCUMENTS {
        let folder = Path::new(document).parent().expect("a file stands in a folder");
        for link in links(&read(document)).into_iter().filter(|link| !link.starts_with("http")) {
            let (path, part) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { PathBuf::from(document) } else { folder.join(path) };
            assert!(root().join(&target).exists(), "{document} links to {link}");
            if !part.is_empty() {
                let text = read(&target);
                let headings =
                    text.lines().filter_map(|line| line.strip_prefix('#')).map(|h| h.trim_start_matches('#'));
                assert!(headings.map(anchor).any(|a| a == part), "{document} links to {link}");
            }
            followed += 1;
        }
    }
    assert!(followed > 10, "the documents link to each other");
}

#[test]
fn the_readmes_bot_is_the_one_that_the_kit_compiles() {
    let crate_doc: String = read("musebots/kit/src/lib.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//!"))
        .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
        .collect();
    let readme = read("README.md");
    let (_, example) = readme.split_once("```rust\n").expect("an example in Rust");
    let (example, _) = example.split_once("```").expect("its end");
    assert!(crate_doc.contains(example), "README.md's bot is not the kit's");
}

#[test]
fn files_that_the_architecture_names_are_there() {
    let text = read("ARCHITECTURE.md");
    let folders =
        ["", "protocol/src", "director/src", "musebots/kit/src", "musebots/visualiser/src", "generative-models/src"];
    let mut found = 0;
    for name in text.split('`').skip(1).step_by(2).filter(|name| name.ends_with(".rs")) {
        assert!(folders.iter().any(|folder| root().join(folder).join(name).exists()), "there is no {name}");
        found += 1;
    }
    assert!(found > 20);
}

#[test]
fn the_readme_counts_the_python_bots_lines() {
    let protocol = read("protocol/PROTOCOL.md");
    let (_, bot) = protocol.split_once("```python\n").expect("a bot in Python");
    let lines = bot.split_once("```").expect("its end").0.lines().count();
    assert!(lines < 80 && read("README.md").contains(&format!("in {lines} lines of Python")), "{lines}");
}
