//! A MIDI input: every message with the instant that it arrived at.

use super::error::MidiError;
use super::message::MidiMessage;
use super::out::own_system;
use super::port::{MidiAddress, MidiSystem, Wanted, Way, find};
use super::{jack, native};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Instant;

/// An open input. Dropping it closes the port.
pub struct MidiIn {
    _receiver: Receiver,
    lost: Arc<AtomicBool>,
    name: String,
    system: MidiSystem,
}

enum Receiver {
    Native { _open: native::Receiver },
    Jack { _open: jack::Receiver },
}

impl MidiIn {
    /// Opens a port to hear, or one of our own that others send to. `client` is what others see us
    /// as. `heard` is called on the system's own thread with the instant that a message arrived
    /// at; it must not block, and under JACK it must be realtime-safe, and the instant may lie
    /// ahead by up to a period: another program's message is known before its frame has come.
    ///
    /// # Errors
    /// When there is no such port, or it does not open.
    pub fn open(
        client: &str,
        address: &MidiAddress,
        heard: impl FnMut(Instant, MidiMessage) + Send + 'static,
    ) -> Result<Self, MidiError> {
        let lost = Arc::new(AtomicBool::new(false));
        let gone = Arc::clone(&lost);
        let (name, system, receiver) = match &address.port {
            Wanted::Named(name) => {
                let (system, port) = find(name, address.system, Way::In)?;
                let receiver = match system {
                    MidiSystem::Native => {
                        Receiver::Native { _open: native::Receiver::connect(client, &port, gone, heard)? }
                    }
                    MidiSystem::Jack => Receiver::Jack { _open: jack::Receiver::connect(client, &port, gone, heard)? },
                };
                (port.name, system, receiver)
            }
            Wanted::Virtual(name) => {
                let system = address.system.unwrap_or_else(own_system);
                let receiver = match system {
                    MidiSystem::Native => Receiver::Native { _open: native::Receiver::create(client, name, heard)? },
                    MidiSystem::Jack => Receiver::Jack { _open: jack::Receiver::create(client, name, gone, heard)? },
                };
                (name.clone(), system, receiver)
            }
        };
        Ok(Self { _receiver: receiver, lost, name, system })
    }

    /// Whether the port, or the JACK server, has gone. A port of a living JACK server is taken
    /// again when it is back; any other has to be opened anew. Realtime-safe: yes.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.lost.load(Relaxed)
    }

    /// The port's stable name, or that of our own.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Who carries the messages.
    #[must_use]
    pub fn system(&self) -> MidiSystem {
        self.system
    }
}
