//! Audio: hosts and their devices, listed and opened; sound out, sound in.

mod device;
mod error;
mod format;
mod health;
mod host;
mod input;
mod listing;
mod offers;
mod stream;
mod wish;

pub use device::{AudioDevice, has_output_device, output_devices};
pub use error::DeviceError;
pub use health::{Health, Trouble};
pub use host::{AudioHost, NoSuchHost};
pub use input::{AudioIn, Hear};
pub use listing::{AudioPort, HostListing, audio_hosts};
pub use offers::Offers;
pub use stream::{CallbackTime, Fill, MOST_FRAMES, OutputStream};
pub use wish::AudioWish;
