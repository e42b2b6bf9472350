//! Historic ensemble files played by the real director.

use crate::{World, process, text};
use std::{fs, path::Path};

/// The real bass, as a folder that any conductor could start.
fn bass(world: &World, folder: &str) {
    process::real_bots();
    let bass = Path::new(env!("CARGO_BIN_EXE_director")).with_file_name("bass");
    let script = format!("#!/bin/bash\ncd \"`dirname \"$0\"`\"\n'{}' --output null &\n", bass.display());
    world.bot_that(folder, Path::new(folder).file_name().unwrap().to_str().unwrap(), &script);
}

#[test]
fn d33_a_historic_file_plays_as_it_is() {
    let world = World::new();
    bass(&world, "Musebots/Bass/walkBOT");
    let file = world.write("Ensembles/old.txt", "tempo 240 duration 10\nwalkBOT gain 0.5 initialize 1\nnobody\n");
    let director = process::Director::play_in(&file, &[], &[]);
    director.plays(&["walkBOT"]);
    let (status, said) = director.ends();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(said.contains("missing bot: there is no musebot `nobody`"), "{said}");
    assert!(said.contains("old: walkBOT at 240 bpm") && said.contains("the piece is over"), "{said}");
    let config = fs::read_to_string(world.path("Musebots/Bass/walkBOT/config.txt")).unwrap();
    assert!(config.starts_with("id walkBOT\nmc_hostname localhost\nmc_listen_port "), "{config}");
}

#[test]
fn flags_win_over_a_historic_file() {
    let world = World::new();
    bass(&world, "Musebots/walkBOT");
    let file = world.write("Ensembles/old.txt", "tempo 30 duration 999\nwalkBOT\n");
    let flags = ["--tempo", "480", "--bars", "2", "--seed", "11"];
    let (status, said) = process::Director::play_in(&file, &flags, &[]).ends();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(said.contains("walkBOT at 480 bpm") && said.contains("seed 11"), "{said}");
    assert!(said.contains("the piece is over"), "{said}");
}

#[test]
fn a_historic_bot_that_cannot_render_is_named() {
    let world = World::new();
    // It beats, and knows of nothing else.
    world.bot_that(
        "Musebots/house",
        "house",
        "#!/bin/bash\nset -- $(cat config.txt)\nwhile :; do\n  \
         printf '/agent/alive\\0\\0\\0\\0,s\\0\\0house\\0\\0\\0' > /dev/udp/127.0.0.1/$6; sleep 0.4\ndone\n",
    );
    world.write("Ensembles/old.txt", "tempo 240 duration 2\nhouse\n");
    let output = world.director(&["render", "Ensembles/old.txt", "--bars", "1"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("house has not said hello") && said.contains("may not be able to render"), "{said}");
}
