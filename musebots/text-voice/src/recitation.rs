//! The tune of speech. A line stays around a reciting tone of the chord, rises and falls with its
//! section's formula, leans on its stresses, and says by its ending what it is: down for an end, up
//! for a question, on the way for a comma.

use musebot_kit::{
    music::{BEAT, Chord, Dice, Fall, Foot, Scale},
    words::{Pause, Stress},
};

/// How a section's lines go: steps of the scale around the reciting tone, from the beginning of a
/// line to its end, for lines that go on and for lines that close.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Formula {
    open: [f64; 5],
    close: [f64; 5],
    /// Where a comma goes.
    comma: f64,
}

const OPEN: [[f64; 5]; 6] = [
    [-2.0, 0.0, 1.0, 0.0, 1.0],
    [0.0, 1.0, 2.0, 1.0, -1.0],
    [-1.0, 0.0, 0.0, 2.0, 1.0],
    [0.0, 2.0, 1.0, -1.0, 0.0],
    [-2.0, -1.0, 0.0, 1.0, 2.0],
    [1.0, 0.0, -1.0, 0.0, 1.0],
];
const CLOSE: [[f64; 5]; 5] = [
    [0.0, 1.0, 0.0, -1.0, -2.0],
    [2.0, 1.0, 0.0, -1.0, -3.0],
    [0.0, 0.0, 2.0, 0.0, -2.0],
    [1.0, 2.0, 0.0, -2.0, -2.0],
    [-1.0, 1.0, 1.0, -1.0, -3.0],
];

impl Formula {
    /// The formula of a section.
    #[must_use]
    pub fn new(dice: &mut Dice) -> Self {
        Self { open: *dice.pick(&OPEN), close: *dice.pick(&CLOSE), comma: *dice.pick(&[-1.0, 1.0, 2.0]) }
    }
}

/// A syllable with its ground.
#[derive(Debug, Clone, PartialEq)]
pub struct Toned {
    /// The syllable.
    pub foot: Foot,
    /// Where it falls.
    pub fall: Fall,
    /// How much weight its step has.
    pub weight: f64,
    /// The chord there.
    pub chord: Chord,
}

/// How to recite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Manner {
    /// The section's formula.
    pub formula: Formula,
    /// How heated, 0–1.
    pub heat: f64,
    /// How far it dares to go, 0–1.
    pub bold: f64,
}

/// A voice that recites.
#[derive(Debug, Clone)]
pub struct Reciter {
    scale: Scale,
    range: (i32, i32),
    tenor: i32,
    last: i32,
}

impl Reciter {
    /// A voice that feels well between these pitches.
    #[must_use]
    pub fn new(scale: Scale, range: (i32, i32)) -> Self {
        let middle = (range.0 + range.1) / 2;
        Self { scale, range, tenor: middle, last: middle }
    }

    /// The pitches of a line.
    pub fn recite(&mut self, line: &[Toned], manner: &Manner) -> Vec<i32> {
        let Some(end) = line.last() else { return Vec::new() };
        self.take_tenor(line, manner);
        let closes = end.foot.pause >= Pause::Stop;
        let (shape, reach) = (
            if closes && end.foot.pause != Pause::Question { manner.formula.close } else { manner.formula.open },
            0.6 + 0.6 * manner.heat + 0.4 * (manner.bold - 0.5),
        );
        let home = self.scale.step_near(self.tenor);
        let count = line.len();
        let mut pitches = Vec::with_capacity(count);
        for (n, toned) in line.iter().enumerate() {
            let along = n as f64 / (count - 1).max(1) as f64;
            let accent = match toned.foot.stress {
                Stress::Full => 0.7,
                Stress::Half => 0.0,
                Stress::Weak => -0.4,
            };
            let exclaims = if end.foot.pause == Pause::Exclamation && n + 1 == last_stress(line) { 2.0 } else { 0.0 };
            let bend = inflection(line, n, manner.formula.comma);
            let wanted = bend.unwrap_or((bent(&shape, along) + accent) * reach + exclaims);
            let wanted = self.scale.pitch(home + wanted.round() as i32);
            let pitch = if n + 1 == count {
                self.close(toned, wanted)
            } else if toned.weight >= BEAT && toned.foot.stress != Stress::Weak || toned.fall.steps >= 5.0 {
                self.firm(&toned.chord, wanted)
            } else {
                self.passing(&toned.chord, wanted)
            };
            self.last = pitch;
            pitches.push(pitch);
        }
        pitches
    }

    /// The last note of all: the tonic nearest to the voice.
    #[must_use]
    pub fn ending(&self, root: u8) -> i32 {
        self.nearest(self.last, |pitch| (pitch - i32::from(root)).rem_euclid(12) == 0)
    }

    /// Takes a reciting tone of the chord that the line leans on first: near the last one, and the
    /// higher the more heated.
    fn take_tenor(&mut self, line: &[Toned], manner: &Manner) {
        let Some(first) = line.iter().find(|toned| toned.weight >= BEAT).or(line.first()) else { return };
        let (low, high) = self.range;
        let aim = f64::from(low + high) / 2.0 + (manner.heat - 0.5) * f64::from(high - low) * 0.4;
        let cost = |p: i32| (f64::from(p) - aim).abs() + 0.5 * f64::from((p - self.tenor).abs());
        let tones = (low + 3..=high - 3).filter(|p| first.chord.has(*p));
        self.tenor = tones.min_by(|a, b| cost(*a).total_cmp(&cost(*b))).unwrap_or(aim as i32);
    }

    /// The last syllable: on the chord, and home where the line comes home.
    fn close(&self, toned: &Toned, wanted: i32) -> i32 {
        let chord = &toned.chord;
        match toned.foot.pause {
            Pause::Stop | Pause::Exclamation => {
                let root = i32::from(chord.root());
                self.nearest_by(chord, |p| {
                    let home = if (p - root).rem_euclid(12) == 0 { 0 } else { 3 };
                    let above = (p - self.last).max(0) * 3;
                    (p - wanted).abs() + home + above + ((p - self.last).abs() - 7).max(0) * 3
                })
            }
            Pause::Question => self.nearest_by(chord, |p| {
                let falls = if p <= self.last { 40 } else { 0 };
                (p - self.last - 4).abs() + falls
            }),
            Pause::None | Pause::Comma => self.firm(chord, wanted),
        }
    }

    /// A tone of the chord, near what is wanted and not far from where the voice is.
    fn firm(&self, chord: &Chord, wanted: i32) -> i32 {
        self.nearest_by(chord, |p| (p - wanted).abs() * 2 + ((p - self.last).abs() - 5).max(0) * 4)
    }

    /// A tone of the scale or the chord on the way.
    fn passing(&self, chord: &Chord, wanted: i32) -> i32 {
        let cost = |p: i32| (p - wanted).abs() * 2 + ((p - self.last).abs() - 4).max(0) * 4;
        let fits = |p: &i32| self.scale.has(*p) || chord.has(*p);
        (self.range.0..=self.range.1).filter(fits).min_by_key(|p| cost(*p)).unwrap_or(self.last)
    }

    fn nearest_by(&self, chord: &Chord, cost: impl Fn(i32) -> i32) -> i32 {
        // What is foreign to the scale is only sung where the chord has nothing else.
        let foreign = |p: i32| if self.scale.has(p) { 0 } else { 5 };
        let tones = (self.range.0..=self.range.1).filter(|p| chord.has(*p));
        tones.min_by_key(|p| cost(*p) + foreign(*p)).unwrap_or(self.last)
    }

    fn nearest(&self, pitch: i32, fits: impl Fn(i32) -> bool) -> i32 {
        (self.range.0..=self.range.1).filter(|p| fits(*p)).min_by_key(|p| (p - pitch).abs()).unwrap_or(pitch)
    }
}

/// Where the last stressed syllable is, counted from 1; 0 without any.
fn last_stress(line: &[Toned]) -> usize {
    line.iter().rposition(|toned| toned.foot.stress == Stress::Full).map_or(0, |n| n + 1)
}

/// What a pause does with the syllables before it, in steps around the reciting tone.
fn inflection(line: &[Toned], n: usize, comma: f64) -> Option<f64> {
    let ahead = line[n..].iter().position(|toned| toned.foot.pause != Pause::None)?;
    match (line[n + ahead].foot.pause, ahead, n + ahead + 1 == line.len()) {
        (Pause::Question, 0, _) => Some(3.0),
        (Pause::Question, 1, _) => Some(1.0),
        (Pause::Comma, 0, false) => Some(comma),
        (Pause::Stop | Pause::Exclamation, 0, false) => Some(-2.0),
        _ => None,
    }
}

/// A shape between its five points.
fn bent(shape: &[f64; 5], along: f64) -> f64 {
    let at = along.clamp(0.0, 1.0) * 4.0;
    let n = (at as usize).min(3);
    shape[n] + (shape[n + 1] - shape[n]) * (at - n as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use musebot_kit::{Key, Mode};

    const RANGE: (i32, i32) = (48, 64);

    fn c_major() -> Scale {
        Scale::new(Key::default(), Mode::Major)
    }

    /// Ten syllables on a chord, every other one stressed and on a beat.
    fn line(degree: i32, end: Pause) -> Vec<Toned> {
        let chord = Chord::on(c_major(), degree, 3);
        (0..10)
            .map(|n| Toned {
                foot: Foot {
                    stress: if n % 2 == 1 { Stress::Full } else { Stress::Weak },
                    pause: if n == 9 { end } else { Pause::None },
                    breadth: 1.0,
                },
                fall: Fall { step: 2 + 2 * n, steps: 2.0 },
                weight: if n % 2 == 1 { 0.85 } else { 0.3 },
                chord: chord.clone(),
            })
            .collect()
    }

    fn recited(end: Pause, heat: f64, seed: u64) -> Vec<i32> {
        let manner = Manner { formula: Formula::new(&mut Dice::new(seed)), heat, bold: 0.5 };
        Reciter::new(c_major(), RANGE).recite(&line((seed % 7) as i32, end), &manner)
    }

    #[test]
    fn an_end_goes_down_and_a_question_goes_up() {
        for seed in 0..200 {
            let (end, question) = (recited(Pause::Stop, 0.5, seed), recited(Pause::Question, 0.5, seed));
            assert!(end[9] <= end[8] && end[9] <= end[5], "{end:?}");
            assert!(question[9] > question[8], "{question:?}");
        }
    }

    #[test]
    fn it_stays_in_the_scale_and_in_its_range_and_leaps_no_further_than_an_octave() {
        for seed in 0..200 {
            for end in [Pause::None, Pause::Comma, Pause::Stop, Pause::Question, Pause::Exclamation] {
                let pitches = recited(end, (seed % 11) as f64 / 10.0, seed);
                assert!(pitches.iter().all(|p| c_major().has(*p) && (RANGE.0..=RANGE.1).contains(p)));
                assert!(pitches.windows(2).all(|w| (w[1] - w[0]).abs() <= 9), "{pitches:?}");
            }
        }
    }

    #[test]
    fn stresses_on_beats_and_endings_are_of_the_chord() {
        for seed in 0..200 {
            let chord = Chord::on(c_major(), (seed % 7) as i32, 3);
            let pitches = recited(Pause::Stop, 0.5, seed);
            assert!((1..10).step_by(2).all(|n| chord.has(pitches[n])), "{pitches:?}");
        }
    }

    #[test]
    fn heat_is_higher_and_wider() {
        let mean = |heat: f64| {
            let all: Vec<i32> = (0..100).flat_map(|seed| recited(Pause::Stop, heat, seed)).collect();
            let mean = all.iter().sum::<i32>() as f64 / all.len() as f64;
            let wide = (0..100).map(|seed| {
                let line = recited(Pause::Stop, heat, seed);
                line.iter().max().unwrap() - line.iter().min().unwrap()
            });
            (mean, wide.sum::<i32>())
        };
        let ((low, narrow), (high, wide)) = (mean(0.1), mean(0.9));
        assert!(high > low + 2.0 && wide > narrow, "{low} {high} {narrow} {wide}");
    }

    #[test]
    fn a_line_is_neither_one_note_nor_without_a_centre() {
        for seed in 0..100 {
            let pitches = recited(Pause::Stop, 0.5, seed);
            let mut kinds = pitches.clone();
            kinds.sort_unstable();
            kinds.dedup();
            assert!((3..=8).contains(&kinds.len()), "{pitches:?}");
        }
    }
}
