//! Eight numbers that are computed with at once: one register where the machine has such, two or more where not.
//!
//! Its loops are written out, without closures: those would not be compiled for the level of the function they are in.

use std::ops::{Add, Mul, Sub};

/// How many there are.
pub(crate) const LANES: usize = 8;

/// So many numbers.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
pub(crate) struct Lanes([f32; LANES]);

impl Lanes {
    pub(crate) const ZERO: Self = Self([0.0; LANES]);

    /// The first of a slice.
    #[inline(always)]
    pub(crate) fn load(from: &[f32]) -> Self {
        let mut lanes = Self::ZERO;
        lanes.0.copy_from_slice(&from[..LANES]);
        lanes
    }

    /// Into the first of a slice.
    #[inline(always)]
    pub(crate) fn store(self, to: &mut [f32]) {
        to[..LANES].copy_from_slice(&self.0);
    }
}

impl Add for Lanes {
    type Output = Self;

    #[inline(always)]
    fn add(mut self, other: Self) -> Self {
        for lane in 0..LANES {
            self.0[lane] += other.0[lane];
        }
        self
    }
}

impl Sub for Lanes {
    type Output = Self;

    #[inline(always)]
    fn sub(mut self, other: Self) -> Self {
        for lane in 0..LANES {
            self.0[lane] -= other.0[lane];
        }
        self
    }
}

impl Mul<f32> for Lanes {
    type Output = Self;

    #[inline(always)]
    fn mul(mut self, factor: f32) -> Self {
        for lane in 0..LANES {
            self.0[lane] *= factor;
        }
        self
    }
}
