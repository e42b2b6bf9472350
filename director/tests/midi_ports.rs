//! Real bots at MIDI ports of a real JACK server: every note that begins ends, whatever happens to
//! the gain, the port or the bot. Left out where JACK is not installed.

#[path = "../../musebots/devices/tests/support/again.rs"]
mod again;
#[path = "support/jack.rs"]
#[allow(dead_code, reason = "other tests take the rest")]
mod jack;
#[path = "support/process.rs"]
#[allow(dead_code, reason = "other tests take the rest")]
mod process;

use jack::Jack;
use musebot_devices::{MidiAddress, MidiIn, MidiKind, MidiMessage, MidiSystem, Wanted, midi_inputs};
use process::{Director, Home, PATIENCE, real_bots, wait_until};
use rtrb::{Consumer, RingBuffer};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Frames of a cycle. JACK loses what is sent in a cycle that a client is late for, and without
/// priority, on a busy machine, short ones are missed often.
const PERIOD: u32 = 1024;

/// Runs the test where a server of its own is the default one.
#[expect(clippy::print_stdout, reason = "a test that is left out says so")]
fn on_a_server(test: &str, body: impl FnOnce()) {
    if again::inside() {
        return body();
    }
    // Without priority, several at once would be late all the time.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(server) = Jack::start_with(&[], PERIOD, &["--no-realtime", "--no-mlock"]) else {
        println!("left out: JACK is not installed (on Debian: apt-get install jackd2)");
        return;
    };
    real_bots();
    let said = again::run_again(test, &server.variables());
    print!("{said}");
}

/// A synthesiser with an input that can be unplugged, and that keeps its keys down meanwhile.
struct Synth {
    plugged: Option<MidiIn>,
    heard: Consumer<(Instant, MidiMessage)>,
    down: BTreeSet<(u8, u8)>,
    all: Vec<(Instant, MidiMessage)>,
}

impl Synth {
    fn new() -> Self {
        let (plugged, heard) = plug(&own());
        Self { plugged: Some(plugged), heard, down: BTreeSet::new(), all: Vec::new() }
    }

    /// At the output of a port that is there already.
    fn at(port: &str) -> Self {
        let (plugged, heard) = plug(&named(port));
        Self { plugged: Some(plugged), heard, down: BTreeSet::new(), all: Vec::new() }
    }

    fn unplug(&mut self) {
        self.listen();
        self.plugged = None;
        self.listen();
    }

    fn plug_in(&mut self) {
        let (plugged, heard) = plug(&own());
        (self.plugged, self.heard) = (Some(plugged), heard);
    }

    /// Takes in what has been heard.
    fn listen(&mut self) {
        while let Ok((at, message)) = self.heard.pop() {
            match message.kind() {
                MidiKind::NoteOn { channel, pitch, .. } => _ = self.down.insert((channel, pitch)),
                MidiKind::NoteOff { channel, pitch } => _ = self.down.remove(&(channel, pitch)),
                _ => {}
            }
            self.all.push((at, message));
        }
    }

    fn keys_down(&mut self) -> usize {
        self.listen();
        self.down.len()
    }

    /// Waits until every key is up.
    #[track_caller]
    fn falls_silent(&mut self, why: &str) {
        let deadline = Instant::now() + PATIENCE / 3;
        while self.keys_down() > 0 {
            if Instant::now() > deadline {
                let last = &self.all[self.all.len().saturating_sub(40)..];
                let last: Vec<_> =
                    last.iter().map(|(at, m)| format!("{:?} ago {:?}", at.elapsed(), m.kind())).collect();
                panic!("these keys stay down: {:?}; {why}\n{}", self.down, last.join("\n"));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn begun(&mut self) -> usize {
        self.listen();
        self.all.iter().filter(|(_, message)| matches!(message.kind(), MidiKind::NoteOn { .. })).count()
    }

    #[track_caller]
    fn hears_more_notes(&mut self) {
        let before = self.begun();
        wait_until("the bot plays", || self.begun() > before + 2);
    }
}

fn plug(address: &MidiAddress) -> (MidiIn, Consumer<(Instant, MidiMessage)>) {
    let (mut tell, heard) = RingBuffer::new(1 << 16);
    let plugged = MidiIn::open("synth", address, move |at, message| _ = tell.push((at, message))).unwrap();
    (plugged, heard)
}

fn own() -> MidiAddress {
    MidiAddress { port: Wanted::Virtual("in".into()), system: Some(MidiSystem::Jack) }
}

fn named(port: &str) -> MidiAddress {
    MidiAddress { port: Wanted::Named(port.to_owned()), system: Some(MidiSystem::Jack) }
}

/// A bot that leaves its process's number behind, at this output.
fn entry(home: &Home, bot: &str, output: &str) -> String {
    let programs = std::path::Path::new(env!("CARGO_BIN_EXE_director")).parent().unwrap();
    home.script(
        bot,
        &format!("echo $$ > {}/{bot}.pid; exec {}/{bot} \"$@\"", home.path().display(), programs.display()),
    );
    format!("[[bot]]\nid = \"{bot}\"\nprogram = \"./{bot}\"\nrestart = \"never\"\noutput = {output}\n")
}

fn kill(home: &Home, bot: &str) {
    let pid = std::fs::read_to_string(home.path().join(format!("{bot}.pid"))).unwrap();
    kill_process(Pid::from_raw(pid.trim().parse().unwrap()).unwrap(), Signal::KILL).unwrap();
}

fn play(home: &Home, entries: &[String]) -> Director {
    let text = format!("tempo = 120\nstyle = \"straight\"\n{}", entries.concat());
    Director::play_in(&home.ensemble(&text), &["--seed", "7"], &[])
}

fn quit(director: Director) -> String {
    assert!(director.command(&["quit"]).0);
    let (status, said) = director.ends();
    assert!(status.success(), "{said}");
    said
}

#[test]
#[expect(clippy::print_stderr, reason = "the figures are worth reading")]
fn three_bots_play_one_synthesiser_on_channels_of_their_own_and_end_every_note() {
    on_a_server("three_bots_play_one_synthesiser_on_channels_of_their_own_and_end_every_note", || {
        let (home, mut synth) = (Home::new(), Synth::new());
        let bots = ["melody", "bass", "drums"];
        let director = play(
            &home,
            &[
                entry(&home, "melody", "{ to = \"midi:synth:in\", velocity = \"fixed:90\" }"),
                entry(&home, "bass", "{ to = \"midi:synth:in\", channel = 5, program = 34, bank = 1 }"),
                entry(&home, "drums", "{ to = \"midi:synth:in\", drums = { kick = 60 } }"),
            ],
        );
        director.plays(&bots);
        let until = Instant::now() + Duration::from_secs(8);
        while Instant::now() < until {
            synth.listen();
            std::thread::sleep(Duration::from_millis(20));
        }
        let table = director.command(&["bots"]).1;
        let said = quit(director);
        synth.falls_silent(&said);

        let kinds: Vec<MidiKind> = synth.all.iter().map(|(_, message)| message.kind()).collect();
        let notes = |wanted: u8| {
            let of = move |kind: &MidiKind| match kind {
                MidiKind::NoteOn { channel, pitch, velocity } if *channel == wanted => Some((*pitch, *velocity)),
                _ => None,
            };
            kinds.iter().filter_map(of).collect::<Vec<_>>()
        };
        let (melody, bass, drums) = (notes(1), notes(5), notes(10));
        assert!(melody.len() > 4 && melody.iter().all(|(_, velocity)| *velocity == 90), "{melody:?}");
        assert!(bass.len() > 8 && bass.iter().all(|(pitch, _)| *pitch < 64), "{bass:?}");
        let kicks = |note| drums.iter().filter(|(pitch, _)| *pitch == note).count();
        assert!(kicks(60) > 8 && kicks(36) == 0, "the kick lies where the map says: {drums:?}");
        let place = |wanted: MidiKind| kinds.iter().position(|kind| *kind == wanted);
        let bank = place(MidiKind::Control { channel: 5, controller: 0, value: 1 });
        let program = place(MidiKind::Program { channel: 5, program: 33 });
        assert!(
            bank.is_some() && bank < program,
            "bank and program at the start, programs from 1: {bank:?} {program:?}"
        );
        assert!(kinds.contains(&MidiKind::Control { channel: 1, controller: 7, value: 127 }));
        // Of one key, beginnings and ends take turns.
        let mut down = BTreeSet::new();
        for kind in &kinds {
            match kind {
                MidiKind::NoteOn { channel, pitch, .. } => assert!(down.insert((*channel, *pitch)), "{kind:?} twice"),
                MidiKind::NoteOff { channel, pitch } => _ = down.remove(&(*channel, *pitch)),
                _ => {}
            }
        }
        eprintln!("{table}");
    });
}

#[test]
fn a_gain_of_0_ends_every_note_and_lets_none_begin_until_it_is_up_again() {
    on_a_server("a_gain_of_0_ends_every_note_and_lets_none_begin_until_it_is_up_again", || {
        let (home, mut synth) = (Home::new(), Synth::new());
        let director = play(&home, &[entry(&home, "bass", "\"midi:synth:in\"")]);
        director.plays(&["bass"]);
        for _ in 0..3 {
            synth.hears_more_notes();
            assert!(director.command(&["gain", "bass", "0"]).0);
            wait_until("every key is up", || {
                let muted = synth.all.iter().rev().find_map(|(_, message)| match message.kind() {
                    MidiKind::Control { controller: 7, value, .. } => Some(value == 0),
                    _ => None,
                });
                synth.keys_down() == 0 && muted == Some(true)
            });
            let begun = synth.begun();
            let until = Instant::now() + Duration::from_secs(1);
            while Instant::now() < until {
                assert_eq!((synth.begun(), synth.keys_down()), (begun, 0), "a note begins at gain 0");
                std::thread::sleep(Duration::from_millis(10));
            }
            assert!(director.command(&["gain", "bass", "1"]).0);
        }
        synth.hears_more_notes();
        quit(director);
        synth.falls_silent("");
        let last = synth.all.iter().rev().find(|(_, m)| matches!(m.kind(), MidiKind::Control { controller: 7, .. }));
        let last = last.map(|(_, message)| message.kind());
        assert_eq!(last, Some(MidiKind::Control { channel: 2, controller: 7, value: 100 }), "its volume is given back");
    });
}

#[test]
fn a_bot_that_is_killed_leaves_no_key_down() {
    on_a_server("a_bot_that_is_killed_leaves_no_key_down", || {
        let (home, mut synth) = (Home::new(), Synth::new());
        let output = "{ to = \"midi:synth:in\", channel = 7 }";
        let director = play(&home, &[entry(&home, "bass", output), entry(&home, "drums", "\"null\"")]);
        director.plays(&["bass", "drums"]);
        synth.hears_more_notes();
        wait_until("a key is down", || synth.keys_down() > 0);
        kill(&home, "bass");
        synth.falls_silent("");
        let all_off = MidiKind::Control { channel: 7, controller: 123, value: 0 };
        wait_until("all notes are off", || {
            synth.listen();
            synth.all.iter().any(|(_, message)| message.kind() == all_off)
        });
        assert_eq!(director.command(&["panic"]).2, "");
        quit(director);
    });
}

#[test]
fn a_port_that_is_unplugged_and_plugged_in_ten_times_under_play_has_no_key_down_in_the_end() {
    on_a_server("a_port_that_is_unplugged_and_plugged_in_ten_times_under_play_has_no_key_down_in_the_end", || {
        let (home, mut synth) = (Home::new(), Synth::new());
        let output = "{ to = \"midi:synth:in\", program = 3 }";
        let director = play(&home, &[entry(&home, "bass", output), entry(&home, "drums", "\"midi:synth:in\"")]);
        director.plays(&["bass", "drums"]);
        for n in 0..10_u64 {
            synth.hears_more_notes();
            wait_until("a key is down", || synth.keys_down() > 0);
            synth.unplug();
            std::thread::sleep(Duration::from_millis(n * 130));
            synth.plug_in();
        }
        synth.hears_more_notes();
        let program =
            |(_, message): &&(Instant, MidiMessage)| message.kind() == MidiKind::Program { channel: 2, program: 2 };
        assert!(synth.all.iter().filter(program).count() > 1, "it is told its sound again");
        let said = quit(director);
        synth.falls_silent(&said);
        assert!(said.contains("has gone: playing on silently"), "{said}");
    });
}

#[test]
fn a_port_of_our_own_is_there_under_the_bot_s_name_and_outlives_it() {
    on_a_server("a_port_of_our_own_is_there_under_the_bot_s_name_and_outlives_it", || {
        let home = Home::new();
        let bots =
            [entry(&home, "bass", "{ to = \"midi:virtual\", system = \"jack\" }"), entry(&home, "drums", "\"null\"")];
        let director = play(&home, &bots);
        director.plays(&["bass", "drums"]);
        let port = || midi_inputs().into_iter().map(|port| port.name).find(|name| name.ends_with(":bass"));
        wait_until("the port is there", || port().is_some());
        let mut synth = Synth::at(&port().unwrap());
        synth.hears_more_notes();
        wait_until("a key is down", || synth.keys_down() > 0);
        kill(&home, "bass");
        synth.falls_silent("");
        assert!(port().is_some(), "the port is still there");
        assert!(director.command(&["start", "bass"]).0);
        synth.hears_more_notes();
        quit(director);
        synth.falls_silent("");
    });
}
