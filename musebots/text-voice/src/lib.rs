//! A voice that speaks verse: a line to a phrase, stresses on beats, the tune of speech around a
//! tone of the chord. It is silent, or short, where the others are dense; a new section brings a
//! new speaker. A model writes the lines ahead, or old poets do.

mod ending;
mod flags;
mod pen;
mod poet;
mod recitation;
mod speakers;
mod synth;
mod turn;
mod verses;

pub use pen::{Line, Pen, Wish};
pub use poet::Poet;
pub use recitation::{Formula, Manner, Reciter, Toned};
pub use speakers::speaker;
pub use turn::{Turn, place, slot_bars, turn};
pub use verses::Verses;

use flags::{found, language, temperature};
use musebot_kit::{
    About, Broadcast, Musebot, Said, Setup, Stage, Tick,
    music::{
        self, Band, Chord, Dice, Feel, Form, Human, Intoned, Scale, Script, Songsheet, Stretch, Temper, natural_s,
    },
    words::{Language, Stress},
};

/// For how many bars a voice that fell silent is still expected to answer.
const PATIENCE: u32 = 12;

/// The text voice.
pub struct TextVoice {
    language: Language,
    temperature: f64,
    temper: Temper,
    scale: Scale,
    /// What is decided once for a section.
    material: Dice,
    band: Band,
    form: Form,
    sheet: Songsheet,
    poet: Poet,
    reciter: Reciter,
    formula: Formula,
    /// How heated others say it is.
    arousal: Option<f64>,
    /// The bar in which another voice last spoke.
    other: Option<u32>,
    speaker: Option<&'static str>,
    last: Option<Tick>,
    bar: Option<u32>,
    /// The bar in which was last decided what comes next.
    planned: Option<u32>,
    /// The bar with which a section's first line begins.
    entry: Option<u32>,
    /// A bar line at which a new section is expected.
    breath: Option<u32>,
    /// The bar line on which the last syllable of all falls, once it is planned.
    ending: Option<Tick>,
    spoken: Option<Script>,
}

impl Musebot for TextVoice {
    fn about() -> About {
        About {
            summary: "A voice that speaks verse, written ahead by a model. Traits, each 0 to 1: busy (how much it \
                      speaks), bold (how far its tune goes), loose (how unevenly it speaks), loud (how hard).",
            kinds: &["voice", "text"],
            sends: &["text", "line", "hdensity"],
            receives: &[
                "plan/chords",
                "plan/chordDuration",
                "notepool",
                "tala",
                "phraselength",
                "hdensity",
                "arousal",
                "text",
                "section",
                "density",
                "progress",
                "onoff",
                "initialize",
            ],
            flags: &[
                (
                    "model",
                    "DIR",
                    "The folder of the model that writes [default: the one of the language, if it is found]",
                ),
                ("language", "LANGUAGE", "What is spoken: en, es or la [default: en]"),
                synth::TIMBRE,
                synth::VOICE,
                ("temperature", "NUMBER", "How daring the model writes, 0.1 to 2; arousal adds to it [default: 0.7]"),
            ],
            ..About::default()
        }
    }

    fn new(setup: &Setup) -> anyhow::Result<Self> {
        let range = synth::sound(setup)?;
        let dice = Dice::new(setup.seed);
        let temper = Temper::of(setup);
        let scale = Scale::new(setup.key, setup.mode);
        let (language, model) = language(setup)?;
        let model = match setup.flag("model") {
            Some(folder) => Some(setup.home.join(folder)),
            None => model.and_then(found),
        };
        let human = Human::new(dice.about("mouth"), temper.loose * 0.8, 1.0);
        let material = dice.about("sections");
        Ok(Self {
            language,
            temperature: temperature(setup)?,
            temper,
            scale,
            band: Band::default(),
            form: Form::default(),
            sheet: Songsheet::new(Feel::of(setup.style), human),
            poet: Poet::new(model, language, &dice, setup.rendering),
            reciter: Reciter::new(scale, range),
            formula: Formula::new(&mut material.about("")),
            material,
            arousal: None,
            other: None,
            speaker: None,
            last: None,
            bar: None,
            planned: None,
            entry: None,
            breath: None,
            ending: None,
            spoken: None,
        })
    }

    fn tick(&mut self, tick: Tick, stage: &mut Stage) {
        let back = self.last.replace(tick).is_some_and(|last| tick <= last);
        if back || !stage.playing() {
            // What was said then is of another time, and the sheet forgets the ending.
            (self.other, self.breath, self.ending) = (None, None, None);
        }
        if self.bar != Some(stage.bar()) {
            self.bar = Some(stage.bar());
            self.begin_bar(stage);
        }
        // By now everybody has said what this bar brings, and there is time to begin before the next.
        if self.planned != self.bar && stage.tick_in_bar() >= stage.ticks_per_bar() / 4 {
            self.planned = self.bar;
            self.plan(stage);
        }
        self.sheet.play(stage);
    }

    fn heard(&mut self, said: &Broadcast, stage: &mut Stage) {
        match said.said() {
            Some(Said::Arousal(arousal)) => self.arousal = Some(arousal),
            Some(Said::Text(_)) => self.other = Some(stage.bar()),
            Some(Said::Initialize) => {
                self.material = self.material.about("anew");
                self.speaker = None;
            }
            _ => {}
        }
        self.form.heard(said, stage);
        self.band.heard(said, stage);
    }
}

impl TextVoice {
    fn begin_bar(&mut self, stage: &mut Stage) {
        let bar = stage.bar();
        self.band.bar(stage);
        let new_section = self.form.bar(stage);
        if self.ending.is_none() {
            self.sheet.end_with(stage);
        }
        if music::is_last_bar(stage) {
            return self.end(stage);
        }
        let expected = self.breath == Some(bar);
        let unnamed = stage.section().is_none();
        if new_section || self.speaker.is_none() || (expected && unnamed) {
            self.take_the_floor(stage);
        }
        if new_section || expected || self.entry.is_none() {
            self.entry = Some(bar + 1);
        }
    }

    /// Somebody else begins to speak; the others see who.
    fn take_the_floor(&mut self, stage: &mut Stage) {
        let section = match stage.section() {
            Some(name) => music::material_of(name).to_owned(),
            None => format!("bar {}", stage.bar()),
        };
        let dice = self.material.about("speakers");
        let speaker = speaker(self.language, &section, self.heat(stage), self.speaker, &dice);
        self.speaker = Some(speaker);
        self.formula = Formula::new(&mut self.material.about(&section));
        self.poet.begin(speaker, self.daring(stage));
        if stage.playing() {
            stage.say("line", format!("{speaker}:").as_str());
        }
    }

    /// Decides what begins with the next bar, if anything does.
    fn plan(&mut self, stage: &mut Stage) {
        let next = stage.bar() + 1;
        let phrase = self.band.phrase(stage);
        if self.form.ends(stage, phrase) {
            self.breath = Some(next);
        }
        if let Some(left) = stage.bars_left() {
            // The last line ends on the last bar line; what has no time to end before it is left out.
            let before = i64::from(left) - 2;
            if before < 0 || self.ending.is_some() {
                return;
            }
            let slot = i64::from(slot_bars(stage.tick_ms() / 1000.0 * stage.ticks_per_bar() as f64));
            if before <= slot {
                return self.plan_ending(stage, before);
            }
        }
        self.plan_line(stage, next);
    }

    fn plan_line(&mut self, stage: &mut Stage, next: u32) {
        let bar_s = stage.tick_ms() / 1000.0 * stage.ticks_per_bar() as f64;
        let slot = slot_bars(bar_s);
        let phrase = music::Phrase::of(next, self.band.phrase(stage).bars);
        let enters = self.entry == Some(next);
        let place = if enters { Some((0, 1)) } else { place(phrase, next, slot) };
        let Some((place, _)) = place.filter(|_| self.breath != Some(next)) else { return };
        let bar_line = stage.tick() - stage.tick_in_bar() + stage.ticks_per_bar();
        if self.sheet.end().is_some_and(|end| end > bar_line) {
            return;
        }
        // Where another voice is there, the rest of the phrase is its.
        let in_talk = self.other.is_some_and(|bar| (bar..=bar.saturating_add(PATIENCE)).contains(&next)) && place > 0;
        let turn = match in_talk {
            true => Turn::Rest,
            false => turn(self.room(stage), phrase.index, place, &self.material.about("turns")),
        };
        let spoken = match turn {
            Turn::Rest => None,
            Turn::Clause | Turn::Line => self.speak(stage, turn, slot),
        };
        if spoken.is_none() && place == 0 {
            stage.tell(&Said::HDensity(0.0));
        }
    }

    /// Writes the next line into the bars ahead.
    fn speak(&mut self, stage: &mut Stage, turn: Turn, slot: u32) -> Option<()> {
        let line = self.poet.line(self.daring(stage));
        let mut script = Script::read(&line, self.language)?;
        if turn == Turn::Clause {
            script = script.clause();
        }
        let pace = self.pace(stage);
        let steps = stage.sixteenths_per_bar() as i64;
        let bar_s = stage.tick_ms() / 1000.0 * stage.ticks_per_bar() as f64;
        // A long line may reach into the next place, which is then taken.
        let bars = i64::from(slot).max(((natural_s(&script.feet, pace) + 0.3) / bar_s.max(0.05)).ceil() as i64);
        let upbeat = 4.min(steps);
        let stretch = self.stretch(stage, (-upbeat, bars * steps));
        let falls = [pace, pace * 0.8].iter().find_map(|pace| {
            let ground = stretch.ground(*pace, 0, None);
            music::scan(&script.feet, &ground)
        });
        let falls = match falls {
            Some(falls) => falls,
            None => {
                script = script.clause();
                music::scan(&script.feet, &stretch.ground(pace, 0, None))?
            }
        };
        let intoned = self.intone(stage, &script, &stretch, &falls);
        self.sheet.write(stage, stretch.bar_line, &script.text(), &intoned);
        let bar_line = stretch.bar_line;
        let onsets = self.sheet.onsets(stage.tick(), bar_line + bars * stage.ticks_per_bar());
        stage.tell(&Said::HDensity((onsets as f64 / (bars * steps).max(1) as f64).min(1.0)));
        self.spoken = Some(script);
        Some(())
    }

    /// Gives a line its tune and its weight.
    fn intone(&mut self, stage: &Stage, script: &Script, stretch: &Stretch, falls: &[music::Fall]) -> Vec<Intoned> {
        let home = self.home();
        let toned: Vec<Toned> = script
            .feet
            .iter()
            .zip(falls)
            .map(|(foot, fall)| Toned {
                foot: *foot,
                fall: *fall,
                weight: stretch.weight(fall.step),
                chord: stretch.chord(fall.step).unwrap_or(&home).clone(),
            })
            .collect();
        let heat = self.heat(stage);
        let manner = Manner { formula: self.formula, heat, bold: self.temper.bold };
        let pitches = self.reciter.recite(&toned, &manner);
        let force = self.temper.force();
        script.intone(falls, stretch.from, |n| {
            let accent = match toned[n].foot.stress {
                Stress::Full => 0.1,
                Stress::Half => 0.02,
                Stress::Weak => -0.06,
            };
            // A line swells towards its middle and falls back.
            let arc = (std::f64::consts::PI * n as f64 / toned.len() as f64).sin() * 0.06;
            (pitches[n], ((0.58 + accent + arc + 0.2 * (heat - 0.5)) * force).clamp(0.05, 1.0))
        })
    }

    fn stretch(&self, stage: &Stage, steps: (i64, i64)) -> Stretch {
        Stretch::ahead(stage, &self.band, &self.home(), steps, self.sheet.end())
    }

    /// How much room there is to speak: what is asked for, less what the others take.
    fn room(&self, stage: &Stage) -> f64 {
        let crowd = self.band.others(stage).map_or(0.0, |others| (others - 0.5).max(0.0) * 1.2);
        (music::density(stage, self.temper.busy) - crowd).clamp(0.0, 1.0)
    }

    /// How heated it is: what others say, else what density says.
    fn heat(&self, stage: &Stage) -> f64 {
        self.arousal.unwrap_or_else(|| stage.density().unwrap_or(0.5)).clamp(0.0, 1.0)
    }

    /// How daring to write.
    fn daring(&self, stage: &Stage) -> f64 {
        self.temperature * (0.8 + 0.4 * self.heat(stage))
    }

    /// Seconds to a syllable.
    fn pace(&self, stage: &Stage) -> f64 {
        0.3 - 0.06 * self.heat(stage)
    }

    /// The chord that is home.
    fn home(&self) -> Chord {
        music::final_chord(self.scale, self.band.harmony.current())
    }
}
