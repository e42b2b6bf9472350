//! The one door to audio and MIDI hardware: list it, open it, notice when it goes.
//!
//! [`AudioDevice`] is a device that was found and asked what it can do; [`OutputStream`] is one
//! that plays, [`AudioIn`] one that listens, and [`audio_hosts`] lists them all. Whoever fills a
//! stream sees stereo frames of `f32`, whatever the device takes. [`MidiOut`] takes messages ahead
//! of time and sends each at its instant, [`MidiIn`] says when each arrived; ports have names that
//! stay.

mod audio;
mod midi;
mod priority;
mod quietly;

pub use audio::{
    AudioDevice, AudioHost, AudioIn, AudioPort, AudioWish, CallbackTime, DeviceError, Fill, Health, Hear, HostListing,
    MOST_FRAMES, NoSuchHost, Offers, OutputStream, Trouble, audio_hosts, has_output_device, output_devices,
};
pub use midi::{
    MidiAddress, MidiError, MidiIn, MidiKind, MidiMessage, MidiOut, MidiPort, MidiSystem, NoSuchSystem, Rank,
    VirtualPort, Wanted, midi_inputs, midi_outputs, midi_system,
};
