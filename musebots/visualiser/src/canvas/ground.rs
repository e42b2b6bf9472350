//! The ground of the drawing: a sky whose colour is the harmony's, with broad slow clouds, and the glow of those who play.
//! It is computed on a coarse grid and drawn out, for it has nothing sharp.

use super::{colour::Colour, layout::Layout, noise};
use generative_models::Picture;

/// Pixels to a cell of the grid.
const CELL: usize = 8;
/// The hue of the night: blue.
pub(super) const NIGHT: f32 = 4.8;

/// What the ground depends on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mood {
    /// The hue, in radians, and how clear it is (0–1).
    pub(super) hue: f32,
    pub(super) clear: f32,
    pub(super) arousal: f32,
    pub(super) valence: f32,
    /// A slow time, for the clouds.
    pub(super) time: f32,
    /// How far the breath is, 0–1.
    pub(super) breath: f32,
}

/// A light that glows on the ground.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glow {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) radius: f32,
    pub(super) colour: Colour,
    pub(super) strength: f32,
}

#[derive(Debug)]
pub(super) struct Ground {
    columns: usize,
    rows: usize,
    grid: Vec<[f32; 3]>,
}

impl Ground {
    pub(super) fn new(width: usize, height: usize) -> Self {
        let (columns, rows) = (width.div_ceil(CELL) + 1, height.div_ceil(CELL) + 1);
        Self { columns, rows, grid: vec![[0.0; 3]; columns * rows] }
    }

    /// Computes the grid.
    pub(super) fn prepare(&mut self, layout: &Layout, mood: &Mood, glows: &[Glow], seed: u64) {
        // The harmony colours the horizon; what is dark leans to the night, for a dark yellow would be mud.
        let strength = (0.09 + 0.06 * mood.arousal) * (0.6 + 0.4 * mood.clear);
        let night = Colour::new(0.5, 0.11, NIGHT);
        let dark = |light: f32, hue: f32| Colour::new(0.5, strength, hue).towards(night, 0.6).lighter(light - 0.5);
        let up = dark(0.26 + 0.20 * mood.valence, mood.hue - 0.5);
        let far = Colour::new(0.52 + 0.24 * mood.valence + 0.03 * mood.breath, strength * 1.2, mood.hue);
        let down = dark(0.18 + 0.14 * mood.valence, mood.hue + 0.8);
        for row in 0..self.rows {
            for column in 0..self.columns {
                let (x, y) = ((column * CELL) as f32, (row * CELL) as f32);
                let (u, v) = (x / layout.size, y / layout.size);
                // A warp makes the clouds flow; the steps make them broad shapes rather than fog.
                let warp = noise::smooth(seed ^ 1, u * 1.3, v * 1.3, mood.time * 0.6) - 0.5;
                let cloud = noise::smooth(seed, u * 1.7 + warp * 2.2, v * 3.4 - warp * 1.4, mood.time);
                let step = terrace(cloud * 4.0) / 4.0 - 0.5;
                let along = y / layout.height + step * 0.5;
                let colour = if along < 0.55 {
                    up.towards(far, (along / 0.55).max(0.0).powf(1.4))
                } else {
                    far.towards(down, ((along - 0.55) / 0.3).min(1.0))
                };
                let mut colour = colour.lighter(step * (0.16 + 0.12 * mood.arousal));
                for glow in glows {
                    let far = ((x - glow.x).powi(2) + (y - glow.y).powi(2)) / (glow.radius * glow.radius);
                    if far < 6.0 {
                        colour = colour.towards(glow.colour, glow.strength * (-far).exp());
                    }
                }
                let (edge_x, edge_y) = (x / layout.width - 0.5, y / layout.height - 0.5);
                let dark = 0.22 * (edge_x * edge_x + edge_y * edge_y);
                self.grid[row * self.columns + column] = colour.lighter(-dark).rgb();
            }
        }
    }

    /// Draws it: wholly, or as a share of a picture that is there.
    pub(super) fn draw(&self, picture: &mut Picture, share: f32) {
        let width = picture.width();
        let mut across = vec![[0.0; 3]; self.columns];
        for (y, line) in picture.pixels_mut().chunks_exact_mut(width).enumerate() {
            let (row, way) = (y / CELL, (y % CELL) as f32 / CELL as f32);
            let upper = &self.grid[row * self.columns..][..self.columns];
            let lower = &self.grid[(row + 1) * self.columns..][..self.columns];
            for (out, (a, b)) in across.iter_mut().zip(upper.iter().zip(lower)) {
                *out = std::array::from_fn(|n| a[n] + (b[n] - a[n]) * way);
            }
            for (cell, pixels) in line.chunks_mut(CELL).enumerate() {
                let (a, b) = (across[cell], across[cell + 1]);
                for (x, pixel) in pixels.iter_mut().enumerate() {
                    let way = x as f32 / CELL as f32;
                    for n in 0..3 {
                        let here = a[n] + (b[n] - a[n]) * way;
                        pixel[n] += (here - pixel[n]) * share;
                    }
                }
            }
        }
    }
}

/// A staircase with soft edges.
fn terrace(height: f32) -> f32 {
    let (step, rest) = (height.floor(), height.fract());
    let edge = ((rest - 0.35) / 0.3).clamp(0.0, 1.0);
    step + edge * edge * (3.0 - 2.0 * edge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terrace_is_flat_on_its_steps_and_rises_by_one_between() {
        assert_eq!((terrace(2.0), terrace(2.3), terrace(2.7), terrace(3.0)), (2.0, 2.0, 3.0, 3.0));
    }

    #[test]
    fn a_glow_is_lightest_where_it_is() {
        let layout = Layout::new(64, 64);
        let mood = Mood { hue: 1.0, clear: 1.0, arousal: 0.0, valence: 0.0, time: 0.0, breath: 0.0 };
        let glow = Glow { x: 48.0, y: 16.0, radius: 10.0, colour: Colour::new(1.0, 0.0, 0.0), strength: 0.9 };
        let mut ground = Ground::new(64, 64);
        ground.prepare(&layout, &mood, &[glow], 1);
        let mut picture = Picture::new(64, 64, |_, _| [0.0; 3]);
        ground.draw(&mut picture, 1.0);
        let light = |x: usize, y: usize| picture.pixels()[y * 64 + x].iter().sum::<f32>();
        assert!(light(48, 16) > light(10, 50) + 1.0);
        assert!(light(48, 16) > light(60, 16));
    }
}
