//! Bots that are musebot folders, with real processes: scripts that return at once, cannot be executed,
//! fail, share a folder; and a director that leaves nobody behind. The bot in them is one of ours that
//! knows nothing but its config.txt.

use crate::{
    process::{Director, Home, real_bots, wait_so_long, wait_until},
    scripts::{bot, children, lives, send_signal},
};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

const INT: i32 = 2;
const KILL: i32 = 9;
const TERM: i32 = 15;

/// A script of the world's knows its folder, and no variable of ours. `BOT` plays.
fn script(text: &str) -> String {
    let bot = Path::new(env!("CARGO_BIN_EXE_director")).with_file_name("bass");
    let text = text.replace("BOT", &format!("{} --output null", bot.display()));
    format!("#!/bin/bash\nhome=$MUSEBOT_HOME\nunset ${{!MUSEBOT_@}}\ncd \"$(dirname \"$0\")\"\n{text}\n")
}

/// A musebot folder, as it comes out of an archive: nothing in it can be executed.
pub(crate) fn musebot(home: &Home, name: &str, run_command: &str) -> PathBuf {
    real_bots();
    let folder = home.path().join("Musebots/old ones").join(name);
    fs::create_dir_all(&folder).unwrap();
    let config = format!(
        "id {name}_7481\nmc_hostname localhost\nmc_listen_port 4747\nmy_listen_port 7481\noutput_channels 4\nels 2\n"
    );
    fs::write(folder.join("config.txt"), config).unwrap();
    fs::write(folder.join("info.txt"), "## platform ##\nnative\n").unwrap();
    fs::write(folder.join("run.command"), script(run_command)).unwrap();
    folder
}

/// Its entry in the ensemble file.
pub(crate) fn entry(name: &str, more: &str) -> String {
    format!("[[bot]]\nfolder = \"Musebots/{name}\"\n{more}\n")
}

/// The process ids that scripts have noted, one a line.
fn noted(home: &Home, many: usize) -> Vec<u32> {
    let read = || fs::read_to_string(home.path().join("pids")).unwrap_or_default();
    let pids = || read().lines().filter_map(|line| line.trim().parse().ok()).collect::<Vec<u32>>();
    wait_until("the scripts have noted their processes", || pids().len() >= many);
    pids()
}

fn gone(pids: &[u32]) {
    for pid in pids {
        wait_until("nobody is left", || !lives(*pid));
    }
}

#[test]
fn d29_d31_d35_a_script_that_cannot_be_executed_runs_in_its_folder_with_five_lines() {
    let home = Home::new();
    let text = "{ pwd; cat config.txt; echo end; } > \"$home/seen\"\nexec BOT";
    let folder = musebot(&home, "ghost", text);
    let director = Director::play(&home.ensemble(&entry("ghost", "")), &[]);
    let seen = home.written("seen");
    let lines: Vec<&str> = seen.lines().collect();
    assert_eq!(Path::new(lines[0]), folder.canonicalize().unwrap());
    assert_eq!(lines[1..4], ["id ghost", "mc_hostname localhost", &format!("mc_listen_port {}", director.port)]);
    let port: u16 = lines[4].strip_prefix("my_listen_port ").unwrap().parse().unwrap();
    assert!((7475..15_536).contains(&port));
    assert_eq!(lines[5..], ["output_channels 4", "end"], "the tail of an older config.txt is gone");
    director.plays(&["ghost"]);
    assert!(director.command(&["quit"]).0);
    assert_eq!(director.ends().0.code(), Some(0));
    assert!(folder.join("config.txt").exists(), "the folder is the user's: nothing of it is removed");
}

#[test]
fn a_run_sh_goes_before_a_run_command() {
    let home = Home::new();
    let folder = musebot(&home, "ghost", "exit 1");
    fs::write(folder.join("run.sh"), script("exec BOT")).unwrap();
    let director = Director::play(&home.ensemble(&entry("ghost", "")), &[]);
    director.plays(&["ghost"]);
    assert!(!director.said().contains("died"), "{}", director.said());
}

#[test]
fn a_script_that_returns_at_once_leaves_a_bot_that_plays_goes_when_told_and_is_no_orphan() {
    let home = Home::new();
    musebot(&home, "ghost", "BOT &\necho $! >> \"$home/pids\"");
    let director = Director::play(&home.ensemble(&entry("ghost", "")), &[]);
    director.plays(&["ghost"]);
    let pids = noted(&home, 1);
    wait_until("its script has ended", || children(director.child.id()).is_empty());
    assert!(lives(pids[0]), "the end of a script is not the end of its bot");
    assert!(!director.said().contains("ended"), "{}", director.said());
    let begun = Instant::now();
    assert!(director.command(&["quit"]).0);
    let (status, said) = director.ends();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(!said.contains("SIGTERM") && begun.elapsed() < Duration::from_secs(7), "{said}");
    gone(&pids);
}

#[test]
fn a_bot_that_is_killed_is_a_death_at_once_and_what_it_had_started_goes_with_it() {
    let home = Home::new();
    // As sclang does, whose sound server is a process of its own.
    let rest = "sleep 1000 &\necho $! >> \"$home/pids\"\necho $$ >> \"$home/pids\"\nexec BOT";
    musebot(&home, "ghost", rest);
    let director = Director::play(&home.ensemble(&entry("ghost", "")), &[]);
    director.plays(&["ghost"]);
    let first = noted(&home, 2);
    let killed = Instant::now();
    send_signal(first[1], KILL);
    let card = director.says("ghost has died");
    assert!(killed.elapsed() < Duration::from_secs(4), "nobody waits for its silence: {card}");
    assert!(card.contains("signal 9") && card.contains("starting it again"), "{card}");
    assert!(!director.said().contains("silent"), "{}", director.said());
    gone(&first[..2]);
    let second = noted(&home, 4)[3];
    director.plays(&["ghost"]);
    assert!(lives(second));
}

#[test]
fn a_script_that_says_that_it_has_failed_is_a_death_at_once_and_its_rest_is_killed_if_it_must_be() {
    let home = Home::new();
    // It minds no SIGTERM.
    musebot(&home, "ghost", "(trap '' TERM; while :; do sleep 1; done) &\necho $! >> \"$home/pids\"\nexit 3");
    let begun = Instant::now();
    let director = Director::play(&home.ensemble(&entry("ghost", "restart = \"never\"")), &[]);
    let card = director.says("ghost has died");
    assert!(card.contains("exit code 3"), "{card}");
    assert!(begun.elapsed() < Duration::from_secs(8), "nobody waits a minute for it");
    gone(&noted(&home, 1));
}

/// Takes 8 s: the silence of the bot is what we wait for.
#[test]
fn what_a_script_left_behind_and_that_is_killed_is_started_again() {
    let home = Home::new();
    musebot(&home, "ghost", "BOT &\necho $! >> \"$home/pids\"");
    let director = Director::play(&home.ensemble(&entry("ghost", "")), &[]);
    director.plays(&["ghost"]);
    send_signal(noted(&home, 1)[0], KILL);
    let card = director.says("ghost has died");
    assert!(card.contains("it has fallen silent") && card.contains("starting it again"), "{card}");
    let second = noted(&home, 2)[1];
    director.plays(&["ghost"]);
    assert!(lives(second));
}

#[test]
fn one_that_leaves_our_process_group_plays_on_and_goes_when_told() {
    let home = Home::new();
    // `open` on a Mac does the same: the bot is nobody's child that we know.
    musebot(&home, "ghost", "setsid BOT < /dev/null > /dev/null 2>&1 &\nsleep 0.5");
    let director = Director::play(&home.ensemble(&entry("ghost", "")), &[]);
    director.plays(&["ghost"]);
    let at = Instant::now();
    wait_until("its script has ended and 2 s have passed", || {
        children(director.child.id()).is_empty() && at.elapsed() > Duration::from_secs(2)
    });
    director.plays(&["ghost"]);
    assert!(director.command(&["quit"]).0);
    let (status, said) = director.ends();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(said.contains("ghost has gone") && !said.contains("by hand"), "{said}");
}

#[test]
fn two_bots_in_one_folder_both_play_and_a_second_director_does_too() {
    let home = Home::new();
    let folder = musebot(&home, "ghost", "pwd >> \"$home/places\"\nexec BOT");
    let two = entry("ghost", "id = \"one\"") + &entry("ghost", "id = \"two\"");
    let file = home.ensemble(&two);
    let director = Director::play(&file, &[]);
    director.plays(&["one", "two"]);
    director.says("two plays from a copy of its folder");
    let second = Director::play(&file, &[]);
    second.plays(&["one", "two"]);
    second.says("one plays from a copy of its folder");
    let places = fs::read_to_string(home.path().join("places")).unwrap();
    let places: Vec<PathBuf> = places.lines().map(PathBuf::from).collect();
    assert_eq!(places.len(), 4);
    let folder = folder.canonicalize().unwrap();
    assert!(places.contains(&folder), "one of them has the folder itself: {places:?}");
    assert!(!director.said().contains("one plays from a copy"), "it is the first of the file: {}", director.said());
    for (n, place) in places.iter().enumerate() {
        assert!(!places[..n].contains(place), "{places:?}");
    }
    for director in [director, second] {
        assert!(director.command(&["quit"]).0);
        assert_eq!(director.ends().0.code(), Some(0));
    }
    assert!(places.iter().all(|place| place.exists() == (*place == folder)), "the copies are gone: {places:?}");
}

#[test]
fn a_folder_that_cannot_be_written_is_played_from_a_copy_and_stays_as_it_is() {
    let home = Home::new();
    let folder = musebot(&home, "ghost", "exec BOT");
    // The superuser writes into any folder, but no file over a folder.
    fs::create_dir(folder.join("config.txt.new")).unwrap();
    let before = fs::read_to_string(folder.join("config.txt")).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    let director = Director::play(&home.ensemble(&entry("ghost", "")), &[]);
    director.plays(&["ghost"]);
    assert!(director.says("ghost plays from a copy of its folder").contains("its config.txt cannot be written"));
    assert_eq!(fs::read_to_string(folder.join("config.txt")).unwrap(), before);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_script_that_fails_is_on_a_card_at_once_and_the_rest_plays() {
    let home = Home::new();
    musebot(&home, "broken", "$NO_SUCH_PLACE/open-sesame Ghost.app");
    musebot(&home, "ghost", "exec BOT");
    let begun = Instant::now();
    let director = Director::play(&home.ensemble(&(entry("broken", "") + &entry("ghost", ""))), &[]);
    let card = director.says("broken has died");
    assert!(card.contains("exit code 127"), "{card}");
    director.says("broken: run.command: line");
    director.says("try: a program that its script calls is not installed");
    director.plays(&["ghost"]);
    director.says("giving it up");
    assert!(begun.elapsed() < Duration::from_secs(20), "nobody waited a minute for it");
}

#[test]
fn what_cannot_run_here_is_said_before_it_is_launched() {
    let home = Home::new();
    let folder = musebot(&home, "ghost", "exec BOT");
    fs::remove_file(folder.join("run.command")).unwrap();
    fs::write(folder.join("run.vbs"), "").unwrap();
    musebot(&home, "plays", "exec BOT");
    let director = Director::play(&home.ensemble(&(entry("ghost", "") + &entry("plays", ""))), &[]);
    let line = director.says("ghost cannot be started");
    assert!(line.contains("cannot run here: has no run script for this system"), "{line}");
    director.plays(&["plays"]);
}

#[test]
fn a_folder_that_is_not_there_is_said_with_the_places_where_it_was_looked_for() {
    let home = Home::new();
    musebot(&home, "ghost", "exec BOT");
    let (status, said) = Director::play(&home.ensemble(&entry("gohst", "")), &[]).ends();
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("gohst cannot be started") && said.contains("ghost`?"), "{said}");
}

#[test]
fn a_second_ctrl_c_kills_what_a_script_has_left_behind() {
    let home = Home::new();
    // It hears no off and minds no SIGTERM.
    let script = "BOT &\necho $! >> \"$home/pids\"\n(trap '' TERM; sleep 1000) &\necho $! >> \"$home/pids\"\nexit 0";
    musebot(&home, "ghost", script);
    let director = Director::play(&home.ensemble(&entry("ghost", "")), &[]);
    director.plays(&["ghost"]);
    let pids = noted(&home, 2);
    director.signal(INT);
    wait_until("the first was heard", || director.command(&["get", "bots"]).1.contains("ending"));
    director.signal(INT);
    let (status, said) = director.ends();
    assert_eq!(status.code(), Some(130), "{said}");
    gone(&pids);
}

#[test]
fn d38_sigterm_leaves_nothing_of_a_stubborn_folder_behind() {
    let home = Home::new();
    musebot(&home, "ghost", "(trap '' TERM; sleep 1000) &\necho $! >> \"$home/pids\"\nBOT &\nexit 0");
    let director = Director::play(&home.ensemble(&entry("ghost", "")), &[]);
    director.plays(&["ghost"]);
    let pids = noted(&home, 1);
    director.signal(TERM);
    let (status, said) = director.ends();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(said.contains("killing it"), "{said}");
    gone(&pids);
}

/// Takes 30 to 40 s of real time: the watchdog of the bot is what we wait for.
#[test]
fn d38_when_the_director_is_killed_what_a_script_left_behind_ends_by_its_own_watchdog() {
    let home = Home::new();
    musebot(&home, "ghost", "BOT &\necho $! >> \"$home/pids\"");
    let director = Director::play(&home.ensemble(&entry("ghost", "")), &[]);
    director.plays(&["ghost"]);
    let pids = noted(&home, 1);
    director.signal(KILL);
    director.ends_by_signal(KILL);
    let begun = Instant::now();
    wait_so_long(Duration::from_secs(40), "the bot ends by itself", || !lives(pids[0]));
    assert!(begun.elapsed() > Duration::from_secs(20), "it gives the director 30 s to come back, less what had passed");
}

#[test]
fn a_test_that_fails_says_why_and_leaves_nobody_behind() {
    let home = Home::new();
    let rest = "(trap '' TERM; while :; do sleep 1; done) &\necho $! >> \"$home/pids\"\nexec BOT";
    musebot(&home, "ghost", rest);
    let director = Director::play(&home.ensemble(&entry("ghost", "")), &[]);
    director.plays(&["ghost"]);
    let pids = noted(&home, 1);
    let fails = move || director.says_within(Duration::ZERO, "what nobody says");
    let why = std::thread::spawn(fails).join().expect_err("it fails");
    let why = why.downcast_ref::<String>().expect("it says why");
    assert!(why.starts_with("`what nobody says` was not said; what was said:\n"), "{why}");
    gone(&pids);
}

#[test]
fn a_folder_plays_beside_a_program() {
    let home = Home::new();
    musebot(&home, "ghost", "exec BOT");
    home.beating("plain", "forever");
    let director = Director::play(&home.ensemble(&(entry("ghost", "") + &bot("plain", ""))), &[]);
    director.plays(&["ghost"]);
}
