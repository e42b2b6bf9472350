//! The pitch: slides from note to note, vibrato on what is held, and the slow wandering of
//! anything alive. Who recites lets it fall within the syllable.

use super::super::noise::Noise;
use std::f32::consts::TAU;

/// How lazily it slides, in seconds.
const SLIDE: f32 = 0.016;
/// Vibrato: how often a second, how wide in semitones, when it sets in and how slowly.
const VIBRATO_HZ: f32 = 5.4;
const VIBRATO: f32 = 0.28;
const VIBRATO_AFTER: f32 = 0.28;
const VIBRATO_GROWS: f32 = 0.4;
/// Wandering, in semitones, and how often it turns.
const WANDER: f32 = 0.09;
const WANDER_HZ: f32 = 4.0;
/// Who recites begins a syllable above its pitch and falls below it, in semitones, over so many seconds.
const FALL: (f32, f32) = (0.7, -1.1);
const FALL_OVER: f32 = 0.35;

/// The pitch of a voice.
#[derive(Debug, Clone, Copy)]
pub(in crate::voice) struct Melody {
    reciting: bool,
    /// In semitones: where it is to go, and where it is.
    target: f32,
    slide: [f32; 2],
    /// Since the syllable's vowel began, in seconds.
    held: f32,
    swing: f32,
    noise: Noise,
    wander: [f32; 2],
    turn: f32,
}

impl Melody {
    pub(in crate::voice) fn new(reciting: bool) -> Self {
        Self {
            reciting,
            target: 60.0,
            slide: [60.0; 2],
            held: 0.0,
            swing: 0.0,
            noise: Noise::new(11),
            wander: [0.0; 2],
            turn: 0.0,
        }
    }

    /// A new note; at once, if nothing sounds that it could slide from.
    pub(in crate::voice) fn go_to(&mut self, pitch: f32, at_once: bool) {
        self.target = pitch;
        if at_once {
            self.slide = [pitch; 2];
        }
    }

    /// The vowel begins.
    pub(in crate::voice) fn hold(&mut self) {
        self.held = 0.0;
    }

    /// How loud, against the beginning of the syllable: who recites dwells on nothing.
    pub(in crate::voice) fn fading(&self) -> f32 {
        if self.reciting { 1.0 - 0.4 * (self.held / FALL_OVER).min(1.0) } else { 1.0 }
    }

    /// Goes on by `seconds`, and says the frequency in Hz.
    pub(in crate::voice) fn step(&mut self, seconds: f32) -> f32 {
        self.held += seconds;
        let fall = if self.reciting {
            let way = (self.held / FALL_OVER).min(1.0);
            FALL.0 + (FALL.1 - FALL.0) * way
        } else {
            0.0
        };
        let k = 1.0 - (-seconds / SLIDE).exp();
        self.slide[0] += (self.target + fall - self.slide[0]) * k;
        self.slide[1] += (self.slide[0] - self.slide[1]) * k;
        self.turn += seconds * WANDER_HZ;
        if self.turn >= 1.0 {
            self.turn -= 1.0;
            self.wander = [self.wander[1], self.noise.next() * WANDER];
        }
        // From one turn to the next without a corner.
        let way = self.turn * self.turn * (3.0 - 2.0 * self.turn);
        let wander = self.wander[0] + (self.wander[1] - self.wander[0]) * way;
        let vibrato = if self.reciting {
            0.0
        } else {
            let grown = ((self.held - VIBRATO_AFTER) / VIBRATO_GROWS).clamp(0.0, 1.0);
            self.swing = (self.swing + seconds * VIBRATO_HZ * (1.0 + 0.5 * wander)).fract();
            if grown <= 0.0 {
                self.swing = 0.0;
            }
            grown * VIBRATO * (TAU * self.swing).sin()
        };
        440.0 * ((self.slide[1] + wander + vibrato - 69.0) / 12.0).exp2()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn semitones(hz: f32) -> f32 {
        69.0 + 12.0 * (hz / 440.0).log2()
    }

    #[test]
    fn vibrato_sets_in_late_and_swings_evenly_around_the_note() {
        let mut melody = Melody::new(false);
        melody.go_to(60.0, true);
        let track: Vec<f32> = (0..6000).map(|_| semitones(melody.step(0.0005))).collect();
        let reach = |part: &[f32]| {
            let (low, high) = part.iter().fold((f32::MAX, f32::MIN), |(l, h), x| (l.min(*x), h.max(*x)));
            high - low
        };
        assert!(reach(&track[..500]) < 0.25, "{}", reach(&track[..500]));
        assert!((0.35..0.9).contains(&reach(&track[2000..])), "{}", reach(&track[2000..]));
        let mean = track[2000..].iter().sum::<f32>() / 4000.0;
        assert!((mean - 60.0).abs() < 0.1, "{mean}");
    }

    #[test]
    fn it_slides_to_the_next_note_in_a_few_tens_of_milliseconds() {
        let mut melody = Melody::new(false);
        melody.go_to(60.0, true);
        (0..100).for_each(|_| _ = melody.step(0.001));
        melody.go_to(67.0, false);
        let track: Vec<f32> = (0..150).map(|_| semitones(melody.step(0.001))).collect();
        assert!(track[5] < 62.0 && track[80] > 66.5, "{} {}", track[5], track[80]);
    }

    #[test]
    fn who_recites_lets_the_pitch_fall() {
        let mut melody = Melody::new(true);
        melody.go_to(60.0, true);
        melody.hold();
        let track: Vec<f32> = (0..400).map(|_| semitones(melody.step(0.001))).collect();
        assert!(track[60] > 60.2 && track[399] < 59.3, "{} {}", track[60], track[399]);
    }
}
