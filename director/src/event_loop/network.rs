//! The other machines: what they bring becomes events, what bots of ours say goes out to them.

use super::{BATCH, Performance};
use crate::{
    clock,
    event::Event,
    network::{Brings, Edge, HostName},
    relay::NOBODY,
};
use musebot_protocol::{Tick, messages};
use std::{net::SocketAddr, sync::atomic::Ordering::Relaxed};

impl Performance {
    /// What other machines bring, up to a batch.
    pub(super) fn hear_network(&mut self, first: Brings) -> Option<u8> {
        let mut next = Some(first);
        let mut left = BATCH;
        while let Some(brings) = next.take() {
            let code = match brings {
                Brings::Said { host, tick, bytes, relayed } => {
                    // It may have come before anybody was told where to take it.
                    let relayed = relayed || self.relay.pass_on_from_afar(&bytes);
                    self.hear_from_afar(&host, tick, &bytes, relayed)
                }
                Brings::Word { host, from, at, word } => self.event(Event::Letter { host, from, at, word }),
                Brings::Reckoned(reckoning) => self.event(Event::Reckoned(reckoning)),
            };
            if code.is_some() {
                return code;
            }
            left -= 1;
            if left > 0 {
                next = self.network.as_mut().and_then(Edge::more);
            }
        }
        None
    }

    /// A broadcast from another machine; it goes no further than to everybody here.
    fn hear_from_afar(&mut self, host: &HostName, tick: Tick, bytes: &[u8], relayed: bool) -> Option<u8> {
        for message in messages(bytes) {
            match message {
                Ok(message) => {
                    if message.topic().is_none() {
                        continue;
                    }
                    let code = self.event(Event::FarSpoke { host: host.clone(), tick, message, relayed });
                    if code.is_some() {
                        return code;
                    }
                }
                Err(e) => return self.nonsense(NOBODY, e),
            }
        }
        None
    }

    /// Passes on what a bot of ours has said to everybody; `next` is the tick that comes next.
    pub(super) fn say_afar(&self, from: SocketAddr, topic: &str, next: Tick, bytes: &[u8]) {
        if let Some(network) = &self.network {
            let tick = self.director.speaks_at(clock::now(), from, next);
            network.say(topic, tick, bytes);
        }
    }

    /// Passes on once more what has been said here some time ago.
    pub(super) fn say_afar_again(&self, topic: &str, bytes: &[u8]) {
        self.say_afar(NOBODY, topic, Tick(self.clock.pulse().next_tick.load(Relaxed) as i64), bytes);
    }

    /// Says what there was no room for, and what made no sense.
    pub(super) fn report_dropped(&mut self) {
        let Some(network) = &mut self.network else { return };
        let (lost, now) = (network.newly_dropped(), clock::now());
        if let Some(count) = self.dropped.add(lost.no_room, now) {
            tracing::warn!(
                "{count} message(s) between machines found no room and are lost: more is said than the network, or the \
                 slower of the machines, can take"
            );
        }
        if let Some(count) = self.senseless.add(lost.nonsense, now) {
            tracing::warn!(
                "{count} message(s) from other machines made no sense and are dropped: have all of them the same release \
                 (`director --version`)?"
            );
        }
    }
}

/// What the network brings next; for ever nothing where there is none.
pub(super) async fn next_of(network: &mut Option<Edge>) -> Brings {
    match network {
        Some(network) => network.next().await,
        None => std::future::pending().await,
    }
}
