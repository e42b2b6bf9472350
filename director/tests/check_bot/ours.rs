//! The bots of this project keep all facts, as folders and as commands; so does the Python bot of PROTOCOL.md.

use crate::{
    examined::{beside_director, examine},
    process::real_bots,
};
use std::path::Path;

/// Nothing fails, and nothing is advised.
#[track_caller]
fn keeps_all(args: &[&str]) {
    let examined = examine(args);
    let (failed, advice) = (examined.with("fail"), examined.with("advice"));
    assert!(failed.is_empty() && advice.is_empty() && examined.code == Some(0), "{:#}", examined.report);
    assert!(examined.with("pass").len() >= 20, "{:#}", examined.report);
}

fn as_folder(bot: &str) {
    real_bots();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../musebots").join(bot);
    keeps_all(&["--strict", folder.to_str().unwrap()]);
}

#[test]
fn the_melody_keeps_all_facts() {
    as_folder("melody");
}

#[test]
fn the_bass_keeps_all_facts() {
    as_folder("bass");
}

#[test]
fn the_drums_keep_all_facts() {
    as_folder("drums");
}

#[test]
fn the_bass_started_by_a_command_keeps_all_facts() {
    real_bots();
    keeps_all(&["--", beside_director("bass").to_str().unwrap(), "--output", "null"]);
}

#[test]
fn the_python_bot_of_protocol_md_passes_with_the_advice_to_fade() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocol/PROTOCOL.md")).unwrap();
    let bot = text.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("chords.py");
    // As slow as the public templates beat.
    std::fs::write(&file, bot.replace(">= 0.4", ">= 1.0")).unwrap();
    assert!(bot.contains(">= 0.4"));
    let examined = examine(&["--", "python3", file.to_str().unwrap()]);
    assert_eq!(examined.code, Some(0), "{:#}", examined.report);
    assert_eq!(examined.with("advice"), ["B3", "B13"], "{:#}", examined.report);
}
