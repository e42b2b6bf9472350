//! Percussion: a sun that a kick makes swell and send out rings, with rays for snares, and around it a wheel on which the bar turns once
//! a turn: each stroke stands where in the bar it fell. The kinds are those of General MIDI's drums.

use super::{
    brush::{Brush, blob, polygon, regular},
    colour::Colour,
    layout::Layout,
};
use crate::{Mark, Player, Scene};
use std::f32::consts::{FRAC_PI_2, TAU};
use tiny_skia::PathBuilder;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Kick,
    Snare,
    Hat,
    Cymbal,
    Tom,
    Other,
}

fn kind(pitch: u8) -> Kind {
    match pitch {
        35 | 36 => Kind::Kick,
        37..=40 => Kind::Snare,
        42 | 44 | 46 | 54 | 69 | 70 | 82 => Kind::Hat,
        49 | 51..=53 | 55 | 57 | 59 => Kind::Cymbal,
        41 | 43 | 45 | 47 | 48 | 50 | 60..=66 => Kind::Tom,
        _ => Kind::Other,
    }
}

/// The drum of the `n`th player of percussion.
pub(super) fn draw(brush: &mut Brush, layout: &Layout, scene: &Scene, place: usize, n: usize, colour: Colour) {
    let player = &scene.players[place];
    let (x, y, radius) = layout.drum(n);
    let here = player.here as f32;
    let marks: Vec<&Mark> = scene.marks.iter().filter(|mark| mark.player == place && mark.percussion).collect();
    let age = |mark: &Mark| (scene.now - mark.due).max(0.0) as f32;
    let kicked = marks.iter().filter(|mark| kind(mark.pitch) == Kind::Kick);
    let kick = kicked.map(|mark| mark.velocity * (-age(mark) / 0.22).exp()).fold(0.0, f32::max);
    for mark in &marks {
        wave(brush, layout, mark, age(mark), (x, y, radius), colour);
    }
    body(brush, player, (x, y, radius * (0.4 + 0.6 * here) * (1.0 + 0.30 * kick)), colour, kick);
    for mark in &marks {
        stand(brush, layout, scene, mark, age(mark), (x, y, radius), colour);
    }
}

/// The sun itself; without a kick it breathes with the beat.
fn body(brush: &mut Brush, player: &Player, (x, y, radius): (f32, f32, f32), colour: Colour, kick: f32) {
    let (here, presence) = (player.here as f32, player.presence as f32);
    let rings = [
        (1.10, colour.lighter(-0.5).stronger(0.6), 0.45 * here),
        (1.0, colour.lighter(-0.10 * (1.0 - presence)), (0.35 + 0.6 * presence) * here),
        (0.72, colour.lighter(0.10), (0.3 + 0.5 * presence) * here),
        (0.30 + 0.25 * kick, colour.lighter(0.22), (0.25 + 0.7 * kick) * here),
    ];
    for (share, colour, opacity) in rings {
        if let Some(path) = blob(x, y, radius * share, 0, 0.0, 0.0) {
            brush.fill(&path, colour, opacity);
        }
    }
}

/// What a stroke sends out.
fn wave(brush: &mut Brush, layout: &Layout, mark: &Mark, age: f32, (x, y, radius): (f32, f32, f32), colour: Colour) {
    let hard = mark.velocity;
    match kind(mark.pitch) {
        Kind::Kick if age < 1.6 => {
            let left = 1.0 - age / 1.6;
            let out = radius * (1.0 + 1.5 * (1.0 - left * left));
            if let Some(path) = blob(x, y, out, 0, 0.0, 0.0) {
                let width = layout.size * 0.030 * hard * left;
                brush.stroke(&path, width.max(0.5), colour.lighter(0.05), 0.6 * left * left);
            }
        }
        Kind::Snare if age < 0.8 => {
            let left = 1.0 - age / 0.8;
            let turn = mark.beat.fract() as f32 * 0.7;
            rays(
                brush,
                (x, y),
                (radius * 1.08, radius * (1.25 + 0.65 * hard * left)),
                12,
                0.13,
                turn,
                colour.lighter(0.12),
                left,
            );
        }
        Kind::Cymbal if age < 2.4 => {
            let left = 1.0 - age / 2.4;
            let long = radius * (1.6 + 2.2 * hard * (1.0 - left * left));
            rays(brush, (x, y), (radius * 1.4, long), 28, 0.035, 0.2, colour.lighter(0.2).stronger(0.5), 0.6 * left);
        }
        _ => {}
    }
}

#[expect(clippy::too_many_arguments, reason = "a row of rays has no fewer")]
fn rays(
    brush: &mut Brush,
    (x, y): (f32, f32),
    (inner, outer): (f32, f32),
    many: usize,
    broad: f32,
    turn: f32,
    colour: Colour,
    opacity: f32,
) {
    for n in 0..many {
        let angle = turn + n as f32 / many as f32 * TAU;
        let at = |radius: f32, angle: f32| (x + radius * angle.cos(), y + radius * angle.sin());
        let outer = if n % 2 == 0 { outer } else { inner + (outer - inner) * 0.6 };
        if let Some(path) = polygon([at(inner, angle - broad), at(outer, angle), at(inner, angle + broad)]) {
            brush.fill(&path, colour, opacity);
        }
    }
}

/// A stroke's place on the wheel.
fn stand(
    brush: &mut Brush,
    layout: &Layout,
    scene: &Scene,
    mark: &Mark,
    age: f32,
    (x, y, radius): (f32, f32, f32),
    colour: Colour,
) {
    let bar = f64::from(scene.beats.max(1)) * if scene.beats == 0 { 4.0 } else { 1.0 };
    let way = ((mark.beat - scene.downbeat) / bar).rem_euclid(1.0) as f32;
    let angle = way * TAU - FRAC_PI_2;
    let (orbit, corners, size) = match kind(mark.pitch) {
        Kind::Kick => (1.32, 0, 0.026),
        Kind::Snare => (1.32, 4, 0.034),
        Kind::Hat => (1.68, 3, 0.017),
        Kind::Cymbal => (1.85, 3, 0.034),
        Kind::Tom => (1.50, 4, 0.028),
        Kind::Other => (1.50, 6, 0.020),
    };
    let left = (1.0 - age / 4.0).clamp(0.0, 1.0);
    let fresh = (-age / 0.12).exp();
    let (x, y) = (x + radius * orbit * angle.cos(), y + radius * orbit * angle.sin());
    let size = layout.size * size * (0.6 + 0.6 * mark.velocity) * (1.0 + 0.8 * fresh) * (0.4 + 0.6 * left);
    let shape =
        if corners == 0 { blob(x, y, size, 0, 0.0, 0.0) } else { regular(x, y, size, corners, angle + FRAC_PI_2) };
    if let Some(path) = shape {
        brush.fill(&path, colour.lighter(0.06 + 0.2 * fresh), left.powf(0.7));
    }
}

/// Where nobody drums: a moon that breathes with the beat.
pub(super) fn moon(brush: &mut Brush, layout: &Layout, scene: &Scene, hue: f32) {
    let (x, y, radius) = layout.drum(0);
    let breath = (scene.beat * std::f64::consts::TAU).cos() as f32;
    let radius = radius * (0.94 + 0.06 * breath);
    let pale = Colour::new(0.86, 0.05, hue + 1.4);
    for (share, opacity) in [(1.5, 0.10), (1.22, 0.16), (1.0, 0.75), (0.7, 0.25)] {
        if let Some(path) = blob(x, y, radius * share, 0, 0.0, 0.0) {
            brush.fill(&path, pale.lighter(if share < 0.8 { 0.1 } else { 0.0 }), opacity);
        }
    }
    let mut craters = PathBuilder::new();
    for (dx, dy, r) in [(-0.35, -0.2, 0.16), (0.25, 0.3, 0.22), (0.3, -0.4, 0.10)] {
        craters.push_circle(x + dx * radius, y + dy * radius, r * radius);
    }
    if let Some(path) = craters.finish() {
        brush.fill(&path, pale.lighter(-0.2), 0.3);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drums_are_told_by_their_numbers() {
        assert_eq!([36, 38, 42, 49, 45].map(kind), [Kind::Kick, Kind::Snare, Kind::Hat, Kind::Cymbal, Kind::Tom]);
        assert_eq!([0, 27, 75, 127].map(kind), [Kind::Other; 4]);
    }
}
