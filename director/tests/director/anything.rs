//! Whatever happens, in whatever order: nothing panics, nobody is forgotten, and it ends.

use crate::{
    fake::Fake,
    hello::hello,
    rig::{Done, FIRST, Rig},
};
use director::event::{Event, Exit, SurfaceNews};
use musebot_devices::MidiMessage;
use musebot_protocol::{Broadcast, Control, Gain, Over, Tempo};
use proptest::prelude::*;
use std::collections::BTreeSet;

const TOML: &str = "meter = \"7/8\"\nguests = true\nexiting = \"off-others\"
    [[section]]\nname = \"A\"\nbars = 2\ndensity = 0.4
    [[section]]\nname = \"B\"\nbars = 1
    [[bot]]\nid = \"a\"\nprogram = \"a\"\ngroup = \"g\"\nenter = 2\nleave = 9
    [[bot]]\nid = \"b\"\nprogram = \"b\"\ngroup = \"g\"\nrestart = \"always\"
    [[bot]]\nid = \"c\"\nprogram = \"c\"\nrestart = \"never\"
    [[bot]]\nfolder = \"d\"\ndelay = 2\nleave-after = 20\nsay = { onoff = 1 }
    [[bot]]\nfolder = \"e\"\nrestart = \"always\"\ngain-scale = \"decibels\"
    [[bot]]\nfolder = \"f\"
    [control.midi]\nport = \"x\"\nmap = [ { cc = 0, to = \"a.gain\" }, { cc = 1, to = \"tempo\" }, { cc = 2, to = \"g.solo\" },
    { note = 0, to = \"section:B\" }, { note = 1, to = \"panic\" }, { note = 2, to = \"b.stop\" }, { note = 3, to = \"b.start\" } ]";

/// One thing that may happen.
#[derive(Debug, Clone)]
enum Thing {
    Passes(u16),
    Dies(usize, i32),
    /// What its script had started has ended.
    Ends(usize),
    FallsSilent(usize),
    BeatsAgain(usize),
    Strange(usize, u16, Option<u16>),
    Hello(usize, u16),
    Says(usize, usize),
    Asks(usize, usize, f64),
    Stalls(u8),
    /// A hand, at one of two surfaces, of which the file names one.
    Touches(usize, u8, u8, u8),
    Plugs(usize, bool),
}

const IDS: [&str; 9] = ["a", "b", "c", "d", "e", "f", "tuba", "flute", "who?"];
const TOPICS: [&str; 6] = ["tala", "notepool", "exiting", "phraselength", "onoff", "x"];

fn things() -> impl Strategy<Value = Vec<Thing>> {
    let port = || 9000_u16..9004;
    let thing = prop_oneof![
        4 => (1_u16..150).prop_map(Thing::Passes),
        1 => (0_usize..6, 0..4_i32).prop_map(|(bot, code)| Thing::Dies(bot, code)),
        1 => (0_usize..6).prop_map(Thing::Ends),
        1 => (0_usize..8).prop_map(Thing::FallsSilent),
        1 => (0_usize..8).prop_map(Thing::BeatsAgain),
        2 => (0_usize..9, port(), prop::option::of(port())).prop_map(|(id, from, at)| Thing::Strange(id, from, at)),
        1 => (0_usize..9, port()).prop_map(|(id, at)| Thing::Hello(id, at)),
        1 => (0_usize..8, 0_usize..6).prop_map(|(bot, topic)| Thing::Says(bot, topic)),
        3 => (0_usize..19, 0_usize..11, 0.0..1.0_f64).prop_map(|(what, who, x)| Thing::Asks(what, who, x)),
        1 => (1_u8..10).prop_map(Thing::Stalls),
        4 => (0_usize..2, 0x80_u8.., 0_u8..4, 0_u8..128).prop_map(|(at, status, a, b)| Thing::Touches(at, status, a, b)),
        1 => (0_usize..2, any::<bool>()).prop_map(|(at, here)| Thing::Plugs(at, here)),
    ];
    prop::collection::vec(thing, 1..60)
}

fn control(what: usize, who: usize, x: f64) -> Control {
    let who = ["a", "b", "c", "d", "e", "f", "tuba", "flute", "tuba_2", "g", "nobody"][who].to_owned();
    let over = [None, Some(Over::Bars(4.0 * x)), Some(Over::Beats(9.0 * x)), Some(Over::Seconds(9.0 * x))][what % 4];
    let gain = Gain::clamped(x);
    match what {
        0 => Control::Tempo { tempo: Tempo::clamped(10.0 + 989.0 * x), over },
        1 => Control::Gain { who, gain, over },
        2 => Control::Master { gain, over },
        3 => Control::Mute { who, on: x > 0.5 },
        4 => Control::Solo { who, on: x > 0.5 },
        5 => Control::Group { group: who, on: x > 0.5 },
        6 | 7 => Control::Start { bot: who },
        8 => Control::Stop { bot: who },
        9 | 10 => Control::Restart { bot: who },
        11 => Control::Section { name: if x > 0.3 { "B".into() } else { who } },
        12 => Control::Density { density: x },
        13 => Control::Tap,
        14 => Control::Nudge { ms: 2000.0 * x - 1000.0 },
        15 => Control::Panic,
        16 => Control::Get { what: "bots".into() },
        17 => Control::Learn { what: format!("{who}.gain") },
        _ => Control::Watch { what: "position".into() },
    }
}

impl Rig {
    fn befalls(&mut self, thing: &Thing) {
        let bot = |n: usize| self.bots[n.min(self.bots.len() - 1)].id.clone();
        match *thing {
            Thing::Passes(steps) => self.run(0.02 * f64::from(steps)),
            Thing::Dies(n, code) => {
                let id = bot(n);
                // Only a process that runs can end.
                if self.director.roster().get(&id).is_some_and(|b| b.process) {
                    self.dies(&id, Exit::Code(code), &["its last word"]);
                }
            }
            Thing::Ends(n) => {
                let id = bot(n);
                if self.director.roster().get(&id).is_some_and(|b| b.process && b.is_folder()) {
                    self.dies(&id, Exit::Unknown, &[]);
                }
            }
            Thing::FallsSilent(n) => {
                let id = bot(n);
                self.falls_silent(&id);
            }
            Thing::BeatsAgain(n) => {
                let id = bot(n);
                self.beats_again(&id);
            }
            Thing::Strange(id, from, at) => self.beat(from, IDS[id], at),
            Thing::Hello(id, at) => {
                let from = ([127, 0, 0, 1], at).into();
                self.event(Event::Heard { from, message: hello(IDS[id], at, "timetags position") });
            }
            Thing::Says(n, topic) => {
                let id = bot(n);
                self.speaks(FIRST + n as u16, &Broadcast::new(TOPICS[topic], &id, 3).encode());
            }
            Thing::Asks(what, who, x) => {
                let answers = self.ask(control(what, who, x));
                let last = answers.last().expect("every command is answered");
                let waits = last.starts_with("value ,sis learn ");
                assert!(last.starts_with("ok ") || last.starts_with("error ") || waits, "{answers:?}");
            }
            Thing::Touches(number, status, a, b) => {
                if let Some(message) = MidiMessage::read(&[status, a, b]) {
                    self.event(Event::Surface { number, news: SurfaceNews::Moved(message) });
                }
            }
            Thing::Plugs(number, here) => {
                let news = if here { SurfaceNews::Here("x".to_owned()) } else { SurfaceNews::Gone };
                self.event(Event::Surface { number, news });
            }
            Thing::Stalls(seconds) => self.now += std::time::Duration::from_secs(seconds.into()),
        }
    }

    fn is_sound(&self) {
        let here: Vec<_> = self.director.roster().iter().filter(|b| b.is_here()).collect();
        assert_eq!(self.targets.len(), here.len(), "who is here gets ticks, and nobody else does");
        assert_eq!(self.listeners.len(), here.len(), "who is here hears the others");
        let names: BTreeSet<&str> = self.director.roster().iter().map(|b| &*b.name).collect();
        assert_eq!(names.len(), self.director.roster().len(), "a name stands for one bot");
        for bot in &here {
            assert!(self.targets.iter().any(|t| Some(t.to) == bot.to), "{} gets its ticks elsewhere", bot.name);
        }
        let _ = self.director.view(self.now);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_it_stays_sound_and_ends_within_10_s_of_ctrl_c(things in things()) {
        let bots = vec![
            Fake::ours("a"),
            Fake::historic("b"),
            Fake::ours("c").stubborn(),
            Fake::folder("d").detached(),
            Fake::folder("e").detached().deaf(),
            Fake::folder("f"),
            Fake::guest("tuba", 9000),
            Fake::guest("flute", 9001).deaf(),
        ];
        let mut rig = Rig::with(TOML, bots).begin();
        for thing in &things {
            rig.befalls(thing);
            rig.is_sound();
        }
        let finished = |rig: &Rig| rig.times(|d| matches!(d, Done::Finish(_))).first().copied();
        rig.event(Event::Interrupted);
        let interrupted = rig.seconds();
        rig.run(10.0);
        let at = finished(&rig);
        prop_assert!(at.is_some_and(|at| at < interrupted + 10.0), "{:?}", rig.log.iter().rev().take(20).collect::<Vec<_>>());
    }
}
