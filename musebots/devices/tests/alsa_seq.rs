//! MIDI through ALSA's sequencer. Where the kernel has none these are left out;
//! `scripts/alsa-seq` runs them in a kernel that has it.

use musebot_devices::{
    MidiAddress, MidiIn, MidiKind, MidiMessage, MidiOut, MidiPort, MidiSystem, VirtualPort, Wanted, midi_inputs,
    midi_outputs, midi_system,
};
use std::{
    path::Path,
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

const PATIENCE: Duration = Duration::from_secs(20);

/// Whether this kernel has it.
fn is_here() -> bool {
    Path::new("/dev/snd/seq").exists()
}

fn named(name: &str) -> MidiAddress {
    MidiAddress { port: Wanted::Named(name.to_owned()), system: None }
}

fn own(name: &str) -> MidiAddress {
    MidiAddress { port: Wanted::Virtual(name.to_owned()), system: Some(MidiSystem::Native) }
}

fn hear(client: &str, address: &MidiAddress) -> (MidiIn, Receiver<(Instant, MidiMessage)>) {
    let (tell, told) = channel();
    let input = MidiIn::open(client, address, move |at, message| _ = tell.send((at, message))).unwrap();
    (input, told)
}

fn names(ports: &[MidiPort]) -> Vec<&str> {
    ports.iter().map(|port| port.name.as_str()).collect()
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The median and the 99th of a hundred, for people to read.
fn say(what: &str, mut ms: Vec<f64>) {
    ms.sort_by(f64::total_cmp);
    let at = |part: f64| ms[((ms.len() - 1) as f64 * part) as usize];
    eprintln!("{what}: p50 {:.2} ms, p99 {:.2} ms, most {:.2} ms", at(0.5), at(0.99), at(1.0));
}

#[test]
fn a_virtual_port_is_listed_and_passes_on_what_it_gets_and_outlives_its_writer() {
    if !is_here() {
        return;
    }
    assert!(midi_system(MidiSystem::Native).is_ok());
    let port = VirtualPort::open("band", "song", None).unwrap();
    assert_eq!(port.input(), MidiAddress { system: Some(MidiSystem::Native), ..named("band:song") });
    assert!(names(&midi_outputs()).contains(&"band:song") && names(&midi_inputs()).contains(&"band:song"));
    let (_input, heard) = hear("listener", &named("band:song"));
    for pitch in [60, 61] {
        let mut out = MidiOut::open("player", &port.input()).unwrap();
        assert_eq!((out.name(), out.system()), ("band:song", MidiSystem::Native));
        out.send(Instant::now(), MidiMessage::note_on(2, pitch, 100));
        assert_eq!(heard.recv_timeout(PATIENCE).unwrap().1, MidiMessage::note_on(2, pitch, 100));
        // Closing sends what is due.
        out.send(Instant::now(), MidiMessage::note_off(2, pitch));
        drop(out);
        assert_eq!(heard.recv_timeout(PATIENCE).unwrap().1.kind(), MidiKind::NoteOff { channel: 2, pitch });
    }
    assert!(!port.is_lost());
    let second = VirtualPort::open("band", "song", None).unwrap();
    assert_ne!(second.input(), port.input(), "a second one is told apart");
}

#[test]
fn notes_and_clocks_go_at_their_instants_in_their_order() {
    if !is_here() {
        return;
    }
    let (_input, heard) = hear("listener", &own("keys"));
    let mut out = MidiOut::open("player", &named("listener:keys")).unwrap();
    let start = Instant::now() + Duration::from_millis(100);
    let due: Vec<_> = (0..100).map(|n| start + Duration::from_millis(20) * n).collect();
    for (n, at) in due.iter().enumerate().rev() {
        assert!(out.send(*at, MidiMessage::note_on(1, n as u8, 100)));
        assert!(out.send(*at, MidiMessage::CLOCK));
    }
    let mut off = Vec::new();
    for (n, due) in due.iter().enumerate() {
        let (_, clock) = heard.recv_timeout(PATIENCE).unwrap();
        let (at, note) = heard.recv_timeout(PATIENCE).unwrap();
        assert_eq!((clock, note), (MidiMessage::CLOCK, MidiMessage::note_on(1, n as u8, 100)), "note {n}");
        off.push(at.saturating_duration_since(*due).max(due.saturating_duration_since(at)).as_secs_f64() * 1000.0);
    }
    say("notes against their instants, as heard", off.clone());
    let mut late = Vec::new();
    out.lateness(|ms| late.push(f64::from(ms)));
    assert_eq!(late.len(), 200);
    say("messages against their instants, as sent", late);
    off.sort_by(f64::total_cmp);
    assert!(off[50] < 20.0, "{off:?}");
}

#[test]
fn a_port_that_is_unplugged_is_noticed_and_found_under_its_name_when_it_is_back() {
    if !is_here() {
        return;
    }
    let (input, _) = hear("synth", &own("in"));
    let mut out = MidiOut::open("player", &named("synth:in")).unwrap();
    let (watching, _) = hear("watcher", &MidiAddress { port: Wanted::Named("player:out".into()), system: None });
    assert!(!out.is_lost() && !watching.is_lost());
    let begun = Instant::now();
    drop(input);
    wait_until("the output is lost", || out.is_lost());
    eprintln!("unplugged: noticed after {:?}", begun.elapsed());
    assert!(out.send(Instant::now(), MidiMessage::CLOCK), "it takes messages all the same");
    assert!(MidiOut::open("player", &named("synth:in")).is_err());
    // Somebody else gets the number that it had, so that it comes back under another.
    let (_other, _) = hear("other", &own("in"));
    let (_input, heard) = hear("synth", &own("in"));
    assert!(names(&midi_outputs()).contains(&"synth:in"), "{:?}", midi_outputs());
    assert!(out.is_lost(), "what is back is another connection");
    drop(out);
    let mut out = MidiOut::open("player", &named("synth:in")).unwrap();
    out.send(Instant::now(), MidiMessage::START);
    assert_eq!(heard.recv_timeout(PATIENCE).unwrap().1, MidiMessage::START);
    wait_until("the input is lost", || watching.is_lost());
}

#[test]
fn two_ports_of_one_name_are_told_apart() {
    if !is_here() {
        return;
    }
    let (_first, _) = hear("twin", &own("in"));
    let (_second, heard) = hear("twin", &own("in"));
    let mut out = MidiOut::open("player", &named("twin:in (2)")).unwrap();
    out.send(Instant::now(), MidiMessage::STOP);
    assert_eq!(heard.recv_timeout(PATIENCE).unwrap().1, MidiMessage::STOP);
    let mut out = MidiOut::open("player", &named("twin:in")).unwrap();
    out.send(Instant::now(), MidiMessage::STOP);
    assert!(heard.recv_timeout(Duration::from_millis(200)).is_err());
}

#[test]
fn on_a_card_a_flood_takes_the_wires_time_and_the_clock_is_not_slowed() {
    let card = midi_outputs().into_iter().find(|port| port.name.contains("VirMIDI"));
    let Some(card) = card else { return };
    assert!(
        !card.name.ends_with(|c: char| c == ':' || c.is_whitespace()) && card.system == MidiSystem::Native,
        "{card:?}"
    );
    let mut out = MidiOut::open("player", &named(&card.name)).unwrap();
    let at = Instant::now() + Duration::from_millis(50);
    (0..50).for_each(|n| assert!(out.send(at, MidiMessage::note_on(1, 30 + n, 100))));
    let mut late: Vec<f64> = Vec::new();
    wait_until("all are sent", || {
        out.lateness(|ms| late.push(f64::from(ms)));
        late.len() == 50
    });
    say(&format!("a chord of 50 on {}", card.name), late.clone());
    // Fifty notes of three bytes of 0.32 ms are 48 ms, of which 3 may be on their way.
    assert!(late.iter().copied().fold(0.0, f64::max) >= 43.0, "{late:?}");
}

#[test]
fn a_machine_without_a_sequencer_is_told_so() {
    if is_here() {
        return;
    }
    let error = MidiOut::open("player", &MidiAddress { system: Some(MidiSystem::Native), ..named("Digitone") });
    let text = error.err().unwrap().to_string();
    assert!(!cfg!(target_os = "linux") || text.contains("`sudo modprobe snd-seq`"), "{text}");
    assert!(midi_outputs().iter().all(|port| port.system == MidiSystem::Jack));
}
