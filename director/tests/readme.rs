//! What README.md shows works: its ensemble file is one that the director takes, and its commands are
//! commands.

use clap::Parser;
use director::{cli::Cli, ensemble::Ensemble};

const README: &str = include_str!("../../README.md");

/// The contents of the fenced blocks in one language.
fn blocks(language: &str) -> impl Iterator<Item = &'static str> {
    let fence = format!("```{language}\n");
    let parts: Vec<&str> = README.split(fence.as_str()).skip(1).collect();
    parts.into_iter().filter_map(|rest| rest.split_once("\n```").map(|(block, _)| block))
}

#[test]
fn the_readmes_ensemble_is_fine() {
    let example = blocks("toml").find(|block| block.starts_with("name")).expect("an example");
    let ensemble = Ensemble::parse(example, "readme.toml").unwrap_or_else(|faults| panic!("{faults}"));
    assert!(ensemble.warnings.is_empty(), "{}", ensemble.warnings);
    assert_eq!(ensemble.bots.len(), 3);
}

#[test]
fn the_readmes_commands_are_commands() {
    let shown = blocks("sh").flat_map(str::lines);
    let typed = blocks("console").flat_map(str::lines).filter_map(|line| line.strip_prefix("$ "));
    let mut tried = 0;
    for line in shown.chain(typed).filter(|line| line.starts_with("director ")) {
        let words = line.split(" #").next().unwrap_or_default().split_whitespace();
        if let Err(e) = Cli::try_parse_from(words) {
            panic!("`{line}`: {e}");
        }
        tried += 1;
    }
    assert!(tried > 15, "{tried} commands");
}

#[test]
fn what_the_readme_writes_for_the_stage_is_fine() {
    const BAND: &str = "[[section]]\nname = \"chorus\"\nbars = 8\n[[bot]]\nid = \"drums\"\nprogram = \"drums\"\n\
        [[bot]]\nid = \"bass\"\nprogram = \"bass\"\n";
    let fine = |text: &str| {
        let ensemble = Ensemble::parse(text, "readme.toml").unwrap_or_else(|faults| panic!("{text}\n{faults}"));
        assert!(ensemble.warnings.is_empty(), "{text}\n{}", ensemble.warnings);
    };
    let (mut outputs, mut tables) = (0, 0);
    for block in blocks("toml").skip(1) {
        if block.starts_with('[') {
            fine(&format!("{block}\n{BAND}"));
            tables += 1;
        }
        for line in block.lines().filter(|line| line.starts_with("output")) {
            fine(&format!("{BAND}{line}\n"));
            outputs += 1;
        }
        let sound: Vec<_> =
            block.lines().filter(|line| line.starts_with("sound") || line.starts_with("preset")).collect();
        fine(&format!("{BAND}{}\n", sound.join("\n")));
    }
    assert!(outputs >= 5 && tables >= 2, "{outputs} outputs, {tables} tables");
}
