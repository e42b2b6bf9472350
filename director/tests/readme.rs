//! The ensemble file in README.md is one that the director takes.

use director::ensemble::Ensemble;

#[test]
fn the_readmes_ensemble_is_fine() {
    let readme = include_str!("../../README.md");
    let (_, example) = readme.split_once("```toml\n").expect("an example");
    let (example, _) = example.split_once("```").expect("its end");
    let ensemble = Ensemble::parse(example, "readme.toml").unwrap_or_else(|faults| panic!("{faults}"));
    assert!(ensemble.warnings.is_empty(), "{}", ensemble.warnings);
    assert_eq!(ensemble.bots.len(), 3);
}
