//! What was seen before stays a while, and moves: grown and turned about the middle, and fading.

use super::sample::Sampler;
use crate::Look;
use generative_models::Picture;

/// However long a trail is, at least this much of each second's picture is new.
const MOST: f64 = 0.6;

/// Lays what was `seen` `passed` seconds ago over the picture.
pub(super) fn draw(picture: &mut Picture, seen: &Picture, look: &Look, passed: f64) {
    let passed = if passed.is_finite() { passed.clamp(0.0, 10.0) } else { 10.0 };
    let known = |number: f32, otherwise: f64| if number.is_finite() { f64::from(number) } else { otherwise };
    let share = known(look.trail, 0.0).clamp(0.0, MOST).powf(passed.max(0.01)) as f32;
    let Some(sampler) = Sampler::new(seen).filter(|_| share >= 0.01) else { return };
    let (width, height) = (picture.width(), picture.height());
    let grown = known(look.zoom, 1.0).clamp(0.3, 3.0).powf(passed) as f32;
    let angle = (known(look.turn, 0.0) * passed).clamp(-1.0, 1.0) as f32;
    // From a place in the picture back to where it was in what was seen, which may be of another size.
    let (along, over) = (angle.cos() / grown, angle.sin() / grown);
    let (fit_x, fit_y) = (seen.width() as f32 / width as f32, seen.height() as f32 / height as f32);
    let (middle_x, middle_y) = (width as f32 / 2.0, height as f32 / 2.0);
    for (y, line) in picture.pixels_mut().chunks_exact_mut(width).enumerate() {
        let dy = y as f32 + 0.5 - middle_y;
        for (x, pixel) in line.iter_mut().enumerate() {
            let dx = x as f32 + 0.5 - middle_x;
            let from_x = (middle_x + dx * along + dy * over) * fit_x;
            let from_y = (middle_y - dx * over + dy * along) * fit_y;
            let was = sampler.at(from_x, from_y);
            for n in 0..3 {
                pixel[n] += (was[n].clamp(0.0, 1.0) - pixel[n]) * share;
            }
        }
    }
}
