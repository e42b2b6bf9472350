//! A bass player. It locks to the kick through the tala it hears, plays the root when the chord
//! changes, and leads into the next one. Without a plan it makes its own roots; without drums it
//! keeps to the beats.

mod bar;
mod hand;
mod line;
mod synth;

pub use bar::Bar;
pub use hand::{Hand, REGISTER};
pub use line::{Figure, Onset, Role};

use musebot_kit::{
    About, Broadcast, Musebot, Said, Setup, Stage, Style, Tick,
    music::{self, Band, Close, Dice, Feel, Human, Phrase, Scale, Sheet, Temper},
};

/// The bass player.
pub struct Bass {
    style: Style,
    temper: Temper,
    scale: Scale,
    /// What is decided once for a section.
    material: Dice,
    /// What is decided as it goes.
    dice: Dice,
    band: Band,
    sheet: Sheet,
    hand: Hand,
    figure: Option<(String, Figure)>,
    bar: Option<u32>,
    phrase: Phrase,
    /// The phrase that a plan of our own was made for, as long as nobody else tells one.
    own_phrase: Option<u32>,
    /// Bars that we have played.
    played: u32,
}

impl Musebot for Bass {
    fn about() -> About {
        About {
            summary: "A bass that locks to the kick. Traits, each 0 to 1: busy (how much it plays), bold (octaves, \
                      syncopation, chromatic approaches), loose (how unevenly it plays), loud (how hard it plays).",
            kinds: &["bass"],
            sends: &["nothing"],
            receives: &[
                "tala",
                "phraselength",
                "plan/chords",
                "plan/chordDuration",
                "notepool",
                "hdensity",
                "section",
                "density",
                "onoff",
                "initialize",
            ],
            flags: &[synth::FLAG],
            ..About::default()
        }
    }

    fn new(setup: &Setup) -> anyhow::Result<Self> {
        synth::sound(setup)?;
        let dice = Dice::new(setup.seed);
        let temper = Temper::of(setup);
        let human = Human::new(dice.about("hands"), temper.loose * 0.8, 1.0);
        let scale = Scale::new(setup.key, setup.mode);
        let chromatic = if setup.style == Style::Swing { 0.12 } else { 0.05 };
        Ok(Self {
            style: setup.style,
            temper,
            scale,
            material: dice.about("figures"),
            band: Band::default(),
            sheet: Sheet::new(Feel::of(setup.style), human),
            hand: Hand::new(scale, chromatic * (0.5 + temper.bold)),
            dice,
            figure: None,
            bar: None,
            phrase: Phrase::of(1, 4),
            own_phrase: None,
            played: 0,
        })
    }

    fn tick(&mut self, _tick: Tick, stage: &mut Stage) {
        if self.bar != Some(stage.bar()) {
            self.bar = Some(stage.bar());
            self.phrase = self.band.bar(stage);
            self.make_do(stage);
            self.write_bar(stage);
            self.played += 1;
        } else if self.band.take_news() {
            self.write_bar(stage);
        }
        self.sheet.play(stage);
    }

    fn heard(&mut self, said: &Broadcast, stage: &mut Stage) {
        if let Some(Said::Initialize) = said.said() {
            // Other figures, from the next bar on.
            (self.material, self.figure) = (self.material.about("anew"), None);
        }
        self.band.heard(said, stage);
    }
}

impl Bass {
    /// After a bar in which nobody told any chords, makes its own.
    fn make_do(&mut self, stage: &Stage) {
        let harmony = &mut self.band.harmony;
        let silence = harmony.current().is_none() && harmony.at(self.phrase, 16, 0).is_none() && self.played > 0;
        let again = harmony.is_own() && self.phrase.begins() && self.own_phrase != Some(self.phrase.index);
        if silence || again {
            self.own_phrase = Some(self.phrase.index);
            let close = if self.phrase.index.is_multiple_of(2) { Close::Open } else { Close::Closed };
            let mut dice =
                self.material.about(&format!("{} {close:?}", music::material_of(stage.section().unwrap_or_default())));
            harmony.plan(music::progression(self.scale, self.style, self.phrase.bars, close, &mut dice), true);
        }
    }

    fn write_bar(&mut self, stage: &Stage) {
        self.sheet.turn(stage);
        let home = music::final_chord(self.scale, self.band.harmony.current());
        if music::is_last_bar(stage) {
            let pitch = self.hand.ending(home.root());
            let steps = stage.sixteenths_per_bar() as f64;
            self.sheet.write_exactly(music::FINAL_STEP as f64, steps * 0.9, pitch, 0.8 * self.temper.force().min(1.2));
            return;
        }
        // Where the others are dense, the bass keeps it simple.
        let crowd = self.band.others(stage).map_or(0.0, |others| (others - 0.5).max(0.0) * 0.4);
        let density = (music::density(stage, self.temper.busy) - crowd).clamp(0.05, 1.0);
        let bar = Bar::seen(&self.band, stage, self.phrase, self.style, density, &home);
        let line = self.figure(stage).line(self.style, &bar, &mut self.dice);
        for (n, onset) in line.iter().enumerate() {
            let pitch = self.hand.pitch(onset.role, onset.step, &bar, &mut self.dice);
            let until = line.get(n + 1).map_or(bar.steps, |next| next.step);
            let steps = self.breath(*onset, until - onset.step);
            let force = self.temper.force() * (0.88 + 0.2 * density);
            self.sheet.write(onset.step as f64, steps, pitch, (onset.velocity * force).min(1.0));
        }
    }

    /// How long a note sounds that may sound `room` sixteenths.
    fn breath(&mut self, onset: Onset, room: usize) -> f64 {
        let share = match (self.style, onset.role) {
            (_, Role::Dead) => return 0.45,
            (Style::Straight, _) => self.dice.between(0.7, 0.92),
            (Style::Swing, _) => self.dice.between(0.85, 0.95),
            (Style::House, _) => self.dice.between(0.5, 0.7),
            (Style::Ballad, _) => self.dice.between(0.88, 0.98),
            (Style::Funk, _) => self.dice.between(0.45, 0.75),
        };
        let most = match self.style {
            Style::Ballad => 12.0,
            Style::Funk => 4.0,
            Style::House => 3.0,
            _ => 8.0,
        };
        (room as f64 * share).min(most)
    }

    /// The figure of the section, the same whenever it comes back.
    fn figure(&mut self, stage: &Stage) -> Figure {
        let name = format!("{} {}", music::material_of(stage.section().unwrap_or_default()), stage.meter());
        if self.figure.as_ref().is_none_or(|(known, _)| *known != name) {
            let mut dice = self.material.about(&name);
            let figure = Figure::new(self.style, stage.sixteenths_per_bar(), self.temper, &mut dice);
            self.figure = Some((name.clone(), figure));
        }
        self.figure.as_ref().map(|(_, figure)| figure.clone()).expect("it was set above")
    }
}
