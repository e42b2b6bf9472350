//! MIDI: ports with names that stay, messages that go at their instant and come with theirs.

mod arrival;
mod error;
mod input;
mod jack;
mod message;
mod native;
mod out;
mod outbox;
mod port;
mod queue;
mod virtual_port;
mod watch;

pub use error::MidiError;
pub use input::MidiIn;
pub use message::{MidiKind, MidiMessage, Rank};
pub use out::MidiOut;
pub use port::{MidiAddress, MidiPort, MidiSystem, NoSuchSystem, Wanted, midi_inputs, midi_outputs, midi_system};
pub use virtual_port::VirtualPort;
