//! Oil, thick, in short strokes that run around whirls: a night sky that does not keep still.

use crate::{
    chance::Chance,
    colour::{Colour, lit, mix, ramp, rgb},
    noise::Noise,
    plane::{Point, across, distance, minus, plus, smooth, times, towards, unit},
    sheet::{SIDE, Sheet},
    stroke::{Stroke, follow},
};

const NIGHT: [Colour; 6] = [rgb(0x0d1742), rgb(0x14307a), rgb(0x2056a8), rgb(0x3a86c8), rgb(0x86bfd6), rgb(0xd9e3c0)];
const LIGHT: [Colour; 4] = [rgb(0xfff3b0), rgb(0xf7cf46), rgb(0xe39a26), rgb(0x7f9a5a)];

struct Whirl {
    centre: Point,
    reach: f32,
    sign: f32,
    /// Whether there is a light in it.
    lamp: bool,
}

pub(crate) fn paint(seed: u64) -> Sheet {
    let mut chance = Chance::new(seed);
    let noise = Noise::new(seed);
    let whirls = whirls(&mut chance);
    let mut sheet = Sheet::new(NIGHT[1]);
    let mut number = 0;
    for (strokes, width, length) in [(1500, 11.0, 70.0), (2600, 7.0, 46.0), (3400, 4.6, 30.0)] {
        for _ in 0..strokes {
            let start = chance.place(12.0);
            let tone = colour(&whirls, noise, start, &mut chance);
            let stroke = Stroke {
                path: follow(start, chance.near(length, length * 0.3).max(8.0), |p| flow(&whirls, noise, p)),
                width: chance.near(width, width * 0.2),
                colour: lit(tone, chance.near(1.0, 0.14)),
                streaks: 0.16,
                dry: 0.25,
                body: 1.5,
                cover: 1.0,
                pointed: false,
            };
            stroke.paint(&mut sheet, noise, number);
            number += 1;
        }
    }
    sheet.light(0.55);
    sheet
}

/// Lights, and between them whirls of wind.
fn whirls(chance: &mut Chance) -> Vec<Whirl> {
    let mut whirls: Vec<Whirl> = Vec::new();
    while whirls.len() < 15 {
        let large = whirls.len() < 4;
        let reach = if large { chance.between(58.0, 84.0) } else { chance.between(24.0, 40.0) };
        let centre = chance.place(-8.0);
        if whirls.iter().all(|other| distance(other.centre, centre) > 0.72 * (other.reach + reach)) {
            let sign = if chance.happens(0.5) { 1.0 } else { -1.0 };
            whirls.push(Whirl { centre, reach, sign, lamp: !large || whirls.len() == 1 });
        }
    }
    whirls
}

/// The wind goes up and down from left to right, and around the whirls.
fn flow(whirls: &[Whirl], noise: Noise, p: Point) -> Point {
    let mut way = towards(0.9 * noise.at(p[0] / 90.0, p[1] / 90.0) + 0.5 * (p[0] / SIDE * 7.0).sin());
    for whirl in whirls {
        let from = minus(p, whirl.centre);
        let near = 4.0 * smooth(1.25, 0.55, distance(p, whirl.centre) / whirl.reach);
        // A little inwards: a spiral.
        let round = plus(times(across(unit(from)), whirl.sign), times(unit(from), -0.16));
        way = plus(way, times(round, near));
    }
    way
}

fn colour(whirls: &[Whirl], noise: Noise, p: Point, chance: &mut Chance) -> Colour {
    let wave = noise.cloud(p[0] / 120.0, p[1] / 60.0, 3);
    let mut tone = ramp(&NIGHT[..5], 0.36 + 0.42 * wave + chance.near(0.0, 0.09));
    for whirl in whirls {
        let far = distance(p, whirl.centre) / whirl.reach;
        if far > 1.15 {
            continue;
        }
        let rings = 0.5 + 0.5 * (far * if whirl.lamp { 15.0 } else { 20.0 } + wave).sin();
        tone = if whirl.lamp {
            let glow = ramp(&LIGHT, far * 1.15 + chance.near(0.0, 0.1));
            mix(glow, tone, smooth(0.45, 1.05, far + 0.25 * (rings - 0.5)))
        } else {
            mix(ramp(&NIGHT, 0.15 + 0.8 * rings + chance.near(0.0, 0.07)), tone, smooth(0.7, 1.1, far))
        };
    }
    tone
}
