//! What is said on one host is heard on the others.

use crate::{
    player::{Player, message, number, osc, word},
    process::{Director, wait_until},
    stage::{Stage, does, duo, puppet, puppet_on, state},
};

/// What bots of all hosts say to each other in these tests begins so.
const SAID: &str = "/broadcast/x-";

/// Messages that are passed on only by who leaves their bytes alone.
fn odd(speaker: &str) -> Vec<Vec<u8>> {
    let id = osc(speaker.as_bytes());
    vec![
        message("/broadcast/x-int", ",si", &[id.clone(), vec![0, 0, 0, 7]].concat()),
        message("/broadcast/x-odd", ",sTFNI", &id),
        message("/broadcast/x-odd", ",shtd", &[id.clone(), vec![1; 24]].concat()),
        message("/broadcast/x-odd", ",sb", &[id.clone(), vec![0, 0, 0, 3, 9, 9, 9, 0]].concat()),
        message("/broadcast/x-odd", ",s[ii]c", &[id.clone(), vec![7; 12]].concat()),
        message("/broadcast/x-deep/er/and/deeper", ",s", &id),
        message("/broadcast/x-*?#$@%{[", ",s", &id),
        message("/broadcast/x-//", ",s", &id),
        message("/broadcast/x-latin1", ",ss", &[id.clone(), osc(b"caf\xe9")].concat()),
        message("/broadcast/x-empty", ",", b""),
        osc(b"/broadcast/x-untagged"),
        message("/broadcast/x-long", ",s", &osc(&vec![b'x'; 60_000])),
        message("/broadcast/x-last", ",s", &id),
    ]
}

/// A leader and two satellites, with a bot each.
fn trio() -> (Stage, [Director; 3], [Player; 3]) {
    let stage = Stage::new();
    let bots = [puppet("a", ""), puppet_on("left", "b"), puppet_on("right", "c")].concat();
    let studio = stage.lead(&format!("wait = 60\ntempo = 120\n{bots}"));
    let left = stage.join(&studio, "left", &["b"], &[]);
    let right = stage.join(&studio, "right", &["c"], &[]);
    let players = [Player::new(&studio, "a@studio"), Player::new(&left, "b@left"), Player::new(&right, "c@right")];
    for player in &players {
        player.knows(&["a@studio", "b@left", "c@right"]);
    }
    (stage, [studio, left, right], players)
}

#[test]
fn bots_of_three_hosts_hear_each_other_once_in_order_and_byte_for_byte() {
    let (_stage, directors, players) = trio();
    let ids = ["a@studio", "b@left", "c@right"];
    for director in &directors {
        wait_until("all are listed everywhere", || ids.iter().all(|id| state(director, id) == "playing"));
        let hosts = does(director, &["hosts"]);
        assert!(["studio", "left", "right"].iter().all(|host| hosts.contains(host)), "{hosts}");
    }
    for (speaker, id) in players.iter().zip(ids) {
        players.iter().for_each(Player::forgets);
        let said = odd(id);
        said.iter().for_each(|datagram| speaker.say(datagram));
        for player in &players {
            player.hears(said.len(), SAID);
        }
        // Whatever comes twice has come by the time that another word has been all the way.
        speaker.say(&word("x-end", id, 0));
        for player in &players {
            player.hears(1, "/broadcast/x-end\0");
            let heard = player.beginning(SAID);
            assert_eq!(heard.len(), said.len() + 1, "each word comes once");
            assert!(heard.iter().zip(&said).all(|(heard, said)| heard == said), "what {id} says comes as it was said");
        }
    }
}

#[test]
fn two_thousand_words_at_once_arrive_on_all_hosts_in_order_with_none_lost() {
    let (_stage, _directors, players) = trio();
    for (speaker, id) in [(&players[1], "b@left"), (&players[0], "a@studio")] {
        players.iter().for_each(Player::forgets);
        let said: Vec<_> = (0..2000).map(|number| word("x-burst", id, number)).collect();
        said.iter().for_each(|datagram| speaker.say(datagram));
        for player in &players {
            let heard = player.hears(said.len(), "/broadcast/x-burst\0");
            assert!(heard == said, "2,000 words in order");
        }
    }
}

#[test]
fn x4_who_comes_to_a_satellite_later_is_told_what_was_said_on_the_leader_before() {
    let stage = Stage::new();
    let studio = stage.lead(&duo(""));
    let a = Player::new(&studio, "a@studio");
    a.knows(&["a@studio"]);
    let said = message("/broadcast/hdensity", ",sf", &[osc(b"a@studio"), 0.5_f32.to_be_bytes().to_vec()].concat());
    a.say(&message("/broadcast/hdensity", ",sf", &[osc(b"a@studio"), 0.1_f32.to_be_bytes().to_vec()].concat()));
    a.say(&said);
    a.hears(2, "/broadcast/hdensity\0");
    let left = stage.join(&studio, "left", &["b"], &[]);
    let b = Player::new(&left, "b@left");
    assert_eq!(b.hears(1, "/broadcast/hdensity\0"), [said], "the last word, and no older one");
    // And what a satellite's bots have said is known to who comes to the leader.
    let said = message("/broadcast/vdensity", ",sf", &[osc(b"b@left"), 0.5_f32.to_be_bytes().to_vec()].concat());
    b.say(&said);
    a.hears(1, "/broadcast/vdensity\0");
    let guest = Player::new(&studio, "guest");
    assert_eq!(guest.hears(1, "/broadcast/vdensity\0"), [said]);
}

#[test]
fn two_ensembles_with_two_keys_on_one_machine_do_not_hear_each_other() {
    let stages = [Stage::new(), Stage::new()];
    let studios: Vec<_> = stages.iter().map(|stage| stage.lead(&duo(""))).collect();
    let lefts: Vec<_> = stages.iter().zip(&studios).map(|(s, studio)| s.join(studio, "left", &["b"], &[])).collect();
    let a: Vec<_> = studios.iter().map(|studio| Player::new(studio, "a@studio")).collect();
    let b: Vec<_> = lefts.iter().map(|left| Player::new(left, "b@left")).collect();
    for player in a.iter().chain(&b) {
        player.knows(&["a@studio", "b@left"]);
    }
    for n in [0, 1] {
        a[n].say(&word("x-a", "a@studio", n as i32));
        b[n].say(&word("x-b", "b@left", n as i32));
    }
    for n in [0, 1] {
        for player in [&a[n], &b[n]] {
            let heard = [player.hears(1, "/broadcast/x-a\0"), player.hears(1, "/broadcast/x-b\0")].concat();
            assert_eq!(heard, [word("x-a", "a@studio", n as i32), word("x-b", "b@left", n as i32)]);
        }
    }
}

/// The ticks after which something was heard.
fn ticks_before(player: &Player, begins: &str) -> Vec<i32> {
    let mut last = 0;
    let heard = player.heard();
    let ticks = heard.iter().filter_map(|(_, datagram)| {
        last = number(datagram).unwrap_or(last);
        datagram.starts_with(begins.as_bytes()).then_some(last)
    });
    ticks.collect()
}

#[test]
fn hosts_that_are_far_apart_hear_each_other_exactly_one_phrase_late() {
    let stage = Stage::new();
    let toml = duo("phraselength = 1\n[network]\ndelay = { phrases = 1 }").replace("tempo = 300", "tempo = 150");
    let studio = stage.lead(&toml);
    let left = stage.join(&studio, "left", &["b"], &[]);
    let (a, b) = (Player::new(&studio, "a@studio"), Player::new(&left, "b@left"));
    a.knows(&["a@studio", "b@left"]);
    b.hears_ticks(20);
    for number in 0..6 {
        a.say(&word("x-a", "a@studio", number));
        b.say(&word("x-b", "b@left", number));
        a.hears_ticks(7);
    }
    for (near, far, begins) in [(&a, &b, "/broadcast/x-a\0"), (&b, &a, "/broadcast/x-b\0")] {
        far.hears(6, begins);
        // At home it is heard after its own tick; far away before the same one of the next phrase.
        let mut late: Vec<_> =
            ticks_before(near, begins).iter().zip(ticks_before(far, begins)).map(|(n, f)| f + 1 - n).collect();
        late.sort_unstable();
        assert!(late[0] >= 61 && late[5] <= 67 && (63..=65).contains(&late[3]), "{late:?} ticks late, not 64");
    }
}
