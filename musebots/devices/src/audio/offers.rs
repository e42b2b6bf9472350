//! What a device takes: channels, rates, buffer sizes. And the choice among them. Pure.

use super::error::DeviceError;
use super::format::FORMATS;
use super::wish::{AudioWish, Pair};
use cpal::{SampleFormat, StreamConfig, SupportedBufferSize, SupportedStreamConfigRange};
use std::fmt;

/// What everybody can play, and what renders are made in.
const RATE: u32 = 48_000;
/// The rates that people use, to be named where a device takes a whole range.
const USUAL_RATES: [u32; 6] = [44_100, 48_000, 88_200, 96_000, 176_400, 192_000];
/// Frames between two callbacks, in the order they are tried. Always a fixed number: some sound
/// servers' own choice is two seconds. Two such buffers are between us and the ear.
const SIZES: [u32; 5] = [512, 256, 1024, 2048, 4096];

/// What a device takes, in numbers that fit a line.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Offers {
    /// How many channels it may be opened with.
    pub channels: Vec<u16>,
    /// The usual rates that it takes, in frames a second.
    pub rates: Vec<u32>,
    /// Fewest and most frames between two callbacks, if it says.
    pub buffer: Option<(u32, u32)>,
    /// The rate that it has if nobody asks for another.
    pub usual_rate: u32,
}

impl Offers {
    pub(crate) fn new(ranges: &[SupportedStreamConfigRange], usual_rate: u32) -> Self {
        let mut channels: Vec<u16> = ranges.iter().map(|range| range.channels()).filter(|n| *n > 0).collect();
        channels.sort_unstable();
        channels.dedup();
        let takes = |rate: &u32| ranges.iter().any(|range| range.contains_rate(*rate));
        let mut rates: Vec<u32> = USUAL_RATES.into_iter().chain([usual_rate]).filter(takes).collect();
        if rates.is_empty() {
            rates = ranges.iter().map(|range| range.max_sample_rate()).collect();
        }
        rates.sort_unstable();
        rates.dedup();
        let sizes = ranges.iter().filter_map(|range| match range.buffer_size() {
            SupportedBufferSize::Range { min, max } => Some((*min, *max)),
            SupportedBufferSize::Unknown => None,
        });
        let buffer = sizes.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        Self { channels, rates, buffer, usual_rate }
    }

    /// The sizes to try, the best first.
    pub(crate) fn sizes(&self, asked: Option<u32>) -> Vec<u32> {
        match (self.buffer, asked) {
            // It has one, and that is what it is opened with.
            (Some((least, most)), _) if least == most => vec![most],
            (_, Some(asked)) => vec![asked],
            (Some((least, most)), None) => {
                let possible: Vec<u32> = SIZES.into_iter().filter(|size| (least..=most).contains(size)).collect();
                if possible.is_empty() { vec![most.min(SIZES[0]).max(least)] } else { possible }
            }
            (None, None) => SIZES.to_vec(),
        }
    }
}

/// `2 channels at 44100 or 48000 Hz, buffers of 32 to 8192 frames`.
impl fmt::Display for Offers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.channels[..] {
            [1] => write!(f, "1 channel")?,
            [.., last] if last > 2 && self.channels.len() > 2 => write!(f, "up to {last} channels")?,
            _ => write!(f, "{} channels", joined(&self.channels))?,
        }
        write!(f, " at {} Hz", joined(&self.rates))?;
        match self.buffer {
            Some((least, most)) if least == most => write!(f, ", buffers of {most} frames"),
            Some((least, most)) => write!(f, ", buffers of {least} to {most} frames"),
            None => Ok(()),
        }
    }
}

fn joined<T: ToString>(numbers: &[T]) -> String {
    let words: Vec<String> = numbers.iter().map(T::to_string).collect();
    match &words[..] {
        [] => "no".to_owned(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

/// How a device is opened.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub(crate) config: StreamConfig,
    pub(crate) format: SampleFormat,
    pub(crate) pair: Pair,
    /// The buffer sizes to try.
    pub(crate) sizes: Vec<u32>,
}

/// As it is wished; else stereo before more before mono, our rate before the device's, exact
/// samples before coarse.
pub(crate) fn choose(
    device: &str,
    ranges: &[SupportedStreamConfigRange],
    usual_rate: u32,
    wish: &AudioWish,
) -> Result<Choice, DeviceError> {
    let pair = wish.pair(device)?;
    let offers = Offers::new(ranges, usual_rate);
    let not_offered =
        |wanted: String| DeviceError::NotOffered { device: device.to_owned(), wanted, offers: offers.to_string() };
    if let Some(pair) = pair
        && !ranges.iter().any(|range| range.channels() >= pair.needs())
    {
        return Err(not_offered(format!("the channel {}", pair.needs())));
    }
    if let Some(rate) = wish.rate
        && !ranges.iter().any(|range| range.contains_rate(rate))
    {
        return Err(not_offered(format!("{rate} Hz")));
    }
    if let (Some(asked), Some((least, most))) = (wish.buffer, offers.buffer)
        && least != most
        && !(least..=most).contains(&asked)
    {
        return Err(not_offered(format!("buffers of {asked} frames")));
    }
    let rank = |range: &&SupportedStreamConfigRange| {
        let channels = match (pair, range.channels()) {
            (Some(_), enough) => usize::from(enough),
            (None, 2) => 0,
            (None, 1) => 1000,
            (None, more) => usize::from(more),
        };
        let format = FORMATS.iter().position(|format| *format == range.sample_format());
        (channels, !range.contains_rate(RATE), !range.contains_rate(usual_rate), format)
    };
    let fits = |range: &&SupportedStreamConfigRange| {
        FORMATS.contains(&range.sample_format())
            && range.channels() >= pair.map_or(1, Pair::needs)
            && wish.rate.is_none_or(|rate| range.contains_rate(rate))
    };
    let best = ranges
        .iter()
        .filter(fits)
        .min_by_key(rank)
        .ok_or_else(|| DeviceError::NoFormat { device: device.to_owned(), offers: offers.to_string() })?;
    let wanted = [wish.rate.unwrap_or(RATE), usual_rate];
    let rate = wanted.into_iter().find(|rate| best.contains_rate(*rate)).unwrap_or(best.max_sample_rate());
    let config = StreamConfig { channels: best.channels(), sample_rate: rate, buffer_size: cpal::BufferSize::Default };
    Ok(Choice {
        config,
        format: best.sample_format(),
        pair: pair.unwrap_or(Pair::of(best.channels())),
        sizes: Offers::new(std::slice::from_ref(best), usual_rate).sizes(wish.buffer),
    })
}

#[cfg(test)]
mod tests;
