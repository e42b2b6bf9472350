//! `director calibrate` through real sound servers without hardware, where a delay is known: that of a
//! plugin of PulseAudio's, and that of a synthesiser that plays through JACK.

#[path = "../../musebots/devices/tests/support/again.rs"]
mod again;
#[path = "support/audio_server.rs"]
#[allow(dead_code, reason = "other tests take the rest")]
mod audio_server;
#[path = "support/jack.rs"]
#[allow(dead_code, reason = "other tests take the rest")]
mod jack;

use crate::{audio_server::AudioServer, jack::Jack};
use musebot_devices::{AudioDevice, AudioWish, MidiAddress, MidiIn, MidiKind, MidiSystem, OutputStream, Wanted};
use std::{
    process::{Command, Output, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

/// What the plugin holds everything back by, in milliseconds.
const DELAY: f64 = 50.0;
/// JACK's, in frames: a machine without a sound card keeps to shorter ones badly.
const PERIOD: u32 = 256;
/// So often somebody measures again whom the director tells not to trust it.
const TRIES: usize = 5;
/// Who measures must be alone.
static ALONE: Mutex<()> = Mutex::new(());

/// What the director finds, once it trusts it.
fn trusted(mut calibrate: impl FnMut() -> Output) -> f64 {
    let steady = |output: &Output| !String::from_utf8_lossy(&output.stdout).contains("too unevenly to trust");
    let output = (0..TRIES).map(|_| calibrate()).find(steady);
    offset(&output.expect("a machine that is steady enough to measure on"))
}

/// So many milliseconds are found. A server without a device tells streams now and then how long its buffers are and is
/// wrong by some milliseconds, for as long as that stream lives; so whoever is wrong here is asked again.
fn found_to_be(known: f64, mut measure: impl FnMut() -> f64) {
    let mut found = Vec::new();
    while found.len() < TRIES && found.last().is_none_or(|ms: &f64| (ms - known).abs() >= 2.0) {
        found.push(measure());
    }
    assert!(found.last().is_some_and(|ms| (ms - known).abs() < 2.0), "found {found:?} ms instead of {known}");
}

fn calibrate(server: &AudioServer, sink: &str, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_director"));
    command.args(["calibrate"]).args(more).envs(server.variables());
    command.env("PULSE_SINK", sink).env("PULSE_SOURCE", "all.monitor").stdin(Stdio::null()).output().unwrap()
}

fn offset(output: &Output) -> f64 {
    let (said, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let offset = said.lines().find_map(|line| line.strip_prefix("offset-ms = ")?.parse().ok());
    offset.unwrap_or_else(|| panic!("no offset in: {said}{error}"))
}

/// A second sink, whose sound comes later than the first one's: a plugin holds it back.
fn slow_sink(server: &AudioServer) -> bool {
    let slow =
        ["load-module", "module-ladspa-sink", "sink_name=slow", "master=all", "plugin=delay_1898", "label=delay_n"];
    let control = format!("control=1,{}", DELAY / 1000.0);
    let mut pactl = Command::new("pactl");
    pactl.args(slow).arg(control).envs(server.variables()).stdout(Stdio::null()).stderr(Stdio::null());
    pactl.status().is_ok_and(|status| status.success())
}

#[test]
#[expect(clippy::print_stdout, reason = "a test that is left out says so, and one that measures says what")]
fn a_delay_that_is_known_is_found() {
    let Some(server) = AudioServer::start(&["here"]) else {
        println!("not run: pulseaudio is not installed");
        return;
    };
    if !slow_sink(&server) {
        println!("not run: no plugin that delays (apt-get install swh-plugins)");
        return;
    }
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let offset = |sink| {
        trusted(|| {
            let output = calibrate(&server, sink, &["--clicks", "5"]);
            print!("{}", String::from_utf8_lossy(&output.stdout));
            output
        })
    };
    found_to_be(DELAY, || offset("all") - offset("slow"));
}

#[test]
fn what_cannot_be_heard_is_said() {
    let Some(server) = AudioServer::start(&["here"]) else { return };
    let load = ["load-module", "module-null-sink", "sink_name=elsewhere", "norewinds=1"];
    let elsewhere = Command::new("pactl").args(load).envs(server.variables()).output().unwrap();
    assert!(elsewhere.status.success());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let deaf = calibrate(&server, "elsewhere", &["--clicks", "3"]);
    assert!(!deaf.status.success());
    let said = String::from_utf8_lossy(&deaf.stderr);
    assert!(said.contains("only 0 of 3 clicks were heard"), "{said}");
    let wrong = calibrate(&server, "all", &["--output", "file"]);
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("cannot be measured"));
}

/// A synthesiser that plays a note so long after it was told to, as JACK's clock has it.
fn synthesiser(delay: Duration) -> (MidiIn, OutputStream) {
    let epoch = Instant::now();
    let struck = Arc::new(AtomicU64::new(0));
    let strike = struck.clone();
    let address = MidiAddress { port: Wanted::Virtual("notes".to_owned()), system: Some(MidiSystem::Jack) };
    let midi = MidiIn::open("synth", &address, move |at, message| {
        if let MidiKind::NoteOn { .. } = message.kind() {
            let sounds = at.saturating_duration_since(epoch) + delay;
            strike.store(sounds.as_nanos() as u64, Relaxed);
        }
    });
    let wish = AudioWish { host: Some("jack".parse().unwrap()), ..AudioWish::default() };
    let device = AudioDevice::find(wish).unwrap();
    let rate = f64::from(device.sample_rate());
    let sound = OutputStream::open(&device, move |frames: &mut [[f32; 2]], time| {
        let first = (time.at + time.latency).saturating_duration_since(epoch).as_secs_f64();
        let struck = struck.load(Relaxed) as f64 / 1e9;
        for (n, frame) in frames.iter_mut().enumerate() {
            let since = first + n as f64 / rate - struck;
            let sounds = struck > 0.0 && (0.0..0.1).contains(&since);
            let sample = if sounds { (0.5 * (since * 6000.0).sin() * (-since / 0.02).exp()) as f32 } else { 0.0 };
            *frame = [sample, sample];
        }
    });
    (midi.unwrap(), sound.unwrap())
}

/// Leads the synthesiser's sound into the director's ear, as soon as there is one.
fn connect() {
    let deadline = Instant::now() + Duration::from_secs(20);
    while Instant::now() < deadline {
        let ports = Command::new("jack_lsp").stderr(Stdio::null()).output().unwrap();
        let ports = String::from_utf8_lossy(&ports.stdout).into_owned();
        // Nobody else is on this server.
        let port = |what: &dyn Fn(&&str) -> bool| ports.lines().find(what).map(str::to_owned);
        let from = port(&|p| p.ends_with(":out_0"));
        let to = port(&|p| p.ends_with(":in_0"));
        if let (Some(from), Some(to)) = (from, to)
            && Command::new("jack_connect").args([&from, &to]).stderr(Stdio::null()).status().unwrap().success()
        {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("there is nothing to connect");
}

#[test]
#[expect(clippy::print_stdout, reason = "a test that is left out says so, and one that measures says what")]
fn a_synthesisers_delay_is_found_by_its_notes() {
    if !again::inside() {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        match Jack::start_with(&["jack_connect"], PERIOD, &["--no-realtime", "--no-mlock"]) {
            Some(server) => {
                print!("{}", again::run_again("a_synthesisers_delay_is_found_by_its_notes", &server.variables()));
            }
            None => println!("not run: JACK is not installed"),
        }
        return;
    }
    let measured = |delay: Duration| {
        let _synthesiser = synthesiser(delay);
        let director = Command::new(env!("CARGO_BIN_EXE_director"))
            .args(["calibrate", "--output", "midi:synth:notes", "--system", "jack", "--host", "jack", "--clicks", "5"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        connect();
        let output = director.wait_with_output().unwrap();
        eprintln!("{}", String::from_utf8_lossy(&output.stdout));
        output
    };
    let offset = |ms| trusted(|| measured(Duration::from_millis(ms)));
    found_to_be(37.0, || offset(20) - offset(57));
    // The server believes that three of its periods are on their way to a converter, and there is none.
    let buffers = 3.0 * f64::from(PERIOD) / 48.0;
    found_to_be(20.0 - buffers, || -offset(20));
}
