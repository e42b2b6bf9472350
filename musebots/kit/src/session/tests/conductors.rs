//! The five conductors of the world on virtual time: what keeps a bot with each of them for as long
//! as a concert lasts, and what it does when one repeats itself, or never does.

use super::*;

/// How a conductor keeps its bots.
struct Keeps {
    name: &'static str,
    /// Seconds from list to list.
    every: f64,
    /// The list as it travels; none if it sends none while it knows nobody.
    list: fn(&[String]) -> Option<Vec<u8>>,
    first_tick: i64,
}

const CONDUCTORS: [Keeps; 5] = [
    Keeps { name: "Java", every: 5.0, list: separate, first_tick: 0 },
    Keeps { name: "AE", every: 5.0, list: joined, first_tick: 1 },
    Keeps { name: "BC", every: 5.0, list: joined, first_tick: 1 },
    Keeps { name: "YC", every: 1.0, list: joined, first_tick: 0 },
    Keeps { name: "MH", every: 5.0, list: separate, first_tick: 1 },
];

fn separate(names: &[String]) -> Option<Vec<u8>> {
    Some(ToBot::AgentList(names.to_vec()).encode())
}

fn joined(names: &[String]) -> Option<Vec<u8>> {
    (!names.is_empty()).then(|| ToBot::agent_list_joined(names))
}

/// Bare ticks at 120 bpm and lists in between, for so many seconds.
fn plays_under(play: &mut Stageplay, conductor: &Keeps, names: &[String], seconds: f64, tick: &mut i64) {
    let end = play.now + seconds;
    let mut list_at = play.now;
    while play.now < end && !play.exited() {
        if play.now >= list_at {
            list_at += conductor.every;
            if let Some(list) = (conductor.list)(names) {
                play.hear_bytes(&list);
            }
        }
        play.hear(&ToBot::Time { tempo: Tempo::default(), tick: Tick(*tick) });
        *tick += 1;
        play.until(play.now + 1.0 / 32.0);
    }
}

#[test]
fn b11_b12_every_conductors_list_keeps_a_bot_and_30_s_after_the_last_it_goes() {
    let names = ["parrot", "ae_BeatBOT"].map(str::to_owned);
    for conductor in &CONDUCTORS {
        let (mut play, mut tick) = (Stageplay::new(OnExiting::Auto), conductor.first_tick);
        plays_under(&mut play, conductor, &names, 300.0, &mut tick);
        assert_eq!(play.fade(), None, "{} keeps it", conductor.name);
        assert!(play.begun() >= 590, "{}: {} notes in five minutes", conductor.name, play.begun());
        // The conductor is gone, though somebody else goes on ticking.
        let silent = Keeps { every: f64::INFINITY, list: |_| None, ..*conductor };
        plays_under(&mut play, &silent, &names, 60.0, &mut tick);
        let (at, _, why) = play.fade().unwrap();
        assert!((300.0 - conductor.every + 29.9..=330.1).contains(&at), "{}: it left at {at}", conductor.name);
        assert!(why == Why::Abandoned && play.exited());
    }
}

#[test]
fn b11_an_empty_list_is_a_sign_of_life_too() {
    let (mut play, mut tick) = (Stageplay::new(OnExiting::Auto), 0);
    plays_under(&mut play, &CONDUCTORS[0], &[], 120.0, &mut tick);
    assert_eq!(play.fade(), None);
}

#[test]
fn b12_where_nobody_is_listed_because_none_is_sent_it_goes_after_30_s() {
    let (mut play, mut tick) = (Stageplay::new(OnExiting::Auto), 1);
    plays_under(&mut play, &CONDUCTORS[1], &[], 60.0, &mut tick);
    assert!((30.0..30.1).contains(&play.fade().unwrap().0));
}

#[test]
fn b27_what_comes_twice_counts_once() {
    let [once, twice] = [1, 2].map(|times| {
        let mut play = Stageplay::new(OnExiting::Auto);
        let names = ["parrot".to_owned()];
        let hear = |play: &mut Stageplay, message: &ToBot| (0..times).for_each(|_| play.hear(message));
        hear(&mut play, &ToBot::AgentList(names.to_vec()));
        hear(&mut play, &ToBot::Meter(Meter::new(3, 4).unwrap()));
        hear(&mut play, &ToBot::Gain(Gain::new(0.5).unwrap(), None));
        for tick in 0..480 {
            hear(&mut play, &ToBot::Time { tempo: Tempo::default(), tick: Tick(tick) });
            if tick == 100 {
                hear(&mut play, &ToBot::Broadcast(Broadcast::new("phraselength", "drums", 4)));
            }
            play.until(play.now + 1.0 / 32.0);
        }
        hear(&mut play, &ToBot::Off { frames: None });
        play.until(play.now + 10.0);
        play
    });
    assert_eq!(once.cues(), twice.cues());
    assert!(once.begun() >= 30 && once.said_of("bar") >= 10);
    assert_eq!(once.said_of("bar"), twice.said_of("bar"));
    let fades = |play: &Stageplay| play.actions.iter().filter(|(_, a)| matches!(a, Action::Fade(..))).count();
    assert_eq!((fades(&once), fades(&twice)), (1, 1));
    assert_eq!(once.fade(), twice.fade());
    let exits = |play: &Stageplay| play.actions.iter().filter(|(_, a)| *a == Action::Exit).count();
    assert!(exits(&once) >= 1 && exits(&twice) >= 1);
}

#[test]
fn b27_what_was_said_once_holds_though_no_repeat_ever_comes() {
    let mut play = Stageplay::new(OnExiting::Auto);
    play.broadcast("tala", "drums", [3, 3, 2, 2, 2]);
    for tick in 0..48 * 50 {
        if tick % 160 == 0 {
            play.hear(&ToBot::AgentList(vec!["parrot".into()]));
        }
        play.hear(&ToBot::Time { tempo: Tempo::default(), tick: Tick(tick) });
        play.until(play.now + 1.0 / 32.0);
    }
    // Twelve sixteenths to the bar, from the first to the last.
    assert_eq!(play.said_of("bar"), 50);
}
