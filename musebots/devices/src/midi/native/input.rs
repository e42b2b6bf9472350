//! Hears a port of the operating system's own MIDI.

use super::super::arrival::Arrival;
use super::super::error::MidiError;
use super::super::message::MidiMessage;
use super::super::port::{Listed, Way};
use super::super::watch::Watch;
use super::link::Link;
use super::{absent, failed, inputs, own_port, watch};
use crate::quietly::quietly;
#[cfg(unix)]
use midir::os::unix::VirtualInput;
use midir::{Ignore, MidiInput, MidiInputConnection};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// What is hearing. Dropping it closes the port.
pub(crate) struct Receiver {
    _connection: MidiInputConnection<()>,
    _watch: Option<Watch>,
}

/// Whoever wants to know.
pub(crate) trait Heard: FnMut(Instant, MidiMessage) + Send + 'static {}
impl<F: FnMut(Instant, MidiMessage) + Send + 'static> Heard for F {}

impl Receiver {
    /// Hears a port that is there.
    pub(crate) fn connect(
        client: &str,
        port: &Listed,
        lost: Arc<AtomicBool>,
        heard: impl Heard,
    ) -> Result<Self, MidiError> {
        let (connection, link) = quietly(|| {
            Link::make(port, Way::In, || {
                let midi = new(client)?;
                let Some((_, theirs)) = inputs(&midi).into_iter().find(|(one, _)| one.id == port.id) else {
                    return Err(failed(&port.name, "it has just gone"));
                };
                midi.connect(&theirs, own_port(Way::In), on_message(heard), ()).map_err(|e| failed(&port.name, e))
            })
        })?;
        Ok(Self { _connection: connection, _watch: Some(watch(link, move || lost.store(true, Relaxed))) })
    }

    /// Hears whoever connects to a port of our own.
    #[cfg(unix)]
    pub(crate) fn create(client: &str, name: &str, heard: impl Heard) -> Result<Self, MidiError> {
        Self::create_raw(client, name, on_message(heard))
    }

    /// The same, with the bytes as they come.
    #[cfg(unix)]
    pub(crate) fn create_raw(
        client: &str,
        name: &str,
        heard: impl FnMut(u64, &[u8], &mut ()) + Send + 'static,
    ) -> Result<Self, MidiError> {
        let connection = quietly(|| new(client)?.create_virtual(name, heard, ()).map_err(|e| failed(name, e)))?;
        Ok(Self { _connection: connection, _watch: None })
    }

    /// Hears whoever connects to a port of our own.
    #[cfg(not(unix))]
    pub(crate) fn create(_client: &str, name: &str, _heard: impl Heard) -> Result<Self, MidiError> {
        Err(failed(name, "this system has no virtual ports"))
    }
}

fn new(client: &str) -> Result<MidiInput, MidiError> {
    let mut midi = MidiInput::new(client).map_err(|_| absent())?;
    midi.ignore(Ignore::None);
    Ok(midi)
}

fn on_message(mut heard: impl Heard) -> impl FnMut(u64, &[u8], &mut ()) + Send + 'static {
    let mut arrival = Arrival::default();
    move |micros, bytes, ()| {
        if let Some(message) = MidiMessage::read(bytes) {
            heard(arrival.instant(Instant::now(), Duration::from_micros(micros)), message);
        }
    }
}
