//! Dots of pure colour, next to each other: a shore in the evening, mixed only by the eye.

use crate::{
    chance::Chance,
    colour::{Colour, lit, mix, ramp, rgb},
    noise::Noise,
    plane::{Point, distance, smooth},
    sheet::{SIDE, Sheet},
};

/// What there is in the box; nothing is mixed.
const PIGMENTS: [Colour; 12] = [
    rgb(0xf6e04a),
    rgb(0xf29a2e),
    rgb(0xe2502c),
    rgb(0xd02f6a),
    rgb(0x7d3a9c),
    rgb(0x3440a8),
    rgb(0x2f7fd0),
    rgb(0x2aa8a8),
    rgb(0x3c9a48),
    rgb(0x9cc24a),
    rgb(0xfbf2d8),
    rgb(0xf2b8b0),
];

pub(crate) fn paint(seed: u64) -> Sheet {
    let mut chance = Chance::new(seed);
    let noise = Noise::new(seed);
    let mut sheet = Sheet::new(rgb(0xe9dcc0));
    for (pitch, size, cover) in [(9.0, 6.5, 0.85), (6.4, 3.9, 0.95), (5.6, 3.1, 1.0)] {
        let rows = (SIDE / pitch) as i32 + 2;
        for n in 0..rows * rows {
            let at = [n % rows, n / rows].map(|n| chance.near(n as f32 * pitch, pitch * 0.45));
            let seen = view(noise, at);
            let aside = std::array::from_fn(|c| seen[c] + chance.near(0.0, 0.17) * [1.0, 0.7, 1.1][c]);
            let dot = if chance.happens(0.07) { pure(seen.map(|c| 1.0 - c)) } else { pure(aside) };
            let dot = lit(mix(dot, seen, 0.16), chance.near(1.0, 0.07));
            dab(&mut sheet, noise, at, chance.near(size, size * 0.18), dot, cover);
        }
    }
    sheet.light(0.2);
    sheet
}

/// The pigment that is nearest.
fn pure(seen: Colour) -> Colour {
    let far = |a: &Colour| (0..3).map(|c| (a[c] - seen[c]).powi(2) * [0.9, 1.2, 0.7][c]).sum::<f32>();
    PIGMENTS.into_iter().min_by(|a, b| far(a).total_cmp(&far(b))).expect("there are pigments")
}

fn dab(sheet: &mut Sheet, noise: Noise, at: Point, size: f32, colour: Colour, cover: f32) {
    sheet.around(at, [size * 1.3; 2], |p, under, height| {
        let far = distance(p, at) / size + 0.16 * noise.at(p[0] / 1.6, p[1] / 1.6);
        let part = cover * smooth(1.0, 0.72, far);
        *under = mix(*under, lit(colour, 1.0 + 0.1 * noise.at(p[0] / 1.2, p[1] / 1.2)), part);
        *height += part * (1.3 * (1.0 - far * far).max(0.0).sqrt() + 0.2 - 0.6 * *height);
    });
}

/// Sky, hills, water with the sun in it, a bank and a tree.
fn view(noise: Noise, p: Point) -> Colour {
    let [x, y] = p.map(|n| n / SIDE);
    let cloud = noise.cloud(x * 3.0, y * 8.0, 3);
    let sun = distance([x, y], [0.62, 0.3]);
    let mut seen = ramp(&[rgb(0x4b6fc4), rgb(0x8ea6dc), rgb(0xf3b4b0), rgb(0xf8d27a)], y / 0.44 + 0.22 * cloud);
    seen = mix(rgb(0xfff0a8), seen, smooth(0.04, 0.3, sun));
    let hill = 0.40 + 0.045 * noise.cloud(x * 3.2, 5.0, 3);
    if y > hill {
        seen = ramp(&[rgb(0x5a57ae), rgb(0x8a5aa4), rgb(0x4f8a8a)], (y - hill) * 9.0 + 0.3 * cloud);
    }
    if y > 0.47 {
        let ripple = noise.at(x * 7.0, y * 46.0);
        seen = ramp(&[rgb(0xe9a28c), rgb(0x6c9fd6), rgb(0x2f63b4), rgb(0x2a3f92)], (y - 0.45) * 2.0 + 0.28 * ripple);
        let path = smooth(0.13, 0.0, (x - 0.62 + 0.07 * ripple).abs());
        seen = mix(seen, rgb(0xfbd65c), 0.85 * path * smooth(0.2, -0.4, -ripple));
    }
    let bank = 0.80 - 0.16 * x + 0.03 * noise.cloud(x * 5.0, 9.0, 3) + 0.3 * smooth(0.55, 1.0, x);
    if y > bank {
        let grass = noise.cloud(x * 12.0, y * 9.0, 2);
        seen = ramp(&[rgb(0x2c6e3e), rgb(0x63a23e), rgb(0xd9c04a), rgb(0xe07a3a)], 0.42 + 0.6 * grass);
    }
    let trunk = (x - 0.2 - 0.05 * (y * 7.0).sin()).abs();
    if trunk < 0.018 + 0.03 * smooth(0.6, 0.95, y) && y > 0.25 && y < 0.86 {
        seen = rgb(0x4a2a58);
    }
    let crown = distance([x, y * 1.15], [0.2, 0.24]) + 0.16 * noise.cloud(x * 7.0, y * 7.0, 3);
    if crown < 0.2 {
        seen = ramp(
            &[rgb(0xc8d24a), rgb(0x4a9a48), rgb(0x2b5f74)],
            0.5 + 0.7 * noise.cloud(x * 9.0, y * 9.0 + 3.0, 2) + (y - 0.2) * 1.4,
        );
    }
    seen
}
