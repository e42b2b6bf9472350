//! The thread that sends: it sleeps until the instant of the next message, and no longer.

use super::super::error::MidiError;
use super::super::message::MidiMessage;
use super::super::outbox::{Outbox, Shared};
use super::super::port::{Listed, Way};
use super::super::queue::Next;
use super::super::watch::Watch;
use super::link::Link;
use super::{absent, failed, outputs, own_port, watch};
use crate::priority::{Priority, promote};
use crate::quietly::quietly;
#[cfg(unix)]
use midir::os::unix::VirtualOutput;
use midir::{MidiOutput, MidiOutputConnection, SendError};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::thread::{Builder, Thread, park, park_timeout};
use std::time::{Duration, Instant};

/// From waking up to the first byte, with some room.
const LATENCY: Duration = Duration::from_millis(1);
/// How long a message is offered to a system that does not take it, and how often.
const PATIENCE: Duration = Duration::from_secs(1);
const AGAIN: Duration = Duration::from_millis(1);

/// What is sending. The thread ends by itself when the outbox is closing.
pub(crate) struct Sender {
    thread: Thread,
    _watch: Option<Watch>,
}

impl Sender {
    /// Sends to a port that is there.
    pub(crate) fn connect(client: &str, port: &Listed, outbox: Outbox) -> Result<Self, MidiError> {
        let (connection, link) = quietly(|| {
            Link::make(port, Way::Out, || {
                let midi = MidiOutput::new(client).map_err(|_| absent())?;
                let Some((_, theirs)) = outputs(&midi).into_iter().find(|(one, _)| one.id == port.id) else {
                    return Err(failed(&port.name, "it has just gone"));
                };
                midi.connect(&theirs, own_port(Way::Out)).map_err(|e| failed(&port.name, e))
            })
        })?;
        let shared = Arc::clone(&outbox.shared);
        let watch = watch(link, move || shared.lost.store(true, Relaxed));
        Self::start(&port.name, connection, outbox, Some(watch))
    }

    /// Sends to whoever connects to a port of our own.
    #[cfg(unix)]
    pub(crate) fn create(client: &str, name: &str, outbox: Outbox) -> Result<Self, MidiError> {
        let connection = quietly(|| {
            let midi = MidiOutput::new(client).map_err(|_| absent())?;
            midi.create_virtual(name).map_err(|e| failed(name, e))
        })?;
        Self::start(name, connection, outbox, None)
    }

    /// Sends to whoever connects to a port of our own.
    #[cfg(not(unix))]
    pub(crate) fn create(_client: &str, name: &str, _outbox: Outbox) -> Result<Self, MidiError> {
        Err(failed(name, "this system has no virtual ports"))
    }

    fn start(
        name: &str,
        connection: MidiOutputConnection,
        outbox: Outbox,
        watch: Option<Watch>,
    ) -> Result<Self, MidiError> {
        outbox.shared.set_latency(LATENCY);
        // Where several listen to a port of ours and the buffer of one is full, the others have it already.
        let patience = if watch.is_some() { PATIENCE } else { Duration::ZERO };
        let run = move || send_all(outbox, connection, patience);
        let thread = Builder::new().name("midi".to_owned()).spawn(run).map_err(|e| failed(name, e))?;
        Ok(Self { thread: thread.thread().clone(), _watch: watch })
    }

    /// There is something new. Realtime-safe: yes.
    pub(crate) fn wake(&self) {
        self.thread.unpark();
    }
}

fn send_all(mut outbox: Outbox, mut connection: MidiOutputConnection, patience: Duration) {
    promote(Priority::Midi);
    loop {
        outbox.take_in();
        let closing = outbox.shared.closing.load(SeqCst);
        match outbox.next(Instant::now()) {
            Next::Send(due, message) => {
                send(&mut connection, &message, &outbox.shared, patience);
                outbox.sent(due, Instant::now());
            }
            Next::Wait(_) | Next::Nothing if closing && !outbox.is_behind(Instant::now()) => break,
            Next::Wait(until) => park_timeout(until.saturating_duration_since(Instant::now())),
            Next::Nothing => park(),
        }
    }
    outbox.shared.idle.store(true, SeqCst);
}

/// Offers a message until it is taken: the system's own buffer may be full for a moment.
fn send(connection: &mut MidiOutputConnection, message: &MidiMessage, shared: &Shared, patience: Duration) {
    let deadline = Instant::now() + patience;
    while let Err(SendError::Other(_)) = connection.send(message.bytes()) {
        if shared.lost.load(Relaxed) || Instant::now() > deadline {
            return;
        }
        park_timeout(AGAIN);
    }
}
