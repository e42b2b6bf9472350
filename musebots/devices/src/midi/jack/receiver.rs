//! Hears a JACK port: the frame of a message says when it arrived.

use super::super::error::MidiError;
use super::super::message::MidiMessage;
use super::super::port::{Listed, Way};
use super::super::watch::Watch;
use super::cycle::{Cycle, JackClock, latency};
use super::port_watch::{Fate, Notices};
use super::{connect, failed, plain};
use ::jack::{AsyncClient, Client, Control, LatencyType, Port, ProcessHandler, ProcessScope};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// The client that hears. Dropping it leaves the server.
pub(crate) struct Receiver {
    _watch: Option<Watch>,
    _client: Arc<AsyncClient<Notices, Process>>,
}

impl Receiver {
    /// Hears a port that is there.
    pub(crate) fn connect(
        client: &str,
        port: &Listed,
        lost: Arc<AtomicBool>,
        heard: impl FnMut(Instant, MidiMessage) + Send + 'static,
    ) -> Result<Self, MidiError> {
        Self::start(client, "in", Some(port), lost, Box::new(heard))
    }

    /// Hears whoever connects to a port of our own.
    pub(crate) fn create(
        client: &str,
        name: &str,
        lost: Arc<AtomicBool>,
        heard: impl FnMut(Instant, MidiMessage) + Send + 'static,
    ) -> Result<Self, MidiError> {
        Self::start(client, name, None, lost, Box::new(heard))
    }

    fn start(
        client: &str,
        name: &str,
        theirs: Option<&Listed>,
        lost: Arc<AtomicBool>,
        heard: Box<dyn FnMut(Instant, MidiMessage) + Send>,
    ) -> Result<Self, MidiError> {
        let called = theirs.map_or(name, |port| &port.name);
        let client = connect(client)?;
        let port = client.register_port(&plain(name), ::jack::MidiIn::default()).map_err(|e| failed(called, &e))?;
        let ours = port.name().map_err(|e| failed(called, &e))?;
        let fate = Fate::new(lost);
        let process = Process { clock: JackClock::new(&client), port, heard };
        let client = Arc::new(client.activate_async(fate.notices(), process).map_err(|e| failed(called, &e))?);
        if let Some(theirs) = theirs {
            let (from, to) = (theirs.id.as_str(), ours.as_str());
            client.as_client().connect_ports_by_name(from, to).map_err(|e| failed(called, &e))?;
        }
        let watch = theirs.map(|theirs| fate.keep_connected(Arc::clone(&client), ours, theirs, Way::In));
        Ok(Self { _watch: watch, _client: client })
    }
}

struct Process {
    clock: JackClock,
    port: Port<::jack::MidiIn>,
    heard: Box<dyn FnMut(Instant, MidiMessage) + Send>,
}

impl ProcessHandler for Process {
    /// Realtime-safe: as far as whoever hears is.
    fn process(&mut self, client: &Client, scope: &ProcessScope) -> Control {
        let cycle = Cycle::now(self.clock, client, scope);
        // What comes from a machine was there before it is handed to us.
        let before = latency(&self.port, LatencyType::Capture, &cycle);
        for event in self.port.iter(scope) {
            if let Some(message) = MidiMessage::read(event.bytes) {
                let at = cycle.instant(event.time);
                (self.heard)(at.checked_sub(before).unwrap_or(at), message);
            }
        }
        Control::Continue
    }
}
