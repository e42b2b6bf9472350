//! Ink on grey paper: mountains in mist, bamboo with a dry brush, a circle in one go, and a seal.

use crate::{
    chance::Chance,
    colour::{Colour, glaze, mix, rgb},
    noise::Noise,
    plane::{Point, plus, smooth, times, towards},
    sheet::{SIDE, Sheet},
    stroke::Stroke,
};

const PAPER: Colour = rgb(0xe9e2d0);
const INK: Colour = rgb(0x15171c);
const WASH: Colour = rgb(0x2a3340);
const SEAL: Colour = rgb(0xb5301f);

pub(crate) fn paint(seed: u64) -> Sheet {
    let mut chance = Chance::new(seed);
    let noise = Noise::new(seed);
    let mut sheet = Sheet::new(PAPER);
    sheet.everywhere(|p, colour, _| {
        let fibre = noise.cloud(p[0] / 9.0, p[1] / 1.6, 2) + noise.cloud(p[0] / 1.8, p[1] / 11.0 + 70.0, 2);
        let stain = noise.cloud(p[0] / 130.0, p[1] / 130.0, 3);
        *colour = glaze(PAPER, rgb(0xb9a67c), (0.1 + 0.05 * fibre + 0.14 * stain).max(0.0));
    });
    for (place, height) in [0.30, 0.40, 0.53, 0.74].into_iter().enumerate() {
        mountains(&mut sheet, noise, place as f32, height * SIDE);
    }
    circle(&mut sheet, &mut chance, noise);
    for stem in 0..4 {
        bamboo(&mut sheet, &mut chance, noise, stem);
    }
    splashes(&mut sheet, &mut chance, noise);
    seal(&mut sheet, noise);
    sheet
}

/// A ridge: ink at its edge that runs down and thins out into mist.
fn mountains(sheet: &mut Sheet, noise: Noise, place: f32, height: f32) {
    let own = place * 57.0;
    sheet.everywhere(|p, colour, _| {
        let ridge =
            height - 62.0 * noise.cloud(p[0] / 105.0 + own, own, 5) - 9.0 * noise.cloud(p[0] / 15.0, own, 3).abs();
        let deep = p[1] - ridge + 1.5 * noise.at(p[0] / 3.0, p[1] / 3.0);
        if deep < 0.0 {
            return;
        }
        let run = 1.0 + 0.7 * noise.cloud(p[0] / 17.0 + own, p[1] / 75.0, 4);
        let washed = (-deep / (36.0 * run.max(0.3))).exp();
        // Brushed down the slopes, rougher the nearer.
        let folds = noise.cloud((p[0] + 0.6 * deep) / 13.0, deep / 42.0 + own, 4);
        let dry = smooth(0.12, 0.42, folds) * smooth(90.0, 8.0, deep) * (0.2 + 0.15 * place);
        let rim = 0.35 * smooth(5.0, 0.5, deep);
        let grain = 0.10 * noise.at(p[0] / 1.5, p[1] / 1.5) * washed;
        let part = (0.24 + 0.19 * place) * washed + dry + rim * (0.3 + 0.2 * place) + grain;
        // Mist hides what is behind.
        *colour = mix(*colour, PAPER, 0.62 * smooth(8.0, 60.0, deep));
        *colour = glaze(*colour, if place > 1.5 { INK } else { WASH }, part.clamp(0.0, 0.97));
    });
}

fn brush(path: Vec<Point>, width: f32, dry: f32, cover: f32, pointed: bool) -> Stroke {
    Stroke { path, width, colour: INK, streaks: 0.5, dry, body: 0.0, cover, pointed }
}

fn circle(sheet: &mut Sheet, chance: &mut Chance, noise: Noise) {
    let middle = [SIDE * 0.70, SIDE * 0.27];
    let path = (0..76).map(|n| {
        let angle = 1.9 + n as f32 * 0.078;
        plus(middle, times(towards(angle), 58.0 + 2.2 * (n as f32 * 0.11).sin() + chance.near(0.0, 0.2)))
    });
    brush(path.collect(), 17.0, 0.66, 0.93, false).paint(sheet, noise, 3);
}

fn bamboo(sheet: &mut Sheet, chance: &mut Chance, noise: Noise, stem: usize) {
    let lean = chance.near(-1.45, 0.12);
    let mut foot = [22.0 + stem as f32 * 31.0 + chance.near(0.0, 6.0), SIDE + 8.0];
    let cover = [0.95, 0.55, 0.85, 0.4][stem];
    let width = chance.between(7.0, 12.0);
    for joint in 0..8 {
        let long = chance.near(52.0, 6.0);
        let way = towards(lean + 0.03 * joint as f32);
        let path = (0..12).map(|n| plus(foot, times(way, long * n as f32 / 11.0))).collect();
        brush(path, width, 0.42, cover, false).paint(sheet, noise, stem * 97 + joint);
        foot = plus(foot, times(way, long + 3.0));
        for leaf in 0..chance.of(&[1, 2, 3, 3]) {
            let angle = chance.of(&[0.5, 2.5, 0.9, 2.1, 0.1, 2.9]) + chance.near(0.0, 0.2);
            let long = chance.between(30.0, 56.0);
            let path = (0..12)
                .map(|n| {
                    let part = n as f32 / 11.0;
                    plus(foot, times(towards(angle + 0.35 * part), long * part))
                })
                .collect();
            let cover = (cover + chance.near(0.0, 0.2)).clamp(0.25, 1.0);
            brush(path, chance.between(6.0, 10.0), 0.12, cover, true).paint(sheet, noise, stem * 31 + joint * 7 + leaf);
        }
    }
}

fn splashes(sheet: &mut Sheet, chance: &mut Chance, noise: Noise) {
    for _ in 0..120 {
        let at = plus([SIDE * 0.62, SIDE * 0.66], [chance.near(0.0, 80.0), chance.near(0.0, 60.0)]);
        let size = 0.5 + 4.5 * chance.between(0.0, 1.0).powi(4);
        let dark = chance.between(0.3, 0.95);
        sheet.around(at, [size * 1.6; 2], |p, colour, _| {
            let far = crate::plane::distance(p, at) / size + 0.3 * noise.at(p[0] / 3.0, p[1] / 3.0);
            *colour = glaze(*colour, INK, dark * smooth(1.05, 0.8, far));
        });
    }
}

fn seal(sheet: &mut Sheet, noise: Noise) {
    let at = [SIDE * 0.90, SIDE * 0.88];
    sheet.around(at, [17.0, 17.0], |p, colour, _| {
        let [x, y] = [(p[0] - at[0]) / 15.0, (p[1] - at[1]) / 15.0];
        let worn = 0.2 * noise.at(p[0] / 2.0, p[1] / 2.0);
        let inside = smooth(1.0, 0.93, x.abs().max(y.abs()) + worn * 0.3);
        let frame = (x.abs().max(y.abs()) - 0.78).abs() < 0.07;
        let sign = x.abs() < 0.6
            && y.abs() < 0.6
            && ((x * 7.0 + (y * 4.0).floor() * 1.7).sin() > 0.25 || (y * 9.0).sin().abs() < 0.25);
        let printed = if frame || sign { 0.1 } else { 0.92 + worn };
        *colour = glaze(*colour, SEAL, inside * printed);
    });
}
