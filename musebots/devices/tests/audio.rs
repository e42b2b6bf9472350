//! Audio through real servers without hardware: PulseAudio, directly and through ALSA, and JACK.
//! Left out where they are not installed.

#[path = "support/again.rs"]
mod again;
#[path = "../../../director/tests/support/audio_server.rs"]
#[allow(dead_code, reason = "other tests take the rest")]
mod audio_server;
#[path = "../../../director/tests/support/jack.rs"]
#[allow(dead_code, reason = "other tests take the rest")]
mod jack;

use audio_server::AudioServer;
use jack::Jack;
use musebot_devices::{AudioDevice, AudioIn, AudioWish, HostListing, OutputStream, audio_hosts};
use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
        mpsc::channel,
    },
    time::{Duration, Instant},
};

const PATIENCE: Duration = Duration::from_secs(10);

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Runs the test where PulseAudio is the default of ALSA too.
fn on_pulse(test: &str, body: impl FnOnce()) {
    if again::inside() {
        return body();
    }
    let Some(server) = AudioServer::start(&["main"]) else { return };
    let variables = server.variables();
    let id = server.id().to_string();
    let mut variables: Vec<(&str, &str)> = variables.iter().map(|(k, v)| (*k, v.as_str())).collect();
    variables.push(("TEST_SERVER_ID", &id));
    variables.push(("JACK_DEFAULT_SERVER", "musebots-nobody"));
    again::run_again(test, &variables);
}

fn on_jack(test: &str, body: impl FnOnce()) {
    if again::inside() {
        return body();
    }
    let Some(server) = Jack::start(&[]) else { return };
    let mut variables = server.variables().to_vec();
    let id = server.id().to_string();
    variables.push(("TEST_SERVER_ID", &id));
    again::run_again(test, &variables);
}

fn kill_the_server() {
    let server = std::env::var("TEST_SERVER_ID").unwrap();
    assert!(Command::new("kill").args(["-KILL", &server]).status().unwrap().success());
}

fn wish(host: &str) -> AudioWish {
    AudioWish { host: Some(host.parse().unwrap()), ..AudioWish::default() }
}

/// Opens a device, and waits until it has asked for sound.
fn play(wish: AudioWish) -> (AudioDevice, OutputStream) {
    let device = AudioDevice::find(wish).unwrap();
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let stream = OutputStream::open(&device, move |out: &mut [[f32; 2]], _| {
        out.fill([0.5, 0.25]);
        count.fetch_add(1, Relaxed);
    })
    .unwrap();
    wait_until("the device asks for sound", || asked.load(Relaxed) > 3);
    assert!(!stream.health().is_lost());
    (device, stream)
}

fn listed(host: &str) -> HostListing {
    audio_hosts().into_iter().find(|listing| listing.host.to_string() == host).unwrap()
}

#[test]
fn pulse_and_alsa_over_pulse_list_their_devices_and_play() {
    on_pulse("pulse_and_alsa_over_pulse_list_their_devices_and_play", || {
        let pulse = listed("pulse");
        let main = pulse.devices.iter().find(|device| device.name == "main").unwrap_or_else(|| panic!("{pulse:?}"));
        assert!(main.is_default_output && main.output.as_ref().is_some_and(|offers| offers.rates.contains(&48_000)));
        let (device, stream) = play(AudioWish { device: Some("main".into()), buffer: Some(256), ..wish("pulse") });
        assert_eq!((device.host().to_string().as_str(), device.sample_rate(), stream.buffer()), ("pulse", 48_000, 256));
        drop(stream);

        let alsa = listed("alsa");
        assert!(alsa.is_usual && alsa.devices.iter().any(|device| device.name == "default"), "{alsa:?}");
        let (device, _stream) = play(AudioWish::default());
        assert_eq!(device.host().to_string(), "alsa", "a sound server that answers changes nothing");
        assert!(listed("jack").why_not.is_some());
    });
}

#[test]
fn a_wish_that_a_device_cannot_keep_is_refused_in_words() {
    on_pulse("a_wish_that_a_device_cannot_keep_is_refused_in_words", || {
        let refused = |wish: AudioWish| AudioDevice::find(wish).unwrap_err().to_string();
        let text = refused(AudioWish { rate: Some(2_000_000), ..wish("pulse") });
        assert!(text.contains("2000000 Hz") && text.contains("it takes up to"), "{text}");
        let text = refused(AudioWish { channels: Some(vec![60, 61]), ..wish("pulse") });
        assert!(text.contains("the channel 61"), "{text}");
        let text = refused(AudioWish { device: Some("Scarlett".into()), ..wish("pulse") });
        assert!(text.contains("`Scarlett` (there are: ") && text.contains("main"), "{text}");
    });
}

#[test]
fn a_pulse_server_that_dies_is_noticed() {
    on_pulse("a_pulse_server_that_dies_is_noticed", || {
        let (_device, stream) = play(wish("pulse"));
        kill_the_server();
        wait_until("the stream is lost", || stream.health().is_lost());
        let begun = Instant::now();
        drop(stream);
        assert!(begun.elapsed() < PATIENCE);
        assert!(AudioDevice::find(wish("pulse")).unwrap_err().to_string().contains("audio host `pulse`"));
    });
}

#[test]
fn what_is_played_through_pulse_is_heard_by_an_input_with_its_instants() {
    on_pulse("what_is_played_through_pulse_is_heard_by_an_input_with_its_instants", || {
        let (tell, told) = channel();
        let input = AudioIn::open(AudioWish { device: Some("main.monitor".into()), ..wish("pulse") }, {
            move |samples: &[f32], at| {
                let loudest = samples.iter().copied().fold(0.0f32, f32::max);
                let _ = tell.send((loudest, at, Instant::now()));
            }
        })
        .unwrap();
        let (_device, _stream) = play(AudioWish { device: Some("main".into()), ..wish("pulse") });
        let deadline = Instant::now() + PATIENCE;
        let (mut before, mut heard) = (None, false);
        while !heard {
            assert!(Instant::now() < deadline, "nothing is heard");
            let (loudest, at, now) = told.recv_timeout(PATIENCE).unwrap();
            assert!(at <= now && now - at < Duration::from_secs(3), "{:?}", now - at);
            assert!(before.is_none_or(|before| at >= before - Duration::from_millis(50)));
            before = Some(at);
            // 0.5 on the left and 0.25 on the right, in their middle.
            heard = (loudest - 0.375).abs() < 0.02;
        }
        assert_eq!((input.sample_rate(), input.health().is_lost()), (48_000, false));
    });
}

#[test]
fn jack_has_its_own_period_and_the_pair_that_is_asked_for_sounds() {
    on_jack("jack_has_its_own_period_and_the_pair_that_is_asked_for_sounds", || {
        let jack = listed("jack");
        assert!(jack.why_not.is_none() && jack.devices.iter().any(|device| device.output.is_some()), "{jack:?}");
        let asked = AudioWish { channels: Some(vec![3, 4]), buffer: Some(64), ..wish("jack") };
        let (device, stream) = play(asked);
        assert_eq!((device.host().to_string().as_str(), stream.buffer()), ("jack", 512));
        let output = Command::new("jack_lsp").output().unwrap();
        let ports = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(ports.lines().any(|port| port.ends_with("_out:out_3")), "{ports}");
        let text = AudioDevice::find(AudioWish { rate: Some(44_100), ..wish("jack") }).unwrap_err().to_string();
        assert!(text.contains("44100 Hz") && text.contains("at 48000 Hz, buffers of 512 frames"), "{text}");
    });
}

#[test]
fn a_jack_server_that_dies_is_noticed() {
    on_jack("a_jack_server_that_dies_is_noticed", || {
        let (_device, stream) = play(wish("jack"));
        kill_the_server();
        wait_until("the stream is lost", || stream.health().is_lost());
        let begun = Instant::now();
        drop(stream);
        assert!(begun.elapsed() < PATIENCE);
        assert!(AudioDevice::find(wish("jack")).unwrap_err().to_string().contains("audio host `jack`"));
    });
}
