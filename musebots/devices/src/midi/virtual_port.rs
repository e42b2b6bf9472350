//! A port of our own that others connect to, a DAW for instance. It outlives whoever writes to it.

use super::error::MidiError;
use super::out::own_system;
use super::port::{MidiAddress, MidiSystem, Wanted};
use super::{jack, native};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// What is sent to its input comes out of its output. Dropping it takes it away.
pub struct VirtualPort {
    through: Through,
    lost: Arc<AtomicBool>,
    name: String,
}

enum Through {
    Native(native::Through),
    Jack(jack::Through),
}

impl VirtualPort {
    /// Makes a port. `client` is what others see us as, `name` what they see the port as. Where no
    /// system is asked for, it is the operating system's own, or else JACK.
    ///
    /// # Errors
    /// When there is no MIDI, or it makes no port.
    pub fn open(client: &str, name: &str, system: Option<MidiSystem>) -> Result<Self, MidiError> {
        let lost = Arc::new(AtomicBool::new(false));
        let through = match system.unwrap_or_else(own_system) {
            MidiSystem::Native => Through::Native(native::Through::open(client, name)?),
            MidiSystem::Jack => Through::Jack(jack::Through::open(client, name, Arc::clone(&lost))?),
        };
        Ok(Self { through, lost, name: name.to_owned() })
    }

    /// Where to send what is to come out of it.
    #[must_use]
    pub fn input(&self) -> MidiAddress {
        let (name, system) = match &self.through {
            Through::Native(through) => (through.input(), MidiSystem::Native),
            Through::Jack(through) => (through.input(), MidiSystem::Jack),
        };
        MidiAddress { port: Wanted::Named(name.to_owned()), system: Some(system) }
    }

    /// What others see it as.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it has gone with its JACK server; open another to have it back.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.lost.load(Relaxed)
    }
}
