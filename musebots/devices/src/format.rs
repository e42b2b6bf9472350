//! From stereo `f32` to what a device takes. Realtime-safe: yes, all of it.

use cpal::{Data, FromSample, I24, SampleFormat, SizedSample};

/// The formats we can fill, the best first.
pub(crate) const FORMATS: [SampleFormat; 6] =
    [SampleFormat::F32, SampleFormat::I32, SampleFormat::I24, SampleFormat::I16, SampleFormat::U16, SampleFormat::U8];

/// Writes stereo frames into a device's buffer from its frame `at` on.
pub(crate) fn write(data: &mut Data, at: usize, channels: usize, frames: &[[f32; 2]]) {
    match data.sample_format() {
        SampleFormat::F32 => write_as::<f32>(data, at, channels, frames),
        SampleFormat::I32 => write_as::<i32>(data, at, channels, frames),
        SampleFormat::I24 => write_as::<I24>(data, at, channels, frames),
        SampleFormat::I16 => write_as::<i16>(data, at, channels, frames),
        SampleFormat::U16 => write_as::<u16>(data, at, channels, frames),
        SampleFormat::U8 => write_as::<u8>(data, at, channels, frames),
        // Never opened with any other (see FORMATS); what is there already is silence.
        _ => {}
    }
}

fn write_as<T: SizedSample + FromSample<f32>>(data: &mut Data, at: usize, channels: usize, frames: &[[f32; 2]]) {
    if let Some(samples) = data.as_slice_mut::<T>() {
        spread(&mut samples[at * channels..], channels, frames);
    }
}

/// One channel gets both sides, folded; of many, the first pair gets them and the rest is silent.
fn spread<T: SizedSample + FromSample<f32>>(samples: &mut [T], channels: usize, frames: &[[f32; 2]]) {
    let sample = |x: f32| T::from_sample_(x.clamp(-1.0, 1.0));
    for (to, [left, right]) in samples.chunks_exact_mut(channels.max(1)).zip(frames) {
        match to {
            [mono] => *mono = sample((left + right) * 0.5),
            [l, r, rest @ ..] => {
                *l = sample(*left);
                *r = sample(*right);
                rest.fill(T::EQUILIBRIUM);
            }
            [] => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mono_gets_both_sides() {
        let mut samples = [0.0f32; 2];
        spread(&mut samples, 1, &[[0.5, 0.25], [-1.0, 1.0]]);
        assert_eq!(samples, [0.375, 0.0]);
    }

    #[test]
    fn of_many_channels_the_first_pair_sounds() {
        let mut samples = [9.0f32; 8];
        spread(&mut samples, 4, &[[0.5, 0.25], [-0.5, 0.75]]);
        assert_eq!(samples, [0.5, 0.25, 0.0, 0.0, -0.5, 0.75, 0.0, 0.0]);
    }

    #[test]
    fn whole_numbers_are_scaled_and_never_wrap() {
        let mut samples = [0i16; 4];
        spread(&mut samples, 2, &[[0.5, -0.5], [2.0, -2.0]]);
        assert_eq!(samples, [16_384, -16_384, 32_767, -32_768]);
        let mut samples = [0u8; 2];
        spread(&mut samples, 2, &[[0.0, -1.0]]);
        assert_eq!(samples, [128, 0]);
    }
}
