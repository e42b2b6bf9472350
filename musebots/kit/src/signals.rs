//! Ctrl-C and SIGTERM: both fade out, the second in a hurry; a second Ctrl-C ends at once, and so
//! does anything before the bot has begun to play.

use crate::{inbox::Inbox, life::Why};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU8, Ordering},
};

/// What signals have come.
pub(crate) struct Signals {
    state: Arc<AtomicU8>,
    plays: Arc<AtomicBool>,
}

const NONE: u8 = 0;
const INTERRUPTED: u8 = 1;
const TERMINATED: u8 = 2;

impl Signals {
    /// Listens from now on, and wakes whoever waits at the inbox.
    pub(crate) fn listen(inbox: &Arc<Inbox>) -> std::io::Result<Self> {
        let state = Arc::new(AtomicU8::new(NONE));
        let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let plays = Arc::new(AtomicBool::new(false));
        let (told, playing, inbox) = (Arc::clone(&state), Arc::clone(&plays), Arc::clone(inbox));
        std::thread::Builder::new().name("signals".into()).spawn(move || {
            let mut interrupts = 0;
            for signal in signals.forever() {
                if signal == SIGINT {
                    interrupts += 1;
                }
                if interrupts > 1 || !playing.load(Ordering::Acquire) {
                    // Nothing sounds that could fade, or nobody wants to hear it fade.
                    std::process::exit(if signal == SIGINT { 130 } else { 0 });
                }
                if signal == SIGINT {
                    told.fetch_max(INTERRUPTED, Ordering::Relaxed);
                } else {
                    told.fetch_max(TERMINATED, Ordering::Relaxed);
                }
                inbox.nudge();
            }
        })?;
        Ok(Self { state, plays })
    }

    /// From now on, signals are the player's business.
    pub(crate) fn playing(&self) {
        self.plays.store(true, Ordering::Release);
    }

    /// What came since the last call.
    pub(crate) fn take(&self) -> Option<Why> {
        match self.state.swap(NONE, Ordering::Relaxed) {
            INTERRUPTED => Some(Why::ToldOff),
            TERMINATED => Some(Why::Terminated),
            _ => None,
        }
    }
}
