//! Where the easel stands: in a room of its own, where nobody waits for it; or, in a render, here.

use crate::easel::{Easel, Order, Sketch, Worked};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
        mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel},
    },
    thread,
    time::Duration,
};

/// The studio.
pub(crate) enum Studio {
    /// On a thread of its own, in the pool that is given.
    Apart(Apart),
    /// Whoever asks waits.
    Here(Box<Here>),
}

pub(crate) struct Here {
    easel: Option<Easel>,
    sketch: Option<Arc<Sketch>>,
}

pub(crate) struct Apart {
    orders: SyncSender<Order>,
    until: Arc<AtomicUsize>,
    failed: Arc<AtomicBool>,
    sketch: Arc<Mutex<Option<Arc<Sketch>>>>,
}

impl Studio {
    /// A studio in which whoever asks waits.
    pub(crate) fn here() -> Self {
        Self::Here(Box::new(Here { easel: None, sketch: None }))
    }

    /// A studio with a thread of its own, which computes in `pool`.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(crate) fn apart(pool: rayon::ThreadPool) -> std::io::Result<Self> {
        let (orders, inbox) = sync_channel(1);
        let until = Arc::new(AtomicUsize::new(0));
        let (failed, sketch) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(None)));
        let room =
            Room { inbox, until: Arc::clone(&until), failed: Arc::clone(&failed), sketch: Arc::clone(&sketch), pool };
        thread::Builder::new().name("easel".into()).spawn(move || {
            crate::priority::lowest();
            let (failed, work) = (Arc::clone(&room.failed), std::panic::AssertUnwindSafe(|| room.work()));
            if std::panic::catch_unwind(work).is_err() {
                failed.store(true, Relaxed);
            }
        })?;
        Ok(Self::Apart(Apart { orders, until, failed, sketch }))
    }

    /// Orders a painting; the one before is left as it is. While the last order is still untouched, this one is not taken.
    ///
    /// # Errors
    /// When there is nothing to paint with, or nothing that can be painted; from a room apart, [`Self::has_failed`]
    /// says so later.
    pub(crate) fn order(&mut self, order: Order) -> anyhow::Result<()> {
        match self {
            Self::Here(here) => {
                if here.easel.is_none() {
                    here.easel = Some(Easel::new()?);
                }
                here.easel.as_mut().expect("it was made just now").begin(order)
            }
            Self::Apart(apart) => {
                apart.until.store(0, Relaxed);
                match apart.orders.try_send(order) {
                    Err(TrySendError::Disconnected(_)) => anyhow::bail!("nobody is at the easel any more"),
                    _ => Ok(()),
                }
            }
        }
    }

    /// Whether a painting that was ordered could not be begun, or the studio has burnt down. It is told once.
    pub(crate) fn has_failed(&mut self) -> bool {
        match self {
            Self::Here(_) => false,
            Self::Apart(apart) => apart.failed.swap(false, Relaxed),
        }
    }

    /// What is to be seen when the painting should be `until` evaluations far.
    pub(crate) fn sketch(&mut self, until: usize) -> Option<Arc<Sketch>> {
        match self {
            Self::Here(here) => {
                while let Some(easel) = &mut here.easel {
                    match easel.work(until) {
                        Worked::Nothing => break,
                        Worked::Step => {}
                        Worked::Shown(sketch) => here.sketch = Some(sketch),
                    }
                }
                here.sketch.clone()
            }
            Self::Apart(apart) => {
                apart.until.store(until, Relaxed);
                apart.sketch.lock().unwrap_or_else(PoisonError::into_inner).clone()
            }
        }
    }
}

/// What the thread has.
struct Room {
    inbox: Receiver<Order>,
    until: Arc<AtomicUsize>,
    failed: Arc<AtomicBool>,
    sketch: Arc<Mutex<Option<Arc<Sketch>>>>,
    pool: rayon::ThreadPool,
}

impl Room {
    fn work(&self) {
        // The network is opened with the first order: whoever never paints never needs it.
        let mut easel = None;
        while let Ok(order) = self.inbox.recv() {
            let mut next = Some(order);
            while let Some(order) = next.take() {
                if easel.is_none() {
                    easel = self.pool.install(Easel::new).inspect_err(|e| tracing::warn!("cannot paint: {e:#}")).ok();
                }
                let Some(easel) = &mut easel else {
                    self.failed.store(true, Relaxed);
                    break;
                };
                if let Err(e) = self.pool.install(|| easel.begin(order)) {
                    tracing::warn!("cannot paint this: {e:#}");
                    self.failed.store(true, Relaxed);
                    break;
                }
                next = match self.paint(easel) {
                    Ok(next) => next,
                    Err(Gone) => return,
                };
            }
        }
    }

    /// Works until there is another order.
    fn paint(&self, easel: &mut Easel) -> Result<Option<Order>, Gone> {
        loop {
            let until = self.until.load(Relaxed);
            match self.pool.install(|| easel.work(until)) {
                Worked::Nothing => thread::sleep(Duration::from_millis(10)),
                Worked::Step => {}
                Worked::Shown(sketch) => *self.sketch.lock().unwrap_or_else(PoisonError::into_inner) = Some(sketch),
            }
            match self.inbox.try_recv() {
                Ok(order) => return Ok(Some(order)),
                Err(TryRecvError::Empty) => {}
                Err(TryRecvError::Disconnected) => return Err(Gone),
            }
        }
    }
}

/// Nobody will order anything any more.
struct Gone;
