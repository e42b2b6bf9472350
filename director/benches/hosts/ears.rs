//! Two bots on every host that only listen: one of the world's, which knows nothing but `/mc/time`, and one of ours,
//! which is told the instant at which a tick sounds.

use crate::{
    band::PORT,
    figures::{Heard, Ticks},
    hosts::Hosts,
    support::{Guest, time_of, until},
};
use musebot_protocol::Accepts;
use std::{
    net::SocketAddr,
    thread::sleep,
    time::{Duration, Instant},
};

/// The director of any host, as seen from there.
pub(crate) fn director() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], PORT))
}

struct Pair {
    plain: Guest,
    told: Guest,
}

/// What is heard on all hosts.
pub(crate) struct Ears {
    pairs: Vec<Pair>,
    /// By host.
    pub(crate) ticks: Vec<Ticks>,
    beaten: Option<Instant>,
}

impl Ears {
    pub(crate) fn open(hosts: &Hosts) -> Self {
        let pair = |host| {
            hosts.on(host, || Pair {
                plain: Guest::new(format!("plain{host}")),
                told: Guest::new(format!("told{host}")),
            })
        };
        let pairs: Vec<Pair> = (0..hosts.many()).map(pair).collect();
        Self { ticks: pairs.iter().map(|_| Ticks::new()).collect(), pairs, beaten: None }
    }

    /// Forgets what was heard so far.
    pub(crate) fn forget(&mut self) {
        self.ticks.iter_mut().for_each(Ticks::clear);
    }

    /// Listens for so many seconds.
    pub(crate) fn listen(&mut self, seconds: f64) {
        let end = Instant::now() + Duration::from_secs_f64(seconds);
        while Instant::now() < end {
            self.take();
            sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn until_all_tick(&mut self) {
        (0..self.pairs.len()).for_each(|host| self.until_ticks(host));
    }

    /// Waits for ticks of a host that both of its bots have heard.
    pub(crate) fn until_ticks(&mut self, host: usize) {
        until(&format!("ticks on host {host}"), 60.0, || {
            self.take();
            self.ticks[host].values().any(Heard::by_both)
        });
    }

    /// Beats when it is time, and takes what has come.
    fn take(&mut self) {
        if self.beaten.is_none_or(|at| at.elapsed() > Duration::from_millis(400)) {
            self.beaten = Some(Instant::now());
            for pair in &self.pairs {
                pair.plain.beat(director());
                pair.told.hello(director(), Accepts { timetags: true, ..Accepts::default() });
            }
        }
        let mut buffer = [0; 2048];
        for (pair, ticks) in self.pairs.iter().zip(&mut self.ticks) {
            while let Some((n, at)) = pair.plain.next(&mut buffer) {
                if let Some((tick, _, None)) = time_of(&buffer[..n]) {
                    let heard = ticks.entry(tick).or_default();
                    heard.at = at.as_secs_f64();
                    heard.times += 1;
                }
            }
            while let Some((n, _)) = pair.told.next(&mut buffer) {
                if let Some((tick, _, Some(sounds))) = time_of(&buffer[..n]) {
                    ticks.entry(tick).or_default().sounds = sounds.as_secs_f64();
                }
            }
        }
    }
}
