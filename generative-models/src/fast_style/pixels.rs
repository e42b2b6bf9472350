//! From a picture's pixels to the network, and from it to pixels.

use super::load::{Edge, MARGIN};
use super::normal::Normal;
use crate::Picture;
use crate::kernels::{Level, at_each_level, sigmoid};
use rayon::prelude::*;

/// Rows that a thread takes at once.
const ROWS: usize = 16;

/// Fills `frame`, of so many columns and rows, with a picture whose sides are filled up to `width` and `height` by its last
/// column and row, and the margin around it, where it is mirrored. Beyond that are zeros. Numbers stay within 0–1; what
/// is no number is black.
pub(super) fn take_in(
    from: &Picture,
    (width, height): (usize, usize),
    (columns, _): (usize, usize),
    frame: &mut [f32],
) {
    let inside = |place: usize, filled: usize, side: usize| {
        Edge::Mirrored.inside(place as isize - MARGIN as isize, filled).min(side - 1)
    };
    frame.par_chunks_mut(columns * 3 * ROWS).enumerate().for_each(|(n, rows)| {
        for (y, row) in rows.as_chunks_mut::<3>().0.chunks_exact_mut(columns).enumerate() {
            let y = n * ROWS + y;
            if y >= height + 2 * MARGIN {
                row.fill([0.0; 3]);
                continue;
            }
            let pixels = &from.pixels()[inside(y, height, from.height()) * from.width()..][..from.width()];
            let (row, beyond) = row.split_at_mut(width + 2 * MARGIN);
            beyond.fill([0.0; 3]);
            let (before, rest) = row.split_at_mut(MARGIN);
            let (inner, after) = rest.split_at_mut(pixels.len());
            inner
                .iter_mut()
                .zip(pixels)
                .for_each(|(to, pixel)| *to = [bounded(pixel[0]), bounded(pixel[1]), bounded(pixel[2])]);
            before.iter_mut().enumerate().for_each(|(x, to)| *to = inner[inside(x, width, inner.len())]);
            let place = MARGIN + inner.len();
            after.iter_mut().enumerate().for_each(|(x, to)| *to = inner[inside(place + x, width, inner.len())]);
        }
    });
}

/// Within 0–1; what is no number is 0.
#[inline(always)]
fn bounded(x: f32) -> f32 {
    if x > 0.0 { if x < 1.0 { x } else { 1.0 } } else { 0.0 }
}

/// Fills `to` from `lines`, three of `width` numbers for each row, of which the picture has the first columns and rows.
pub(super) fn hand_out(level: Level, lines: &[f32], width: usize, normal: &Normal, to: &mut Picture) {
    let columns = to.width();
    let rows = to.pixels_mut().par_chunks_mut(columns * ROWS);
    rows.zip(lines.par_chunks(width * 3 * ROWS)).for_each(|(rows, lines)| {
        for (row, lines) in rows.chunks_exact_mut(columns).zip(lines.chunks_exact(width * 3)) {
            hand_out_row(level, lines, &normal.scale, &normal.shift, row);
        }
    });
}

at_each_level!(
    fn hand_out_row(lines: &[f32], scale: &[f32], shift: &[f32], to: &mut [[f32; 3]]) = hand_out_row_at
);

#[inline(always)]
fn hand_out_row_at(lines: &[f32], scale: &[f32], shift: &[f32], to: &mut [[f32; 3]]) {
    let width = lines.len() / 3;
    let (red, rest) = lines.split_at(width);
    let (green, blue) = rest.split_at(width);
    let count = to.len();
    let (red, green, blue) = (&red[..count], &green[..count], &blue[..count]);
    for n in 0..count {
        to[n] = [
            sigmoid(red[n] * scale[0] + shift[0]),
            sigmoid(green[n] * scale[1] + shift[1]),
            sigmoid(blue[n] * scale[2] + shift[2]),
        ];
    }
}
