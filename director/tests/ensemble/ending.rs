//! How the real director ends: by Ctrl-C, SIGTERM, SIGKILL, and what becomes of its bots.

use crate::{
    process::{Director, Home, real_bots, wait_so_long, wait_until},
    scripts::{bot, children, lives, send_signal},
    socket_bot::Bot,
};
use std::{
    process::Command,
    time::{Duration, Instant},
};

const INT: i32 = 2;
const KILL: i32 = 9;
const TERM: i32 = 15;

/// A script that notes its process id, and its child's, and stays.
fn stayer(home: &Home) {
    home.beating("stay", "sleep 1000 &\necho $$ $! end > \"$MUSEBOT_HOME/pids\"\nforever");
}

fn pids(home: &Home) -> Vec<u32> {
    wait_until("the bot has started", || {
        std::fs::read_to_string(home.path().join("pids")).is_ok_and(|t| t.contains("end"))
    });
    let text = std::fs::read_to_string(home.path().join("pids")).unwrap();
    text.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

/// A guest that is here.
fn guest(director: &Director) -> Bot {
    let guest = Bot::new("tuba", ([127, 0, 0, 1], director.port).into());
    guest.beat();
    guest.hear_one(b"/mc/hello\0");
    guest
}

#[test]
fn ctrl_c_tells_everybody_off_and_ends_with_0() {
    let home = Home::new();
    let director = Director::play(&home.ensemble(""), &[]);
    let guest = guest(&director);
    director.signal(INT);
    assert_eq!(guest.hear_one(b"/agent/off\0"), b"/agent/off\0\0,\0\0\0");
    let (status, said) = director.ends();
    assert_eq!(status.code(), Some(0), "{said}");
}

#[test]
fn d38_sigterm_tells_everybody_off_before_anything_else() {
    let home = Home::new();
    let director = Director::play(&home.ensemble(""), &[]);
    let guest = guest(&director);
    director.signal(TERM);
    assert_eq!(guest.hear_one(b"/agent/off\0"), b"/agent/off\0\0,\0\0\0");
    assert_eq!(director.ends().0.code(), Some(0));
}

#[test]
fn a_second_ctrl_c_kills_at_once() {
    let home = Home::new();
    stayer(&home);
    let director = Director::play(&home.ensemble(&bot("stay", "")), &[]);
    let pids = pids(&home);
    assert_eq!(pids.len(), 2);
    let guest = guest(&director);
    director.signal(INT);
    // Two signals that arrive at once would be one.
    guest.hear_one(b"/agent/off\0");
    director.signal(INT);
    let begun = Instant::now();
    let (status, said) = director.ends();
    assert_ne!(status.code(), Some(0), "{said}");
    assert!(begun.elapsed() < Duration::from_secs(5), "off alone takes 7 s with this bot");
    for pid in pids {
        wait_until("the bot and its child are gone", || !lives(pid));
    }
}

#[test]
fn a_bot_that_ignores_off_and_sigterm_is_gone_within_10_s_of_ctrl_c() {
    let home = Home::new();
    home.beating("stay", "trap '' TERM\nsleep 1000 &\necho $$ $! end > \"$MUSEBOT_HOME/pids\"\nforever");
    let director = Director::play(&home.ensemble(&bot("stay", "")), &[]);
    let pids = pids(&home);
    director.signal(INT);
    let begun = Instant::now();
    let (status, said) = director.ends();
    let took = begun.elapsed();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(said.contains("sending SIGTERM") && said.contains("killing it"), "{said}");
    assert!(took > Duration::from_millis(6900), "it got 7 s to fade, not {took:?}");
    assert!(took < Duration::from_secs(15), "{took:?}");
    for pid in pids {
        wait_until("the bot and its child are gone", || !lives(pid));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn when_the_director_is_killed_its_bots_are_gone_at_once() {
    let home = Home::new();
    stayer(&home);
    let director = Director::play(&home.ensemble(&bot("stay", "")), &[]);
    let bot = pids(&home)[0];
    assert!(lives(bot));
    director.signal(KILL);
    wait_until("the bot is gone", || !lives(bot));
    director.ends_by_signal(KILL);
    // Its own child had no death signal; we clean up after ourselves.
    for pid in pids(&home) {
        send_signal(pid, KILL);
    }
}

#[test]
fn d1_a_second_director_gets_a_clear_line_about_the_port_and_exit_code_1() {
    let home = Home::new();
    let file = home.ensemble("");
    let first = Director::play(&file, &[]);
    let output = Command::new(env!("CARGO_BIN_EXE_director"))
        .args(["play", "--listen", &first.port.to_string()])
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    let line = said.lines().find(|l| l.starts_with("error: ")).unwrap_or_else(|| panic!("{said}"));
    assert!(line.contains("the port is taken") && line.contains("--listen"), "{line}");
}

/// Takes 30 to 40 s of real time: the watchdog of a bot is what we wait for.
#[test]
fn d38_without_the_death_signal_our_bots_end_by_their_own_watchdog_within_40_s() {
    real_bots();
    let home = Home::new();
    let file = home.ensemble("[[bot]]\nid = \"bass\"\nprogram = \"bass\"\noutput = \"null\"");
    let director = Director::play(&file, &["--no-death-signal"]);
    director.plays(&["bass"]);
    let bot = children(director.child.id());
    assert_eq!(bot.len(), 1);
    director.signal(KILL);
    director.ends_by_signal(KILL);
    let begun = Instant::now();
    wait_so_long(Duration::from_secs(40), "the bot ends by itself", || !lives(bot[0]));
    assert!(begun.elapsed() > Duration::from_secs(20), "it gives the director 30 s to come back, less what had passed");
}
