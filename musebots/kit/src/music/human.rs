//! The unevenness of a player: not noise, but a pulse that leans a little forward or back for a
//! while before it finds its way home.

use super::Dice;

/// One player's hands.
#[derive(Debug, Clone)]
pub struct Human {
    dice: Dice,
    /// How far the pulse leans at the moment, in milliseconds.
    lean: f64,
    /// How far it may lean.
    loose: f64,
    /// Where this player likes to sit: behind the beat if positive.
    seat: f64,
}

impl Human {
    /// A player who is `loose` from 0 (a machine) to 1, and sits `seat` milliseconds behind the beat.
    #[must_use]
    pub fn new(dice: Dice, loose: f64, seat: f64) -> Self {
        Self { dice, lean: 0.0, loose: loose.clamp(0.0, 1.0) * 8.0, seat: seat * loose.clamp(0.0, 1.0) * 2.0 }
    }

    /// How many milliseconds the next note is off.
    pub fn timing(&mut self) -> f32 {
        self.lean = self.lean * 0.92 + self.dice.wobble() * self.loose * 0.25;
        (self.lean + self.seat + self.dice.wobble() * self.loose * 0.2).clamp(-18.0, 24.0) as f32
    }

    /// What the next note's velocity is multiplied by.
    pub fn touch(&mut self) -> f32 {
        (1.0 + self.dice.wobble() * (0.02 + 0.006 * self.loose)) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_player_who_is_not_loose_is_a_machine() {
        let mut human = Human::new(Dice::new(1), 0.0, 5.0);
        assert!((0..100).all(|_| human.timing() == 0.0));
    }

    #[test]
    fn neighbouring_notes_lean_the_same_way() {
        let mut human = Human::new(Dice::new(1), 0.5, 0.0);
        let ms: Vec<f64> = (0..4000).map(|_| f64::from(human.timing())).collect();
        let mean = ms.iter().sum::<f64>() / ms.len() as f64;
        let spread: f64 = ms.iter().map(|m| (m - mean).powi(2)).sum();
        let together: f64 = ms.windows(2).map(|w| (w[0] - mean) * (w[1] - mean)).sum();
        assert!(together / spread > 0.5, "{}", together / spread);
        let deviation = (spread / ms.len() as f64).sqrt();
        assert!((0.5..6.0).contains(&deviation), "{deviation} ms");
    }
}
