//! The hand on the neck: which pitch a note's part in the line comes to, near to where the hand
//! is, and within the register.

use crate::{bar::Bar, line::Role};
use musebot_kit::music::{Dice, Scale};

/// The lowest and highest pitch: E1 to G3.
pub const REGISTER: (i32, i32) = (28, 55);

/// Where the hand likes to be.
const HOME: i32 = 36;

/// Where the hand is.
#[derive(Debug, Clone)]
pub struct Hand {
    scale: Scale,
    last: i32,
    /// How often an approach is a semitone that the scale does not know.
    chromatic: f64,
}

impl Hand {
    /// A hand at home.
    #[must_use]
    pub fn new(scale: Scale, chromatic: f64) -> Self {
        Self { scale, last: HOME, chromatic }
    }

    /// The pitch for a part at a step.
    pub fn pitch(&mut self, role: Role, step: usize, bar: &Bar, dice: &mut Dice) -> i32 {
        let chord = bar.chord(step);
        let root = self.low(i32::from(chord.root()));
        let pitch = match role {
            Role::Root => root,
            Role::Octave => {
                if root + 12 <= REGISTER.1 {
                    root + 12
                } else {
                    root - 12
                }
            }
            Role::Fifth => self.near(i32::from(chord.fifth())),
            Role::Third => self.near(i32::from(chord.third())),
            Role::Dead => self.last,
            Role::Approach => self.approach(step, bar, dice),
            Role::Walk => self.walk(step, bar, dice),
        };
        self.last = pitch;
        pitch
    }

    /// The root that everybody ends on.
    pub fn ending(&mut self, pitch_class: u8) -> i32 {
        self.low(i32::from(pitch_class))
    }

    /// A pitch class in the low register, near the hand.
    fn low(&self, pitch_class: i32) -> i32 {
        self.best(pitch_class, |p| (p - HOME - 1).abs() * 2 + (p - self.last).abs())
    }

    /// A pitch class wherever it is nearest to the hand.
    fn near(&self, pitch_class: i32) -> i32 {
        self.best(pitch_class, |p| (p - self.last).abs() * 3 + (p - HOME - 4).abs())
    }

    fn best(&self, pitch_class: i32, cost: impl Fn(i32) -> i32) -> i32 {
        let all = (REGISTER.0..=REGISTER.1).filter(|p| (p - pitch_class).rem_euclid(12) == 0);
        all.min_by_key(|p| cost(*p)).expect("the register spans more than two octaves")
    }

    /// A neighbour of the root that comes next.
    fn approach(&self, step: usize, bar: &Bar, dice: &mut Dice) -> i32 {
        let change = bar.next_change(step);
        let target = self.low(i32::from(bar.chord(change).root()));
        let at = self.scale.step_near(target);
        let (below, above) = (self.scale.pitch(at - 1), self.scale.pitch(at + 1));
        let chromatic = if self.last < target { target - 1 } else { target + 1 };
        let fifth = self.near(target + 7);
        let choice = if self.scale.has(target) { 1.0 } else { 0.0 };
        let ways = [
            (if self.last < target { below } else { above }, 3.0 * choice),
            (if self.last < target { above } else { below }, 1.0 * choice),
            (fifth, if self.scale.has(fifth) { 1.2 } else { 0.2 }),
            (chromatic, if self.scale.has(chromatic) { 2.0 } else { 6.0 * self.chromatic + 0.01 }),
        ];
        // A line that stands still leads nowhere.
        let ways = ways.map(|(pitch, likes)| (pitch, if pitch == self.last { likes * 0.1 } else { likes }));
        (*dice.weighted(&ways)).clamp(REGISTER.0, REGISTER.1)
    }

    /// A step or a chord tone towards what comes next, never the same note again.
    fn walk(&self, step: usize, bar: &Bar, dice: &mut Dice) -> i32 {
        let change = bar.next_change(step).max(step + 1);
        let mut target = self.low(i32::from(bar.chord(change).root()));
        if change - step > 8 || target == self.last {
            // There is time: walk away first, to come back.
            target = self.near(i32::from(bar.chord(step).fifth()));
        }
        let left = ((change - step) as f64 / 4.0).max(1.0);
        let ideal = f64::from(self.last) + f64::from(target - self.last) / left;
        let ways: Vec<(i32, f64)> = (REGISTER.0..=REGISTER.1 - 5)
            .filter(|p| *p != self.last && (p - self.last).abs() <= 5)
            .filter(|p| self.scale.has(*p) || bar.chord(step).has(*p))
            .map(|p| {
                let chordal = if bar.chord(step).has(p) { 2.0 } else { 1.0 };
                (p, chordal / (1.0 + (f64::from(p) - ideal).powi(2)))
            })
            .collect();
        if ways.is_empty() { self.last } else { *dice.weighted(&ways) }
    }
}
