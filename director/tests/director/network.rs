//! Two directors on virtual time, each with a clock of its own, and a link between them that takes its time.

use super::{
    fake::Fake,
    rig::{Done, Rig},
};
use director::{
    director::Reckoning,
    ensemble::Ensemble,
    event::{Event, Tone},
    network::{
        HostName,
        allowed::{Allowed, Cast, part},
        offset::Estimate,
        sheet,
        word::{LinkState, VOCABULARY, Welcome, Word},
    },
};
use musebot_protocol::{Control, Gain, Said, State, Tick, messages};
use std::{collections::VecDeque, time::Duration};

/// A letter takes so long.
const ON_ITS_WAY: Duration = Duration::from_millis(15);
/// The satellite's clock is so much ahead of the leader's.
const AHEAD: f64 = 1234.5;

const FILE: &str = "
tempo = 120
[[section]]
name = \"A\"
bars = 64
[[section]]
name = \"B\"
bars = 64
[[bot]]
id = \"melody\"
program = \"melody\"
[[bot]]
id = \"bass\"
program = \"bass\"
host = \"far\"
[[bot]]
id = \"drums\"
program = \"drums\"
host = \"any\"
";

const LIST: &str = "
[[bot]]
id = \"bass\"
program = \"bass\"
[[bot]]
id = \"drums\"
program = \"drums\"
";

struct Hosts {
    leader: Rig,
    far: Option<Rig>,
    post: VecDeque<(Duration, bool, Word)>,
    /// Whether anything gets through.
    linked: bool,
    /// Whether pings have to take the link.
    in_link: bool,
    reckoned: Duration,
    /// How the leader's clock stands against the satellite's, as the satellite reckons.
    offset: f64,
}

fn host(name: &str) -> HostName {
    HostName::new(name).unwrap()
}

impl Hosts {
    /// A leader that plays already.
    fn alone(file: &str) -> Self {
        let mut ensemble = Ensemble::parse(file, "band.toml").unwrap();
        let own = part(&mut ensemble, &host("near"));
        let bots = ensemble.bots.iter().map(|bot| Fake::ours(bot.id.as_str())).collect();
        let mut leader = Rig::with_ensemble(ensemble, bots);
        leader.director.open_to(host("near"), own);
        let mut leader = leader.begin();
        leader.run(0.7);
        Self {
            leader,
            far: None,
            post: VecDeque::new(),
            linked: true,
            in_link: false,
            reckoned: Duration::ZERO,
            offset: -AHEAD,
        }
    }

    /// A leader and a satellite that has joined after so many seconds.
    fn joined(file: &str, after: f64) -> Self {
        Self::joined_with(LIST, file, after)
    }

    /// The same, and this is what the satellite may start.
    fn joined_with(list: &str, file: &str, after: f64) -> Self {
        let mut hosts = Self::alone(file);
        hosts.run(after);
        hosts.join(list);
        hosts.run(1.0);
        hosts
    }

    /// The satellite asks to be let in.
    fn asks(&mut self) -> Welcome {
        self.leader.letters.clear();
        self.tell_leader(Word::Hello { vocabulary: VOCABULARY, version: "x".into() });
        let letters = std::mem::take(&mut self.leader.letters);
        let welcome = letters.into_iter().find_map(|(_, word)| match word {
            Word::Welcome(welcome) => Some(*welcome),
            _ => None,
        });
        welcome.expect("a welcome")
    }

    fn join(&mut self, list: &str) {
        let welcome = self.asks();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bots.toml");
        std::fs::write(&file, list).unwrap();
        let all = sheet::read(&welcome.sheet, &welcome.leader).unwrap_or_else(|faults| panic!("{faults}"));
        let allowed = Allowed::read(Some(&file)).unwrap();
        let Cast { ensemble, elsewhere, .. } = allowed.cast(all, &welcome.yours, &host("far"), &welcome.leader);
        let bots = ensemble.bots.iter().map(|bot| Fake::ours(bot.id.as_str())).collect();
        let mut far = Rig::with_ensemble(ensemble, bots);
        far.now = self.far_now();
        let now = far.now;
        far.director.join(now, host("far"), welcome, &elsewhere);
        self.far = Some(far.begin());
    }

    fn far_now(&self) -> Duration {
        self.leader.now + Duration::from_secs_f64(AHEAD)
    }

    fn far(&mut self) -> &mut Rig {
        self.far.as_mut().expect("it has joined")
    }

    fn tell_leader(&mut self, word: Word) {
        self.leader.event(Event::Letter {
            host: host("far"),
            from: 2,
            at: Some([10, 0, 0, 2].into()),
            word: Box::new(word),
        });
    }

    /// Another director that calls itself `far` asks to be let in.
    fn asks_as_far(&mut self) {
        let hello = Word::Hello { vocabulary: VOCABULARY, version: "x".into() };
        self.leader.event(Event::Letter {
            host: host("far"),
            from: 3,
            at: Some([10, 0, 0, 3].into()),
            word: Box::new(hello),
        });
    }

    fn run(&mut self, seconds: f64) {
        let steps = (seconds / 0.02).round() as u32;
        for _ in 0..steps {
            self.leader.run(0.02);
            let now = self.leader.now;
            if let Some(far) = &mut self.far {
                far.run(0.02);
                if self.linked && now >= self.reckoned {
                    self.reckoned = now + Duration::from_millis(100);
                    let estimate = Estimate { at: far.now, offset: self.offset, drift: 0.0, sigma: 1e-5 };
                    let link = LinkState { round_trip_ms: 30.0, in_link: self.in_link, ..LinkState::default() };
                    far.event(Event::Reckoned(Reckoning { estimate: Some(estimate), anew: false, link }));
                }
                let out = std::mem::take(&mut far.letters);
                self.post.extend(out.into_iter().map(|(_, word)| (now + ON_ITS_WAY, true, word)));
            }
            let out = std::mem::take(&mut self.leader.letters);
            if self.far.is_some() {
                self.post.extend(out.into_iter().map(|(_, word)| (now + ON_ITS_WAY, false, word)));
            }
            if !self.linked {
                self.post.clear();
            }
            while self.post.front().is_some_and(|(at, ..)| *at <= now) {
                let Some((_, to_leader, word)) = self.post.pop_front() else { break };
                if to_leader {
                    self.tell_leader(word);
                } else {
                    self.far().event(Event::Letter {
                        host: host("near"),
                        from: 1,
                        at: Some([10, 0, 0, 1].into()),
                        word: Box::new(word),
                    });
                }
            }
        }
    }

    /// By how many seconds the satellite's ticks are later than the leader's: the worst of the next hundred.
    fn apart(&mut self) -> f64 {
        let (origin, map) = self.leader.clock.clone().expect("the leader's clock");
        let now = self.leader.now.as_secs_f64() - origin.as_secs_f64();
        let next = map.first_tick_from(now + 0.05);
        let (far_origin, far_map) = self.far().clock.clone().expect("the satellite's clock");
        let far = |tick| far_origin.as_secs_f64() - AHEAD + far_map.seconds(tick);
        let near = |tick| origin.as_secs_f64() + map.seconds(tick);
        (0..100).map(|n| far(next + n) - near(next + n)).fold(0.0, |a: f64, b| if b.abs() > a.abs() { b } else { a })
    }

    fn said(rig: &Rig, words: &str) -> bool {
        rig.log.iter().any(|(_, done)| matches!(done, Done::Say(_, what) if what.contains(words)))
    }

    fn tick(rig: &Rig) -> Tick {
        rig.director.view(rig.now).tick
    }
}

#[test]
fn a_satellite_plays_its_bots_at_the_leaders_ticks_by_its_own_clock() {
    let mut hosts = Hosts::joined(FILE, 20.0);
    assert!(hosts.apart().abs() < 1e-4, "{}", hosts.apart());
    let (near, far) = (Hosts::tick(&hosts.leader), Hosts::tick(hosts.far.as_ref().unwrap()));
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
    for rig in [&hosts.leader, hosts.far.as_ref().unwrap()] {
        let list = list(rig);
        for name in ["melody@near", "bass@far", "drums@far"] {
            assert!(list.contains(name), "{name} in {list}");
        }
        let shown: Vec<_> = rig.director.view(rig.now).bots.iter().map(|bot| bot.name.to_string()).collect();
        assert_eq!(shown.len(), 3, "{shown:?}");
    }
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
    hosts.join(LIST);
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
    assert_eq!(section(hosts.far.as_ref().unwrap()).as_deref(), Some("B"));
    let begins = |rig: &Rig| {
        let said = rig.log.iter().find_map(|(_, done)| match done {
            Done::Say(Tone::Note, what) => what.strip_prefix("section B at bar ").map(str::to_owned),
            _ => None,
        });
        said.expect("the section is said")
    };
    assert_eq!(begins(&hosts.leader), begins(hosts.far.as_ref().unwrap()));
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
    hosts.linked = false;
    hosts.run(2.6);
    assert!(Hosts::said(&hosts.leader, "far is out of reach"));
    assert!(Hosts::said(hosts.far.as_ref().unwrap(), "which leads, is out of reach: playing on"));
    hosts.run(7.4);
    assert!(hosts.apart().abs() < 1e-3, "{}", hosts.apart());
    hosts.linked = true;
    hosts.run(3.0);
    assert!(Hosts::said(&hosts.leader, "far is back"));
    assert!(Hosts::said(hosts.far.as_ref().unwrap(), "near is back"));
    assert!(hosts.apart().abs() < 1e-3, "{}", hosts.apart());
    assert!(!Hosts::said(hosts.far.as_ref().unwrap(), "behind"), "nothing has jumped");
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
    hosts.linked = false;
    hosts.run(6.0);
    assert!(Hosts::said(hosts.far.as_ref().unwrap(), "fading out"));
    assert!(hosts.far().log.iter().any(|(_, done)| matches!(done, Done::Finish(_))));
    assert!(hosts.leader.log.iter().all(|(_, done)| !matches!(done, Done::Finish(_))));
}

#[test]
fn another_version_is_told_what_to_do() {
    let mut hosts = Hosts::alone(FILE);
    hosts.tell_leader(Word::Hello { vocabulary: VOCABULARY + 1, version: "9.9".into() });
    assert!(hosts.leader.log.iter().any(|(_, done)| matches!(done, Done::Refused(why) if why.contains("9.9"))));
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
    hosts.linked = false;
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
}

/// The ensemble, whose hosts hear each other a phrase of two bars late.
fn far_apart() -> String {
    let late = format!("{FILE}\n[network]\ndelay = {{ phrases = 1 }}\n");
    late.replacen("tempo = 120", "tempo = 120\nphraselength = 2", 1)
}

#[test]
fn what_there_is_no_room_for_until_it_is_heard_is_said_once() {
    let mut hosts = Hosts::joined(&far_apart(), 2.0);
    let said = Hosts::tick(hosts.far.as_ref().unwrap());
    let bytes = Said::HDensity(0.9).by("melody@near").encode();
    for _ in 0..20_000 {
        let message = messages(&bytes).next().unwrap().unwrap();
        hosts.far().event(Event::FarSpoke { host: host("near"), tick: Some(said), message });
    }
    let warned = hosts.far().told(Tone::Warning);
    assert!(matches!(warned[..], [why] if why.contains("no room for is not heard")), "{warned:?}");
}

#[test]
fn what_is_said_far_away_is_heard_a_phrase_later_where_the_file_says_so() {
    let file = far_apart();
    let mut hosts = Hosts::joined(&file, 2.0);
    hosts.run(1.0);
    let said = Hosts::tick(hosts.far.as_ref().unwrap());
    let bytes = Said::HDensity(0.9).by("melody@near").encode();
    let message = messages(&bytes).next().unwrap().unwrap();
    assert!(!hosts.far().director.hears_at_once());
    hosts.far().event(Event::FarSpoke { host: host("near"), tick: Some(said), message });
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
    assert!(Hosts::said(hosts.far.as_ref().unwrap(), "waiting 0.40 s"));
    let (begun, last) = (hosts.far().log.len(), Hosts::tick(hosts.far.as_ref().unwrap()).0);
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
    let (welcome, begun) = (hosts.asks(), hosts.far().log.len());
    let word = Box::new(Word::Welcome(Box::new(welcome)));
    hosts.far().event(Event::Letter { host: host("near"), from: 9, at: None, word });
    let stopped = stops(hosts.far(), begun);
    assert!(matches!(stopped[..], [(_, false)]), "{stopped:?}");
}
