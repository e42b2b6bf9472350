//! A voice that calls names: one at each phrase, answered by inventions that rhyme or begin alike.
//! Each name is a motif, which it offers to the others as a notepool. Where much is to be played
//! the names become a litany; where little, one is held.

mod ending;
mod flags;
mod herald;
mod kinship;
mod motif;
mod pen;
mod synth;
#[cfg(test)]
mod tests;

pub use herald::Herald;
pub use kinship::{Kinship, answers, sound};
pub use motif::{Caller, Place, brightness, contour, pool};
pub use pen::{Pen, Round, Wish};

use flags::{found, language, temperature};
use musebot_kit::{
    About, Broadcast, Musebot, Said, Setup, Stage, Tick,
    music::{
        self, BEAT, Band, Chord, Dice, Fall, Feel, Form, Human, Intoned, Phrase, Scale, Script, Songsheet, Stretch,
        Temper, natural_s,
    },
    words::Language,
};
use std::collections::{BTreeMap, VecDeque};

/// How names are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// One, held.
    Held,
    /// One, and answers to it.
    Answered,
    /// One after the other.
    Litany,
}

/// How names are called where so much room (0–1) is left; `None` where there is none at all.
#[must_use]
pub fn manner(room: f64) -> Option<Manner> {
    match room {
        _ if room >= 0.62 => Some(Manner::Litany),
        _ if room >= 0.32 => Some(Manner::Answered),
        _ if room >= 0.07 => Some(Manner::Held),
        _ => None,
    }
}

/// Bars that a name waits for another voice to come to an end.
const PATIENCE: u32 = 3;
/// Answers to a name where it is not a litany.
const FEW: usize = 2;

/// The name voice.
pub struct NameVoice {
    language: Language,
    temperature: f64,
    temper: Temper,
    scale: Scale,
    material: Dice,
    dice: Dice,
    band: Band,
    form: Form,
    sheet: Songsheet,
    herald: Herald,
    caller: Caller,
    arousal: Option<f64>,
    last: Option<Tick>,
    bar: Option<u32>,
    planned: Option<u32>,
    /// The phrase whose name was called, and those that wait to answer it.
    round: Option<u32>,
    waiting: VecDeque<String>,
    /// Which answer comes next.
    turn: usize,
    /// Bars that we waited for somebody else to stop speaking.
    waited: u32,
    /// Who else speaks words, when they last did, and the bar in which they said they are about to.
    voices: BTreeMap<String, (Tick, u32)>,
    /// Motifs to tell, and when.
    pools: VecDeque<(Tick, Vec<u8>)>,
    ending: Option<Tick>,
    called: Option<Script>,
}

impl Musebot for NameVoice {
    fn about() -> About {
        About {
            summary: "A voice that calls names and answers them with inventions of a model. Traits, each 0 to 1: busy \
                      (how many names), bold (how wide its motifs are), loose (how unevenly it sings), loud (how hard).",
            kinds: &["voice", "names"],
            sends: &["text", "line", "notepool", "hdensity"],
            receives: &[
                "plan/chords",
                "plan/chordDuration",
                "notepool",
                "tala",
                "phraselength",
                "hdensity",
                "arousal",
                "text",
                "line",
                "section",
                "density",
                "progress",
                "onoff",
                "initialize",
            ],
            flags: &[
                ("model", "DIR", "The folder of the model that invents [default: `dinosaurs`, if it is found]"),
                ("language", "LANGUAGE", "How names are said: la, es or en [default: la]"),
                synth::TIMBRE,
                synth::VOICE,
                ("temperature", "NUMBER", "How daring the model invents, 0.1 to 2; arousal adds to it [default: 0.8]"),
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
        let temperature = temperature(setup)?;
        let human = Human::new(dice.about("mouth"), temper.loose * 0.8, 1.0);
        Ok(Self {
            language,
            temperature,
            temper,
            scale,
            material: dice.about("sections"),
            dice: dice.about("calls"),
            band: Band::default(),
            form: Form::default(),
            sheet: Songsheet::new(Feel::of(setup.style), human),
            herald: Herald::new(model, language, &dice, setup.rendering, temperature),
            caller: Caller::new(scale, range),
            arousal: None,
            last: None,
            bar: None,
            planned: None,
            round: None,
            waiting: VecDeque::new(),
            turn: 0,
            waited: 0,
            voices: BTreeMap::new(),
            pools: VecDeque::new(),
            ending: None,
            called: None,
        })
    }

    fn tick(&mut self, tick: Tick, stage: &mut Stage) {
        let back = self.last.replace(tick).is_some_and(|last| tick <= last);
        if back || !stage.playing() {
            // What was said then is of another time, and the sheet forgets the ending.
            self.voices.clear();
            self.ending = None;
        }
        if self.bar != Some(stage.bar()) {
            self.bar = Some(stage.bar());
            self.band.bar(stage);
            self.form.bar(stage);
            if self.ending.is_none() {
                self.sheet.end_with(stage);
                self.forget_unsung();
            }
            if music::is_last_bar(stage) {
                self.end(stage);
            }
        }
        // A little after the other voices have decided, so that two do not begin together.
        if self.planned != self.bar && stage.tick_in_bar() * 8 >= stage.ticks_per_bar() * 3 {
            self.planned = self.bar;
            self.plan(stage);
        }
        self.sheet.play(stage);
        self.forget_unsung();
        while self.pools.front().is_some_and(|(at, _)| *at <= tick) {
            if let Some((_, pool)) = self.pools.pop_front().filter(|(at, _)| *at == tick && stage.playing()) {
                stage.tell(&Said::NotePool(pool));
            }
        }
    }

    fn heard(&mut self, said: &Broadcast, stage: &mut Stage) {
        match said.said() {
            Some(Said::Arousal(arousal)) => self.arousal = Some(arousal),
            Some(Said::HDensity(density)) if density > 0.0 => {
                let bar = stage.bar();
                if let Some((_, begins)) = self.voices.get_mut(&said.speaker) {
                    *begins = bar;
                }
            }
            Some(Said::Initialize) => {
                self.material = self.material.about("anew");
                self.dice = self.dice.about("anew");
                self.herald.renew(self.daring(stage));
                self.waiting.clear();
            }
            _ => {}
        }
        // As many voices as are worth listening to.
        if said.topic == "text" && (self.voices.len() < 16 || self.voices.contains_key(&said.speaker)) {
            let begins = self.voices.get(&said.speaker).map_or(0, |(_, bar)| *bar);
            self.voices.insert(said.speaker.clone(), (stage.tick(), begins));
        }
        self.form.heard(said, stage);
        self.band.heard(said, stage);
    }
}

impl NameVoice {
    /// Decides what begins with the next bar, if anything does.
    fn plan(&mut self, stage: &mut Stage) {
        let next = stage.bar() + 1;
        let phrase = Phrase::of(next, self.band.phrase(stage).bars);
        if let Some(left) = stage.bars_left() {
            let before = i64::from(left) - 2;
            if before < 0 || self.ending.is_some() {
                return;
            }
            let bar_s = stage.tick_ms() / 1000.0 * stage.ticks_per_bar() as f64;
            // The name before it has its bar to itself.
            if (before - 1) as f64 * bar_s < 1.8 {
                return self.plan_ending(stage, before);
            }
        }
        let bar_line = stage.tick() - stage.tick_in_bar() + stage.ticks_per_bar();
        if self.sheet.end().is_some_and(|end| end > bar_line + 4) {
            return;
        }
        let Some(manner) = manner(self.room(stage)) else {
            if phrase.begins() {
                stage.tell(&Said::HDensity(0.0));
            }
            return;
        };
        if self.round != Some(phrase.index) {
            let Some(round) = self.herald.round(self.daring(stage)) else { return };
            self.round = Some(phrase.index);
            self.waiting = round.answers.into();
            self.waiting.push_front(round.call);
            (self.turn, self.waited) = (0, 0);
        }
        let enough = match manner {
            Manner::Held => self.turn > 0,
            // The phrase's last bar is left to the others.
            Manner::Answered => self.turn > FEW || (phrase.bars >= 3 && phrase.ends() && self.turn > 0),
            Manner::Litany => false,
        };
        if enough {
            return;
        }
        if self.somebody_speaks(stage) && self.waited < PATIENCE {
            self.waited += 1;
            return;
        }
        self.waited = 0;
        let Some(name) = self.waiting.pop_front() else { return };
        if self.call(stage, &name, manner, phrase).is_some() {
            self.turn += 1;
        }
    }

    /// Writes a name into the bars ahead.
    fn call(&mut self, stage: &mut Stage, name: &str, manner: Manner, phrase: Phrase) -> Option<()> {
        let script = Script::read(name, self.language)?;
        let steps = stage.sixteenths_per_bar() as i64;
        let bar_s = stage.tick_ms() / 1000.0 * stage.ticks_per_bar() as f64;
        let pace = self.pace(stage, manner, script.feet.len());
        let needs = (natural_s(&script.feet, pace) + 0.15) / bar_s.max(0.05);
        let most = i64::from((phrase.bars - phrase.bar).max(1));
        let bars = match manner {
            // What is held fills the phrase but for a breath.
            Manner::Held => (needs.ceil() as i64).max((most - 1).clamp(1, 3)),
            _ => needs.ceil() as i64,
        }
        .clamp(1, 256);
        let stretch = self.stretch(stage, (-2.min(steps), bars * steps));
        let mut falls = [pace, pace * 0.7].iter().find_map(|pace| {
            let ground = stretch.ground(*pace, 0, None);
            music::scan(&script.feet, &ground)
        })?;
        if let Some(last) = falls.last_mut() {
            let left = (stretch.len() - last.step) as f64;
            let breath = if manner == Manner::Held { 4.0 } else { 2.0 };
            if manner == Manner::Held || left <= 8.0 {
                last.steps = last.steps.max(left - breath).min(left).max(1.0);
            }
        }
        let lift = self.lift(stage, manner);
        let (intoned, pitches) = self.intone(stage, &script, &stretch, &falls, lift, manner);
        let onset = intoned.first().map(|one| one.step)?;
        self.sheet.write(stage, stretch.bar_line, &script.text(), &intoned);
        if let Some(chord) = falls.first().and_then(|fall| stretch.chord(fall.step)) {
            self.pools.push_back((stretch.bar_line + onset * 4, pool(&pitches, chord)));
        }
        let density = falls.len() as f64 / (bars * steps).max(1) as f64;
        stage.tell(&Said::HDensity(density.min(1.0)));
        self.called = Some(script);
        Some(())
    }

    fn intone(
        &mut self,
        stage: &Stage,
        script: &Script,
        stretch: &Stretch,
        falls: &[Fall],
        lift: f64,
        manner: Manner,
    ) -> (Vec<Intoned>, Vec<i32>) {
        let home = self.home();
        let last = falls.len() - 1;
        let places: Vec<Place> = falls
            .iter()
            .enumerate()
            .map(|(n, fall)| Place {
                chord: stretch.chord(fall.step).unwrap_or(&home).clone(),
                firm: n == last || stretch.weight(fall.step) >= BEAT || fall.steps >= 4.0,
            })
            .collect();
        // A litany is chanted, a name that is called is sung out.
        let reach = match manner {
            Manner::Litany => 0.6,
            Manner::Answered => 1.0,
            Manner::Held => 0.9,
        } * (0.7 + 0.6 * self.temper.bold);
        let pitches = self.caller.call(&contour(script), &places, lift, reach, &mut self.dice);
        let force = self.temper.force() * (0.92 + 0.16 * self.heat(stage));
        let answer = if self.turn > 0 { -0.05 } else { 0.03 };
        let intoned = script.intone(falls, stretch.from, |n| {
            let accent = 0.08 * (stretch.weight(falls[n].step) - 0.4);
            (pitches[n], ((0.6 + accent + answer) * force).clamp(0.05, 1.0))
        });
        (intoned, pitches)
    }

    /// Tells no motif of a name that the sheet has forgotten.
    fn forget_unsung(&mut self) {
        let end = self.sheet.end();
        self.pools.retain(|(at, _)| end.is_some_and(|end| *at < end));
    }

    /// How high the next name is: a call in the middle, answers where the section sends them.
    fn lift(&self, stage: &Stage, manner: Manner) -> f64 {
        let section = music::material_of(stage.section().unwrap_or_default());
        let ways = [[0.0, 2.0, -1.0], [0.0, -2.0, 1.0], [1.0, -1.0, 0.0], [-1.0, 1.0, 3.0]];
        let way = *self.material.about(section).pick(&ways);
        match manner {
            Manner::Held => way[0],
            _ => way[self.turn % 3],
        }
    }

    /// Whether another voice is in the middle of a line, or about to begin one.
    fn somebody_speaks(&self, stage: &Stage) -> bool {
        let recently = (900.0 / stage.tick_ms().max(0.1)).ceil() as i64;
        let (now, bar) = (stage.tick(), stage.bar());
        self.voices.values().any(|(last, begins)| (0..recently).contains(&(now - *last)) || *begins == bar)
    }

    fn stretch(&self, stage: &Stage, steps: (i64, i64)) -> Stretch {
        Stretch::ahead(stage, &self.band, &self.home(), steps, self.sheet.end())
    }

    /// How much room there is: what is asked for, less what the others take.
    fn room(&self, stage: &Stage) -> f64 {
        let crowd = self.band.others(stage).map_or(0.0, |others| (others - 0.5).max(0.0) * 1.2);
        (music::density(stage, self.temper.busy) - crowd).clamp(0.0, 1.0)
    }

    fn heat(&self, stage: &Stage) -> f64 {
        self.arousal.unwrap_or_else(|| stage.density().unwrap_or(0.5)).clamp(0.0, 1.0)
    }

    /// How daring to invent.
    fn daring(&self, stage: &Stage) -> f64 {
        self.temperature * (0.85 + 0.3 * self.heat(stage))
    }

    /// Seconds to a syllable.
    fn pace(&self, stage: &Stage, manner: Manner, syllables: usize) -> f64 {
        let heat = self.heat(stage);
        match manner {
            // A long name is not held as long on each of its syllables.
            Manner::Held => (3.2 / syllables.max(1) as f64).clamp(0.4, 0.9),
            Manner::Answered => 0.32 - 0.05 * heat,
            Manner::Litany => 0.27 - 0.05 * heat,
        }
    }

    /// The chord that is home.
    fn home(&self) -> Chord {
        music::final_chord(self.scale, self.band.harmony.current())
    }
}
