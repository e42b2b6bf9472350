//! The one door to audio and MIDI hardware: list it, open it, notice when it goes.
//!
//! [`AudioDevice`] is a device that was found and asked what it can do; [`OutputStream`] is one
//! that plays. Whoever fills the stream sees stereo frames of `f32`, whatever the device takes.
//! [`MidiOut`] takes messages ahead of time and sends each at its instant, [`MidiIn`] says when each
//! arrived; ports have names that stay.

mod device;
mod error;
mod format;
mod health;
mod midi;
mod priority;
mod quietly;
mod stream;

pub use device::{AudioDevice, has_output_device, output_devices};
pub use error::DeviceError;
pub use health::{Health, Trouble};
pub use midi::{
    MidiAddress, MidiError, MidiIn, MidiKind, MidiMessage, MidiOut, MidiPort, MidiSystem, NoSuchSystem, Rank,
    VirtualPort, Wanted, midi_inputs, midi_outputs, midi_system,
};
pub use stream::{CallbackTime, Fill, MOST_FRAMES, OutputStream};
