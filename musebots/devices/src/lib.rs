//! The one door to audio hardware: list it, open it, notice when it goes.
//!
//! [`AudioDevice`] is a device that was found and asked what it can do; [`OutputStream`] is one
//! that plays. Whoever fills the stream sees stereo frames of `f32`, whatever the device takes.

mod device;
mod error;
mod format;
mod health;
mod quietly;
mod stream;

pub use device::{AudioDevice, has_output_device, output_devices};
pub use error::DeviceError;
pub use health::{Health, Trouble};
pub use stream::{CallbackTime, Fill, MOST_FRAMES, OutputStream};
