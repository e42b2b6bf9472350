//! Circles, wedges, lines and chequers on a warm ground: a composition that hangs in the air.

use crate::{
    chance::Chance,
    colour::{Colour, glaze, lit, mix, rgb},
    noise::Noise,
    plane::{Point, distance, dot, length, minus, plus, smooth, times, towards, turned},
    sheet::Sheet,
};

const GROUND: Colour = rgb(0xeadfc6);
const BLACK: Colour = rgb(0x1a1a1f);
const PAINTS: [Colour; 8] = [
    rgb(0xd8342b),
    rgb(0xf0b429),
    rgb(0x1f4fa3),
    rgb(0xf4ead2),
    rgb(0x2f8f83),
    rgb(0xe88aa0),
    rgb(0x7a4a9c),
    rgb(0xe8772e),
];

/// A form, in a frame of its own where it is about one unit large.
#[derive(Clone, Copy)]
enum Form {
    Disc,
    /// Circles around each other.
    Target,
    Ring,
    Half,
    Wedge,
    Bar,
    Chequer,
    /// Lines side by side.
    Stave,
    Wave,
    Arc,
}

struct Piece {
    form: Form,
    at: Point,
    size: f32,
    angle: f32,
    paints: [Colour; 3],
    /// Whether what is beneath shows through.
    clear: bool,
}

pub(crate) fn paint(seed: u64) -> Sheet {
    let mut chance = Chance::new(seed);
    let noise = Noise::new(seed);
    let mut sheet = Sheet::new(GROUND);
    sheet.everywhere(|p, colour, height| {
        let brushed = noise.cloud(p[0] / 26.0, p[1] / 3.2, 3) + noise.cloud(p[0] / 3.4, p[1] / 30.0 + 80.0, 3);
        let cloud = noise.cloud(p[0] / 110.0, p[1] / 110.0 + 30.0, 2);
        *colour = mix(lit(GROUND, 1.0 + 0.04 * brushed), rgb(0xd9a86a), (0.18 + 0.36 * cloud).max(0.0));
        *height = 0.4 * brushed;
    });
    for piece in pieces(&mut chance) {
        piece.paint(&mut sheet, noise);
    }
    sheet.light(0.18);
    sheet
}

/// Large ones first, then ever smaller ones, most along two diagonals.
fn pieces(chance: &mut Chance) -> Vec<Piece> {
    use Form::{Arc, Bar, Chequer, Disc, Half, Ring, Stave, Target, Wave, Wedge};
    let mut pieces = Vec::new();
    let groups: [(usize, f32, f32, &[Form]); 4] = [
        (7, 60.0, 95.0, &[Target, Wedge, Disc, Half, Wedge, Ring]),
        (20, 34.0, 60.0, &[Target, Wedge, Half, Chequer, Stave, Arc, Disc, Wave]),
        (30, 16.0, 34.0, &[Disc, Ring, Chequer, Stave, Wave, Arc, Wedge, Target, Half]),
        (40, 6.0, 16.0, &[Disc, Ring, Target, Half, Chequer, Disc, Wedge]),
    ];
    for (count, least, most, forms) in groups {
        for _ in 0..count {
            let angle = chance.of(&[0.7, 0.7, -0.85, 2.3, 0.2, 1.2]) + chance.near(0.0, 0.12);
            let paints = [0; 3].map(|_| chance.of(&PAINTS));
            let (form, at, size) = (chance.of(forms), chance.place(-6.0), chance.between(least, most));
            // Black is for what is small or thin.
            let black = size < 34.0 && chance.happens(0.3);
            let paints = if black { [BLACK, paints[1], paints[2]] } else { paints };
            pieces.push(Piece { form, at, size, angle, paints, clear: chance.happens(0.45) });
        }
    }
    for n in 0..11 {
        let angle = chance.of(&[0.7, -0.85, 0.7, -0.2, 1.3]) + chance.near(0.0, 0.1);
        let size = chance.between(60.0, 190.0);
        pieces.push(Piece {
            form: Bar,
            at: chance.place(-30.0),
            size,
            angle,
            paints: [BLACK, PAINTS[n % 8], BLACK],
            clear: false,
        });
    }
    pieces
}

impl Piece {
    fn paint(&self, sheet: &mut Sheet, noise: Noise) {
        sheet.around(self.at, [self.size * 1.1 + 3.0; 2], |p, colour, height| {
            let wobble = [0.5 * noise.at(p[0] / 12.0, p[1] / 12.0), 0.5 * noise.at(p[1] / 12.0 + 60.0, p[0] / 12.0)];
            let place = turned(minus(plus(p, wobble), self.at), self.angle);
            let (depth, paint) = self.seen(times(place, 1.0 / self.size));
            let cover = smooth(-0.4, 0.5, depth * self.size);
            if cover <= 0.0 {
                return;
            }
            let hairs =
                noise.at(place[0] / 15.0, place[1] / 1.4) + 0.7 * noise.at(place[0] / 22.0, place[1] / 3.5 + 40.0);
            let paint = lit(paint, 1.0 + 0.10 * hairs);
            let laid = if self.clear { glaze(*colour, paint, 0.9) } else { mix(*colour, paint, 0.97) };
            *colour = mix(*colour, laid, cover);
            *height += cover * (0.7 + 0.5 * hairs - 0.6 * *height);
        });
    }

    /// How far inside the form a place is, and its colour there.
    fn seen(&self, p: Point) -> (f32, Colour) {
        let far = length(p);
        let [first, second, third] = self.paints;
        let odd = |n: f32| n.floor().rem_euclid(2.0) > 0.5;
        let rim = 2.2 / self.size;
        match self.form {
            Form::Disc => (1.0 - far, if far > 1.0 - rim { BLACK } else { first }),
            Form::Target => (
                1.0 - far,
                if far < 0.3 {
                    third
                } else if odd(far * 5.5) {
                    first
                } else {
                    second
                },
            ),
            Form::Ring => (0.13 - (far - 0.85).abs(), first),
            Form::Half => ((1.0 - far).min(p[1]), if far > 0.62 { first } else { second }),
            Form::Wedge => {
                let side = |angle: f32| dot(minus(p, [1.0, 0.0]), towards(angle));
                let depth = side(1.87).min(side(-1.87)).min(p[0] + 0.8);
                (depth, mix(first, second, smooth(-0.8, 1.0, p[0])))
            }
            Form::Bar => {
                let thick = (2.4 + 1.6 * (p[0] + 1.0)) / self.size;
                (
                    thick - p[1].abs() - 0.05 * smooth(0.9, 1.0, p[0].abs()),
                    if self.size > 120.0 { first } else { second },
                )
            }
            Form::Chequer => {
                let depth = 0.72 - p[0].abs().max(p[1].abs());
                (depth, if odd(p[0] * 4.2) == odd(p[1] * 4.2) { first } else { GROUND })
            }
            Form::Stave => {
                let gap = (p[1] * 4.0).rem_euclid(1.0) - 0.5;
                ((1.0 - p[0].abs()).min(0.75 - p[1].abs()).min(0.14 - gap.abs() * 0.25), BLACK)
            }
            Form::Wave => {
                let off = (p[1] - 0.22 * (p[0] * 9.0).sin()).abs();
                ((1.0 - p[0].abs()).min(0.10 - off * 0.6), first)
            }
            Form::Arc => {
                let cut = if p[1] > 0.0 { distance(p, [p[0], 0.0]) } else { -1.0 };
                (cut.min(0.05 - (far - 0.9).abs()).max(cut.min(0.035 - (far - 0.68).abs())), first)
            }
        }
    }
}
