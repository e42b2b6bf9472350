//! Who is let in, and what is said to who is not.

use crate::{
    player::{Player, in_order},
    process::{Director, PATIENCE},
    stage::{Stage, address, asks, asks_whoever_is_there, duo},
};
use director::network::key::Key;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    time::{Duration, Instant},
};

/// Nobody waits longer to hear that it does not work.
const SOON: Duration = Duration::from_secs(10);

/// A director that is not let in: what it says. It has ended with 1, and soon.
#[track_caller]
fn fails(director: Director) -> String {
    let begun = Instant::now();
    let (status, said) = director.ends();
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(begun.elapsed() < SOON, "after {:?}: {said}", begun.elapsed());
    said
}

#[test]
fn without_the_ensembles_key_nobody_gets_in_and_the_leader_plays_on() {
    let stage = Stage::new();
    let studio = stage.lead(&duo(""));
    let a = Player::new(&studio, "a@studio");
    a.hears_ticks(10);
    let other = stage.home.path().join("other.key");
    Key::make().unwrap().write(&other).unwrap();
    let said = fails(Director::start(asks(&address(&studio), "intruder", &other)));
    let print = Key::read(&other).unwrap().fingerprint();
    for words in ["its key is another one", &print, "other.key", "director key show"] {
        assert!(said.contains(words), "`{words}` was not said: {said}");
    }
    a.hears_ticks(10);
    in_order(&a.ticks());
    let secret = fs::read_to_string(&stage.key).unwrap();
    let secret: Vec<_> = secret.lines().filter(|line| !line.starts_with(['#', '-'])).collect();
    for text in [said, studio.said()] {
        assert!(secret.iter().all(|line| !text.contains(line)) && !text.contains("PRIVATE KEY"), "{text}");
    }
    assert!(!studio.said().contains("intruder"), "who has no key has no name either: {}", studio.said());
}

#[test]
fn a_key_that_is_missing_open_to_others_or_rubbish_is_said_to_be_so() {
    let stage = Stage::new();
    let folder = stage.home.path();
    let (open, rubbish) = (folder.join("open.key"), folder.join("rubbish.key"));
    Key::make().unwrap().write(&open).unwrap();
    fs::write(&rubbish, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o640)).unwrap();
    fs::set_permissions(&rubbish, fs::Permissions::from_mode(0o600)).unwrap();
    for (key, words) in [
        (folder.join("none.key"), ["there is no key at", "director key new"]),
        (open, ["can be read by others", "chmod 600"]),
        (rubbish, ["is no key of an ensemble", "director key new"]),
    ] {
        let said = fails(Director::start(asks("127.0.0.1:9", "left", &key)));
        assert!(words.iter().all(|words| said.contains(words)), "{said}");
        // The leader is as particular as a satellite.
        let mut leads = std::process::Command::new(env!("CARGO_BIN_EXE_director"));
        leads.args(["play", "--listen", "0", "--control", "0", "--open", "127.0.0.1:0", "--key"]).arg(&key);
        let said = fails(Director::start({
            leads.arg(stage.home.ensemble(&duo("")));
            leads
        }));
        assert!(words.iter().all(|words| said.contains(words)), "{said}");
    }
}

#[test]
fn where_nobody_leads_that_is_said_and_what_to_look_at() {
    let stage = Stage::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let said = fails(Director::start(asks(&free, "left", &stage.key)));
    for words in ["failed to reach", &free, "--open", "firewall"] {
        assert!(said.contains(words), "`{words}` was not said: {said}");
    }
}

#[test]
fn a_name_that_is_taken_is_not_given_twice_and_its_owner_plays_on() {
    let stage = Stage::new();
    let (studio, left, a, b) = stage.duo();
    let at = address(&studio);
    let twins = ["left", "studio"].map(|name| Director::start(asks(&at, name, &stage.key)));
    for twin in twins {
        let said = fails(twin);
        assert!(said.contains("--name"), "{said}");
    }
    b.hears_ticks(20);
    in_order(&b.ticks());
    in_order(&a.ticks());
    assert!(!studio.said().contains("left has left") && !left.said().contains("out of reach"), "{}", studio.said());
}

#[test]
fn a_satellite_that_was_killed_and_comes_back_at_once_is_not_taken_for_its_own_double() {
    let stage = Stage::new();
    let (studio, left, a, b) = stage.duo();
    left.signal(9);
    let killed = Instant::now();
    drop((left.ends(), b));
    let left = stage.join(&studio, "left", &["b"], &[]);
    assert!(killed.elapsed() < PATIENCE);
    let _b = Player::new(&left, "b@left");
    a.knows(&["a@studio", "b@left"]);
}

#[test]
fn a_leader_that_is_announced_is_found_by_its_key_alone() {
    let stages = [Stage::new(), Stage::new()];
    let leads = |stage: &Stage| stage.lead_with(&["--open", "127.0.0.1:0", "--announce"], &duo(""));
    let studios = stages.each_ref().map(leads);
    for studio in &studios {
        studio.says("announced on the local network");
    }
    for (stage, studio) in stages.iter().zip(&studios) {
        let left = Director::start(asks_whoever_is_there("left", &stage.key));
        left.says(&format!("studio announces it at {}", address(studio)));
        studio.says("left has joined");
    }
}

#[test]
fn an_ensemble_that_nobody_announces_is_not_found_and_what_to_do_is_said() {
    let stage = Stage::new();
    let _hidden = stage.lead(&duo(""));
    let said = fails(Director::start(asks_whoever_is_there("left", &stage.key)));
    for words in ["no ensemble with the key", "--announce", "director join HOST"] {
        assert!(said.contains(words), "`{words}` was not said: {said}");
    }
}

#[test]
fn who_leads_others_plays_also_where_nothing_can_sound() {
    let stage = Stage::new();
    let band = "wait = 60\n[[bot]]\nid = \"a\"\nprogram = \"./puppet\"\n";
    let studio = stage.lead(band);
    assert!(!studio.said().contains("rendering"), "{}", studio.said());
}
