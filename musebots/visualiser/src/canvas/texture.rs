//! Density as texture: brush strokes that follow a slow current. The denser the music, the more of them, and the clearer.

use super::{brush::Brush, colour::Colour, layout::Layout, noise};
use std::f32::consts::{PI, TAU};

const MOST: usize = 150;
const STEPS: usize = 7;

pub(super) fn draw(brush: &mut Brush, layout: &Layout, density: f32, arousal: f32, time: f32, hue: f32, seed: u64) {
    let light = Colour::new(0.88, 0.06, hue + 0.9);
    let dark = Colour::new(0.16, 0.05, hue - 0.7);
    let many = 14.0 + (MOST as f32 - 14.0) * density;
    for n in 0..MOST {
        // The last ones come and go softly as density changes.
        let there = (many - n as f32).clamp(0.0, 1.0);
        if there <= 0.0 {
            break;
        }
        // Each stroke lives for a while, and then begins somewhere else.
        let life = time * (0.10 + 0.08 * noise::nth(seed, n, 0)) + noise::nth(seed, n, 1) * 97.0;
        let (generation, age) = (life.floor() as i32, life.fract());
        let visible = (PI * age).sin() * there;
        let mut x = noise::nth(seed, n, 2 + 2 * generation) * 1.2 - 0.1;
        let mut y = noise::nth(seed, n, 3 + 2 * generation);
        (x, y) = (x * layout.width, y * layout.height);
        let step = layout.size * (0.016 + 0.014 * arousal);
        x += (age - 0.5) * layout.size * 0.12;
        let mut spine = [(0.0, 0.0); STEPS];
        for place in &mut spine {
            *place = (x, y);
            let field = noise::smooth(seed ^ 2, x / layout.size * 1.6, y / layout.size * 2.2, time * 0.08);
            let angle = (field - 0.5) * TAU * (0.45 + 0.35 * arousal);
            (x, y) = (x + step * angle.cos(), y + step * angle.sin());
        }
        let thick = layout.size * (0.004 + 0.006 * noise::nth(seed, n, -1));
        let colour = if n % 3 == 0 { dark } else { light };
        if let Some(path) = leaf(&spine, thick) {
            brush.fill(&path, colour, visible * (0.14 + 0.30 * density));
        }
    }
}

/// A stroke that is thickest in its middle.
fn leaf(spine: &[(f32, f32); STEPS], thick: f32) -> Option<tiny_skia::Path> {
    let side = |sign: f32| {
        (0..STEPS).map(move |n| {
            let (before, after) = (spine[n.saturating_sub(1)], spine[(n + 1).min(STEPS - 1)]);
            let (dx, dy) = (after.0 - before.0, after.1 - before.1);
            let half = sign * thick * (PI * n as f32 / (STEPS - 1) as f32).sin() / dx.hypot(dy).max(1e-6);
            (spine[n].0 - dy * half, spine[n].1 + dx * half)
        })
    };
    super::brush::polygon(side(1.0).chain(side(-1.0).rev()))
}
