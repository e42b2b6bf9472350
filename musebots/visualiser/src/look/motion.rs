//! Onsets push the picture: a kick makes it grow, a snare turns it, and it comes to rest by itself.

/// Seconds in which a push falls to a third.
const REST: f64 = 0.4;
/// No push makes it grow, or turn (in radians), by more than this in a second.
const GROWTH: f64 = 0.5;
const TURN: f64 = 0.45;

#[derive(Debug, Clone, Default)]
pub(super) struct Motion {
    at: f64,
    growth: f64,
    turn: f64,
    /// The next snare turns the other way.
    other_way: bool,
}

impl Motion {
    /// Notes begin.
    pub(super) fn push(&mut self, due: f64, percussion: bool, notes: &[(u8, f32)]) {
        (self.growth, self.turn) = self.at(due);
        self.at = self.at.max(due);
        for &(pitch, velocity) in notes.iter().filter(|note| note.1 > 0.0).take(12) {
            let velocity = f64::from(velocity.min(1.0));
            match (percussion, pitch) {
                (true, 35 | 36) => self.growth += 0.22 * velocity,
                // Snares, clap and rim.
                (true, 37..=40) => {
                    self.turn += if self.other_way { -0.22 } else { 0.22 } * velocity;
                    self.other_way = !self.other_way;
                }
                // Toms.
                (true, 41 | 43 | 45 | 47 | 48 | 50) => self.turn += 0.1 * velocity,
                // Cymbals.
                (true, 49 | 52 | 55 | 57) => self.growth -= 0.2 * velocity,
                (true, _) => self.growth += 0.015 * velocity,
                (false, _) => self.growth += 0.03 * velocity,
            }
        }
        self.growth = self.growth.clamp(-GROWTH, GROWTH);
        self.turn = self.turn.clamp(-TURN, TURN);
    }

    /// By how much it grows and turns in a second, at an instant.
    pub(super) fn at(&self, now: f64) -> (f64, f64) {
        let left = (-(now - self.at).max(0.0) / REST).exp();
        (self.growth * left, self.turn * left)
    }

    /// The clock has been set back.
    pub(super) fn restart(&mut self, now: f64) {
        self.at = self.at.min(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kick_makes_it_grow_and_a_snare_turns_it_to_and_fro() {
        let mut motion = Motion::default();
        motion.push(1.0, true, &[(36, 1.0)]);
        let (growth, turn) = motion.at(1.0);
        assert!(growth > 0.2 && turn == 0.0);
        motion.push(2.0, true, &[(38, 1.0)]);
        let there = motion.at(2.0).1;
        motion.push(8.0, true, &[(38, 1.0)]);
        assert!(there > 0.1 && motion.at(8.0).1 < -0.1);
        assert!(motion.at(12.0).1.abs() < 1e-3, "and it comes to rest");
    }

    #[test]
    fn a_roll_pushes_no_farther_than_the_most() {
        let mut motion = Motion::default();
        (0..1000).for_each(|n| motion.push(f64::from(n) * 0.001, true, &[(36, f32::INFINITY), (45, 1.0)]));
        assert!(motion.at(1.0).0 <= GROWTH && motion.at(1.0).1 <= TURN);
    }
}
