//! A metronome on whatever audio device there is, for a machine that has one (or a sound
//! server with a null sink): `cargo test -p musebot-kit -- --ignored --nocapture metronome`.
#![expect(clippy::print_stdout, reason = "the figures are worth reading")]

use super::audio::AudioOutput;
use crate::gain::{GainControl, Meters};
use crate::sounding::Sound;
use crate::voice::DrumKit;
use std::sync::Arc;
use std::time::{Duration, Instant};

#[test]
#[ignore = "needs an audio device, and ten seconds"]
fn a_metronome_sounds_on_a_device_and_knows_how_late_it_is() {
    let (gain, meters) = (Arc::new(GainControl::new(1.0)), Arc::new(Meters::new()));
    tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_test_writer().init();
    let opening = Instant::now();
    let mut output =
        AudioOutput::open(Default::default(), Box::new(DrumKit::new()), gain, Arc::clone(&meters)).unwrap();
    println!("`{}` opened in {:?}, latency {:?}", output.name(), opening.elapsed(), output.latency());
    let start = Instant::now() + Duration::from_millis(500);
    for n in 0..80u32 {
        let due = start + Duration::from_millis(125) * n;
        // As the kit does it: a good while ahead, at no particular moment.
        let ahead = Duration::from_millis(60);
        std::thread::sleep((due - ahead).saturating_duration_since(Instant::now()));
        output.play(due, Sound::On { id: n, pitch: 37, velocity: 1.0 });
        output.play(due + Duration::from_millis(60), Sound::Off { id: n });
        if n % 16 == 15 {
            println!("{:?}, latency {:?}, level {:?}", output.lateness(), output.latency(), meters.take());
        }
    }
    std::thread::sleep(Duration::from_millis(300));
    let last = output.lateness().unwrap();
    println!("{last:?}");
    assert!(last.p50_ms < 1.0, "{last:?}");
}
