//! Where what the link and early copies bring goes.

use super::{Dropped, Ear, In, SAID, WORD, heard::Heard, other};
use crate::network::{HostName, early::EarlyCopy, number::Numbered, topic, word};
use musebot_protocol::Tick;
use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};
use zenoh::{bytes::ZBytes, sample::Sample};

/// Cheap to clone.
#[derive(Clone)]
pub(super) struct Sink {
    pub(super) own: HostName,
    news: tokio::sync::mpsc::Sender<In>,
    pub(super) dropped: Arc<Dropped>,
    hearing: Arc<Mutex<Hearing>>,
    ear: Arc<OnceLock<Ear>>,
    /// How many were heard early.
    early: Arc<AtomicU64>,
}

/// What has been heard, and what is wanted. Whoever hears something has it until that is passed on: so nothing overtakes it.
struct Hearing {
    heard: Heard<Broadcast>,
    /// Topics, escaped; `None`: all.
    wanted: Option<BTreeSet<String>>,
}

/// What a bot has said to everybody.
struct Broadcast {
    topic: String,
    tick: Tick,
    bytes: Vec<u8>,
}

impl Sink {
    pub(super) fn new(own: HostName, news: tokio::sync::mpsc::Sender<In>, dropped: Arc<Dropped>) -> Self {
        let hearing = Hearing { heard: Heard::default(), wanted: Some(BTreeSet::new()) };
        let (ear, early) = Default::default();
        Self { own, news, dropped, hearing: Arc::new(Mutex::new(hearing)), ear, early }
    }

    /// Who gets what is said to everybody first; whoever comes first stays.
    pub(super) fn heard_by(&self, ear: Ear) {
        let _ = self.ear.set(ear);
    }

    /// Of early copies only these topics are wanted.
    pub(super) fn wants(&self, topics: Option<&[String]>) {
        self.hearing().wanted = topics.map(|topics| topics.iter().map(|topic| topic::escaped(topic)).collect());
    }

    /// How many broadcasts were heard by an early copy.
    pub(super) fn heard_early(&self) -> u64 {
        self.early.load(Relaxed)
    }

    /// The link has brought something.
    pub(super) fn takes(&self, sample: &Sample) {
        if self.understands(sample).is_none() {
            self.dropped.nonsense.fetch_add(1, Relaxed);
        }
    }

    fn understands(&self, sample: &Sample) -> Option<()> {
        let key = sample.key_expr().as_str();
        let bytes = |payload: &ZBytes, most: usize| (payload.len() <= most).then(|| payload.to_bytes().into_owned());
        if let Some(rest) = key.strip_prefix(SAID).and_then(|rest| rest.strip_prefix('/')) {
            let (host, topic) = rest.split_once('/')?;
            let Some(host) = other(host, &self.own)? else { return Some(()) };
            let (number, tick) = Numbered::read(&sample.attachment()?.to_bytes())?;
            let bytes = bytes(sample.payload(), musebot_protocol::MAX_DATAGRAM)?;
            let mut hearing = self.hearing();
            if let Some(before) = hearing.heard.by_link(&host, number) {
                before.into_iter().for_each(|said| self.passes_on_early(&hearing, &host, said));
                let said = Broadcast { topic: topic.to_owned(), tick, bytes };
                // What the link brings has been asked for.
                self.passes_on(&host, said);
                self.goes_on(&mut hearing, &host);
            }
            return Some(());
        }
        let rest = key.strip_prefix(WORD)?.strip_prefix('/')?;
        if let Some(host) = other(rest.split_once('/')?.0, &self.own)? {
            self.news(In::Word { host, bytes: bytes(sample.payload(), word::LONGEST)? });
        }
        Some(())
    }

    /// An early copy has come.
    pub(super) fn takes_early(&self, copy: &EarlyCopy<'_>) {
        let (Some(Some(host)), Some((number, tick))) = (other(copy.host, &self.own), copy.number()) else { return };
        let said = Broadcast { topic: copy.topic.to_owned(), tick, bytes: copy.bytes.to_vec() };
        let mut hearing = self.hearing();
        if let Some(said) = hearing.heard.early(&host, number, said) {
            self.passes_on_early(&hearing, &host, said);
            self.goes_on(&mut hearing, &host);
        }
    }

    /// What has waited for what has just been heard.
    fn goes_on(&self, hearing: &mut Hearing, host: &HostName) {
        while let Some(said) = hearing.heard.follows(host) {
            self.passes_on_early(hearing, host, said);
        }
    }

    fn passes_on_early(&self, hearing: &Hearing, host: &HostName, said: Broadcast) {
        if hearing.wanted.as_ref().is_none_or(|wanted| wanted.contains(&said.topic)) {
            self.early.fetch_add(1, Relaxed);
            self.passes_on(host, said);
        }
    }

    fn passes_on(&self, host: &HostName, said: Broadcast) {
        let Broadcast { tick, bytes, .. } = said;
        let relayed = self.ear.get().is_some_and(|ear| ear(&bytes));
        self.news(In::Said { host: host.clone(), tick, bytes, relayed });
    }

    fn news(&self, what: In) {
        if self.news.try_send(what).is_err() {
            self.dropped.incoming.fetch_add(1, Relaxed);
        }
    }

    fn hearing(&self) -> MutexGuard<'_, Hearing> {
        self.hearing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
