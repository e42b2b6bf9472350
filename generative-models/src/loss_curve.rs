//! The picture of a training: how the loss fell, where it was best, and the n-grams it had to beat.

use crate::chart::{Canvas, Colour, Spot, short, ticks};
use crate::ngram::Baseline;
use crate::training::Point;

const SIZE: (usize, usize) = (960, 540);
const LEFT: f32 = 76.0;
const RIGHT: f32 = 930.0;
const TOP: f32 = 56.0;
const BOTTOM: f32 = 478.0;
const INK: Colour = [40, 40, 48];
const FAINT: Colour = [226, 226, 232];
const QUIET: Colour = [130, 130, 140];
const TRAIN: Colour = [90, 150, 220];
const VALID: Colour = [214, 76, 48];

/// A PNG file.
pub(crate) fn draw(title: &str, points: &[Point], baselines: &[Baseline]) -> Result<Vec<u8>, png::EncodingError> {
    canvas(title, points, baselines).to_png()
}

fn canvas(title: &str, points: &[Point], baselines: &[Baseline]) -> Canvas {
    let mut canvas = Canvas::new(SIZE.0, SIZE.1);
    let axes = Axes::of(points);
    canvas.text(title, 20.0, (LEFT, 26.0), 0.0, INK);
    for value in ticks(axes.least, axes.most) {
        let y = axes.y(value);
        canvas.line((LEFT, y), (RIGHT, y), 1.0, FAINT);
        canvas.text(&short(value), 15.0, (LEFT - 8.0, y), 1.0, INK);
    }
    for value in ticks(0.0, axes.last) {
        let x = axes.x(value);
        canvas.line((x, TOP), (x, BOTTOM), 1.0, FAINT);
        canvas.text(&short(value), 15.0, (x, BOTTOM + 16.0), 0.5, INK);
    }
    canvas.line((LEFT, BOTTOM), (RIGHT, BOTTOM), 1.0, INK);
    canvas.line((LEFT, TOP), (LEFT, BOTTOM), 1.0, INK);
    canvas.text("iterations", 15.0, (RIGHT, BOTTOM + 40.0), 1.0, INK);
    canvas.text("nats per character", 15.0, (LEFT, BOTTOM + 40.0), 0.0, INK);
    for baseline in baselines.iter().filter(|b| (axes.least..axes.most).contains(&b.valid)) {
        let y = axes.y(baseline.valid);
        let dashes = std::iter::successors(Some(LEFT), |x| Some(x + 12.0)).take_while(|x| *x < RIGHT - 110.0);
        dashes.for_each(|x| canvas.line((x, y), (x + 5.0, y), 1.0, QUIET));
        canvas.text(&format!("{}-gram {:.2}", baseline.order, baseline.valid), 14.0, (RIGHT, y), 1.0, QUIET);
    }
    for (colour, value) in [(TRAIN, (|p| p.train) as fn(&Point) -> f64), (VALID, |p| p.valid)] {
        let spots: Vec<Spot> = points.iter().map(|p| (axes.x(p.iteration as f64), axes.y(value(p)))).collect();
        spots.windows(2).for_each(|pair| canvas.line(pair[0], pair[1], 2.0, colour));
        if let [only] = spots[..] {
            canvas.line(only, only, 6.0, colour);
        }
    }
    canvas.line((RIGHT - 330.0, 26.0), (RIGHT - 306.0, 26.0), 2.0, TRAIN);
    canvas.text("learnt from", 15.0, (RIGHT - 298.0, 26.0), 0.0, INK);
    canvas.line((RIGHT - 200.0, 26.0), (RIGHT - 176.0, 26.0), 2.0, VALID);
    let best = points.iter().min_by(|a, b| a.valid.total_cmp(&b.valid));
    let label = best.map_or("not learnt from".to_owned(), |p| format!("not learnt from: {:.4}", p.valid));
    canvas.text(&label, 15.0, (RIGHT - 168.0, 26.0), 0.0, INK);
    if let Some(best) = best {
        let spot = (axes.x(best.iteration as f64), axes.y(best.valid));
        canvas.line(spot, spot, 7.0, VALID);
    }
    canvas
}

struct Axes {
    last: f64,
    least: f64,
    most: f64,
}

impl Axes {
    /// Room for all but what lies far above: the first steps of a training would press the rest flat.
    fn of(points: &[Point]) -> Self {
        let all = || points.iter().flat_map(|p| [p.train, p.valid]).filter(|nats| nats.is_finite());
        let least = all().fold(f64::INFINITY, f64::min);
        let most = all().fold(f64::NEG_INFINITY, f64::max);
        let last = points.last().map_or(1.0, |p| p.iteration as f64).max(1.0);
        if least > most {
            return Self { last, least: 0.0, most: 1.0 };
        }
        let room = ((most - least) * 0.06).max(0.02);
        let least = (least - room).max(0.0);
        Self { last, least, most: (most + room).max(least + room) }
    }

    fn x(&self, iteration: f64) -> f32 {
        LEFT + (RIGHT - LEFT) * (iteration / self.last) as f32
    }

    fn y(&self, nats: f64) -> f32 {
        let nats = if nats.is_finite() { nats.clamp(self.least, self.most) } else { self.most };
        BOTTOM - (BOTTOM - TOP) * ((nats - self.least) / (self.most - self.least)) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(count: u64) -> Vec<Point> {
        let nats = |n: u64| 1.5 + 2.0 / n as f64;
        let point = |n| Point { iteration: 100 * n, epoch: 0.0, rate: 0.1, train: nats(n), valid: nats(n) + 0.1 };
        (1..=count).map(point).collect()
    }

    #[test]
    fn both_curves_are_where_their_numbers_say() {
        let points = points(10);
        let (picture, axes) = (canvas("shakespeare", &points, &[]), Axes::of(&points));
        let at = |nats| picture.pixel(axes.x(500.0) as usize, axes.y(nats) as usize);
        assert_eq!((at(points[4].train), at(points[4].valid)), (TRAIN, VALID));
    }

    #[test]
    fn any_points_can_be_drawn() {
        let odd = Point { iteration: 0, epoch: 0.0, rate: 0.0, train: f64::NAN, valid: f64::INFINITY };
        let baseline = Baseline { order: 2, valid: 1.6, test: None };
        for points in [vec![], vec![odd], points(1), points(2), [points(3), vec![odd]].concat()] {
            let png = draw("", &points, &[baseline]).unwrap();
            assert_eq!(&png[1..4], b"PNG");
        }
    }
}
