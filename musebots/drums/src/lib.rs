//! A drummer. It keeps the pulse of its style, opens and closes its groove with the density that
//! is asked for, leads into every phrase with a fill, and tells the band the tala it plays.

mod drum;
mod fill;
mod groove;
mod styles;
mod synth;

pub use drum::Drum;
pub use fill::{Fills, Size};
pub use groove::{Bars, Groove, Hit};

use musebot_kit::{
    About, Broadcast, Musebot, Said, Setup, Stage, Style, Tick,
    music::{self, Band, Dice, Feel, Form, Human, Lead, Phrase, Sheet, Tala, Temper},
};

/// Phrases in the form, as long as nobody says otherwise.
const PHRASES: u32 = 16;

/// The drummer.
pub struct Drums {
    style: Style,
    temper: Temper,
    /// What is decided once for a section.
    material: Dice,
    /// What is decided as it goes.
    dice: Dice,
    band: Band,
    form: Form,
    lead: Lead,
    sheet: Sheet,
    fills: Fills,
    groove: Option<(String, Groove)>,
    bar: Option<u32>,
    /// Whether the last bar led into something new.
    arriving: bool,
}

impl Musebot for Drums {
    fn about() -> About {
        About {
            summary: "A drummer that owns the tala. Traits, each 0 to 1: busy (how much it plays), bold (how far it \
                      goes in fills and syncopation), loose (how unevenly it plays), loud (how hard it plays).",
            kinds: &["drums"],
            sends: &["tala", "phraselength", "phrases", "hdensity", "vdensity"],
            receives: &["tala", "phraselength", "section", "density", "progress", "onoff", "initialize"],
            ..About::default()
        }
    }

    fn new(setup: &Setup) -> anyhow::Result<Self> {
        synth::sound(setup);
        let dice = Dice::new(setup.seed);
        let temper = Temper::of(setup);
        let human = Human::new(dice.about("hands"), temper.loose, 0.0);
        Ok(Self {
            style: setup.style,
            temper,
            material: dice.about("grooves"),
            dice,
            band: Band::default(),
            form: Form::default(),
            lead: Lead::default(),
            sheet: Sheet::new(Feel::of(setup.style), human),
            fills: Fills::default(),
            groove: None,
            bar: None,
            arriving: true,
        })
    }

    fn tick(&mut self, _tick: Tick, stage: &mut Stage) {
        if self.bar != Some(stage.bar()) {
            self.bar = Some(stage.bar());
            self.write_bar(stage);
        }
        self.sheet.play(stage);
    }

    fn heard(&mut self, said: &Broadcast, stage: &mut Stage) {
        match said.said() {
            Some(Said::Tala(_)) => self.lead.heard(&said.speaker, self.band.phrase(stage).index),
            // Other grooves, from the next bar on.
            Some(Said::Initialize) => (self.material, self.groove) = (self.material.about("anew"), None),
            _ => {}
        }
        self.form.heard(said, stage);
        self.band.heard(said, stage);
    }
}

impl Drums {
    fn write_bar(&mut self, stage: &mut Stage) {
        let phrase = self.band.bar(stage);
        let new_section = self.form.bar(stage);
        let density = music::density(stage, self.temper.busy);
        let ours = self.lead.is_ours(stage.id(), phrase.index);
        let first = self.groove.is_none();
        self.choose_groove(stage, ours, phrase.begins());
        self.sheet.turn(stage);
        if music::is_last_bar(stage) {
            return self.write_ending();
        }
        let Some((_, groove)) = &self.groove else { return };
        let tala = groove.tala(density);
        let mut hits = groove.bar(phrase.bar, density);
        self.arrive(&mut hits, new_section, density);
        self.leave(&mut hits, stage, phrase, density);
        self.write_hits(&hits, density);
        if first || new_section || phrase.begins() {
            self.tell(stage, ours, &tala, &hits);
        }
    }

    /// Takes the groove of the section, the same whenever it comes back, a little changed in every
    /// phrase.
    fn choose_groove(&mut self, stage: &Stage, ours: bool, phrase_begins: bool) {
        let section = music::material_of(stage.section().unwrap_or_default());
        let tala = (!ours && self.band.has_tala()).then(|| self.band.tala(stage));
        let name = match &tala {
            Some(tala) => format!("{section} {} {:?}", stage.meter(), tala.groups()),
            None => format!("{section} {}", stage.meter()),
        };
        match &mut self.groove {
            Some((known, groove)) if *known == name => {
                if phrase_begins {
                    groove.turn(&mut self.dice);
                }
            }
            _ => {
                let mut dice = self.material.about(&name);
                let groove = Groove::new(self.style, stage.meter(), self.temper, tala.as_ref(), &mut dice);
                self.groove = Some((name, groove));
            }
        }
    }

    /// A crash where the last fill led, a bigger one in a new section.
    fn arrive(&mut self, hits: &mut Vec<Hit>, new_section: bool, density: f64) {
        let gentle = self.style == Style::Ballad || density < 0.3;
        if (new_section || self.arriving) && !gentle {
            hits.retain(|hit| hit.step > 0 || hit.drum == Drum::Kick);
            let (drum, velocity) = match self.style {
                Style::Swing => (Drum::Ride, 0.85),
                _ if new_section => (Drum::Crash, 0.85),
                _ => (Drum::Crash, 0.62),
            };
            hits.insert(0, Hit::new(0, drum, velocity, 0.0));
        }
        self.arriving = false;
    }

    /// A fill out of the last bar of a phrase, a bigger one out of a section or before the last bar.
    fn leave(&mut self, hits: &mut Vec<Hit>, stage: &Stage, phrase: Phrase, density: f64) {
        let big = self.form.ends(stage, phrase) || stage.bars_left() == Some(2);
        if !big && !phrase.ends() {
            return;
        }
        let loud_enough = density > if self.style == Style::Ballad { 0.5 } else { 0.2 };
        let size = if big && loud_enough { Size::Section } else { Size::Phrase };
        self.arriving = big;
        self.fills.play(hits, stage.sixteenths_per_bar(), size, self.style, self.temper.bold, &mut self.dice);
    }

    fn write_hits(&mut self, hits: &[Hit], density: f64) {
        let force = self.temper.force() * (0.82 + 0.25 * density);
        for hit in hits {
            self.sheet.write(hit.step as f64, hit.drum.ring(), hit.drum.number(), hit.velocity * force);
        }
    }

    /// The last bar: one stroke, left to ring.
    fn write_ending(&mut self) {
        let force = self.temper.force();
        let cymbal = if self.style == Style::Ballad { Drum::Ride } else { Drum::Crash };
        for (drum, velocity) in [(Drum::Kick, 0.9), (cymbal, 0.85)] {
            self.sheet.write_exactly(music::FINAL_STEP as f64, 8.0, drum.number(), (velocity * force).min(1.0));
        }
    }

    fn tell(&self, stage: &mut Stage, ours: bool, tala: &Tala, hits: &[Hit]) {
        if ours {
            stage.tell(&Said::Tala(tala.groups().to_vec()));
            stage.tell(&Said::PhraseLength(self.band.phrase(stage).bars));
            stage.tell(&Said::Phrases(PHRASES));
        }
        if !stage.playing() {
            stage.tell(&Said::HDensity(0.0));
            stage.tell(&Said::VDensity(0.0));
            return;
        }
        let mut drums: Vec<Drum> = hits.iter().map(|hit| hit.drum).collect();
        drums.sort_unstable();
        drums.dedup();
        let onsets = self.sheet.onsets() as f64 / stage.sixteenths_per_bar().max(1) as f64;
        stage.tell(&Said::HDensity(onsets.min(1.0)));
        // Eight voices is all that two hands and two feet get to in a bar.
        stage.tell(&Said::VDensity((drums.len() as f64 / 8.0).min(1.0)));
    }
}
