//! MIDI through a real JACK server, which has no hardware. Left out where JACK is not installed.

#[path = "support/again.rs"]
mod again;
#[path = "../../../director/tests/support/jack.rs"]
#[allow(dead_code, reason = "other tests take the rest")]
mod jack;

use jack::Jack;
use musebot_devices::{
    MidiAddress, MidiIn, MidiKind, MidiMessage, MidiOut, MidiSystem, VirtualPort, Wanted, midi_inputs, midi_outputs,
    midi_system,
};
use std::{
    process::{Command, Stdio},
    sync::{
        Mutex, PoisonError,
        mpsc::{Receiver, channel},
    },
    time::{Duration, Instant},
};

const PERIOD: u32 = 64;
/// A frame.
const FRAME: Duration = Duration::from_nanos(20_834);
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs the test where a server of its own is the default one.
fn on_a_server(test: &str, body: impl FnOnce()) {
    if again::inside() {
        return body();
    }
    // Without priority, several at once would be late all the time.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(server) = Jack::start_with(&[], PERIOD, &["--no-realtime", "--no-mlock"]) else { return };
    let id = server.id().to_string();
    let mut variables = server.variables().to_vec();
    variables.push(("JACK_TEST_SERVER_ID", &id));
    let said = again::run_again(test, &variables);
    assert!(!said.to_lowercase().contains("jack"), "the library speaks up: {said}");
}

fn jack(port: Wanted) -> MidiAddress {
    MidiAddress { port, system: Some(MidiSystem::Jack) }
}

fn named(name: &str) -> MidiAddress {
    jack(Wanted::Named(name.to_owned()))
}

fn own(name: &str) -> MidiAddress {
    jack(Wanted::Virtual(name.to_owned()))
}

fn hear(address: &MidiAddress) -> (MidiIn, Receiver<(Instant, MidiMessage)>) {
    let (tell, told) = channel();
    let input = MidiIn::open("listener", address, move |at, message| _ = tell.send((at, message))).unwrap();
    (input, told)
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn off_by(heard: Instant, due: Instant) -> Duration {
    heard.saturating_duration_since(due).max(due.saturating_duration_since(heard))
}

#[test]
fn messages_arrive_at_the_frame_of_their_instant() {
    on_a_server("messages_arrive_at_the_frame_of_their_instant", || {
        let (_input, heard) = hear(&own("in"));
        let mut out = MidiOut::open("player", &named("listener:in")).unwrap();
        assert_eq!((out.name(), out.system()), ("listener:in", MidiSystem::Jack));
        assert!(
            out.latency() > Duration::from_millis(1) && out.latency() < Duration::from_millis(5),
            "{:?}",
            out.latency()
        );
        let start = Instant::now() + Duration::from_millis(50);
        // Given backwards, so that nothing but the instants can order them.
        let due: Vec<_> = (0..100).map(|n| start + Duration::from_micros(3_137) * n).collect();
        for (n, at) in due.iter().enumerate().rev() {
            assert!(out.send(*at, MidiMessage::note_on(1, n as u8, 100)));
        }
        out.send(due[99] + Duration::from_millis(50), MidiMessage::STOP);
        let (mut off, mut before) = (Vec::new(), None);
        loop {
            let (at, message) = heard.recv_timeout(PATIENCE).unwrap();
            let MidiKind::NoteOn { pitch, .. } = message.kind() else { break };
            assert!(before < Some(pitch), "out of order: {before:?}, {pitch}");
            before = Some(pitch);
            off.push(off_by(at, due[usize::from(pitch)]));
        }
        // A server without priority may still leave out a period, with all that is in it.
        assert!(off.len() >= 90, "{}", off.len());
        off.sort();
        assert!(off[off.len() / 2] <= 2 * FRAME, "{off:?}");
        let mut late = Vec::new();
        out.lateness(|ms| late.push(ms));
        assert_eq!(late.len(), due.len() + 1);
    });
}

#[test]
fn at_one_frame_the_important_ones_go_first() {
    on_a_server("at_one_frame_the_important_ones_go_first", || {
        let (_input, heard) = hear(&own("in"));
        let mut out = MidiOut::open("player", &named("listener:in")).unwrap();
        let at = Instant::now() + Duration::from_millis(30);
        let wanted = [
            MidiMessage::CLOCK,
            MidiMessage::note_off(1, 60),
            MidiMessage::note_on(1, 62, 100),
            MidiMessage::control(1, 7, 90),
        ];
        for message in wanted.iter().rev() {
            out.send(at, *message);
        }
        let heard: Vec<_> = wanted.iter().map(|_| heard.recv_timeout(PATIENCE).unwrap()).collect();
        assert_eq!(heard.iter().map(|(_, message)| *message).collect::<Vec<_>>(), wanted);
        assert!(heard.iter().all(|(at, _)| *at == heard[0].0), "{heard:?}");
    });
}

#[test]
fn what_is_due_when_an_output_is_closed_still_goes_and_what_is_not_does_not() {
    on_a_server("what_is_due_when_an_output_is_closed_still_goes_and_what_is_not_does_not", || {
        let (_input, heard) = hear(&own("in"));
        let mut out = MidiOut::open("player", &named("listener:in")).unwrap();
        out.send(Instant::now() + Duration::from_secs(1), MidiMessage::note_on(1, 61, 100));
        out.send(Instant::now(), MidiMessage::note_off(1, 60));
        drop(out);
        assert_eq!(heard.recv_timeout(PATIENCE).unwrap().1, MidiMessage::note_off(1, 60));
        let mut out = MidiOut::open("player", &named("listener:in")).unwrap();
        out.send(Instant::now() + Duration::from_millis(20), MidiMessage::note_on(1, 62, 100));
        out.forget();
        out.send(Instant::now() + Duration::from_millis(20), MidiMessage::note_off(1, 62));
        assert_eq!(heard.recv_timeout(PATIENCE).unwrap().1, MidiMessage::note_off(1, 62));
        assert!(heard.try_recv().is_err());
    });
}

#[test]
fn ports_are_listed_under_the_names_that_open_them() {
    on_a_server("ports_are_listed_under_the_names_that_open_them", || {
        assert!(midi_system(MidiSystem::Jack).is_ok());
        let (_input, _heard) = hear(&own("in"));
        let _out = MidiOut::open("player", &own("notes")).unwrap();
        let names = |ports: Vec<musebot_devices::MidiPort>| ports.into_iter().map(|port| port.name).collect::<Vec<_>>();
        assert!(names(midi_outputs()).contains(&"listener:in".to_owned()), "{:?}", midi_outputs());
        assert!(names(midi_inputs()).contains(&"player:notes".to_owned()), "{:?}", midi_inputs());
        assert!(!names(midi_outputs()).contains(&"player:notes".to_owned()));
        let error = MidiOut::open("player", &named("Moog")).err().unwrap().to_string();
        assert!(error.contains("found no MIDI port `Moog` (there are: ") && error.contains("`listener:in`"), "{error}");
    });
}

#[test]
fn a_port_that_goes_is_noticed_and_taken_again_when_it_is_back() {
    on_a_server("a_port_that_goes_is_noticed_and_taken_again_when_it_is_back", || {
        let (input, _) = hear(&own("in"));
        let mut out = MidiOut::open("player", &named("listener:in")).unwrap();
        wait_until("found", || !out.is_lost());
        drop(input);
        wait_until("lost", || out.is_lost());
        let (_input, heard) = hear(&own("in"));
        wait_until("found again", || !out.is_lost());
        out.send(Instant::now(), MidiMessage::CLOCK);
        assert_eq!(heard.recv_timeout(PATIENCE).unwrap().1, MidiMessage::CLOCK);
        // By hand, as in a patch bay.
        let by_hand = Command::new("jack_disconnect").args(["player:out", "listener:in"]).status().unwrap();
        assert!(by_hand.success());
        wait_until("connected again", || {
            out.send(Instant::now(), MidiMessage::STOP);
            heard.recv_timeout(Duration::from_millis(100)).is_ok()
        });
    });
}

#[test]
fn a_server_that_dies_is_noticed_and_closing_after_it_does_not_hang() {
    on_a_server("a_server_that_dies_is_noticed_and_closing_after_it_does_not_hang", || {
        let port = VirtualPort::open("band", "song", Some(MidiSystem::Jack)).unwrap();
        let (input, _) = hear(&named("band:song"));
        let mut out = MidiOut::open("player", &port.input()).unwrap();
        assert!(!out.is_lost() && !input.is_lost() && !port.is_lost());
        let server = std::env::var("JACK_TEST_SERVER_ID").unwrap();
        assert!(Command::new("kill").args(["-KILL", &server]).status().unwrap().success());
        wait_until("all lost", || out.is_lost() && input.is_lost() && port.is_lost());
        out.send(Instant::now(), MidiMessage::CLOCK);
        let closing = Instant::now();
        drop((out, input, port));
        assert!(closing.elapsed() < PATIENCE, "{:?}", closing.elapsed());
        assert!(midi_system(MidiSystem::Jack).is_err());
    });
}

#[test]
fn a_virtual_port_passes_on_and_outlives_its_writer() {
    on_a_server("a_virtual_port_passes_on_and_outlives_its_writer", || {
        let port = VirtualPort::open("band", "song", Some(MidiSystem::Jack)).unwrap();
        assert_eq!(port.name(), "song");
        let (input, heard) = hear(&named("band:song"));
        for pitch in [60, 61] {
            let mut out = MidiOut::open("player", &port.input()).unwrap();
            let due = Instant::now() + Duration::from_millis(20);
            out.send(due, MidiMessage::note_on(1, pitch, 100));
            let (at, message) = heard.recv_timeout(PATIENCE).unwrap();
            assert_eq!(message, MidiMessage::note_on(1, pitch, 100));
            assert!(off_by(at, due) < Duration::from_millis(5), "{:?}", off_by(at, due));
        }
        assert!(!port.is_lost() && !input.is_lost());
    });
}

#[test]
fn another_program_reads_the_same_bytes() {
    on_a_server("another_program_reads_the_same_bytes", || {
        let mut out = MidiOut::open("player", &own("notes")).unwrap();
        let dump = Command::new("jack_midi_dump").arg("dump").stdout(Stdio::piped()).spawn();
        let Ok(dump) = dump else { return };
        wait_until("jack_midi_dump runs", || midi_outputs().iter().any(|port| port.name.starts_with("dump:")));
        let theirs = midi_outputs().into_iter().find(|port| port.name.starts_with("dump:")).unwrap().name;
        assert!(Command::new("jack_connect").args(["player:notes", &theirs]).status().unwrap().success());
        out.send(Instant::now(), MidiMessage::note_on(3, 64, 99));
        out.send(Instant::now() + Duration::from_millis(5), MidiMessage::program(3, 7));
        std::thread::sleep(Duration::from_millis(300));
        assert!(Command::new("kill").arg(dump.id().to_string()).status().unwrap().success());
        let said = String::from_utf8(dump.wait_with_output().unwrap().stdout).unwrap();
        assert!(said.contains("92 40 63") && said.contains("c2 07"), "{said}");
    });
}

#[test]
fn a_machine_without_a_server_is_told_so_at_once() {
    if !again::inside() {
        let said = again::run_again(
            "a_machine_without_a_server_is_told_so_at_once",
            &[("JACK_DEFAULT_SERVER", "musebots-nobody"), ("JACK_NO_START_SERVER", "1")],
        );
        assert!(!said.to_lowercase().contains("jack") && !said.contains("ALSA"), "a library speaks up: {said}");
        return;
    }
    let begun = Instant::now();
    let error = MidiOut::open("player", &named("synth")).err().unwrap().to_string();
    assert_eq!(error, "found no MIDI: no JACK server answers; start one (jackd, or PipeWire's)");
    assert!(MidiIn::open("player", &own("in"), |_, _| {}).is_err());
    assert!(VirtualPort::open("band", "song", Some(MidiSystem::Jack)).is_err());
    assert!(midi_outputs().iter().chain(&midi_inputs()).all(|port| port.system == MidiSystem::Native));
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
}
