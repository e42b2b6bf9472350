//! Playlists: real performances, one after the other.

use director::playlist::order;
use musebot_protocol::{ToBot, messages};
use process::{Director, Home, real_bots, wait_until};
use scripts::{children, lives};
use socket_bot::Bot;
use std::{
    fs,
    process::Command,
    time::{Duration, Instant},
};

#[path = "support/hello.rs"]
mod hello;
#[path = "support/process.rs"]
#[expect(dead_code, reason = "other tests take the rest")]
mod process;
#[path = "support/scripts.rs"]
#[expect(dead_code, reason = "other tests take the rest")]
mod scripts;
#[path = "support/socket_bot.rs"]
mod socket_bot;

const INT: i32 = 2;

/// A folder of ensembles.
fn folder(files: &[(&str, &str)]) -> Home {
    let home = Home::new();
    for (name, text) in files {
        fs::write(home.path().join(name), text).unwrap();
    }
    home
}

/// A set without bots of its own: guests play it. At 240 bpm a bar is a second.
const GUESTS: &str = "tempo = 240\n";

/// The director's `first:` and `next:` lines so far.
fn sets(director: &Director) -> Vec<String> {
    said_sets(&director.said())
}

fn said_sets(said: &str) -> Vec<String> {
    let lines = said.lines().filter_map(|line| line.split_once("first: ").or_else(|| line.split_once("next: ")));
    lines.map(|(_, set)| set.to_owned()).collect()
}

/// Waits until so many sets have begun.
#[track_caller]
fn begun(director: &Director, count: usize) -> Vec<String> {
    wait_until(&format!("{count} sets begin"), || sets(director).len() >= count);
    sets(director)
}

/// The tick that a datagram tells.
fn tick(datagram: &[u8]) -> Option<i32> {
    match ToBot::decode(&messages(datagram).next()?.ok()?).ok()? {
        ToBot::Time { tick, .. } => i32::try_from(tick.0).ok(),
        _ => None,
    }
}

#[test]
fn sets_follow_each_other_with_a_short_gap_and_guests_come_back() {
    let home = folder(&[("a.toml", GUESTS), ("b.toml", "tempo = 240\nbars = 2\n"), ("faulty.toml", "tempo = 5\n")]);
    let director = Director::play(home.path(), &["--set-length", "3bars"]);
    let guest = Bot::new("tuba", ([127, 0, 0, 1], director.port).into());
    guest.beat();
    guest.say(&hello::hello("tuba", guest.port(), "position ending").encode());
    // The first set: it hears that the end is near, and that it is there.
    guest.hear_one(b"/mc/ending\0");
    guest.hear_one(b"/agent/off\0");
    // It goes on beating, and the second set takes it in. Ticks begin at 0 again.
    let (mut last, mut gap) = ((0, Instant::now()), Duration::ZERO);
    guest.hear(|heard| {
        let Some(tick) = heard.last().and_then(|datagram| tick(datagram)) else { return false };
        gap = last.1.elapsed();
        eprintln!("{tick} {gap:?}");
        std::mem::replace(&mut last, (tick, Instant::now())).0 > tick
    });
    // A guest is given a second to fade, and a heartbeat comes every 0.4 s.
    assert!(gap < Duration::from_millis(2500), "{gap:?} from one set to the next");
    eprintln!("from the last tick of one set to the first of the next: {} ms", gap.as_millis());
    guest.hear_one(b"/agent/off\0");
    let names = begun(&director, 3);
    assert_eq!(names, ["a.toml (1 of 2)", "b.toml (2 of 2)", "a.toml (1 of 2)"]);
    director.signal(INT);
    let (status, said) = director.ends();
    assert_eq!(status.code(), Some(0), "{said}");
    assert_eq!(said.matches("faulty.toml is left out").count(), 1, "{said}");
}

#[test]
fn each_set_ends_after_its_own_length_or_the_set_length_whichever_is_first() {
    let home = folder(&[("long.toml", "tempo = 240\nbars = 99\n"), ("short.toml", "tempo = 240\nbars = 1\n")]);
    let director = Director::play(home.path(), &["--set-length", "3s"]);
    let first = Instant::now();
    begun(&director, 2);
    let (long, second) = (first.elapsed(), Instant::now());
    begun(&director, 3);
    let short = second.elapsed();
    assert!(long > Duration::from_millis(2900) && long < Duration::from_secs(6), "{long:?}");
    assert!(short < Duration::from_millis(2900), "{short:?}");
}

#[test]
fn all_bots_have_gone_before_the_next_begin() {
    real_bots();
    let set = "tempo = 240\nbars = 2\n[[bot]]\nid = \"bass\"\nprogram = \"bass\"\noutput = \"null\"\n";
    let home = folder(&[("a.toml", set), ("b.toml", set)]);
    let director = Director::play(home.path(), &["--set-length", "1m"]);
    director.plays(&["bass"]);
    let first = children(director.child.id());
    assert_eq!(first.len(), 1);
    begun(&director, 2);
    assert!(!lives(first[0]), "the first set's bass has gone");
    director.plays(&["bass"]);
    let second = children(director.child.id());
    assert!(second.len() == 1 && second != first, "{second:?}");
    // `quit` from another terminal ends the playlist, not only the set.
    assert!(director.command(&["quit"]).0);
    let (status, said) = director.ends();
    assert_eq!(status.code(), Some(0), "{said}");
    assert_eq!(said_sets(&said).len(), 2, "{said}");
    assert!(!lives(second[0]));
}

#[test]
fn ctrl_c_during_a_hand_over_ends_the_playlist() {
    real_bots();
    let set = "tempo = 240\nbars = 1\n[[bot]]\nid = \"bass\"\nprogram = \"bass\"\noutput = \"null\"\n";
    let home = folder(&[("a.toml", set), ("b.toml", set)]);
    let director = Director::play(home.path(), &["--set-length", "1m"]);
    director.says("the piece is over");
    // The bass fades for three seconds now.
    director.signal(INT);
    let (status, said) = director.ends();
    assert_eq!(status.code(), Some(0), "{said}");
    assert_eq!(said_sets(&said), ["a.toml (1 of 2)"], "{said}");
}

#[test]
fn a_set_whose_bots_cannot_start_is_said_and_skipped() {
    let broken = "[[bot]]\nid = \"gone\"\nprogram = \"./gone\"\noutput = \"null\"\n";
    let home = folder(&[("a.toml", broken), ("b.toml", GUESTS)]);
    let director = Director::play(home.path(), &["--set-length", "1bars"]);
    let names = begun(&director, 4);
    assert_eq!(names[..4], ["a.toml (1 of 2)", "b.toml (2 of 2)", "a.toml (1 of 2)", "b.toml (2 of 2)"]);
    director.says("a.toml did not play: going on without it");
}

/// Plays a folder that cannot be played: what is said.
fn fails(home: &Home) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_director"))
        .args(["play", "--listen", "0", "--control", "0", "--set-length", "5m"])
        .arg(home.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    said
}

#[test]
fn a_playlist_of_which_nothing_can_be_played_ends_with_an_error() {
    let broken = "[[bot]]\nid = \"gone\"\nprogram = \"./gone\"\noutput = \"null\"\n";
    let said = fails(&folder(&[("a.toml", broken), ("b.toml", broken)]));
    assert!(said.contains("error: none of the ensembles in ") && said.contains("could be played"), "{said}");
    assert_eq!(said_sets(&said).len(), 2, "each is tried once: {said}");
    let said = fails(&folder(&[("a.toml", "tempo = 5\n"), ("old.txt", "tempo 120 duration 60\nnobody\n")]));
    assert!(said.contains("a tempo is between 10 and 999") && said.contains("missing bot"), "{said}");
    assert!(said.contains("can be played: what is wrong with each is said above"), "{said}");
    assert!(fails(&folder(&[])).contains("no ensemble files"));
}

/// Bots that end at once, all of them and without a fault: round and round would be a busy loop.
#[test]
fn sets_that_end_at_once_do_not_spin() {
    let home = folder(&[("a.toml", &scripts::bot("stay", "restart = \"never\""))]);
    home.beating("stay", "beat");
    let said = fails(&home);
    assert_eq!(said_sets(&said).len(), 1, "{said}");
}

#[test]
fn a_shuffled_playlist_keeps_to_the_order_that_its_seed_draws() {
    let files = ["a.toml", "b.toml", "c.toml", "d.toml"];
    let home = folder(&files.map(|name| (name, "tempo = 960\nbars = 1\n")));
    let first = order(&files, Some(7), 0, &[], None);
    let second = order(&files, Some(7), 1, &first, first.last());
    let director = Director::play(home.path(), &["--set-length", "5m", "--shuffle", "--seed", "7"]);
    let played = begun(&director, 8);
    let names: Vec<_> = played.iter().take(8).map(|set| set.split(' ').next().unwrap()).collect();
    assert_eq!(names, [first, second].concat());
}

#[test]
fn a_file_that_is_added_is_played_in_the_next_round() {
    let set = "tempo = 960\nbars = 1\n";
    let home = folder(&[("a.toml", set)]);
    let director = Director::play(home.path(), &["--set-length", "5m"]);
    begun(&director, 1);
    fs::write(home.path().join("new.toml"), set).unwrap();
    // What has just been played does not begin the round.
    director.says("next: new.toml (1 of 2)");
}

#[test]
fn one_file_cannot_be_a_playlist() {
    let home = folder(&[("a.toml", GUESTS)]);
    let output = Command::new(env!("CARGO_BIN_EXE_director"))
        .args(["play", "--set-length", "5m"])
        .arg(home.path().join("a.toml"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("a.toml is no folder: --set-length plays all"));
}
