//! A woodcut in black and vermilion: sun, hills and water, cut line by line.

use crate::{
    chance::Chance,
    colour::{Colour, mix, rgb},
    noise::Noise,
    plane::{Point, distance, length, minus, smooth, turned},
    sheet::{SIDE, Sheet},
};

const PAPER: Colour = rgb(0xefe0bd);
const INK: Colour = rgb(0x17130f);
const RED: Colour = rgb(0xc8371e);

/// Where lines lie: across them, along them; how dark they make it (0–1), and in what colour.
struct Cut {
    across: f32,
    along: f32,
    tone: f32,
    /// What the block under the black one has printed there.
    under: Colour,
    /// How far the nearest outline is.
    edge: f32,
}

struct Hill {
    height: f32,
    waves: [(f32, f32, f32); 3],
    angle: f32,
    pitch: f32,
}

pub(crate) fn paint(seed: u64) -> Sheet {
    let mut chance = Chance::new(seed);
    let noise = Noise::new(seed);
    let hills: Vec<Hill> = [(0.50, 0.35, 4.6), (0.60, -0.5, 5.6), (0.72, 0.9, 5.0)]
        .map(|(height, angle, pitch)| Hill {
            height: height * SIDE,
            waves: [(60.0, 30.0), (24.0, 9.0), (9.0, 3.0)].map(|(wide, high)| {
                (chance.near(wide, wide * 0.2), chance.near(high, high * 0.2), chance.between(0.0, 6.0))
            }),
            angle,
            pitch,
        })
        .into();
    let sun = [SIDE * 0.64, SIDE * 0.24];
    let mut sheet = Sheet::new(PAPER);
    sheet.everywhere(|p, colour, _| {
        let bent =
            [p[0] + 2.2 * noise.at(p[0] / 28.0, p[1] / 28.0), p[1] + 2.2 * noise.at(p[1] / 28.0, p[0] / 28.0 + 50.0)];
        let cut = cut(&hills, sun, noise, bent);
        // The red block is printed a little beside the black one.
        *colour = mix(PAPER, cut.under, 0.93 - 0.3 * smooth(0.1, 0.6, noise.at(p[0] / 3.0, p[1] / 3.0)));
        let line = (cut.across.rem_euclid(1.0) - 0.5).abs() * 2.0;
        let row = cut.across.floor();
        let breath = 0.20 * noise.at(row * 3.7, cut.along / 26.0) + 0.09 * noise.at(row * 9.1, cut.along / 5.0);
        let tone = cut.tone + breath;
        // Where it is nearly white or black, lines end.
        let printed = smooth(tone - 0.09, tone + 0.09, line);
        let ink = (1.0 - printed).max(smooth(2.3, 1.5, cut.edge))
            * f32::from(u8::from(tone > 0.08)).max(smooth(2.3, 1.5, cut.edge));
        let grain =
            0.94 - 0.5 * smooth(0.25, 0.75, noise.at(p[0] / 2.2, p[1] / 14.0) + 0.4 * noise.at(p[0] / 1.1, p[1] / 1.1));
        *colour = mix(*colour, INK, ink * grain);
    });
    sheet
}

fn cut(hills: &[Hill], sun: Point, noise: Noise, p: Point) -> Cut {
    let mut above = f32::MAX;
    for (place, hill) in hills.iter().enumerate().rev() {
        let top =
            hill.height + hill.waves.iter().map(|(wide, high, phase)| high * (p[0] / wide + phase).sin()).sum::<f32>();
        let deep = p[1] - top;
        if deep > 0.0 {
            return slope(hill, place, noise, p, deep, above.min(deep));
        }
        above = above.min(-deep);
    }
    sky(sun, noise, p, above)
}

/// A hill, or the water in front of it all.
fn slope(hill: &Hill, place: usize, noise: Noise, p: Point, deep: f32, edge: f32) -> Cut {
    if place == 2 {
        let wave = 5.0 * (p[0] / 17.0 + 2.0 * noise.at(p[1] / 20.0, p[0] / 60.0)).sin();
        let glint = smooth(0.15, 0.5, noise.at(p[0] / 60.0, p[1] / 14.0));
        return Cut {
            across: (p[1] + wave) / 6.4,
            along: p[0],
            tone: 0.72 - 0.55 * glint,
            under: if glint > 0.5 { RED } else { PAPER },
            edge,
        };
    }
    let [along, across] = turned(p, hill.angle + 0.6 * noise.at(p[0] / 90.0, place as f32 * 9.0));
    let field = noise.at(p[0] / 46.0, p[1] / 30.0 + place as f32 * 31.0);
    let crossed = field > 0.28;
    let (along, across) = if crossed { (across, along) } else { (along, across) };
    Cut {
        across: across / hill.pitch,
        along,
        tone: (0.18 + deep / 120.0 + 0.35 * field).clamp(0.14, 0.86),
        under: if place == 1 && field < -0.15 { RED } else { PAPER },
        edge: edge.min(40.0 * (field - 0.28).abs()),
    }
}

/// Rays around a red sun with rings, and clouds that are cut along their form.
fn sky(sun: Point, noise: Noise, p: Point, edge: f32) -> Cut {
    let from = minus(p, sun);
    let far = length(from);
    let round = from[1].atan2(from[0]);
    let radius = SIDE * 0.13;
    if far < radius {
        let lower = smooth(-0.6, 1.0, from[1] / radius);
        let edge = edge.min(radius - far);
        return Cut {
            across: (p[1] + 3.0 * (p[0] / 14.0).sin()) / 5.2,
            along: p[0],
            tone: 0.05 + 0.5 * lower,
            under: RED,
            edge,
        };
    }
    let cloud = noise.cloud(p[0] / 95.0, p[1] / 38.0, 3);
    if cloud > 0.24 {
        let edge = edge.min((cloud - 0.24) * 34.0);
        let rows = distance(p, [sun[0] - 260.0, -40.0]);
        return Cut { across: rows / 5.0, along: p[0], tone: 0.62 - 1.1 * (cloud - 0.24), under: PAPER, edge };
    }
    Cut {
        // Between rays more rays begin, the further out.
        across: round / std::f32::consts::TAU * if far > SIDE * 0.34 { 132.0 } else { 66.0 },
        along: far,
        tone: 0.2 + 0.5 * smooth(radius, SIDE * 0.75, far) + 0.1 * (far / 9.0).sin(),
        under: if far < radius * 1.45 { RED } else { PAPER },
        edge: edge.min(far - radius),
    }
}
