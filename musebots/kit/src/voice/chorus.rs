//! A chorus: the sound once more on each side, a few milliseconds late and slowly out of tune.

use super::oscillator::sine;

/// Centre and depth of the moving delay, in seconds, and how often it moves.
const CENTRE: f32 = 0.009;
const DEPTH: f32 = 0.0022;
const HZ: f32 = 0.55;

/// The chorus.
#[derive(Debug, Clone)]
pub(super) struct Chorus {
    line: Vec<f32>,
    at: usize,
    phase: f32,
    step: f32,
    sample_rate: f32,
}

impl Chorus {
    /// Realtime-safe: no.
    pub(super) fn new(sample_rate: f32) -> Self {
        let longest = (CENTRE + DEPTH) * sample_rate + 4.0;
        Self {
            line: vec![0.0; (longest as usize).next_power_of_two()],
            at: 0,
            phase: 0.0,
            step: HZ / sample_rate,
            sample_rate,
        }
    }

    /// What is to be added, left and right. Realtime-safe: yes.
    #[inline]
    pub(super) fn next(&mut self, input: f32) -> [f32; 2] {
        self.line[self.at] = input;
        self.at = (self.at + 1) & (self.line.len() - 1);
        self.phase += self.step;
        if self.phase >= 1.0 {
            self.phase -= 1.0;
        }
        // A quarter apart: together they never stand still, nor move as one.
        let quarter = if self.phase >= 0.75 { self.phase - 0.75 } else { self.phase + 0.25 };
        [self.tap(sine(self.phase)), self.tap(sine(quarter))]
    }

    #[inline]
    fn tap(&self, sway: f32) -> f32 {
        let delay = (CENTRE + DEPTH * sway) * self.sample_rate;
        let whole = delay as usize;
        let part = delay - whole as f32;
        let mask = self.line.len() - 1;
        let back = |n: usize| self.line[(self.at + self.line.len() - 1 - n) & mask];
        back(whole) * (1.0 - part) + back(whole + 1) * part
    }
}
