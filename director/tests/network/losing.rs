//! Hosts that are lost: the others say so, and play on.

use crate::{
    player::{Player, in_order},
    process::{Director, wait_until},
    scripts::{children, send_signal},
    stage::{Stage, address, asks_whoever_is_there, does, duo, puppet, puppet_on, state},
};
use std::time::{Duration, Instant};

const CONT: i32 = 18;
const KILL: i32 = 9;
const STOP: i32 = 19;
const TERM: i32 = 15;

/// Two seconds, and what a loaded machine takes.
const NOTICED: Duration = Duration::from_secs(4);

#[test]
fn a_satellite_that_is_killed_is_missed_soon_and_its_bots_are_back_with_it() {
    let stage = Stage::new();
    let (studio, left, a, b) = stage.duo();
    left.signal(KILL);
    drop((left.ends(), b));
    studio.says_within(NOTICED, "left is out of reach");
    a.knows(&["a@studio"]);
    wait_until("it is shown as lost", || {
        does(&studio, &["hosts"]).lines().any(|l| l.starts_with("left") && l.contains("lost"))
    });
    let left = stage.join(&studio, "left", &["b"], &[]);
    let b = Player::new(&left, "b@left");
    a.knows(&["a@studio", "b@left"]);
    wait_until("it plays again", || state(&studio, "b@left") == "playing");
    b.hears_ticks(20);
    in_order(&a.ticks());
    in_order(&b.ticks());
    let last = |player: &Player| player.ticks().last().map_or(0, |tick| tick.1);
    assert!((last(&a) - last(&b)).abs() < 20, "both are at the same place");
}

#[test]
fn a_bot_for_any_host_plays_on_another_when_its_own_is_killed_and_is_not_played_twice() {
    let stage = Stage::new();
    let studio = stage.lead(&format!("wait = 60\ntempo = 300\n{}{}", puppet("a", ""), puppet_on("any", "b")));
    let left = stage.join(&studio, "left", &["b"], &[]);
    let right = stage.join(&studio, "right", &["b"], &[]);
    studio.says("b plays on left from now on");
    let (a, b) = (Player::new(&studio, "a@studio"), Player::new(&left, "b@left"));
    a.knows(&["a@studio", "b@left"]);
    left.signal(KILL);
    drop((left.ends(), b));
    studio.says("b plays on right from now on");
    wait_until("its process runs there", || children(right.child.id()).len() == 1);
    let b = Player::new(&right, "b@right");
    a.knows(&["a@studio", "b@right"]);
    b.hears_ticks(20);
    wait_until("it plays", || state(&studio, "b@right") == "playing");
    let left = stage.join(&studio, "left", &["b"], &[]);
    left.says("studio leads");
    wait_until("the lost one is back", || {
        does(&studio, &["hosts"]).lines().any(|line| line.starts_with("left") && line.contains(" here"))
    });
    a.knows(&["a@studio", "b@right"]);
    assert_eq!(children(left.child.id()), Vec::<u32>::new(), "it has lost its bot");
    in_order(&b.ticks());
}

#[test]
fn without_its_leader_a_satellite_plays_on_in_time_and_joins_the_one_that_takes_its_place() {
    let stage = Stage::new();
    let studio = stage.lead(&duo(""));
    let mut left = stage.join(&studio, "left", &["b"], &[]);
    let a = Player::new(&studio, "a@studio");
    let b = Player::new(&left, "b@left");
    b.knows(&["a@studio", "b@left"]);
    b.hears_ticks(10);
    let at = address(&studio);
    studio.signal(KILL);
    drop((studio.ends(), a));
    let line = left.says_within(NOTICED, "is out of reach");
    assert!(line.contains("studio") && line.contains("playing on"), "{line}");
    b.knows(&["b@left"]);
    b.hears_ticks(80);
    in_order(&b.ticks());
    // 12.5 ms each: neither a gap nor a hail.
    let ticks = b.ticks();
    let longest = ticks.windows(2).map(|t| t[1].0.duration_since(t[0].0)).max().unwrap();
    assert!(longest < Duration::from_millis(200), "a gap of {longest:?}");
    // Another one leads there, at another tempo; its ticks begin at 0.
    let puppet = children(left.child.id())[0];
    let studio = stage.lead_at(&at, &duo("").replace("tempo = 300", "tempo = 200"));
    let a = Player::new(&studio, "a@studio");
    left.says("studio has been started again");
    b.hears(1, "/agent/off\0");
    in_order(&b.ticks());
    send_signal(puppet, TERM);
    wait_until("it has joined anew", || left.said().matches("listening on ").count() == 2);
    let line = left.said().lines().rfind(|line| line.contains("listening on ")).unwrap().to_owned();
    left.port = line.split("127.0.0.1:").nth(1).unwrap().split(',').next().unwrap().parse().unwrap();
    drop(b);
    let b = Player::new(&left, "b@left");
    a.knows(&["a@studio", "b@left"]);
    b.hears_ticks(20);
    in_order(&b.ticks());
    let last = |player: &Player| *player.ticks().last().unwrap();
    assert_eq!(last(&b).2, 200.0);
    assert!((last(&a).1 - last(&b).1).abs() < 20, "both are at the same place");
}

#[test]
fn an_announced_leader_that_is_started_again_at_another_address_is_found_there() {
    let stage = Stage::new();
    let studio = stage.lead_with(&["--open", "127.0.0.1:0", "--announce"], &duo(""));
    let left = Director::start(asks_whoever_is_there("left", &stage.key));
    left.says("studio leads");
    left.says("listening on ");
    studio.signal(KILL);
    drop(studio.ends());
    left.says_within(NOTICED, "is out of reach");
    let studio = stage.lead_with(&["--open", "127.0.0.2:0", "--announce"], &duo(""));
    studio.says("left has joined");
    left.says("studio has been started again");
    wait_until("it is shown where it is now", || {
        does(&studio, &["hosts"]).lines().any(|line| line.starts_with("left") && line.contains(" here"))
    });
}

#[test]
fn a_satellite_ends_with_its_leader_where_the_file_says_so() {
    let stage = Stage::new();
    let studio = stage.lead("wait = 60\ntempo = 300\n[network]\non-leader-loss = \"end\"\n");
    let left = stage.join(&studio, "left", &[], &[]);
    studio.signal(KILL);
    let begun = Instant::now();
    let (status, said) = left.ends();
    assert!(said.contains("on-leader-loss") && begun.elapsed() < NOTICED * 2, "{said}");
    assert!(status.code().is_some());
}

/// A satellite that stands still for a while, as a laptop that sleeps; meanwhile the others go elsewhere.
#[test]
fn a_satellite_that_stood_still_goes_on_where_the_others_are_in_their_tempo() {
    let stage = Stage::new();
    let (studio, left, a, b) = stage.duo();
    left.signal(STOP);
    studio.says_within(NOTICED, "left is out of reach");
    a.knows(&["a@studio"]);
    does(&studio, &["tempo", "200"]);
    does(&studio, &["gain", "b@left", "0.5"]);
    left.signal(CONT);
    left.says("studio is back");
    a.knows(&["a@studio", "b@left"]);
    b.has_gain(0.5);
    wait_until("it plays in the new tempo", || b.ticks().last().is_some_and(|tick| tick.2 == 200.0));
    b.hears_ticks(60);
    let ticks = b.ticks();
    assert!(ticks.windows(2).all(|t| t[1].1 > t[0].1), "no tick comes twice");
    in_order(&a.ticks());
    let last = |player: &Player| player.ticks().last().unwrap().1;
    assert!((last(&a) - last(&b)).abs() < 20, "both are at the same place: {} and {}", last(&a), last(&b));
}

/// A leader that stands still for a while, as a laptop that sleeps.
#[test]
fn a_leader_that_stood_still_goes_on_where_the_satellite_is() {
    let stage = Stage::new();
    let studio = stage.lead(&duo(""));
    let left = stage.join(&studio, "left", &["b"], &[]);
    let (a, b) = (Player::new(&studio, "a@studio"), Player::new(&left, "b@left"));
    b.knows(&["a@studio", "b@left"]);
    b.hears_ticks(10);
    studio.signal(STOP);
    left.says_within(NOTICED, "is out of reach");
    b.hears_ticks(80);
    studio.signal(CONT);
    left.says("studio is back");
    b.hears_ticks(100);
    in_order(&b.ticks());
    b.knows(&["a@studio", "b@left"]);
    let ticks = a.ticks();
    assert!(ticks.windows(2).all(|t| t[1].1 > t[0].1), "no tick comes twice");
    let last = |player: &Player| player.ticks().last().unwrap().1;
    assert!((last(&a) - last(&b)).abs() < 20, "both are at the same place: {} and {}", last(&a), last(&b));
}
