//! Historic ensemble files become ensembles (D33).

use crate::{World, text};
use director::ensemble::{Ensemble, Length, Program};
use proptest::prelude::*;
use std::time::Duration;

#[test]
fn d33_a_historic_file_becomes_an_ensemble() {
    let world = World::new();
    world.bot("Musebots/Beat/ae_HouseBeatBOT", "house");
    world.bot("Musebots/Bass/ae_WalkingBassBOT", "ae_WalkingBassBOT");
    let ensemble = world
        .ensemble("tempo 132 duration 300\r\nhouse gain 0.8\r\nae_WalkingBassBOT kill 20 delay 10 hdensity 0.3 initialize 1\r\njack_connect house ae_WalkingBassBOT\r\n")
        .unwrap();
    assert!(ensemble.warnings.is_empty(), "{}", ensemble.warnings);
    assert_eq!((ensemble.name.as_str(), ensemble.tempo.bpm()), ("old", 132.0));
    assert_eq!(ensemble.length, Some(Length::Seconds(300.0)));
    assert_eq!(ensemble.wait, Some(Duration::from_secs(60)));
    let [house, bass] = ensemble.bots.as_slice() else { panic!("{ensemble:?}") };
    assert_eq!((house.id.as_str(), house.gain.linear()), ("house", 0.8));
    assert_eq!(house.program, Program::Folder("house".into()));
    assert_eq!((bass.delay, bass.leave_after), (Duration::from_secs(10), Some(Duration::from_secs(20))));
    assert_eq!(bass.says, [("hdensity".to_owned(), 0.3), ("initialize".to_owned(), 1.0)]);
    assert_eq!(ensemble.jack_connects, [(house.id.clone(), bass.id.clone())]);
}

#[test]
fn d33_what_is_missing_or_cannot_run_here_is_reported_by_line_and_the_rest_plays() {
    let world = World::new();
    world.bot("Musebots/house", "house");
    world.bot_that("Musebots/mac", "mac", "/Applications/mac\n");
    let ensemble = world
        .ensemble("tempo 9999 duration 0\nhouse\nmac\nnobody\nhouse gain\nhouse kill 0\njack_connect house mac\n")
        .unwrap();
    let warnings = &ensemble.warnings;
    let said: Vec<_> = warnings.list().iter().map(|w| (warnings.line_of(w), w.message.as_str())).collect();
    let lines: Vec<_> = said.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [1, 3, 4, 5, 6, 7], "{said:?}");
    for ((_, message), words) in said.iter().zip([
        "no band plays at 9999 bpm",
        "unsupported here: `mac` ",
        "missing bot: there is no musebot `nobody`",
        "invalid syntax: `gain` has no value",
        "`kill 0`",
        "`mac` does not play",
    ]) {
        assert!(message.contains(words), "{message}");
    }
    assert_eq!((ensemble.tempo.bpm(), ensemble.length), (999.0, None));
    let ids: Vec<_> = ensemble.bots.iter().map(|bot| bot.id.as_str()).collect();
    assert_eq!(ids, ["house", "house_2"]);
}

#[test]
fn d33_two_lines_of_one_bot_are_two_bots() {
    let world = World::new();
    world.bot("Musebots/house", "house");
    world.bot("Musebots/House_2", "House_2");
    let ensemble = world.ensemble("tempo 120 duration 0\nhouse\nHouse_2\nhouse\nMusebots/house\n").unwrap();
    let ids: Vec<_> = ensemble.bots.iter().map(|bot| bot.id.as_str()).collect();
    assert_eq!(ids, ["house", "House_2", "house_3", "house_4"]);
}

#[test]
fn d33_an_ensemble_without_a_bot_that_can_play_is_an_error() {
    let world = World::new();
    for text in ["tempo 120 duration 60\n", "tempo 120 duration 60\nnobody\n"] {
        let error = world.ensemble(text).unwrap_err().to_string();
        assert!(error.contains("error: none of its bots can play here"), "{error}");
        assert_eq!(error.contains("warning: missing bot"), text.contains("nobody"), "{error}");
    }
}

#[test]
fn d33_a_bad_first_line_is_shown_and_rejects_the_file() {
    let world = World::new();
    world.bot("Musebots/house", "house");
    let error = world.ensemble("house gain 0.8\n").unwrap_err().to_string();
    assert!(error.contains("the first line says `tempo BPM duration SECONDS`"), "{error}");
    assert!(error.contains("old.txt:1:1") && error.contains("1 | house gain 0.8"), "{error}");
}

#[test]
fn a_historic_file_may_be_in_any_encoding() {
    let world = World::new();
    world.bot("Musebots/house", "house");
    let file = world.write("Ensembles/old.txt", b"tempo 120 duration 60\nhouse gain 0.5\n\xd5\xff 1\n");
    let ensemble = Ensemble::load(file).unwrap();
    assert_eq!((ensemble.bots.len(), ensemble.warnings.len()), (1, 1));
}

#[test]
fn check_reads_historic_files_too() {
    let world = World::new();
    world.bot("Musebots/house", "house");
    world.write("Ensembles/old.txt", "tempo 120 duration 60\nhouse\nnobody\n");
    let output = world.director(&["check", "Ensembles/old.txt"]);
    let said = text(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("old.txt:3:1") && said.contains("Ensembles/old.txt: fine (old: house)"), "{said}");
}

#[test]
fn folders_of_ensembles_list_historic_ones_but_no_notes() {
    let world = World::new();
    world.bot("Musebots/house", "house");
    world.write("Ensembles/old.txt", "tempo 120 duration 60\nhouse\n");
    world.write("Ensembles/new.toml", "");
    world.write("Ensembles/notes.txt", "Do not forget the cables.\n");
    let output = world.director(&["play", "Ensembles"]);
    let said = text(&output.stdout);
    assert!(said.contains("Ensembles/old.txt") && said.contains("Ensembles/new.toml"), "{said}");
    assert!(!said.contains("notes.txt"), "{said}");
    assert!(said.contains("director play Ensembles --set-length 5m"), "{said}");
}

proptest! {
    #[test]
    fn d33_no_historic_file_is_too_odd(text in r"(?s)(tempo |duration |jack_connect |gain |delay |kill |[0-9.e-]{1,6} |\.\./|bot |\n|\r|\t|.){0,60}") {
        for text in [text.clone(), format!("tempo 120 duration 60\n{text}")] {
            // Nothing is found where there is nothing: a file without bots is an error that can be shown.
            let faults = Ensemble::from_historic(&text, "/nowhere/at/all/old.txt").unwrap_err();
            prop_assert!(!faults.to_string().is_empty());
        }
    }
}
