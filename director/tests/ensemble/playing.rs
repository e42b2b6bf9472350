//! The real trio plays, and other terminals turn its knobs.

use crate::{
    process::{Director, Home, real_bots, wait_until},
    scripts::{children, lives},
    socket_bot::Bot,
};
use musebot_protocol::{Broadcast, messages};
use std::{collections::BTreeSet, process::Command};

/// Melody, bass and drums without a sound card.
pub(crate) fn trio(head: &str) -> (Home, Director) {
    real_bots();
    let home = Home::new();
    let bots: String = ["melody", "bass", "drums"]
        .iter()
        .map(|b| format!("[[bot]]\nid = \"{b}\"\nprogram = \"{b}\"\noutput = \"null\"\ngroup = \"band\"\n"))
        .collect();
    let file = home.ensemble(&format!("{head}\n{bots}"));
    let director = Director::play(&file, &["--seed", "7", "--tempo", "240"]);
    director.plays(&["melody", "bass", "drums"]);
    (home, director)
}

#[test]
fn the_trio_starts_speaks_and_ends_by_itself() {
    let (_home, director) = trio("bars = 8");
    let guest = Bot::new("ear", ([127, 0, 0, 1], director.port).into());
    guest.beat();
    let mut speakers = BTreeSet::new();
    guest.hear(|heard| {
        for message in heard.last().into_iter().flat_map(|d| messages(d)).flatten() {
            if message.topic().is_some() {
                speakers.insert(Broadcast::decode(&message).unwrap().speaker);
            }
        }
        speakers.contains("melody") && speakers.contains("drums")
    });
    director.says("the piece is over");
    let (status, said) = director.ends();
    assert_eq!(status.code(), Some(0), "{said}");
    for trouble in ["has died", "SIGTERM"] {
        assert!(!said.contains(trouble), "{said}");
    }
}

#[test]
fn x5_all_three_say_how_late_their_notes_are() {
    let (_home, director) = trio("");
    let mut seen = String::new();
    wait_until("each has a p50 and a p99", || {
        seen = director.command(&["bots"]).1;
        ["melody", "bass", "drums"]
            .iter()
            .all(|bot| seen.lines().find(|l| l.starts_with(bot)).is_some_and(|l| l.matches(" ms").count() == 2))
    });
}

#[test]
fn after_ctrl_c_our_bots_go_by_themselves_before_anybody_loses_patience() {
    let (_home, director) = trio("");
    let bots = children(director.child.id());
    assert_eq!(bots.len(), 3);
    director.signal(2);
    let (status, said) = director.ends();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(!said.contains("SIGTERM") && !said.contains("has died"), "{said}");
    assert!(bots.into_iter().all(|pid| !lives(pid)));
}

#[test]
fn x7_another_terminal_turns_the_knobs() {
    let (_home, director) = trio("[[section]]\nname = \"A\"\nbars = 2\n[[section]]\nname = \"B\"\nbars = 2");
    let ok = |words: &[&str]| {
        let (good, out, err) = director.command(words);
        assert!(good, "{words:?}: {err}");
        out
    };
    assert_eq!(ok(&["get", "tempo"]).trim(), "240");
    ok(&["tempo", "200", "--over", "1beats"]);
    wait_until("the tempo arrives", || ok(&["get", "tempo"]).trim() == "200");
    ok(&["gain", "bass", "0.5", "--over", "200ms"]);
    ok(&["mute", "drums"]);
    let line = |bot: &str| {
        let table = ok(&["bots"]);
        let line = table.lines().find(|l| l.starts_with(bot)).unwrap_or_else(|| panic!("{table}"));
        line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    wait_until("the gain arrives", || line("bass")[2] == "0.50");
    assert_eq!(line("drums")[3], "yes");
    ok(&["mute", "drums", "--off"]);
    assert_eq!(line("drums")[3], "no");
    ok(&["solo", "melody"]);
    assert_eq!((line("bass")[3].as_str(), line("melody")[3].as_str()), ("yes", "no"));
    ok(&["solo", "melody", "--off"]);
    ok(&["group", "band"]);
    assert_eq!(line("melody")[3], "yes");
    ok(&["group", "band", "--off"]);
    ok(&["section", "B"]);
    wait_until("the section begins", || ok(&["get", "section"]).trim() == "B");
    ok(&["density", "0.3"]);
    assert!(ok(&["get", "density"]).trim().starts_with("0.3"));
    ok(&["nudge", "-5"]);
    ok(&["tap"]);
    ok(&["panic"]);
    ok(&["stop", "bass"]);
    wait_until("it has gone", || line("bass")[1] == "stopped");
    ok(&["start", "bass"]);
    director.plays(&["melody", "bass", "drums"]);
    ok(&["restart", "drums"]);
    wait_until("it goes", || line("drums")[1] != "playing");
    director.plays(&["drums"]);
    let (good, _, err) = director.command(&["solo", "bsas"]);
    assert!(!good && err.contains("no bot is called `bsas`"), "{err}");
    assert!(ok(&["gain", "tuba", "0.5"]).contains("nobody is called `tuba` yet"));
    ok(&["quit"]);
    let (status, said) = director.ends();
    assert_eq!(status.code(), Some(0), "{said}");
}

#[test]
fn a_command_without_a_director_says_so() {
    let free = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let output = Command::new(env!("CARGO_BIN_EXE_director"))
        .args(["tempo", "96", "--port", &free.to_string()])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains(&format!("no director answers on port {free}")), "{said}");
}

#[test]
fn play_without_a_file_lists_what_could_be_played() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../configs/ensembles");
    let output = Command::new(env!("CARGO_BIN_EXE_director")).arg("play").arg(&folder).output().unwrap();
    assert!(output.status.success());
    let listed = String::from_utf8(output.stdout).unwrap();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(listed.contains(&name), "{name}: {listed}");
    }
    assert!(!listed.contains("has faults"), "{listed}");
}

#[test]
fn a_file_with_faults_is_not_played() {
    let home = Home::new();
    let file = home.ensemble("tempoo = 96\nbars = \"many\"");
    let output = Command::new(env!("CARGO_BIN_EXE_director")).arg("play").arg(&file).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("tempoo") && said.contains("bars"), "all its faults at once: {said}");
}
