//! A MIDI output: messages are given ahead of time, each with its instant, and go by themselves.

use super::error::MidiError;
use super::message::MidiMessage;
use super::outbox::{Inlet, Shared, outbox};
use super::port::{Listed, MidiAddress, MidiSystem, Wanted, Way, find};
use super::{jack, native};
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::time::{Duration, Instant};

/// How long it may take, when it is closed, to send what is due: a full chord on a slow wire.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// An open output. Dropping it sends what is due by then, forgets the rest and closes the port.
///
/// ```no_run
/// use musebot_devices::{MidiAddress, MidiMessage, MidiOut, Wanted};
/// use std::time::{Duration, Instant};
///
/// let synthesiser = MidiAddress { port: Wanted::Named("Digitone".to_owned()), system: None };
/// let mut out = MidiOut::open("bass", &synthesiser)?;
/// let due = Instant::now() + Duration::from_millis(60);
/// assert!(out.latency() < Duration::from_millis(60), "it is given early enough");
/// out.send(due, MidiMessage::note_on(1, 60, 100));
/// out.send(due + Duration::from_millis(250), MidiMessage::note_off(1, 60));
/// # Ok::<(), musebot_devices::MidiError>(())
/// ```
pub struct MidiOut {
    inlet: Inlet,
    sender: Sender,
    name: String,
    system: MidiSystem,
}

enum Sender {
    Native(native::Sender),
    Jack { _open: jack::Sender },
}

/// Where to.
enum Target<'a> {
    Theirs(Listed),
    Own(&'a str),
}

impl MidiOut {
    /// Opens a port to send to, or one of our own. `client` is what others see us as. It may take
    /// some milliseconds: never on a thread that keeps time.
    ///
    /// # Errors
    /// When there is no such port, or it does not open.
    pub fn open(client: &str, address: &MidiAddress) -> Result<Self, MidiError> {
        let (system, target) = match &address.port {
            Wanted::Named(name) => {
                let (system, port) = find(name, address.system, Way::Out)?;
                (system, Target::Theirs(port))
            }
            Wanted::Virtual(name) => (address.system.unwrap_or_else(own_system), Target::Own(name)),
        };
        let (inlet, outbox) = outbox(matches!(&target, Target::Theirs(port) if port.wired));
        let sender = match (system, &target) {
            (MidiSystem::Native, Target::Theirs(port)) => {
                Sender::Native(native::Sender::connect(client, port, outbox)?)
            }
            (MidiSystem::Native, Target::Own(name)) => Sender::Native(native::Sender::create(client, name, outbox)?),
            (MidiSystem::Jack, Target::Theirs(port)) => {
                Sender::Jack { _open: jack::Sender::connect(client, port, outbox)? }
            }
            (MidiSystem::Jack, Target::Own(name)) => {
                Sender::Jack { _open: jack::Sender::create(client, name, outbox)? }
            }
        };
        let name = match target {
            Target::Theirs(port) => port.name,
            Target::Own(name) => name.to_owned(),
        };
        Ok(Self { inlet, sender, name, system })
    }

    /// Sends a message at its instant; a past one means now. `false` when too many are waiting
    /// already: then it is not sent. Realtime-safe: yes.
    pub fn send(&mut self, at: Instant, message: MidiMessage) -> bool {
        let given = self.inlet.give(at, message);
        if let Sender::Native(sender) = &self.sender {
            sender.wake();
        }
        given
    }

    /// What has not been sent yet is not sent, the ends of notes and the clock included.
    /// Realtime-safe: yes.
    pub fn forget(&mut self) {
        self.inlet.forget();
    }

    /// Whether the port, or the JACK server, has gone. A port of a living JACK server is taken
    /// again when it is back; any other has to be opened anew. Realtime-safe: yes.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.shared().lost.load(Relaxed)
    }

    /// How long ahead of its instant a message must be given. Realtime-safe: yes.
    #[must_use]
    pub fn latency(&self) -> Duration {
        self.shared().latency()
    }

    /// How late each message was that was sent since the last call, in milliseconds; JACK's go
    /// at a frame, and may be early by a part of one.
    pub fn lateness(&mut self, each: impl FnMut(f32)) {
        self.inlet.lateness(each);
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

    fn shared(&self) -> &Shared {
        &self.inlet.shared
    }
}

impl Drop for MidiOut {
    fn drop(&mut self) {
        self.shared().idle.store(false, SeqCst);
        self.shared().closing.store(true, SeqCst);
        if let Sender::Native(sender) = &self.sender {
            sender.wake();
        }
        let deadline = Instant::now() + LAST_WORDS;
        while !self.is_lost() && !self.shared().idle.load(SeqCst) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Where a port of our own goes if nobody says: the system's own, else JACK.
pub(crate) fn own_system() -> MidiSystem {
    MidiSystem::ALL.into_iter().find(|system| super::port::midi_system(*system).is_ok()).unwrap_or(MidiSystem::Native)
}
