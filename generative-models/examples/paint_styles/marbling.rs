//! Marbled paper: drops of ink on water, drawn out with combs. A point of the paper goes all the way back to the drop
//! it came from: S. Lu, A. Jaffer, X. Jin, H. Zhao and X. Mao, "Mathematical Marbling" (2012).

use crate::{
    chance::Chance,
    colour::{Colour, lit, rgb},
    noise::Noise,
    plane::{Point, across, dot, length, minus, plus, times, towards},
    sheet::{SIDE, Sheet},
};
use std::f32::consts::{FRAC_PI_2, PI};

const INKS: [Colour; 7] =
    [rgb(0x1c2f5e), rgb(0xa8252d), rgb(0xe8dcc2), rgb(0xd99a2b), rgb(0x1f6b62), rgb(0x2e1a1f), rgb(0xd8687a)];
const WATER: Colour = rgb(0xcfc4a8);

/// What was done to the water.
enum Deed {
    /// A drop falls, and pushes everything else away.
    Drop { at: Point, radius: f32, ink: Colour },
    /// A comb is drawn along `way`; between its teeth, `apart` from each other, the water hardly moves.
    Comb { way: Point, apart: f32, shift: f32, far: f32 },
    /// A stick is turned at a place.
    Turn { at: Point, radius: f32, far: f32 },
}

pub(crate) fn paint(seed: u64) -> Sheet {
    let mut chance = Chance::new(seed);
    let noise = Noise::new(seed);
    let deeds = deeds(&mut chance);
    let mut sheet = Sheet::new(WATER);
    sheet.everywhere(|p, colour, _| {
        let shaken =
            plus(p, [1.3 * noise.at(p[0] / 21.0, p[1] / 21.0), 1.3 * noise.at(p[1] / 21.0, p[0] / 21.0 + 9.0)]);
        let grain = noise.cloud(p[0] / 1.7, p[1] / 1.7, 2);
        let cloud = noise.cloud(p[0] / 33.0, p[1] / 33.0, 3);
        *colour = lit(ink(&deeds, shaken), 1.0 + 0.045 * grain + 0.07 * cloud);
    });
    sheet
}

fn deeds(chance: &mut Chance) -> Vec<Deed> {
    let mut deeds = Vec::new();
    for (count, least, most) in [(46, 26.0, 44.0), (150, 9.0, 19.0), (330, 2.5, 6.5)] {
        for _ in 0..count {
            deeds.push(Deed::Drop {
                at: chance.place(50.0),
                radius: chance.between(least, most),
                ink: chance.of(&INKS),
            });
        }
    }
    // There and back, then across, finer; that is the pattern that binders call nonpareil.
    for (angle, apart, far) in [(0.0, 74.0, 95.0), (PI, 74.0, 90.0), (FRAC_PI_2, 33.0, 62.0), (-FRAC_PI_2, 33.0, 40.0)]
    {
        deeds.push(Deed::Comb {
            way: towards(angle + chance.near(0.0, 0.05)),
            apart,
            shift: chance.between(0.0, apart),
            far,
        });
    }
    for _ in 0..7 {
        let far = chance.between(70.0, 130.0) * chance.of(&[-1.0, 1.0]);
        deeds.push(Deed::Turn { at: chance.place(-30.0), radius: chance.between(22.0, 48.0), far });
    }
    for _ in 0..60 {
        deeds.push(Deed::Drop { at: chance.place(0.0), radius: chance.between(1.2, 4.2), ink: chance.of(&INKS[1..4]) });
    }
    deeds
}

/// What ink lies at a point.
fn ink(deeds: &[Deed], mut p: Point) -> Colour {
    for deed in deeds.iter().rev() {
        match deed {
            Deed::Drop { at, radius, ink } => {
                let from = minus(p, *at);
                let far = dot(from, from);
                if far < radius * radius {
                    return *ink;
                }
                p = plus(*at, times(from, (1.0 - radius * radius / far).sqrt()));
            }
            Deed::Comb { way, apart, shift, far } => {
                let aside = (dot(p, across(*way)) + shift).rem_euclid(*apart) / apart;
                // Sharp at the teeth.
                let near = aside.min(1.0 - aside) * 2.0;
                p = minus(p, times(*way, far * (0.06 + 0.94 * (1.0 - near).powi(3))));
            }
            Deed::Turn { at, radius, far } => {
                let from = minus(p, *at);
                let round = length(from);
                let angle = far / radius * (-(round / radius).powi(2)).exp() * 1.4;
                let (sin, cos) = angle.sin_cos();
                p = plus(*at, [from[0] * cos + from[1] * sin, from[1] * cos - from[0] * sin]);
            }
        }
    }
    // Further out than anything fell.
    if p.iter().all(|n| (-SIDE..2.0 * SIDE).contains(n)) { WATER } else { INKS[2] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drop_pushes_what_was_there_aside_without_thinning_it() {
        let at = [SIDE / 2.0; 2];
        let drop = |radius: f32, ink: Colour| Deed::Drop { at, radius, ink };
        let deeds = [drop(30.0, INKS[0]), drop(40.0, INKS[1])];
        let seen = |far: f32| ink(&deeds, [at[0] + far, at[1]]);
        // Both lie on the water now, one around the other: 30² + 40² = 50².
        assert_eq!([seen(39.0), seen(41.0), seen(49.0), seen(51.0)], [INKS[1], INKS[0], INKS[0], WATER]);
    }

    #[test]
    fn a_turn_leaves_its_middle_and_what_is_far_where_they_were() {
        for x in [100.0, 250.0] {
            let drop = Deed::Drop { at: [x, 100.0], radius: 3.0, ink: INKS[3] };
            let turn = Deed::Turn { at: [100.0; 2], radius: 20.0, far: 90.0 };
            assert_eq!(ink(&[drop, turn], [x, 100.0]), INKS[3]);
        }
    }
}
