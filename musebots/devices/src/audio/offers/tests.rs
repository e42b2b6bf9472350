//! What is chosen among what a device offers.

use super::*;
use cpal::SupportedBufferSize::{Range, Unknown};

fn range(channels: u16, rates: (u32, u32), format: SampleFormat) -> SupportedStreamConfigRange {
    SupportedStreamConfigRange::new(channels, rates.0, rates.1, Unknown, format)
}

fn interface() -> Vec<SupportedStreamConfigRange> {
    [2, 8]
        .into_iter()
        .map(|channels| {
            let buffer = Range { min: 32, max: 8192 };
            SupportedStreamConfigRange::new(channels, 44_100, 96_000, buffer, SampleFormat::I32)
        })
        .collect()
}

fn chosen(wish: &AudioWish) -> Result<Choice, String> {
    choose("Scarlett", &interface(), 44_100, wish).map_err(|e| e.to_string())
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
    let choice = choose("card", &ranges, 44_100, &AudioWish::default()).unwrap();
    assert_eq!((choice.config.channels, choice.config.sample_rate, choice.format), (2, 48_000, SampleFormat::F32));
    assert_eq!((choice.pair, choice.sizes), (Pair { left: 0, right: Some(1) }, SIZES.to_vec()));
}

#[test]
fn a_device_that_has_only_its_own_way_gets_it() {
    let only = [range(1, (44_100, 44_100), SampleFormat::I16)];
    let choice = choose("card", &only, 44_100, &AudioWish::default()).unwrap();
    assert_eq!((choice.config.channels, choice.config.sample_rate, choice.format), (1, 44_100, SampleFormat::I16));
    let odd = [range(2, (48_000, 48_000), SampleFormat::DsdU8)];
    assert!(choose("card", &odd, 48_000, &AudioWish::default()).is_err());
}

#[test]
fn a_wish_is_kept_with_no_more_channels_than_it_needs() {
    let choice =
        chosen(&AudioWish { rate: Some(96_000), buffer: Some(64), channels: Some(vec![3, 4]), ..AudioWish::default() })
            .unwrap();
    assert_eq!((choice.config.channels, choice.config.sample_rate), (8, 96_000));
    assert_eq!((choice.pair, choice.sizes), (Pair { left: 2, right: Some(3) }, vec![64]));
    let pair = chosen(&AudioWish { channels: Some(vec![2]), ..AudioWish::default() }).unwrap();
    assert_eq!((pair.config.channels, pair.pair), (2, Pair { left: 1, right: None }));
}

#[test]
fn a_wish_that_cannot_be_kept_is_told_with_what_could_be() {
    let refused = |wish: AudioWish| chosen(&wish).unwrap_err();
    let offers = "it takes 2 or 8 channels at 44100, 48000, 88200 or 96000 Hz, buffers of 32 to 8192 frames";
    for (wish, wanted) in [
        (AudioWish { rate: Some(192_000), ..AudioWish::default() }, "192000 Hz"),
        (AudioWish { buffer: Some(16), ..AudioWish::default() }, "buffers of 16 frames"),
        (AudioWish { channels: Some(vec![9, 10]), ..AudioWish::default() }, "the channel 10"),
    ] {
        let text = refused(wish);
        assert!(text.contains("`Scarlett`") && text.contains(wanted) && text.contains(offers), "{text}");
    }
}

#[test]
fn a_server_that_has_one_buffer_size_has_its_way() {
    let jack = SupportedStreamConfigRange::new(2, 48_000, 48_000, Range { min: 64, max: 64 }, SampleFormat::F32);
    let wish = AudioWish { buffer: Some(1024), ..AudioWish::default() };
    assert_eq!(choose("jack", &[jack], 48_000, &wish).unwrap().sizes, [64]);
}
