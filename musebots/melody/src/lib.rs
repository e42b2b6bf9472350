//! A melody player. It states motifs, repeats and varies them, and closes its phrases; it leaves
//! room when the others are dense. Where nobody else tells a plan of chords, it offers one, a
//! phrase ahead.

mod chords;
mod motif;
mod rhythm;
mod sing;
mod sketch;
mod synth;
mod tune;

pub use chords::Progressions;
pub use motif::{Motif, Part};
pub use rhythm::rhythm;
pub use sing::{Ground, Singer, Tone};
pub use sketch::{BarSketch, Change, Idea, form, sketch};
pub use tune::{Occasion, Tune};

use musebot_kit::{
    About, Broadcast, Musebot, Said, Setup, Stage, Style, Tick,
    music::{self, Band, Chord, Dice, Feel, Form, Human, Lead, Phrase, Scale, Sheet, Temper},
};

/// The melody player.
pub struct Melody {
    style: Style,
    temper: Temper,
    scale: Scale,
    progressions: Progressions,
    band: Band,
    form: Form,
    lead: Lead,
    sheet: Sheet,
    tune: Tune,
    bar: Option<u32>,
    phrase: Phrase,
    /// Whether the plan is ours to make.
    leading: bool,
    /// The phrase whose plan was told last.
    told: Option<u32>,
}

impl Musebot for Melody {
    fn about() -> About {
        About {
            summary: "A melody that offers the chords when nobody else does. Traits, each 0 to 1: busy (how much it \
                      plays), bold (leaps and daring variations), loose (how unevenly it plays), loud (how hard it \
                      plays), dark (how low it sings).",
            kinds: &["melody"],
            sends: &["plan/chords", "plan/chordDuration", "notepool", "hdensity"],
            receives: &[
                "plan/chords",
                "plan/chordDuration",
                "notepool",
                "tala",
                "phraselength",
                "hdensity",
                "section",
                "density",
                "progress",
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
        let scale = Scale::new(setup.key, setup.mode);
        let centre = 76 - (8.0 * setup.trait_or("dark", 0.5)).round() as i32;
        let human = Human::new(dice.about("hands"), temper.loose, 3.0);
        Ok(Self {
            style: setup.style,
            temper,
            scale,
            progressions: Progressions::new(scale, setup.style, dice.about("chords")),
            band: Band::default(),
            form: Form::default(),
            lead: Lead::default(),
            sheet: Sheet::new(Feel::of(setup.style), human),
            tune: Tune::new(setup.style, temper, scale, centre, &dice),
            bar: None,
            phrase: Phrase::of(1, 4),
            leading: false,
            told: None,
        })
    }

    fn tick(&mut self, _tick: Tick, stage: &mut Stage) {
        if self.bar != Some(stage.bar()) {
            self.bar = Some(stage.bar());
            self.begin_bar(stage);
        } else if self.band.take_news() && !self.leading {
            self.write_bar(stage);
        }
        self.tell_chord(stage);
        self.tell_ahead(stage);
        self.sheet.play(stage);
    }

    fn heard(&mut self, said: &Broadcast, stage: &mut Stage) {
        match said.said() {
            Some(Said::PlanChords(_)) => self.lead.heard(&said.speaker, self.band.phrase(stage).index),
            // Where the chords are ours, a pool of somebody else's is a motif.
            Some(Said::NotePool(pool)) if self.leading => self.tune.offered(&pool),
            Some(Said::Initialize) => {
                self.tune.renew();
                self.progressions.renew();
            }
            _ => {}
        }
        self.form.heard(said, stage);
        self.band.heard(said, stage);
    }
}

impl Melody {
    fn begin_bar(&mut self, stage: &mut Stage) {
        self.phrase = self.band.bar(stage);
        self.form.bar(stage);
        self.leading = self.lead.is_ours(stage.id(), self.phrase.index);
        if self.leading && self.band.harmony.current().is_none() {
            let plan = self.progressions.plan(music::material_of(stage.section().unwrap_or_default()), self.phrase);
            // Who hears a plan in the middle of a phrase takes it for the next one.
            if self.phrase.begins() {
                plan.words().iter().for_each(|word| stage.tell(word));
            }
            self.band.harmony.plan(plan, true);
        }
        self.write_bar(stage);
    }

    /// Tells the chord whenever one begins, for those who do not know plans.
    fn tell_chord(&self, stage: &mut Stage) {
        let Some(step) = stage.sixteenth().filter(|_| self.leading) else { return };
        let steps = stage.sixteenths_per_bar();
        if music::is_last_bar(stage) {
            if step == music::FINAL_STEP {
                stage.tell(&Said::NotePool(self.home().pool()));
            }
        } else if self.band.harmony.changes(self.phrase, steps).contains(&step)
            && let Some(chord) = self.band.harmony.at(self.phrase, steps, step)
        {
            stage.tell(&Said::NotePool(chord.pool()));
        }
    }

    /// On the second beat of a phrase tells the plan of the next one, and how dense we play.
    fn tell_ahead(&mut self, stage: &mut Stage) {
        let second_beat = 16.min(stage.ticks_per_bar() - 1);
        if stage.tick_in_bar() != second_beat || self.told == Some(self.phrase.index) {
            return;
        }
        self.told = Some(self.phrase.index);
        let onsets = self.sheet.onsets() as f64 / stage.sixteenths_per_bar().max(1) as f64;
        stage.tell(&Said::HDensity(if stage.playing() { onsets.min(1.0) } else { 0.0 }));
        if self.leading {
            let bar = stage.bar() + self.phrase.bars - self.phrase.bar;
            let section = music::material_of(self.form.section_at(bar)).to_owned();
            let next = Phrase { index: self.phrase.index + 1, bar: 0, bars: self.phrase.bars };
            let plan = self.progressions.plan(&section, next);
            plan.words().iter().for_each(|word| stage.tell(word));
            self.band.harmony.plan(plan, false);
        }
    }

    fn write_bar(&mut self, stage: &Stage) {
        self.sheet.turn(stage);
        let steps = stage.sixteenths_per_bar();
        let home = self.home();
        if music::is_last_bar(stage) {
            let pitch = self.tune.ending(home.root());
            let velocity = (0.78 * self.temper.force()).min(1.0);
            self.sheet.write_exactly(music::FINAL_STEP as f64, steps as f64 * 0.9, pitch, velocity);
            return;
        }
        let chord = |step| self.band.harmony.at(self.phrase, steps, step).unwrap_or_else(|| home.clone());
        let meter = stage.meter();
        let ground = Ground { steps, chords: (0..steps).map(chord).collect(), strong: music::strong_beats(meter) };
        // Where the others are dense, the melody leaves them room.
        let crowd = self.band.others(stage).map_or(0.0, |others| (others - 0.55).max(0.0) * 0.6);
        let density = (music::density(stage, self.temper.busy) - crowd).clamp(0.05, 1.0);
        let accents: Vec<usize> = self.band.tala(stage).starts().collect();
        let occasion = Occasion {
            section: music::material_of(stage.section().unwrap_or_default()).to_owned(),
            phrase: self.phrase,
            ground,
            density,
            accents,
            compound: music::is_compound(meter),
        };
        let tones = self.tune.bar(&occasion);
        self.write_tones(&tones, &occasion);
    }

    fn write_tones(&mut self, tones: &[Tone], occasion: &Occasion) {
        let legato: f64 = match self.style {
            Style::Straight => 0.88,
            Style::Swing => 0.9,
            Style::Ballad => 0.97,
            Style::House => 0.75,
            Style::Funk => 0.6,
        };
        // A phrase grows towards its middle and falls back.
        let arc = (std::f64::consts::PI * (occasion.phrase.share() + 0.15)).sin() * 0.08;
        for (n, tone) in tones.iter().enumerate() {
            let strong = if occasion.ground.strong.contains(&tone.step) { 0.12 } else { 0.0 };
            let accent = if occasion.accents.contains(&tone.step) { 0.05 } else { 0.0 };
            let last = n + 1 == tones.len();
            let rests = if last && occasion.phrase.ends() { -0.06 } else { 0.0 };
            let swell = (occasion.density - 0.5) * 0.12;
            let velocity = (0.6 + strong + accent + arc + rests + swell) * self.temper.force();
            let share = if last { legato.max(0.9) } else { legato };
            self.sheet.write(tone.step as f64, tone.length as f64 * share, tone.pitch, velocity.min(1.0));
        }
    }

    /// The chord that is home.
    fn home(&self) -> Chord {
        music::final_chord(self.scale, self.band.harmony.current())
    }
}
