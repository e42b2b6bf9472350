//! A hand, a device, and values that others move too.

use super::*;
use proptest::prelude::*;
use std::{cell::RefCell, collections::BTreeMap};

/// A surface and the values behind it.
struct Rig {
    surface: Surface,
    values: RefCell<BTreeMap<String, f64>>,
    now: Duration,
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn cc(number: u8, to: &str) -> Mapping {
    Mapping::new(Source::Cc(number), None, Target::parse(to).unwrap())
}

fn note(number: u8, to: &str) -> Mapping {
    Mapping::new(Source::Note(number), None, Target::parse(to).unwrap())
}

impl Rig {
    fn new(pick_up: bool, map: Vec<Mapping>) -> Self {
        let now = Duration::from_secs(1000);
        let spec = MidiSurface { port: "desk".to_owned(), out: None, system: None, pick_up, map };
        let mut surface = Surface::new(&spec, now);
        surface.begin();
        Self { surface, values: RefCell::default(), now }
    }

    /// Somebody else sets a value.
    fn set(&self, target: &str, value: f64) {
        self.values.borrow_mut().insert(target.to_owned(), value);
    }

    fn value(&self, target: &str) -> f64 {
        self.values.borrow()[target]
    }

    fn passes(&mut self, time: Duration) {
        self.now += time;
    }

    fn does(&mut self, what: impl FnOnce(&mut Surface, Duration, Values<'_>) -> Vec<Control>) -> Vec<Control> {
        let commands =
            what(&mut self.surface, self.now, &|target| self.values.borrow().get(&target.to_string()).copied());
        for command in &commands {
            let on = |on: bool| f64::from(u8::from(on));
            let (target, value) = match command {
                // As the mixer keeps it.
                Control::Gain { who, gain, .. } => (format!("{who}.gain"), gain.linear().into()),
                Control::Master { gain, .. } => ("master".to_owned(), gain.linear().into()),
                Control::Tempo { tempo, .. } => ("tempo".to_owned(), tempo.bpm()),
                Control::Density { density } => ("density".to_owned(), *density),
                Control::Mute { who, on: is } => (format!("{who}.mute"), on(*is)),
                Control::Solo { who, on: is } => (format!("{who}.solo"), on(*is)),
                Control::Group { group, on: is } => (format!("group:{group}"), on(!*is)),
                _ => continue,
            };
            self.set(&target, value);
        }
        commands
    }

    fn hears(&mut self, bytes: &[u8]) -> Vec<Control> {
        let message = MidiMessage::read(bytes).unwrap();
        self.does(|surface, now, values| surface.heard(now, message, values))
    }

    /// Control change `number` on channel 1.
    fn slides(&mut self, number: u8, to: u8) -> Vec<Control> {
        self.hears(&[0xB0, number, to])
    }

    fn waits(&mut self, time: Duration) -> Vec<Control> {
        self.passes(time);
        self.does(Surface::due)
    }

    /// What the device is sent now.
    fn shows(&mut self) -> Vec<Vec<u8>> {
        let messages = self.surface.display(self.now, &|target| self.values.borrow().get(&target.to_string()).copied());
        messages.iter().map(|m| m.bytes().to_vec()).collect()
    }
}

#[test]
fn a_fader_takes_over_only_after_it_has_passed_the_value() {
    let mut desk = Rig::new(true, vec![cc(0, "bass.gain")]);
    desk.set("bass.gain", 0.25); // position 64, more or less
    for to in [20, 40, 60, 62] {
        assert!(desk.slides(0, to).is_empty(), "not at {to}");
        desk.passes(ms(20));
    }
    assert_eq!(desk.slides(0, 66).len(), 1, "past it");
    assert!((desk.value("bass.gain") - 0.27).abs() < 0.001);
    desk.passes(ms(20));
    assert_eq!(desk.slides(0, 127).len(), 1, "and from then on wherever the hand goes");
    assert_eq!(desk.value("bass.gain"), 1.0);
}

#[test]
fn a_value_that_another_moves_is_let_go_and_met_again() {
    let mut desk = Rig::new(true, vec![cc(0, "master")]);
    desk.set("master", 1.0);
    assert_eq!((desk.slides(0, 127).len(), desk.slides(0, 127).len(), desk.slides(0, 120).len()), (1, 0, 1));
    desk.passes(ms(1000));
    desk.set("master", 0.1);
    assert!(desk.slides(0, 119).is_empty(), "no jump");
    assert_eq!(desk.value("master"), 0.1);
    desk.passes(ms(20));
    desk.slides(0, 30);
    assert!(desk.value("master") < 0.1, "passed on the way down");
}

#[test]
fn without_pick_up_the_value_goes_where_the_fader_is() {
    let mut desk = Rig::new(false, vec![cc(0, "density")]);
    desk.set("density", 0.9);
    assert_eq!(desk.slides(0, 0), [Control::Density { density: 0.0 }]);
}

#[test]
fn a_value_outside_of_a_faders_range_is_taken_over_at_its_end() {
    let mut desk = Rig::new(true, vec![cc(0, "tempo")]);
    desk.set("tempo", 240.0);
    assert!(desk.slides(0, 100).is_empty());
    desk.slides(0, 127);
    assert_eq!(desk.value("tempo"), 180.0);
}

#[test]
fn a_tempo_that_takes_a_moment_to_be_true_does_not_slip_out_of_the_hand() {
    let mut desk = Rig::new(true, vec![cc(0, "tempo")]);
    desk.set("tempo", 120.0);
    desk.slides(0, 64);
    for to in 65..80 {
        desk.passes(ms(20));
        desk.slides(0, to);
        // It is the next tick's, and there is none yet.
        desk.set("tempo", 120.0);
    }
    desk.passes(ms(20));
    let back = musebot_protocol::Tempo::new(120.0).unwrap();
    assert_eq!(desk.slides(0, 64), [Control::Tempo { tempo: back, over: None }], "the last one is on its way");
}

#[test]
fn a_pad_toggles_and_one_that_is_held_lets_go() {
    let held = Mapping { hold: true, ..note(37, "bass.solo") };
    let mut desk = Rig::new(true, vec![note(36, "drums.mute"), held]);
    let (hit, let_go) = ([0x99, 36, 100], [0x89, 36, 0]);
    let mute = |on| vec![Control::Mute { who: "drums".into(), on }];
    assert_eq!(desk.hears(&hit), mute(true));
    assert_eq!(desk.hears(&let_go), []);
    assert_eq!(desk.hears(&hit), mute(false));
    // A note-on without force is an end.
    assert_eq!(desk.hears(&[0x99, 36, 0]), []);
    desk.set("drums.mute", 1.0);
    assert_eq!(desk.hears(&hit), mute(false), "whoever muted it");

    let solo = |on| vec![Control::Solo { who: "bass".into(), on }];
    assert_eq!(desk.hears(&[0x90, 37, 1]), solo(true));
    assert_eq!(desk.hears(&[0x80, 37, 64]), solo(false));
    assert_eq!(desk.hears(&[0x80, 37, 64]), [], "once");
}

#[test]
fn a_button_that_sends_control_changes_is_pressed_once() {
    let mut desk = Rig::new(true, vec![cc(48, "group:rhythm"), cc(49, "panic")]);
    assert_eq!(desk.slides(48, 127), [Control::Group { group: "rhythm".into(), on: false }]);
    assert_eq!(desk.slides(48, 100), []);
    assert_eq!(desk.slides(48, 0), []);
    assert_eq!(desk.slides(48, 127), [Control::Group { group: "rhythm".into(), on: true }]);
    assert_eq!((desk.slides(49, 127), desk.slides(49, 0)), (vec![Control::Panic], vec![]));
}

#[test]
fn pads_do_what_a_terminal_does() {
    let at_120 = Mapping { value: Some(120.0), ..note(5, "tempo") };
    let map = vec![
        note(0, "section:chorus"),
        note(1, "tap"),
        note(2, "nudge:-5"),
        note(3, "a.start"),
        note(4, "a.stop"),
        at_120,
    ];
    let mut desk = Rig::new(true, map);
    let mut hit = |pitch: u8| {
        let mut commands = desk.hears(&[0x90, pitch, 64]);
        assert!(desk.hears(&[0x80, pitch, 64]).is_empty());
        commands.remove(0)
    };
    assert_eq!(hit(0), Control::Section { name: "chorus".into() });
    assert_eq!(hit(1), Control::Tap);
    assert_eq!(hit(2), Control::Nudge { ms: -5.0 });
    assert_eq!(hit(3), Control::Start { bot: "a".into() });
    assert_eq!(hit(4), Control::Stop { bot: "a".into() });
    assert_eq!(hit(5), Control::Tempo { tempo: musebot_protocol::Tempo::new(120.0).unwrap(), over: None });
}

#[test]
fn a_channel_that_is_named_is_the_only_one() {
    let third = Mapping { channel: Some(3), ..cc(7, "master") };
    let mut desk = Rig::new(false, vec![third, cc(8, "master")]);
    assert!(desk.hears(&[0xB0, 7, 10]).is_empty());
    assert_eq!(desk.hears(&[0xB2, 7, 10]).len(), 1);
    assert_eq!(desk.hears(&[0xBF, 8, 20]).len(), 1, "any channel");
}

#[test]
fn a_flood_of_moves_is_thinned_and_ends_on_the_last() {
    let mut desk = Rig::new(false, (0..8).map(|n| cc(n, &format!("b{n}.gain"))).collect());
    let mut commands = 0;
    // Eight faders, four thousand moves in a second.
    for n in 0..500u16 {
        for fader in 0..8 {
            commands += desk.slides(fader, (n % 128) as u8).len();
        }
        if n % 10 == 0 {
            commands += desk.waits(ms(0)).len();
        }
        desk.passes(ms(2));
    }
    assert!((90..=110).contains(&commands), "{commands} commands in a second");
    for _ in 0..10 {
        desk.waits(ms(20));
    }
    let last = Scale::of(&Target::Master, None).unwrap().value((499 % 128) as u8) as f32;
    for fader in 0..8 {
        assert_eq!(desk.value(&format!("b{fader}.gain")), f64::from(last), "fader {fader}");
    }
}

#[test]
fn a_device_that_comes_is_told_everything_once() {
    let mut desk = Rig::new(true, vec![cc(0, "bass.gain"), note(36, "drums.mute"), cc(60, "tempo"), note(41, "panic")]);
    desk.set("bass.gain", 1.0);
    desk.set("drums.mute", 0.0);
    desk.set("tempo", 120.0);
    let all = vec![vec![0xB0, 0, 127], vec![0x90, 36, 0], vec![0xB0, 60, 64]];
    assert_eq!(desk.shows(), all);
    assert!(desk.shows().is_empty());
    desk.surface.end();
    desk.surface.begin();
    assert_eq!(desk.shows(), all);
}

#[test]
fn what_another_moves_is_shown_and_what_the_hand_moves_is_not() {
    let mut desk = Rig::new(false, vec![cc(0, "bass.gain")]);
    desk.set("bass.gain", 1.0);
    desk.shows();
    for to in [90, 80, 70] {
        desk.slides(0, to);
        desk.waits(ms(20));
        assert!(desk.shows().is_empty(), "the hand is on it");
    }
    desk.waits(ms(1000));
    assert!(desk.shows().is_empty(), "it stands where the hand has put it");
    desk.set("bass.gain", 0.25);
    assert_eq!(desk.shows(), [[0xB0, 0, 64]]);
    // Somebody else moves it while the hand does.
    desk.slides(0, 10);
    desk.set("bass.gain", 1.0);
    assert!(desk.shows().is_empty());
    desk.passes(ms(400));
    assert_eq!(desk.shows(), [[0xB0, 0, 127]], "once the hand has let go");
}

#[test]
fn lamps_follow_their_switches_on_the_channel_that_the_pad_spoke_on() {
    let half = Mapping { value: Some(0.5), ..note(38, "density") };
    let mut desk = Rig::new(true, vec![note(36, "drums.mute"), note(37, "section:B"), half]);
    desk.set("drums.mute", 0.0);
    desk.set("section:B", 0.0);
    desk.set("density", 0.5);
    assert_eq!(desk.shows(), [[0x90, 36, 0], [0x90, 37, 0], [0x90, 38, 127]]);
    desk.hears(&[0x99, 36, 90]);
    assert!(desk.shows().is_empty(), "while it is held, many a pad has its own way");
    desk.hears(&[0x89, 36, 64]);
    assert_eq!(desk.shows(), [[0x99, 36, 127]]);
    desk.set("section:B", 1.0);
    desk.set("density", 0.6);
    assert_eq!(desk.shows(), [[0x90, 37, 127], [0x90, 38, 0]]);
}

#[test]
fn a_wire_is_never_flooded_with_what_is_to_be_shown() {
    let mut desk = Rig::new(true, (0..100).map(|n| cc(n, &format!("b{n}.gain"))).collect());
    (0..100).for_each(|n| desk.set(&format!("b{n}.gain"), 1.0));
    let mut sizes = Vec::new();
    while let many @ 1.. = desk.shows().len() {
        sizes.push(many);
    }
    assert!(sizes.iter().all(|many| *many <= 16) && sizes.iter().sum::<usize>() == 100, "{sizes:?}");
}

#[test]
fn a_knob_that_learns_forgets_what_it_turned() {
    let mut desk = Rig::new(true, vec![cc(0, "bass.gain"), cc(1, "tempo")]);
    let learnt = Mapping { channel: Some(1), ..cc(0, "density") };
    assert_eq!(desk.surface.learn(learnt), Some(Target::Gain("bass".into())));
    desk.set("density", 0.0);
    assert_eq!(desk.slides(0, 1), [Control::Density { density: 0.01 }]);
}

#[derive(Debug, Clone)]
enum Thing {
    Message(Vec<u8>),
    Set(usize, f64),
    Passes(u64),
    Lost,
}

const TARGETS: [&str; 5] = ["bass.gain", "tempo", "density", "bass.mute", "section:A"];

fn things() -> impl Strategy<Value = Vec<Thing>> {
    prop::collection::vec(
        prop_oneof![
            8 => (0x80_u8.., 0_u8..4, 0_u8..128).prop_map(|(status, a, b)| Thing::Message(vec![status, a, b])),
            8 => (0_u8..4, 0_u8..128).prop_map(|(a, b)| Thing::Message(vec![0xB0, a, b])),
            2 => prop::collection::vec(any::<u8>(), 0..5).prop_map(Thing::Message),
            3 => (0_usize..5, -1.0..300.0_f64).prop_map(|(which, value)| Thing::Set(which, value)),
            4 => (0_u64..500).prop_map(Thing::Passes),
            1 => Just(Thing::Lost),
        ],
        0..200,
    )
}

proptest! {
    #[test]
    fn no_message_panics_it(things in things(), pick_up: bool, hold: bool) {
        let map = TARGETS.iter().zip(0..).flat_map(|(to, n)| {
            [Mapping { hold, ..cc(n, to) }, Mapping { value: (n < 3).then_some(0.5), hold, ..note(n, to) }]
        });
        let mut desk = Rig::new(pick_up, map.collect());
        for thing in things {
            match thing {
                Thing::Message(bytes) => {
                    if let Some(message) = MidiMessage::read(&bytes) {
                        desk.does(|surface, now, values| surface.heard(now, message, values));
                    }
                }
                Thing::Set(which, value) => desk.set(TARGETS[which], value),
                Thing::Passes(time) => {
                    desk.waits(ms(time));
                    prop_assert!(desk.shows().len() <= MOST_AT_ONCE);
                }
                Thing::Lost => {
                    desk.surface.end();
                    desk.surface.begin();
                }
            }
        }
    }

    /// However a hand and others move: a step of the hand moves the value by no more than that step and one position more.
    #[test]
    fn pick_up_never_jumps_by_more_than_one_step(
        moves in prop::collection::vec((0_u8..128, prop::option::weighted(0.1, 0_u8..128), 1_u64..800), 1..200),
    ) {
        let mut desk = Rig::new(true, vec![cc(0, "bass.gain")]);
        let scale = Scale::of(&Target::Master, None).unwrap();
        desk.set("bass.gain", 0.5);
        let mut hand = None;
        for (to, other, pause) in moves {
            if let Some(other) = other {
                desk.set("bass.gain", scale.value(other));
                // Within a moment of a touch, the hand is right.
                desk.passes(ms(400));
            }
            let before = scale.position(desk.value("bass.gain"));
            desk.slides(0, to);
            desk.waits(ms(pause));
            let after = scale.position(desk.value("bass.gain"));
            let step = hand.map_or(0, |hand: u8| hand.abs_diff(to));
            prop_assert!(after.abs_diff(before) <= step + 1, "from {before} to {after} with a step of {step}");
            hand = Some(to);
        }
    }
}
