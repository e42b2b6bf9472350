//! What can go wrong on the way to a device, and what to try.

/// Why there is no sound.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DeviceError {
    /// The machine has nothing to play on.
    #[error(
        "found no audio device to play on ({reason}); plug one in or start a sound server, or use the output `null` or `file`"
    )]
    NoDevice {
        /// What the system said.
        reason: String,
    },
    /// None of the devices has that name.
    #[error("found no audio device `{name}` (there are: {})", list(.devices))]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// The names that would have been good.
        devices: Vec<String>,
    },
    /// The device takes samples in no way that we know.
    #[error("failed to agree with audio device `{device}` on a format: it takes {offers}; choose another device")]
    NoFormat {
        /// The device.
        device: String,
        /// What it offers.
        offers: String,
    },
    /// The device does not do what is asked of it.
    #[error("failed to have {wanted} of audio device `{device}`: it takes {offers}")]
    NotOffered {
        /// The device.
        device: String,
        /// What was asked of it.
        wanted: String,
        /// What it offers.
        offers: String,
    },
    /// The audio system does not answer.
    #[error("failed to reach the audio host `{host}`: {reason}; is its server running?")]
    Host {
        /// Its name.
        host: String,
        /// What it said.
        reason: String,
    },
    /// The device is there but does not open.
    #[error("failed to open audio device `{device}`: {reason}; is another program holding it?")]
    Open {
        /// The device.
        device: String,
        /// What the system said.
        reason: String,
    },
}

fn list(devices: &[String]) -> String {
    if devices.is_empty() { "none".to_owned() } else { devices.join(", ") }
}
