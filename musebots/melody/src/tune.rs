//! The tune of a piece: every section's motifs, the phrase that is being sung, and what was sung
//! before.

use crate::{
    motif::Motif,
    sing::{Ground, Singer, Tone},
    sketch::{self, BarSketch, Change, Idea},
};
use musebot_kit::{
    Style,
    music::{Dice, Phrase, Scale, Temper},
};
use std::collections::BTreeMap;

/// What one bar of the tune depends on.
#[derive(Debug, Clone)]
pub struct Occasion {
    /// The section's name.
    pub section: String,
    /// Where in the phrase.
    pub phrase: Phrase,
    /// The chords and the strong beats.
    pub ground: Ground,
    /// How dense to play, 0–1.
    pub density: f64,
    /// The groups of the tala.
    pub accents: Vec<usize>,
    /// Whether three eighths make a beat.
    pub compound: bool,
}

/// The tune.
#[derive(Debug, Clone)]
pub struct Tune {
    style: Style,
    temper: Temper,
    scale: Scale,
    /// What is decided once for a section.
    material: Dice,
    /// What is decided as it goes.
    dice: Dice,
    singer: Singer,
    sections: BTreeMap<String, Material>,
    /// The phrase that is being sung.
    sketch: Vec<BarSketch>,
    sketched: Option<(u32, String)>,
    /// What was sung: by section, kind of phrase and bar.
    memory: BTreeMap<(String, u32, u32), Sung>,
    /// How often each kind of phrase of a section was begun.
    times: BTreeMap<(String, u32), u32>,
    /// How a line rises that somebody else sang lately; what answers may take it up.
    offered: Vec<i32>,
}

/// What a section is made of.
#[derive(Debug, Clone)]
struct Material {
    first: Motif,
    second: Motif,
    /// For the phrases that open and for those that close.
    forms: [Vec<BarSketch>; 2],
    /// How far above the middle of the range it begins.
    lift: i32,
    /// How dense the motifs were made.
    density: f64,
}

#[derive(Debug, Clone)]
struct Sung {
    roots: Vec<u8>,
    tones: Vec<Tone>,
}

impl Tune {
    /// A tune that nobody has heard yet.
    #[must_use]
    pub fn new(style: Style, temper: Temper, scale: Scale, centre: i32, dice: &Dice) -> Self {
        Self {
            style,
            temper,
            scale,
            material: dice.about("motifs"),
            dice: dice.about("variations"),
            singer: Singer::new(scale, centre, 0.02 + 0.1 * temper.bold),
            sections: BTreeMap::new(),
            sketch: Vec::new(),
            sketched: None,
            memory: BTreeMap::new(),
            times: BTreeMap::new(),
            offered: Vec::new(),
        }
    }

    /// Forgets all motifs and what was sung: other ones from the next bar on.
    pub fn renew(&mut self) {
        self.material = self.material.about("anew");
        self.sections.clear();
        self.memory.clear();
        self.times.clear();
        self.sketched = None;
    }

    /// Somebody else sang these pitches (after their chord's root): the next answers take them up.
    pub fn offered(&mut self, pool: &[u8]) {
        let steps: Vec<i32> = pool.iter().skip(1).map(|pitch| self.scale.step_near((*pitch).into())).collect();
        self.offered = steps.windows(2).map(|pair| (pair[1] - pair[0]).clamp(-5, 5)).collect();
    }

    /// The next bar of it.
    pub fn bar(&mut self, occasion: &Occasion) -> Vec<Tone> {
        self.sketch_phrase(occasion);
        let Some(bar) = self.sketch.get(occasion.phrase.bar as usize).copied() else { return Vec::new() };
        let place = (occasion.section.clone(), occasion.phrase.index % 2, occasion.phrase.bar);
        let roots: Vec<u8> = occasion.ground.chords.iter().map(|chord| chord.root()).collect();
        let tones = match bar.idea {
            Idea::Rest => {
                self.singer.breathe();
                return Vec::new();
            }
            Idea::Cadence => self.cadence(occasion),
            Idea::First | Idea::Second => {
                let before = self.memory.get(&place).filter(|sung| sung.roots == roots);
                match before {
                    Some(sung) if bar.change == Change::Again => {
                        let tones = sung.tones.clone();
                        self.singer.again(&tones);
                        tones
                    }
                    _ => self.sing(bar, occasion),
                }
            }
        };
        // The first time is what is remembered; variations go out from it.
        if bar.idea != Idea::Cadence {
            self.memory.entry(place).or_insert_with(|| Sung { roots, tones: tones.clone() });
        }
        tones
    }

    /// The last note of the piece.
    #[must_use]
    pub fn ending(&self, root: u8) -> i32 {
        self.singer.ending(root)
    }

    fn sketch_phrase(&mut self, occasion: &Occasion) {
        let now = (occasion.phrase.index, occasion.section.clone());
        if self.sketched.as_ref() == Some(&now) && self.sketch.len() == occasion.phrase.bars as usize {
            return;
        }
        let kind = occasion.phrase.index % 2;
        let times = self.times.entry((occasion.section.clone(), kind)).or_insert(0);
        let heard = *times;
        *times += 1;
        let density = occasion.density;
        let material = self.material(occasion);
        let form = material.forms[kind as usize].clone();
        self.sketch = sketch::sketch(&form, heard, density, self.temper.bold, &mut self.dice);
        self.sketched = Some(now);
    }

    fn material(&mut self, occasion: &Occasion) -> &Material {
        let name = format!("{} {} {}", occasion.section, occasion.ground.steps, occasion.phrase.bars);
        let (style, bold, steps) = (self.style, self.temper.bold, occasion.ground.steps);
        let mut dice = self.material.about(&name);
        self.sections.entry(name).or_insert_with(|| {
            let motif = |density: f64, dice: &mut Dice| {
                Motif::new(style, steps, occasion.compound, density, bold, &occasion.accents, dice)
            };
            let first = motif(occasion.density, &mut dice);
            // The answer differs in density, so that one hears that it answers.
            let other = if dice.chance(0.5) { 0.18 } else { -0.18 };
            let second = motif((occasion.density + other).clamp(0.1, 1.0), &mut dice);
            let bars = occasion.phrase.bars as usize;
            let open = sketch::form(bars, &mut dice);
            // Question and answer mostly share their shape.
            let closed = if dice.chance(0.65) { open.clone() } else { sketch::form(bars, &mut dice) };
            let lift = dice.below(4) as i32 - 2 + if occasion.density > 0.65 { 2 } else { 0 };
            Material { first, second, forms: [open, closed], lift, density: occasion.density }
        })
    }

    fn sing(&mut self, bar: BarSketch, occasion: &Occasion) -> Vec<Tone> {
        let material = self.material(occasion);
        let lift = material.lift + bar.lift;
        let less = material.density - occasion.density;
        let whole = if bar.idea == Idea::Second { &material.second } else { &material.first }.clone();
        let mut motif = match bar.change {
            Change::Plain | Change::Again => whole,
            Change::Inverted => whole.inverted(),
            Change::Ornamented => whole.ornamented(&mut self.dice),
            Change::Thinned => whole.thinned(),
            Change::Echo => whole.fragment(occasion.ground.steps),
        };
        // What was offered is taken up once, and answered in the section's own rhythm.
        if bar.idea == Idea::Second && !self.offered.is_empty() {
            motif = motif.shaped(&std::mem::take(&mut self.offered));
        }
        // Fewer notes where there is less room than when the motif was made, and more where there is more.
        if motif.parts().len() > 2 && self.dice.chance(less * 3.0) {
            motif = motif.thinned();
        } else if self.dice.chance((-less - 0.1) * 1.5) {
            motif = motif.ornamented(&mut self.dice);
        }
        let aim = self.singer.home() + lift.clamp(-4, 5);
        self.singer.sing(&motif, &occasion.ground, aim, &mut self.dice)
    }

    fn cadence(&mut self, occasion: &Occasion) -> Vec<Tone> {
        let steps = occasion.ground.steps;
        let fitting: Vec<(&[(usize, usize)], f64)> = CADENCES
            .iter()
            .filter(|(places, _)| places.last().is_some_and(|(end, _)| end + 4 <= steps))
            .map(|(places, styles)| (*places, if styles.contains(&self.style) { 3.0 } else { 0.4 }))
            .collect();
        if fitting.is_empty() {
            return Vec::new();
        }
        let mut places = self.dice.weighted(&fitting).to_vec();
        if let Some((end, length)) = places.last_mut() {
            // A breath before the next phrase.
            *length = (*length).min(steps - *end - 2);
        }
        let mut tones = self.singer.cadence(&places, &occasion.ground, self.scale.tonic(), &mut self.dice);
        // After a breath, eighths may lead into the next phrase.
        let rest = tones.last().map_or(0, |tone| steps.saturating_sub(tone.step + tone.length));
        if rest >= 4 && self.dice.chance(0.15 + 0.4 * occasion.density) {
            let aim = self.singer.home() + self.material(occasion).lift;
            let from = steps - if rest >= 6 && self.dice.chance(0.5) { 4 } else { 2 };
            tones.extend(self.singer.pickup(from, steps, aim, &mut self.dice));
        }
        tones
    }
}

/// A cadence: where its notes fall and how long they may last, and which styles like it.
type Cadence = (&'static [(usize, usize)], &'static [Style]);

/// The last note is the one the phrase comes to rest on.
const CADENCES: [Cadence; 8] = [
    (&[(0, 8)], &[Style::Ballad, Style::House]),
    (&[(0, 2), (2, 2), (4, 8)], &[Style::Straight, Style::Swing, Style::Ballad]),
    (&[(0, 4), (4, 8)], &[Style::Straight, Style::Ballad]),
    (&[(0, 2), (2, 2), (4, 2), (6, 2), (8, 6)], &[Style::Straight, Style::Swing]),
    (&[(0, 3), (3, 3), (6, 6)], &[Style::Straight, Style::House, Style::Funk]),
    (&[(0, 2), (2, 6)], &[Style::Swing, Style::Funk]),
    (&[(2, 2), (4, 2), (6, 6)], &[Style::Swing, Style::House]),
    (&[(0, 1), (1, 2), (3, 3), (6, 4)], &[Style::Funk]),
];
