//! Two directors on virtual time, each with a clock of its own, and a link between them that takes its time.

use super::{
    fake::Fake,
    rig::{Done, FIRST, Rig},
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
    roster::Bot,
};
use musebot_protocol::{Control, Gain, Said, State, Tick, messages};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

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

/// A satellite as the others see it.
struct Satellite {
    rig: Rig,
    /// Whether anything gets through.
    linked: bool,
}

struct Hosts {
    leader: Rig,
    others: BTreeMap<&'static str, Satellite>,
    /// When it arrives, to or from which satellite, whether to the leader, and what.
    post: VecDeque<(Duration, &'static str, bool, Word)>,
    /// Whether pings have to take the link.
    in_link: bool,
    reckoned: Duration,
    /// How the leader's clock stands against the satellites', as they reckon.
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
            others: BTreeMap::new(),
            post: VecDeque::new(),
            in_link: false,
            reckoned: Duration::ZERO,
            offset: -AHEAD,
        }
    }

    /// A leader and the satellite `far` that has joined after so many seconds.
    fn joined(file: &str, after: f64) -> Self {
        Self::joined_with(LIST, file, after)
    }

    /// The same, and this is what the satellite may start.
    fn joined_with(list: &str, file: &str, after: f64) -> Self {
        let mut hosts = Self::alone(file);
        hosts.run(after);
        hosts.join("far", list);
        hosts.run(3.0);
        hosts
    }

    /// A leader, and the satellites `far` and `left` that have joined together.
    fn both(file: &str, far: &str, left: &str) -> Self {
        let mut hosts = Self::alone(file);
        hosts.join("far", far);
        hosts.run(1.0);
        hosts.join("left", left);
        hosts.run(4.0);
        hosts
    }

    /// A satellite asks to be let in.
    fn asks(&mut self, name: &'static str) -> Welcome {
        let others = std::mem::take(&mut self.leader.letters);
        self.post_from_leader(others);
        self.tell_leader(name, Word::Hello { vocabulary: VOCABULARY, version: "x".into() });
        let mut letters = std::mem::take(&mut self.leader.letters);
        let welcome = letters.extract_if(.., |(_, word)| matches!(word, Word::Welcome(_))).next();
        if !self.others.contains_key(name) {
            // What follows the welcome waits for it.
            let at = self.leader.now + ON_ITS_WAY;
            let its = letters.iter().filter(|(to, _)| to.as_ref().is_none_or(|to| to.as_str() == name));
            self.post.extend(its.map(|(_, word)| (at, name, false, word.clone())));
        }
        self.post_from_leader(letters);
        let Some((_, Word::Welcome(welcome))) = welcome else { panic!("no welcome") };
        *welcome
    }

    fn join(&mut self, name: &'static str, list: &str) {
        let welcome = self.asks(name);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bots.toml");
        std::fs::write(&file, list).unwrap();
        let all = sheet::read(&welcome.sheet, &welcome.leader).unwrap_or_else(|faults| panic!("{faults}"));
        let allowed = Allowed::read(Some(&file)).unwrap();
        let Cast { ensemble, others, .. } = allowed.cast(all, &welcome.yours, &host(name), &welcome.leader);
        let bots = ensemble.bots.iter().map(|bot| Fake::ours(bot.id.as_str())).collect();
        let mut rig = Rig::with_ensemble(ensemble, bots);
        for (spare, port) in others.spare.iter().zip(FIRST + 100..) {
            if !rig.ports.contains_key(spare.id.as_str()) {
                rig.ports.insert(spare.id.to_string(), port);
                rig.add(Fake::ours(spare.id.as_str()));
            }
        }
        rig.now = self.leader.now + Duration::from_secs_f64(AHEAD);
        let now = rig.now;
        rig.director.join(now, host(name), welcome, others);
        self.others.insert(name, Satellite { rig: rig.begin(), linked: true });
    }

    fn on(&mut self, name: &str) -> &mut Rig {
        &mut self.others.get_mut(name).expect("it has joined").rig
    }

    fn far(&mut self) -> &mut Rig {
        self.on("far")
    }

    fn link(&mut self, name: &str, linked: bool) {
        self.others.get_mut(name).expect("it has joined").linked = linked;
    }

    fn tell_leader(&mut self, name: &str, word: Word) {
        let from = if name == "far" { 2 } else { 4 };
        let at = Some([10, 0, 0, 2].into());
        self.leader.event(Event::Letter { host: host(name), from, at, word: Box::new(word) });
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

    fn post_from_leader(&mut self, letters: Vec<(Option<HostName>, Word)>) {
        let at = self.leader.now + ON_ITS_WAY;
        for (to, word) in letters {
            let whom = self.others.keys().filter(|name| to.as_ref().is_none_or(|to| to.as_str() == **name));
            self.post.extend(whom.map(|name| (at, *name, false, word.clone())));
        }
    }

    fn run(&mut self, seconds: f64) {
        let steps = (seconds / 0.02).round() as u32;
        for _ in 0..steps {
            self.leader.run(0.02);
            let now = self.leader.now;
            let reckons = now >= self.reckoned;
            if reckons {
                self.reckoned = now + Duration::from_millis(100);
            }
            for (name, Satellite { rig, linked }) in &mut self.others {
                rig.run(0.02);
                if *linked && reckons {
                    let estimate = Estimate { at: rig.now, offset: self.offset, drift: 0.0, sigma: 1e-5 };
                    let link = LinkState { round_trip_ms: 30.0, in_link: self.in_link, ..LinkState::default() };
                    rig.event(Event::Reckoned(Reckoning { estimate: Some(estimate), anew: false, link }));
                }
                let out = std::mem::take(&mut rig.letters);
                self.post.extend(out.into_iter().map(|(_, word)| (now + ON_ITS_WAY, *name, true, word)));
            }
            let out = std::mem::take(&mut self.leader.letters);
            self.post_from_leader(out);
            self.post.retain(|(_, name, ..)| self.others[name].linked);
            while self.post.front().is_some_and(|(at, ..)| *at <= now) {
                let Some((_, name, to_leader, word)) = self.post.pop_front() else { break };
                if to_leader {
                    self.tell_leader(name, word);
                } else {
                    let at = Some([10, 0, 0, 1].into());
                    self.on(name).event(Event::Letter { host: host("near"), from: 1, at, word: Box::new(word) });
                }
            }
        }
    }

    /// The bots of a satellite that play.
    fn plays(&mut self, name: &str) -> Vec<String> {
        let playing = |bot: &&Bot| bot.state() == State::Playing;
        let mut names: Vec<_> =
            self.on(name).director.roster().iter().filter(playing).map(|bot| bot.name.to_string()).collect();
        names.sort();
        names
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
fn another_version_is_told_what_to_do() {
    let mut hosts = Hosts::alone(FILE);
    hosts.tell_leader("far", Word::Hello { vocabulary: VOCABULARY + 1, version: "9.9".into() });
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
    let said = Hosts::tick(hosts.far());
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

/// An ensemble of bots for any host, and the list of a host that has these.
fn for_any(bots: &[&str]) -> (String, String) {
    let list: Vec<_> = bots.iter().map(|bot| format!("[[bot]]\nid = \"{bot}\"\nprogram = \"{bot}\"\n")).collect();
    let file: String = list.iter().map(|bot| format!("{bot}host = \"any\"\n")).collect();
    (format!("tempo = 120\n{}{file}", super::rig::file(&["lead"])), list.concat())
}

#[test]
fn bots_for_any_host_are_spread_evenly_over_those_that_join_together_and_do_not_move_for_another() {
    let (file, list) = for_any(&["a", "b", "c"]);
    let mut hosts = Hosts::both(&file, &list, &list);
    assert_eq!(hosts.plays("far"), ["a@far", "c@far"]);
    assert_eq!(hosts.plays("left"), ["b@left"]);
    hosts.join("right", &list);
    hosts.run(20.0);
    assert!(hosts.plays("right").is_empty());
    assert_eq!((hosts.plays("far").len(), hosts.plays("left").len()), (2, 1));
}

#[test]
fn a_bot_whose_host_is_lost_for_long_plays_on_another_stays_there_and_is_not_played_twice() {
    let (file, list) = for_any(&["a", "b"]);
    let mut hosts = Hosts::both(&file, &list, &list);
    hosts.leader.ask(Control::Gain { who: "b".into(), gain: Gain::clamped(0.25), over: None });
    hosts.leader.ask(Control::Mute { who: "b".into(), on: true });
    hosts.run(0.5);
    hosts.link("left", false);
    hosts.run(8.0);
    assert_eq!(hosts.plays("far"), ["a@far"], "it may come back");
    hosts.run(6.0);
    assert_eq!(hosts.plays("far"), ["a@far", "b@far"]);
    assert!(Hosts::said(&hosts.leader, "left has been out of reach for long: b plays on far from now on"));
    for rig in [&hosts.leader, &hosts.others["far"].rig] {
        let view = rig.director.view(rig.now);
        let names: Vec<_> = view.bots.iter().filter(|bot| bot.name.starts_with("b@")).map(|bot| &*bot.name).collect();
        assert_eq!(names, ["b@far"]);
        let b = view.bots.iter().find(|bot| &*bot.name == "b@far").unwrap();
        assert!((b.gain - 0.25).abs() < 1e-6 && b.silenced, "its fader went with it: {b:?}");
    }
    hosts.link("left", true);
    hosts.run(6.0);
    assert!(Hosts::said(hosts.on("left"), "b@left plays on another host now"));
    assert!(hosts.plays("left").is_empty());
    assert_eq!(hosts.on("left").director.roster().len(), 0, "and is forgotten there");
    assert_eq!(hosts.plays("far"), ["a@far", "b@far"]);
}

#[test]
fn a_bot_comes_back_to_a_host_that_is_still_ending_it() {
    let (file, list) = for_any(&["a", "b"]);
    let mut hosts = Hosts::both(&file, &list, &list);
    for yours in [Vec::new(), vec!["b".to_owned()]] {
        let word = Box::new(Word::Play(yours));
        hosts.on("left").event(Event::Letter { host: host("near"), from: 1, at: None, word });
    }
    hosts.run(6.0);
    assert_eq!(hosts.plays("left"), ["b@left"]);
}

#[test]
fn a_host_that_is_back_soon_has_its_bots_still() {
    let (file, list) = for_any(&["a", "b"]);
    let mut hosts = Hosts::both(&file, &list, &list);
    hosts.link("left", false);
    hosts.run(6.0);
    hosts.link("left", true);
    hosts.run(9.0);
    assert_eq!((hosts.plays("far"), hosts.plays("left")), (vec!["a@far".into()], vec!["b@left".into()]));
}

#[test]
fn a_host_that_leaves_leaves_its_bots_to_another_at_once() {
    let (file, list) = for_any(&["a", "b"]);
    let mut hosts = Hosts::both(&file, &list, &list);
    hosts.tell_leader("left", Word::Bye);
    hosts.link("left", false);
    hosts.run(2.0);
    assert_eq!(hosts.plays("far"), ["a@far", "b@far"]);
    assert!(Hosts::said(&hosts.leader, "left has left: b plays on far from now on"));
}

#[test]
fn a_bot_that_a_host_does_not_have_or_cannot_start_plays_on_the_next() {
    let (file, list) = for_any(&["a", "b", "c"]);
    let mut hosts = Hosts::both(&file, "", &list);
    assert_eq!(hosts.plays("left"), ["a@left", "b@left", "c@left"]);
    let mut hosts = Hosts::alone(&file);
    hosts.join("far", &list);
    hosts.far().unlaunchable.insert("a@far".into(), "no such program".into());
    hosts.join("left", &list);
    hosts.run(4.0);
    assert_eq!(
        (hosts.plays("far"), hosts.plays("left")),
        (vec!["c@far".into()], vec!["a@left".into(), "b@left".into()])
    );
    assert!(Hosts::said(&hosts.leader, "far has no a to start: a plays on left from now on"));
    let mut hosts = Hosts::joined_with("", &file, 1.0);
    hosts.run(5.0);
    assert!(hosts.far().director.roster().is_empty());
    hosts.join("left", &list);
    hosts.run(4.0);
    assert_eq!(hosts.plays("left").len(), 3, "the first that can");
}
