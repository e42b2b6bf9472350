//! Players of pitches as presences: each a figure of its own at the height where it plays, which swells as it plays and
//! shrinks to a ring when it is silent.

use super::{
    brush::{Brush, blob},
    colour::Colour,
    layout::Layout,
};
use crate::{Player, Scene};

/// Lobes and their depth, by seat.
const FIGURES: [(usize, f32); 6] = [(5, 0.22), (4, 0.16), (3, 0.20), (6, 0.14), (8, 0.12), (2, 0.20)];

pub(super) fn draw(brush: &mut Brush, layout: &Layout, scene: &Scene, player: &Player, colour: Colour) {
    let (x, y) = layout.head(player);
    let (here, presence, swell) = (player.here as f32, player.presence as f32, player.swell as f32);
    let breath = (scene.beat * std::f64::consts::TAU).cos() as f32;
    let radius = layout.size * (0.030 + 0.034 * presence + 0.055 * swell + 0.003 * breath) * here;
    let (lobes, depth) = FIGURES[player.seat % FIGURES.len()];
    // Neighbours turn opposite ways, one turn in some bars.
    let way = if player.seat.is_multiple_of(2) { 1.0 } else { -1.0 };
    let angle = (scene.beat * 0.11 * way + player.seat as f64).rem_euclid(std::f64::consts::TAU) as f32;
    let shape = |share: f32| blob(x, y, radius * share, lobes, depth * (0.6 + 0.8 * swell), angle);
    if let Some(path) = shape(1.25) {
        brush.fill(&path, colour.lighter(-0.5).stronger(0.6), 0.45 * here);
    }
    if let Some(path) = shape(1.0) {
        brush.fill(&path, colour, (0.15 + 0.8 * presence) * here);
        brush.stroke(&path, layout.size * 0.008, colour.lighter(0.12), 0.9 * here);
    }
    if let Some(path) = shape(0.5) {
        brush.fill(&path, colour.lighter(0.14 + 0.1 * swell), (0.2 + 0.7 * presence) * here);
    }
}
