//! What is conducted on one host holds on all, and bots are started and stopped from any.

use crate::{
    player::{Player, in_order, word},
    process::{Director, wait_until},
    scripts::{children, lives, send_signal},
    stage::{Stage, does, duo, puppet, state},
};
use musebot_protocol::{Arg, Control};
use std::{fs, net::UdpSocket, time::Duration};

const TERM: i32 = 15;

/// The number of the first tick with a tempo.
fn first_at(player: &Player, bpm: f32) -> i32 {
    wait_until(&format!("{bpm} bpm are heard"), || player.ticks().iter().any(|(_, _, tempo)| *tempo == bpm));
    player.ticks().iter().find(|(_, _, tempo)| *tempo == bpm).unwrap().1
}

#[test]
fn tempo_sections_density_and_panic_hold_on_all_hosts_wherever_they_are_given() {
    let stage = Stage::new();
    let sections = "[[section]]\nname = \"verse\"\nbars = 200\n[[section]]\nname = \"chorus\"\nbars = 200\n";
    let studio = stage.lead(&format!("{}{sections}", duo("")));
    let left = stage.join(&studio, "left", &["b"], &[]);
    let (a, b) = (Player::new(&studio, "a@studio"), Player::new(&left, "b@left"));
    b.hears_ticks(20);
    does(&left, &["tempo", "400"]);
    let changes = [first_at(&a, 400.0), first_at(&b, 400.0)];
    assert!((changes[0] - changes[1]).abs() <= 4, "the tempo changes at the same tick, not at {changes:?}");
    does(&left, &["section", "chorus"]);
    let begins = [a.is_told("section", &Arg::Text("chorus".into())), b.is_told("section", &Arg::Text("chorus".into()))];
    assert_eq!(begins[0], begins[1], "the section begins at the same bar line");
    assert_eq!(begins[0] % 64, 0, "and at a bar line");
    a.forgets();
    b.forgets();
    does(&studio, &["section", "verse"]);
    assert_eq!(a.is_told("section", &Arg::Text("verse".into())), b.is_told("section", &Arg::Text("verse".into())));
    does(&left, &["density", "0.25"]);
    a.is_told("density", &Arg::Float(0.25));
    b.is_told("density", &Arg::Float(0.25));
    does(&studio, &["density", "0.75"]);
    b.is_told("density", &Arg::Float(0.75));
    for director in [&left, &studio] {
        a.forgets();
        b.forgets();
        does(director, &["panic"]);
        a.is_told("onoff", &Arg::Int(0));
        b.is_told("onoff", &Arg::Int(0));
        a.has_gain(1.0);
        b.has_gain(1.0);
    }
    in_order(&a.ticks());
    in_order(&b.ticks());
    let (done, _, why) = left.command(&["section", "bridge"]);
    assert!(!done && why.contains("verse"), "the leader's own advice comes back: {why}");
}

/// The only process that a director has started and that lives.
fn process(director: &Director) -> u32 {
    let mut alive = Vec::new();
    wait_until("it runs", || {
        alive = children(director.child.id()).into_iter().filter(|pid| lives(*pid)).collect();
        alive.len() == 1
    });
    alive[0]
}

/// Waits for the word that it is off, and ends its process.
fn goes(player: &Player, process: u32) {
    player.hears(1, "/agent/off\0");
    player.forgets();
    send_signal(process, TERM);
    wait_until("it has gone", || !lives(process));
}

#[test]
fn a_bot_is_stopped_started_and_restarted_from_another_host_and_heard_there() {
    let stage = Stage::new();
    let (studio, left, a, b) = stage.duo();
    let first = process(&left);
    does(&studio, &["stop", "b"]);
    goes(&b, first);
    drop(b);
    a.knows(&["a@studio"]);
    wait_until("it is shown as stopped", || state(&studio, "b@left") == "stopped");
    does(&studio, &["start", "b@left"]);
    let second = process(&left);
    let b = Player::new(&left, "b@left");
    a.knows(&["a@studio", "b@left"]);
    does(&studio, &["restart", "b"]);
    goes(&b, second);
    assert_ne!(process(&left), second);
    // And the other way round.
    let first = process(&studio);
    does(&left, &["restart", "a"]);
    goes(&a, first);
    assert_ne!(process(&studio), first);
    let (done, _, why) = studio.command(&["start", "nobody"]);
    assert!(!done && why.contains("nobody"), "{why}");
}

#[test]
fn who_listens_at_a_terminal_hears_the_bots_of_the_other_host() {
    let stage = Stage::new();
    let (studio, _left, _a, b) = stage.duo();
    let terminal = UdpSocket::bind("127.0.0.1:0").unwrap();
    terminal.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    terminal.send_to(&Control::Listen { on: true }.encode(), ("127.0.0.1", studio.control)).unwrap();
    let said = word("x-b", "b@left", 1);
    let mut buffer = vec![0; 65_535];
    let mut heard = false;
    // Until the satellite knows that a terminal listens, it may keep what no bot wants to itself.
    wait_until("it is heard at the terminal", || {
        b.say(&said);
        while let Ok(length) = terminal.recv(&mut buffer) {
            heard |= buffer[..length] == said;
        }
        heard
    });
}

#[test]
fn a_satellite_starts_only_what_its_own_list_has_whatever_the_leader_says() {
    let stage = Stage::new();
    let evidence = stage.home.path().join("evidence");
    stage.home.script("evil", &format!("touch {}\nexec sleep 1000", evidence.display()));
    let far = |id: &str| {
        let args = evidence.display();
        format!(
            "[[bot]]\nid = \"{id}\"\nprogram = \"./evil\"\nargs = [\"{args}\"]\noutput = \"null\"\nhost = \"left\"\n"
        )
    };
    let toml = format!("wait = 60\n{}{}{}", puppet("a", ""), far("b"), far("d"));
    let studio = stage.lead(&toml);
    let left = stage.join(&studio, "left", &["b"], &[]);
    let said = left.says("`d` is wanted here");
    assert!(said.contains("[[bot]]") && said.contains("--bots"), "{said}");
    let puppet = process(&left);
    let b = Player::new(&left, "b@left");
    b.knows(&["b@left"]);
    let command = || fs::read_to_string(format!("/proc/{puppet}/cmdline")).unwrap();
    wait_until("its own program runs", || command().starts_with("sleep"));
    assert_eq!(children(left.child.id()), [puppet], "and nothing else");
    assert!(!evidence.exists());
}
