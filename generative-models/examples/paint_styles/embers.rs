//! Slabs of hot colour, laid on with a palette knife.

use crate::{
    chance::Chance,
    colour::{Colour, lit, mix, ramp, rgb},
    noise::Noise,
    plane::{Point, minus, smooth, turned},
    sheet::{SIDE, Sheet},
};

const HEAT: [Colour; 8] = [
    rgb(0x1e0a18),
    rgb(0x5a0f24),
    rgb(0xa3162a),
    rgb(0xdc2f1e),
    rgb(0xf2641c),
    rgb(0xf99b1f),
    rgb(0xfcd04a),
    rgb(0xfff2c0),
];
/// What keeps the heat hot.
const COLD: [Colour; 3] = [rgb(0x17506a), rgb(0x1f8a96), rgb(0x3a2a7a)];

pub(crate) fn paint(seed: u64) -> Sheet {
    let mut chance = Chance::new(seed);
    let noise = Noise::new(seed);
    let mut sheet = Sheet::new(HEAT[1]);
    for (slabs, long, wide) in [(420, 66.0, 34.0), (900, 40.0, 19.0), (1100, 24.0, 9.0), (500, 30.0, 3.2)] {
        for number in 0..slabs {
            let at = chance.place(20.0);
            let heat = heat(noise, at) + chance.near(0.0, 0.10);
            let cold = chance.happens(0.05 + 0.12 * smooth(0.4, 0.1, heat));
            let first = if cold { chance.of(&COLD) } else { ramp(&HEAT, heat) };
            let second = ramp(&HEAT, heat + chance.near(0.06, 0.14));
            let angle =
                chance.near(2.6 * noise.at(at[0] / 120.0, at[1] / 120.0 + 30.0), 0.35) + chance.of(&[0.0, 0.0, 1.57]);
            let size = [chance.near(long, long * 0.25) / 2.0, chance.near(wide, wide * 0.25) / 2.0];
            slab(&mut sheet, noise, number as f32, at, size, angle, [first, second]);
        }
    }
    sheet.light(0.42);
    sheet
}

/// Flames from below, and sparks.
fn heat(noise: Noise, p: Point) -> f32 {
    let [x, y] = p.map(|n| n / SIDE);
    let tongues = noise.cloud(x * 3.4 + 0.7 * noise.at(y * 3.0, 7.0), y * 1.6, 3);
    0.16 + 0.5 * y + 0.62 * tongues + 0.25 * noise.at(x * 8.0, y * 8.0)
}

/// Paint is drawn from one end to the other: two colours that were on the knife, scraped, with a ridge where it stops.
fn slab(sheet: &mut Sheet, noise: Noise, own: f32, at: Point, size: Point, angle: f32, colours: [Colour; 2]) {
    let reach = size[0] + size[1];
    sheet.around(at, [reach; 2], |p, under, height| {
        let [along, aside] = turned(minus(p, at), angle);
        let (u, v) = (along / size[0], aside / size[1]);
        let torn = 0.16 * noise.cloud(p[0] / 7.0, p[1] / 7.0 + own, 3);
        let inside = smooth(1.0, 0.9, v.abs() + 0.6 * torn) * smooth(1.0, 0.92, u.abs() + torn);
        if inside <= 0.0 {
            return;
        }
        let scraped = noise.at(aside / 1.3 + own * 3.1, along / 42.0) + 0.7 * noise.at(aside / 3.4, along / 60.0 + own);
        // Towards its end the paint gives out.
        let left = smooth(-0.25, 0.25, 0.95 - smooth(-0.2, 1.0, u) + 0.7 * scraped);
        let cover = inside * left;
        let tone = mix(colours[0], colours[1], smooth(-0.5, 0.6, scraped + 0.5 * v));
        *under = mix(*under, lit(tone, 1.0 + 0.09 * scraped), cover);
        let ridge = 1.0 + 0.45 * scraped + 1.5 * smooth(0.72, 0.9, v.abs()) + 1.2 * smooth(0.8, 0.95, -u);
        *height += cover * (ridge - 0.6 * *height);
    });
}
