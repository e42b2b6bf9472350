//! What is told of the machines of an ensemble: by `director hosts`, and by `director doctor` beside each of them.

use crate::{
    player::Player,
    process::{Director, wait_until},
    stage::{Stage, does, duo},
};
use serde_json::Value;
use std::process::Command;

/// What the doctor says of the peers, beside a director: marks and findings.
fn peers(director: &Director) -> Vec<(String, String)> {
    let nothing = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_director"))
        .args(["doctor", "--json", "--control", &director.control.to_string()])
        // Where no sound server answers, so that it is the same on every machine.
        .env("JACK_DEFAULT_SERVER", "musebots-nobody")
        .env("PULSE_SERVER", format!("unix:{}/nobody", nothing.path().display()))
        .env("XDG_RUNTIME_DIR", nothing.path())
        .output()
        .unwrap();
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let groups = json["groups"].as_array().unwrap();
    let lines = groups.iter().find(|group| group["heading"] == "Peers").unwrap()["lines"].as_array().unwrap();
    let word = |line: &Value, key: &str| line[key].as_str().unwrap().to_owned();
    lines.iter().map(|line| (word(line, "mark"), word(line, "found"))).collect()
}

/// Name, state and address of each host, as a director tells them.
fn hosts(director: &Director) -> Vec<String> {
    let table = does(director, &["hosts"]);
    let first = |line: &str| line.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
    table.lines().skip(1).map(first).collect()
}

#[test]
fn each_director_tells_where_the_others_are_and_the_doctor_beside_it_by_which_interface() {
    let stage = Stage::new();
    let studio = stage.lead(&duo(""));
    wait_until("nobody has joined", || peers(&studio)[0].1.contains("nobody has joined"));
    let left = stage.join(&studio, "left", &["b"], &[]);
    let _a = Player::new(&studio, "a@studio");
    let b = Player::new(&left, "b@left");
    b.knows(&["a@studio", "b@left"]);
    wait_until("addresses are told", || {
        hosts(&studio) == ["studio leader here", "left here 127.0.0.1"]
            && hosts(&left) == ["left here here", "studio leader 127.0.0.1"]
    });
    for (director, begins) in [(&studio, "left (127.0.0.1, by lo"), (&left, "studio (127.0.0.1, by lo")] {
        wait_until("the doctor has figures", || peers(director)[0].1.contains("round trip 0"));
        let told = peers(director);
        assert!(told.len() == 1 && told[0].1.starts_with(begins) && told[0].1.contains("1 bot"), "{told:?}");
    }
}
