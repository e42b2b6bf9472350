//! `director list`, and what else looks through folders.

use crate::{World, text};
use director::musebot_folder::MusebotFolder;
use std::path::Path;

#[test]
fn list_shows_every_bot_and_counts_those_that_run_here() {
    let world = World::new();
    let info = "## instrumentation ##\ntype:\n@bass\n## platform ##\nMax 7\n## messages ##\nsends:\n@nothing\nreceives:\n@tala\n@plan/chords\n";
    world.write("Musebots/Bass/walkBOT/info.txt", info);
    world.bot_that("Musebots/Bass/walkBOT", "walkBOT", "/Applications/walkBOT\n");
    world.bot("Musebots/Beat/houseBOT", "house");
    let output = world.director(&["list"]);
    assert!(output.status.success());
    let table = text(&output.stdout);
    let row = |name: &str| -> Vec<&str> {
        let row = table.lines().find(|line| line.trim_start().starts_with(name)).unwrap_or_else(|| panic!("{table}"));
        row.split_whitespace().collect()
    };
    assert_eq!(row("walkBOT"), ["walkBOT", "bass", "-", "tala", "plan/chords", "Max", "no", "(1)"]);
    assert_eq!(row("houseBOT"), ["houseBOT", "?", "?", "?", "?", "yes"]);
    assert!(table.contains("    its id: house\n"), "{table}");
    assert!(table.contains("\n2 bots, 1 runs here\n  (1) "), "{table}");
    assert!(table.find("Bass/").unwrap() < table.find("Beat/").unwrap(), "{table}");
    assert!(
        table.lines().filter(|line| !line.contains('/') || line.starts_with("  w")).all(|line| line.len() <= 120),
        "{table}"
    );
}

#[test]
fn list_as_json_has_everything() {
    let world = World::new();
    world.bot("Musebots/Beat/houseBOT", "house");
    let output = world.director(&["list", "Musebots", "--json"]);
    let list: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let bot = &list["bots"][0];
    assert_eq!((bot["folder"].as_str(), bot["id"].as_str()), (Some("Beat/houseBOT"), Some("house")));
    assert_eq!((bot["runs_here"].as_bool(), bot["why_not"].is_null()), (Some(true), true));
    assert_eq!(bot["types"], serde_json::json!(["unknown"]));
    assert_eq!(bot["warnings"], serde_json::json!(["it has no info.txt"]));
}

#[test]
fn list_without_any_bot_says_what_one_is() {
    let world = World::new();
    let output = world.director(&["list"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("a musebot is a folder with a config.txt and a run script"));
    let output = world.director(&["list", "nowhere"]);
    assert!(text(&output.stderr).contains("there is no folder nowhere"), "{}", text(&output.stderr));
}

#[test]
fn list_says_what_half_a_bot_lacks() {
    let world = World::new();
    world.write("Musebots/beads/config.txt", crate::CONFIG);
    world.write("Musebots/beads/info.txt", "");
    let said = |folder: &str| {
        let output = world.director(&["list", folder]);
        (output.status.code(), text(&output.stdout).to_owned() + text(&output.stderr))
    };
    let (code, alone) = said("Musebots/beads");
    assert_eq!(code, Some(1));
    assert!(
        alone.contains("beads is no musebot: it has not got a run script (run.sh, run.command or run.vbs)"),
        "{alone}"
    );
    let (code, none) = said("Musebots");
    assert!(code == Some(1) && none.contains("(run.sh, run.command or run.vbs)"), "{none}");
    assert!(none.contains("half a bot: beads (it has not got a run script"), "{none}");
    world.bot("Musebots/house", "house");
    world.write("Musebots/Conductor/config.txt", crate::CONFIG);
    let (code, table) = said("Musebots");
    assert_eq!(code, Some(0));
    let last = table.lines().last().unwrap();
    assert_eq!(last, "half a bot: beads (it has not got a run script (run.sh, run.command or run.vbs))");
    assert!(!table.contains("Conductor"), "its config.txt is another's: {table}");
}

#[test]
fn our_own_bots_are_musebots() {
    let found = MusebotFolder::search(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../musebots"));
    let names: Vec<String> = found.iter().map(MusebotFolder::name).collect();
    for name in ["bass", "drums", "melody"] {
        assert!(names.iter().any(|found| found == name), "{names:?}");
    }
    assert!(found.iter().all(|bot| bot.info.warnings.is_empty()), "{found:?}");
}
