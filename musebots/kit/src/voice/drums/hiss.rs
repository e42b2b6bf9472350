//! Snare wires, hands, shakers: filtered noise that dies away, once or in a few bursts.

use super::fall::Fall;
use crate::voice::filter::{Filter, Tuning};
use crate::voice::noise::Noise;

/// Which part of the noise is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    Band,
    High,
}

/// Realtime-safe: yes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hiss {
    noise: Noise,
    pass: Pass,
    tuning: Tuning,
    filter: Filter,
    /// The very top of the noise is harsh on any speaker.
    soften: f32,
    soft: f32,
    fall: Fall,
    /// Bursts to come, and the frames between them.
    bursts: u32,
    every: u32,
    until: u32,
    again: Fall,
}

impl Hiss {
    pub(crate) fn new(noise: Noise, pass: Pass, hz: f32, fall: Fall, sample_rate: f32) -> Self {
        Self {
            noise,
            pass,
            tuning: Tuning::new(hz, 0.25, sample_rate),
            filter: Filter::default(),
            soften: 1.0 - (-std::f32::consts::TAU * 11_000.0 / sample_rate).exp(),
            soft: 0.0,
            fall,
            bursts: 0,
            every: 0,
            until: 0,
            again: fall,
        }
    }

    /// `count` short bursts, `seconds` apart, come before the fall itself.
    pub(crate) fn in_bursts(mut self, count: u32, seconds: f32, sample_rate: f32) -> Self {
        self.again = self.fall;
        self.fall = Fall::new(self.fall.level() * 0.8, seconds * 1.2, sample_rate);
        self.bursts = count;
        self.every = (seconds * sample_rate) as u32;
        self.until = self.every;
        self
    }

    #[inline]
    pub(crate) fn next(&mut self) -> f32 {
        if self.bursts > 0 {
            self.until -= 1;
            if self.until == 0 {
                self.bursts -= 1;
                self.until = self.every;
                let level = self.again.level();
                self.fall = if self.bursts == 0 { self.again } else { self.fall.anew(level * 0.9) };
            }
        }
        let x = self.noise.next();
        self.soft += (x - self.soft) * self.soften;
        let y = match self.pass {
            Pass::Band => self.filter.band(self.soft, &self.tuning),
            Pass::High => self.filter.high(self.soft, &self.tuning),
        };
        y * self.fall.next()
    }

    pub(crate) fn level(&self) -> f32 {
        if self.bursts > 0 { self.again.level() } else { self.fall.level() }
    }
}
