//! Seeded noise that is smooth in space and time, and plain random numbers by place.

/// A number 0–1 for a place on a lattice.
pub(super) fn at(seed: u64, x: i32, y: i32, z: i32) -> f32 {
    let lattice = (x as u32).wrapping_mul(0x8da6_b343) ^ (y as u32).wrapping_mul(0xd816_3841);
    let mut n = lattice ^ (z as u32).wrapping_mul(0xcb1a_b31f) ^ (seed ^ (seed >> 32)) as u32;
    n = (n ^ (n >> 16)).wrapping_mul(0x7feb_352d);
    n = (n ^ (n >> 15)).wrapping_mul(0x846c_a68b);
    (n ^ (n >> 16)) as f32 / u32::MAX as f32
}

/// The `n`th of a row of numbers 0–1.
pub(super) fn nth(seed: u64, n: usize, which: i32) -> f32 {
    at(seed, n as i32, which, 7919)
}

/// Smooth noise, 0–1, whose hills are about one unit wide.
pub(super) fn smooth(seed: u64, x: f32, y: f32, z: f32) -> f32 {
    let (x0, y0, z0) = (x.floor(), y.floor(), z.floor());
    let [u, v, w] = [x - x0, y - y0, z - z0].map(|t| t * t * (3.0 - 2.0 * t));
    let corner = |dx: i32, dy: i32, dz: i32| at(seed, x0 as i32 + dx, y0 as i32 + dy, z0 as i32 + dz);
    let mix = |a: f32, b: f32, t: f32| a + (b - a) * t;
    let edge = |dy, dz| mix(corner(0, dy, dz), corner(1, dy, dz), u);
    mix(mix(edge(0, 0), edge(1, 0), v), mix(edge(0, 1), edge(1, 1), v), w)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_smooth_and_fills_its_range() {
        let row: Vec<f32> = (0..2000).map(|n| smooth(3, n as f32 * 0.05, 0.3, 0.7)).collect();
        assert!(row.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 0.1));
        let (least, most) = row.iter().fold((1.0_f32, 0.0_f32), |(a, b), &n| (a.min(n), b.max(n)));
        assert!(least < 0.25 && most > 0.75, "{least} {most}");
    }

    #[test]
    fn seeds_differ() {
        assert_ne!(smooth(1, 0.5, 0.5, 0.5), smooth(2, 0.5, 0.5, 0.5));
    }
}
