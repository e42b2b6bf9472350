//! `director calibrate` through a real audio server without hardware, whose output has a delay that is known.

#[path = "support/audio_server.rs"]
#[allow(dead_code, reason = "other tests take the rest")]
mod audio_server;

use crate::audio_server::AudioServer;
use std::process::{Command, Output, Stdio};

/// What the plugin holds everything back by, in milliseconds.
const DELAY: f64 = 50.0;

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
    let direct = calibrate(&server, "all", &["--clicks", "5"]);
    let slow = calibrate(&server, "slow", &["--clicks", "5"]);
    print!("{}{}", String::from_utf8_lossy(&direct.stdout), String::from_utf8_lossy(&slow.stdout));
    let found = offset(&direct) - offset(&slow);
    assert!((found - DELAY).abs() < 2.0, "found {found} ms instead of {DELAY}");
}

#[test]
fn what_cannot_be_heard_is_said() {
    let Some(server) = AudioServer::start(&["here"]) else { return };
    let load = ["load-module", "module-null-sink", "sink_name=elsewhere", "norewinds=1"];
    let elsewhere = Command::new("pactl").args(load).envs(server.variables()).output().unwrap();
    assert!(elsewhere.status.success());
    let deaf = calibrate(&server, "elsewhere", &["--clicks", "3"]);
    assert!(!deaf.status.success());
    let said = String::from_utf8_lossy(&deaf.stderr);
    assert!(said.contains("only 0 of 3 clicks were heard"), "{said}");
    let wrong = calibrate(&server, "all", &["--output", "file"]);
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("cannot be measured"));
}
