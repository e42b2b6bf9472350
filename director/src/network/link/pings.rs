//! Pings that take the link, because no datagram gets through: beside the words, and answered where they arrive, before
//! anything else has to be done with them. The link carries them as the sealed datagrams that they are elsewhere.

use super::{LinkError, other, refused};
use crate::network::{HostName, ping::LENGTH};
use std::sync::{Arc, PoisonError, RwLock};
use zenoh::{
    Session, Wait,
    pubsub::Subscriber,
    qos::{CongestionControl, Priority},
    sample::{Locality, Sample},
};

/// Where they travel: `…/FROM/TO`.
const PING: &str = "musebots/1/ping";

/// The engine, while it runs. The link's thread alone ends it: it cannot be let go of in the director's own runtime.
#[derive(Debug, Clone)]
pub(super) struct Engine(Arc<RwLock<Option<Session>>>);

impl Engine {
    pub(super) fn of(session: &Session) -> Self {
        Self(Arc::new(RwLock::new(Some(session.clone()))))
    }

    /// From now on nothing is sent by it.
    pub(super) fn let_go(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Sends a ping. It never waits: where there is no room, it is lost, as a datagram would be.
    pub(super) fn send(&self, from: &HostName, to: &HostName, ping: &[u8; LENGTH]) {
        let engine = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let Some(session) = &*engine else { return };
        let put = session.put(format!("{PING}/{from}/{to}"), ping.as_slice());
        let put = put.congestion_control(CongestionControl::Drop).priority(Priority::RealTime).express(true);
        let _ = put.allowed_destination(Locality::Remote).wait();
    }
}

/// What is done with a ping at once: its answer, if it gets one. Called on a thread of the engine; it has to be quick.
pub type Pings = Box<dyn Fn(&[u8]) -> Option<[u8; LENGTH]> + Send + Sync>;

/// Hears those for `own`, and answers.
pub(super) fn hear(
    session: &Session,
    engine: &Engine,
    own: &HostName,
    pings: Pings,
) -> Result<Subscriber<()>, LinkError> {
    let (engine, own) = (engine.clone(), own.clone());
    let key = format!("{PING}/*/{own}");
    let callback = move |sample: Sample| {
        if sample.payload().len() != LENGTH {
            return;
        }
        let Some(answer) = pings(&sample.payload().to_bytes()) else { return };
        let from = sample.key_expr().as_str().strip_prefix(PING).and_then(|key| key.strip_prefix('/')?.split_once('/'));
        if let Some(host) = from.and_then(|(from, _)| other(from, &own).flatten()) {
            engine.send(&own, &host, &answer);
        }
    };
    session.declare_subscriber(key).callback(callback).allowed_origin(Locality::Remote).wait().map_err(refused)
}
