//! A motif: a rhythm and a contour of one bar, and what can be done with it without losing it.

use crate::rhythm::rhythm;
use musebot_kit::{Style, music::Dice};

/// One note of a motif: no pitch yet, only how far it is from the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// At which step of the bar.
    pub step: usize,
    /// How many sixteenths.
    pub length: usize,
    /// How many steps of the scale above the note before it.
    pub rise: i32,
}

/// A rhythm and a contour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Motif(Vec<Part>);

impl Motif {
    /// A new motif for bars of `steps`. Of several rhythms it takes the one that meets most of
    /// the `accents` (the groups of the tala).
    #[must_use]
    pub fn new(
        style: Style,
        steps: usize,
        compound: bool,
        density: f64,
        bold: f64,
        accents: &[usize],
        dice: &mut Dice,
    ) -> Self {
        let tries: Vec<_> = (0..4).map(|_| rhythm(style, steps, compound, density, dice)).collect();
        let meets = |notes: &Vec<(usize, usize)>| {
            let met = notes.iter().filter(|(at, _)| accents.contains(at)).count() * 100 / notes.len();
            // Two or more notes make a contour.
            met + if notes.len() > 2 { 50 } else { 0 }
        };
        let notes = tries.iter().max_by_key(|notes| meets(notes)).expect("there were four tries");
        let mut parts = Vec::with_capacity(notes.len());
        // It leans upwards first and comes back, or the other way round.
        let arch = if dice.chance(0.6) { 1.0 } else { -1.0 };
        let (mut leapt, mut height, mut straight) = (0_i32, 0_i32, 0_i32);
        for (n, (step, length)) in notes.iter().enumerate() {
            let lean = arch * if n * 2 < notes.len() { 0.35 } else { -0.35 };
            // A line that has gone far, or straight on for long, wants to turn.
            let lean = lean - 0.08 * f64::from(height) - 0.1 * f64::from(straight);
            let rise = if n == 0 { 0 } else { interval(lean, leapt, bold, dice) };
            leapt = if rise.abs() > 1 { rise.signum() } else { 0 };
            height += rise;
            straight = if rise.signum() == straight.signum() { straight + rise.signum() } else { rise.signum() };
            parts.push(Part { step: *step, length: *length, rise });
        }
        Self(parts)
    }

    /// Its notes.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// Upside down.
    #[must_use]
    pub fn inverted(&self) -> Self {
        Self(self.0.iter().map(|part| Part { rise: -part.rise, ..*part }).collect())
    }

    /// With fewer notes: those between the eighths go first, then those between the beats. What
    /// is left out, the note before it lasts longer and the next rises more.
    #[must_use]
    pub fn thinned(&self) -> Self {
        let finest = self.0.iter().map(|part| coarseness(part.step)).min().unwrap_or(2);
        let mut kept: Vec<Part> = Vec::new();
        let mut owed = 0;
        for part in &self.0 {
            if !kept.is_empty() && coarseness(part.step) == finest && finest < 2 {
                owed += part.rise;
            } else {
                kept.push(Part { rise: part.rise + owed, ..*part });
                owed = 0;
            }
        }
        Self(kept)
    }

    /// With more notes: a long note turns around its neighbour, or moves on towards the next.
    #[must_use]
    pub fn ornamented(&self, dice: &mut Dice) -> Self {
        let mut parts = Vec::with_capacity(self.0.len() + 2);
        for (n, part) in self.0.iter().enumerate() {
            let next = self.0.get(n + 1);
            let rise = next.map_or(0, |next| next.rise);
            if part.length < 4 || next.is_none() || !dice.chance(0.7) {
                parts.push(*part);
                continue;
            }
            let (first, tail) = (part.length - 2, part.step + part.length - 2);
            parts.push(Part { length: first, ..*part });
            let side = if rise == 0 { *dice.pick(&[1, -1]) } else { rise.signum() };
            parts.push(Part { step: tail, length: 2, rise: side });
            // The next note lands where it would have landed.
            let mut rest = self.0[n + 1..].to_vec();
            rest[0].rise -= side;
            parts.extend(rest);
            break;
        }
        Self(parts)
    }

    /// Its rhythm in the shape of another line: how far that one rises from note to note, over and over.
    #[must_use]
    pub fn shaped(&self, rises: &[i32]) -> Self {
        if rises.is_empty() {
            return self.clone();
        }
        let rise = |n: usize| if n == 0 { 0 } else { rises[(n - 1) % rises.len()] };
        Self(self.0.iter().enumerate().map(|(n, part)| Part { rise: rise(n), ..*part }).collect())
    }

    /// Only its beginning, as an echo: what starts in the first half of the bar.
    #[must_use]
    pub fn fragment(&self, steps: usize) -> Self {
        let kept: Vec<Part> = self.0.iter().copied().filter(|part| part.step < steps / 2).collect();
        if kept.is_empty() { self.clone() } else { Self(kept) }
    }
}

/// 2 on a beat, 1 on an eighth between, 0 on a sixteenth between.
fn coarseness(step: usize) -> usize {
    match step % 4 {
        0 => 2,
        2 => 1,
        _ => 0,
    }
}

/// A step of the contour: mostly to a neighbour; after a leap back again.
fn interval(lean: f64, leapt: i32, bold: f64, dice: &mut Dice) -> i32 {
    if leapt != 0 && dice.chance(0.75) {
        return -leapt;
    }
    let size =
        *dice.weighted(&[(1, 5.5), (0, 0.9), (2, 1.8), (3, 0.5 + 0.5 * bold), (4, 0.25 * bold), (5, 0.15 * bold)]);
    if dice.chance(0.5 + lean) { size } else { -size }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn motif(seed: u64) -> Motif {
        Motif::new(Style::Straight, 16, false, 0.6, 0.5, &[0, 4, 8, 12], &mut Dice::new(seed))
    }

    fn lands(motif: &Motif) -> i32 {
        motif.parts().iter().map(|part| part.rise).sum()
    }

    #[test]
    fn inverted_twice_it_is_itself() {
        for seed in 0..50 {
            assert_eq!(motif(seed).inverted().inverted(), motif(seed));
        }
    }

    #[test]
    fn it_stays_within_an_octave_of_where_it_began() {
        for seed in 0..200 {
            let mut height = 0_i32;
            for part in motif(seed).parts() {
                height += part.rise;
                assert!(height.abs() <= 7, "{:?}", motif(seed));
            }
        }
    }

    #[test]
    fn thinned_it_keeps_its_first_note_and_gains_none() {
        for seed in 0..50 {
            let (whole, thin) = (motif(seed), motif(seed).thinned());
            assert_eq!(whole.parts()[0].step, thin.parts()[0].step);
            assert!(thin.parts().len() <= whole.parts().len());
        }
    }

    #[test]
    fn ornamented_it_lands_where_it_did() {
        for seed in 0..50 {
            let (whole, more) = (motif(seed), motif(seed).ornamented(&mut Dice::new(seed)));
            assert_eq!(lands(&whole), lands(&more));
            assert!(more.parts().windows(2).all(|w| w[0].step + w[0].length <= w[1].step), "{more:?}");
        }
    }
}
