//! Watercolour: washes that run into each other, with hard edges where they dried, and grain.

use crate::{
    chance::Chance,
    colour::{Colour, glaze, mix, rgb},
    noise::Noise,
    plane::{Point, length, minus, smooth, turned},
    sheet::Sheet,
};

const PAPER: Colour = rgb(0xfaf5ea);
const PIGMENTS: [Colour; 8] = [
    rgb(0xf7c63c),
    rgb(0xf28a3c),
    rgb(0xe5486c),
    rgb(0xb04aa8),
    rgb(0x5b58c0),
    rgb(0x1f7fd0),
    rgb(0x12a3b4),
    rgb(0x3fb58a),
];

struct Wash {
    centre: Point,
    reach: Point,
    angle: f32,
    pigment: Colour,
    /// What runs into it.
    second: Colour,
    strength: f32,
    /// How soft its edge is: it was painted into a wet sheet.
    wet: f32,
}

pub(crate) fn paint(seed: u64) -> Sheet {
    let mut chance = Chance::new(seed);
    let mut sheet = Sheet::new(PAPER);
    let paper = Noise::new(seed ^ 1);
    sheet.everywhere(|p, _, height| {
        *height = 0.35 * paper.cloud(p[0] / 3.4, p[1] / 3.4, 2);
    });
    for (count, least, most, wet) in
        [(10, 60.0, 110.0, 0.5), (20, 26.0, 60.0, 0.12), (46, 6.0, 18.0, 0.05), (170, 1.0, 4.0, 0.05)]
    {
        for _ in 0..count {
            let centre = chance.place(10.0);
            let size = chance.between(least, most);
            let pigment = pigment(&mut chance, centre);
            let wash = Wash {
                centre,
                reach: [size, size * chance.between(0.4, 1.0)],
                angle: chance.between(0.0, 3.2),
                pigment,
                second: if chance.happens(0.12) { chance.of(&PIGMENTS) } else { pigment },
                strength: chance.between(0.4, 0.95),
                wet: wet * chance.between(0.4, 1.6),
            };
            wash.paint(&mut sheet, Noise::new(seed ^ (chance.between(0.0, 1e6) as u64)), paper);
        }
    }
    sheet.light(0.10);
    sheet
}

/// Pigments keep to their part of the sheet, mostly.
fn pigment(chance: &mut Chance, at: Point) -> Colour {
    let field = Noise::new(77).cloud(at[0] / 150.0, at[1] / 150.0, 2) + chance.near(0.0, 0.07);
    let place = ((field * 0.9 + 0.5) * PIGMENTS.len() as f32).clamp(0.0, PIGMENTS.len() as f32 - 1.0);
    PIGMENTS[place as usize]
}

impl Wash {
    fn paint(&self, sheet: &mut Sheet, noise: Noise, paper: Noise) {
        let most = self.reach[0].max(self.reach[1]) * 1.7;
        let size = self.reach[0];
        sheet.around(self.centre, [most; 2], |p, colour, height| {
            let from = turned(minus(p, self.centre), self.angle);
            let ragged = 0.42 * noise.cloud(p[0] / size * 1.3, p[1] / size * 1.3, 5);
            let far = length([from[0] / self.reach[0], from[1] / self.reach[1]]) + ragged;
            let hard = 2.2 / size;
            let body = smooth(1.0 + self.wet, 1.0 - self.wet - hard, far);
            if body <= 0.0 {
                return;
            }
            // Pigment is carried to the edge, and pushed away by a drop that fell in later.
            let rim = (1.0 - self.wet).max(0.0) * smooth(1.0 - 5.0 * hard - 0.06, 1.0 - hard, far);
            let backrun = noise.cloud(p[0] / size * 2.1 + 40.0, p[1] / size * 2.1, 4);
            let bloom = smooth(0.1, 0.16, backrun) * 0.34 - 0.4 * smooth(0.11, 0.05, (backrun - 0.1).abs());
            // It settles in the hollows of the paper.
            let grain = -0.55 * (*height) - 0.09 * paper.at(p[0] / 1.6, p[1] / 1.6);
            let run = smooth(-0.35, 0.45, noise.at(p[0] / size + 9.0, p[1] / size) + 0.4 * from[0] / self.reach[0]);
            let part = self.strength * (0.55 + 0.65 * rim - bloom.min(0.4) + grain + 0.22 * backrun);
            *colour = glaze(*colour, mix(self.pigment, self.second, run), (body * part).clamp(0.0, 1.0));
        });
    }
}
