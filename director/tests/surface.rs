//! Control surfaces through a real MIDI system: JACK without hardware. Left out where it is not installed.

#[path = "../../musebots/devices/tests/support/again.rs"]
mod again;
#[path = "support/jack.rs"]
#[allow(dead_code, reason = "other tests take the rest")]
mod jack;
#[path = "support/process.rs"]
#[allow(dead_code, reason = "other tests take the rest")]
mod process;

use crate::{
    jack::Jack,
    process::{Director, Home, wait_until},
};
use musebot_devices::{MidiAddress, MidiIn, MidiMessage, MidiOut, MidiSystem, Wanted};
use std::{
    fs,
    sync::mpsc::{Receiver, channel},
    time::Instant,
};

/// Runs the test where a JACK server of its own is the default one.
fn on_a_server(test: &str, body: impl FnOnce()) {
    if again::inside() {
        return body();
    }
    match Jack::start(&[]) {
        Some(server) => _ = again::run_again(test, &server.variables()),
        None => eprintln!("not run: JACK is not installed"),
    }
}

fn own(name: &str) -> MidiAddress {
    MidiAddress { port: Wanted::Virtual(name.to_owned()), system: Some(MidiSystem::Jack) }
}

/// The knobs of a device.
fn knobs() -> MidiOut {
    MidiOut::open("nano", &own("knobs")).unwrap()
}

/// Its faders and lamps.
fn lamps() -> (MidiIn, Receiver<MidiMessage>) {
    let (tell, told) = channel();
    (MidiIn::open("desk", &own("lamps"), move |_, message| _ = tell.send(message)).unwrap(), told)
}

fn slide(knobs: &mut MidiOut, number: u8, to: u8) {
    assert!(knobs.send(Instant::now(), MidiMessage::control(1, number, to)));
}

/// A bot that is never heard is enough: its fader is there.
fn band(home: &Home, surface: &str) -> Director {
    home.script("quiet", "exec sleep 1000");
    let file = home.ensemble(&format!(
        "# our band\n[[bot]]\nid = \"bass\" # low\nprogram = \"./quiet\"\noutput = \"null\"\n{surface}"
    ));
    Director::play_in(&file, &[], &[])
}

/// The line of `director bots` that is about the bass: its gain, and whether it is muted.
fn bass(director: &Director) -> (String, String) {
    let table = director.command(&["bots"]).1;
    let line = table.lines().find(|line| line.starts_with("bass")).unwrap_or_default().to_owned();
    let mut words = line.split_whitespace().skip(2).map(str::to_owned);
    (words.next().unwrap_or_default(), words.next().unwrap_or_default())
}

const SURFACE: &str = "[control.midi]\nport = \"nano:knobs\"\nout = \"desk:lamps\"\nsystem = \"jack\"\npick-up = false\nmap = [\n\
    { cc = 0, channel = 1, to = \"bass.gain\" },\n{ note = 36, to = \"bass.mute\" }, # red\n]\n";

#[test]
fn a_knob_moves_a_gain_its_fader_follows_and_both_come_back_after_unplugging() {
    let name = "a_knob_moves_a_gain_its_fader_follows_and_both_come_back_after_unplugging";
    on_a_server(name, || {
        let home = Home::new();
        let director = band(&home, SURFACE);
        director.says("no control surface yet");

        let mut device = (knobs(), lamps());
        director.says("control surface nano:knobs is here");
        let first = [MidiMessage::control(1, 0, 127), MidiMessage::read(&[0x90, 36, 0]).unwrap()];
        for shown in first {
            assert_eq!(device.1.1.recv_timeout(process::PATIENCE), Ok(shown));
        }
        slide(&mut device.0, 0, 64);
        wait_until("the knob moves the gain", || bass(&director) == ("0.25".into(), "no".into()));
        assert!(device.0.send(Instant::now(), MidiMessage::note_on(1, 36, 90)));
        wait_until("the pad mutes", || bass(&director).1 == "yes");
        assert!(device.0.send(Instant::now(), MidiMessage::note_off(1, 36)));
        assert_eq!(device.1.1.recv_timeout(process::PATIENCE), Ok(MidiMessage::note_on(1, 36, 127)));
        assert!(director.command(&["gain", "bass", "1"]).0);
        assert_eq!(device.1.1.recv_timeout(process::PATIENCE), Ok(MidiMessage::control(1, 0, 127)));

        for round in 2..4 {
            drop(device);
            wait_until("its loss is said", || director.said().matches("nano:knobs has gone").count() == round - 1);
            assert!(director.command(&["gain", "bass", "1"]).0);
            device = (knobs(), lamps());
            wait_until("its return is said", || director.said().matches("nano:knobs is here").count() == round);
            assert_eq!(device.1.1.recv_timeout(process::PATIENCE), Ok(MidiMessage::control(1, 0, 127)));
            slide(&mut device.0, 0, 64);
            wait_until("the knob moves the gain again", || bass(&director).0 == "0.25");
        }
        assert_eq!(director.said().matches("no control surface yet").count(), 1, "{}", director.said());
    });
}

/// What `director learn` prints while a hand moves a knob.
fn learn(director: &Director, words: &[&str], knobs: &mut MidiOut, number: u8) -> String {
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| director.command(words));
        let mut to = 0;
        wait_until("the knob is learnt", || {
            to = (to + 7) % 128;
            slide(knobs, number, to);
            asking.is_finished()
        });
        let (fine, out, err) = asking.join().unwrap();
        assert!(fine, "{out}{err}");
        out
    })
}

#[test]
fn a_knob_is_learnt_works_at_once_and_is_written_into_the_file() {
    on_a_server("a_knob_is_learnt_works_at_once_and_is_written_into_the_file", || {
        let home = Home::new();
        let mut knobs = knobs();
        let director = band(&home, "");
        let said = learn(&director, &["learn", "bass.gain"], &mut knobs, 14);
        assert!(said.contains("cc 14 on channel 1 of `nano:knobs`: bass.gain"), "{said}");
        assert!(
            said.contains(
                "[control.midi]\nport = \"nano:knobs\"\nmap = [\n    { cc = 14, channel = 1, to = \"bass.gain\" },\n]"
            ),
            "{said}"
        );
        // It takes over where it meets the value.
        slide(&mut knobs, 14, 127);
        slide(&mut knobs, 14, 64);
        wait_until("the knob moves the gain", || bass(&director).0 == "0.25");

        let said = learn(&director, &["learn", "bass.gain", "--write"], &mut knobs, 15);
        assert!(said.contains("written into"), "{said}");
        let file = fs::read_to_string(home.path().join("band.toml")).unwrap();
        assert!(file.starts_with("# our band\n[[bot]]\nid = \"bass\" # low\n"), "{file}");
        assert!(file.ends_with("map = [\n    { cc = 15, channel = 1, to = \"bass.gain\" },\n]\n"), "{file}");
        let refused = director.command(&["learn", "bas.gain"]);
        assert!(!refused.0 && refused.2.contains("did you mean \"bass.gain\"?"), "{refused:?}");
    });
}
