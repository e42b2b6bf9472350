//! What once went wrong, or would have, seen from outside.

#[path = "support/process.rs"]
#[allow(dead_code, reason = "other tests take the rest")]
mod process;
#[path = "support/scripts.rs"]
#[allow(dead_code, reason = "other tests take the rest")]
mod scripts;

use director::{
    director::{Director as Mind, Rules},
    ensemble::Ensemble,
};
use musebot_protocol::{Said, Tick};
use process::{Director, Home, real_bots};
use scripts::bot;
use std::{
    net::UdpSocket,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

fn director(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_director")).args(words).stdin(Stdio::null()).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn x8_the_conductor_tells_at_every_bar_line_how_far_the_section_has_come() {
    let toml = "[[section]]\nname = \"A\"\nbars = 4\n[[section]]\nname = \"B\"\nbars = 2";
    let rules = Rules { seed: 7, guests: false };
    let mut mind = Mind::new(Ensemble::parse(toml, "band.toml").unwrap(), rules, Duration::ZERO);
    let far: Vec<f64> = (0..6 * 64)
        .flat_map(|tick| mind.plan(Tick(tick)).said)
        .filter_map(|said| match said.said() {
            Some(Said::Progress(far)) => Some(far),
            _ => None,
        })
        .collect();
    assert_eq!(far, [0.0, 0.25, 0.5, 0.75, 0.0, 0.5]);
}

#[test]
fn a_terminal_that_is_closed_lets_everybody_fade_out_all_the_same() {
    real_bots();
    let home = Home::new();
    let band = "[[bot]]\nid = \"drums\"\nprogram = \"drums\"\noutput = \"null\"";
    let mut command = Command::new(env!("CARGO_BIN_EXE_director"));
    command.args(["play", "--listen", "0", "--control", "0"]).arg(home.ensemble(band));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("playing as") {
        line.clear();
        assert!(std::io::BufRead::read_line(&mut stderr, &mut line).unwrap() > 0, "it has ended");
    }
    drop(stderr);
    scripts::send_signal(child.id(), 1);
    let begun = Instant::now();
    let deadline = begun + process::PATIENCE;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < deadline, "it does not end");
        std::thread::sleep(Duration::from_millis(10));
    };
    assert_eq!(status.code(), Some(0));
    assert!(begun.elapsed() > Duration::from_secs(3), "a fade takes longer");
}

#[test]
fn what_somebody_exported_for_one_bot_does_not_reach_all() {
    let home = Home::new();
    home.beating("dump", "{ env | grep ^MUSEBOT_; echo end; } > \"$MUSEBOT_HOME/dump.txt\"\nforever");
    let variables = [("MUSEBOT_ID", "tuba"), ("MUSEBOT_DIRECTOR", "elsewhere:1"), ("MUSEBOT_LOG", "debug")];
    let _director = Director::play_in(&home.ensemble(&bot("dump", "")), &[], &variables);
    let dump = home.written("dump.txt");
    assert!(!dump.contains("MUSEBOT_ID=") && !dump.contains("MUSEBOT_DIRECTOR="), "{dump}");
    assert!(dump.contains("MUSEBOT_LOG=debug"), "{dump}");
}

#[test]
fn a_control_port_that_is_taken_is_told_apart_from_the_bots_port() {
    let home = Home::new();
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let file = home.ensemble("");
    let output = director(&["play", "--listen", "0", "--control", &port, file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("for commands from other terminals") && said(&output).contains("`--control "));
}

#[test]
fn an_address_that_is_not_ours_is_told_with_what_to_write() {
    let home = Home::new();
    let file = home.ensemble("");
    let output = director(&["play", "--listen", "192.0.2.1:4747", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("no such address (`--listen 0.0.0.0:4747`"), "{}", said(&output));
}

#[test]
fn a_nudge_that_is_too_far_is_told_with_its_bounds() {
    let output = director(&["nudge", "2000"]);
    assert!(said(&output).contains("between -1000 and 1000"), "{}", said(&output));
}

#[test]
fn a_render_that_no_wav_file_could_hold_is_refused_before_it_begins() {
    let home = Home::new();
    let (file, out) = (home.ensemble(""), home.path().join("out"));
    let output = director(&["render", file.to_str().unwrap(), "--bars", "1000000", "--out", out.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("render at most 7200 (--bars)"), "{}", said(&output));
    assert!(!out.exists());
}

/// Takes the 5 s that a bot which beats is given to say hello.
#[test]
fn x6_a_historic_bot_that_says_no_hello_is_left_out_if_the_user_says_so() {
    real_bots();
    let home = Home::new();
    home.beating("hist", "forever");
    let file = home.ensemble(&format!("[[bot]]\nid = \"drums\"\nprogram = \"drums\"\n{}", bot("hist", "")));
    let out = home.path().join("out");
    let begun = Instant::now();
    let words = ["render", file.to_str().unwrap(), "--bars", "1", "--leave-out", "--out", out.to_str().unwrap()];
    let output = director(&words);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("left out hist"), "{}", said(&output));
    assert!(out.join("stems/drums.wav").exists());
    assert!(begun.elapsed() < Duration::from_secs(30));
}
