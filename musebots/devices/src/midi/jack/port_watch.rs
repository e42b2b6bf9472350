//! Notices when a JACK server or a port goes, and takes the port again when it is back.

use super::super::port::{Listed, Way};
use super::super::watch::Watch;
use super::ports;
use ::jack::{AsyncClient, Client, ClientStatus, NotificationHandler, PortId, ProcessHandler};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::thread::Thread;

/// What JACK tells us. Its callbacks must not ask JACK anything, so they wake whoever does.
pub(crate) struct Notices {
    pub(crate) lost: Arc<dyn Flag>,
    /// The server has gone: nothing can come back.
    pub(crate) down: Arc<AtomicBool>,
    pub(crate) looker: Arc<OnceLock<Thread>>,
}

/// Something that can be lost.
pub(crate) trait Flag: Send + Sync + 'static {
    fn set_lost(&self, lost: bool);
}

impl Flag for AtomicBool {
    fn set_lost(&self, lost: bool) {
        self.store(lost, Relaxed);
    }
}

impl Flag for super::super::outbox::Shared {
    fn set_lost(&self, lost: bool) {
        self.lost.store(lost, Relaxed);
    }
}

impl Notices {
    pub(crate) fn new(lost: Arc<dyn Flag>) -> Self {
        Self { lost, down: Arc::default(), looker: Arc::default() }
    }

    fn look(&self) {
        if let Some(looker) = self.looker.get() {
            looker.unpark();
        }
    }
}

impl NotificationHandler for Notices {
    #[expect(unsafe_code, reason = "the trait has it so; two atomics are set, which is async-signal-safe")]
    unsafe fn shutdown(&mut self, _status: ClientStatus, _reason: &str) {
        self.down.store(true, Relaxed);
        self.lost.set_lost(true);
    }

    fn port_registration(&mut self, _: &Client, _: PortId, _: bool) {
        self.look();
    }

    fn ports_connected(&mut self, _: &Client, _: PortId, _: PortId, _: bool) {
        self.look();
    }
}

/// Keeps a port of ours connected to one of theirs, by its stable name.
pub(crate) fn keep_connected<P: ProcessHandler + 'static>(
    client: Arc<AsyncClient<Notices, P>>,
    ours: String,
    theirs: &Listed,
    way: Way,
    notices: (Arc<dyn Flag>, Arc<AtomicBool>, &OnceLock<Thread>),
) -> Watch {
    let (lost, down, looker) = notices;
    let wanted = theirs.name.clone();
    let watch = Watch::new(move || {
        if down.load(Relaxed) {
            return;
        }
        let connected = connect_to(client.as_client(), &ours, &wanted, way);
        // The server may have gone while we asked.
        lost.set_lost(!connected || down.load(Relaxed));
    });
    if let Some(thread) = watch.thread() {
        let _ = looker.set(thread);
    }
    watch
}

/// Whether the two are connected now.
fn connect_to(client: &Client, ours: &str, wanted: &str, way: Way) -> bool {
    let Some(theirs) = ports(client, way).into_iter().find(|port| port.name == wanted) else { return false };
    let Some(port) = client.port_by_name(ours) else { return false };
    if port.is_connected_to(&theirs.id).unwrap_or(false) {
        return true;
    }
    let (from, to) = match way {
        Way::Out => (ours, theirs.id.as_str()),
        Way::In => (theirs.id.as_str(), ours),
    };
    client.connect_ports_by_name(from, to).is_ok()
}
