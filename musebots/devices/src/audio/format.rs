//! From stereo `f32` to what a device takes, and from what it gives to mono. Realtime-safe: yes,
//! all of it.

use super::wish::Pair;
use cpal::{Data, FromSample, I24, SampleFormat, SizedSample};

/// The formats we can fill, the best first.
pub(crate) const FORMATS: [SampleFormat; 6] =
    [SampleFormat::F32, SampleFormat::I32, SampleFormat::I24, SampleFormat::I16, SampleFormat::U16, SampleFormat::U8];

/// Writes stereo frames into a device's buffer from its frame `at` on.
pub(crate) fn write(data: &mut Data, at: usize, channels: usize, pair: Pair, frames: &[[f32; 2]]) {
    match data.sample_format() {
        SampleFormat::F32 => write_as::<f32>(data, at, channels, pair, frames),
        SampleFormat::I32 => write_as::<i32>(data, at, channels, pair, frames),
        SampleFormat::I24 => write_as::<I24>(data, at, channels, pair, frames),
        SampleFormat::I16 => write_as::<i16>(data, at, channels, pair, frames),
        SampleFormat::U16 => write_as::<u16>(data, at, channels, pair, frames),
        SampleFormat::U8 => write_as::<u8>(data, at, channels, pair, frames),
        // Never opened with any other (see FORMATS); what is there already is silence.
        _ => {}
    }
}

fn write_as<T: SizedSample + FromSample<f32>>(
    data: &mut Data,
    at: usize,
    channels: usize,
    pair: Pair,
    frames: &[[f32; 2]],
) {
    if let Some(samples) = data.as_slice_mut::<T>() {
        spread(&mut samples[at * channels..], channels, pair, frames);
    }
}

/// The pair gets left and right, one alone gets both, folded; the rest is silent.
fn spread<T: SizedSample + FromSample<f32>>(samples: &mut [T], channels: usize, pair: Pair, frames: &[[f32; 2]]) {
    let sample = |x: f32| T::from_sample_(x.clamp(-1.0, 1.0));
    for (to, [left, right]) in samples.chunks_exact_mut(channels.max(1)).zip(frames) {
        to.fill(T::EQUILIBRIUM);
        let folded = if pair.right.is_some() { *left } else { (left + right) * 0.5 };
        if let Some(to) = to.get_mut(pair.left) {
            *to = sample(folded);
        }
        if let Some(to) = pair.right.and_then(|right| to.get_mut(right)) {
            *to = sample(*right);
        }
    }
}

/// Reads what a device heard, the pair folded to mono, from its frame `at` on.
pub(crate) fn read(data: &Data, at: usize, channels: usize, pair: Pair, mono: &mut [f32]) {
    match data.sample_format() {
        SampleFormat::F32 => read_as::<f32>(data, at, channels, pair, mono),
        SampleFormat::I32 => read_as::<i32>(data, at, channels, pair, mono),
        SampleFormat::I24 => read_as::<I24>(data, at, channels, pair, mono),
        SampleFormat::I16 => read_as::<i16>(data, at, channels, pair, mono),
        SampleFormat::U16 => read_as::<u16>(data, at, channels, pair, mono),
        SampleFormat::U8 => read_as::<u8>(data, at, channels, pair, mono),
        _ => mono.fill(0.0),
    }
}

fn read_as<T: SizedSample>(data: &Data, at: usize, channels: usize, pair: Pair, mono: &mut [f32])
where
    f32: FromSample<T>,
{
    match data.as_slice::<T>() {
        Some(samples) => fold(&samples[at * channels..], channels, pair, mono),
        None => mono.fill(0.0),
    }
}

fn fold<T: SizedSample>(samples: &[T], channels: usize, pair: Pair, mono: &mut [f32])
where
    f32: FromSample<T>,
{
    for (from, to) in samples.chunks_exact(channels.max(1)).zip(mono) {
        let sample = |n: usize| from.get(n).map_or(0.0, |x| f32::from_sample_(*x));
        *to = match pair.right {
            Some(right) => (sample(pair.left) + sample(right)) * 0.5,
            None => sample(pair.left),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEREO: Pair = Pair { left: 0, right: Some(1) };

    #[test]
    fn mono_gets_both_sides() {
        let mut samples = [0.0f32; 2];
        spread(&mut samples, 1, Pair::of(1), &[[0.5, 0.25], [-1.0, 1.0]]);
        assert_eq!(samples, [0.375, 0.0]);
    }

    #[test]
    fn of_many_channels_the_first_pair_sounds() {
        let mut samples = [9.0f32; 8];
        spread(&mut samples, 4, Pair::of(4), &[[0.5, 0.25], [-0.5, 0.75]]);
        assert_eq!(samples, [0.5, 0.25, 0.0, 0.0, -0.5, 0.75, 0.0, 0.0]);
    }

    #[test]
    fn another_pair_sounds_where_it_is_asked_for_and_one_alone_gets_both_sides() {
        let mut samples = [9.0f32; 4];
        spread(&mut samples, 4, Pair { left: 2, right: Some(3) }, &[[0.5, 0.25]]);
        assert_eq!(samples, [0.0, 0.0, 0.5, 0.25]);
        spread(&mut samples, 4, Pair { left: 3, right: Some(1) }, &[[0.5, 0.25]]);
        assert_eq!(samples, [0.0, 0.25, 0.0, 0.5]);
        spread(&mut samples, 4, Pair { left: 2, right: None }, &[[0.5, 0.25]]);
        assert_eq!(samples, [0.0, 0.0, 0.375, 0.0]);
    }

    #[test]
    fn whole_numbers_are_scaled_and_never_wrap() {
        let mut samples = [0i16; 4];
        spread(&mut samples, 2, STEREO, &[[0.5, -0.5], [2.0, -2.0]]);
        assert_eq!(samples, [16_384, -16_384, 32_767, -32_768]);
        let mut samples = [0u8; 2];
        spread(&mut samples, 2, STEREO, &[[0.0, -1.0]]);
        assert_eq!(samples, [128, 0]);
    }

    #[test]
    fn what_is_heard_on_a_pair_is_folded_and_on_one_is_as_it_is() {
        let heard = [0.5f32, 0.25, 1.0, -0.5, 0.75, 1.0];
        let mut mono = [9.0; 2];
        fold(&heard, 3, STEREO, &mut mono);
        assert_eq!(mono, [0.375, 0.125]);
        fold(&heard, 3, Pair { left: 2, right: None }, &mut mono);
        assert_eq!(mono, [1.0, 1.0]);
        let mut mono = [9.0; 1];
        fold(&[16_384i16], 1, Pair::of(1), &mut mono);
        assert_eq!(mono, [0.5]);
    }
}
