//! `director import`: a file of ours that means the same.

use crate::{World, text};
use director::{
    ensemble::{Ensemble, Program},
    import,
    musebot_folder::MusebotFolder,
};
use std::path::Path;

/// What a file means, apart from where it is and what is odd about it.
fn meaning(mut ensemble: Ensemble) -> Ensemble {
    let nothing = Ensemble::parse("", "nowhere.toml").unwrap();
    ensemble.path = nothing.path;
    ensemble.warnings = nothing.warnings;
    ensemble
}

const EVERYTHING: &str = "tempo 99.5 duration 61.25\nhouse gain 0.8 zebra 3 initialize 1 a.b/c -0.25 huge 1e300\nhouse\n\
                          sub/walk delay 0.5 kill 20.125 gain 0\nbass gain 99\njack_connect house bass\njack_connect walk house\nnobody\n";

#[test]
fn an_imported_file_means_the_same() {
    let world = World::new();
    for bot in ["house", "Bass/bass", "sub/walk"] {
        world.bot(&format!("Musebots/{bot}"), Path::new(bot).file_name().unwrap().to_str().unwrap());
    }
    for text in [EVERYTHING, "tempo 120 duration 0\nhouse\n", "tempo 5 duration 1e9\nhouse delay 1e9 kill 1e9\n"] {
        let old = world.ensemble(text).unwrap();
        let toml = import::to_toml(&old, &old.home);
        let new = Ensemble::load(world.write("Ensembles/new.toml", &toml)).unwrap_or_else(|e| panic!("{toml}\n{e}"));
        assert!(new.warnings.is_empty(), "{toml}\n{}", new.warnings);
        assert_eq!(meaning(new), meaning(old), "{toml}");
    }
}

#[test]
fn an_imported_file_finds_its_bots_from_elsewhere() {
    let world = World::new();
    world.bot("Musebots/house", "house");
    world.write("Ensembles/old.txt", "tempo 120 duration 60\nhouse\nnobody\n");
    let elsewhere = tempfile::tempdir().unwrap();
    let new = elsewhere.path().join("new.toml");
    let output = world.director(&["import", "Ensembles/old.txt", "-o", new.to_str().unwrap()]);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("missing bot") && said.contains("old.txt:3:1"), "{said}");
    assert_eq!(text(&output.stdout), "");
    let ensemble = Ensemble::load(&new).unwrap();
    let Program::Folder(folder) = &ensemble.bots[0].program else { panic!("{ensemble:?}") };
    assert_eq!(MusebotFolder::find(folder, elsewhere.path()).unwrap().path, world.path("Musebots/house"));
    let again = world.director(&["import", "Ensembles/old.txt", "-o", new.to_str().unwrap()]);
    assert_eq!(again.status.code(), Some(1), "what is there is kept");
}

#[cfg(not(target_os = "macos"))]
#[test]
fn an_ensemble_of_a_mac_is_imported_whole_with_a_word_about_each_bot_and_its_rest_plays_here() {
    let world = World::new();
    world.bot_that("Musebots/beat", "beat", "open beat.app\n");
    world.bot_that("Musebots/pad", "pad", "open pad.app\n");
    world.write(
        "Ensembles/old.txt",
        "tempo 120 duration 60\nbeat gain 0.5\npad delay 3\nnobody\njack_connect beat pad\n",
    );
    let output = world.director(&["import", "Ensembles/old.txt", "--out", "Ensembles/new.toml"]);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    for words in
        ["old.txt:2:1", "unsupported here: `beat` needs macOS", "unsupported here: `pad` needs macOS", "missing bot"]
    {
        assert_eq!(said.matches(words).count(), 1, "{words}: {said}");
    }
    assert!(said.contains("2 bots in Ensembles/new.toml: director play Ensembles/new.toml"), "{said}");
    let toml = std::fs::read_to_string(world.path("Ensembles/new.toml")).unwrap();
    let comment = "# Cannot run where this was written: it needs macOS: its run script uses `open`\n";
    assert_eq!(toml.matches(comment).count(), 2, "{toml}");
    let ensemble = Ensemble::parse(&toml, world.path("Ensembles/new.toml")).unwrap();
    assert_eq!((ensemble.bots.len(), ensemble.jack_connects.len()), (2, 1));
    // What plays the old file still leaves them out.
    world.bot("Musebots/house", "house");
    let old = world.ensemble("tempo 120 duration 60\nbeat\nhouse\n").unwrap();
    let ids: Vec<_> = old.bots.iter().map(|bot| bot.id.as_str()).collect();
    assert_eq!((ids.as_slice(), old.warnings.len()), (["house"].as_slice(), 1));
}

#[test]
fn import_prints_to_the_screen_what_it_would_write() {
    let world = World::new();
    world.bot("Musebots/house", "house");
    world.write("Ensembles/old.txt", "tempo 120 duration 60\nhouse gain 0.5\n");
    let output = world.director(&["import", "Ensembles/old.txt"]);
    let toml = text(&output.stdout);
    assert!(toml.contains("folder = \"house\"") && toml.contains("# From old.txt."), "{toml}");
    assert!(Ensemble::parse(toml, "new.toml").is_ok());
    let output = world.director(&["import", "Ensembles/new.toml"]);
    assert!(text(&output.stderr).contains("is no historic ensemble file"), "{}", text(&output.stderr));
}
