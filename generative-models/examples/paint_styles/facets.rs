//! A still life taken apart: facets in ochre, slate and umber, each shaded from one of its edges.

use crate::{
    chance::Chance,
    colour::{Colour, glaze, lit, mix, rgb},
    noise::Noise,
    plane::{Point, distance, dot, minus, plus, smooth, times, towards, turned},
    sheet::{SIDE, Sheet},
};

const PALETTE: [Colour; 9] = [
    rgb(0xb98f52),
    rgb(0x8a6a3c),
    rgb(0xdcc69a),
    rgb(0x5d5a4e),
    rgb(0x70808a),
    rgb(0x3b3a38),
    rgb(0xa4a290),
    rgb(0x7b4a2a),
    rgb(0xcfd0c4),
];
const ANGLES: [f32; 6] = [0.15, 0.62, 1.1, 1.75, 2.3, 2.75];
const LINE: Colour = rgb(0x1d1a18);

/// Planes cut in two, again and again.
enum Facet {
    Cut { at: Point, normal: Point, drawn: bool, parts: Box<[Facet; 2]> },
    Whole { colour: Colour, shade: f32, angle: f32 },
}

struct Seen {
    colour: Colour,
    shade: f32,
    angle: f32,
    /// How far the facet's edge is that it is shaded from.
    edge: f32,
    line: f32,
}

pub(crate) fn paint(seed: u64) -> Sheet {
    let mut chance = Chance::new(seed);
    let noise = Noise::new(seed);
    let corners = [[0.0, 0.0], [SIDE, 0.0], [SIDE, SIDE], [0.0, SIDE]];
    let ground = Facet::cut(&mut chance, &corners, 1300.0);
    let veil = Facet::cut(&mut chance, &corners, 7000.0);
    let arcs: Vec<(Point, f32, f32)> =
        (0..13).map(|_| (chance.place(-40.0), chance.between(16.0, 70.0), chance.between(-3.0, 3.0))).collect();
    let mut sheet = Sheet::new(PALETTE[0]);
    sheet.everywhere(|p, colour, height| {
        let seen = ground.at(p);
        let brushed = turned(p, seen.angle);
        let hairs = noise.at(brushed[0] / 16.0, brushed[1] / 1.5) + 0.6 * noise.at(brushed[0] / 7.0, brushed[1] / 4.0);
        let dabs = noise.at(brushed[0] / 9.0 + 70.0, brushed[1] / 5.0);
        // Dark at one edge, light at the next: the facet seems to stand out.
        let shade = 1.14 - seen.shade * (-seen.edge / 26.0).exp() + 0.10 * dabs + 0.11 * hairs;
        *colour = lit(mix(seen.colour, PALETTE[2], 0.16 * smooth(0.1, 0.7, dabs)), shade);
        let over = veil.at(p);
        let part = 0.42 * (-over.edge / 34.0).exp();
        *colour = glaze(*colour, over.colour, part);
        let mut line = seen.line.min(over.line + 0.5);
        for (centre, radius, start) in &arcs {
            let from = minus(p, *centre);
            let open = (from[1].atan2(from[0]) - start).rem_euclid(std::f32::consts::TAU) < 3.3;
            if open {
                let off = distance(p, *centre) - radius;
                line = line.min(off.abs());
                *colour = lit(*colour, 1.0 - 0.34 * smooth(13.0, 0.0, off) * f32::from(u8::from(off > 0.0)));
            }
        }
        let thick = 0.75 + 0.9 * noise.at(p[0] / 40.0, p[1] / 40.0);
        *colour = mix(*colour, LINE, 0.86 * smooth(thick + 0.7, thick - 0.3, line));
        *height = 0.8 * hairs + 0.5 * dabs;
    });
    sheet.light(0.24);
    sheet
}

impl Facet {
    /// Cuts an area of these corners until its pieces are small enough.
    fn cut(chance: &mut Chance, corners: &[Point], enough: f32) -> Self {
        if area(corners) < enough * chance.between(0.5, 2.2) {
            return Self::Whole {
                colour: lit(chance.of(&PALETTE), chance.near(1.0, 0.1)),
                shade: chance.between(0.25, 0.8),
                angle: chance.of(&[0.5, 1.05, 2.1, 2.6, 1.57]),
            };
        }
        // A few directions come again and again, across where the piece is long.
        let middle = times(corners.iter().fold([0.0; 2], |sum, corner| plus(sum, *corner)), 1.0 / corners.len() as f32);
        let width = |angle: &f32| {
            let offs = corners.iter().map(|corner| dot(*corner, towards(*angle)));
            offs.clone().fold(f32::MIN, f32::max) - offs.fold(f32::MAX, f32::min)
        };
        let angles = [chance.of(&ANGLES), chance.of(&ANGLES)];
        let angle = if width(&angles[0]) > width(&angles[1]) { angles[0] } else { angles[1] } + chance.near(0.0, 0.12);
        let normal = towards(angle);
        let at = middle.map(|n| chance.near(n, 0.12 * area(corners).sqrt()));
        let parts = [-1.0, 1.0].map(|side| Self::cut(chance, &half(corners, at, times(normal, side)), enough));
        Self::Cut { at, normal, drawn: chance.happens(0.6), parts: Box::new(parts) }
    }

    fn at(&self, p: Point) -> Seen {
        match self {
            Self::Whole { colour, shade, angle } => {
                Seen { colour: *colour, shade: *shade, angle: *angle, edge: f32::MAX, line: f32::MAX }
            }
            Self::Cut { at, normal, drawn, parts } => {
                let off = dot(minus(p, *at), *normal);
                let seen = parts[usize::from(off > 0.0)].at(p);
                let line = if *drawn { seen.line.min(off.abs()) } else { seen.line };
                // Only on one side of a cut lies its shadow.
                let edge = if off > 0.0 { seen.edge.min(off) } else { seen.edge };
                Seen { line, edge, ..seen }
            }
        }
    }
}

fn area(corners: &[Point]) -> f32 {
    let next = corners.iter().cycle().skip(1);
    corners.iter().zip(next).map(|(a, b)| a[0] * b[1] - a[1] * b[0]).sum::<f32>().abs() / 2.0
}

/// What of an area lies on the side of a line to which `normal` points.
fn half(corners: &[Point], at: Point, normal: Point) -> Vec<Point> {
    let off = |p: Point| dot(minus(p, at), normal);
    let mut kept = Vec::new();
    for (n, corner) in corners.iter().enumerate() {
        let next = corners[(n + 1) % corners.len()];
        let (here, there) = (off(*corner), off(next));
        if here >= 0.0 {
            kept.push(*corner);
        }
        if (here < 0.0) != (there < 0.0) {
            kept.push(plus(*corner, times(minus(next, *corner), here / (here - there))));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_halves_are_as_large_as_the_whole() {
        let corners = [[0.0, 0.0], [40.0, 5.0], [50.0, 30.0], [10.0, 45.0]];
        for angle in ANGLES {
            let parts = [1.0, -1.0].map(|side| area(&half(&corners, [22.0, 20.0], times(towards(angle), side))));
            assert!(parts.iter().all(|part| *part > 0.0), "{parts:?}");
            assert!((parts[0] + parts[1] - area(&corners)).abs() < 0.01, "{parts:?} of {}", area(&corners));
        }
    }
}
