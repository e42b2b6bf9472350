//! Finds an audio device and asks what it can do, before anything is opened.

use crate::error::DeviceError;
use crate::format::FORMATS;
use crate::quietly::quietly;
use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{Device, SampleFormat, StreamConfig, SupportedStreamConfigRange};

/// What everybody can play, and what renders are made in.
const RATE: u32 = 48_000;

/// An audio device that can be played on.
#[derive(Debug, Clone)]
pub struct AudioDevice {
    pub(crate) device: Device,
    pub(crate) name: String,
    pub(crate) config: StreamConfig,
    pub(crate) format: SampleFormat,
}

impl AudioDevice {
    /// The default device, or the one that is called `name` (its identifier, its name, or a part
    /// of either that fits only one).
    ///
    /// # Errors
    /// When there is none, or it cannot play.
    pub fn find(name: Option<&str>) -> Result<Self, DeviceError> {
        quietly(|| {
            let device = match name {
                Some(name) => named(name)?,
                None => cpal::default_host()
                    .default_output_device()
                    .ok_or_else(|| DeviceError::NoDevice { reason: "the system names no default".to_owned() })?,
            };
            Self::ask(device, name.is_none())
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Frames a second.
    #[must_use]
    pub fn sample_rate(&self) -> u32 {
        self.config.sample_rate
    }

    /// Whether it is the hardware itself. A thread that feeds a sound server through ALSA must
    /// not have real-time priority: after an underrun it may spin, and then the server, which
    /// has no priority, never gets to play what would end the spinning.
    pub(crate) fn is_hardware(&self) -> bool {
        let hardware = ["hw:", "plughw:", "front:", "sysdefault:"];
        !cfg!(target_os = "linux")
            || self.device.id().is_ok_and(|id| hardware.iter().any(|prefix| id.id().starts_with(prefix)))
    }

    fn ask(device: Device, is_default: bool) -> Result<Self, DeviceError> {
        let name = device.to_string();
        let fail = |reason: String| match is_default {
            true => DeviceError::NoDevice { reason },
            false => DeviceError::Open { device: name.clone(), reason },
        };
        // On a machine without any device the default one exists all the same, and fails here.
        let usual = device.default_output_config().map_err(|e| fail(first_line(&e)))?;
        let ranges: Vec<_> = device.supported_output_configs().map_err(|e| fail(first_line(&e)))?.collect();
        let (config, format) = choose(&ranges, usual.sample_rate()).ok_or_else(|| DeviceError::NoFormat {
            device: name.clone(),
            offers: format!("{} at {} Hz", usual.sample_format(), usual.sample_rate()),
        })?;
        Ok(Self { device, name, config, format })
    }
}

/// The names of all devices that may be played on.
#[must_use]
pub fn output_devices() -> Vec<String> {
    quietly(|| all().into_iter().map(|(id, name, _)| if id == name { id } else { format!("{id} ({name})") }).collect())
}

/// Whether there is anything to play on; it is not kept open.
///
/// # Errors
/// Why there is not.
pub fn has_output_device() -> Result<(), DeviceError> {
    AudioDevice::find(None).map(drop)
}

fn named(name: &str) -> Result<Device, DeviceError> {
    let wanted = name.to_lowercase();
    let mut devices = all();
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
fn all() -> Vec<(String, String, Device)> {
    let devices = cpal::default_host().output_devices().map(Iterator::collect::<Vec<_>>).unwrap_or_default();
    let describe = |device: Device| {
        let name = device.to_string();
        let id = device.id().map_or_else(|_| name.clone(), |id| id.id().to_owned());
        (id, name, device)
    };
    devices.into_iter().map(describe).collect()
}

/// Stereo before more before mono, our rate before the device's, exact samples before coarse.
fn choose(ranges: &[SupportedStreamConfigRange], usual_rate: u32) -> Option<(StreamConfig, SampleFormat)> {
    let rank = |range: &&SupportedStreamConfigRange| {
        let channels = match range.channels() {
            2 => 0,
            1 => 1000,
            more => usize::from(more),
        };
        let format = FORMATS.iter().position(|format| *format == range.sample_format());
        (channels, !range.contains_rate(RATE), !range.contains_rate(usual_rate), format)
    };
    let possible = ranges.iter().filter(|range| FORMATS.contains(&range.sample_format()) && range.channels() > 0);
    let best = possible.min_by_key(rank)?;
    let rate = [RATE, usual_rate].into_iter().find(|rate| best.contains_rate(*rate)).unwrap_or(best.max_sample_rate());
    let config = StreamConfig { channels: best.channels(), sample_rate: rate, buffer_size: cpal::BufferSize::Default };
    Some((config, best.sample_format()))
}

pub(crate) fn first_line(error: &cpal::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use cpal::SupportedBufferSize::Unknown;

    fn range(channels: u16, rates: (u32, u32), format: SampleFormat) -> SupportedStreamConfigRange {
        SupportedStreamConfigRange::new(channels, rates.0, rates.1, Unknown, format)
    }

    #[test]
    fn stereo_at_48_khz_in_floats_is_what_we_like_best() {
        let ranges = [
            range(1, (48_000, 48_000), SampleFormat::F32),
            range(2, (44_100, 44_100), SampleFormat::F32),
            range(2, (8_000, 96_000), SampleFormat::I16),
            range(2, (8_000, 96_000), SampleFormat::F32),
            range(8, (48_000, 48_000), SampleFormat::F32),
        ];
        let (config, format) = choose(&ranges, 44_100).unwrap();
        assert_eq!((config.channels, config.sample_rate, format), (2, 48_000, SampleFormat::F32));
    }

    #[test]
    fn a_device_that_has_only_its_own_way_gets_it() {
        let (config, format) = choose(&[range(1, (44_100, 44_100), SampleFormat::I16)], 44_100).unwrap();
        assert_eq!((config.channels, config.sample_rate, format), (1, 44_100, SampleFormat::I16));
        assert!(choose(&[range(2, (48_000, 48_000), SampleFormat::DsdU8)], 48_000).is_none());
    }

    #[test]
    fn a_name_that_fits_nothing_is_told_with_those_that_would() {
        let error = AudioDevice::find(Some("a device that nobody has")).unwrap_err().to_string();
        assert!(error.contains("`a device that nobody has` (there are: "), "{error}");
    }
}
