//! An ensemble on two machines, on virtual time.

use super::{
    hosts::{FILE, Hosts, LIST, host},
    rig::{Done, Rig},
};
use director::{
    event::{Event, Tone},
    network::word::{FarBot, HostState, Map, Word},
};
use musebot_protocol::{BotId, Control, Gain, Hello, Said, State, ToDirector, messages};
use std::time::Duration;

#[test]
fn a_satellite_plays_its_bots_at_the_leaders_ticks_by_its_own_clock() {
    let mut hosts = Hosts::joined(FILE, 20.0);
    assert!(hosts.apart().abs() < 1e-4, "{}", hosts.apart());
    let near = Hosts::tick(&hosts.leader);
    let far = Hosts::tick(hosts.far());
    assert!((near.0 - far.0).abs() <= 1, "{near:?} {far:?}");
    let names: Vec<_> = hosts.far().director.roster().iter().map(|bot| bot.name.to_string()).collect();
    assert_eq!(names, ["bass@far", "drums@far"], "those for it, and those for any host");
}

#[test]
fn a_bot_has_the_seed_of_its_name_in_the_file_wherever_it_plays() {
    let mut hosts = Hosts::joined(FILE, 1.0);
    let bot = hosts.far().director.roster().get("bass@far").unwrap();
    assert_eq!(bot.entry.as_ref().unwrap().called.as_str(), "bass");
}

#[test]
fn a_change_of_tempo_is_told_early_enough_to_be_everywhere_at_its_tick() {
    let mut hosts = Hosts::joined(FILE, 5.0);
    hosts.leader.ask(Control::Tempo { tempo: musebot_protocol::Tempo::new(90.0).unwrap(), over: None });
    hosts.run(0.1);
    assert!(hosts.apart().abs() < 1e-4, "{}", hosts.apart());
    hosts.run(5.0);
    assert!(hosts.apart().abs() < 1e-4, "{}", hosts.apart());
}

#[test]
fn everybody_is_on_every_list() {
    let mut hosts = Hosts::joined(FILE, 2.0);
    hosts.run(1.0);
    let list = |rig: &Rig| {
        let lists = rig.log.iter().rev().filter_map(|(_, done)| match done {
            Done::Sent(_, text) if text.contains("agentList") => Some(text.clone()),
            _ => None,
        });
        lists.take(1).collect::<String>()
    };
    for rig in [&hosts.leader, &hosts.others["far"].rig] {
        let list = list(rig);
        for name in ["melody@near", "bass@far", "drums@far"] {
            assert!(list.contains(name), "{name} in {list}");
        }
        let shown: Vec<_> = rig.director.view(rig.now).bots.iter().map(|bot| bot.name.to_string()).collect();
        assert_eq!(shown.len(), 3, "{shown:?}");
    }
}

#[test]
fn a_host_with_more_names_than_a_list_carries_costs_the_others_nothing_and_that_is_said_once() {
    let mut hosts = Hosts::alone(FILE);
    let playing = || FarBot { state: "playing".into(), here: true, ..FarBot::default() };
    let bot = |n: usize| FarBot { id: format!("{n:0>250}"), ..playing() };
    for many in [400, 500] {
        let state = HostState { bots: (0..many).map(bot).collect(), link: None, said: 0 };
        hosts.tell_leader("far", Word::State(Box::new(state)));
        hosts.leader.run(0.1);
    }
    let lists = hosts.leader.log.iter().filter_map(|(_, done)| match done {
        Done::Sent(_, text) if text.contains("agentList") => Some(text),
        _ => None,
    });
    let longest = lists.max_by_key(|list| list.len()).unwrap();
    assert!(longest.contains("melody@near") && (60_000..70_000).contains(&longest.len()), "{}", longest.len());
    let warned = hosts.leader.told(Tone::Warning);
    assert!(matches!(warned[..], [why] if why.contains("fit into no datagram")), "{warned:?}");
}

#[test]
fn a_map_that_does_not_come_from_the_leader_ends_nothing() {
    let mut hosts = Hosts::joined(FILE, 2.0);
    let map = Map { origin: 0.0, segments: vec![(0, 0.0, 120.0, 0.03125)], end: Some(1) };
    hosts.tell_leader("far", Word::Map(map));
    hosts.run(5.0);
    assert!(hosts.leader.log.iter().all(|(_, done)| !matches!(done, Done::Finish(_))));
    assert!(!Hosts::said(&hosts.leader, "over"));
    let before = Hosts::tick(&hosts.leader);
    hosts.run(1.0);
    assert!(Hosts::tick(&hosts.leader) > before, "it plays on");
}

#[test]
fn a_fader_that_is_moved_on_one_host_moves_on_all() {
    let mut hosts = Hosts::joined(FILE, 2.0);
    let half = Gain::clamped(0.5);
    assert_eq!(hosts.leader.ask(Control::Gain { who: "bass".into(), gain: half, over: None }), ["ok gain"]);
    hosts.run(0.3);
    let port = hosts.far().ports["bass@far"];
    let sent = |rig: &Rig, port: u16, text: &str| {
        rig.log.iter().any(|(_, done)| matches!(done, Done::Sent(to, what) if *to == port && what.contains(text)))
    };
    assert!(sent(hosts.far(), port, "gain") && sent(hosts.far(), port, "0.5"), "{:#?}", hosts.far().log);
    assert_eq!(hosts.far().ask(Control::Master { gain: half, over: None }), ["ok master"]);
    assert_eq!(hosts.far().ask(Control::Mute { who: "melody".into(), on: true }), ["ok mute"]);
    hosts.run(0.3);
    let view = hosts.leader.director.view(hosts.leader.now);
    assert!(view.bots.iter().any(|bot| &*bot.name == "melody@near" && bot.silenced));
    assert_eq!(hosts.leader.director.master(hosts.leader.now), half);
}

#[test]
fn who_joins_late_finds_the_faders_as_they_stand_and_hears_what_was_said() {
    let mut hosts = Hosts::alone(FILE);
    hosts.leader.ask(Control::Gain { who: "drums".into(), gain: Gain::clamped(0.25), over: None });
    hosts.leader.ask(Control::Density { density: 0.7 });
    let pool = Said::HDensity(0.3).by("melody@near").encode();
    hosts.leader.speaks(hosts.leader.ports["melody@near"], &pool);
    hosts.run(3.0);
    hosts.join("far", LIST);
    hosts.run(1.0);
    let heard: Vec<_> = hosts.far().log.iter().map(|(_, done)| format!("{done:?}")).collect();
    for words in ["hdensity", "/broadcast/density"] {
        assert!(heard.iter().any(|done| done.contains(words)), "{words} in {heard:#?}");
    }
}

#[test]
fn the_leader_alone_changes_tempo_section_and_density_whoever_asks() {
    let mut hosts = Hosts::joined(FILE, 2.0);
    assert!(hosts.far().ask(Control::Section { name: "B".into() }).is_empty(), "it answers once the leader has");
    hosts.run(0.2);
    assert!(hosts.far().log.iter().any(|(_, done)| *done == Done::Reply("ok section".into())));
    hosts.run(3.0);
    let section = |rig: &Rig| rig.director.view(rig.now).section;
    assert_eq!(section(&hosts.leader).as_deref(), Some("B"));
    assert_eq!(section(hosts.far()).as_deref(), Some("B"));
    let begins = |rig: &Rig| {
        let said = rig.log.iter().find_map(|(_, done)| match done {
            Done::Say(Tone::Note, what) => what.strip_prefix("section B at bar ").map(str::to_owned),
            _ => None,
        });
        said.expect("the section is said")
    };
    assert_eq!(begins(&hosts.leader), begins(&hosts.others["far"].rig));
}

#[test]
fn a_bot_is_stopped_and_started_from_anywhere() {
    let mut hosts = Hosts::joined(FILE, 2.0);
    hosts.run(1.0);
    hosts.leader.ask(Control::Stop { bot: "bass".into() });
    hosts.run(9.0);
    assert!(hosts.leader.log.iter().any(|(_, done)| *done == Done::Reply("ok stop".into())));
    let state = |hosts: &mut Hosts| hosts.far().director.roster().get("bass@far").unwrap().state();
    assert_eq!(state(&mut hosts), State::Stopped);
    hosts.leader.ask(Control::Start { bot: "bass@far".into() });
    hosts.run(1.0);
    assert!(matches!(state(&mut hosts), State::Playing | State::Waiting), "{:?}", state(&mut hosts));
}

#[test]
fn a_lost_link_is_noticed_in_two_seconds_both_play_on_and_it_heals_without_a_jump() {
    let mut hosts = Hosts::joined(FILE, 5.0);
    hosts.run(1.0);
    hosts.link("far", false);
    hosts.run(2.6);
    assert!(Hosts::said(&hosts.leader, "far is out of reach"));
    assert!(Hosts::said(hosts.far(), "which leads, is out of reach: playing on"));
    hosts.run(7.4);
    assert!(hosts.apart().abs() < 1e-3, "{}", hosts.apart());
    hosts.link("far", true);
    hosts.run(3.0);
    assert!(Hosts::said(&hosts.leader, "far is back"));
    assert!(Hosts::said(hosts.far(), "near is back"));
    assert!(hosts.apart().abs() < 1e-3, "{}", hosts.apart());
    assert!(!Hosts::said(hosts.far(), "behind"), "nothing has jumped");
}

#[test]
fn who_joined_by_an_address_is_told_that_it_finds_the_leader_nowhere_else() {
    for by_address in [false, true] {
        let mut hosts = Hosts::joined(FILE, 2.0);
        if by_address {
            hosts.far().director.has_joined_by_address();
        }
        hosts.link("far", false);
        hosts.run(2.6);
        assert_eq!(Hosts::said(hosts.far(), "joined by its address"), by_address);
        assert!(Hosts::said(hosts.far(), "playing on"));
    }
}

#[test]
fn where_pings_have_to_take_the_link_both_are_told_once_what_to_open_and_when_they_need_it_no_more() {
    let mut hosts = Hosts::joined(FILE, 3.0);
    let said = |rig: &Rig, words: &str| {
        let says = rig.log.iter().filter(|(_, done)| matches!(done, Done::Say(_, what) if what.contains(words)));
        says.count()
    };
    assert_eq!(said(hosts.far(), "UDP"), 0);
    hosts.in_link = true;
    hosts.run(5.0);
    assert_eq!((said(hosts.far(), "UDP"), said(hosts.far(), "open that port for UDP on near")), (1, 1));
    assert_eq!(said(&hosts.leader, "far: pings to near go through"), 1);
    hosts.in_link = false;
    hosts.run(5.0);
    assert_eq!((said(hosts.far(), "UDP"), said(hosts.far(), "pings go there again")), (2, 1));
}

#[test]
fn each_host_says_where_the_others_are_reached_and_which_it_is_itself_and_no_namesake_changes_that() {
    let mut hosts = Hosts::joined(FILE, 3.0);
    hosts.asks_as_far();
    hosts.run(1.0);
    let told = |rig: &Rig| {
        let hosts = rig.director.hosts();
        hosts.into_iter().map(|host| format!("{} {} {}", host.name, host.address, host.state)).collect::<Vec<_>>()
    };
    assert_eq!(told(&hosts.leader), ["near here leader", "far 10.0.0.2 here"]);
    assert_eq!(told(hosts.far()), ["far here here", "near 10.0.0.1 leader"]);
}

#[test]
fn a_satellite_ends_with_a_lost_leader_where_the_file_says_so() {
    let file = format!("{FILE}\n[network]\non-leader-loss = \"end\"\n");
    let mut hosts = Hosts::joined(&file, 2.0);
    hosts.run(1.0);
    hosts.link("far", false);
    hosts.run(6.0);
    assert!(Hosts::said(hosts.far(), "fading out"));
    assert!(hosts.far().log.iter().any(|(_, done)| matches!(done, Done::Finish(_))));
    assert!(hosts.leader.log.iter().all(|(_, done)| !matches!(done, Done::Finish(_))));
}

#[test]
fn a_second_host_of_one_name_is_refused_while_the_first_is_here() {
    let mut hosts = Hosts::joined(FILE, 2.0);
    hosts.asks_as_far();
    // The first says that it lives; then the second asks again.
    hosts.run(0.8);
    hosts.asks_as_far();
    assert!(hosts.leader.log.iter().any(|(_, done)| matches!(done, Done::Refused(why) if why.contains("--name"))));
}

#[test]
fn a_host_that_was_killed_and_started_again_at_once_is_let_in_when_the_first_is_silent() {
    let mut hosts = Hosts::joined(FILE, 2.0);
    hosts.run(1.0);
    hosts.link("far", false);
    for _ in 0..3 {
        hosts.asks_as_far();
        hosts.run(0.8);
    }
    hosts.asks_as_far();
    assert!(hosts.leader.log.iter().all(|(_, done)| !matches!(done, Done::Refused(_))));
    let said = |done: &Done| matches!(done, Done::Say(_, text) if text.contains("far has joined"));
    assert_eq!(hosts.leader.log.iter().filter(|(_, done)| said(done)).count(), 2);
}

#[test]
fn only_what_somebody_here_listens_to_is_asked_for() {
    let mut hosts = Hosts::joined(FILE, 2.0);
    assert_eq!(hosts.far().topics, None, "who does not say what it listens to hears everything");
    for name in ["bass@far", "drums@far"] {
        let bot = hosts.far().bot(name);
        let (from, port) = ((bot.host, bot.source).into(), bot.port);
        let hello = Hello { receives: vec!["notepool".into(), "onset".into()], ..Hello::default() };
        let message = ToDirector::Hello { id: BotId::new(name).unwrap(), port, hello };
        hosts.far().event(Event::Heard { from, message });
    }
    hosts.run(0.1);
    let topics = hosts.far().topics.clone().expect("they have all said what they listen to");
    for topic in ["notepool", "onset", "text", "exiting", "hdensity"] {
        assert!(topics.iter().any(|asked| asked == topic), "{topic} of {topics:?}");
    }
    assert!(topics.iter().all(|topic| topic != "centroid"), "{topics:?}");
}

#[test]
fn levels_lateness_and_gaps_of_all_bots_are_shown_on_all_hosts() {
    let mut hosts = Hosts::joined(FILE, 3.0);
    let bot = hosts.far().bot("bass@far");
    let from = (bot.host, bot.source).into();
    let id = BotId::new("bass@far").unwrap();
    let level = ToDirector::Level { id: id.clone(), peak: 0.5, rms: 0.25 };
    let late = ToDirector::Late { id, p50_ms: 1.5, p99_ms: 3.0, n: 40, xruns: 2 };
    for message in [level, late] {
        hosts.far().event(Event::Heard { from, message });
    }
    hosts.run(0.7);
    let view = hosts.leader.director.view(hosts.leader.now);
    let bass = view.bots.iter().find(|bot| &*bot.name == "bass@far").unwrap();
    assert_eq!((bass.level, bass.late, bass.xruns), ((0.5, 0.25), Some((1.5, 3.0)), 2));
}

/// The ensemble, whose hosts hear each other a phrase of two bars late.
fn far_apart() -> String {
    let late = format!("{FILE}\n[network]\ndelay = {{ phrases = 1 }}\n");
    late.replacen("tempo = 120", "tempo = 120\nphraselength = 2", 1)
}

#[test]
fn what_there_is_no_room_for_until_it_is_heard_is_said_once() {
    let mut hosts = Hosts::joined(&far_apart(), 2.0);
    let said = Hosts::tick(hosts.far());
    let bytes = Said::HDensity(0.9).by("melody@near").encode();
    for _ in 0..20_000 {
        let message = messages(&bytes).next().unwrap().unwrap();
        hosts.far().event(Event::FarSpoke { host: host("near"), tick: said, message, relayed: false });
    }
    let warned = hosts.far().told(Tone::Warning);
    assert!(matches!(warned[..], [why] if why.contains("no room for is not heard")), "{warned:?}");
}

#[test]
fn what_is_said_far_away_is_heard_a_phrase_later_where_the_file_says_so() {
    let file = far_apart();
    let mut hosts = Hosts::joined(&file, 2.0);
    hosts.run(1.0);
    let said = Hosts::tick(hosts.far());
    let bytes = Said::HDensity(0.9).by("melody@near").encode();
    let message = messages(&bytes).next().unwrap().unwrap();
    assert!(!hosts.far().director.hears_at_once());
    hosts.far().event(Event::FarSpoke { host: host("near"), tick: said, message, relayed: false });
    hosts.run(4.5);
    let phrase = 2 * 64;
    let port = hosts.far().ports["bass@far"];
    let before = hosts.far().log.iter().find_map(|(_, done)| match done {
        Done::Before(tick, to, _, text) if *to == port && text.contains("hdensity") => Some(*tick),
        _ => None,
    });
    assert_eq!(before, Some(said.0 + phrase));
}

/// Where clocks that follow a director were stopped since its decision of this number; `true` if they may go on.
fn stops(rig: &Rig, since: usize) -> Vec<(i64, bool)> {
    let stop =
        |(_, done): &(f64, Done)| if let Done::ClocksStop(tick, again) = done { Some((*tick, *again)) } else { None };
    rig.log[since..].iter().filter_map(stop).collect()
}

#[test]
fn machines_that_follow_a_satellite_are_stopped_before_its_ticks_jump_and_find_their_place_after() {
    let mut hosts = Hosts::joined(FILE, 5.0);
    hosts.run(1.0);
    assert!(stops(hosts.far(), 0).is_empty(), "nobody is stopped while the map is only bent");
    let begun = hosts.far().log.len();
    // The leader turns out to be later, and then much earlier.
    hosts.offset -= 0.4;
    hosts.run(1.5);
    let waits = stops(hosts.far(), begun);
    let [(tick, true)] = waits[..] else { panic!("{waits:?}") };
    assert!(Hosts::said(hosts.far(), "waiting 0.40 s"));
    let begun = hosts.far().log.len();
    let last = Hosts::tick(hosts.far()).0;
    assert!(last > tick, "it has gone on");
    hosts.offset += 2.0;
    hosts.run(1.5);
    let skips = stops(hosts.far(), begun);
    let [(tick, true)] = skips[..] else { panic!("{skips:?}") };
    let goes_on = hosts.far().clock.as_ref().unwrap().1.begins().0;
    assert!(last < tick && tick < goes_on, "stopped before {tick}, and on with {goes_on}");
}

#[test]
fn machines_that_follow_a_leader_are_stopped_when_it_stood_still_and_the_others_played_on() {
    let mut hosts = Hosts::joined(FILE, 5.0);
    let (begun, last) = (hosts.leader.log.len(), Hosts::tick(&hosts.leader).0);
    hosts.leader.now += Duration::from_secs(3);
    hosts.leader.event(Event::Stalled(Duration::from_secs(3)));
    let stopped = stops(&hosts.leader, begun);
    let goes_on = hosts.leader.clock.as_ref().unwrap().1.begins().0;
    assert!(matches!(stopped[..], [(tick, true)] if tick >= last && tick < goes_on), "{stopped:?}, on with {goes_on}");
}

#[test]
fn machines_that_follow_a_satellite_are_stopped_when_another_leader_has_taken_the_place() {
    let mut hosts = Hosts::joined_with(&format!("[clock]\nout = \"midi:TR-8\"\n{LIST}"), FILE, 2.0);
    hosts.run(1.0);
    let (welcome, begun) = (hosts.asks("far"), hosts.far().log.len());
    let word = Box::new(Word::Welcome(Box::new(welcome)));
    hosts.far().event(Event::Letter { host: host("near"), from: 9, at: None, word });
    let stopped = stops(hosts.far(), begun);
    assert!(matches!(stopped[..], [(_, false)]), "{stopped:?}");
}

#[test]
fn a_leader_that_was_killed_before_it_said_anything_more_is_known_to_be_another_one_when_it_is_back() {
    let mut hosts = Hosts::alone(FILE);
    hosts.run(2.0);
    hosts.join("far", LIST);
    let word = Box::new(Word::Welcome(Box::new(hosts.asks("left"))));
    hosts.far().event(Event::Letter { host: host("near"), from: 9, at: None, word });
    assert!(Hosts::said(hosts.far(), "near has been started again"));
}
