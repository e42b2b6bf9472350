//! Halving a picture, and the way back. The middle of four is Gatys and others' way, the largest the way the network learnt.
//!
//! An odd last row or column is left out, as everywhere; but where a side is one, it stays, so that no picture vanishes.

use super::{Pooling, plan::half};
use rayon::prelude::*;

/// A picture's sides and channels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) channels: usize,
}

impl Shape {
    pub(super) fn len(self) -> usize {
        self.height * self.width * self.channels
    }

    pub(super) fn halved(self) -> Self {
        Self { height: half(self.height), width: half(self.width), ..self }
    }

    /// Where the four are from the first, for a window of this picture: the same one twice where a side is one.
    fn window(self) -> [usize; 4] {
        let right = if self.width > 1 { self.channels } else { 0 };
        let down = if self.height > 1 { self.width * self.channels } else { 0 };
        [0, right, down, down + right]
    }
}

/// Halves `from` into `to`.
pub(super) fn pool(pooling: Pooling, shape: Shape, from: &[f32], to: &mut [f32]) {
    let (small, window, channels) = (shape.halved(), shape.window(), shape.channels);
    if small.len() == 0 {
        return;
    }
    to[..small.len()].par_chunks_mut(small.width * channels).enumerate().for_each(|(y, row)| {
        let from = &from[2 * y * shape.width * channels..];
        for (x, to) in row.chunks_exact_mut(channels).enumerate() {
            let [a, b, c, d] = window.map(|at| &from[2 * x * channels + at..][..channels]);
            match pooling {
                Pooling::Average => (0..channels).for_each(|n| to[n] = 0.25 * ((a[n] + b[n]) + (c[n] + d[n]))),
                Pooling::Max => (0..channels).for_each(|n| to[n] = a[n].max(b[n]).max(c[n].max(d[n]))),
            }
        }
    });
}

/// Brings the `gradient` of the halved picture back to the one it came `from`. Of several that are largest, the first has all of it.
pub(super) fn unpool(pooling: Pooling, shape: Shape, from: &[f32], gradient: &[f32], to: &mut [f32]) {
    let (small, window, channels) = (shape.halved(), shape.window(), shape.channels);
    if shape.len() == 0 {
        return;
    }
    let line = shape.width * channels;
    to[..shape.len()].par_chunks_mut(2 * line).enumerate().for_each(|(y, rows)| {
        if y == small.height {
            // An odd last row has told nothing.
            return rows.fill(0.0);
        }
        let from = &from[2 * y * line..];
        let gradient = &gradient[y * small.width * channels..][..small.width * channels];
        for row in rows.chunks_exact_mut(line) {
            row[2 * small.width.min(shape.width / 2) * channels..].fill(0.0);
        }
        for (x, gradient) in gradient.chunks_exact(channels).enumerate() {
            let at = 2 * x * channels;
            match pooling {
                Pooling::Average => {
                    // A window of fewer than four has one of them twice, or four times.
                    let share = 1.0 / (distinct(window) as f32);
                    for place in places(window) {
                        let to = &mut rows[at + place..][..channels];
                        to.iter_mut().zip(gradient).for_each(|(to, g)| *to = share * g);
                    }
                }
                Pooling::Max => {
                    let values = window.map(|place| &from[at + place..][..channels]);
                    for (n, place) in window.into_iter().enumerate() {
                        if window[..n].contains(&place) {
                            continue;
                        }
                        let to = &mut rows[at + place..][..channels];
                        for (c, (to, g)) in to.iter_mut().zip(gradient).enumerate() {
                            let it = values[n][c];
                            let first = values[..n].iter().all(|v| v[c] < it) && values[n..].iter().all(|v| v[c] <= it);
                            *to = if first { *g } else { 0.0 };
                        }
                    }
                }
            }
        }
    });
}

/// The places of a window, each once.
fn places(window: [usize; 4]) -> impl Iterator<Item = usize> {
    window.into_iter().enumerate().filter(move |(n, place)| !window[..*n].contains(place)).map(|(_, place)| place)
}

fn distinct(window: [usize; 4]) -> usize {
    places(window).count()
}
