//! What pitched players play: a ribbon through the heights of their notes, which flows to the left and fades, with a bead for each note.

use super::{
    brush::{Brush, blob, polygon, regular},
    colour::Colour,
    layout::Layout,
};
use crate::{Mark, Player, Scene};

/// Notes farther apart than so many seconds are not joined.
const BREATH: f64 = 1.6;

/// A place on the ribbon, and half its width there.
type Place = (f32, f32, f32);

pub(super) fn draw(brush: &mut Brush, layout: &Layout, scene: &Scene, place: usize, colour: Colour) {
    let player = &scene.players[place];
    let marks: Vec<&Mark> = scene.marks.iter().filter(|mark| mark.player == place && !mark.percussion).collect();
    let head = layout.head(player);
    let left = head.0 - layout.width * 0.85;
    let mut phrase: Vec<Place> = Vec::new();
    let mut last = f64::NEG_INFINITY;
    // One place for notes that begin together.
    for chord in marks.chunk_by(|one, other| other.due - one.due < 0.02) {
        if chord[0].due - last > BREATH {
            tape(brush, &phrase, colour, left, head.0);
            phrase.clear();
        }
        last = chord[chord.len() - 1].due;
        let pitch = chord.iter().map(|mark| f64::from(mark.pitch)).sum::<f64>() / chord.len() as f64;
        let velocity = chord.iter().map(|mark| mark.velocity).fold(0.0, f32::max);
        let at = (head.0 - layout.gone(scene.now - last), layout.height_of(pitch));
        phrase.push((at.0, at.1, half(layout, player, velocity)));
    }
    if scene.now - last < BREATH {
        let fading = (1.0 - (scene.now - last) / BREATH) as f32;
        phrase.push((head.0, head.1, half(layout, player, 0.2 + 0.5 * player.swell as f32) * fading));
    }
    tape(brush, &phrase, colour, left, head.0);
    for mark in marks {
        bead(brush, layout, scene, mark, head.0, colour);
    }
}

/// Low voices are broad, high ones slim.
fn half(layout: &Layout, player: &Player, velocity: f32) -> f32 {
    let low = (1.0 - (player.pitch as f32 - 30.0) / 60.0).clamp(0.0, 1.0);
    layout.size * (0.009 + 0.016 * low) * (0.45 + velocity)
}

/// A band through places, smooth, with round ends, over its own shadow.
fn tape(brush: &mut Brush, places: &[Place], colour: Colour, left: f32, right: f32) {
    if places.len() < 2 {
        return;
    }
    let mut spine = vec![places[0]];
    for pair in places.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let steps = (((to.0 - from.0).abs() + (to.1 - from.1).abs()) / 6.0).clamp(4.0, 14.0) as usize;
        for step in 1..=steps {
            let way = step as f32 / steps as f32;
            // Along evenly, in height like a step with soft ends: a note holds its height, and then goes to the next.
            let rise = ((way - 0.25) / 0.75).clamp(0.0, 1.0);
            let rise = rise * rise * (3.0 - 2.0 * rise);
            let mix = |a: f32, b: f32, way: f32| a + (b - a) * way;
            spine.push((mix(from.0, to.0, way), mix(from.1, to.1, rise), mix(from.2, to.2, way)));
        }
    }
    for (wider, colour, opacity) in [(1.9, colour.lighter(-0.55).stronger(0.5), 0.35), (1.0, colour, 0.85)] {
        let side = |sign: f32| {
            let spine = &spine;
            (0..spine.len()).map(move |n| {
                let (before, after) = (spine[n.saturating_sub(1)], spine[(n + 1).min(spine.len() - 1)]);
                let (dx, dy) = (after.0 - before.0, after.1 - before.1);
                let half = sign * wider * spine[n].2 / dx.hypot(dy).max(1e-3);
                (spine[n].0 - dy * half, spine[n].1 + dx * half)
            })
        };
        if let Some(path) = polygon(side(1.0).chain(side(-1.0).rev())) {
            brush.fade(&path, colour, (left, 0.0), (right, opacity));
        }
    }
}

fn bead(brush: &mut Brush, layout: &Layout, scene: &Scene, mark: &Mark, head: f32, colour: Colour) {
    let age = scene.now - mark.due;
    let (x, y) = (head - layout.gone(age), layout.height_of(mark.pitch.into()));
    let seat = scene.players[mark.player].seat;
    let fresh = (-age / 0.12).exp() as f32;
    let left = (1.0 - age / crate::scene::MARK_LIFE).clamp(0.0, 1.0) as f32;
    let radius = layout.size * (0.012 + 0.031 * mark.velocity) * (0.55 + 0.45 * left) * (1.0 + 0.9 * fresh);
    let opacity = left.sqrt();
    let shape = |radius: f32| match seat % 4 {
        0 => blob(x, y, radius, 0, 0.0, 0.0),
        1 => regular(x, y, radius * 1.15, 4, 0.0),
        2 => regular(x, y, radius * 1.25, 3, -std::f32::consts::FRAC_PI_2),
        _ => regular(x, y, radius * 1.05, 6, 0.0),
    };
    if let Some(path) = shape(radius * 1.35) {
        brush.fill(&path, colour.lighter(-0.5).stronger(0.5), 0.4 * opacity);
    }
    if let Some(path) = shape(radius) {
        brush.fill(&path, colour.lighter(0.08 + 0.2 * fresh), opacity);
    }
}
