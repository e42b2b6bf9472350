//! Sends through JACK: each message is written at its frame in the cycle that it falls into.

use super::super::error::MidiError;
use super::super::outbox::{Outbox, Shared};
use super::super::port::{Listed, Way};
use super::super::queue::Next;
use super::super::watch::Watch;
use super::cycle::{Cycle, JackClock, latency};
use super::port_watch::{Fate, Notices};
use super::{connect, failed, plain};
use ::jack::{AsyncClient, Client, Control, LatencyType, Port, ProcessHandler, ProcessScope, RawMidi};
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

/// The longest message, which must fit when one is taken out of the queue.
const LONGEST: usize = 3;
/// A cycle may begin a little early.
const ROOM: Duration = Duration::from_micros(500);

/// The client that sends. Dropping it leaves the server.
pub(crate) struct Sender {
    _watch: Option<Watch>,
    _client: Arc<AsyncClient<Notices, Process>>,
}

impl Sender {
    /// Sends to a port that is there.
    pub(crate) fn connect(client: &str, port: &Listed, outbox: Outbox) -> Result<Self, MidiError> {
        Self::start(client, "out", Some(port), outbox)
    }

    /// Sends to whoever connects to a port of our own.
    pub(crate) fn create(client: &str, name: &str, outbox: Outbox) -> Result<Self, MidiError> {
        Self::start(client, name, None, outbox)
    }

    fn start(client: &str, name: &str, theirs: Option<&Listed>, outbox: Outbox) -> Result<Self, MidiError> {
        let called = theirs.map_or(name, |port| &port.name);
        let client = connect(client)?;
        let port = client.register_port(&plain(name), ::jack::MidiOut::default()).map_err(|e| failed(called, &e))?;
        let ours = port.name().map_err(|e| failed(called, &e))?;
        let shared = Arc::clone(&outbox.shared);
        let period = f64::from(client.buffer_size()) / f64::from(client.sample_rate().max(1));
        shared.set_latency(Duration::from_secs_f64(period) + ROOM);
        let fate = Fate::new(shared);
        let process = Process { clock: JackClock::new(&client), port, outbox, said_all: false, closed: None };
        let client = Arc::new(client.activate_async(fate.notices(), process).map_err(|e| failed(called, &e))?);
        if let Some(theirs) = theirs {
            let (from, to) = (ours.as_str(), theirs.id.as_str());
            client.as_client().connect_ports_by_name(from, to).map_err(|e| failed(called, &e))?;
            // The connection comes with one of the next cycles; what is written before is heard by nobody.
            std::thread::sleep(Duration::from_secs_f64(3.0 * period) + ROOM);
        }
        let watch = theirs.map(|theirs| fate.keep_connected(Arc::clone(&client), ours, theirs, Way::Out));
        Ok(Self { _watch: watch, _client: client })
    }
}

struct Process {
    clock: JackClock,
    port: Port<::jack::MidiOut>,
    outbox: Outbox,
    /// Nothing was left to be sent in the cycle before, and nothing more is given.
    said_all: bool,
    /// When we were closed.
    closed: Option<Instant>,
}

impl ProcessHandler for Process {
    /// Realtime-safe: yes.
    fn process(&mut self, client: &Client, scope: &ProcessScope) -> Control {
        let cycle = Cycle::now(self.clock, client, scope);
        // A message leaves the machine, or sounds, so much after its frame.
        let after = latency(&self.port, LatencyType::Playback, &cycle);
        let shared: &Shared = &self.outbox.shared;
        shared.set_latency(cycle.length() + after + ROOM);
        let closing = shared.closing.load(SeqCst);
        self.outbox.take_in();
        let mut writer = self.port.writer(scope);
        let mut frame = 0;
        while writer.max_event_size() >= LONGEST {
            match self.outbox.next(cycle.end(frame) + after) {
                Next::Send(due, message) => {
                    // There is room, and the frame is in the cycle.
                    let _ = writer.write(&RawMidi { time: frame, bytes: message.bytes() });
                    self.outbox.sent(due, cycle.instant(frame) + after);
                }
                Next::Wait(until) => match until.checked_sub(after).and_then(|at| cycle.frame(at)) {
                    // A rounding must not keep us at one frame.
                    Some(next) => frame = next.max(frame + 1),
                    None => break,
                },
                Next::Nothing => break,
            }
            if frame >= cycle.frames() {
                break;
            }
        }
        // Those who hear us read what is in this cycle before the next.
        // A server that was held up has cycles that lie behind the clock: what was due when we were closed is
        // in one of the next.
        let closed = if closing { *self.closed.get_or_insert_with(Instant::now) } else { cycle.instant(0) };
        let said_all = closing && !self.outbox.is_behind(closed);
        self.outbox.shared.idle.store(said_all && self.said_all, SeqCst);
        self.said_all = said_all;
        Control::Continue
    }
}
