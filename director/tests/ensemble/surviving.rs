//! What the band survives: a player that is killed, one that hangs, a director that is stopped,
//! and players who come by themselves.

use crate::{
    playing::trio,
    process::{Director, Home, real_bots, wait_so_long, wait_until},
    scripts::{children, lives, send_signal},
    socket_bot::Bot,
};
use musebot_protocol::{Broadcast, messages};
use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const CONT: i32 = 18;
const KILL: i32 = 9;
const STOP: i32 = 19;

/// A guest that listens.
fn ear(director: &Director) -> Bot {
    let ear = Bot::new("ear", ([127, 0, 0, 1], director.port).into());
    ear.beat();
    ear.hear_one(b"/mc/hello\0");
    ear
}

/// Waits until a bot says something to all.
fn hears(ear: &Bot, speaker: &str) {
    ear.hear(|heard| {
        let all = heard.last().into_iter().flat_map(|d| messages(d)).flatten();
        all.filter(|m| m.topic().is_some()).any(|m| Broadcast::decode(&m).is_ok_and(|b| b.speaker == speaker))
    });
}

/// The process of a bot of the file, by its place there.
fn process(director: &Director, bot: &str) -> u32 {
    let command = |pid: &u32| std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    children(director.child.id()).into_iter().find(|pid| command(pid).trim() == bot).expect("its process")
}

#[test]
fn a_player_that_is_killed_is_back_soon_and_the_others_play_on() {
    let (_home, director) = trio("");
    let ear = ear(&director);
    let others = [process(&director, "melody"), process(&director, "bass")];
    let drums = process(&director, "drums");
    send_signal(drums, KILL);
    let card = director.says("drums has died");
    assert!(card.contains("signal 9 (SIGKILL") && card.contains("starting it again in 0.25 s (restart 1)"), "{card}");
    wait_until("it runs again", || children(director.child.id()).len() == 3);
    director.plays(&["melody", "bass", "drums"]);
    hears(&ear, "drums");
    assert!(others.iter().all(|pid| lives(*pid)));
}

/// Takes 17 s: 8 s of silence, 7 s after its off, 2 s after its SIGTERM.
#[test]
fn x1_a_player_that_hangs_is_ended_and_started_again() {
    let (_home, director) = trio("");
    let bass = process(&director, "bass");
    send_signal(bass, STOP);
    wait_until("it is given up", || !lives(bass));
    for words in ["bass has been silent for 8 s", "sending SIGTERM", "killing it", "it had fallen silent"] {
        director.says(words);
    }
    wait_until("it runs again", || children(director.child.id()).len() == 3);
    director.plays(&["bass"]);
}

#[test]
fn a_director_that_was_stopped_goes_on_where_it_was_without_a_hail_of_ticks() {
    let home = Home::new();
    let director = Director::play(&home.ensemble("tempo = 300"), &[]);
    let ear = ear(&director);
    let tick = |d: &Vec<u8>| d.starts_with(b"/mc/time\0").then(|| i32::from_be_bytes(d[20..24].try_into().unwrap()));
    let ticks = |many: usize| -> Vec<i32> {
        let heard = ear.hear(|heard| heard.iter().filter_map(tick).count() >= many);
        heard.iter().filter_map(tick).collect()
    };
    let mut all = ticks(20);
    director.signal(STOP);
    let stopped = Instant::now();
    wait_until("3 s have passed", || stopped.elapsed() > Duration::from_secs(3));
    director.signal(CONT);
    all.extend(ticks(1));
    let begun = Instant::now();
    all.extend(ticks(80)); // 1 s at 300 bpm; those of 3 s would come at once
    assert!(begun.elapsed() > Duration::from_millis(500), "a hail of ticks");
    for pair in all.windows(2) {
        assert_eq!(pair[1], pair[0] + 1, "a tick is missing");
    }
    director.says("the music goes on from where it was");
}

/// A bot that somebody starts by hand, in a folder where no config.txt is.
struct ByHand(Child, #[expect(dead_code, reason = "the folder lives as long as the bot")] Home);

impl ByHand {
    fn start(director: &Director, program: &str, id: &str) -> Self {
        let home = Home::new();
        let path = std::path::Path::new(env!("CARGO_BIN_EXE_director")).with_file_name(program);
        let child = Command::new(path)
            .args(["--id", id, "--output", "null", "--director", &format!("localhost:{}", director.port)])
            .current_dir(home.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self(child, home)
    }
}

impl Drop for ByHand {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn x1_real_bots_join_by_themselves_play_together_and_go_when_told_off() {
    real_bots();
    let home = Home::new();
    let director = Director::play(&home.ensemble("tempo = 240"), &[]);
    let mut guests = [("drums", "drums"), ("bass", "low"), ("bass", "low")]
        .map(|(program, id)| ByHand::start(&director, program, id));
    director.plays(&["drums", "low", "low_2"]);
    director.says("a second `low` has joined");
    hears(&ear(&director), "drums");
    assert!(director.command(&["stop", "low_2"]).0);
    wait_until("one of the two has gone", || guests[1..].iter_mut().any(|g| g.0.try_wait().unwrap().is_some()));
    assert!(director.command(&["quit"]).0);
    for guest in &mut guests {
        let mut code = None;
        wait_so_long(Duration::from_secs(10), "a guest goes", || {
            code = guest.0.try_wait().unwrap();
            code.is_some()
        });
        assert_eq!(code.unwrap().code(), Some(0));
    }
    assert_eq!(director.ends().0.code(), Some(0));
}
