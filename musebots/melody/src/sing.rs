//! Gives pitches to a motif: it follows the contour, but stands on the chord where it matters,
//! and moves by small steps.

use crate::motif::Motif;
use musebot_kit::music::{Chord, Dice, Scale};

/// A note of the melody.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tone {
    /// At which step of the bar.
    pub step: usize,
    /// How many sixteenths.
    pub length: usize,
    /// MIDI pitch.
    pub pitch: i32,
}

/// The ground a bar of melody stands on.
#[derive(Debug, Clone)]
pub struct Ground {
    /// Sixteenths in the bar.
    pub steps: usize,
    /// The chord at every step; it may be shorter, then the last goes on.
    pub chords: Vec<Chord>,
    /// Where a note should be of the chord.
    pub strong: Vec<usize>,
}

impl Ground {
    /// The chord at a step.
    #[must_use]
    pub fn chord(&self, step: usize) -> &Chord {
        &self.chords[step.min(self.chords.len() - 1)]
    }

    /// Whether a note that begins here and lasts so long has to stand on the chord.
    fn is_firm(&self, step: usize, length: usize) -> bool {
        self.strong.contains(&step)
            || length >= 6
            || (step > 0 && step < self.steps && self.chord(step) != self.chord(step - 1))
    }
}

/// A voice: its scale, its range, and where it is.
#[derive(Debug, Clone)]
pub struct Singer {
    scale: Scale,
    /// The lowest and highest pitch.
    range: (i32, i32),
    /// How often it leaps further than a fourth.
    leaps: f64,
    last: i32,
    /// Whether the voice has just rested, so that it may begin anywhere.
    rested: bool,
}

impl Singer {
    /// A voice around the pitch `centre`.
    #[must_use]
    pub fn new(scale: Scale, centre: i32, leaps: f64) -> Self {
        Self { scale, range: (centre - 10, centre + 11), leaps, last: centre, rested: true }
    }

    /// The middle of its range, as a step of the scale.
    #[must_use]
    pub fn home(&self) -> i32 {
        self.scale.step_near((self.range.0 + self.range.1) / 2)
    }

    /// Takes up notes that were sung before.
    pub fn again(&mut self, tones: &[Tone]) {
        if let Some(tone) = tones.last() {
            self.last = tone.pitch;
        }
    }

    /// A breath before the next bar.
    pub fn breathe(&mut self) {
        self.rested = true;
    }

    /// Sings a motif on this ground, beginning near the scale's step `aim`.
    pub fn sing(&mut self, motif: &Motif, ground: &Ground, aim: i32, dice: &mut Dice) -> Vec<Tone> {
        let mut tones = Vec::with_capacity(motif.parts().len());
        let mut wanted = aim;
        for (n, part) in motif.parts().iter().enumerate() {
            wanted = if n == 0 { aim } else { wanted + part.rise };
            let firm = n == 0 || ground.is_firm(part.step, part.length) || (part.length >= 4 && dice.chance(0.6));
            // A leaning note now and then: it stands a step beside the chord and the next resolves it.
            let leans = n > 0 && part.length <= 4 && dice.chance(0.06);
            let pitch = if firm && !leans {
                self.firm(wanted, part.rise, ground.chord(part.step), dice)
            } else {
                self.passing(wanted, dice)
            };
            wanted = self.scale.step_near(pitch);
            self.last = pitch;
            self.rested = false;
            tones.push(Tone { step: part.step, length: part.length, pitch });
        }
        tones
    }

    /// Walks to the last note of a phrase: home if the chord is home, else a tone that leaves the
    /// phrase open. `approach` are the places of the notes on the way.
    pub fn cadence(&mut self, places: &[(usize, usize)], ground: &Ground, home: u8, dice: &mut Dice) -> Vec<Tone> {
        let Some(((end, length), approach)) = places.split_last() else { return Vec::new() };
        let chord = ground.chord(*end);
        let closes = chord.root() == home;
        let target = self.target(chord, closes, dice);
        // The line comes from where the voice is, by steps, and reaches the target at its end.
        let to = self.scale.step_near(target);
        let from = self.scale.step_near(self.last);
        let side = if from == to { *dice.pick(&[1, -1]) } else { (from - to).signum() };
        let mut tones = Vec::with_capacity(places.len());
        for (n, (step, length)) in approach.iter().enumerate() {
            let left = (approach.len() - n) as i32;
            let wanted = to + side * left;
            let pitch = if ground.strong.contains(step) {
                self.firm(wanted, 0, ground.chord(*step), dice)
            } else {
                self.passing(wanted, dice)
            };
            self.last = pitch;
            tones.push(Tone { step: *step, length: *length, pitch });
        }
        let target = if (target - self.last).abs() > 7 { self.target(chord, closes, dice) } else { target };
        tones.push(Tone { step: *end, length: *length, pitch: target });
        self.last = target;
        self.rested = true;
        tones
    }

    /// Eighths that lead from where the voice is to the next phrase, which begins near `aim`.
    pub fn pickup(&mut self, from: usize, to: usize, aim: i32, dice: &mut Dice) -> Vec<Tone> {
        let steps: Vec<usize> = (from..to).step_by(2).collect();
        let side = if self.scale.step_near(self.last) <= aim { -1 } else { 1 };
        let mut tones = Vec::new();
        for (n, step) in steps.iter().enumerate() {
            let pitch = self.passing(aim + side * (steps.len() - n) as i32, dice);
            (self.last, self.rested) = (pitch, false);
            tones.push(Tone { step: *step, length: 2, pitch });
        }
        tones
    }

    /// The last note of all: the tonic nearest to the voice.
    #[must_use]
    pub fn ending(&self, root: u8) -> i32 {
        self.nearest(|pitch| (pitch - i32::from(root)).rem_euclid(12) == 0)
    }

    fn target(&self, chord: &Chord, closes: bool, dice: &mut Dice) -> i32 {
        let class = if closes && dice.chance(0.8) {
            chord.root()
        } else {
            *dice.weighted(&[(chord.third(), 1.0), (chord.fifth(), 1.2), (chord.root(), 0.5)])
        };
        self.nearest(|pitch| (pitch - i32::from(class)).rem_euclid(12) == 0)
    }

    fn nearest(&self, fits: impl Fn(i32) -> bool) -> i32 {
        let range = self.range.0..=self.range.1;
        range.filter(|p| fits(*p)).min_by_key(|p| (p - self.last).abs()).unwrap_or(self.last)
    }

    /// The tone of the chord that follows the contour best without leaping far.
    fn firm(&self, wanted: i32, rise: i32, chord: &Chord, dice: &mut Dice) -> i32 {
        let ideal = self.scale.pitch(wanted);
        let far = if self.rested || dice.chance(self.leaps) { 9 } else { 5 };
        let cost = |p: i32| {
            let leap = ((p - self.last).abs() - far).max(0) * 6;
            let still = if p == self.last && rise != 0 { 3 } else { 0 };
            let foreign = if self.scale.has(p) { 0 } else { 5 };
            (p - ideal).abs() * 2 + leap + still + foreign
        };
        let range = self.range.0..=self.range.1;
        range.filter(|p| chord.has(*p)).min_by_key(|p| cost(*p)).unwrap_or(ideal)
    }

    /// A note of the scale on the way.
    fn passing(&self, wanted: i32, dice: &mut Dice) -> i32 {
        let ideal = self.scale.pitch(wanted);
        let far = if dice.chance(self.leaps) { 9 } else { 5 };
        let cost = |p: i32| (p - ideal).abs() * 2 + ((p - self.last).abs() - far).max(0) * 6;
        let range = self.range.0..=self.range.1;
        range.filter(|p| self.scale.has(*p)).min_by_key(|p| cost(*p)).unwrap_or(ideal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use musebot_kit::{Key, Mode, Style};

    fn c_major() -> Scale {
        Scale::new(Key::default(), Mode::Major)
    }

    fn ground(degree: i32) -> Ground {
        Ground { steps: 16, chords: vec![Chord::on(c_major(), degree, 3); 17], strong: vec![0, 8] }
    }

    #[test]
    fn strong_beats_are_mostly_of_the_chord_and_every_note_of_the_scale() {
        let (mut strong, mut fitting) = (0, 0);
        for seed in 0..200 {
            let mut dice = Dice::new(seed);
            let motif = Motif::new(Style::Straight, 16, false, 0.6, 0.5, &[], &mut dice);
            let ground = ground(dice.below(7) as i32);
            let mut singer = Singer::new(c_major(), 72, 0.1);
            let aim = singer.home();
            for tone in singer.sing(&motif, &ground, aim, &mut dice) {
                assert!(c_major().has(tone.pitch));
                if ground.strong.contains(&tone.step) {
                    strong += 1;
                    fitting += usize::from(ground.chord(tone.step).has(tone.pitch));
                }
            }
        }
        assert!(strong > 200 && fitting * 100 > strong * 85, "{fitting} of {strong}");
    }

    #[test]
    fn a_cadence_at_home_mostly_ends_on_the_tonic() {
        let tonic = (0..100)
            .filter(|seed| {
                let mut singer = Singer::new(c_major(), 72, 0.1);
                let tones = singer.cadence(&[(0, 2), (2, 2), (4, 8)], &ground(0), 0, &mut Dice::new(*seed));
                tones.last().unwrap().pitch % 12 == 0
            })
            .count();
        assert!(tonic > 70, "{tonic}");
    }
}
