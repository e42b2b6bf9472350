//! A stroke of a bristle brush along a path.

use crate::{
    colour::{Colour, lit, mix},
    noise::Noise,
    plane::{Point, across, distance, dot, minus, plus, smooth, times, unit},
    sheet::Sheet,
};

pub(crate) struct Stroke {
    pub(crate) path: Vec<Point>,
    pub(crate) width: f32,
    pub(crate) colour: Colour,
    /// How much bristles differ in colour, 0–1.
    pub(crate) streaks: f32,
    /// How dry the brush is at the end of the stroke, 0–1: a dry one leaves gaps.
    pub(crate) dry: f32,
    /// How thick the paint lies.
    pub(crate) body: f32,
    /// How much it covers, 0–1.
    pub(crate) cover: f32,
    /// Whether it swells and thins out again, as a leaf does.
    pub(crate) pointed: bool,
}

/// A path that goes `length` from `start` (half of it backwards), the way `field` points.
pub(crate) fn follow(start: Point, length: f32, field: impl Fn(Point) -> Point) -> Vec<Point> {
    const STEP: f32 = 2.5;
    let steps = (length / 2.0 / STEP).ceil() as usize;
    let walk = |sign: f32| {
        let mut at = start;
        (0..steps)
            .map(|_| {
                at = plus(at, times(unit(field(at)), sign * STEP));
                at
            })
            .collect::<Vec<_>>()
    };
    let mut path = walk(-1.0);
    path.reverse();
    path.push(start);
    path.extend(walk(1.0));
    path
}

impl Stroke {
    /// Paints it; `number` makes its bristles its own.
    pub(crate) fn paint(&self, sheet: &mut Sheet, noise: Noise, number: usize) {
        let total: f32 = self.path.windows(2).map(|pair| distance(pair[0], pair[1])).sum();
        let half = self.width / 2.0;
        let [mut least, mut most] = [self.path[0]; 2];
        for point in &self.path {
            least = [least[0].min(point[0]), least[1].min(point[1])];
            most = [most[0].max(point[0]), most[1].max(point[1])];
        }
        let own = (number % 4096) as f32 * 7.7;
        let reach = plus(times(minus(most, least), 0.5), [half, half]);
        sheet.around(times(plus(least, most), 0.5), reach, |point, colour, height| {
            let Some((along, aside)) = self.place(point) else { return };
            let ends = if self.pointed {
                (std::f32::consts::PI * (along / total.max(1.0)).powf(0.7)).sin().max(0.06)
            } else {
                // Round at its beginning, thinner towards its end.
                (along.min((total - along) * 0.6) / half.max(1.0) + 0.35).clamp(0.0, 1.0).sqrt()
            };
            let aside = aside / (half * ends);
            if aside.abs() > 1.1 {
                return;
            }
            let bristle =
                noise.at(aside * 3.5 + own, along * 0.05 - own) + 0.6 * noise.at(aside * 9.0 - own, along * 0.09);
            let ragged = 0.12 * noise.at(along * 0.3, own);
            let gaps = if self.dry > 0.0 {
                let dryness = self.dry * (0.35 + 0.65 * along / total.max(1.0));
                smooth(
                    dryness - 0.15,
                    dryness + 0.15,
                    0.5 + 0.45 * noise.at(aside * 5.0 + own, along * 0.028) + 0.2 * bristle,
                )
            } else {
                1.0
            };
            let cover = self.cover * smooth(1.0, 0.72, aside.abs() + ragged) * gaps;
            let own_colour = lit(self.colour, 1.0 + self.streaks * bristle);
            *colour = mix(*colour, own_colour, cover);
            // Paint is pushed to the edges.
            let ridge = self.body * (0.7 + 0.5 * bristle + 0.5 * smooth(0.45, 0.8, aside.abs()));
            *height += cover * (ridge - 0.55 * *height);
        });
    }

    /// How far along the path a point lies, and how far beside it.
    fn place(&self, point: Point) -> Option<(f32, f32)> {
        let mut nearest: Option<(f32, f32, f32)> = None;
        let mut walked = 0.0;
        for pair in self.path.windows(2) {
            let way = minus(pair[1], pair[0]);
            let long = (dot(way, way)).sqrt().max(1e-6);
            let from = minus(point, pair[0]);
            let part = (dot(from, way) / (long * long)).clamp(0.0, 1.0);
            let off = minus(from, times(way, part));
            let far = dot(off, off);
            if far < self.width * self.width * 0.36 && nearest.is_none_or(|(best, ..)| far < best) {
                let side = if dot(off, across(way)) < 0.0 { -1.0 } else { 1.0 };
                nearest = Some((far, walked + part * long, side * far.sqrt()));
            }
            walked += long;
        }
        nearest.map(|(_, along, aside)| (along, aside))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::colour::rgb;

    #[test]
    fn a_stroke_covers_its_path_and_nothing_far_from_it() {
        let path = follow([100.0, 100.0], 60.0, |_| [1.0, 0.0]);
        let (first, last) = (path[0], path[path.len() - 1]);
        assert!((distance(first, last) - 60.0).abs() < 5.0);
        let red = rgb(0xff0000);
        let stroke =
            Stroke { path, width: 8.0, colour: red, streaks: 0.0, dry: 0.0, body: 0.0, cover: 1.0, pointed: false };
        let mut sheet = Sheet::new([0.0; 3]);
        stroke.paint(&mut sheet, Noise::new(1), 1);
        sheet.everywhere(|p, colour, _| {
            let beside = (p[1] - 100.0).abs();
            if (75.0..120.0).contains(&p[0]) && beside < 2.0 {
                assert_eq!(*colour, red, "{p:?}");
            }
            assert!(beside < 6.0 || *colour == [0.0; 3], "{p:?}");
        });
    }
}
