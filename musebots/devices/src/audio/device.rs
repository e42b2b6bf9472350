//! Finds an audio device and asks what it can do, before anything is opened.

use super::error::DeviceError;
use super::host::AudioHost;
use super::offers::{Choice, choose};
use super::wish::AudioWish;
use crate::quietly::quietly;
use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{Device, StreamConfig};

/// An audio device that can be played on.
#[derive(Debug, Clone)]
pub struct AudioDevice {
    pub(crate) device: Device,
    pub(crate) name: String,
    pub(crate) choice: Choice,
    host: AudioHost,
}

impl AudioDevice {
    /// The device that is wished: the host's default one, or the one that has this identifier or
    /// name, or a part of either. `find(None::<&str>)` and `find("Scarlett")` do too.
    ///
    /// # Errors
    /// When there is none, or it cannot play as it is wished.
    pub fn find(wish: impl Into<AudioWish>) -> Result<Self, DeviceError> {
        let wish = wish.into();
        quietly(|| Self::ask(&wish, Way::Out))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The audio system that it belongs to.
    #[must_use]
    pub fn host(&self) -> AudioHost {
        self.host
    }

    /// Frames a second.
    #[must_use]
    pub fn sample_rate(&self) -> u32 {
        self.choice.config.sample_rate
    }

    pub(crate) fn config(&self) -> StreamConfig {
        self.choice.config
    }

    /// Whether it is the hardware itself. A thread that feeds a sound server through ALSA must
    /// not have real-time priority: after an underrun it may spin, and then the server, which
    /// has no priority, never gets to play what would end the spinning. JACK sees to its own.
    pub(crate) fn is_hardware(&self) -> bool {
        let hardware = ["hw:", "plughw:", "front:", "sysdefault:"];
        !cfg!(target_os = "linux")
            || self.host == AudioHost::default()
                && self.device.id().is_ok_and(|id| hardware.iter().any(|prefix| id.id().starts_with(prefix)))
    }

    pub(crate) fn ask(wish: &AudioWish, way: Way) -> Result<Self, DeviceError> {
        let chosen = wish.host.unwrap_or_default();
        let host = open(chosen)?;
        let device = match &wish.device {
            Some(name) => named(&host, name, way)?,
            None => default_of(&host, way).ok_or_else(|| match chosen == AudioHost::default() {
                true => DeviceError::NoDevice { reason: "the system names no default".to_owned() },
                false => unreachable(chosen, "it has no device"),
            })?,
        };
        let device = if chosen.is_jack() { jack_client(way).unwrap_or(device) } else { device };
        let name = device.to_string();
        let fail = |error: cpal::Error| match wish.device {
            None => DeviceError::NoDevice { reason: first_line(&error) },
            Some(_) => DeviceError::Open { device: name.clone(), reason: first_line(&error) },
        };
        // On a machine without any device the default one exists all the same, and fails here.
        let (usual, ranges) = abilities(&device, way).map_err(fail)?;
        let choice = choose(&name, &ranges, usual, wish)?;
        Ok(Self { device, name, choice, host: chosen })
    }
}

/// Whether sound goes out or comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Out,
    In,
}

/// The usual rate, and all that it takes.
pub(crate) fn abilities(
    device: &Device,
    way: Way,
) -> Result<(u32, Vec<cpal::SupportedStreamConfigRange>), cpal::Error> {
    Ok(match way {
        Way::Out => (device.default_output_config()?.sample_rate(), device.supported_output_configs()?.collect()),
        Way::In => (device.default_input_config()?.sample_rate(), device.supported_input_configs()?.collect()),
    })
}

/// The names of all devices of the usual host that may be played on.
#[must_use]
pub fn output_devices() -> Vec<String> {
    quietly(|| {
        let Ok(host) = AudioHost::default().open() else { return Vec::new() };
        let called = |(id, name, _)| if id == name { id } else { format!("{id} ({name})") };
        all(&host, Way::Out).into_iter().map(called).collect()
    })
}

/// Whether there is anything to play on; it is not kept open.
///
/// # Errors
/// Why there is not.
pub fn has_output_device() -> Result<(), DeviceError> {
    AudioDevice::find(AudioWish::default()).map(drop)
}

fn open(host: AudioHost) -> Result<cpal::Host, DeviceError> {
    host.open().map_err(|e| unreachable(host, &first_line(&e)))
}

fn unreachable(host: AudioHost, reason: &str) -> DeviceError {
    DeviceError::Host { host: host.to_string(), reason: reason.to_owned() }
}

pub(crate) fn default_of(host: &cpal::Host, way: Way) -> Option<Device> {
    match way {
        Way::Out => host.default_output_device(),
        Way::In => host.default_input_device(),
    }
}

/// In JACK a device is a client of ours; called like the program, it is found in a patch bay.
fn jack_client(way: Way) -> Option<Device> {
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    {
        let mut host = cpal::platform::JackHost::new().ok()?;
        let name = AudioHost::client_name();
        let device = match way {
            Way::Out => host.output_device_with_name(&name),
            Way::In => host.input_device_with_name(&name),
        };
        device.map(Device::from)
    }
    #[cfg(not(any(target_os = "linux", target_os = "macos")))]
    {
        let _ = way;
        None
    }
}

fn named(host: &cpal::Host, name: &str, way: Way) -> Result<Device, DeviceError> {
    let wanted = name.to_lowercase();
    let mut devices = all(host, way);
    let exactly = devices.iter().position(|(id, called, _)| id == name || called.to_lowercase() == wanted);
    let part = |(id, called, _): &(String, String, Device)| {
        id.to_lowercase().contains(&wanted) || called.to_lowercase().contains(&wanted)
    };
    // ALSA lists one card under many names; the first is the one to use.
    match exactly.or_else(|| devices.iter().position(part)) {
        Some(n) => Ok(devices.swap_remove(n).2),
        None => Err(DeviceError::Unknown {
            name: name.to_owned(),
            devices: devices.into_iter().map(|(id, ..)| id).collect(),
        }),
    }
}

/// Identifier, name, device.
pub(crate) fn all(host: &cpal::Host, way: Way) -> Vec<(String, String, Device)> {
    let devices: Vec<Device> = match way {
        Way::Out => host.output_devices().map(Iterator::collect).unwrap_or_default(),
        Way::In => host.input_devices().map(Iterator::collect).unwrap_or_default(),
    };
    let describe = |device: Device| {
        let name = device.to_string();
        let id = device.id().map_or_else(|_| name.clone(), |id| id.id().to_owned());
        (id, name, device)
    };
    devices.into_iter().map(describe).collect()
}

pub(crate) fn first_line(error: &cpal::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_fits_nothing_is_told_with_those_that_would() {
        let error = AudioDevice::find("a device that nobody has").unwrap_err().to_string();
        assert!(error.contains("`a device that nobody has` (there are: "), "{error}");
    }
}
