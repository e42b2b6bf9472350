//! Stained glass: a rose of leaded panes with the light behind it.

use crate::{
    chance::Chance,
    colour::{Colour, lit, mix, rgb},
    noise::Noise,
    plane::{Point, distance, dot, length, minus, plus, smooth, times, towards, turned},
    sheet::{SIDE, Sheet},
};

const LEAD: Colour = rgb(0x14131a);
/// From the middle of the rose outwards; each ring takes turns with two.
const RINGS: [[Colour; 3]; 6] = [
    [rgb(0xffd23a), rgb(0xff9d1e), rgb(0xffe98a)],
    [rgb(0xc4122e), rgb(0xe8452c), rgb(0x8e0f3a)],
    [rgb(0x1638a8), rgb(0x1f6fd0), rgb(0x3a1d8c)],
    [rgb(0x0d8a5c), rgb(0xf2b52a), rgb(0x12a0a0)],
    [rgb(0x7a1fa0), rgb(0xc4122e), rgb(0x2a2f9c)],
    [rgb(0x174fb5), rgb(0x0f7f96), rgb(0xd98a1c)],
];

struct Pane {
    at: Point,
    glass: Colour,
    /// The way its streaks run.
    angle: f32,
}

pub(crate) fn paint(seed: u64) -> Sheet {
    let mut chance = Chance::new(seed);
    let noise = Noise::new(seed);
    let middle = [SIDE * 0.46, SIDE * 0.52];
    let panes = panes(&mut chance, middle);
    let mut sheet = Sheet::new(LEAD);
    sheet.everywhere(|p, colour, height| {
        let (pane, edge) = nearest(&panes, p);
        let lead = 1.75 + 0.5 * noise.at(p[0] / 14.0, p[1] / 14.0);
        let streak = turned(p, pane.angle);
        let swirl = noise.cloud(streak[0] / 46.0, streak[1] / 7.0, 3);
        let clouds = noise.cloud(p[0] / 22.0 + 90.0, p[1] / 22.0, 3);
        // Brighter in the middle of a pane, and towards the middle of the rose.
        let glow = 0.62 + 0.5 * smooth(0.0, 13.0, edge) + 0.28 * smooth(SIDE * 0.5, 0.0, distance(p, middle));
        let seeds = smooth(0.62, 0.8, noise.at(p[0] / 3.0, p[1] / 3.0 + 300.0));
        let mut glass = lit(pane.glass, glow * (1.0 + 0.3 * swirl + 0.22 * clouds));
        glass = mix(glass, rgb(0xfff4d8), 0.20 * smooth(0.2, 0.9, swirl + 0.5 * clouds) + 0.35 * seeds);
        let covered = smooth(lead + 0.6, lead - 0.3, edge);
        *colour = mix(glass, lit(LEAD, 1.0 + 0.5 * noise.at(p[0] / 2.0, p[1] / 2.0)), covered);
        *height =
            1.6 * covered * (1.0 - (edge / lead).min(1.0).powi(2)).max(0.0).sqrt() + 0.25 * swirl * (1.0 - covered);
    });
    sheet.light(0.45);
    sheet
}

fn panes(chance: &mut Chance, middle: Point) -> Vec<Pane> {
    let mut panes = vec![Pane { at: middle, glass: RINGS[0][2], angle: 0.4 }];
    for (ring, colours) in RINGS.iter().enumerate() {
        for part in 0..2 {
            let radius = 22.0 + 44.0 * ring as f32 + 21.0 * part as f32;
            let count = [6, 12, 12, 24, 24, 36, 36, 48, 48, 48, 60, 60][ring * 2 + part];
            for n in 0..count {
                let angle = std::f32::consts::TAU * (n as f32 + 0.5 * part as f32) / count as f32;
                let at = plus(middle, times(towards(angle + chance.near(0.0, 0.02)), chance.near(radius, 2.2)));
                let glass =
                    if chance.happens(0.12) { chance.of(colours) } else { colours[(n + part) % 2 + part * (n % 2)] };
                panes.push(Pane {
                    at,
                    glass: lit(glass, chance.near(1.0, 0.14)),
                    angle: angle + chance.near(0.0, 0.7),
                });
            }
        }
    }
    panes
}

/// The pane a point is in, and how far the next one is.
fn nearest(panes: &[Pane], p: Point) -> (&Pane, f32) {
    let far = |pane: &Pane| {
        let from = minus(pane.at, p);
        dot(from, from)
    };
    let own = panes.iter().min_by(|a, b| far(a).total_cmp(&far(b))).expect("there are panes");
    let border = |other: &Pane| {
        let way = minus(other.at, own.at);
        dot(minus(times(plus(own.at, other.at), 0.5), p), way) / length(way).max(1e-6)
    };
    let edge = panes.iter().filter(|other| other.at != own.at).map(border).fold(f32::MAX, f32::min);
    (own, edge)
}
