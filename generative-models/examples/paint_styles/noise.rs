//! Gradient noise: K. Perlin, "Improving Noise" (2002), in two dimensions and with hashed gradients.

use crate::plane::{dot, towards};

#[derive(Clone, Copy)]
pub(crate) struct Noise {
    seed: u32,
}

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed: (seed as u32).wrapping_mul(0x9E37_79B9) ^ 0x5bd1_e995 }
    }

    /// One of 2³² numbers for a cell, 0–1.
    pub(crate) fn cell(self, x: i32, y: i32) -> f32 {
        let mut hash = self.seed ^ (x as u32).wrapping_mul(0x85EB_CA6B) ^ (y as u32).wrapping_mul(0xC2B2_AE35);
        for _ in 0..2 {
            hash ^= hash >> 15;
            hash = hash.wrapping_mul(0x2C1B_3C6D);
            hash ^= hash >> 13;
            hash = hash.wrapping_mul(0x297A_2D39);
        }
        (hash ^ (hash >> 16)) as f32 / u32::MAX as f32
    }

    /// About −1 to 1, a hill or a valley in each unit.
    pub(crate) fn at(self, x: f32, y: f32) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        let (dx, dy) = (x - left, y - top);
        let corner = |i: i32, j: i32| {
            let gradient = towards(self.cell(left as i32 + i, top as i32 + j) * std::f32::consts::TAU);
            dot(gradient, [dx - i as f32, dy - j as f32])
        };
        let ease = |t: f32| t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
        let (u, v) = (ease(dx), ease(dy));
        let upper = corner(0, 0) * (1.0 - u) + corner(1, 0) * u;
        let lower = corner(0, 1) * (1.0 - u) + corner(1, 1) * u;
        1.5 * (upper * (1.0 - v) + lower * v)
    }

    /// Several sizes of it added, each half as large and half as strong as the one before.
    pub(crate) fn cloud(self, x: f32, y: f32, sizes: u32) -> f32 {
        let mut sum = 0.0;
        let mut scale = 1.0;
        for n in 0..sizes {
            // Shifted, so that the sizes' grids do not meet in one point.
            let shift = n as f32 * 17.31;
            sum += self.at(x * scale + shift, y * scale - shift) / scale;
            scale *= 2.0;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_smooth_goes_both_ways_and_is_its_seed_s_own() {
        let noise = Noise::new(3);
        let line: Vec<f32> = (0..4000).map(|n| noise.at(n as f32 * 0.01 - 20.0, 7.3)).collect();
        assert!(line.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 0.06));
        assert!(line.iter().all(|n| n.abs() < 1.2) && line.iter().any(|n| *n > 0.4) && line.iter().any(|n| *n < -0.4));
        assert_eq!(noise.at(1.5, 2.5), Noise::new(3).at(1.5, 2.5));
        assert_ne!(noise.at(1.5, 2.5), Noise::new(4).at(1.5, 2.5));
    }
}
