//! What is painted on: colours, and how high the paint lies. It is painted twice as fine as the picture will be.

use crate::{
    colour::{Colour, lit},
    plane::{Point, minus, towards},
};
use generative_models::Picture;

/// How wide and high the sheet is, in its own unit: a pixel of the finished picture.
pub(crate) const SIDE: f32 = 384.0;

/// Painted pixels to a unit.
const FINE: usize = 2;
const ACROSS: usize = SIDE as usize * FINE;

pub(crate) struct Sheet {
    pixels: Vec<Colour>,
    /// How high the paint lies, in units.
    relief: Vec<f32>,
}

impl Sheet {
    pub(crate) fn new(ground: Colour) -> Self {
        Self { pixels: vec![ground; ACROSS * ACROSS], relief: vec![0.0; ACROSS * ACROSS] }
    }

    /// Everything, point by point.
    pub(crate) fn everywhere(&mut self, paint: impl FnMut(Point, &mut Colour, &mut f32)) {
        self.around([SIDE / 2.0; 2], [SIDE; 2], paint);
    }

    /// What is no further from `centre` than `reach`, to the sides and up and down.
    pub(crate) fn around(&mut self, centre: Point, reach: Point, mut paint: impl FnMut(Point, &mut Colour, &mut f32)) {
        let span = |n: usize| {
            let edge = |at: f32| (at * FINE as f32).clamp(0.0, ACROSS as f32) as usize;
            edge(centre[n] - reach[n])..edge(centre[n] + reach[n] + 1.0)
        };
        for row in span(1) {
            for column in span(0) {
                let point = [column, row].map(|n| (n as f32 + 0.5) / FINE as f32);
                let place = row * ACROSS + column;
                paint(point, &mut self.pixels[place], &mut self.relief[place]);
            }
        }
    }

    /// Lets light fall on the relief from the upper left.
    pub(crate) fn light(&mut self, strength: f32) {
        let height = |x: usize, y: usize| self.relief[y.min(ACROSS - 1) * ACROSS + x.min(ACROSS - 1)];
        let from = towards(-2.3);
        let shades: Vec<f32> = (0..ACROSS * ACROSS)
            .map(|n| {
                let (x, y) = (n % ACROSS, n / ACROSS);
                let ahead = [height(x + 1, y), height(x, y + 1)];
                let behind = [height(x.saturating_sub(1), y), height(x, y.saturating_sub(1))];
                let slope = minus(ahead, behind);
                1.0 - strength * (slope[0] * from[0] + slope[1] * from[1]).clamp(-0.9, 0.9)
            })
            .collect();
        for (pixel, shade) in self.pixels.iter_mut().zip(shades) {
            // What is lit gets a little white, as wet paint does.
            let gloss = (shade - 1.0).max(0.0) * 0.25;
            *pixel = lit(*pixel, shade).map(|c| c + gloss);
        }
    }

    /// The picture: the mean of the painted pixels.
    pub(crate) fn finish(self) -> Picture {
        let side = SIDE as usize;
        Picture::new(side, side, |x, y| {
            let mut sum = [0.0; 3];
            for n in 0..FINE * FINE {
                let pixel = self.pixels[(y * FINE + n / FINE) * ACROSS + x * FINE + n % FINE];
                sum = std::array::from_fn(|c| sum[c] + pixel[c].clamp(0.0, 1.0));
            }
            lit(sum, 1.0 / (FINE * FINE) as f32)
        })
    }
}
