//! A skin, a shell, a piece of wood: a sine whose pitch falls while it dies away.

use super::fall::Fall;
use crate::voice::oscillator::Oscillator;

/// Realtime-safe: yes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tone {
    sine: Oscillator,
    step: f32,
    /// How far above its final pitch it is, and how that shrinks.
    above: f32,
    shrink: f32,
    fall: Fall,
    /// How hard it leans on the soft curve that gives it overtones.
    push: f32,
}

impl Tone {
    /// A steady pitch.
    pub(crate) fn new(hz: f32, fall: Fall, sample_rate: f32) -> Self {
        Self { sine: Oscillator::default(), step: hz / sample_rate, above: 0.0, shrink: 0.0, fall, push: 0.0 }
    }

    /// Begins `hz` higher and comes down; two thirds of it in `seconds`.
    pub(crate) fn falling(mut self, hz: f32, seconds: f32, sample_rate: f32) -> Self {
        self.above = hz / sample_rate;
        self.shrink = (-1.0 / (seconds * sample_rate)).exp();
        self
    }

    pub(crate) fn pushed(mut self, push: f32) -> Self {
        self.push = push;
        self
    }

    #[inline]
    pub(crate) fn next(&mut self) -> f32 {
        let x = self.sine.sine(self.step + self.above);
        self.above *= self.shrink;
        if self.above < 1e-9 {
            self.above = 0.0;
        }
        let level = self.fall.next();
        let pushed = x * (1.0 + self.push);
        level * pushed / (1.0 + self.push * x * x * 0.8)
    }

    pub(crate) fn level(&self) -> f32 {
        self.fall.level()
    }
}
