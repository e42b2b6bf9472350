//! What is asked of an audio device.

use super::error::DeviceError;
use super::host::AudioHost;

/// Which device, and how it is to be opened; whatever is not said is left to us.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AudioWish {
    /// The audio system; the operating system's own, if nobody says.
    pub host: Option<AudioHost>,
    /// Its identifier, its name, or a part of either; the system's default, if nobody says.
    pub device: Option<String>,
    /// Frames a second.
    pub rate: Option<u32>,
    /// Frames between two callbacks. JACK has its own, whatever is asked.
    pub buffer: Option<u32>,
    /// Left and right, counted from 1; or one that gets both.
    pub channels: Option<Vec<u16>>,
}

impl AudioWish {
    /// The channels, counted from 0.
    pub(crate) fn pair(&self, device: &str) -> Result<Option<Pair>, DeviceError> {
        match self.channels.as_deref() {
            None => Ok(None),
            Some([one]) if *one > 0 => Ok(Some(Pair { left: usize::from(*one) - 1, right: None })),
            Some([left, right]) if *left > 0 && *right > 0 && left != right => {
                Ok(Some(Pair { left: usize::from(*left) - 1, right: Some(usize::from(*right) - 1) }))
            }
            Some(other) => Err(DeviceError::NotOffered {
                device: device.to_owned(),
                wanted: format!("the channels {other:?}"),
                offers: "a pair such as [1, 2], counted from 1, or one alone".to_owned(),
            }),
        }
    }
}

impl From<Option<&str>> for AudioWish {
    fn from(device: Option<&str>) -> Self {
        Self { device: device.map(str::to_owned), ..Self::default() }
    }
}

impl From<&str> for AudioWish {
    fn from(device: &str) -> Self {
        Some(device).into()
    }
}

impl From<&AudioWish> for AudioWish {
    fn from(wish: &AudioWish) -> Self {
        wish.clone()
    }
}

/// Where left and right go, counted from 0. Without a right one, the left one gets both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) left: usize,
    pub(crate) right: Option<usize>,
}

impl Pair {
    /// The usual pair of a device that has so many channels.
    pub(crate) fn of(channels: u16) -> Self {
        Self { left: 0, right: (channels > 1).then_some(1) }
    }

    /// How many channels a device must have for it.
    pub(crate) fn needs(self) -> u16 {
        (self.left.max(self.right.unwrap_or_default()) + 1).try_into().unwrap_or(u16::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(channels: &[u16]) -> Result<Option<Pair>, DeviceError> {
        AudioWish { channels: Some(channels.to_vec()), ..AudioWish::default() }.pair("card")
    }

    #[test]
    fn channels_are_counted_from_one_and_are_a_pair_or_one() {
        assert_eq!(pair(&[3, 4]).unwrap(), Some(Pair { left: 2, right: Some(3) }));
        assert_eq!(pair(&[3]).unwrap(), Some(Pair { left: 2, right: None }));
        assert_eq!(pair(&[4, 1]).unwrap().map(Pair::needs), Some(4));
        for wrong in [&[][..], &[0], &[0, 1], &[1, 2, 3], &[2, 2]] {
            assert!(pair(wrong).unwrap_err().to_string().contains("counted from 1"), "{wrong:?}");
        }
    }
}
