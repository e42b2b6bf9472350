//! The page: the screen for any browser on this machine.

use crate::{Screen, Wish};
use std::{io, sync::mpsc::SyncSender};

/// A page that is being served, until this is dropped.
#[derive(Debug)]
pub struct Page {
    address: String,
}

impl Page {
    /// Serves the screen on loopback, at `port` (0: any free one). What viewers want comes out of `wishes`; when nobody takes it, it is dropped.
    ///
    /// # Errors
    /// When the port is taken.
    pub fn serve(_screen: Screen, _wishes: SyncSender<Wish>, _port: u16) -> io::Result<Self> {
        unimplemented!()
    }

    /// Where a browser finds it.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}
