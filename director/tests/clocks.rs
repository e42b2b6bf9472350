//! MIDI clocks through a real JACK server, which has no hardware: the director as a process of its own leads, follows, and
//! outlives a port that goes. Left out, and said, where JACK is not installed.

#[path = "../../musebots/devices/tests/support/again.rs"]
mod again;
#[expect(dead_code, reason = "other tests take the rest")]
#[path = "support/jack.rs"]
mod jack;
#[expect(dead_code, reason = "other tests take the rest")]
#[path = "support/process.rs"]
mod process;

use jack::Jack;
use musebot_devices::{MidiAddress, MidiIn, MidiMessage, MidiOut, MidiSystem, Wanted};
use process::{Director, Home, wait_until};
use std::{
    sync::mpsc::{Receiver, Sender, channel},
    time::{Duration, Instant},
};

/// Frames to a cycle: messages sit at their frames all the same, and a busy machine misses fewer of longer cycles.
const PERIOD: u32 = 512;
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs the test where a server of its own is the default one.
fn on_a_server(test: &str, body: impl FnOnce()) {
    if again::inside() {
        return body();
    }
    let Some(server) = Jack::start_with(&[], PERIOD, &["--no-realtime", "--no-mlock"]) else {
        return eprintln!("not run: JACK is not installed");
    };
    again::run_again(test, &server.variables());
}

type Heard = Receiver<(Instant, MidiMessage)>;

fn jack(port: Wanted) -> MidiAddress {
    MidiAddress { port, system: Some(MidiSystem::Jack) }
}

/// Listens to a port as soon as it is there.
fn listen(name: &str) -> (MidiIn, Heard) {
    let (tell, told): (Sender<_>, _) = channel();
    let deadline = Instant::now() + PATIENCE;
    loop {
        let tell = tell.clone();
        let heard = move |at, message| _ = tell.send((at, message));
        match MidiIn::open("listener", &jack(Wanted::Named(name.into())), heard) {
            Ok(input) => return (input, told),
            Err(why) => assert!(Instant::now() < deadline, "{why}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What is heard until something is.
#[track_caller]
fn until(heard: &Heard, last: MidiMessage, all: &mut Vec<(Instant, MidiMessage)>) {
    loop {
        let next = heard.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("{last:?} was not heard"));
        all.push(next);
        if next.1 == last {
            return;
        }
    }
}

fn pulses(heard: &[(Instant, MidiMessage)]) -> Vec<Instant> {
    heard.iter().filter(|(_, message)| *message == MidiMessage::CLOCK).map(|(at, _)| *at).collect()
}

/// A band whose one bot never comes, so that there is time to connect before tick 0.
fn band(home: &Home, toml: &str) -> std::path::PathBuf {
    home.script("puppet", "exec sleep 1000");
    let bot = "[[bot]]\nid = \"a\"\nprogram = \"./puppet\"\noutput = \"null\"\n";
    home.ensemble(&format!("tempo = 150\nwait = 3\nguests = true\n{bot}{toml}"))
}

/// The middle one of the intervals, and the furthest from it.
fn intervals(pulses: &[Instant]) -> (f64, f64) {
    let mut all: Vec<f64> = pulses.windows(2).map(|p| (p[1] - p[0]).as_secs_f64()).collect();
    all.sort_by(f64::total_cmp);
    let middle = all[all.len() / 2];
    (middle, (all[all.len() - 1] - middle).max(middle - all[0]))
}

#[test]
fn a_machine_that_follows_hears_a_start_24_pulses_a_beat_and_a_stop() {
    on_a_server("a_machine_that_follows_hears_a_start_24_pulses_a_beat_and_a_stop", || {
        let home = Home::new();
        let file = band(&home, "[clock]\nout = { to = \"midi:virtual\", system = \"jack\" }\n");
        let director = Director::play_in(&file, &[], &[]);
        let (_input, heard) = listen("director:clock");
        let mut all = Vec::new();
        until(&heard, MidiMessage::START, &mut all);
        assert_eq!(pulses(&all).len(), 0, "no pulse before the start");
        while pulses(&all).len() < 240 {
            all.push(heard.recv_timeout(PATIENCE).expect("pulses"));
        }
        let pulses = pulses(&all);
        let (middle, _) = intervals(&pulses);
        assert!((middle - 60.0 / 150.0 / 24.0).abs() < 0.001, "{middle}");
        let all_of_it = (pulses[239] - pulses[0]).as_secs_f64();
        assert!((all_of_it - 239.0 / 60.0).abs() < 0.02, "{all_of_it}");
        assert!(
            director.command(&["get", "clock"]).1.contains("out  clock: here"),
            "{:?}",
            director.command(&["get", "clock"])
        );
        assert!(director.command(&["quit"]).0);
        until(&heard, MidiMessage::STOP, &mut all);
        assert!(heard.recv_timeout(Duration::from_millis(300)).is_err(), "nothing comes after the stop");
        assert_eq!(all.iter().filter(|(_, m)| *m == MidiMessage::START).count(), 1);
    });
}

#[test]
fn a_machine_that_comes_late_or_comes_back_is_told_the_place() {
    on_a_server("a_machine_that_comes_late_or_comes_back_is_told_the_place", || {
        let home = Home::new();
        let file = band(&home, "[clock]\nout = { to = \"midi:machine\", system = \"jack\" }\n");
        let director = Director::play_in(&file, &[], &[]);
        director.says("machine gets our MIDI clock when it is there");
        director.says("beginning without a");
        let mut before = None;
        for round in 0..2 {
            let (tell, heard) = channel();
            let own = jack(Wanted::Virtual("in".into()));
            let machine = MidiIn::open("machine", &own, move |at, message| _ = tell.send((at, message))).unwrap();
            let mut all = Vec::new();
            until(&heard, MidiMessage::CONTINUE, &mut all);
            let Some(musebot_devices::MidiKind::SongPosition(place)) = all.first().map(|(_, m)| m.kind()) else {
                panic!("no song position: {all:?}");
            };
            assert!(before < Some(place), "round {round}: {before:?} and {place}");
            before = Some(place);
            for _ in 0..48 {
                all.push(heard.recv_timeout(PATIENCE).expect("pulses"));
            }
            assert_eq!(pulses(&all).len(), 48);
            drop(machine);
            if round == 0 {
                director.says("has gone: it gets our MIDI clock again");
            }
        }
    });
}

/// A machine that leads: pulses from an instant on.
struct Machine {
    out: MidiOut,
    next: Instant,
    period: Duration,
    sent: Vec<Instant>,
}

impl Machine {
    fn say(&mut self, message: MidiMessage) {
        assert!(self.out.send(self.next - Duration::from_millis(1), message));
    }

    /// So many pulses, given a little ahead.
    fn pulses(&mut self, pulses: usize) {
        for _ in 0..pulses {
            while self.next > Instant::now() + Duration::from_millis(100) {
                std::thread::sleep(Duration::from_millis(5));
            }
            assert!(self.out.send(self.next, MidiMessage::CLOCK));
            self.sent.push(self.next);
            self.next += self.period;
        }
    }
}

#[test]
fn our_clock_runs_with_that_of_the_machine_that_leads_and_starts_and_stops_with_it() {
    on_a_server("our_clock_runs_with_that_of_the_machine_that_leads_and_starts_and_stops_with_it", || {
        let out = MidiOut::open("machine", &jack(Wanted::Virtual("out".into()))).unwrap();
        let period = Duration::from_secs_f64(60.0 / 24.0 / 131.0);
        let mut machine = Machine { out, next: Instant::now(), period, sent: Vec::new() };
        let home = Home::new();
        let toml = "[clock]\nin = { to = \"midi:machine:out\", system = \"jack\" }\nout = { to = \"midi:virtual\", system = \"jack\" }\n";
        let director = Director::play_in(&band(&home, toml), &[], &[]);
        director.says("machine:out leads with its MIDI clock");
        let (_input, heard) = listen("director:clock");
        director.says("waiting for machine:out to start");
        machine.next = Instant::now() + Duration::from_millis(50);
        machine.pulses(48);
        assert!(director.command(&["get", "clock"]).1.contains("in   machine:out: waiting, 131.0 bpm"));
        assert!(heard.try_recv().is_err(), "nothing plays before its start");
        machine.say(MidiMessage::START);
        let first = machine.sent.len();
        machine.pulses(96 * 4);
        let clock = director.command(&["get", "clock"]).1;
        assert!(clock.contains("in   machine:out: locked, 131.0 bpm"), "{clock}");
        let (_, _, refused) = director.command(&["tempo", "90"]);
        assert!(refused.contains("machine:out leads"), "{refused}");
        machine.say(MidiMessage::STOP);
        let mut all = Vec::new();
        until(&heard, MidiMessage::STOP, &mut all);
        assert_eq!(all[0].1, MidiMessage::START);
        // Our first pulse is that of its second bar, and all others go together.
        let ours = pulses(&all);
        let its = &machine.sent[first + 96..];
        let off = |(a, b): (&Instant, &Instant)| {
            a.saturating_duration_since(*b).max(b.saturating_duration_since(*a)).as_secs_f64() * 1000.0
        };
        let mut apart: Vec<f64> = ours.iter().zip(its).map(off).collect();
        assert!(apart.len() >= 96 * 3 - 6, "{}", apart.len());
        apart.sort_by(f64::total_cmp);
        assert!(
            apart[apart.len() / 2] < 1.0,
            "ms apart: {} and at most {}",
            apart[apart.len() / 2],
            apart[apart.len() - 1]
        );
        machine.next = Instant::now() + Duration::from_millis(300);
        machine.say(MidiMessage::CONTINUE);
        machine.pulses(96 * 3);
        wait_until("it goes on", || heard.try_iter().any(|(_, message)| message == MidiMessage::CONTINUE));
        assert!(director.command(&["get", "clock"]).1.contains("machine:out: locked"));
    });
}
