//! Notices when a JACK server or a port goes, and takes the port again when it is back.

use super::super::port::{Listed, Way};
use super::super::watch::Watch;
use super::ports;
use ::jack::{AsyncClient, Client, ClientStatus, NotificationHandler, PortId, ProcessHandler};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::thread::Thread;

/// What becomes of a port of ours: whether it leads anywhere, and who looks after it.
#[derive(Clone)]
pub(crate) struct Fate {
    lost: Arc<dyn Flag>,
    /// The server has gone: nothing can come back.
    down: Arc<AtomicBool>,
    looker: Arc<OnceLock<Thread>>,
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

impl Fate {
    pub(crate) fn new(lost: Arc<dyn Flag>) -> Self {
        Self { lost, down: Arc::default(), looker: Arc::default() }
    }

    /// What JACK is to tell.
    pub(crate) fn notices(&self) -> Notices {
        Notices(self.clone())
    }

    /// Keeps a port of ours connected with one of theirs, by its stable name.
    pub(crate) fn keep_connected<P: ProcessHandler + 'static>(
        &self,
        client: Arc<AsyncClient<Notices, P>>,
        ours: String,
        theirs: &Listed,
        way: Way,
    ) -> Watch {
        let (fate, wanted) = (self.clone(), theirs.name.clone());
        let watch = Watch::new(move || {
            if fate.down.load(Relaxed) {
                return;
            }
            let connected = connect_to(client.as_client(), &ours, &wanted, way);
            // The server may have gone while we asked.
            fate.lost.set_lost(!connected || fate.down.load(Relaxed));
        });
        if let Some(thread) = watch.thread() {
            let _ = self.looker.set(thread);
        }
        watch
    }
}

/// JACK's callbacks. They must not ask JACK anything, so they wake whoever does.
pub(crate) struct Notices(Fate);

impl Notices {
    fn look(&self) {
        if let Some(looker) = self.0.looker.get() {
            looker.unpark();
        }
    }
}

impl NotificationHandler for Notices {
    #[expect(unsafe_code, reason = "the trait has it so; two atomics are set, which is async-signal-safe")]
    unsafe fn shutdown(&mut self, _status: ClientStatus, _reason: &str) {
        self.0.down.store(true, Relaxed);
        self.0.lost.set_lost(true);
    }

    fn port_registration(&mut self, _: &Client, _: PortId, _: bool) {
        self.look();
    }

    fn ports_connected(&mut self, _: &Client, _: PortId, _: PortId, _: bool) {
        self.look();
    }
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
