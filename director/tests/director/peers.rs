//! What others, who have the key, can make a leader do: no more than so much, on virtual time.

use super::{
    hosts::{FILE, Hosts, host},
    rig::{Done, Rig},
};
use director::{
    event::{Event, Tone},
    network::word::{HostState, Word},
};
use musebot_protocol::{Control, Gain};

/// As many hosts as are let in.
const MOST: usize = 1024;

fn log(text: &str) -> Word {
    Word::Log { tone: "warning".into(), text: text.into() }
}

fn says(leader: &mut Rig, name: &str, word: Word) {
    leader.event(Event::Letter { host: host(name), from: 7, at: None, word: Box::new(word) });
}

/// So many hosts ask to be let in: `h0`, `h1` and so on.
fn flood(leader: &mut Rig, many: usize) {
    for n in 0..many {
        says(leader, &format!("h{n}"), Word::hello());
    }
}

/// How many lines with these words are printed.
fn printed(rig: &Rig, words: &str) -> usize {
    rig.log.iter().filter(|(_, done)| matches!(done, Done::Say(_, what) if what.contains(words))).count()
}

/// How often this name is welcomed.
fn welcomes(rig: &Rig, name: &str) -> usize {
    let its = |(to, word): &&(_, Word)| *to == Some(host(name)) && matches!(word, Word::Welcome(_));
    rig.letters.iter().filter(its).count()
}

#[test]
fn a_host_too_many_is_refused_and_told_what_to_do() {
    let mut leader = Hosts::alone(FILE).leader;
    flood(&mut leader, MOST);
    leader.run(0.1);
    for n in 0..MOST {
        says(&mut leader, &format!("h{n}"), Word::State(Box::default()));
    }
    says(&mut leader, "late", Word::hello());
    let why = leader.log.iter().find_map(|(_, done)| if let Done::Refused(why) = done { Some(why) } else { None });
    assert!(why.is_some_and(|why| why.contains("too many machines") && why.contains("director hosts")), "{why:?}");
    assert_eq!(welcomes(&leader, "late"), 0);
    says(&mut leader, "h5", Word::Bye);
    says(&mut leader, "late", Word::hello());
    assert_eq!(welcomes(&leader, "late"), 1, "there is room again");
}

#[test]
fn names_without_end_that_only_ask_take_no_place_from_a_host_that_plays() {
    let mut hosts = Hosts::joined(FILE, 2.0);
    hosts.run(1.0);
    flood(&mut hosts.leader, 3 * MOST);
    assert_eq!(hosts.leader.director.hosts().len(), MOST + 1);
    let here = hosts.leader.director.hosts().into_iter().any(|there| there.name == "far" && there.state == "here");
    assert!(here, "far has been forgotten");
    says(&mut hosts.leader, "late", Word::hello());
    assert_eq!(welcomes(&hosts.leader, "late"), 1);
    let dismissed = hosts.leader.log.iter().filter(|(_, done)| matches!(done, Done::Dismissed(_))).count();
    assert_eq!(dismissed, 2 * MOST + 2, "whoever is forgotten is told the time no more");
}

#[test]
fn a_host_that_was_forgotten_while_it_was_away_is_let_in_again_as_soon_as_it_says_how_it_is() {
    let mut hosts = Hosts::joined(FILE, 2.0);
    hosts.link("far", false);
    hosts.run(3.0);
    flood(&mut hosts.leader, MOST);
    assert!(hosts.leader.log.iter().any(|(_, done)| *done == Done::Dismissed("far".into())));
    hosts.leader.letters.clear();
    hosts.tell_leader("far", Word::State(Box::default()));
    assert_eq!(welcomes(&hosts.leader, "far"), 1);
    assert!(hosts.leader.director.hosts().iter().any(|there| there.name == "far" && there.state == "here"));
}

#[test]
fn a_host_that_leaves_is_told_the_time_no_more() {
    let mut hosts = Hosts::joined(FILE, 2.0);
    hosts.tell_leader("far", Word::Bye);
    let dismissed = |(_, done): &(f64, Done)| *done == Done::Dismissed("far".into());
    assert_eq!(hosts.leader.log.iter().filter(|done| dismissed(done)).count(), 1);
}

#[test]
fn who_asks_again_and_again_is_welcomed_about_once_a_second() {
    let mut leader = Hosts::alone(FILE).leader;
    for _ in 0..100 {
        says(&mut leader, "left", Word::hello());
        leader.run(0.02);
    }
    let welcomed = welcomes(&leader, "left");
    assert!((2..=3).contains(&welcomed), "{welcomed} times in 2 s");
}

#[test]
fn words_of_a_host_that_was_not_let_in_print_nothing_and_do_nothing() {
    let mut leader = Hosts::alone(FILE).leader;
    let before = leader.log.len();
    says(&mut leader, "left", log("look at me"));
    says(&mut leader, "left", Word::Mix(Control::Master { gain: Gain::clamped(0.1), over: None }.encode()));
    says(&mut leader, "left", Word::Ask { ticket: 1, control: Control::Panic.encode() });
    says(&mut leader, "left", Word::Bye);
    assert_eq!(leader.log.len(), before, "{:?}", &leader.log[before..]);
    assert_ne!(leader.director.master(leader.now), Gain::clamped(0.1));
}

#[test]
fn a_host_that_talks_without_end_prints_a_few_lines_and_then_one_of_how_many_were_left_out() {
    let mut hosts = Hosts::joined(FILE, 15.0);
    hosts.run(11.0);
    for _ in 0..1000 {
        hosts.tell_leader("far", log("look at me"));
    }
    assert_eq!(printed(&hosts.leader, "far: look at me"), 20);
    hosts.run(10.5);
    assert_eq!(printed(&hosts.leader, "980 more line(s)"), 1);
    hosts.tell_leader("far", log("once more"));
    assert_eq!(printed(&hosts.leader, "far: once more"), 1);
}

#[test]
fn names_without_end_print_a_few_lines_whatever_becomes_of_them() {
    let mut hosts = Hosts::joined(FILE, 2.0);
    let before = hosts.leader.log.len();
    for n in 0..500 {
        says(&mut hosts.leader, &format!("h{n}"), Word::hello());
        says(&mut hosts.leader, &format!("old{n}"), Word::hello());
    }
    hosts.run(5.0);
    let lines = hosts.leader.log[before..].iter().filter(|(_, done)| matches!(done, Done::Say(..))).count();
    assert!(lines < 100, "{lines} lines");
    hosts.tell_leader("far", log("a bot has died"));
    assert_eq!(printed(&hosts.leader, "far: a bot has died"), 1, "who plays is heard all the same");
}

#[test]
fn a_satellite_that_misses_another_says_so_on_its_own_screen_alone() {
    let mut hosts = Hosts::joined(FILE, 2.0);
    let word = Box::new(Word::State(Box::default()));
    hosts.far().event(Event::Letter { host: host("left"), from: 4, at: None, word });
    hosts.run(4.0);
    assert!(hosts.far().told(Tone::Warning).iter().any(|what| what.starts_with("left is out of reach")));
    assert_eq!(printed(&hosts.leader, "left is out of reach"), 0, "the leader has eyes of its own");
}

#[test]
fn who_talks_without_end_prints_a_few_lines_on_a_satellite_too() {
    let mut hosts = Hosts::joined(FILE, 3.0);
    let far = hosts.far();
    for n in 0..500 {
        says(far, "right", log(&format!("look at me {n}")));
    }
    assert_eq!(printed(far, "look at me"), 20);
    far.run(11.0);
    assert_eq!(printed(far, "480 more line(s) of other machines are left out"), 1);
}

#[test]
fn what_strangers_make_the_leader_print_is_printed_there_alone() {
    let mut leader = Hosts::alone(FILE).leader;
    flood(&mut leader, MOST);
    leader.run(11.0);
    for n in 0..MOST {
        says(&mut leader, &format!("h{n}"), Word::State(Box::default()));
    }
    for n in 0..100 {
        says(&mut leader, &format!("late{n}"), Word::hello());
    }
    assert!(printed(&leader, "is not let in") > 0);
    let told = leader.letters.iter().filter(|(_, word)| matches!(word, Word::Log { .. })).count();
    assert_eq!(told, 0, "nobody else is told");
}

#[test]
fn a_third_host_whose_words_never_come_to_what_it_says_costs_few_welcomes() {
    let mut hosts = Hosts::joined(FILE, 3.0);
    let mut asked = 0;
    for said in 1..=30 {
        let far = hosts.far();
        says(far, "right", Word::State(Box::new(HostState { said: said * 7, ..HostState::default() })));
        far.run(0.04);
        asked += far.letters.iter().filter(|(_, word)| matches!(word, Word::Hello { .. })).count();
        hosts.run(0.46);
    }
    assert_eq!(asked, 2, "at once, and ten seconds later");
}
