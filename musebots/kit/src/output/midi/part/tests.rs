//! Facts about what is given to a MIDI port.

use super::*;
use crate::output::OutputChoice;
use musebot_devices::MidiKind;
use proptest::prelude::*;

const PORT: &str = r#""kind":"midi","device":"a","channel":3"#;

fn part(rest: &str) -> Part {
    let choice = OutputChoice::read(&format!("{{{PORT}{rest}}}")).unwrap().remove(0);
    Part::new(Hand::new(&choice, 1), choice.gain)
}

/// An open port, with what was said when it opened left out.
fn open(rest: &str) -> Part {
    let mut part = part(rest);
    part.opened(0.0, 0.0, &mut Vec::new());
    part
}

fn on(id: u32, pitch: u8) -> Cue {
    Cue { due: 0.0, position: 0.0, id, pitch, velocity: Some(0.5), sung: None }
}

fn off(id: u32, pitch: u8) -> Cue {
    Cue { velocity: None, ..on(id, pitch) }
}

/// What is done, in a shape that is easy to read.
fn shown(out: &[Wire]) -> Vec<String> {
    let one = |wire: &Wire| match wire {
        Wire::Forget => "forget".to_owned(),
        Wire::Send(at, message) => match message.kind() {
            MidiKind::NoteOn { channel, pitch, velocity } => format!("{at:.2} on {channel} {pitch} {velocity}"),
            MidiKind::NoteOff { channel, pitch } => format!("{at:.2} off {channel} {pitch}"),
            MidiKind::Control { channel, controller, value } => format!("{at:.2} cc {channel} {controller} {value}"),
            _ => format!("{at:.2} {:?}", message.bytes()),
        },
    };
    out.iter().map(one).collect()
}

fn done(act: impl FnOnce(&mut Vec<Wire>)) -> Vec<String> {
    let mut out = Vec::new();
    act(&mut out);
    shown(&out)
}

#[test]
fn an_instrument_is_told_its_sound_and_its_volume_when_the_port_opens() {
    let mut part = part(r#","program":5,"bank":1"#);
    let out = done(|out| part.opened(1.0, 0.01, out));
    assert_eq!(out, ["1.00 cc 3 0 1", "1.00 cc 3 32 0", "1.00 [194, 4]", "1.00 cc 3 7 127"]);
}

#[test]
fn a_note_is_given_ahead_and_its_end_when_it_is_near() {
    let mut part = open("");
    assert_eq!(done(|out| part.cue(&on(1, 60), 1.05, out)), ["1.05 on 3 60 64"]);
    assert!(done(|out| part.cue(&off(1, 60), 1.5, out)).is_empty());
    assert!(done(|out| part.advance(1.4, out)).is_empty());
    assert!(part.wake().is_some_and(|at| (1.4..1.5).contains(&at)));
    assert_eq!(done(|out| part.advance(1.49, out)), ["1.50 off 3 60"]);
    assert_eq!(part.wake(), None);
}

#[test]
fn until_the_port_is_open_there_is_silence() {
    let mut part = part("");
    assert!(done(|out| part.cue(&on(1, 60), 1.0, out)).is_empty());
    assert!(done(|out| part.cue(&off(1, 60), 1.1, out)).is_empty());
    assert!(done(|out| part.advance(2.0, out)).is_empty() && part.wake().is_none());
    // The end of a note that nobody heard is nothing to send.
    assert_eq!(done(|out| part.opened(3.0, 0.0, out)), ["3.00 cc 3 7 127"]);
}

#[test]
fn a_gain_of_0_takes_the_volume_away_and_then_ends_every_note() {
    let mut part = open("");
    done(|out| part.cue(&on(1, 60), 1.0, out));
    done(|out| part.gain(1.1, 0.0, 100.0, out));
    assert!(part.wake().is_some_and(|at| at <= 1.2));
    let out = done(|out| part.advance(1.21, out));
    let end = out.iter().position(|line| line == "1.21 off 3 60");
    assert!(end > out.iter().position(|line| line == "forget"), "{out:?}");
    assert!(out.ends_with(&["1.21 cc 3 7 0".to_owned()]), "{out:?}");
    assert!(done(|out| part.cue(&on(2, 60), 1.3, out)).is_empty(), "no note begins while the gain is 0");
    assert!(done(|out| part.advance(1.4, out)).is_empty());
    assert_eq!(done(|out| part.gain(2.0, 1.0, 10.0, out)), ["2.02 cc 3 7 127"], "up again");
    assert_eq!(done(|out| part.cue(&on(3, 60), 2.1, out)), ["2.10 on 3 60 64"]);
}

#[test]
fn a_gain_may_move_velocities_instead_of_the_volume() {
    let mut part = part(r#","gain":"velocity""#);
    assert!(done(|out| part.opened(0.0, 0.0, out)).is_empty());
    assert!(done(|out| part.gain(1.0, 0.25, 10.0, out)).is_empty());
    assert_eq!(done(|out| part.cue(&on(1, 60), 1.1, out)), ["1.10 on 3 60 32"]);
    done(|out| part.gain(1.2, 0.0, 10.0, out));
    assert_eq!(done(|out| part.advance(1.3, out)), ["forget", "1.30 off 3 60"]);
}

#[test]
fn a_port_that_is_back_ends_what_hung_and_is_told_everything_again() {
    let mut part = open(r#","program":1"#);
    done(|out| part.cue(&on(1, 60), 1.0, out));
    done(|out| part.cue(&on(2, 64), 1.0, out));
    part.lost();
    assert!(done(|out| part.cue(&on(3, 67), 2.0, out)).is_empty());
    assert!(done(|out| part.gain(2.5, 0.25, 10.0, out)).is_empty());
    let out = done(|out| part.opened(3.0, 0.0, out));
    assert_eq!(out, ["3.00 off 3 60", "3.00 off 3 64", "3.00 [194, 0]", "3.00 cc 3 7 64"]);
    part.lost();
    assert_eq!(done(|out| part.opened(4.0, 0.0, out)).len(), 2, "what has been ended does not hang again");
}

#[test]
fn whoever_plays_the_instrument_next_finds_its_volume_up() {
    let mut part = open("");
    done(|out| part.cue(&on(1, 60), 1.0, out));
    done(|out| part.gain(1.1, 0.0, 10.0, out));
    done(|out| part.advance(1.2, out));
    let out = done(|out| part.finish(4.0, out));
    assert_eq!(out, ["forget", "4.00 cc 3 7 0", "4.00 cc 3 120 0", "4.00 cc 3 7 100"]);
    let mut loud = open("");
    assert_eq!(done(|out| loud.finish(4.0, out)), ["forget", "4.00 cc 3 7 127"]);
}

/// What may happen in the life of a part.
#[derive(Debug, Clone)]
enum Step {
    On(u8, f64),
    Off(usize, f64),
    Time(f64),
    Gain(f32, f32),
    Lost,
    Back,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (58..62u8, -0.02..0.11f64).prop_map(|(pitch, late)| Step::On(pitch, late)),
        5 => (0..6usize, -0.02..0.5f64).prop_map(|(which, late)| Step::Off(which, late)),
        5 => (0.0..0.2f64).prop_map(Step::Time),
        2 => (prop::sample::select(vec![0.0f32, 0.5, 1.0]), 0.0..200.0f32).prop_map(|(gain, ms)| Step::Gain(gain, ms)),
        1 => Just(Step::Lost),
        1 => Just(Step::Back),
    ]
}

/// The instrument: which keys are down, as far as messages have reached it.
#[derive(Default)]
struct Instrument {
    given: Vec<(f64, MidiMessage)>,
    down: Vec<u8>,
}

impl Instrument {
    fn take(&mut self, now: f64, out: &mut Vec<Wire>) {
        self.reach(now);
        for wire in out.drain(..) {
            match wire {
                Wire::Send(at, message) => self.given.push((at, message)),
                Wire::Forget => self.given.clear(),
            }
        }
        self.reach(now);
    }

    /// What is due by now is sent; beginnings after ends where their instants are the same.
    fn reach(&mut self, now: f64) {
        self.given.sort_by(|a, b| (a.0, a.1.rank()).partial_cmp(&(b.0, b.1.rank())).unwrap());
        let due = self.given.iter().take_while(|(at, _)| *at <= now).count();
        for (_, message) in self.given.drain(..due) {
            match message.kind() {
                MidiKind::NoteOn { pitch, .. } => self.down.push(pitch),
                MidiKind::NoteOff { pitch, .. } => self.down.retain(|down| *down != pitch),
                _ => {}
            }
        }
    }
}

proptest! {
    #[test]
    fn whatever_happens_nothing_hangs_in_the_end(steps in prop::collection::vec(step(), 0..80)) {
        let (mut part, mut instrument, mut now, mut out) = (open(""), Instrument::default(), 1.0, Vec::new());
        let mut there = true;
        let mut notes: Vec<(u32, u8, f64)> = Vec::new();
        for (id, step) in (0..).zip(steps) {
            match step {
                Step::On(pitch, late) => {
                    part.cue(&on(id, pitch), now + late, &mut out);
                    notes.push((id, pitch, now + late));
                }
                Step::Off(which, late) if !notes.is_empty() => {
                    let (id, pitch, began) = notes.remove(which % notes.len());
                    part.cue(&off(id, pitch), began.max(now + late), &mut out);
                }
                Step::Off(..) => {}
                Step::Time(passes) => {
                    now += passes;
                    instrument.reach(now);
                    part.advance(now, &mut out);
                }
                Step::Gain(gain, ms) => part.gain(now, gain, ms, &mut out),
                Step::Lost if there => {
                    // Nothing reaches it any more, and it keeps its keys as they are.
                    there = false;
                    instrument.given.clear();
                    part.lost();
                }
                Step::Back if !there => {
                    there = true;
                    part.opened(now, 0.0, &mut out);
                }
                Step::Lost | Step::Back => {}
            }
            prop_assert!(there || out.is_empty(), "nothing is given to a port that is not there");
            instrument.take(now, &mut out);
        }
        if !there {
            part.opened(now, 0.0, &mut out);
            instrument.take(now, &mut out);
        }
        part.finish(now, &mut out);
        instrument.take(now, &mut out);
        prop_assert_eq!(&instrument.down, &Vec::<u8>::new());
        instrument.reach(now + 100.0);
        prop_assert_eq!(&instrument.down, &Vec::<u8>::new());
    }
}
