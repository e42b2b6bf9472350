//! L-BFGS: D. C. Liu and J. Nocedal, "On the Limited Memory BFGS Method for Large Scale Optimization" (1989).
//!
//! From the last few steps s = x' − x and what the gradient changed over them, y = g' − g, it guesses the inverse H of the
//! second derivatives, and goes along −H g. H is never written down: two passes over the pairs (s, y) are enough.
//!
//! A pixel stays in its range: one that lies at an end and wants out is left out of the direction, and a step ends where it
//! would leave. (D. P. Bertsekas, "Projected Newton Methods", 1982.) So what is made small is what is shown.
//!
//! A step counts once the loss has fallen enough (L. Armijo's condition, 1966); else it is undone and a shorter one tried.
//! Each try is one evaluation of the losses.

use super::vectors::{BLOCK, add, dot, slope};
use rayon::prelude::*;
use std::collections::VecDeque;

/// Which part of the fall that the slope promises a step must bring.
const ENOUGH: f64 = 1e-4;

/// How far a component moves at the first step, on the average (root mean square).
const FIRST: f64 = 0.01;

/// After so many tries in vain what was remembered is taken for misleading.
const TRIES: u32 = 6;

/// The memory, and the place from which steps are tried.
#[derive(Debug, Clone)]
pub(super) struct Lbfgs {
    memory: usize,
    range: (f32, f32),
    pairs: VecDeque<Pair>,
    /// The best place so far.
    place: Option<Place>,
    direction: Vec<f32>,
    /// How much of the direction is being tried, and the how manieth try it is.
    share: f64,
    tries: u32,
    /// How long a step without anything remembered is.
    first: f64,
}

#[derive(Debug, Clone)]
struct Pair {
    s: Vec<f32>,
    y: Vec<f32>,
    sy: f64,
}

#[derive(Debug, Clone)]
struct Place {
    x: Vec<f32>,
    loss: f64,
    gradient: Vec<f32>,
}

impl Lbfgs {
    /// Begins with nothing remembered; what it changes stays in the range.
    pub(super) fn new(memory: usize, range: (f32, f32)) -> Self {
        let (pairs, direction) = (VecDeque::new(), Vec::new());
        Self { memory, range, pairs, place: None, direction, share: 1.0, tries: 0, first: FIRST }
    }

    /// The best place so far.
    pub(super) fn best(&self) -> Option<&[f32]> {
        self.place.as_ref().map(|place| place.x.as_slice())
    }

    /// Takes what was found at `x`, and moves `x` to where is to be looked next. Says whether where it was is the best place so far.
    pub(super) fn step(&mut self, x: &mut [f32], loss: f64, gradient: &[f32]) -> bool {
        let usable = loss.is_finite() && gradient.iter().all(|g| g.is_finite());
        let Some(place) = self.place.take() else {
            if usable {
                self.place = Some(Place { x: x.to_vec(), loss, gradient: gradient.to_vec() });
                self.turn(1.0);
                self.go(x);
            }
            return true;
        };
        // After a step was cut short at the range's ends, this is the slope along what is left of it.
        let slope = slope(&place.gradient, &place.x, x);
        let counts = usable && loss <= place.loss + ENOUGH * slope.min(0.0);
        if !counts {
            let curve = loss - place.loss - slope;
            let lowest = if usable && curve > 0.0 { -slope / (2.0 * curve) } else { 0.5 };
            self.place = Some(place);
            self.shorten(lowest.clamp(0.1, 0.5));
        } else {
            let known = self.remember(&place, x, gradient);
            let Place { x: mut at, gradient: mut g, .. } = place;
            at.copy_from_slice(x);
            g.copy_from_slice(gradient);
            self.place = Some(Place { x: at, loss, gradient: g });
            self.tries = 0;
            // Where the slope does not rise along the step, it was much too short.
            if !known {
                self.first *= 2.0;
            }
            self.turn(if known { 1.0 } else { 2.0 });
        }
        self.go(x);
        counts
    }

    /// Remembers a step, if the gradient rose along it; else H would lead uphill.
    fn remember(&mut self, from: &Place, x: &[f32], gradient: &[f32]) -> bool {
        // The oldest pair's room is used again.
        let old = if self.pairs.len() < self.memory { None } else { self.pairs.pop_front() };
        let Pair { mut s, mut y, .. } = old.unwrap_or(Pair { s: Vec::new(), y: Vec::new(), sy: 0.0 });
        s.clear();
        s.extend(x.iter().zip(&from.x).map(|(to, from)| to - from));
        y.clear();
        y.extend(gradient.iter().zip(&from.gradient).map(|(to, from)| to - from));
        let sy = dot(&s, &y);
        let rises = sy > 1e-8 * (dot(&s, &s) * dot(&y, &y)).sqrt();
        if rises {
            self.pairs.push_back(Pair { s, y, sy });
        }
        rises
    }

    /// Takes a new direction from the place.
    fn turn(&mut self, share: f64) {
        let Some(place) = &self.place else { return };
        self.share = share;
        let (low, high) = self.range;
        let stuck = |x: f32, g: f32| (x <= low && g > 0.0) || (x >= high && g < 0.0);
        let free = |direction: &mut [f32]| {
            direction
                .par_chunks_mut(BLOCK)
                .zip(place.x.par_chunks(BLOCK))
                .zip(place.gradient.par_chunks(BLOCK))
                .for_each(|((d, x), g)| {
                    d.iter_mut().zip(x.iter().zip(g)).filter(|(_, (x, g))| stuck(**x, **g)).for_each(|(d, _)| *d = 0.0);
                });
        };
        let q = &mut self.direction;
        q.clear();
        q.extend(place.gradient.iter().map(|g| -g));
        free(q);
        let steepest = dot(q, q);
        // The two loops: q becomes −H g.
        let mut alphas = Vec::with_capacity(self.pairs.len());
        for Pair { s, y, sy } in self.pairs.iter().rev() {
            let alpha = dot(s, q) / sy;
            add(q, -alpha, y);
            alphas.push(alpha);
        }
        if let Some(Pair { y, sy, .. }) = self.pairs.back() {
            let scale = (sy / dot(y, y)) as f32;
            q.par_chunks_mut(BLOCK).for_each(|q| q.iter_mut().for_each(|q| *q *= scale));
        }
        for (Pair { s, y, sy }, alpha) in self.pairs.iter().zip(alphas.into_iter().rev()) {
            let beta = dot(y, q) / sy;
            add(q, alpha - beta, s);
        }
        free(q);
        let slope = dot(&place.gradient, q);
        let leads_down = slope < 0.0 && slope.is_finite();
        if steepest > 0.0 && (self.pairs.is_empty() || !leads_down) {
            self.pairs.clear();
            let scale = (self.first / (steepest / q.len() as f64).sqrt()) as f32;
            q.iter_mut().zip(&place.gradient).for_each(|(q, g)| *q = -g * scale);
            free(q);
            self.share = 1.0;
        }
    }

    /// Tries less of the direction, or, after a few times, another one.
    fn shorten(&mut self, factor: f64) {
        self.tries += 1;
        if self.tries.is_multiple_of(TRIES) {
            if self.pairs.is_empty() {
                self.first *= 0.01;
            }
            self.pairs.clear();
            self.turn(1.0);
        } else {
            self.share *= factor;
        }
    }

    /// Moves `x` along the direction, and not out of its range.
    fn go(&self, x: &mut [f32]) {
        let Some(place) = &self.place else { return };
        let (share, (low, high)) = (self.share as f32, self.range);
        x.par_chunks_mut(BLOCK).zip(place.x.par_chunks(BLOCK)).zip(self.direction.par_chunks(BLOCK)).for_each(
            |((x, from), d)| {
                x.iter_mut().zip(from.iter().zip(d)).for_each(|(x, (from, d))| {
                    *x = (from + share * d).clamp(low, high);
                });
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::adam::Adam;
    use super::*;

    const ANYWHERE: (f32, f32) = (f32::NEG_INFINITY, f32::INFINITY);

    /// A loss, and its gradient.
    type Hill = fn(&[f32]) -> (f64, Vec<f32>);

    /// H. H. Rosenbrock's valley (1960), bent and flat: the lowest place is (1, 1).
    fn valley(x: &[f32]) -> (f64, Vec<f32>) {
        let (x, y) = (f64::from(x[0]), f64::from(x[1]));
        let (side, across) = (1.0 - x, y - x * x);
        let gradient = vec![(-2.0 * side - 400.0 * x * across) as f32, (200.0 * across) as f32];
        (side * side + 100.0 * across * across, gradient)
    }

    /// A bowl that is a thousand times steeper in one direction than in another; the lowest place is (1, 1, …).
    fn bowl(x: &[f32]) -> (f64, Vec<f32>) {
        let steep = |n: usize| 1000_f64.powf(n as f64 / 19.0);
        let loss = x.iter().enumerate().map(|(n, x)| steep(n) * (f64::from(*x) - 1.0).powi(2)).sum();
        (loss, x.iter().enumerate().map(|(n, x)| (2.0 * steep(n) * (f64::from(*x) - 1.0)) as f32).collect())
    }

    /// No number on one side.
    fn cliff(x: &[f32]) -> (f64, Vec<f32>) {
        let x = f64::from(x[0]);
        if x > 0.1 { (f64::NAN, vec![f32::NAN]) } else { (-x, vec![-1.0]) }
    }

    fn lowest(hill: Hill, start: &[f32], range: (f32, f32), evaluations: usize) -> (f64, Vec<f32>) {
        let (mut lbfgs, mut x) = (Lbfgs::new(10, range), start.to_vec());
        let mut last = f64::INFINITY;
        for _ in 0..evaluations {
            let (loss, gradient) = hill(&x);
            let counts = lbfgs.step(&mut x, loss, &gradient);
            let best = hill(lbfgs.best().unwrap()).0;
            assert_eq!(best, if counts { loss } else { last }, "it says whether the step counts");
            assert!(best <= last, "it never goes up: {best} after {last}");
            last = best;
        }
        (last, lbfgs.best().unwrap().to_vec())
    }

    #[test]
    fn it_walks_through_a_bent_valley() {
        let (loss, x) = lowest(valley, &[-1.2, 1.0], ANYWHERE, 100);
        assert!(loss < 1e-6 && (x[0] - 1.0).abs() < 1e-3, "{loss} at {x:?}");
    }

    #[test]
    fn in_a_long_bowl_it_is_far_below_adam_after_as_many_evaluations() {
        let (loss, _) = lowest(bowl, &[0.0; 20], ANYWHERE, 60);
        let mut best = f64::INFINITY;
        for rate in [0.3, 0.1, 0.03, 0.01] {
            let (mut adam, mut x) = (Adam::new(rate, ANYWHERE), vec![0.0; 20]);
            for _ in 0..60 {
                let gradient = bowl(&x).1;
                adam.step(&mut x, &gradient);
            }
            best = bowl(&x).0.min(best);
        }
        // Adam's rate for each component suits a bowl whose axes are the components': a tenth is much.
        assert!(loss < 0.1 * best, "{loss} against {best}");
    }

    #[test]
    fn in_a_range_it_finds_the_lowest_place_of_the_range() {
        let (loss, x) = lowest(bowl, &[0.0; 20], (-1.0, 0.5), 40);
        assert!(x.iter().all(|x| (x - 0.5).abs() < 1e-4), "{loss} at {x:?}");
    }

    #[test]
    fn what_is_no_number_is_undone_and_the_step_shortened() {
        let (loss, x) = lowest(cliff, &[0.0], ANYWHERE, 60);
        assert!(x[0] <= 0.1 && x[0] > 0.08, "{loss} at {x:?}");
    }

    #[test]
    fn without_a_slope_it_stays() {
        let flat: Hill = |_| (1.0, vec![0.0; 3]);
        assert_eq!(lowest(flat, &[0.1, 0.2, 0.3], ANYWHERE, 5).1, [0.1, 0.2, 0.3]);
        let nowhere: Hill = |_| (f64::NAN, vec![f32::NAN]);
        let (mut lbfgs, mut x) = (Lbfgs::new(3, ANYWHERE), vec![0.5]);
        for _ in 0..3 {
            let (loss, gradient) = nowhere(&x);
            lbfgs.step(&mut x, loss, &gradient);
        }
        assert_eq!((x, lbfgs.best()), (vec![0.5], None));
    }
}
