//! What the rig is asked for: what was decided, told and sent.

use super::{BEGINNING, Done, Manner, Rig};
use director::event::Tone;
use musebot_protocol::Tick;

impl Rig {
    /// What a bot of the world has made of it all.
    pub(crate) fn manner(&self, id: &str) -> &Manner {
        self.bots.iter().find(|b| b.id == id).and_then(|b| b.manner.as_ref()).expect("such a bot of the world")
    }

    /// Forgets what was decided so far.
    pub(crate) fn forget(&mut self) {
        self.log.clear();
    }

    /// What was sent at once to a port: when, and what.
    pub(crate) fn sent_to(&self, port: u16) -> Vec<(f64, &str)> {
        self.log
            .iter()
            .filter_map(|(at, d)| match d {
                Done::Sent(p, text) if *p == port => Some((*at, text.as_str())),
                _ => None,
            })
            .collect()
    }

    /// What of this address was sent at once to a port.
    pub(crate) fn sent(&self, port: u16, address: &str) -> Vec<String> {
        let this = |text: &&str| text.split(' ').next() == Some(address);
        self.sent_to(port).into_iter().map(|(_, text)| text).filter(this).map(str::to_owned).collect()
    }

    /// What goes to a port with the ticks: the tick, and what.
    pub(crate) fn planned(&self, port: u16, address: &str) -> Vec<(i64, String)> {
        self.log
            .iter()
            .filter_map(|(_, d)| match d {
                Done::Before(tick, p, _, text) if *p == port && text.split(' ').next() == Some(address) => {
                    Some((*tick, text.clone()))
                }
                _ => None,
            })
            .collect()
    }

    /// What was told to the person at the screen, in this tone.
    pub(crate) fn told(&self, tone: Tone) -> Vec<&str> {
        self.log
            .iter()
            .filter_map(|(_, d)| match d {
                Done::Say(t, text) if *t == tone => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    /// The times at which something was decided.
    pub(crate) fn times(&self, what: impl Fn(&Done) -> bool) -> Vec<f64> {
        self.log.iter().filter(|(_, d)| what(d)).map(|(at, _)| *at).collect()
    }

    /// The ids on the last agentList.
    pub(crate) fn list(&self) -> Vec<String> {
        self.director.roster().names()
    }

    /// The state of a bot in one word.
    pub(crate) fn state(&self, name: &str) -> &'static str {
        self.director.roster().get(name).map_or("unknown", |b| b.state().word())
    }

    /// When a tick is due, in seconds from the beginning.
    pub(crate) fn due(&self, tick: i64) -> f64 {
        let (origin, map) = self.clock.as_ref().expect("the clock runs");
        (*origin - BEGINNING).as_secs_f64() + map.seconds(Tick(tick))
    }

    /// Seconds from the beginning.
    pub(crate) fn seconds(&self) -> f64 {
        (self.now - BEGINNING).as_secs_f64()
    }
}
