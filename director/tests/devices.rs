//! `director devices`, on machines that have much, little and nothing.

#[path = "support/audio_server.rs"]
#[allow(dead_code, reason = "other tests take the rest")]
mod audio_server;
#[path = "support/jack.rs"]
#[allow(dead_code, reason = "other tests take the rest")]
mod jack;
#[path = "support/nowhere.rs"]
mod nowhere;

use audio_server::AudioServer;
use jack::Jack;
use nowhere::{json, text};
use serde_json::Value;
use std::process::{Command, Output};

fn devices(args: &[&str], variables: &[(&str, &str)]) -> Output {
    nowhere::director("devices", args, variables)
}

fn host<'a>(json: &'a Value, name: &str) -> &'a Value {
    json["audio"].as_array().unwrap().iter().find(|host| host["host"] == name).unwrap()
}

#[test]
fn a_machine_with_nothing_is_listed_all_the_same() {
    let output = devices(&[], &[]);
    assert_eq!(output.status.code(), Some(0));
    let text = text(&output);
    assert!(text.contains("  jack: not here: ") && text.starts_with("Audio\n") && text.contains("\nMIDI\n"), "{text}");
}

#[test]
fn what_is_asked_for_and_not_there_is_an_exit_code_of_one() {
    let output = devices(&["a synthesiser that nobody has"], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("Nothing here is called `a synthesiser that nobody has`."), "{}", text(&output));
}

#[test]
fn a_jack_server_has_its_ports_listed_as_they_are_written() {
    let Some(server) = Jack::start(&["jack_midi_dump"]) else { return };
    let mut dump = Command::new("jack_midi_dump");
    let mut dump = dump.arg("dump").envs(server.variables()).stdout(std::process::Stdio::null()).spawn().unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !server.ports().iter().any(|port| port.starts_with("dump:")) {
        assert!(std::time::Instant::now() < deadline, "jack_midi_dump has no port");
    }
    let variables = server.variables();
    let output = devices(&["--json"], &variables);
    let json = json(&output);
    let _ = dump.kill();
    let _ = dump.wait();
    assert_eq!(host(&json, "jack")["why_not"], Value::Null);
    assert_eq!(host(&json, "jack")["devices"][0]["output"]["buffer"], serde_json::json!([512, 512]));
    let midi = json["midi"].as_array().unwrap().iter().find(|midi| midi["system"] == "jack").unwrap();
    let words: Vec<_> =
        midi["outputs"].as_array().unwrap().iter().map(|port| port["write"].as_str().unwrap()).collect();
    assert!(words.iter().any(|word| word.starts_with("midi:dump:")), "{words:?}");
}

#[test]
fn pulse_and_alsa_over_it_say_which_device_is_the_default() {
    let Some(server) = AudioServer::start(&["main"]) else { return };
    let variables = server.variables();
    let variables: Vec<(&str, &str)> = variables.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let output = devices(&[], &variables);
    let text = text(&output);
    assert!(text.contains("  pulse  (with host = \"pulse\")\n") && text.contains("    audio:main  "), "{text}");
    assert!(text.contains("    audio:default") && text.contains("(the default)"), "{text}");
    assert_eq!(devices(&["audio:main"], &variables).status.code(), Some(0));
}
