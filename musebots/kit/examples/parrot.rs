//! A bot that plays the root on every beat and repeats what it hears: to try a director with,
//! and what the kit's own tests drive.
//!
//!     cargo run --example parrot -- --output null

use musebot_kit::{About, Arg, Broadcast, DrumKit, Musebot, Note, Patch, Poly, Said, Setup, Stage, Tick};

struct Parrot {
    root: u8,
    length: f64,
}

impl Musebot for Parrot {
    fn about() -> About {
        About {
            summary: "Plays the root on every beat, and repeats what it hears",
            kinds: &["bass"],
            sends: &["heard", "hdensity", "where"],
            receives: &["everything"],
            flags: &[
                ("length", "TICKS", "How long its notes are [default: 8]"),
                ("slow-start", "MS", "Loads that long"),
                ("kick", "YES", "Sounds as a bass drum"),
                ("page", "ADDRESS", "Says that it shows itself there"),
            ],
            ..About::default()
        }
    }

    fn new(setup: &Setup) -> anyhow::Result<Self> {
        if let Some(ms) = setup.flag("slow-start") {
            std::thread::sleep(std::time::Duration::from_millis(ms.parse()?));
        }
        if let Some(page) = setup.flag("page") {
            setup.page(page);
        }
        let length = setup.flag("length").map_or(Ok(8.0), str::parse)?;
        if setup.flag("kick").is_some() {
            setup.sounds_like(DrumKit::default());
            setup.channel(10);
            return Ok(Self { root: 36, length });
        }
        setup.sounds_like(Poly::new(Patch::Pluck));
        setup.channel(2);
        Ok(Self { root: 36 + setup.key.pitch_class(), length })
    }

    fn tick(&mut self, tick: Tick, stage: &mut Stage) {
        if tick.0 % 16 == 0 {
            stage.play(Note::new(self.root, 0.8, self.length));
        }
        if stage.is_bar_line() {
            stage.tell(&Said::HDensity(0.25));
            stage.say("where", [tick.on_wire(), stage.bar() as i32, stage.beat() as i32]);
        }
    }

    fn heard(&mut self, said: &Broadcast, stage: &mut Stage) {
        match said.said() {
            Some(Said::NotePool(pitches)) => self.root = 36 + pitches[0] % 12,
            Some(Said::Initialize) => (0..100).for_each(|n| stage.say(&format!("shout/{n}"), n)),
            _ => {}
        }
        // What others heard is not repeated, or two parrots would never end.
        if said.topic != "heard" {
            let mut words = vec![Arg::from(said.topic.as_str()), Arg::from(said.speaker.as_str())];
            words.extend(said.args.iter().cloned());
            stage.say("heard", words);
        }
    }
}

fn main() -> anyhow::Result<()> {
    musebot_kit::play::<Parrot>()
}
