//! A mosaic whose tesserae follow the forms: A. Hausner, "Simulating Decorative Mosaics" (2001). Tiles push each other into
//! place in a metric that is turned along the nearest contour, until all lie side by side.

use crate::{
    chance::Chance,
    colour::{Colour, lit, mix, ramp, rgb},
    noise::Noise,
    plane::{Point, distance, minus, plus, smooth, times, turned},
    sheet::{SIDE, Sheet},
};

const GROUT: Colour = rgb(0x4a4238);
/// A tile's width.
const TILE: f32 = 7.6;
const ROUNDS: usize = 24;
const SUN: [Colour; 4] = [rgb(0xfbe9a8), rgb(0xf2bf3a), rgb(0xd9852a), rgb(0x9c3a24)];
const SEA: [Colour; 4] = [rgb(0x0f2f4a), rgb(0x175f7e), rgb(0x3aa0a4), rgb(0xdcebdc)];
const SKY: [Colour; 3] = [rgb(0xe8dcc4), rgb(0xd8b48c), rgb(0xb7653f)];

struct Tile {
    at: Point,
    angle: f32,
}

pub(crate) fn paint(seed: u64) -> Sheet {
    let mut chance = Chance::new(seed);
    let noise = Noise::new(seed);
    let tiles = settled(&mut chance);
    let mut sheet = Sheet::new(GROUT);
    sheet.everywhere(|p, colour, height| {
        *colour = lit(GROUT, 1.0 + 0.2 * noise.cloud(p[0] / 2.0, p[1] / 2.0, 2));
        *height = 0.15 * noise.at(p[0], p[1]);
    });
    for tile in &tiles {
        let stone = lit(stone(tile.at, &mut chance), chance.near(1.0, 0.10));
        let half = [0; 2].map(|_| TILE / 2.0 - 0.45 + chance.near(0.0, 0.22));
        let tilt = [chance.near(0.0, 0.03), chance.near(0.0, 0.03)];
        sheet.around(tile.at, [TILE; 2], |p, colour, height| {
            let place = turned(minus(p, tile.at), tile.angle);
            let chipped = 0.35 * noise.at(p[0] / 2.6, p[1] / 2.6);
            let edge = (half[0] - place[0].abs()).min(half[1] - place[1].abs()) + chipped;
            if edge > -0.3 {
                let veins = noise.cloud(p[0] / 3.5, p[1] / 3.5, 3);
                *colour = mix(*colour, lit(stone, 1.0 + 0.10 * veins), smooth(-0.3, 0.3, edge));
                *height =
                    1.3 * smooth(-0.2, 1.2, edge) + place[0] * tilt[0] * 4.0 + place[1] * tilt[1] * 4.0 + 0.1 * veins;
            }
        });
    }
    sheet.light(0.35);
    sheet
}

/// Moves every tile to the middle of what is nearest to it, again and again.
fn settled(chance: &mut Chance) -> Vec<Tile> {
    let count = (SIDE * SIDE / (TILE * TILE)) as usize;
    let mut tiles: Vec<Tile> = (0..count).map(|_| chance.place(3.0)).map(|at| Tile { at, angle: along(at) }).collect();
    const ACROSS: usize = SIDE as usize;
    for _ in 0..ROUNDS {
        let mut nearest = vec![(f32::MAX, usize::MAX); ACROSS * ACROSS];
        for (number, tile) in tiles.iter().enumerate() {
            // Further than two tiles away there is always a nearer one, once they have spread a little.
            let span = |n: usize| {
                let edge = |at: f32| at.clamp(0.0, SIDE) as usize;
                edge(tile.at[n] - 2.4 * TILE)..edge(tile.at[n] + 2.4 * TILE)
            };
            for y in span(1) {
                for x in span(0) {
                    let [u, v] = turned(minus([x as f32 + 0.5, y as f32 + 0.5], tile.at), tile.angle);
                    let far = u.abs().max(v.abs()) + 0.08 * (u.abs() + v.abs());
                    let best = &mut nearest[y * ACROSS + x];
                    if far < best.0 {
                        *best = (far, number);
                    }
                }
            }
        }
        let mut sums = vec![([0.0; 2], 0.0); count];
        for (place, (_, number)) in nearest.iter().enumerate().filter(|(_, (_, number))| *number != usize::MAX) {
            let at = [(place % ACROSS) as f32 + 0.5, (place / ACROSS) as f32 + 0.5];
            sums[*number] = (plus(sums[*number].0, at), sums[*number].1 + 1.0);
        }
        for (tile, (sum, pixels)) in tiles.iter_mut().zip(sums) {
            tile.at = if pixels > 0.0 { times(sum, 1.0 / pixels) } else { chance.place(0.0) };
            tile.angle = along(tile.at);
        }
    }
    tiles
}

/// How far the nearest contour is, with the number of the form inside which the point lies.
fn form(p: Point) -> (f32, usize) {
    let sun = distance(p, [SIDE * 0.34, SIDE * 0.36]) - SIDE * 0.2;
    let wave = |height: f32, high: f32, wide: f32, phase: f32| {
        // The slope makes a distance out of a height.
        let angle = p[0] / wide + phase;
        (height * SIDE + high * angle.sin() - p[1]) / (1.0 + (high / wide * angle.cos()).powi(2)).sqrt()
    };
    let waves = [wave(0.60, 24.0, 46.0, 0.4), wave(0.76, 20.0, 36.0, 2.2), wave(0.92, 15.0, 30.0, 4.4)];
    let mut nearest = sun.abs();
    for wave in waves {
        nearest = nearest.min(wave.abs());
    }
    let inside = if waves[2] < 0.0 {
        4
    } else if waves[1] < 0.0 {
        3
    } else if waves[0] < 0.0 {
        2
    } else {
        usize::from(sun < 0.0)
    };
    (nearest, inside)
}

/// The way the contours run at a point.
fn along(p: Point) -> f32 {
    let far = |dx: f32, dy: f32| form(plus(p, [dx, dy])).0;
    (far(0.0, 1.5) - far(0.0, -1.5)).atan2(far(1.5, 0.0) - far(-1.5, 0.0))
}

fn stone(p: Point, chance: &mut Chance) -> Colour {
    let (edge, inside) = form(p);
    let aside = chance.near(0.0, 0.12);
    // One row along each contour is set off.
    match inside {
        0 if edge < TILE => rgb(0x8e3a26),
        0 => ramp(&SKY, 0.2 + edge / 130.0 + aside * 1.6),
        1 if edge < TILE => rgb(0x7a1f1c),
        1 => ramp(&SUN, 0.95 - edge / 74.0 + aside),
        _ if edge < TILE => rgb(0xf2ead6),
        _ => ramp(&SEA, 0.8 - edge / 52.0 + 0.09 * (inside as f32 - 3.0) + aside * 1.2),
    }
}
