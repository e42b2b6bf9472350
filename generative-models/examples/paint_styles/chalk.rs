//! Pastel chalk on dark paper: strokes that only touch the tops of its grain.

use crate::{
    chance::Chance,
    colour::{Colour, lit, mix, ramp, rgb},
    noise::Noise,
    plane::{Point, distance, from_line, plus, smooth, times, towards, turned},
    sheet::{SIDE, Sheet},
};

const PAPER: Colour = rgb(0x26232e);
const FLOWERS: [[Colour; 3]; 5] = [
    [rgb(0xff6f59), rgb(0xffa98a), rgb(0xc23a4e)],
    [rgb(0xffc145), rgb(0xffe49a), rgb(0xe07f2a)],
    [rgb(0xf27ab0), rgb(0xffc4dc), rgb(0xa83a86)],
    [rgb(0x7ad0e0), rgb(0xd0f2ee), rgb(0x3a7ac4)],
    [rgb(0xc9a2f0), rgb(0xeedcff), rgb(0x6a4ab8)],
];
const LEAVES: [Colour; 4] = [rgb(0x1f6a5e), rgb(0x3f9a72), rgb(0x9ad08a), rgb(0x2a5a8a)];

struct Flower {
    at: Point,
    reach: f32,
    petals: f32,
    turn: f32,
    colours: [Colour; 3],
}

pub(crate) fn paint(seed: u64) -> Sheet {
    let mut chance = Chance::new(seed);
    let noise = Noise::new(seed);
    let mut sheet = Sheet::new(PAPER);
    sheet.everywhere(|p, colour, height| {
        // Laid paper: fine lines, and a grain.
        let laid = 0.10 * (p[1] * 1.9 + 0.4 * noise.at(p[0] / 9.0, p[1])).sin();
        // Turned, so that no rows show.
        let [u, v] = turned(p, 0.52);
        *height = noise.cloud(u / 1.9, v / 1.9, 2) + 0.6 * noise.at(v / 4.1 + 50.0, u / 4.1) + laid;
        *colour = lit(PAPER, 1.0 + 0.12 * *height);
    });
    let flowers = flowers(&mut chance);
    for (strokes, width, long, press) in [(900, 12.0, 46.0, 0.46), (2200, 5.5, 28.0, 0.52), (1900, 2.8, 19.0, 0.66)] {
        for _ in 0..strokes {
            let at = chance.place(6.0);
            let (colour, angle) = drawn(&flowers, noise, &mut chance, at);
            let way = times(towards(angle + chance.near(0.0, 0.2)), chance.near(long, long * 0.3) / 2.0);
            let tone = lit(colour, chance.near(1.0, 0.1));
            line(&mut sheet, plus(at, times(way, -1.0)), plus(at, way), chance.near(width, width * 0.2), tone, press);
        }
    }
    sheet
}

fn flowers(chance: &mut Chance) -> Vec<Flower> {
    let mut flowers: Vec<Flower> = Vec::new();
    for tries in 0..4000 {
        let reach = chance.between(20.0, if tries < 60 { 76.0 } else { 34.0 });
        let at = chance.place(10.0);
        if flowers.iter().all(|other| distance(other.at, at) > 0.9 * (other.reach + reach)) {
            let colours = chance.of(&FLOWERS);
            let petals = chance.of(&[5.0, 6.0, 7.0, 8.0, 11.0]);
            flowers.push(Flower { at, reach, petals, turn: chance.between(0.0, 6.0), colours });
        }
    }
    flowers
}

/// The colour at a place, and the way the chalk goes there.
fn drawn(flowers: &[Flower], noise: Noise, chance: &mut Chance, p: Point) -> (Colour, f32) {
    for flower in flowers {
        let far = distance(p, flower.at) / flower.reach;
        let round = (p[1] - flower.at[1]).atan2(p[0] - flower.at[0]);
        let petal = (round * flower.petals / 2.0 + flower.turn).cos().abs();
        if far < 0.26 {
            let heart = ramp(&[flower.colours[2], rgb(0xffd86a), rgb(0x5a2a2a)], far * 3.4 + chance.near(0.0, 0.2));
            return (heart, round + 1.57);
        }
        if far < 0.55 + 0.45 * petal {
            let tone = 1.1 * far - 0.75 * (1.0 - petal) + chance.near(0.0, 0.14);
            let [body, light, dark] = flower.colours;
            return (ramp(&[dark, body, body, light], tone), round + 0.5 * (1.0 - petal));
        }
    }
    let field = noise.cloud(p[0] / 60.0, p[1] / 60.0, 3);
    let leaf = ramp(&LEAVES, 0.5 + 0.8 * field + chance.near(0.0, 0.16));
    let quarter = ((field * 4.0).floor() * 0.9).rem_euclid(std::f32::consts::PI);
    (if chance.happens(0.06) { rgb(0xf2d8b0) } else { leaf }, quarter)
}

/// Chalk holds where the paper is higher than the pressure is low.
fn line(sheet: &mut Sheet, from: Point, to: Point, width: f32, colour: Colour, press: f32) {
    let reach = [0, 1].map(|n| (to[n] - from[n]).abs() / 2.0 + width);
    sheet.around(times(plus(from, to), 0.5), reach, |p, under, height| {
        let off = from_line(p, from, to) / (width / 2.0);
        if off < 1.15 && p.iter().all(|n| (-1.0..SIDE + 1.0).contains(n)) {
            let pressed = press * (1.0 - 0.5 * off * off);
            let holds = smooth(0.5, -0.4, 0.55 - pressed * 1.6 - 0.5 * *height);
            *under = mix(*under, colour, 0.9 * holds * smooth(1.15, 0.85, off));
        }
    });
}
