//! Cymbals and bells: six squares that share no measure, of which only the top is kept.

use super::fall::Fall;
use crate::voice::filter::{Filter, Tuning};

/// The six, in Hz, before they are scaled: the ratios of a well-known drum machine's cymbals.
const SQUARES: [f32; 6] = [205.3, 304.4, 369.6, 522.7, 540.0, 800.0];

/// Realtime-safe: yes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Metal {
    phases: [f32; 6],
    steps: [f32; 6],
    tuning: Tuning,
    first: Filter,
    second: Filter,
    soften: f32,
    soft: f32,
    fall: Fall,
}

impl Metal {
    /// What is above `hz` of squares scaled by `scale`.
    pub(crate) fn new(scale: f32, hz: f32, fall: Fall, sample_rate: f32) -> Self {
        Self {
            phases: [0.0, 0.17, 0.31, 0.53, 0.71, 0.89],
            steps: SQUARES.map(|square| square * scale / sample_rate),
            tuning: Tuning::new(hz, 0.3, sample_rate),
            first: Filter::default(),
            second: Filter::default(),
            soften: 1.0 - (-std::f32::consts::TAU * 10_000.0 / sample_rate).exp(),
            soft: 0.0,
            fall,
        }
    }

    #[inline]
    pub(crate) fn next(&mut self) -> f32 {
        let mut sum = 0.0;
        for (phase, step) in self.phases.iter_mut().zip(&self.steps) {
            *phase += step;
            *phase -= (*phase >= 1.0) as u32 as f32;
            sum += if *phase < 0.5 { 0.25 } else { -0.25 };
        }
        self.soft += (sum - self.soft) * self.soften;
        let once = self.first.high(self.soft, &self.tuning);
        self.second.high(once, &self.tuning) * self.fall.next()
    }

    pub(crate) fn level(&self) -> f32 {
        self.fall.level()
    }
}
