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
use musebot_protocol::{Control, Reply, Said, Tick, messages};
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
fn a_terminal_that_stands_still_holds_up_nobody() {
    let home = Home::new();
    // More than any pipe holds, before it says that it is done.
    home.script(
        "chatter",
        "line=$(printf '%01000d' 0)\nfor n in $(seq 3000); do echo \"$line\"; done\n\
         echo done > \"$MUSEBOT_HOME/done.txt\"\nexec sleep 60\n",
    );
    let free = || UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let (port, control) = (free(), free());
    let mut command = Command::new(env!("CARGO_BIN_EXE_director"));
    command.args(["play", "--listen", &port, "--control", &control]).arg(home.ensemble(&bot("chatter", "")));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    // Nobody reads its stderr from here on.
    process::wait_until("all was said", || home.path().join("done.txt").exists());
    let answer = director(&["get", "tempo", "--port", &port, "--control", &control]);
    assert_eq!(String::from_utf8_lossy(&answer.stdout).trim(), "120", "{}", said(&answer));
    scripts::send_signal(child.id(), 2);
    process::wait_until("it is told off", || {
        let bots = director(&["bots", "--port", &port, "--control", &control]);
        String::from_utf8_lossy(&bots.stdout).contains("ending")
    });
    scripts::send_signal(child.id(), 2);
    process::wait_until("it ends", || child.try_wait().unwrap().is_some());
    assert_eq!(child.wait().unwrap().code(), Some(130));
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

/// Sends a datagram to a control port; the answer, if there is one.
fn ask(director: &Director, datagram: &[u8]) -> Option<Reply> {
    let terminal = UdpSocket::bind("127.0.0.1:0").unwrap();
    terminal.send_to(datagram, ("127.0.0.1", director.control)).unwrap();
    // Whatever is not answered, the next question is.
    terminal.send_to(&Control::Get { what: "name".into() }.encode(), ("127.0.0.1", director.control)).unwrap();
    terminal.set_read_timeout(Some(process::PATIENCE)).unwrap();
    let mut buffer = [0; 2048];
    let length = terminal.recv(&mut buffer).unwrap();
    let answer = Reply::decode(&messages(&buffer[..length]).next().unwrap().unwrap()).unwrap();
    Some(answer).filter(|answer| !matches!(answer, Reply::Value(..)))
}

#[test]
fn x7_a_command_that_cannot_be_read_is_answered_by_its_name_with_what_it_takes() {
    let home = Home::new();
    let director = Director::play(&home.ensemble(""), &[]);
    let answer = ask(&director, b"/director/tempo\0,f\0\0\x40\xa0\0\0");
    let Some(Reply::Error(name, advice)) = answer else { panic!("{answer:?}") };
    assert!(name == "tempo" && advice.contains("from 10 to 999"), "{name}: {advice}");
}

#[test]
fn x7_an_answer_is_not_answered() {
    let home = Home::new();
    let director = Director::play(&home.ensemble(""), &[]);
    assert_eq!(ask(&director, &Reply::Error("?".into(), "what?".into()).encode()), None);
}

/// Takes the 2 s after which a silent director is asked.
#[test]
fn x7_who_watches_is_told_when_the_director_has_gone() {
    let home = Home::new();
    let director = Director::play(&home.ensemble(""), &[]);
    let watch = Command::new(env!("CARGO_BIN_EXE_director"))
        .args(["watch", "tempo", "--control", &director.control.to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut watch = watch.unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(watch.stdout.take().unwrap()), &mut line).unwrap();
    assert_eq!(line, "120\n");
    scripts::send_signal(director.child.id(), 9);
    let output = watch.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("the director has gone"), "{}", said(&output));
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
