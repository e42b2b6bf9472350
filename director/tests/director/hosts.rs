//! Several directors on virtual time, each with a clock of its own, and links between them that take their time.

use super::{
    fake::Fake,
    rig::{Done, FIRST, Rig},
};
use director::{
    director::Reckoning,
    ensemble::Ensemble,
    event::Event,
    network::{
        HostName,
        allowed::{Allowed, Cast, part},
        offset::Estimate,
        sheet,
        word::{LinkState, Welcome, Word},
    },
    roster::Bot,
};
use musebot_protocol::{State, Tick};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// A letter takes so long.
pub(crate) const ON_ITS_WAY: Duration = Duration::from_millis(15);
/// The satellite's clock is so much ahead of the leader's.
pub(crate) const AHEAD: f64 = 1234.5;

pub(crate) const FILE: &str = "
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

pub(crate) const LIST: &str = "
[[bot]]
id = \"bass\"
program = \"bass\"
[[bot]]
id = \"drums\"
program = \"drums\"
";

/// A satellite as the others see it.
pub(crate) struct Satellite {
    pub(crate) rig: Rig,
    /// Whether anything gets through.
    pub(crate) linked: bool,
}

pub(crate) struct Hosts {
    pub(crate) leader: Rig,
    pub(crate) others: BTreeMap<&'static str, Satellite>,
    /// When it arrives, to or from which satellite, whether to the leader, and what.
    pub(crate) post: VecDeque<(Duration, &'static str, bool, Word)>,
    /// Whether pings have to take the link.
    pub(crate) in_link: bool,
    pub(crate) reckoned: Duration,
    /// How the leader's clock stands against the satellites', as they reckon.
    pub(crate) offset: f64,
}

pub(crate) fn host(name: &str) -> HostName {
    HostName::new(name).unwrap()
}

impl Hosts {
    /// A leader that plays already.
    pub(crate) fn alone(file: &str) -> Self {
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
    pub(crate) fn joined(file: &str, after: f64) -> Self {
        Self::joined_with(LIST, file, after)
    }

    /// The same, and this is what the satellite may start.
    pub(crate) fn joined_with(list: &str, file: &str, after: f64) -> Self {
        let mut hosts = Self::alone(file);
        hosts.run(after);
        hosts.join("far", list);
        hosts.run(3.0);
        hosts
    }

    /// A leader, and the satellites `far` and `left` that have joined together.
    pub(crate) fn both(file: &str, far: &str, left: &str) -> Self {
        let mut hosts = Self::alone(file);
        hosts.join("far", far);
        hosts.run(1.0);
        hosts.join("left", left);
        hosts.run(4.0);
        hosts
    }

    /// A satellite asks to be let in.
    pub(crate) fn asks(&mut self, name: &'static str) -> Welcome {
        let others = std::mem::take(&mut self.leader.letters);
        self.post_from_leader(others);
        self.tell_leader(name, Word::hello());
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

    pub(crate) fn join(&mut self, name: &'static str, list: &str) {
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
        rig.director.join(now, host(name), 1, welcome, others);
        self.others.insert(name, Satellite { rig: rig.begin(), linked: true });
    }

    pub(crate) fn on(&mut self, name: &str) -> &mut Rig {
        &mut self.others.get_mut(name).expect("it has joined").rig
    }

    pub(crate) fn far(&mut self) -> &mut Rig {
        self.on("far")
    }

    pub(crate) fn link(&mut self, name: &str, linked: bool) {
        self.others.get_mut(name).expect("it has joined").linked = linked;
    }

    pub(crate) fn tell_leader(&mut self, name: &str, word: Word) {
        let from = if name == "far" { 2 } else { 4 };
        let at = Some([10, 0, 0, 2].into());
        self.leader.event(Event::Letter { host: host(name), from, at, word: Box::new(word) });
    }

    /// Another director that calls itself `far` asks to be let in.
    pub(crate) fn asks_as_far(&mut self) {
        let hello = Word::hello();
        self.leader.event(Event::Letter {
            host: host("far"),
            from: 3,
            at: Some([10, 0, 0, 3].into()),
            word: Box::new(hello),
        });
    }

    pub(crate) fn post_from_leader(&mut self, letters: Vec<(Option<HostName>, Word)>) {
        let at = self.leader.now + ON_ITS_WAY;
        for (to, word) in letters {
            let whom = self.others.keys().filter(|name| to.as_ref().is_none_or(|to| to.as_str() == **name));
            self.post.extend(whom.map(|name| (at, *name, false, word.clone())));
        }
    }

    pub(crate) fn run(&mut self, seconds: f64) {
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
    pub(crate) fn plays(&mut self, name: &str) -> Vec<String> {
        let playing = |bot: &&Bot| bot.state() == State::Playing;
        let mut names: Vec<_> =
            self.on(name).director.roster().iter().filter(playing).map(|bot| bot.name.to_string()).collect();
        names.sort();
        names
    }

    /// By how many seconds the satellite's ticks are later than the leader's: the worst of the next hundred.
    pub(crate) fn apart(&mut self) -> f64 {
        let (origin, map) = self.leader.clock.clone().expect("the leader's clock");
        let now = self.leader.now.as_secs_f64() - origin.as_secs_f64();
        let next = map.first_tick_from(now + 0.05);
        let (far_origin, far_map) = self.far().clock.clone().expect("the satellite's clock");
        let far = |tick| far_origin.as_secs_f64() - AHEAD + far_map.seconds(tick);
        let near = |tick| origin.as_secs_f64() + map.seconds(tick);
        (0..100).map(|n| far(next + n) - near(next + n)).fold(0.0, |a: f64, b| if b.abs() > a.abs() { b } else { a })
    }

    pub(crate) fn said(rig: &Rig, words: &str) -> bool {
        rig.log.iter().any(|(_, done)| matches!(done, Done::Say(_, what) if what.contains(words)))
    }

    pub(crate) fn tick(rig: &Rig) -> Tick {
        rig.director.view(rig.now).tick
    }
}
